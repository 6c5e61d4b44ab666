"""Why an order rides with another crew than the nearest: said where it is so, and true when it is tried."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from dispatch.routes import planner, why_here
from tests.bench import days as towns
from tests.routes import days

HOUR_S = days.HOUR_S


def whys(problem: planner.Problem, sequences: Mapping[int, tuple[int, ...]]) -> dict[int, tuple[str, planner.Facts]]:
    """Of routes as given."""
    routes = planner.evaluate(problem=problem, sequences=sequences).routes
    plan = planner.Plan(
        routes=routes, unplanned=(), iterations=0, seed=1, seconds=0.0,
        travel_s_total=sum(route.travel_s for route in routes), value_served=0.0,
    )  # fmt: skip
    return {i: (one.code, one.facts) for i, one in why_here.surprises(problem=problem, plan=plan).items()}


def at_one_and_two(order: dict[str, object], near: dict[str, object]) -> dict[int, tuple[str, planner.Facts]]:
    """Order 9 at place 1 is done by crew 1, which is else at place 2; crew 2 has order 2 at place 1."""
    jobs = [days.job(1, place=2), days.job(2, place=1), days.job(9, place=1, **order)]
    crews = [days.crew(1), days.crew(2, **near)]
    return whys(days.day(crews=crews, jobs=jobs, drive_s=1200), {1: (1, 9), 2: (2,)})


NEARER = {"crew_id": 2, "less_s": 1200}


def test_a_nearer_crew_that_lacks_the_skill() -> None:
    found = at_one_and_two({"skills": frozenset({"HYDRANT"})}, {"skills": frozenset()})
    assert found == {9: ("LACKS_SKILL", NEARER | {"skills": ("HYDRANT",)})}


def test_a_nearer_crew_of_one() -> None:
    found = at_one_and_two({"people": 2}, {"people": 1})
    assert found == {9: ("TOO_FEW", NEARER | {"people_needed": 2, "people_in_crew": 1})}


def test_a_nearer_crew_that_is_not_to_go_there() -> None:
    assert at_one_and_two({"barred_crew_ids": frozenset({2})}, {}) == {9: ("BARRED", NEARER)}


def test_a_nearer_crew_whose_vehicle_is_full() -> None:
    assert at_one_and_two({"load": 3}, {"load": 1}) == {9: ("FULL", NEARER | {"over_load": 2})}


def test_a_nearer_crew_that_would_run_over() -> None:
    # Out 8:20, two visits until 9:20, back 9:40.
    found = at_one_and_two({}, {"end_s": 9 * HOUR_S + 1800, "lunch_earliest_s": None})
    assert found == {9: ("WOULD_RUN_OVER", NEARER | {"over_s": 600})}


def test_a_nearer_crew_that_would_be_late_for_a_promise() -> None:
    jobs = [days.job(1, place=2), days.job(2, place=1, windows=((8 * HOUR_S, 8 * HOUR_S + 1200),))]
    jobs.append(days.job(9, place=1, windows=((0, 8 * HOUR_S + 1800),)))
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs, drive_s=1200)
    found = whys(problem, {1: (9, 1), 2: (2,)})
    assert found[9] == ("WOULD_BE_LATE", NEARER | {"late_s": 1200, "order_id": 9})


def test_a_nearer_crew_that_would_have_to_eat_late() -> None:
    # There at 10:20, done at 13:20, lunch by 11:00.
    order = {"service_s": 3 * HOUR_S, "windows": ((0, 10 * HOUR_S + 3000),)}
    found = at_one_and_two(order, {"start_s": 10 * HOUR_S, "lunch_latest_s": 11 * HOUR_S})
    assert found == {9: ("WOULD_MISS_LUNCH", NEARER | {"late_s": 8400})}


def test_nothing_is_said_of_the_nearest_crew_nor_where_nothing_speaks_against_the_other() -> None:
    assert at_one_and_two({}, {}) == {}
    jobs = [days.job(1, place=2), days.job(2, place=1), days.job(9, place=1)]
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs, drive_s=1200)
    assert whys(problem, {1: (1,), 2: (2, 9)}) == {}


def test_what_a_person_gave_to_a_crew_needs_no_reason() -> None:
    assert at_one_and_two({"locked_crew_id": 1, "skills": frozenset({"HYDRANT"})}, {"skills": frozenset()}) == {}


def test_the_crew_that_had_it_is_asked_after_even_when_it_is_no_nearer() -> None:
    jobs = [days.job(1, place=1), days.job(2, place=2), days.job(9, place=1, prefer_crew_id=2, people=2)]
    problem = days.day(crews=[days.crew(1), days.crew(2, people=1)], jobs=jobs, drive_s=1200)
    (found,) = whys(problem, {1: (1, 9), 2: (2,)}).values()
    assert found[0] == "TOO_FEW" and found[1]["crew_id"] == 2


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_on_full_days_what_is_said_holds_when_it_is_tried(seed: int) -> None:
    problem = towns.make_day(network=towns.lattice(side=20), orders=100, crews=5, seed=seed)
    problem = dataclasses.replace(problem, travel_s=(problem.travel_s * 3).astype(np.int32))
    plan = planner.solve(problem=problem, iterations=800)
    found = why_here.surprises(problem=problem, plan=plan)
    assert found
    where = {stop.order_id: route for route in plan.routes for stop in route.stops}
    before = {route.crew_id: [stop.order_id for stop in route.stops] for route in plan.routes}
    for order_id, why in found.items():
        crew_id, less_s = why.facts["crew_id"], why.facts["less_s"]
        assert isinstance(crew_id, int) and isinstance(less_s, int) and less_s >= why_here.NEARER_S
        here = where[order_id].crew_id
        rest = [one for one in before[here] if one != order_id]
        saved = []
        for at in range(len(before[crew_id]) + 1):
            tried = {**before, here: rest, crew_id: [*before[crew_id][:at], order_id, *before[crew_id][at:]]}
            moved = planner.evaluate(problem=problem, sequences=tried)
            assert not moved.holds, f"{order_id}: {why}, but it fits at {at}"
            saved.append(plan.travel_s_total - moved.travel_s_total)
        assert max(saved) == less_s
