"""Several orders at one place, done one after the other, cost one approach."""

import itertools
from dataclasses import replace

import pytest

from dispatch.routes import planner
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def test_the_first_order_at_a_place_needs_the_approach_and_those_after_it_do_not() -> None:
    jobs = [days.job(i, service_s=600, approach_s=300) for i in (1, 2, 3)]
    problem = days.day(crews=[days.crew()], jobs=jobs, drive_s=600)
    (route,) = planner.solve(problem=problem, iterations=100).routes
    begins = [stop.start_s - 8 * HOUR_S for stop in route.stops]
    assert begins == [900, 1500, 2100]
    assert route.stops[0].arrive_s == 8 * HOUR_S + 600 and route.travel_s == 1200


def test_meters_at_one_address_stay_together_though_their_worth_differs() -> None:
    jobs = [days.job(i, place=1 + i % 2, service_s=600, approach_s=900, value=float(i)) for i in range(1, 9)]
    problem = days.day(crews=[days.crew()], jobs=jobs, drive_s=60)
    plan = planner.solve(problem=problem, iterations=1000)
    assert checker.faults(problem, plan) == [] and plan.unplanned == ()
    places = [1 + order_id % 2 for order_id in plan.sequences()[1]]
    assert sum(1 for a, b in itertools.pairwise(places) if a != b) == 1


def test_an_approach_that_does_not_fit_before_the_window_closes_is_not_planned() -> None:
    jobs = [days.job(1, approach_s=901, windows=((8 * HOUR_S, 8 * HOUR_S + 1500),))]
    problem = days.day(crews=[days.crew()], jobs=jobs, drive_s=600)
    assert [one.code for one in planner.solve(problem=problem, iterations=20).unplanned] == ["WINDOW_CANNOT_BE_REACHED"]
    sooner = replace(problem, jobs=(replace(jobs[0], approach_s=900),))
    assert planner.solve(problem=sooner, iterations=20).unplanned == ()


def test_lunch_that_falls_into_an_approach_leaves_the_arrival_where_it_was() -> None:
    crew = replace(days.crew(), start_s=9 * HOUR_S, lunch_earliest_s=10 * HOUR_S, lunch_latest_s=10 * HOUR_S)
    job = days.job(1, service_s=0, approach_s=HOUR_S)
    problem = days.day(crews=[crew], jobs=[job], drive_s=60)
    plan = planner.solve(problem=problem, iterations=20)
    (stop,) = plan.routes[0].stops
    assert stop.arrive_s == 9 * HOUR_S + 60
    assert stop.start_s == stop.arrive_s + HOUR_S + crew.lunch_s
    assert checker.faults(problem, plan) == []


def test_on_a_real_day_the_search_bundles_what_lies_at_one_place() -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    # Every fourth order is at the place of the one before it, as meters of one building are.
    places = {job.order_id: town.jobs[i - 1].place if i % 4 == 3 else job.place for i, job in enumerate(town.jobs)}
    free = replace(town, jobs=tuple(replace(job, place=places[job.order_id]) for job in town.jobs))
    day = replace(free, jobs=tuple(replace(job, approach_s=480) for job in free.jobs))
    plan = planner.solve(problem=day, seed=1, iterations=4000)
    assert checker.faults(day, plan) == []
    without = planner.evaluate(problem=day, sequences=planner.solve(problem=free, seed=1, iterations=4000).sequences())

    def bundled(answer: planner.Plan | planner.Evaluation) -> float:
        """Share of the stops reached without driving."""
        stops = [stop for route in answer.routes for stop in route.stops]
        return sum(1 for stop in stops if stop.travel_s == 0) / len(stops)

    assert bundled(plan) > bundled(without)
    # The day planned without it cannot be kept with it; the one planned with it can.
    assert without.violations and not plan.violations


def test_an_approach_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="order 1: approach_s is -1"):
        days.day(crews=[days.crew()], jobs=[days.job(1, approach_s=-1)])
