"""The utility's limit on shutoffs an hour, from the setting to the routes of the day."""

from collections import Counter
from datetime import datetime

import pytest
from flask import Flask

from dispatch import errors
from dispatch.policies import operations as policies
from dispatch.routes import moves, queries
from dispatch.transaction import reading
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
