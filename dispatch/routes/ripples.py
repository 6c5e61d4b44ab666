"""What a hand move does to the day, in sentences: what is kept, what breaks, what moves and by how much. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from dispatch.routes import day, planner, wording

Result = Literal["pass", "warn", "block"]
BLOCKING = frozenset({"MISSING_SKILL", "NOT_ENOUGH_PEOPLE", "PLANNED_TWICE"})
"""No wish of a person makes these possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence of the card."""

    result: Result
    text_en: str
    text_es: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripple:
    """The whole answer. `start_at`: when the moved order begins, None off the routes; `later_min` of the other stops."""

    lines: tuple[Line, ...]
    start_at: datetime | None
    later_min: dict[int, int]
    travel_change_s: int


def ripple(
    *,
    order_id: int,
    before: planner.Evaluation,
    after: planner.Evaluation,
    forbidden: Mapping[str, object] | None,
    zone: ZoneInfo,
    on: date,
    names: Mapping[int, str],
    windows: Mapping[int, bool],
    cuts: Collection[int],
    signs: Mapping[int, str],
    next_stops: Sequence[tuple[str, int]],
    spent: Sequence[str],
    changes_a_day: int,
) -> Ripple:
    """Compare the routes before and after. Only what the move itself makes worse is held against it."""
    lines: list[Line] = []
    if forbidden is not None:
        lines.append(Line(result="block", text_en=str(forbidden["fact_en"]), text_es=str(forbidden["fact_es"])))
    held = {(v.code, v.order_id, v.crew_id): _size(v) for v in before.violations}
    worse = [v for v in after.violations if _size(v) > held.get((v.code, v.order_id, v.crew_id), 0)]
    late = {v.order_id: _size(v) for v in worse if v.code == "LATE" and v.order_id is not None}
    lines.extend(_late(late, names=names, cuts=cuts))
    for violation in worse:
        line = _broken(violation, names=names, signs=signs, zone=zone, on=on)
        if line is not None and line not in lines:
            lines.append(line)
    starts_before = {stop.order_id: stop.start_s for route in before.routes for stop in route.stops}
    starts_after = {stop.order_id: stop.start_s for route in after.routes for stop in route.stops}
    promised = [i for i in starts_after if windows.get(i)]
    if promised and not set(late) & set(promised):
        lines.append(_kept(len(promised)))
    later = {
        i: round((starts_after[i] - starts_before[i]) / 60)
        for i in starts_after
        if i in starts_before and i != order_id and abs(starts_after[i] - starts_before[i]) >= 60
    }
    lines.extend(_moves(later))
    for sign, next_id in next_stops:
        place = names[next_id]
        lines.append(Line(result="warn", text_en=f"{sign} is about to go to {place}; the crew is told",
                          text_es=f"{sign} está por ir a {place}; se avisa a la cuadrilla"))  # fmt: skip
    for sign in spent:
        lines.append(Line(result="warn", text_en=f"{sign} has had its {changes_a_day} changes today",
                          text_es=f"{sign} ya tuvo sus {changes_a_day} cambios de hoy"))  # fmt: skip
    start_s = starts_after.get(order_id)
    order = {"block": 0, "warn": 1, "pass": 2}
    return Ripple(
        lines=tuple(sorted(lines, key=lambda line: order[line.result])),
        start_at=None if start_s is None else day.instant_of(start_s, on=on, zone=zone),
        later_min=later,
        travel_change_s=after.travel_s_total - before.travel_s_total,
    )


def _size(violation: planner.Violation) -> int:
    for name in ("late_s", "over_s", "over_load"):
        value = violation.facts.get(name)
        if isinstance(value, int):
            return value
    return 1


def _fact(violation: planner.Violation, name: str) -> int:
    value = violation.facts.get(name)
    return value if isinstance(value, int) else 0


def _broken(
    violation: planner.Violation, *, names: Mapping[int, str], signs: Mapping[int, str], zone: ZoneInfo, on: date
) -> Line | None:
    sign = signs.get(violation.crew_id, "")
    place = names.get(violation.order_id, "") if violation.order_id is not None else ""
    minutes = -(-_size(violation) // 60)
    if violation.code in BLOCKING:
        skills = violation.facts.get("skills")
        named = [str(skill) for skill in skills] if isinstance(skills, list | tuple | frozenset | set) else []
        if violation.code == "MISSING_SKILL":
            en = " and ".join(wording.SKILLS.get(skill, (skill, skill))[0] for skill in sorted(named)) or "this work"
            es = " y ".join(wording.SKILLS.get(skill, (skill, skill))[1] for skill in sorted(named)) or "este trabajo"
            return Line(
                result="block", text_en=f"{sign} is not trained for {en}", text_es=f"{sign} no capacitada en {es}"
            )
        if violation.code == "NOT_ENOUGH_PEOPLE":
            return Line(result="block", text_en=f"{place} needs more people than {sign} has",
                        text_es=f"{place} requiere más personas que {sign}")  # fmt: skip
        return Line(result="block", text_en=f"{place} would be planned twice", text_es=f"{place} quedaría dos veces")
    said: dict[str, tuple[str, str]] = {
        "OFF_NETWORK": (f"{place}: no street near, drive not counted", f"{place}: sin calle cerca, manejo no contado"),
        "CANNOT_BE_DRIVEN": (
            f"{sign}: a drive that the map does not know",
            f"{sign}: un trayecto que el mapa no conoce",
        ),
        "SHIFT_OVERRUN": (
            f"{sign} would be back {minutes} min after its shift",
            f"{sign} volvería {minutes} min tarde",
        ),
        "LUNCH_LATE": (f"{sign} would eat {minutes} min late", f"{sign} comería {minutes} min tarde"),
        "OVERLOADED": wording.overloaded(
            sign=sign, load=_fact(violation, "load"), most_load=_fact(violation, "most_load")
        ),
        "TOO_SOON": wording.too_soon(place=place, other=names.get(_fact(violation, "after_order_id"), "")),
        "NO_PARTS": wording.no_parts(sign=sign, place=place),
        "APART": wording.apart(sign=sign, place=place),
        "CREW_BARRED": wording.barred(sign=sign, place=place),
        "TOO_MANY_CUTS": wording.too_many_cuts(
            hour=wording.clock(day.instant_of(_fact(violation, "hour_s"), on=on, zone=zone), zone=zone),
            cuts=_fact(violation, "cuts"),
            most=_fact(violation, "most"),
        ),
    }
    if violation.code not in said:
        return None
    en, es = said[violation.code]
    return Line(result="warn", text_en=en, text_es=es)


def _late(late: Mapping[int, int], *, names: Mapping[int, str], cuts: Collection[int]) -> list[Line]:
    """Starts after their window (told), and shutoffs after the last hour for them (not possible): the worst by name."""
    lines: list[Line] = []
    cut = [i for i in late if i in cuts]
    promised = [i for i in late if i not in cuts]
    if cut:
        place, more = names[cut[0]], len(cut) - 1
        and_en, and_es = (f" and {more} more", f" y {more} más") if more else ("", "")
        en = f"{place}{and_en}: after the last hour for shutoffs"
        lines.append(Line(result="block", text_en=en, text_es=f"{place}{and_es}: después de la última hora de cortes"))
    if promised:
        worst = max(promised, key=lambda i: late[i])
        place, minutes, more = names[worst], -(-late[worst] // 60), len(promised) - 1
        and_en, and_es = (f"; {more} more late", f"; {more} más tarde") if more else ("", "")
        en = f"{place} would start {minutes} min after its window{and_en}"
        lines.append(Line(result="warn", text_en=en, text_es=f"{place} empezaría {minutes} min tarde{and_es}"))
    return lines


def _kept(count: int) -> Line:
    if count == 1:
        return Line(result="pass", text_en="The promised window is kept", text_es="Se cumple el horario prometido")
    return Line(result="pass", text_en=f"All {count} promised windows are kept",
                text_es=f"Se cumplen los {count} horarios prometidos")  # fmt: skip


def _moves(later: Mapping[int, int]) -> list[Line]:
    lines: list[Line] = []
    pushed = [minutes for minutes in later.values() if minutes > 0]
    pulled = [-minutes for minutes in later.values() if minutes < 0]
    for many, word_en, word_es in ((pushed, "later", "más tarde"), (pulled, "earlier", "más temprano")):
        if many:
            stops_en, stops_es = ("stop", "parada") if len(many) == 1 else ("stops", "paradas")
            least = "" if len(many) == 1 else "up to "
            least_es = "" if len(many) == 1 else "hasta "
            lines.append(Line(result="pass", text_en=f"{len(many)} {stops_en} {least}{max(many)} min {word_en}",
                              text_es=f"{len(many)} {stops_es} {least_es}{max(many)} min {word_es}"))  # fmt: skip
    if not lines:
        lines.append(Line(result="pass", text_en="No other stop moves", text_es="Ninguna otra parada se mueve"))
    return lines
