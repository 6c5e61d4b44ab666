"""What needs a person now, worst first. Pure: facts and the time in, alerts out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from dispatch.board.schemas import AlertOut, CrewNow
from dispatch.routes import wording
from dispatch.routes.schemas import RouteOut

RECALL_SHOWN_S = 60
RECALL_ALARM_S = 180
CHECK_IN_GRACE_S = 15 * 60
SILENT_S = 45 * 60

Kind = Literal[
    "recall_unanswered", "missed_check_in", "window_at_risk", "late", "held", "review", "emergency", "sync_gap"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A recall that its crew has not answered."""

    order_id: int
    crew_id: int | None
    place: str
    recalled_at: datetime
    paid_at: datetime | None
    why_en: str
    why_es: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """An order of the first priority without a crew."""

    order_id: int
    place: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Things in a queue for a person: how many, and since when the oldest waits."""

    count: int
    since_at: datetime
    order_id: int | None


def recalls(
    *, rows: Iterable[Recall], crews: Mapping[int, CrewNow], phones: Mapping[int, str], now: datetime, zone: ZoneInfo
) -> list[AlertOut]:
    """From a minute on they are shown, from three minutes on they are the worst thing on the board."""
    found = []
    for row in rows:
        age_s = (now - row.recalled_at).total_seconds()
        if age_s < RECALL_SHOWN_S:
            continue
        who = _who(crews.get(row.crew_id or 0))
        paid = wording.clock(row.paid_at, zone=zone) if row.paid_at else ""
        why_en, why_es = (f"Paid {paid}.", f"Pagó {paid}.") if paid else (_sentence(row.why_en), _sentence(row.why_es))
        phone = phones.get(row.crew_id or 0)
        found.append(
            _alert(
                kind="recall_unanswered", harm=0 if age_s >= RECALL_ALARM_S else 1, ref=row.order_id,
                title=("Recall not answered", "Retiro sin respuesta"),
                text=(
                    " ".join(f"{who}{row.place}. {why_en} Call the crew.".split()),
                    " ".join(f"{who}{row.place}. {why_es} Llame a la cuadrilla.".split()),
                ),
                since_at=row.recalled_at, verb="call" if phone else "show", order_id=row.order_id, crew_id=row.crew_id,
                phone=phone,
            )
        )  # fmt: skip
    return found


def emergencies(*, rows: Iterable[Emergency]) -> list[AlertOut]:
    """Nobody is on the way to an emergency."""
    return [
        _alert(
            kind="emergency", harm=0, ref=row.order_id, title=("Emergency without a crew", "Emergencia sin cuadrilla"),
            text=(f"{row.place}. Put it on a route.", f"{row.place}. Póngala en una ruta."), since_at=row.opened_at,
            verb="show", order_id=row.order_id,
        )
        for row in rows
    ]  # fmt: skip


def check_ins(
    *, routes: Iterable[RouteOut], crews: Mapping[int, CrewNow], phones: Mapping[int, str], now: datetime
) -> list[AlertOut]:
    """Crews whose shift began a quarter of an hour ago and who have not checked in."""
    found = []
    for route in routes:
        crew = crews.get(route.crew_id)
        missing = crew is not None and crew.checked_in_at is None and crew.state == "off"
        late_s = (now - route.shift_from).total_seconds()
        # After the shift nobody waits for a check-in any more.
        if not missing or late_s < CHECK_IN_GRACE_S or now > route.shift_to or not route.stops:
            continue
        phone = phones.get(route.crew_id)
        who = _who(crew)
        found.append(
            _alert(
                kind="missed_check_in", harm=1, ref=route.crew_id, title=("Missed check-in", "Falta el registro"),
                text=(f"{who}Not checked in since the shift began.", f"{who}No se ha registrado desde que empezó el turno."),
                since_at=route.shift_from, verb="call" if phone else "show", crew_id=route.crew_id, phone=phone,
            )
        )  # fmt: skip
    return found


def windows(
    *, routes: Iterable[RouteOut], crews: Mapping[int, CrewNow], now: datetime, zone: ZoneInfo
) -> list[AlertOut]:
    """Promised windows that will likely be missed, and those that are missed already."""
    found = []
    for route in routes:
        for stop in route.stops:
            if stop.done or stop.late_min <= 0 or stop.window_to is None or stop.window_from is None:
                continue
            if stop.state in ("ON_SITE", "RECALLED"):
                continue
            missed = stop.window_to <= now
            span = f"{wording.clock(stop.window_from, zone=zone)}-{wording.clock(stop.window_to, zone=zone)}"
            at = wording.clock(stop.start_at, zone=zone)
            who = _who(crews.get(route.crew_id))
            title = (
                (f"Window {span} missed", f"Horario {span} incumplido")
                if missed
                else (f"Window {span} likely missed", f"Horario {span} en riesgo")
            )
            found.append(
                _alert(
                    kind="late" if missed else "window_at_risk", harm=2 if missed else 3, ref=stop.order_id, title=title,
                    text=(f"{who}{stop.place}, likely {at}.", f"{who}{stop.place}, probable {at}."),
                    since_at=stop.window_to if missed else now, verb="show", order_id=stop.order_id,
                    crew_id=route.crew_id,
                )
            )  # fmt: skip
    return found


def queues(*, held: Waiting | None, reviews: Waiting | None) -> list[AlertOut]:
    """What the tablets sent and a person must decide."""
    found = []
    if held is not None and held.count:
        one_en, one_es = (
            ("operation waits", "operación espera") if held.count == 1 else ("operations wait", "operaciones esperan")
        )
        found.append(
            _alert(
                kind="held", harm=4, ref=0, title=("Held from the field", "Retenido del campo"),
                text=(f"{held.count} {one_en} for a decision.", f"{held.count} {one_es} una decisión."),
                since_at=held.since_at, verb="show", order_id=held.order_id,
            )
        )  # fmt: skip
    if reviews is not None and reviews.count:
        one_en, one_es = ("visit waits", "visita espera") if reviews.count == 1 else ("visits wait", "visitas esperan")
        found.append(
            _alert(
                kind="review", harm=5, ref=0, title=("In review", "En revisión"),
                text=(f"{reviews.count} {one_en} for a person.", f"{reviews.count} {one_es} a una persona."),
                since_at=reviews.since_at, verb="show", order_id=reviews.order_id,
            )
        )  # fmt: skip
    return found


def sync_gaps(*, crews: Iterable[CrewNow], phones: Mapping[int, str], now: datetime) -> list[AlertOut]:
    """Tablets of crews on shift that have been silent for long outside a usual dead zone."""
    found = []
    for crew in crews:
        if crew.state in ("off", "done") or crew.usual_dead_zone or crew.heard_at is None:
            continue
        if (now - crew.heard_at).total_seconds() < SILENT_S:
            continue
        who = _who(crew)
        waits_en = f" {crew.not_sent} not sent." if crew.not_sent else ""
        waits_es = f" {crew.not_sent} sin enviar." if crew.not_sent else ""
        phone = phones.get(crew.crew_id)
        found.append(
            _alert(
                kind="sync_gap", harm=3, ref=crew.crew_id, title=("Tablet silent", "Tableta sin contacto"),
                text=(f"{who}{waits_en}".strip() or crew.crew, f"{who}{waits_es}".strip() or crew.crew),
                since_at=crew.heard_at, verb="call" if phone else "show", crew_id=crew.crew_id, phone=phone,
            )
        )  # fmt: skip
    return found


def sorted_by_harm(found: Sequence[AlertOut]) -> list[AlertOut]:
    """Worst first, then oldest."""
    return sorted(found, key=lambda alert: (alert.harm, alert.since_at, alert.id))


def _sentence(text: str) -> str:
    """With one full stop at its end; nothing stays nothing."""
    return f"{text.rstrip(' .')}." if text.strip(" .") else ""


def _who(crew: CrewNow | None) -> str:
    if crew is None:
        return ""
    names = ", ".join(name.split()[-1] for name in crew.people if name)
    return f"{crew.crew}, {names}. " if names else f"{crew.crew}. "


def _alert(
    *,
    kind: Kind,
    harm: int,
    ref: int,
    title: wording.Both,
    text: wording.Both,
    since_at: datetime,
    verb: Literal["call", "show", "send"],
    order_id: int | None = None,
    crew_id: int | None = None,
    phone: str | None = None,
) -> AlertOut:
    return AlertOut(
        id=f"{kind}-{ref}", harm=harm, kind=kind, title_en=title[0], title_es=title[1], text_en=text[0], text_es=text[1],
        since_at=since_at, verb=verb, order_id=order_id, crew_id=crew_id, phone=phone,
    )  # fmt: skip
