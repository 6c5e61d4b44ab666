"""Planning a day: what always holds, what is traded, what stands."""

import itertools
import threading
from dataclasses import replace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from dispatch.routes import planner
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def order_ids(plan: planner.Plan, crew_id: int = 1) -> list[int]:
    return list(plan.sequences()[crew_id])


@hypothesis.settings(max_examples=300, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(problem=days.days(), seed=st.integers(0, 2**40))
def test_every_plan_of_any_day_passes_the_checker(problem: planner.Problem, seed: int) -> None:
    plan = planner.solve(problem=problem, seed=seed, iterations=60)
    assert checker.faults(problem, plan) == []


@hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(problem=days.days(), seed=st.integers(0, 1000))
def test_a_plan_begun_from_another_passes_the_checker(problem: planner.Problem, seed: int) -> None:
    first = planner.solve(problem=problem, seed=seed, iterations=30)
    fewer = planner.Problem(crews=problem.crews[:2], jobs=problem.jobs[1:], travel_s=problem.travel_s)
    again = planner.solve(problem=fewer, seed=seed, iterations=30, start=first)
    assert checker.faults(fewer, again) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_real_size_day_passes_the_checker_and_is_the_same_every_time(seed: int) -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=150, crews=5, seed=seed)
    plan = planner.solve(problem=problem, seed=seed, iterations=1500)
    assert checker.faults(problem, plan) == []
    assert plan.unplanned and not plan.violations
    again = planner.solve(problem=problem, seed=seed, iterations=1500)
    assert again.routes == plan.routes and again.unplanned == plan.unplanned
    assert plan.iterations == 1500 and plan.seed == seed


def test_another_seed_searches_another_way() -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=120, crews=4, seed=1)
    one, two = (planner.solve(problem=problem, seed=seed, iterations=300) for seed in (1, 2))
    assert one.routes != two.routes


def test_searching_longer_never_gives_less() -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=150, crews=5, seed=3)

    def price(plan: planner.Plan) -> float:
        return plan.travel_s_total - 600 * plan.value_served

    costs = [price(planner.solve(problem=problem, seed=1, iterations=n)) for n in (1, 3000)]
    assert costs[1] < costs[0]


@pytest.mark.parametrize("seed", range(12))
def test_small_days_are_planned_as_well_as_by_trying_everything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = [(int(x), int(y)) for x, y in rng.integers(0, 1000, size=(7, 2))]
    windows = [((9 * HOUR_S, 10 * HOUR_S),), (), ((13 * HOUR_S, 14 * HOUR_S), (8 * HOUR_S, 8 * HOUR_S + 900)), ()]
    jobs = tuple(
        planner.Job(
            order_id=i,
            place=i,
            service_s=int(rng.integers(1800, 7200)),
            windows=windows[i % 4],
            value=float(rng.choice([10, 30, 100])),
        )
        for i in range(1, 7)
    )
    problem = planner.Problem(crews=(days.crew(),), jobs=jobs, travel_s=days.matrix_of(points, seed=seed))
    best = min(
        evaluation.travel_s_total - 600 * evaluation.value_served
        for count in range(len(jobs) + 1)
        for sequence in itertools.permutations(range(1, 7), count)
        if (evaluation := planner.evaluate(problem=problem, sequences={1: sequence})).holds
    )
    plan = planner.solve(problem=problem, seed=seed, iterations=4000)
    assert plan.travel_s_total - 600 * plan.value_served <= best + 1e-6


def test_an_empty_day_is_an_empty_plan() -> None:
    plan = planner.solve(problem=days.day(crews=[days.crew()], jobs=[]), iterations=10)
    assert plan.routes[0].stops == () and plan.unplanned == ()


def test_lunch_is_planned_inside_its_hours_and_never_inside_the_work() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(i, service_s=5400) for i in range(1, 8)])
    plan = planner.solve(problem=problem, iterations=500)
    route = plan.routes[0]
    assert checker.faults(problem, plan) == []
    assert route.lunch is not None and 11 * HOUR_S <= route.lunch[0] <= 13 * HOUR_S
    assert len(route.stops) == 5


