"""The life of a service order: which state may follow which, by whose action. Pure; one table.

The office decides until the visit has started (ON_SITE), the crew after; a recall alone reaches a crew at work.
Facts of a visit are stored whatever this table says; it judges decisions.
"""

from dataclasses import dataclass
from typing import Literal

from dispatch.errors import Reason, Refusal

State = Literal[
    "DRAFT", "READY", "SCHEDULED", "ROUTED", "DISPATCHED", "EN_ROUTE", "ON_SITE", "COMPLETED", "CGI", "RECALLED",
    "CANCELLED", "ON_HOLD", "RETURN_NEEDED", "REVIEW", "POSTED", "CLOSED",
]  # fmt: skip
Side = Literal["office", "field"]


class IllegalStep(Refusal):
    """The action is not possible in the order's present state."""

    code = "illegal_step"
    status = 409


@dataclass(frozen=True, kw_only=True)
class StateRow:
    """How a state is shown: letter and names as on screens and paper."""

    code: State
    letter: str
    name_en: str
    name_es: str


STATES: dict[str, StateRow] = {
    row[0]: StateRow(code=row[0], letter=row[1], name_en=row[2], name_es=row[3])
    for row in (
        ("DRAFT", "D", "Draft", "Borrador"),
        ("READY", "Y", "Ready", "Lista"),
        ("SCHEDULED", "S", "Scheduled", "Programada"),
        ("ROUTED", "P", "On route plan", "En ruta plan"),
        ("DISPATCHED", "T", "Sent to tablet", "Enviada"),
        ("EN_ROUTE", "E", "En route", "En camino"),
        ("ON_SITE", "O", "On site", "En sitio"),
        ("COMPLETED", "C", "Done", "Hecha"),
        ("CGI", "N", "No access", "Sin acceso"),
        ("RECALLED", "X", "Recalled", "Retirada"),
        ("CANCELLED", "K", "Cancelled", "Cancelada"),
        ("ON_HOLD", "H", "Held", "En espera"),
        ("RETURN_NEEDED", "B", "Return visit", "Regresar"),
        ("REVIEW", "V", "In review", "En revisión"),
        ("POSTED", "L", "Posted", "Registrada"),
        ("CLOSED", "Z", "Closed", "Cerrada"),
    )  # type: tuple[State, str, str, str]
}

_WAITING: tuple[State, ...] = ("READY", "SCHEDULED", "ROUTED", "DISPATCHED", "EN_ROUTE")
_BACK: tuple[State, ...] = ("CGI", "RETURN_NEEDED")

