"""So many shutoffs an hour: kept by the search, told to people who break it, given as a reason."""

from collections import Counter
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch.routes import planner, wording
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def cuts_by_hour(problem: planner.Problem, plan: planner.Plan | planner.Evaluation) -> Counter[int]:
    cuts = {job.order_id for job in problem.jobs if job.is_cut}
    return Counter(s.start_s // HOUR_S for route in plan.routes for s in route.stops if s.order_id in cuts)


def with_cuts(jobs: list[planner.Job], *, an_hour: int, crews: int = 1, **given_too: Any) -> planner.Problem:
    problem = days.day(crews=[days.crew(i) for i in range(1, crews + 1)], jobs=jobs)
    return replace(problem, cuts_an_hour=an_hour, **given_too)


def test_no_hour_has_more_cuts_than_may_begin_in_it() -> None:
    problem = with_cuts([days.job(i, service_s=300, is_cut=True) for i in range(1, 13)], an_hour=2, crews=2)
    plan = planner.solve(problem=problem, iterations=400)
    assert checker.faults(problem, plan) == []
    assert plan.unplanned == () and max(cuts_by_hour(problem, plan).values()) == 2


def test_cuts_take_turns_with_other_work_instead_of_waiting() -> None:
    cuts = [days.job(i, service_s=900, is_cut=True) for i in range(1, 8)]
    other = [days.job(i, service_s=2400) for i in range(8, 15)]
    problem = replace(days.day(crews=[days.crew()], jobs=[*cuts, *other], drive_s=60), cuts_an_hour=1)
    plan = planner.solve(problem=problem, iterations=2000)
    assert checker.faults(problem, plan) == []
    assert plan.unplanned == ()


def test_cuts_that_begin_elsewhere_count_in_their_hour() -> None:
    elsewhere = tuple(hour * HOUR_S + 60 for hour in range(8, 17) if hour != 14)
    problem = with_cuts([days.job(i, is_cut=True) for i in (1, 2)], an_hour=1, cuts_elsewhere_s=elsewhere)
    plan = planner.solve(problem=problem, iterations=100)
    assert checker.faults(problem, plan) == []
    assert cuts_by_hour(problem, plan) == {14: 1}
    assert [one.code for one in plan.unplanned] == ["HOUR_FULL"]


def test_a_full_hour_is_the_reason_and_one_more_an_hour_comes_true() -> None:
    morning = ((9 * HOUR_S, 10 * HOUR_S - 1),)
    jobs = [days.job(i, service_s=300, is_cut=True, windows=morning) for i in (1, 2, 3)]
    problem = with_cuts(jobs, an_hour=2)
    plan = planner.solve(problem=problem, iterations=100)
    assert [(one.code, one.facts["cuts_an_hour"]) for one in plan.unplanned] == [("HOUR_FULL", 2)]
    assert planner.solve(problem=replace(problem, cuts_an_hour=3), iterations=100).unplanned == ()


def test_the_last_cut_time_holds_beside_the_hours() -> None:
    jobs = [days.job(i, service_s=300, is_cut=True, latest_start_s=11 * HOUR_S - 1) for i in range(1, 6)]
    problem = with_cuts(jobs, an_hour=1)
    plan = planner.solve(problem=problem, iterations=200)
    assert checker.faults(problem, plan) == []
    assert cuts_by_hour(problem, plan) == {8: 1, 9: 1, 10: 1}
    assert {one.code for one in plan.unplanned} == {"HOUR_FULL"}


@pytest.mark.parametrize("an_hour", [2, 4])
def test_on_a_real_day_the_search_trades_against_the_hours(an_hour: int) -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    free = replace(
        town, jobs=tuple(replace(j, is_cut=j.order_id % 3 == 0, latest_start_s=None if j.order_id % 3 else 14 * HOUR_S,
                                 service_s=420 if j.order_id % 3 == 0 else j.service_s) for j in town.jobs)
    )  # fmt: skip
    limited = replace(free, cuts_an_hour=an_hour)
    without = planner.solve(problem=free, seed=1, iterations=3000)
    plan = planner.solve(problem=limited, seed=1, iterations=3000)
    assert checker.faults(limited, plan) == []
    assert max(cuts_by_hour(free, without).values()) > 2 * an_hour
    # The hours before the last cut are used to the full, with the cuts that are worth most,
    hours = cuts_by_hour(limited, plan)
    assert sum(hours.values()) >= 0.9 * an_hour * len([hour for hour in hours if hour < 14])
    worth = {job.order_id: job.value for job in limited.jobs if job.is_cut}
    done = [worth[i] for ids in plan.sequences().values() for i in ids if i in worth]
    assert sum(done) / len(done) > 1.5 * sum(worth.values()) / len(worth)
    # and the time is given to other work instead of to waiting.
    others = {job.order_id for job in limited.jobs if not job.is_cut}
    assert len(others & {i for ids in plan.sequences().values() for i in ids}) > len(
        others & {i for ids in without.sequences().values() for i in ids}
    )


def test_what_people_put_into_a_full_hour_is_told() -> None:
    problem = with_cuts([days.job(i, service_s=300, is_cut=True, windows=((8 * HOUR_S, 9 * HOUR_S - 1),))
                         for i in (1, 2)], an_hour=1)  # fmt: skip
    evaluation = planner.evaluate(problem=problem, sequences={1: [1, 2]})
    (told,) = evaluation.violations
    assert (told.code, told.order_id) == ("TOO_MANY_CUTS", 2)
    assert told.facts == {"hour_s": 8 * HOUR_S, "cuts": 2, "most": 1}


def test_a_crew_waits_for_the_next_hour_where_that_makes_nobody_late() -> None:
    problem = with_cuts([days.job(i, service_s=300, is_cut=True) for i in (1, 2)], an_hour=1)
    evaluation = planner.evaluate(problem=problem, sequences={1: [1, 2]})
    assert evaluation.holds
    assert [stop.start_s // HOUR_S for stop in evaluation.routes[0].stops] == [8, 9]


def test_cuts_that_a_person_fixed_stand_and_are_told() -> None:
    fixed = [days.job(i, service_s=300, is_cut=True, locked_crew_id=1, locked_position=i) for i in (1, 2)]
    problem = with_cuts([*fixed, days.job(3, service_s=300, is_cut=True)], an_hour=1)
    plan = planner.solve(problem=problem, iterations=100)
    assert plan.sequences()[1] == (1, 2, 3)
    assert {violation.code for violation in plan.violations} == {"TOO_MANY_CUTS"}
    assert checker.faults(problem, plan) == []


def test_a_limit_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="cuts_an_hour is -1"):
        with_cuts([], an_hour=-1)


def test_the_words_name_the_hour_and_the_most_in_both_languages() -> None:
    words = wording.Words(on=None, zone=ZoneInfo("America/Los_Angeles"), call_signs={})
    for text in words.unplanned(code="HOUR_FULL", facts={"cuts_an_hour": 8}):
        assert "8" in text
    for text in wording.too_many_cuts(hour="10:00 AM", cuts=9, most=8):
        assert "9" in text and "8" in text and "10:00 AM" in text
