"""Notices what a plan in force must answer: orders that come or fall away, crews that are away, promises in danger.

Called by jobs that the journal starts, and by the watch. Each of these is harmless to run twice.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.crews import queries as crews
from dispatch.orders import lifecycle
from dispatch.orders import queries as orders
from dispatch.policies import queries as policies
from dispatch.routes import causes, day, eta, facts, learned_queries, models, moves, queries, replan_operations
from dispatch.transaction import Actor, reading, transaction

PLANNER = Actor("planner")
LATE_AGAIN_MIN = 20
"""A promise that a re-plan could not save is not asked about again for so long."""
ABSENT_AFTER_MIN = 45
TOLD_LOOKED_AT = 100


def order_came(*, order_id: int) -> None:
    """An order was opened or released: is it for today, with a plan in force that does not know it?"""
    with reading() as session:
        order, on = orders.get_order(session, order_id), _today(session)
        if order.state not in lifecycle.PLANNABLE or order.due_on > on:
            return
        cause = causes.Cause(
            code=causes.of_order(kind=order.kind, priority=order.priority), at=clock.now(), order_id=order_id
        )
    _ask(on, cause)


def order_fell_away(*, order_id: int) -> None:
    """An order was cancelled, held or recalled: if it stood on a route of today, its time is free again."""
    with reading() as session:
        on = _today(session)
        plan = queries.published_plan(session, on=on)
        if plan is None or queries.find_stop(session, plan_id=plan.id, order_id=order_id) is None:
            return
        if orders.get_order(session, order_id).state not in day.NOT_VISITED:
            return
    _ask(on, causes.Cause(code="FREED", at=clock.now(), order_id=order_id))


def crew_ended(*, crew_id: int) -> None:
    """A crew ended its shift: what it has not done goes to others."""
    with reading() as session:
        on = _today(session)
        shift = crews.find_shift(session, crew_id=crew_id, on=on)
        if shift is None or shift.ended_at is None or not _ahead(session, on=on, crew_id=crew_id):
            return
    _ask(on, causes.Cause(code="CREW_HOME", at=clock.now(), crew_id=crew_id))


def watch() -> int:
    """Promises that the routes as they stand would break, and crews that did not come; answers how many are new."""
    now = clock.now()
    with reading() as session:
        on = _today(session)
        if queries.published_plan(session, on=on) is None:
            return 0
        told = [
            causes.of_json(one) for row in queries.replans_on(session, on=on, limit=TOLD_LOOKED_AT) for one in row.causes
        ]  # fmt: skip
        found = [*_late(session, on=on, now=now), *_absent(session, on=on, now=now)]
    again = now - timedelta(minutes=LATE_AGAIN_MIN)
    new = [
        one
        for one in found
        if not any(old.is_of(one) and (old.code == "CREW_ABSENT" or old.at > again) for old in told)
    ]
    for one in new:
        _ask(on, one)
    return len(new)


def _ask(on: date, cause: causes.Cause) -> None:
    """Put the event down; who meets another event in the same moment joins it."""
    for turn in range(3):
        try:
            with transaction(actor=PLANNER) as tx:
                if queries.published_plan(tx.session, on=on) is not None:
                    replan_operations.ask(tx, on=on, cause=cause)
            return
        except IntegrityError:
            if turn == 2:
                raise


def _today(session: Session) -> date:
    return clock.today(policies.zone(session))


def _likely(session: Session, *, on: date, now: datetime) -> list[tuple[models.Route, eta.Planned, eta.Likely]]:
    """Every stop of the plan in force that is in sight, with its likely times."""
    plan = queries.published_plan(session, on=on)
    if plan is None:
        return []
    stops = queries.stops_of(session, plan_id=plan.id)
    rows = orders.by_ids(session, {stop.order_id for few in stops.values() for stop in few})
    visits = queries.visits(session, list(rows))
    found = []
    routes = queries.routes_of(session, plan_id=plan.id)
    where = facts.seen(session, routes=routes, on=on, now=now, zone=policies.zone(session))
    paces = learned_queries.paces(session)
    for route in routes:
        planned = [
            one
            for one in facts.planned_stops(
                stops.get(route.id, []), orders=rows, visits=visits, on=on, pace=paces.get(route.crew_id)
            )
            if moves.in_sight(one.state, "published") and rows[one.order_id].crew_id == route.crew_id
        ]
        for one, times in zip(
            planned, eta.likely(stops=planned, now=now, live=True, seen=where.get(route.crew_id)), strict=True
        ):
            found.append((route, one, times))
    return found


def _ahead(session: Session, *, on: date, crew_id: int) -> list[int]:
    """Orders that a crew still has to go to, by the plan in force."""
    return [
        one.order_id
        for route, one, _ in _likely(session, on=on, now=clock.now())
        if route.crew_id == crew_id and moves.goes_there(one.state, "published") and one.state not in day.STARTED
    ]


def _late(session: Session, *, on: date, now: datetime) -> list[causes.Cause]:
    """Promises that will be missed and that are not among the next stops of their crew, which never move."""
    found: list[causes.Cause] = []
    ahead: dict[int, int] = {}
    for route, one, times in _likely(session, on=on, now=now):
        if one.state != "DISPATCHED":
            continue
        ahead[route.id] = ahead.get(route.id, 0) + 1
        if (
            times.late_min > 0
            and ahead[route.id] > day.NEXT_STOPS_KEPT
            and one.window is not None
            and one.window[1] > now
        ):
            found.append(causes.Cause(code="PROMISE_LATE", at=now, order_id=one.order_id, crew_id=route.crew_id))
    return found


def _absent(session: Session, *, on: date, now: datetime) -> list[causes.Cause]:
    """Crews with stops whose shift began long ago, who have neither checked in nor begun anything."""
    work: dict[int, set[str]] = {}
    for route, one, _ in _likely(session, on=on, now=now):
        work.setdefault(route.crew_id, set()).add(one.state)
    return [
        causes.Cause(code="CREW_ABSENT", at=now, crew_id=shift.crew_id)
        for shift in crews.shifts_on(session, on=on)
        if shift.checked_in_at is None
        and shift.ended_at is None
        and shift.start_at + timedelta(minutes=ABSENT_AFTER_MIN) <= now < shift.end_at
        and work.get(shift.crew_id) == {"DISPATCHED"}
    ]
