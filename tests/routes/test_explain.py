"""Why an order has no stop: the reason holds, and its facts are what would have to change."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from dispatch.routes import planner
from tests.bench import days as towns
from tests.routes import days

HOUR_S = days.HOUR_S


def reasons(problem: planner.Problem) -> dict[int, tuple[str, Mapping[str, object]]]:
    plan = planner.solve(problem=problem, iterations=200)
    return {one.order_id: (one.code, one.facts) for one in plan.unplanned}


def only_reason(*, crews: list[planner.Crew], jobs: list[planner.Job]) -> tuple[str, Mapping[str, object]]:
    (reason,) = reasons(days.day(crews=crews, jobs=jobs)).values()
    return reason


def test_no_street_near_enough() -> None:
    assert only_reason(crews=[days.crew()], jobs=[days.job(1, place=-1)]) == ("OFF_NETWORK", {})


def test_an_island_in_the_streets() -> None:
    travel_s = days.matrix_of([(0, 0), (100, 0)], islands=frozenset({1}))
    problem = planner.Problem(crews=(days.crew(),), jobs=(days.job(1),), travel_s=travel_s)
    assert reasons(problem) == {1: ("OFF_NETWORK", {"island": True})}


def test_nobody_on_shift() -> None:
    assert only_reason(crews=[], jobs=[days.job(1)])[0] == "NO_CREW_ON_SHIFT"
    assert only_reason(crews=[days.crew(end_s=8 * HOUR_S)], jobs=[days.job(1)])[0] == "NO_CREW_ON_SHIFT"


def test_a_crew_whose_start_is_off_the_streets_is_named() -> None:
    code, facts = only_reason(crews=[days.crew(start_place=-1)], jobs=[days.job(1)])
    assert (code, facts) == ("NO_CREW_ON_SHIFT", {"crews_off_network": [1]})


def test_the_crew_an_order_is_locked_to_is_away() -> None:
    reason = only_reason(crews=[days.crew(1)], jobs=[days.job(1, locked_crew_id=2)])
    assert reason == ("LOCKED_CREW_ABSENT", {"locked_crew_id": 2})


def test_a_skill_nobody_has_is_named_and_the_nearest_crew() -> None:
    crews = [days.crew(1, skills=frozenset()), days.crew(2, skills=frozenset({"HYDRANT"}))]
    code, facts = only_reason(crews=crews, jobs=[days.job(1, skills=frozenset({"HYDRANT", "DIVING"}))])
    assert (code, facts) == ("NO_CREW_WITH_SKILL", {"skills": ["DIVING"], "nearest_crew_id": 2, "missing": ["DIVING"]})


def test_skills_that_no_one_crew_has_together() -> None:
    crews = [days.crew(1, skills=frozenset({"AMI"})), days.crew(2, skills=frozenset({"HYDRANT"}))]
    code, facts = only_reason(crews=crews, jobs=[days.job(1, skills=frozenset({"HYDRANT", "AMI"}))])
    assert code == "NO_CREW_WITH_SKILL" and facts["skills"] == ["AMI", "HYDRANT"]


def test_two_people_are_needed() -> None:
    crews = [days.crew(1, people=1), days.crew(2, people=2, skills=frozenset())]
    code, facts = only_reason(crews=crews, jobs=[days.job(1, people=2, skills=frozenset({"HYDRANT"}))])
    assert (code, facts) == ("NEEDS_TWO_PEOPLE", {"people_needed": 2, "most_people": 1})


@pytest.mark.parametrize("given", [{"windows": ((0, 7 * HOUR_S),)}, {"latest_start_s": 7 * HOUR_S}])
def test_the_window_is_over_before_anybody_begins(given: dict[str, object]) -> None:
    code, facts = only_reason(crews=[days.crew()], jobs=[days.job(1, **given)])
    assert (code, facts) == ("WINDOW_PAST", {"latest_s": 7 * HOUR_S, "first_shift_s": 8 * HOUR_S})


def test_a_window_that_nobody_can_drive_to_in_time() -> None:
    reason = only_reason(crews=[days.crew()], jobs=[days.job(1, windows=((0, 8 * HOUR_S + 300),))])
    assert reason == (
        "WINDOW_CANNOT_BE_REACHED",
        {"latest_s": 8 * HOUR_S + 300, "earliest_s": 8 * HOUR_S + 600, "crew_id": 1},
    )


def test_work_longer_than_a_day_says_how_long_it_may_be_and_that_is_true() -> None:
    crew = days.crew()
    code, facts = only_reason(crews=[crew], jobs=[days.job(1, service_s=365 * 86_400)])
    assert code == "TOO_LONG"
    longest = facts["longest_s"]
    assert isinstance(longest, int)
    assert reasons(days.day(crews=[crew], jobs=[days.job(1, service_s=longest)])) == {}
    assert reasons(days.day(crews=[crew], jobs=[days.job(1, service_s=longest + 1)]))[1][0] == "TOO_LONG"


def test_no_room_says_how_much_is_missing_and_with_whom_and_that_is_true() -> None:
    jobs = [days.job(i, service_s=4 * HOUR_S, place=1, value=100.0) for i in (1, 2)] + [days.job(3, value=1.0)]
    crews = [days.crew(1, lunch_earliest_s=None)]
    code, facts = only_reason(crews=crews, jobs=jobs)
    assert (code, facts) == ("NO_ROOM", {"crews_able": 1, "crew_id": 1, "adds_s": 0, "over_s": 1200})
    longer = [replace(crews[0], end_s=crews[0].end_s + 1200)]
    assert reasons(days.day(crews=longer, jobs=jobs)) == {}
    shorter = [replace(crews[0], end_s=crews[0].end_s + 1199)]
    assert reasons(days.day(crews=shorter, jobs=jobs)) != {}


def test_no_room_on_a_full_day_is_true_for_every_order() -> None:
    problem = towns.make_day(network=towns.lattice(side=20), orders=90, crews=3, seed=4)
    plan = planner.solve(problem=problem, iterations=800)
    left = [one for one in plan.unplanned if one.code == "NO_ROOM"]
    assert left
    for one in left:
        for crew_id, sequence in plan.sequences().items():
            for at in range(len(sequence) + 1):
                tried = {**plan.sequences(), crew_id: (*sequence[:at], one.order_id, *sequence[at:])}
                assert not planner.evaluate(problem=problem, sequences=tried).holds
        over_s = one.facts["over_s"]
        assert isinstance(over_s, int) and over_s > 0


def test_reasons_come_most_urgent_first() -> None:
    jobs = [days.job(i, place=-1, priority=p) for i, p in ((1, 6), (2, 0), (3, 3))]
    assert list(reasons(days.day(crews=[days.crew()], jobs=jobs))) == [2, 3, 1]


def test_a_window_that_ends_before_it_begins_is_no_window() -> None:
    code, _ = only_reason(crews=[days.crew()], jobs=[days.job(1, windows=((10 * HOUR_S, 9 * HOUR_S),))])
    assert code == "WINDOW_PAST"


def test_no_places_at_all_is_still_a_day() -> None:
    problem = planner.Problem(crews=(), jobs=(days.job(1, place=-1),), travel_s=np.zeros((0, 0), np.int32))
    assert reasons(problem)[1][0] == "OFF_NETWORK"
