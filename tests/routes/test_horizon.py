"""Several days at once: what may wait is done on the day on which it costs least, and every day holds by itself."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routes import horizon, planner
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def faults(given_days: list[planner.Problem], found: horizon.Spread) -> list[str]:
    """What the checker finds on each day by itself, and every order twice or nowhere."""
    told = []
    day_of = found.day_of()
    for at, (problem, plan) in enumerate(zip(given_days, found.days, strict=True)):
        here = tuple(job for job in problem.jobs if day_of.get(job.order_id) == at)
        told += [f"day {at}: {one}" for one in checker.faults(replace(problem, jobs=here), plan)]
    every = {job.order_id for problem in given_days for job in problem.jobs}
    seen = [stop.order_id for plan in found.days for route in plan.routes for stop in route.stops]
    left = [one.order_id for one in found.unplanned]
    if sorted(seen + left) != sorted(every):
        told.append(f"{sorted(seen)} planned and {sorted(left)} left are not {sorted(every)}, each once")
    return told


def test_what_has_no_room_today_is_done_tomorrow() -> None:
    jobs = [days.job(i, service_s=2 * HOUR_S) for i in range(1, 7)]
    week = [days.day(crews=[days.crew()], jobs=jobs), days.day(crews=[days.crew()], jobs=jobs)]
    found = horizon.solve(days=week, iterations=300)
    assert found.unplanned == () and faults(week, found) == []
    assert sorted(len(plan.sequences()[1]) for plan in found.days) == [3, 3]


def test_an_order_goes_where_a_crew_passes_anyway() -> None:
    def problem(jobs: list[planner.Job]) -> planner.Problem:
        travel_s = days.matrix_of([(0, 0), (6000, 0), (0, 6000)])
        return planner.Problem(crews=(days.crew(),), jobs=tuple(jobs), travel_s=travel_s)

    today = [days.job(1, place=1, value=100.0), days.job(2, place=2, value=100.0), days.job(3, place=1, value=100.0)]
    tomorrow = [days.job(2, place=2, value=100.0), days.job(3, place=1, value=100.0), days.job(4, place=2, value=100.0)]
    week = [problem(today), problem(tomorrow)]
    found = horizon.solve(days=week, iterations=300)
    assert faults(week, found) == []
    assert found.day_of() == {1: 0, 3: 0, 2: 1, 4: 1}


def test_the_windows_of_each_day_hold_on_that_day() -> None:
    early, late = ((8 * HOUR_S, 9 * HOUR_S),), ((15 * HOUR_S, 16 * HOUR_S),)
    long = days.job(9, value=100.0, service_s=4 * HOUR_S, windows=((8 * HOUR_S, 8 * HOUR_S + 1800),))
    today = days.day(crews=[days.crew()], jobs=[days.job(1, windows=early, value=100.0), long])
    week = [today, replace(today, jobs=(days.job(1, windows=late, value=100.0),))]
    found = horizon.solve(days=week, iterations=200)
    assert faults(week, found) == [] and found.unplanned == ()
    (stop,) = found.days[1].routes[0].stops
    assert stop.order_id == 1 and 15 * HOUR_S <= stop.start_s <= 16 * HOUR_S


def test_a_reason_counts_from_the_last_day_on_which_the_order_could_be_done() -> None:
    gone = days.job(1, windows=((5 * HOUR_S, 6 * HOUR_S),))
    week = [days.day(crews=[days.crew(7)], jobs=[gone]), days.day(crews=[days.crew(7)], jobs=[gone])]
    (told,) = horizon.solve(days=week, iterations=50).unplanned
    assert (told.code, told.facts["latest_s"]) == ("WINDOW_CANNOT_BE_REACHED", 6 * HOUR_S)
    assert told.facts["crew_id"] == 7
    today = days.day(crews=[days.crew(7)], jobs=[days.job(1, skills=frozenset({"VALVE"}))])
    week = [today, replace(today, jobs=())]
    (told,) = horizon.solve(days=week, iterations=50).unplanned
    assert (told.code, told.facts["nearest_crew_id"]) == ("NO_CREW_WITH_SKILL", 7)


def test_the_cuts_of_an_hour_are_counted_on_each_day() -> None:
    jobs = [days.job(i, is_cut=True, windows=((8 * HOUR_S, 9 * HOUR_S - 1),), service_s=600) for i in range(1, 5)]
    crews = [days.crew(i) for i in (1, 2, 3, 4)]
    week = [replace(days.day(crews=crews, jobs=jobs, drive_s=60), cuts_an_hour=2) for _ in range(2)]
    found = horizon.solve(days=week, iterations=200)
    assert found.unplanned == () and faults(week, found) == []
    assert [sum(len(route.stops) for route in plan.routes) for plan in found.days] == [2, 2]


def test_what_a_person_fixed_stands_on_its_day() -> None:
    fixed = days.job(1, locked_crew_id=1, locked_position=0)
    week = [
        days.day(crews=[days.crew(1)], jobs=[fixed, days.job(2)]),
        days.day(crews=[days.crew(1)], jobs=[days.job(2)]),
    ]
    found = horizon.solve(days=week, iterations=100)
    assert faults(week, found) == [] and found.day_of()[1] == 0
    with pytest.raises(ValueError, match="free on another"):
        horizon.solve(days=[week[0], days.day(crews=[days.crew(1)], jobs=[days.job(1)])], iterations=1)


def test_days_that_are_no_days_of_one_town_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        horizon.solve(days=[], iterations=1)
    one = days.day(crews=[days.crew()], jobs=[days.job(1)], drive_s=600)
    other = days.day(crews=[days.crew()], jobs=[days.job(1)], drive_s=700)
    with pytest.raises(ValueError, match="driving times"):
        horizon.solve(days=[one, other], iterations=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(min_value=1, max_value=10_000))
def test_whatever_the_days_every_order_is_done_once_or_says_why(seed: int) -> None:
    town = towns.make_day(network=towns.lattice(side=8), orders=36, crews=2, seed=seed)
    # Of every three orders one must be done today, one tomorrow at the earliest, one on any of the three days.
    week = [
        replace(town, jobs=tuple(j for j in town.jobs if j.order_id % 3 == 2 or (j.order_id % 3 == 0) == (at == 0)))
        for at in range(3)
    ]
    found = horizon.solve(days=week, seed=seed, iterations=150)
    assert faults(week, found) == []


def test_on_real_days_together_is_better_than_one_after_the_other() -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=3, seed=4)
    # A third of the orders must be done on the first day, a third by the second, a third by the third.
    week = []
    for at in range(3):
        week.append(replace(town, jobs=tuple(j for j in town.jobs if at <= j.order_id % 3)))
    together = horizon.solve(days=week, seed=1, iterations=6000)
    assert faults(week, together) == []
    done: set[int] = set()
    value, travel_s = 0.0, 0
    for day in week:
        plan = planner.solve(
            problem=replace(day, jobs=tuple(j for j in day.jobs if j.order_id not in done)), seed=1, iterations=2000
        )
        done |= {stop.order_id for route in plan.routes for stop in route.stops}
        value, travel_s = value + plan.value_served, travel_s + plan.travel_s_total
    price = town.prices.value_s
    both_value = sum(plan.value_served for plan in together.days)
    both_travel_s = sum(plan.travel_s_total for plan in together.days)
    # Planned day by day, today's crews take worthy work that could have waited from work that could not.
    assert both_value > 1.03 * value
    assert both_travel_s - price * both_value < travel_s - price * value
