"""Orders that may be done on several days get their days: read (tx), search over the days (no tx), write (tx).

Done before the nightly plan is asked for, or by `curbstop spread`; may be done any number of times.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.crews import queries as crews
from dispatch.orders import operations as order_operations
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from dispatch.routes import day, facts, ground, horizon, planner
from dispatch.transaction import Actor, reading, transaction

PLANNER = Actor("planner")
DAYS = 5
"""So many days with crews on shift are planned together."""
LOOK_AHEAD = timedelta(days=14)
SECONDS = 20.0
_log = structlog.get_logger()

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShare:
    """What one day comes to: orders of its own, orders that chose it, how many of both have a place, driving."""

    on: date
    fixed: int
    chosen: int
    planned: int
    drive_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreading:
    """What came of it: the days, how many orders may wait, and how many have another day than before."""

    days: tuple[DayShare, ...]
    may_wait: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The days as they are: facts of each, with the orders that may be done on it; who may wait, and until when."""

    days: tuple[day.DayFacts, ...]
    ranges: Mapping[int, tuple[date, date]]


def spread(*, since: date | None = None, iterations: int | None = None, tell: Tell | None = None) -> Spreading:
    """Give every order that may wait a day from `since` (today) on; nothing that is on a crew's route is touched.

    `iterations` bounds the search by work instead of time, so that it repeats exactly. Without streets, crews or
    orders that may wait nothing is done.
    """
    say = tell or (lambda _stage, _done: None)
    with reading() as session:
        known = _read(session, since=since or clock.today(policies.zone(session)))
        streets = ground.get(session)
    nothing = Spreading(days=(), may_wait=len(known.ranges), moved=0)
    if not known.ranges or not known.days or streets.network.edge_count == 0:
        return nothing
    places = dict(place for one in known.days for place in one.places())
    driving = streets.driving(sorted(places.items()))
    if driving.place_of[day.YARD] < 0:
        return nothing
    problems = [day.problem(facts=one, place_of=driving.place_of, travel_s=driving.travel_s) for one in known.days]
    found = horizon.solve(
        days=problems,
        seconds=None if iterations is not None else SECONDS,
        iterations=iterations,
        on_progress=lambda done, _: say("Spreading orders over the days", done),
    )
    chosen = _chosen(known, found)
    moved = 0
    with transaction(actor=PLANNER) as tx:
        for order in orders.by_ids(tx.session, sorted(chosen)).values():
            # Whoever changed the order meanwhile knew better than the search.
            if (order.earliest_on, order.latest_on) == known.ranges[order.id]:
                moved += order_operations.choose_day(tx, order=order, on=chosen[order.id])
    _log.info("days chosen", may_wait=len(known.ranges), moved=moved, days=len(known.days))
    return Spreading(days=_shares(known, found), may_wait=len(known.ranges), moved=moved)


def _read(session: Session, *, since: date) -> _Known:
    ahead = [since + timedelta(days=n) for n in range(LOOK_AHEAD.days)]
    working = [on for on in ahead if crews.shifts_on(session, on=on)][:DAYS]
    if not working:
        return _Known(days=(), ranges={})
    waiting = orders.that_may_wait(session, first=working[0], last=working[-1])
    ranges = {row.id: (row.earliest_on, row.latest_on) for row in waiting if row.earliest_on and row.latest_on}
    utility = policies.get_utility(session)
    found = []
    now = clock.now()
    drive = None
    for at, on in enumerate(working):
        known = facts.read(session, on=on, now=now, ask_rules=False)
        # One clock for all days: the first day's driving stands for all of them.
        drive = known.drive if drive is None else drive
        due = {row.id: row.due_on for row in orders.by_ids(session, [one.order_id for one in known.orders]).values()}
        before = working[at - 1] if at else None
        own = [
            one for one in known.orders if one.order_id not in ranges and (before is None or due[one.order_id] > before)
        ]
        own += [
            facts.order_facts(row, utility=utility, on=on) for row in waiting if _may_be_on(row, on, first=working[0])
        ]
        found.append(dataclasses.replace(known, orders=tuple(own), drive=drive))
    return _Known(days=tuple(found), ranges=ranges)


def _may_be_on(order: ServiceOrder, on: date, *, first: date) -> bool:
    """True on the days of the range; when those are over, on the first day that there is."""
    since, until = order.earliest_on or order.due_on, order.latest_on or order.due_on
    return since <= on <= until or (on == first and until < first)


def _chosen(known: _Known, found: horizon.Spread) -> dict[int, date]:
    """The day of each order that may wait. One without a place takes its last day, so that it is not forgotten."""
    day_of = found.day_of()
    chosen = {}
    for order_id, (_, latest_on) in known.ranges.items():
        at = day_of.get(order_id)
        chosen[order_id] = known.days[at].on if at is not None else max(latest_on, known.days[0].on)
    return chosen


def _shares(known: _Known, found: horizon.Spread) -> tuple[DayShare, ...]:
    told = []
    for one, plan in zip(known.days, found.days, strict=True):
        planned = _planned(plan)
        own = {order.order_id for order in one.orders} - set(known.ranges)
        told.append(
            DayShare(
                on=one.on, fixed=len(own), chosen=len(planned & set(known.ranges)), planned=len(planned),
                drive_min=round(plan.travel_s_total / 60),
            )
        )  # fmt: skip
    return tuple(told)


def _planned(plan: planner.Plan) -> set[int]:
    return {stop.order_id for route in plan.routes for stop in route.stops}
