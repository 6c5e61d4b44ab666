"""Two crews at one visit: they begin at the same second or neither goes; kept by the search, told to people."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routes import planner, wording
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S
VALVE = frozenset({"VALVE"})


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def stops_of(plan: planner.Plan | planner.Evaluation) -> dict[int, tuple[int, planner.Stop]]:
    return {stop.order_id: (route.crew_id, stop) for route in plan.routes for stop in route.stops}


def test_two_crews_begin_at_the_same_second() -> None:
    jobs = [
        days.job(1, meets_order_id=2), days.job(2),
        days.job(3, windows=((8 * HOUR_S, 9 * HOUR_S),)), days.job(4, service_s=2 * HOUR_S),
    ]  # fmt: skip
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=300)
    assert checker.faults(problem, plan) == [] and plan.unplanned == () and plan.violations == ()
    one, other = stops_of(plan)[1], stops_of(plan)[2]
    assert one[0] != other[0] and one[1].start_s == other[1].start_s


def test_the_window_of_either_binds_both() -> None:
    jobs = [
        days.job(1, meets_order_id=2, windows=((9 * HOUR_S, 15 * HOUR_S),)),
        days.job(2, windows=((8 * HOUR_S, 8 * HOUR_S + 60), (14 * HOUR_S, 15 * HOUR_S))),
    ]
    problem = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=100)
    assert checker.faults(problem, plan) == []
    assert {stop.start_s for _, stop in stops_of(plan).values()} == {14 * HOUR_S}


def test_one_crew_alone_does_not_go_and_both_say_why() -> None:
    jobs = [days.job(1, meets_order_id=2), days.job(2), days.job(3)]
    plan = planner.solve(problem=days.day(crews=[days.crew(1)], jobs=jobs), iterations=100)
    assert plan.sequences() == {1: (3,)}
    left = {one.order_id: (one.code, one.facts) for one in plan.unplanned}
    assert left == {1: ("NO_MEETING", {"order_id": 2}), 2: ("NO_MEETING", {"order_id": 1})}
    jobs[1] = days.job(2, skills=VALVE)
    plan = planner.solve(problem=days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs), iterations=100)
    codes = {one.order_id: one.code for one in plan.unplanned}
    assert codes == {1: "NO_OTHER_HALF", 2: "NO_CREW_WITH_SKILL"}


def test_what_a_person_fixed_is_met_there() -> None:
    crews = [days.crew(1), days.crew(2)]
    jobs = [
        days.job(1, locked_crew_id=1, locked_position=0), days.job(2, meets_order_id=1),
        days.job(3, service_s=3 * HOUR_S),
    ]  # fmt: skip
    problem = days.day(crews=crews, jobs=jobs)
    plan = planner.solve(problem=problem, iterations=200)
    assert checker.faults(problem, plan) == [] and plan.unplanned == () and plan.violations == ()
    assert stops_of(plan)[2][0] == 2


def test_people_who_part_them_are_told() -> None:
    jobs = [days.job(1, meets_order_id=2), days.job(2), days.job(3, service_s=HOUR_S)]
    day = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    assert planner.evaluate(problem=day, sequences={1: [1], 2: [3, 2]}).violations == ()
    (alone,) = planner.evaluate(problem=day, sequences={1: [1], 2: [3]}).violations
    assert (alone.code, alone.order_id, alone.facts["other_start_s"]) == ("APART", 1, None)
    (same,) = planner.evaluate(problem=day, sequences={1: [1, 2], 2: []}).violations
    assert (same.code, same.crew_id, same.order_id) == ("APART", 1, 1)


def test_what_cannot_be_meant_is_refused() -> None:
    crews = [days.crew(1), days.crew(2)]
    with pytest.raises(ValueError, match="meets itself"):
        days.day(crews=crews, jobs=[days.job(1, meets_order_id=1)])
    with pytest.raises(ValueError, match="more than one other"):
        days.day(crews=crews, jobs=[days.job(1, meets_order_id=2), days.job(3, meets_order_id=2), days.job(2)])
    with pytest.raises(ValueError, match="cannot wait"):
        days.day(crews=crews, jobs=[days.job(1, meets_order_id=2), days.job(2, after_order_ids=(3,)), days.job(3)])


def test_a_plan_to_begin_from_keeps_its_meetings() -> None:
    jobs = [days.job(i, place=i % 5, meets_order_id=i + 1 if i in (1, 3) else None) for i in range(1, 19)]
    problem = days.day(crews=[days.crew(1), days.crew(2), days.crew(3)], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=500)
    again = planner.solve(problem=problem, iterations=0, start=plan)
    assert checker.faults(problem, again) == []
    assert set(stops_of(plan)) == set(stops_of(again))


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1, max_value=10_000))
def test_whatever_the_day_the_checker_finds_both_or_neither(seed: int) -> None:
    town = towns.make_day(network=towns.lattice(side=8), orders=24, crews=3, seed=seed)
    some = seed % 5 + 1
    jobs = tuple(
        replace(job, meets_order_id=town.jobs[at + 1].order_id if at % 2 == 0 and at < 2 * some else None)
        for at, job in enumerate(town.jobs)
    )
    day = replace(town, jobs=jobs, cuts_an_hour=None if seed % 2 else 4)
    plan = planner.solve(problem=day, seed=seed, iterations=200)
    assert checker.faults(day, plan) == []
    assert plan.violations == ()


def test_on_a_real_day_the_search_builds_routes_around_where_two_crews_meet() -> None:
    town = towns.make_day(network=towns.lattice(side=25), orders=300, crews=8, seed=4)
    # The first twelve pairs of a kind of work that most crews can do meet; a visit of two crews is worth more.
    able = [job for job in town.jobs if not job.skills][:24]
    meets = {a.order_id: b for a, b in zip(able[::2], able[1::2], strict=True)}
    assert len(meets) == 12
    place = {job.order_id: job.place for job in town.jobs}
    halves = {b.order_id: i for i, b in meets.items()}
    jobs = tuple(
        replace(job, meets_order_id=meets[job.order_id].order_id, value=20.0)
        if job.order_id in meets
        else replace(job, place=place[halves[job.order_id]], value=20.0, windows=())
        if job.order_id in halves
        else job
        for job in town.jobs
    )
    day = replace(town, jobs=jobs)
    free = planner.solve(problem=replace(day, jobs=tuple(replace(j, meets_order_id=None) for j in jobs)), seed=1,
                         iterations=3000)  # fmt: skip
    plan = planner.solve(problem=day, seed=1, iterations=3000)
    assert checker.faults(day, plan) == [] and plan.violations == ()
    assert checker.faults(day, free) != []
    stops = stops_of(plan)
    met = [i for i in meets if i in stops]
    assert len(met) >= 10
    assert all(stops[i][1].start_s == stops[meets[i].order_id][1].start_s for i in met)
    # Whole days are built around it: little is lost against the day on which they need not meet.
    assert plan.value_served > 0.93 * free.value_served
    # The search trades: where the two halves are worth next to nothing, other work takes their time.
    poor = replace(day, jobs=tuple(
        replace(j, value=0.01) if j.order_id in meets or j.order_id in halves else j for j in jobs
    ))  # fmt: skip
    rich = {j.order_id for j in jobs} - set(meets) - set(halves)
    less = planner.solve(problem=poor, seed=1, iterations=3000)
    assert len(rich & set(stops_of(less))) > len(rich & set(stops))


def test_the_words_are_there_in_both_languages() -> None:
    words = wording.Words(on=None, zone=ZoneInfo("America/Los_Angeles"), call_signs={1: "W-1"})
    for code in ("NO_MEETING", "NO_OTHER_HALF"):
        english, spanish = words.unplanned(code=code, facts={"order_id": 1})
        assert english not in ("", code) and spanish not in ("", code, english)
    assert "W-1" in wording.apart(sign="W-1", place="4 Elm St")[1]
