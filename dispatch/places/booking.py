"""Windows for one kind of order at one property, from the shifts, the routes and the orders of the coming days."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.crews import models as crew_models
from dispatch.orders import checks, kinds
from dispatch.orders.kinds.kind import Kind
from dispatch.places import models, queries, schemas, windows
from dispatch.policies import queries as policies
from dispatch.policies.calendars import Calendar
from dispatch.routes import learned_queries, learning

URGENT_PRIORITY = 1
"""Work of this priority or above is done at once, not at an hour agreed."""
PATTERN_DAYS = 14
"""How far back a day of the week is looked for whose shifts stand for a day that has none entered."""


class NoSuchKind(errors.Refusal):
    """The catalogue has no such kind of order."""

    code = "unknown_kind"
    status = 422


def get_kind(*, code: str) -> Kind:
    """The kind of that code. Refuses with NoSuchKind."""
    try:
        return kinds.get(code=code)
    except kinds.UnknownKind as fault:
        raise NoSuchKind(str(fault)) from fault


def windows_at(session: Session, *, ref: str, kind_code: str, now: datetime, person_id: int) -> schemas.WindowsOut:
    """Five days of windows. Emergencies and non-payment shutoffs are promised to nobody: they get no windows.

    Places that others hold are taken; the one that `person_id` holds at this property is not.
    """
    kind = get_kind(code=kind_code)
    place = queries.get_place(session, ref=ref)
    known = learned_queries.work_s(session)
    minutes = _minutes(known, kind, place.lonlat)
    empty = schemas.WindowsOut(windows=[], minutes=minutes, people=kind.people, as_of=now)
    if kind.priority <= URGENT_PRIORITY or kind.needs_clearance:
        return empty
    calendar = policies.rules(session).calendar
    days = windows.days_offered(calendar=calendar, now=now)
    if not days:
        return empty
    # Holds before orders: one that becomes an order between the two reads is counted twice rather than not at all.
    held = queries.holds(session, now=now)
    work = queries.day_work(session, first=days[0], last=days[-1], pattern_from=days[0] - timedelta(days=PATTERN_DAYS))
    first_on, rule_en, rule_es = _allowed(session, place=place, kind_code=kind_code, now=now, today=days[0])
    lon, lat = place.lonlat
    ask = windows.Ask(
        minutes=minutes, people=kind.people, lon=lon, lat=lat, first_on=first_on, rule_en=rule_en,
        rule_es=rule_es, latest_start=_latest_start(session, kind_code),
    )  # fmt: skip
    found = windows.offer(
        ask=ask, calendar=calendar, now=now,
        booked=[
            *_booked(work, calendar, days[0], known),
            *(_held(one, work, known) for one in held if (one.person_id, one.ref) != (person_id, place.ref)),
        ],
        crews=lambda day: _crews(work, calendar, day, skills=kind.skills, people=kind.people),
    )  # fmt: skip
    return schemas.WindowsOut(windows=found, minutes=minutes, people=kind.people, as_of=now)


def _minutes(known: learning.WorkSeconds, kind: Kind, at: learning.Point | None) -> int:
    """Minutes on site as the planner reckons them: learned where they are known, else the catalogue's."""
    return -(-learning.work_s(known, kind=kind.code, place=at, plan_s=kind.minutes * 60) // 60)


def _allowed(
    session: Session, *, place: queries.Place, kind_code: str, now: datetime, today: date
) -> tuple[date | None, str, str]:
    """First day that the rules allow, and what they say before it. Where nobody is served no rule speaks."""
    if place.premise is None:
        return today, "", ""
    verdict = checks.verdict(session, kind=kind_code, premise_id=place.premise.id, at=now)
    first_on = verdict.first_allowed_on if verdict.result == "block" else today
    return first_on, verdict.summary_en, verdict.summary_es


def _latest_start(session: Session, kind_code: str) -> time | None:
    if not kind_code.startswith("SHUTOFF_"):
        return None
    return time.fromisoformat(policies.get_utility(session).last_shutoff)


def _crews(
    work: queries.DayWork, calendar: Calendar, day: date, *, skills: frozenset[str], people: int
) -> list[windows.CrewDay]:
    own = [shift for shift in work.shifts if shift.on_day == day]
    pattern_on = None
    if not own:
        earlier = sorted({shift.on_day for shift in work.shifts if shift.on_day < day})
        alike = [on for on in earlier if on.weekday() == day.weekday()]
        pattern_on = alike[-1] if alike else earlier[-1] if earlier else None
        own = [shift for shift in work.shifts if shift.on_day == pattern_on]
    return [
        windows.CrewDay(
            crew_id=shift.crew_id,
            call_sign=work.call_signs.get(shift.crew_id, ""),
            start_at=_moved(shift.start_at, calendar, day),
            end_at=shift.ended_at if pattern_on is None and shift.ended_at else _moved(shift.end_at, calendar, day),
            lunch=_lunch(shift, calendar, day),
            fits=skills <= work.skills.get(shift.id, frozenset()) and people <= work.people.get(shift.id, 0),
            from_pattern_on=pattern_on,
        )
        for shift in own
    ]


def _moved(at: datetime, calendar: Calendar, day: date) -> datetime:
    """The same local clock time on another day."""
    return calendar.moment(day, calendar.local(at).time().replace(tzinfo=None))


def _lunch(shift: crew_models.Shift, calendar: Calendar, day: date) -> tuple[datetime, datetime, float] | None:
    if shift.lunch_from_at is None or shift.lunch_to_at is None:
        return None
    return _moved(shift.lunch_from_at, calendar, day), _moved(shift.lunch_to_at, calendar, day), shift.lunch_s / 60


def _booked(
    work: queries.DayWork, calendar: Calendar, today: date, known: learning.WorkSeconds
) -> list[windows.Booked]:
    """Stops of published routes as they stand there; every other order on its day (an overdue one today)."""
    by_id = {order.id: order for order in work.orders}
    routed: set[int] = set()
    found: list[windows.Booked] = []
    for stop in work.stops:
        order = by_id.get(stop.order_id)
        if order is None:
            continue
        routed.add(order.id)
        found.append(
            windows.Booked(
                on=stop.on, minutes=(stop.finish_at - stop.start_at).total_seconds() / 60, crew_id=stop.crew_id,
                from_at=stop.start_at - timedelta(minutes=windows.TRAVEL_MIN), to_at=stop.finish_at, lon=order.lon,
                lat=order.lat,
            )
        )  # fmt: skip
    catalogue = kinds.catalogue()
    open_on = {on: calendar.next_business_day(max(on, today)) for on in {order.due_on for order in work.orders}}
    able = {code: _able(work, catalogue[code]) for code in {order.kind for order in work.orders} if code in catalogue}
    for order in work.orders:
        if order.id in routed:
            continue
        kind = catalogue.get(order.kind)
        at = None if order.lon is None or order.lat is None else (order.lon, order.lat)
        found.append(
            windows.Booked(
                on=open_on[order.due_on], minutes=float(_minutes(known, kind, at) if kind else 20),
                window=order.window, lon=order.lon, lat=order.lat, crews=able.get(order.kind),
            )
        )  # fmt: skip
    return found


def _held(hold: models.WindowHold, work: queries.DayWork, known: learning.WorkSeconds) -> windows.Booked:
    kind = kinds.catalogue()[hold.kind]
    return windows.Booked(
        on=hold.on_day, minutes=float(_minutes(known, kind, None)), window=hold.window, crews=_able(work, kind)
    )  # fmt: skip


def _able(work: queries.DayWork, kind: Kind) -> frozenset[int]:
    """Crews that have the skills and the people for a kind on any of the days read."""
    return frozenset(
        shift.crew_id
        for shift in work.shifts
        if kind.skills <= work.skills.get(shift.id, frozenset()) and kind.people <= work.people.get(shift.id, 0)
    )
