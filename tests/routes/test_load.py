"""What a vehicle carries: judged by the search, told to people who put too much on it, given as a reason."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from dispatch.routes import planner, wording
from tests.bench import days as towns
from tests.routes import checker, days


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def test_a_vehicle_takes_what_it_carries_and_no_more() -> None:
    jobs = [days.job(i, load=2) for i in range(1, 6)]
    problem = days.day(crews=[days.crew(load=7)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=200)
    assert checker.faults(problem, plan) == []
    assert len(plan.sequences()[1]) == 3
    assert [(one.code, one.facts["over_load"]) for one in plan.unplanned] == [("VEHICLE_FULL", 1)] * 2


def test_the_dearest_of_what_cannot_be_carried_together_is_carried() -> None:
    jobs = [days.job(1, load=6, value=5.0), days.job(2, load=3, value=4.0), days.job(3, load=3, value=4.0)]
    plan = planner.solve(problem=days.day(crews=[days.crew(load=6)], jobs=jobs), iterations=300)
    assert sorted(plan.sequences()[1]) == [2, 3]


def test_loads_are_shared_out_so_that_everything_is_carried() -> None:
    jobs = [days.job(i, load=load) for i, load in enumerate((5, 4, 3, 3, 2, 1), start=1)]
    problem = days.day(crews=[days.crew(1, load=9), days.crew(2, load=9)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=500)
    assert checker.faults(problem, plan) == [] and plan.unplanned == ()


def test_no_load_given_means_that_it_does_not_matter() -> None:
    jobs = [days.job(i, load=1000) for i in range(1, 6)]
    plan = planner.solve(problem=days.day(crews=[days.crew()], jobs=jobs), iterations=100)
    assert plan.unplanned == ()


def test_on_a_real_day_the_search_trades_against_the_load() -> None:
    problem = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    loaded = replace(
        problem,
        crews=tuple(replace(crew, load=30) for crew in problem.crews),
        jobs=tuple(replace(job, load=1 + job.order_id % 4) for job in problem.jobs),
    )
    free = planner.solve(problem=problem, seed=1, iterations=3000)
    tight = planner.solve(problem=loaded, seed=1, iterations=3000)
    assert checker.faults(loaded, tight) == []
    known = {job.order_id: job for job in loaded.jobs}
    carried = [sum(known[order_id].load for order_id in ids) for ids in tight.sequences().values()]
    assert max(carried) <= 30 and sum(carried) >= 0.97 * 30 * len(loaded.crews)
    # Light work is chosen where load is scarce: more value for a unit of load than the day without the rule has.
    freely = sum(known[order_id].load for ids in free.sequences().values() for order_id in ids)
    assert tight.value_served / sum(carried) > free.value_served / freely
    # And the stops are those that the rule leaves, not the free plan with its end cut off.
    assert tight.value_served > 0.75 * free.value_served


def test_what_a_person_fixed_takes_its_share_of_the_vehicle_first() -> None:
    jobs = [
        days.job(1, load=4, value=1.0, locked_crew_id=1, locked_position=0),
        days.job(2, load=3, value=100.0),
        days.job(3, load=1, value=1.0),
    ]
    problem = days.day(crews=[days.crew(load=5)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=200)
    assert plan.sequences()[1] == (1, 3)
    assert [(one.order_id, one.code, one.facts["over_load"]) for one in plan.unplanned] == [(2, "VEHICLE_FULL", 3)]


def test_too_much_fixed_by_a_person_stands_and_is_told() -> None:
    jobs = [days.job(i, load=4, locked_crew_id=1, locked_position=i) for i in (1, 2)]
    problem = days.day(crews=[days.crew(load=5)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=50)
    assert plan.sequences()[1] == (1, 2)
    (told,) = plan.violations
    assert (told.code, told.facts) == ("OVERLOADED", {"load": 8, "most_load": 5, "over_load": 3})
    assert checker.faults(problem, plan) == []


def test_too_heavy_for_every_vehicle_of_an_able_crew() -> None:
    crews = [days.crew(1, load=5), days.crew(2, load=9, skills=frozenset())]
    job = days.job(1, load=7, skills=frozenset({"HYDRANT"}))
    plan = planner.solve(problem=days.day(crews=crews, jobs=[job]), iterations=20)
    (left,) = plan.unplanned
    assert (left.code, left.facts) == ("TOO_HEAVY", {"load": 7, "most_load": 5, "crew_id": 1})


def test_the_missing_load_comes_true_when_the_vehicle_carries_so_much_more() -> None:
    jobs = [days.job(i, load=5, value=2.0) for i in (1, 2)] + [days.job(3, load=4)]
    crew = days.crew(load=11)
    (left,) = planner.solve(problem=days.day(crews=[crew], jobs=jobs), iterations=100).unplanned
    over = left.facts["over_load"]
    assert (left.code, over) == ("VEHICLE_FULL", 3) and isinstance(over, int)
    more = days.day(crews=[replace(crew, load=11 + over)], jobs=jobs)
    assert planner.solve(problem=more, iterations=100).unplanned == ()


def test_a_load_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="order 1: load is -1"):
        days.day(crews=[days.crew()], jobs=[days.job(1, load=-1)])


def test_the_words_name_the_crew_and_the_load_in_both_languages() -> None:
    words = wording.Words(on=None, zone=ZoneInfo("America/Los_Angeles"), call_signs={3: "W-3"})
    assert words.unplanned(code="VEHICLE_FULL", facts={"crew_id": 3, "over_load": 2}) == (
        "Vehicles are full: closest is W-3, 2 too much load",
        "Vehículos llenos: el más cercano W-3, sobra carga de 2",
    )
    english, spanish = words.unplanned(code="TOO_HEAVY", facts={"load": 7, "most_load": 5})
    assert "7" in english and "5" in english and "7" in spanish and "5" in spanish
    assert wording.overloaded(sign="W-3", load=8, most_load=5)[1].startswith("W-3 llevaría una carga de 8")