ALLOWED: dict[tuple[str, str, str], State] = {
    ("DRAFT", "make_ready", "office"): "READY",
    ("READY", "schedule", "office"): "SCHEDULED",
    ("SCHEDULED", "schedule", "office"): "SCHEDULED",
    ("SCHEDULED", "unschedule", "office"): "READY",
    ("READY", "put_on_route", "office"): "ROUTED",
    ("SCHEDULED", "put_on_route", "office"): "ROUTED",
    ("ROUTED", "put_on_route", "office"): "ROUTED",
    ("DISPATCHED", "put_on_route", "office"): "DISPATCHED",
    ("EN_ROUTE", "put_on_route", "office"): "EN_ROUTE",
    ("ROUTED", "take_off_route", "office"): "READY",
    ("DISPATCHED", "take_off_route", "office"): "READY",
    ("EN_ROUTE", "take_off_route", "office"): "READY",
    ("ROUTED", "publish", "office"): "DISPATCHED",
    ("DISPATCHED", "publish", "office"): "DISPATCHED",
    ("EN_ROUTE", "publish", "office"): "EN_ROUTE",
    ("ON_SITE", "recall", "office"): "RECALLED",
    ("ON_HOLD", "recall", "office"): "RECALLED",
    ("ON_HOLD", "release", "office"): "READY",
    ("RECALLED", "make_ready", "office"): "READY",
    ("RECALLED", "cancel", "office"): "CANCELLED",
    ("RECALLED", "close", "office"): "CLOSED",
    ("DRAFT", "cancel", "office"): "CANCELLED",
    ("ON_HOLD", "cancel", "office"): "CANCELLED",
    ("CANCELLED", "close", "office"): "CLOSED",
    ("COMPLETED", "post", "office"): "POSTED",
    ("COMPLETED", "send_to_review", "office"): "REVIEW",
    ("REVIEW", "post", "office"): "POSTED",
    ("REVIEW", "send_back", "office"): "RETURN_NEEDED",
    ("REVIEW", "close", "office"): "CLOSED",
    ("POSTED", "close", "office"): "CLOSED",
    ("DISPATCHED", "acknowledge", "field"): "DISPATCHED",
    ("EN_ROUTE", "acknowledge", "field"): "EN_ROUTE",
    ("DISPATCHED", "en_route", "field"): "EN_ROUTE",
    ("EN_ROUTE", "turn_back", "field"): "DISPATCHED",
    ("DISPATCHED", "arrive", "field"): "ON_SITE",
    ("EN_ROUTE", "arrive", "field"): "ON_SITE",
    ("ON_SITE", "start", "field"): "ON_SITE",
    ("ON_SITE", "complete", "field"): "COMPLETED",
    ("ON_SITE", "stop_and_hold", "field"): "ON_HOLD",
    ("ON_SITE", "call_off", "field"): "CANCELLED",
    ("RECALLED", "recall_ack", "field"): "RECALLED",
    **{(state, "recall", "office"): "RECALLED" for state in _WAITING},
    **{(state, "hold", "office"): "ON_HOLD" for state in (*_WAITING, *_BACK)},
    **{(state, "cancel", "office"): "CANCELLED" for state in (*_WAITING, *_BACK)},
    **{(state, "make_ready", "office"): "READY" for state in _BACK},
    **{(state, "no_access", "field"): "CGI" for state in ("DISPATCHED", "EN_ROUTE", "ON_SITE")},
    **{(state, "needs_return", "field"): "RETURN_NEEDED" for state in ("DISPATCHED", "EN_ROUTE", "ON_SITE")},
}
"""(state, action, side) -> next state. What is not here is not allowed."""

FINISHED: frozenset[str] = frozenset({"POSTED", "CLOSED", "CANCELLED"})
"""Nothing more is to be done in the field, and the office has decided."""
PLANNABLE: frozenset[str] = frozenset({"READY", "SCHEDULED", "ROUTED"})
"""The planner may place these (DISPATCHED ones only as kept stops)."""
WITH_CREW: frozenset[str] = frozenset({"DISPATCHED", "EN_ROUTE", "ON_SITE"})
"""A tablet shows these as work to do."""
OPEN: frozenset[str] = frozenset(STATES) - FINISHED - {"COMPLETED", "REVIEW"}
"""A visit is still to come, or the office must say what happens: counts for the duplicate guard."""


def find_next(*, state: str, action: str, side: Side) -> State | None:
    """The next state, or None when the action is not allowed."""
    return ALLOWED.get((state, action, side))


def next_state(*, state: str, action: str, side: Side) -> State:
    """The next state. Refuses with IllegalStep, naming what is possible instead."""
    found = find_next(state=state, action=action, side=side)
    if found is None:
        possible = ", ".join(allowed_actions(state=state, side=side)) or "nothing"
        row = STATES.get(state)
        name_en, name_es = (state, state) if row is None else (row.name_en, row.name_es)
        raise IllegalStep(
            f"{action} is not possible while the order is {state}; possible: {possible}",
            reasons=[
                Reason(
                    code="illegal_step",
                    text_en=f"The order is: {name_en}",
                    text_es=f"La orden está: {name_es}",
                    field="state",
                )
            ],
        )
    return found


def allowed_actions(*, state: str, side: Side) -> tuple[str, ...]:
    """Actions possible now, in alphabetical order."""
    return tuple(sorted(action for (held, action, whose) in ALLOWED if held == state and whose == side))
