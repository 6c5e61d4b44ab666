"""Judges a field operation. Pure: what is known goes in, an answer comes out.

Two questions, in this order. *Arrival*: is it new, has it come before, or does it show that the device's store has
forked? *Decision*: may the crew still decide this, or has the office decided otherwise meanwhile? Facts are never
judged here: they are stored whatever the answer is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dispatch.orders import lifecycle
from dispatch.orders.kinds import dispositions

Arrival = Literal["new", "known", "forked"]
Answer = Literal["applied", "held"]

ACTIONS: dict[str, str] = {
    "acknowledge": "acknowledge",
    "en_route": "en_route",
    "arrive": "arrive",
    "start": "start",
    "recall_ack": "recall_ack",
}
"""Kind of operation -> action of the lifecycle. `complete` and `unable` take theirs from the disposition."""
GROUPS: dict[str, tuple[str, ...]] = {
    "en_route": ("status", "assignment"),
    "arrive": ("status", "assignment"),
    "start": ("status", "assignment"),
    "complete": ("status", "assignment"),
    "unable": ("status", "assignment"),
}
"""Field groups that a decision rests on. Kinds that are not here carry facts and cannot conflict."""
_OUTCOMES: dict[str, str] = {
    "complete": "complete",
    "no_access": "no_access",
    "needs_return": "needs_return",
    "stop_and_hold": "stop_and_hold",
    "call_off": "call_off",
    "recall_ack": "recall_ack",
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An operation that the log holds."""

    op_id: str
    body_sha256: str


@dataclass(frozen=True, kw_only=True)
class OrderNow:
    """What the judgement must know of an order at this moment.

    `group_versions`: field group -> version of its last office change. `visit_id`: the visit under way.
    """

    state: str
    version: int
    group_versions: Mapping[str, int]
    crew_id: int | None
    visit_id: str | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`action`: lifecycle action to take (None: none). Held ones carry a code and a sentence in both languages."""

    answer: Answer
    action: str | None = None
    code: str | None = None
    reason_en: str | None = None
    reason_es: str | None = None


FORKED_EN = "The tablet's store has split in two: this number or name was used for something else."
FORKED_ES = "La memoria de la tableta se dividió: este número o nombre ya se usó para otra cosa."


def arrival(*, op_id: str, body_sha256: str, by_id: Seen | None, by_seq: Seen | None) -> Arrival:
    """New, known (the very same bytes), or a sign of a forked store: the same name or number for something else."""
    if by_id is not None:
        return "known" if by_id.body_sha256 == body_sha256 else "forked"
    return "new" if by_seq is None else "forked"


def decision(
    *, kind: str, disposition: str | None, base_version: int | None, visit_id: str | None, crew_id: int | None,
    order: OrderNow | None,
) -> Judgement:  # fmt: skip
    """Whether the decision inside an operation holds.

    Held when the order is unknown, is no longer this crew's, was recalled, cancelled, held or otherwise changed by the
    office after the version that the crew saw, or when the lifecycle does not allow the step. Which groups of
    fields the office changed, and when, say the versions of the groups.
    """
    if order is None:
        return _held("UNKNOWN_ORDER", "The office has no such order.", "La oficina no tiene esa orden.")
    if kind not in GROUPS:
        return _without_decision(kind, order)
    early = _taken_away(order, crew_id)
    if early is not None:
        return early
    action = action_of(kind=kind, disposition=disposition)
    if action is None:
        return _held(
            "UNKNOWN_DISPOSITION", f"The ending {disposition!r} is not in the catalogue.",
            f"El final {disposition!r} no está en el catálogo.",
        )  # fmt: skip
    if order.state == "RECALLED":
        if action == "recall_ack":
            return Judgement(answer="applied", action="recall_ack")
        return _held("RECALLED", "The office recalled the order.", "La oficina retiró la orden.")
    changed = _changed(kind, base_version, order)
    if changed is not None:
        return _held(
            "CHANGED", f"The office changed the order meanwhile ({changed}).",
            f"La oficina cambió la orden mientras tanto ({changed}).",
        )  # fmt: skip
    if order.visit_id is not None and visit_id != order.visit_id and order.state in ("EN_ROUTE", "ON_SITE"):
        return _held("OTHER_VISIT", "Another visit is under way here.", "Hay otra visita en curso aquí.")
    if lifecycle.find_next(state=order.state, action=action, side="field") is None:
        row = lifecycle.STATES.get(order.state)
        english, spanish = (order.state, order.state) if row is None else (row.name_en, row.name_es)
        return _held(
            "ILLEGAL_STEP", f"The step does not fit: the order is {english}.",
            f"El paso no corresponde: la orden está {spanish}.",
        )  # fmt: skip
    return Judgement(answer="applied", action=action)


def _taken_away(order: OrderNow, crew_id: int | None) -> Judgement | None:
    if order.state == "CANCELLED":
        return _held("CANCELLED", "The order was cancelled.", "La orden fue cancelada.")
    if order.state == "ON_HOLD":
        return _held("ON_HOLD", "The order was put on hold.", "La orden se puso en espera.")
    if order.state == "RECALLED" or (crew_id is not None and order.crew_id == crew_id):
        return None
    if order.crew_id is None:
        return _held("TAKEN_OFF", "The office took the order off the route.", "La oficina quitó la orden de la ruta.")
    return _held("REASSIGNED", "The order is with another crew now.", "La orden pasó a otra cuadrilla.")


def action_of(*, kind: str, disposition: str | None) -> str | None:
    """The lifecycle action of an operation; None for an ending that is not in the catalogue."""
    if kind in ("complete", "unable"):
        row = dispositions.TABLE.get(disposition or "")
        return None if row is None else _OUTCOMES[row.outcome]
    return ACTIONS[kind]


def _without_decision(kind: str, order: OrderNow) -> Judgement:
    action = ACTIONS.get(kind)
    if action is not None and lifecycle.find_next(state=order.state, action=action, side="field") is None:
        # Seen, or answered, too late to matter: the fact stays.
        action = None
    return Judgement(answer="applied", action=action)


def _changed(kind: str, base_version: int | None, order: OrderNow) -> str | None:
    if base_version is None:
        return None
    # An assignment that ends with this very crew is no conflict: only the status can be one then.
    newer = [name for name in GROUPS[kind] if name != "assignment" and order.group_versions.get(name, 0) > base_version]
    return newer[0] if newer else None


def _held(code: str, english: str, spanish: str) -> Judgement:
    return Judgement(answer="held", code=code, reason_en=english, reason_es=spanish)
