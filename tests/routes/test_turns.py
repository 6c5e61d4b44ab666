"""One order before another, and crews that must not be sent: kept by the search, told to people, given as a reason."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from dispatch.routes import planner, wording
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S
VALVE, LEAK = frozenset({"VALVE"}), frozenset({"LEAK_DETECT"})


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def stops_of(plan: planner.Plan | planner.Evaluation) -> dict[int, planner.Stop]:
    return {stop.order_id: stop for route in plan.routes for stop in route.stops}


def test_one_crew_does_what_must_be_first_first() -> None:
    jobs = [days.job(1, after_order_ids=(2,)), days.job(2, after_order_ids=(3,)), days.job(3)]
    problem = days.day(crews=[days.crew()], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=100)
    assert plan.sequences()[1] == (3, 2, 1)
    assert checker.faults(problem, plan) == []


def test_a_crew_waits_for_another_to_finish() -> None:
    crews = [days.crew(1, skills=VALVE), days.crew(2, skills=LEAK)]
    jobs = [
        days.job(1, skills=VALVE, service_s=2 * HOUR_S),
        days.job(2, skills=LEAK, after_order_ids=(1,), windows=((8 * HOUR_S, 11 * HOUR_S),)),
    ]
    problem = days.day(crews=crews, jobs=jobs)
    plan = planner.solve(problem=problem, iterations=100)
    assert checker.faults(problem, plan) == [] and plan.unplanned == ()
    stops = stops_of(plan)
    assert stops[2].start_s == stops[1].finish_s


def test_what_is_worth_little_is_done_for_what_waits_for_it() -> None:
    jobs = [
        days.job(1, value=0.1, place=2, service_s=3 * HOUR_S),
        days.job(2, value=50.0, after_order_ids=(1,), service_s=3 * HOUR_S),
        days.job(3, value=20.0, service_s=5 * HOUR_S),
    ]
    plan = planner.solve(problem=days.day(crews=[days.crew()], jobs=jobs, drive_s=1200), iterations=500)
    assert plan.sequences()[1] == (1, 2)


def test_an_order_whose_forerunner_has_no_stop_stays_behind_and_says_so() -> None:
    jobs = [days.job(1, skills=frozenset({"VALVE"})), days.job(2, after_order_ids=(1,))]
    problem = days.day(crews=[days.crew()], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=50)
    left = {one.order_id: one for one in plan.unplanned}
    assert left[1].code == "NO_CREW_WITH_SKILL"
    assert (left[2].code, left[2].facts) == ("WAITS_FOR", {"order_ids": [1]})
    done = days.day(crews=[days.crew()], jobs=[jobs[1]])
    assert planner.solve(problem=done, iterations=50).unplanned == ()


def test_orders_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match=r"wait for each other: \[1, 2\]"):
        days.day(crews=[days.crew()], jobs=[days.job(1, after_order_ids=(2,)), days.job(2, after_order_ids=(1,))])


def test_what_a_person_fixed_bounds_what_waits_for_it_and_what_leads_to_it() -> None:
    crews = [days.crew(1, lunch_earliest_s=None), days.crew(2, lunch_earliest_s=None)]
    jobs = [
        days.job(1, service_s=2 * HOUR_S, locked_crew_id=1, locked_position=0),
        days.job(2, after_order_ids=(1,)),
        days.job(3, locked_crew_id=1, locked_position=1, after_order_ids=(4,)),
        days.job(4),
        days.job(5, service_s=3 * HOUR_S),
    ]
    problem = days.day(crews=crews, jobs=[*jobs[:2], *jobs[2:]])
    plan = planner.solve(problem=problem, iterations=300)
    assert checker.faults(problem, plan) == [] and plan.unplanned == () and plan.violations == ()
    stops = stops_of(plan)
    assert stops[2].start_s >= stops[1].finish_s and stops[4].finish_s <= stops[3].start_s


def test_people_who_put_it_too_soon_are_told() -> None:
    jobs = [days.job(1, service_s=HOUR_S), days.job(2, after_order_ids=(1,), windows=((8 * HOUR_S, 8 * HOUR_S + 900),))]
    evaluation = planner.evaluate(
        problem=days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs), sequences={1: [1], 2: [2]}
    )
    (told,) = evaluation.violations
    assert (told.code, told.order_id) == ("TOO_SOON", 2)
    assert told.facts == {"after_order_id": 1, "finish_s": stops_of(evaluation)[1].finish_s}


def test_on_a_real_day_the_search_trades_against_the_order_of_the_work() -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    # Every seventh order waits for the one before it, somewhere else in town, mostly with another crew.
    jobs = tuple(
        replace(job, after_order_ids=(job.order_id - 1,) if job.order_id % 7 == 0 else ()) for job in town.jobs
    )
    day = replace(town, jobs=jobs)
    free = planner.solve(problem=town, seed=1, iterations=3000)
    plan = planner.solve(problem=day, seed=1, iterations=3000)
    assert checker.faults(day, plan) == [] and plan.violations == ()
    assert checker.faults(day, replace(free)) != []
    stops, crew_of = stops_of(plan), {i: crew_id for crew_id, ids in plan.sequences().items() for i in ids}
    pairs = [(job.order_id - 1, job.order_id) for job in jobs if job.after_order_ids and job.order_id in stops]
    apart = [pair for pair in pairs if crew_of[pair[0]] != crew_of[pair[1]]]
    assert len(pairs) >= 10 and len(apart) >= 5
    assert all(stops[a].finish_s <= stops[b].start_s for a, b in pairs)
    # Whole days are built around it: little is lost against the day without the rule.
    assert plan.value_served > 0.93 * free.value_served


def test_a_crew_that_is_barred_is_not_sent() -> None:
    jobs = [days.job(i, barred_crew_ids=frozenset({1})) for i in (1, 2)]
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=50)
    assert sorted(plan.sequences()[2]) == [1, 2]
    alone = days.day(crews=[days.crew(1)], jobs=jobs)
    assert {(one.code, *one.facts["crew_ids"]) for one in planner.solve(problem=alone, iterations=20).unplanned} == {  # type: ignore[misc]
        ("EVERY_CREW_BARRED", 1)
    }
    (told, _) = planner.evaluate(problem=alone, sequences={1: [1, 2]}).violations
    assert (told.code, told.facts) == ("CREW_BARRED", {"barred_crew_ids": [1]})


def test_on_a_real_day_the_search_goes_round_barred_crews() -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    free = planner.solve(problem=town, seed=1, iterations=3000)
    had = {i: crew_id for crew_id, ids in free.sequences().items() for i in ids}
    jobs = tuple(
        replace(
            job, barred_crew_ids=frozenset({had[job.order_id]} if job.order_id in had and job.order_id % 3 == 0 else ())
        )
        for job in town.jobs
    )
    day = replace(town, jobs=jobs)
    plan = planner.solve(problem=day, seed=1, iterations=3000)
    assert checker.faults(day, plan) == [] and checker.faults(day, free) != []
    assert plan.value_served > 0.95 * free.value_served


def test_the_words_are_there_in_both_languages() -> None:
    words = wording.Words(on=None, zone=ZoneInfo("America/Los_Angeles"), call_signs={1: "W-1"})
    for code, facts in (
        ("WAITS_FOR", {"order_ids": [1]}),
        ("TOO_LATE_FOR", {"order_ids": [1]}),
        ("EVERY_CREW_BARRED", {"crew_ids": [1]}),
    ):
        english, spanish = words.unplanned(code=code, facts=facts)
        assert english not in ("", code) and spanish not in ("", code, english)
    assert "W-1" in words.unplanned(code="EVERY_CREW_BARRED", facts={"crew_ids": [1]})[1]
    assert wording.too_soon(place="4 Elm St", other="9 Oak St")[1].startswith("4 Elm St")
    assert "W-1" in wording.barred(sign="W-1", place="4 Elm St")[0]
