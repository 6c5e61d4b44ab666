"""The utility's limit on shutoffs an hour, from the setting to the routes of the day."""

from collections import Counter
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.policies import operations as policies
from dispatch.routes import moves, queries, shown, workflow
from dispatch.transaction import HOUSE, reading
from tests import given
from tests.routes import days, given_day

HOUR_S = days.HOUR_S


def test_the_planned_day_keeps_to_the_limit_of_the_utility(app: Flask) -> None:
    given_day.streets()
    given.a_crew(letter="A")
    given.a_crew(letter="B")
    with given.edge() as tx:
        policies.limit_shutoffs(tx, an_hour=1)
    due = [given_day.a_shutoff() for _ in range(3)]
    plan_id = given_day.planned()
    assert given_day.left(plan_id) == {}
    starts = _starts(plan_id)
    assert sorted(starts) == sorted(due)
    assert max(Counter(at.replace(minute=0, second=0, microsecond=0) for at in starts.values()).values()) == 1


def test_a_shutoff_moved_by_hand_waits_for_an_hour_with_room_on_all_routes(app: Flask) -> None:
    given_day.streets()
    crews = [given.a_crew(letter=letter) for letter in "ABC"]
    for _ in range(3):
        given_day.a_shutoff()
    with given.edge() as tx:
        policies.limit_shutoffs(tx, an_hour=1)
    plan_id = given_day.planned()
    before = _starts(plan_id)
    stops = given_day.stops(plan_id)
    here, there = sorted(crews, key=lambda crew: -len(stops[crew.crew_id]))[:2]
    with reading() as session:
        route = next(r for r in queries.routes_of(session, plan_id=plan_id) if r.crew_id == there.crew_id)
        move = moves.find(
            session, order_id=stops[here.crew_id][0], to_route_id=route.id, position=0, version=route.version,
            now=given.NOW,
        )  # fmt: skip
    touched = {stop.order_id: stop.start_s // HOUR_S for timed in move.timed.values() for stop in timed.stops}
    hours = [*touched.values(), *(at.astimezone(given.PACIFIC).hour for i, at in before.items() if i not in touched)]
    assert len(hours) == 3 == len(set(hours))


def test_a_shutoff_that_runs_late_on_another_route_counts_when_it_is_likely_to_begin(app: Flask) -> None:
    given_day.streets()
    crews = [given.a_crew(letter=letter) for letter in "ABC"]
    first, second = given_day.a_shutoff(), given_day.a_shutoff()
    with given.edge() as tx:
        policies.limit_shutoffs(tx, an_hour=1)
    plan_id = given_day.planned()
    first, second = sorted((first, second), key=lambda i: _starts(plan_id)[i])
    home = next(crew for crew in crews if first in given_day.stops(plan_id)[crew.crew_id])
    late, free = (crew for crew in crews if crew is not home)
    with given.edge() as tx:
        moves.make(tx, move=_moved(tx.session, first, plan_id=plan_id, to=late, now=given.NOW), reason="")
    workflow.publish(plan_id=plan_id, actor=HOUSE)
    assert _starts(plan_id)[first].hour < _starts(plan_id)[second].hour
    # The first has not begun an hour later: it comes into the hour of the second, which is full now.
    now = _starts(plan_id)[second].replace(minute=10)
    with reading() as session:
        day = shown.day_routes(session, on=given.WORKDAY, now=now)
        (likely_at,) = (stop.start_at for route in day.routes for stop in route.stops if stop.order_id == first)
        move = _moved(session, second, plan_id=plan_id, to=free, now=now)
    assert likely_at == now, "the board shows that it is late"
    assert move.ripple.start_at is not None
    assert move.ripple.start_at.hour == now.hour + 1


def test_a_limit_that_makes_no_sense_is_refused(app: Flask) -> None:
    with given.edge() as tx, pytest.raises(errors.Refusal, match="Between 1 and"):
        policies.limit_shutoffs(tx, an_hour=0)


def _starts(plan_id: int) -> dict[int, datetime]:
    with reading() as session:
        return {
            stop.order_id: stop.start_at
            for some in queries.stops_of(session, plan_id=plan_id).values()
            for stop in some
        }


def _moved(session: Session, order_id: int, *, plan_id: int, to: given.CrewOnShift, now: datetime) -> moves.Move:
    route = next(one for one in queries.routes_of(session, plan_id=plan_id) if one.crew_id == to.crew_id)
    return moves.find(
        session, order_id=order_id, to_route_id=route.id, position=0, version=route.version, now=now
    )  # fmt: skip