def test_without_a_lunch_left_one_more_order_fits() -> None:
    jobs = [days.job(i, service_s=3600) for i in range(1, 10)]
    fed = planner.solve(problem=days.day(crews=[days.crew(lunch_earliest_s=None)], jobs=jobs), iterations=300)
    hungry = planner.solve(problem=days.day(crews=[days.crew(lunch_s=3600)], jobs=jobs), iterations=300)
    assert (len(order_ids(fed)), len(order_ids(hungry))) == (8, 7)


def test_a_second_window_of_the_day_is_used() -> None:
    morning, afternoon = (8 * HOUR_S, 8 * HOUR_S), (14 * HOUR_S, 15 * HOUR_S)
    plan = planner.solve(
        problem=days.day(crews=[days.crew()], jobs=[days.job(1, windows=(morning, afternoon))]), iterations=50
    )
    assert plan.routes[0].stops[0].start_s == 14 * HOUR_S


def test_the_last_cut_time_binds_the_start() -> None:
    late = days.job(1, windows=((12 * HOUR_S, 16 * HOUR_S),), latest_start_s=14 * HOUR_S)
    first = days.job(2, service_s=6 * HOUR_S, value=100.0)
    crew = days.crew(lunch_earliest_s=None)
    bound = planner.solve(problem=days.day(crews=[crew], jobs=[late, first]), iterations=100)
    assert order_ids(bound) == [2] and bound.unplanned[0].order_id == 1
    free = planner.solve(
        problem=days.day(crews=[crew], jobs=[replace(late, latest_start_s=None), first]), iterations=100
    )
    assert order_ids(free) == [2, 1]


def test_dear_work_pushes_cheap_work_out() -> None:
    jobs = [days.job(i, service_s=2 * HOUR_S, value=1.0) for i in range(1, 5)]
    jobs += [days.job(i, service_s=2 * HOUR_S, value=100.0) for i in range(5, 8)]
    plan = planner.solve(problem=days.day(crews=[days.crew()], jobs=jobs), iterations=500)
    assert {5, 6, 7} <= set(order_ids(plan))


def test_orders_of_one_place_are_visited_in_one_go() -> None:
    jobs = [days.job(i, place=1 + i % 2) for i in range(1, 7)]
    plan = planner.solve(problem=days.day(crews=[days.crew()], jobs=jobs), iterations=500)
    assert plan.travel_s_total == 3 * 600


def test_fixed_stops_come_first_in_their_order_and_stand_even_when_they_break_rules() -> None:
    jobs = [
        days.job(1, locked_crew_id=1, locked_position=1, windows=((8 * HOUR_S, 8 * HOUR_S + 60),)),
        days.job(2, locked_crew_id=1, locked_position=0, skills=frozenset({"DIVING"})),
        days.job(3),
    ]
    problem = days.day(crews=[days.crew()], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=100)
    assert order_ids(plan)[:2] == [2, 1] and 3 in order_ids(plan)
    assert {(v.code, v.order_id) for v in plan.violations} == {("MISSING_SKILL", 2), ("LATE", 1)}
    assert checker.faults(problem, plan) == []


def test_a_fixed_beginning_that_overruns_the_shift_stands_and_nothing_is_added() -> None:
    jobs = [days.job(1, service_s=10 * HOUR_S, locked_crew_id=1, locked_position=0), days.job(2)]
    problem = days.day(crews=[days.crew()], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=50)
    assert order_ids(plan) == [1]
    assert {v.code for v in plan.violations} >= {"SHIFT_OVERRUN"}
    assert [one.code for one in plan.unplanned] == ["NO_ROOM"]


def test_an_order_given_to_a_crew_stays_with_it_whatever_it_is_worth() -> None:
    crews = [days.crew(1), days.crew(2)]
    mine = [days.job(i, service_s=2 * HOUR_S, value=0.5, locked_crew_id=2) for i in (1, 2, 3)]
    dear = [days.job(i, service_s=2 * HOUR_S, value=100.0) for i in range(4, 10)]
    plan = planner.solve(problem=days.day(crews=crews, jobs=[*mine, *dear]), iterations=500)
    assert {1, 2, 3} <= set(order_ids(plan, 2))


def test_an_order_stays_with_the_crew_that_had_it_unless_the_drive_is_much_longer() -> None:
    crews = [days.crew(1, start_place=0, end_place=0), days.crew(2, start_place=1, end_place=1)]
    near_two = [days.job(1, place=1, prefer_crew_id=1)]
    stays = planner.solve(problem=days.day(crews=crews, jobs=near_two, drive_s=500), iterations=200)
    moves = planner.solve(problem=days.day(crews=crews, jobs=near_two, drive_s=1500), iterations=200)
    assert (order_ids(stays, 1), order_ids(moves, 2)) == ([1], [1])


