"""Timing of sequences as people make them: what a move does, and which rules it breaks."""

import pytest

from dispatch.routes import planner
from tests.routes import days

HOUR_S = days.HOUR_S


def broken(evaluation: planner.Evaluation) -> set[tuple[str, int | None]]:
    return {(violation.code, violation.order_id) for violation in evaluation.violations}


def test_stops_follow_each_other_by_drive_and_work() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(1, place=1), days.job(2, place=2)], drive_s=600)
    (route,) = planner.evaluate(problem=problem, sequences={1: [2, 1]}).routes
    assert [(s.order_id, s.arrive_s - 8 * HOUR_S, s.finish_s - 8 * HOUR_S) for s in route.stops] == [
        (2, 600, 2400),
        (1, 3000, 4800),
    ]
    assert route.travel_s == 1800 and route.lunch is not None


def test_a_crew_waits_for_a_window_to_open() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(1, windows=((9 * HOUR_S, 10 * HOUR_S),))])
    (stop,) = planner.evaluate(problem=problem, sequences={1: [1]}).routes[0].stops
    assert (stop.arrive_s, stop.start_s) == (8 * HOUR_S + 600, 9 * HOUR_S)


def test_a_late_stop_is_timed_and_named_with_the_minutes() -> None:
    jobs = [days.job(1, service_s=2 * HOUR_S), days.job(2, windows=((8 * HOUR_S, 9 * HOUR_S),))]
    evaluation = planner.evaluate(problem=days.day(crews=[days.crew()], jobs=jobs), sequences={1: [1, 2]})
    assert broken(evaluation) == {("LATE", 2)}
    assert evaluation.violations[0].facts == {"late_s": HOUR_S + 600, "latest_s": 9 * HOUR_S}
    assert not evaluation.holds


def test_lunch_goes_where_it_makes_nobody_late() -> None:
    jobs = [
        days.job(1, windows=((11 * HOUR_S, 11 * HOUR_S),)),
        days.job(2, windows=((11 * HOUR_S + 1800, 11 * HOUR_S + 1800),)),
    ]
    evaluation = planner.evaluate(problem=days.day(crews=[days.crew()], jobs=jobs), sequences={1: [1, 2]})
    assert evaluation.holds
    lunch = evaluation.routes[0].lunch
    assert lunch is not None and lunch[0] == 12 * HOUR_S + 600


def test_a_sequence_without_room_for_lunch_overruns_something_and_says_so() -> None:
    jobs = [days.job(1, service_s=8 * HOUR_S)]
    evaluation = planner.evaluate(problem=days.day(crews=[days.crew()], jobs=jobs), sequences={1: [1]})
    assert {code for code, _ in broken(evaluation)} <= {"SHIFT_OVERRUN", "LUNCH_LATE"} and evaluation.violations


def test_every_broken_rule_is_named_at_once() -> None:
    jobs = [
        days.job(1, skills=frozenset({"DIVING"}), people=3),
        days.job(2, place=-1),
        days.job(3, locked_crew_id=2),
        days.job(4, service_s=9 * HOUR_S),
    ]
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    found = broken(planner.evaluate(problem=problem, sequences={1: [1, 2, 3, 4], 2: [1]}))
    assert {
        ("MISSING_SKILL", 1),
        ("NOT_ENOUGH_PEOPLE", 1),
        ("OFF_NETWORK", 2),
        ("OTHER_CREW_LOCKED", 3),
        ("SHIFT_OVERRUN", None),
        ("PLANNED_TWICE", 1),
    } <= found


def test_moving_a_fixed_stop_out_of_its_place_is_named() -> None:
    jobs = [days.job(1, locked_crew_id=1, locked_position=0), days.job(2)]
    problem = days.day(crews=[days.crew()], jobs=jobs)
    assert broken(planner.evaluate(problem=problem, sequences={1: [2, 1]})) == {("LOCK_ORDER", 1)}
    assert planner.evaluate(problem=problem, sequences={1: [1, 2]}).holds


def test_an_island_is_named_and_does_not_move_the_day_by_weeks() -> None:
    problem = planner.Problem(
        crews=(days.crew(),),
        jobs=(days.job(1), days.job(2, place=2)),
        travel_s=days.matrix_of([(0, 0), (100, 0), (200, 0)], islands=frozenset({1})),
    )
    evaluation = planner.evaluate(problem=problem, sequences={1: [1, 2]})
    assert ("CANNOT_BE_DRIVEN", 1) in broken(evaluation)
    assert evaluation.routes[0].finish_s < 24 * HOUR_S


def test_a_crew_that_is_not_named_stays_at_its_start() -> None:
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=[days.job(1)])
    evaluation = planner.evaluate(problem=problem, sequences={1: [1]})
    assert [len(route.stops) for route in evaluation.routes] == [1, 0]
    assert evaluation.routes[1].finish_s == 8 * HOUR_S and evaluation.value_served == 1.0


def test_unknown_crews_and_orders_are_refused_by_name() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(1)])
    with pytest.raises(ValueError, match=r"crews \[7\], orders \[5\]"):
        planner.evaluate(problem=problem, sequences={7: [1, 5]})
