"""Tools and parts: what is not on board is fetched at the yard first; kept by the search, told to people."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routes import planner, wording
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S
KIT = frozenset({"flow test kit"})


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    planner.warm_up()


def home(crew_id: int = 1, **given: object) -> planner.Crew:
    """A crew that begins and ends at home, a drive away from the yard."""
    return days.crew(crew_id, start_place=3, end_place=3, **given)


def yard(crew_id: int = 1) -> planner.Job:
    """The stop at the yard, ten minutes."""
    return days.job(-crew_id, place=0, service_s=600, value=0.0, fetch_for_crew_id=crew_id)


def test_a_crew_drives_by_the_yard_before_the_first_job_that_needs_it() -> None:
    jobs = [yard(), days.job(1, value=9.0), days.job(2, value=9.0, parts=(("5/8 meter", 1),)), days.job(3, tools=KIT)]
    problem = days.day(crews=[home()], jobs=jobs)
    plan = planner.solve(problem=problem, iterations=300)
    assert checker.faults(problem, plan) == [] and plan.unplanned == ()
    sequence = plan.sequences()[1]
    assert sequence.index(-1) < min(sequence.index(2), sequence.index(3))


def test_what_is_on_board_is_used_up_first() -> None:
    jobs = [yard(), *(days.job(i, value=9.0, parts=(("lid", 1),)) for i in (1, 2, 3))]
    plenty = days.day(crews=[home(parts=(("lid", 3),))], jobs=jobs)
    plan = planner.solve(problem=plenty, iterations=200)
    assert -1 not in plan.sequences()[1] and plan.unplanned == () and checker.faults(plenty, plan) == []
    few = replace(plenty, crews=(home(parts=(("lid", 2),)),))
    plan = planner.solve(problem=few, iterations=200)
    assert len(plan.sequences()[1]) == 4 and -1 in plan.sequences()[1] and checker.faults(few, plan) == []


def test_a_stop_at_the_yard_that_nobody_needs_is_neither_planned_nor_missed() -> None:
    problem = days.day(crews=[home()], jobs=[yard(), days.job(1), days.job(2, tools=KIT, skills=frozenset({"VALVE"}))])
    plan = planner.solve(problem=problem, iterations=100)
    assert plan.sequences() == {1: (1,)}
    assert [(one.order_id, one.code) for one in plan.unplanned] == [(2, "NO_CREW_WITH_SKILL")]


def test_without_a_way_to_fetch_them_the_order_stays_and_says_what_is_missing() -> None:
    problem = days.day(crews=[home()], jobs=[days.job(1, tools=KIT, parts=(("lid", 2),))])
    (told,) = planner.solve(problem=problem, iterations=50).unplanned
    assert told.code == "NO_PARTS"
    assert told.facts == {"tools": ["flow test kit"], "parts": {"lid": 2}, "crew_id": 1}


def test_where_only_the_way_by_the_yard_has_no_room_the_reason_says_so() -> None:
    short = home(start_s=8 * HOUR_S, end_s=8 * HOUR_S + 3600, lunch_earliest_s=None)
    problem = days.day(crews=[short], jobs=[yard(), days.job(1, tools=KIT)])
    (told,) = planner.solve(problem=problem, iterations=50).unplanned
    assert told.code == "YARD_FIRST"


def test_people_who_send_a_crew_without_are_told() -> None:
    day = days.day(crews=[home()], jobs=[yard(), days.job(1, tools=KIT), days.job(2, parts=(("lid", 1),))])
    wrong = planner.evaluate(problem=day, sequences={1: [1, -1, 2]}).violations
    assert [(one.code, one.order_id, one.facts) for one in wrong] == [
        ("NO_PARTS", 1, {"tools": ["flow test kit"], "parts": {}})
    ]
    assert planner.evaluate(problem=day, sequences={1: [-1, 1, 2]}).violations == ()


def test_a_crew_that_was_at_the_yard_among_its_fixed_stops_lacks_nothing() -> None:
    done = replace(yard(), locked_crew_id=1, locked_position=0)
    problem = days.day(crews=[home()], jobs=[done, days.job(1, tools=KIT), days.job(2, parts=(("lid", 4),))])
    plan = planner.solve(problem=problem, iterations=100)
    assert checker.faults(problem, plan) == [] and plan.unplanned == () and plan.violations == ()


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="two stops at the yard"):
        days.day(crews=[home()], jobs=[yard(), replace(yard(), order_id=-9)])
    with pytest.raises(ValueError, match="cannot need anything"):
        days.day(crews=[home()], jobs=[replace(yard(), tools=KIT)])


def supplied(seed: int, *, orders: int, crews: int, side: int) -> planner.Problem:
    """A day on which half of the crews begin at home with little on board, and half of the orders need something."""
    town = towns.make_day(network=towns.lattice(side=side), orders=orders, crews=crews, seed=seed)
    places = [job.place for job in town.jobs if job.place >= 0]
    changed = tuple(
        replace(crew, start_place=places[k], end_place=places[k], parts=(("lid", 1), ("meter", k % 3)))
        if k % 2
        else replace(crew, tools=KIT, parts=(("lid", 99), ("meter", 99)))
        for k, crew in enumerate(town.crews)
    )
    needs: list[dict[str, object]] = [
        {"parts": (("lid", 1),)},
        {"tools": KIT},
        {"parts": (("meter", 1), ("lid", 1))},
        {},
        {},
        {},
    ]
    jobs = tuple(replace(job, **needs[job.order_id % 6]) for job in town.jobs)  # type: ignore[arg-type]
    stops = tuple(
        planner.Job(
            order_id=-crew.crew_id - 1, place=town.crews[0].start_place, service_s=600, value=0.0,
            fetch_for_crew_id=crew.crew_id,
        )
        for k, crew in enumerate(changed)
        if k % 2 and k % 5
    )  # fmt: skip
    return replace(town, crews=changed, jobs=(*jobs, *stops))


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1, max_value=10_000))
def test_whatever_the_day_nobody_is_sent_without(seed: int) -> None:
    day = supplied(seed, orders=30, crews=4, side=8)
    plan = planner.solve(problem=day, seed=seed, iterations=200)
    assert checker.faults(day, plan) == [] and plan.violations == ()
    again = planner.solve(problem=day, seed=seed, iterations=50, start=plan)
    assert checker.faults(day, again) == [] and again.value_served >= plan.value_served


def test_on_a_real_day_the_search_weighs_the_way_by_the_yard() -> None:
    day = supplied(4, orders=300, crews=8, side=25)
    free = planner.solve(problem=replace(day, jobs=tuple(replace(j, tools=frozenset(), parts=()) for j in day.jobs)),
                         seed=1, iterations=3000)  # fmt: skip
    plan = planner.solve(problem=day, seed=1, iterations=3000)
    assert checker.faults(day, plan) == [] and plan.violations == ()
    assert checker.faults(day, free) != []
    fetched = [i for some in plan.sequences().values() for i in some if i < 0]
    assert fetched, "some crew drives by the yard"
    assert not any(i < 0 for some in free.sequences().values() for i in some)
    assert plan.value_served > 0.93 * free.value_served


def test_the_words_are_there_in_both_languages() -> None:
    words = wording.Words(on=None, zone=ZoneInfo("America/Los_Angeles"), call_signs={1: "W-1"})
    for code in ("NO_PARTS", "YARD_FIRST"):
        english, spanish = words.unplanned(code=code, facts={})
        assert english not in ("", code) and spanish not in ("", code, english)
    assert "W-1" in wording.no_parts(sign="W-1", place="4 Elm St")[1]