def test_an_emergency_in_the_morning_leaves_nearly_every_order_with_its_crew() -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=150, crews=6, seed=2)
    plan = planner.solve(problem=problem, seed=1, iterations=3000)
    home = {order_id: crew_id for crew_id, sequence in plan.sequences().items() for order_id in sequence}
    fixed = {
        order_id: (crew_id, at)
        for crew_id, sequence in plan.sequences().items()
        for at, order_id in enumerate(sequence[:3])
    }
    standing = []
    for job in problem.jobs:
        crew_id, at = fixed.get(job.order_id, (None, None))
        standing.append(replace(job, prefer_crew_id=home.get(job.order_id), locked_crew_id=crew_id, locked_position=at))
    burst = [days.job(1000 + i, place=i, value=100.0, priority=1, service_s=3600) for i in range(4)]
    again_day = replace(problem, jobs=(*standing, *burst))
    again = planner.solve(problem=again_day, seed=1, iterations=3000, start=plan)
    assert checker.faults(again_day, again) == []
    now = {order_id: crew_id for crew_id, sequence in again.sequences().items() for order_id in sequence}
    assert {1000, 1001, 1002, 1003} <= set(now)
    moved = [order_id for order_id in home if order_id in now and now[order_id] != home[order_id]]
    assert len(moved) <= 0.03 * len(home)
    assert again.travel_s_total - 600 * again.value_served < plan.travel_s_total - 600 * plan.value_served


def test_a_plan_that_is_begun_again_without_a_change_is_not_worse() -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=120, crews=5, seed=5)
    plan = planner.solve(problem=problem, seed=1, iterations=2000)
    again = planner.solve(problem=problem, seed=9, iterations=50, start=plan)
    assert again.travel_s_total - 600 * again.value_served <= plan.travel_s_total - 600 * plan.value_served


def test_overtime_is_worked_for_dear_work_only_by_crews_that_may() -> None:
    long = [days.job(1, service_s=9 * HOUR_S, value=100.0)]
    may_not, may = days.crew(lunch_earliest_s=None), days.crew(lunch_earliest_s=None, overtime_ok=True)
    assert planner.solve(problem=days.day(crews=[may_not], jobs=long), iterations=50).unplanned
    plan = planner.solve(problem=days.day(crews=[may], jobs=long), iterations=50)
    assert order_ids(plan) == [1] and not plan.violations


def test_a_search_can_be_stopped_and_says_how_far_it_is() -> None:
    problem = towns.make_day(network=towns.lattice(side=20), orders=100, crews=4, seed=1)
    heard: list[tuple[float, str]] = []
    stop = threading.Event()

    def listen(fraction: float, message: str) -> None:
        heard.append((fraction, message))
        if fraction > 0:
            stop.set()

    plan = planner.solve(problem=problem, iterations=10_000_000, on_progress=listen, should_stop=stop.is_set)
    assert plan.iterations < 10_000_000
    assert checker.faults(problem, plan) == []
    assert heard[-1][0] == 1.0 and [f for f, _ in heard] == sorted(f for f, _ in heard)


def test_a_search_by_seconds_ends_and_a_small_day_ends_early() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(1), days.job(2)])
    plan = planner.solve(problem=problem, seconds=3600)
    assert sorted(order_ids(plan)) == [1, 2]
    assert planner.solve(problem=problem, seconds=0).unplanned == ()


def test_a_limit_must_be_given() -> None:
    with pytest.raises(ValueError, match="seconds or iterations"):
        planner.solve(problem=days.day(crews=[], jobs=[]))


def test_a_problem_that_means_nothing_is_refused_with_all_its_faults() -> None:
    with pytest.raises(ValueError, match=r"order 1: service_s is -5; order 1: place 9"):
        planner.Problem(
            crews=(days.crew(),), jobs=(days.job(1, service_s=-5, place=9),), travel_s=np.zeros((2, 2), np.int32)
        )
    with pytest.raises(ValueError, match="appears twice"):
        days.day(crews=[days.crew()], jobs=[days.job(1), days.job(1)])
