"""A re-plan changes little: it never moves what stands, keeps to its budget, and makes nothing worse."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routes import planner, reasons, stability
from tests.routes import checker, days

HOUR_S = days.HOUR_S


def settled(
    problem: planner.Problem, in_force: Mapping[int, Sequence[int]], *, waiting: Sequence[int] = (),
    displaced: Mapping[int, int] | None = None, answer: planner.Plan | None = None, changes: int = 3,
    emergencies: frozenset[int] = frozenset(), owed: frozenset[int] | None = None, change_s: float = 600.0,
) -> stability.Settled:  # fmt: skip
    """The day after the event; every waiting order is owed a place unless it is said otherwise."""
    gone = displaced or {}
    terms = stability.Terms(
        changes_left={crew.crew_id: changes for crew in problem.crews}, emergencies=emergencies,
        owed=frozenset((*waiting, *gone)) if owed is None else owed, change_s=change_s,
    )  # fmt: skip
    return stability.settle(
        problem=problem, in_force=in_force, displaced=gone, waiting=waiting, answer=answer, terms=terms
    )


def test_a_new_order_is_put_between_the_stops_as_they_stand() -> None:
    day = days.day(crews=[days.crew(1), days.crew(2)], jobs=[days.job(i, place=i) for i in range(1, 6)])
    day.travel_s[5, 2] = day.travel_s[2, 5] = 30
    found = settled(day, {1: [1, 2], 2: [3, 4]}, waiting=[5])
    assert [(one.order_id, one.to_crew_id, one.why) for one in found.changes] == [(5, 1, "NEW")]
    assert [one for one in found.sequences[1] if one != 5] == [1, 2]
    assert found.sequences[2] == (3, 4)


def test_the_stops_that_stand_fast_stay_first_even_before_an_emergency() -> None:
    fixed = [days.job(i, place=i, locked_crew_id=1, locked_position=i - 1) for i in (1, 2)]
    day = days.day(
        crews=[days.crew(1)], jobs=[*fixed, days.job(3, place=3), days.job(4, place=4, priority=0, value=1000.0)]
    )
    found = settled(day, {1: [1, 2, 3]}, waiting=[4], emergencies=frozenset({4}))
    assert found.sequences[1] == (1, 2, 4, 3)


def test_what_can_wait_is_not_put_before_an_emergency_though_it_lies_on_the_way() -> None:
    emergency = days.job(2, place=2, priority=0, value=1000.0)
    day = days.day(crews=[days.crew(1)], jobs=[days.job(1, place=1), emergency, days.job(3, place=3, service_s=2700)])
    # From the first stop straight past the new one to the emergency; from there back and home is a long way.
    day.travel_s[1, 3] = day.travel_s[3, 1] = day.travel_s[3, 2] = day.travel_s[2, 3] = 10
    day.travel_s[1, 2] = day.travel_s[2, 1] = 20
    found = settled(day, {1: [1, 2]}, waiting=[3])
    assert found.sequences[1] == (1, 2, 3)
    calm = replace(day, jobs=tuple(replace(job, priority=4) for job in day.jobs))
    assert settled(calm, {1: [1, 2]}, waiting=[3]).sequences[1] == (1, 3, 2), "without the emergency it does"


def test_an_emergency_takes_the_place_of_work_that_can_wait_when_the_day_is_full() -> None:
    crew = days.crew(1, start_s=14 * HOUR_S, lunch_earliest_s=None)
    jobs = [days.job(i, place=i, service_s=2400, value=1.0) for i in (1, 2)]
    day = days.day(crews=[crew], jobs=[*jobs, days.job(3, place=3, service_s=2400, value=1000.0, priority=0)])
    found = settled(day, {1: [1, 2]}, waiting=[3], emergencies=frozenset({3}))
    assert 3 in found.sequences[1] and len(found.sequences[1]) == 2
    gone = next(one for one in (1, 2) if one not in found.sequences[1])
    change = next(one for one in found.changes if one.order_id == gone)
    assert (change.why, change.for_order_id, change.to_crew_id) == ("MAKES_ROOM", 3, None)


def test_a_crew_that_has_had_its_changes_is_left_alone_and_the_order_says_so() -> None:
    day = days.day(crews=[days.crew(1)], jobs=[days.job(i, place=i) for i in (1, 2)])
    found = settled(day, {1: [1]}, waiting=[2], changes=0)
    assert (found.changes, dict(found.left)) == ((), {2: "CHANGES_SPENT"})
    told = reasons.unplaced(problem=day, routes=found.routes, left=found.left)
    assert [(one.order_id, one.code, one.facts) for one in told] == [(2, "CHANGES_SPENT", {"crew_id": 1})]


def test_an_emergency_breaks_the_budget_and_is_named() -> None:
    day = days.day(crews=[days.crew(1)], jobs=[days.job(1, place=1), days.job(2, place=2, priority=0, value=1000.0)])
    found = settled(day, {1: [1]}, waiting=[2], changes=0, emergencies=frozenset({2}))
    assert [(one.order_id, one.over) for one in found.changes] == [(2, (1,))]


def test_work_that_nobody_asked_for_is_not_worth_a_change_that_costs_more() -> None:
    day = days.day(crews=[days.crew(1)], jobs=[days.job(i, place=i, value=1.0) for i in (1, 2)])
    found = settled(day, {1: [1]}, waiting=[2], owed=frozenset())
    assert (found.changes, dict(found.left)) == ((), {2: "NOT_WORTH_IT"})


def test_the_stops_of_a_crew_that_went_home_go_to_the_others_within_their_budget() -> None:
    jobs = [days.job(i, place=i, service_s=600, value=4.0) for i in range(1, 9)]
    day = days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs)
    found = settled(day, {1: [1], 2: [2]}, displaced=dict.fromkeys(range(3, 9), 9), changes=2)
    assert Counter(one.to_crew_id for one in found.changes) == {1: 2, 2: 2}
    assert all(one.why == "CREW_AWAY" and one.from_crew_id == 9 for one in found.changes)
    assert set(found.left.values()) == {"CHANGES_SPENT"}


def test_a_promise_that_would_break_is_saved_by_one_move() -> None:
    long = days.job(1, place=1, service_s=2 * HOUR_S, value=1.0)
    promised = days.job(2, place=2, windows=((8 * HOUR_S, 9 * HOUR_S),), value=10.0, priority=3)
    day = days.day(crews=[days.crew(1), days.crew(2)], jobs=[long, promised])
    found = settled(day, {1: [1, 2], 2: []})
    (change,) = found.changes
    assert change.why == "SAVES_PROMISE"
    assert not any(one.code == "LATE" for route in found.routes.values() for one in route.violations)


def test_what_a_person_gave_to_a_crew_stays_there() -> None:
    mine = days.job(1, place=1, service_s=2 * HOUR_S, value=1.0, locked_crew_id=1)
    promised = days.job(2, place=2, windows=((8 * HOUR_S, 9 * HOUR_S),), value=10.0, locked_crew_id=1)
    day = days.day(crews=[days.crew(1), days.crew(2)], jobs=[mine, promised])
    found = settled(day, {1: [1, 2], 2: []})
    assert sorted(found.sequences[1]) == [1, 2]


def test_a_late_crew_keeps_its_stops_though_they_are_late_already() -> None:
    late = [days.job(i, place=i, windows=((6 * HOUR_S, 7 * HOUR_S),)) for i in (1, 2)]
    day = days.day(crews=[days.crew(1)], jobs=[*late, days.job(3, place=3, value=4.0)])
    found = settled(day, {1: [1, 2]}, waiting=[3])
    assert found.sequences[1] == (1, 2, 3)


@st.composite
def events(draw: st.DrawFn) -> tuple[planner.Problem, dict[int, list[int]], dict[int, int], list[int]]:
    """A planned day, then: some orders without a crew, and maybe a crew that is away."""
    day = draw(days.days(most_jobs=14))
    plan = planner.solve(problem=day, iterations=30, seed=draw(st.integers(1, 9)))
    in_force = {crew_id: list(some) for crew_id, some in plan.sequences().items()}
    waiting = [one.order_id for one in plan.unplanned]
    displaced: dict[int, int] = {}
    if len(in_force) > 1 and draw(st.booleans()):
        away = draw(st.sampled_from(sorted(in_force)))
        displaced = dict.fromkeys(in_force.pop(away), away)
        freed = tuple(
            replace(job, locked_crew_id=None, locked_position=None) if job.locked_crew_id == away else job
            for job in day.jobs
        )
        day = replace(day, crews=tuple(crew for crew in day.crews if crew.crew_id != away), jobs=freed)
    return day, in_force, displaced, waiting


@given(event=events(), changes=st.integers(0, 3), search=st.booleans())
@settings(max_examples=120, deadline=None)
def test_any_event_stays_within_the_budget_and_breaks_no_lock(
    event: tuple[planner.Problem, dict[int, list[int]], dict[int, int], list[int]], changes: int, search: bool
) -> None:
    day, in_force, displaced, waiting = event
    jobs = {job.order_id: job for job in day.jobs}
    emergencies = frozenset(one for one in (*waiting, *displaced) if jobs[one].priority <= 1)
    answer = planner.solve(problem=day, iterations=50) if search else None
    found = settled(
        day, in_force, waiting=waiting, displaced=displaced, changes=changes, emergencies=emergencies, answer=answer
    )
    now = {order_id: crew_id for crew_id, some in found.sequences.items() for order_id in some}
    assert sum(len(some) for some in found.sequences.values()) == len(now), "an order is on two routes"
    assert set(now) | set(found.left) == set(jobs), "every order has a place or is told"
    assert not set(now) & set(found.left)
    changed = {one.order_id: one for one in found.changes}
    for crew_id, some in in_force.items():
        fixed = [one for one in some if jobs[one].is_fixed]
        assert list(found.sequences[crew_id][: len(fixed)]) == fixed, "the next stops moved"
        stayed = [one for one in found.sequences[crew_id] if one in some and one not in changed]
        assert stayed == [one for one in some if one in stayed], "stops changed their order untold"
        for one in some:
            if jobs[one].locked_crew_id == crew_id:
                assert now.get(one) == crew_id, "a lock of a person is broken"
            if now.get(one) != crew_id:
                assert one in changed, "an order left its crew untold"
    spent = Counter[int]()
    for one in found.changes:
        for crew_id in {one.from_crew_id, one.to_crew_id} - {None, *displaced.values(), *one.over}:
            assert crew_id is not None
            spent[crew_id] += 1
        if one.over:
            assert one.order_id in emergencies or one.for_order_id in emergencies
    assert all(count <= changes for count in spent.values()), "the budget is broken without an emergency"
    before = planner.evaluate(problem=day, sequences=in_force)
    held = {(one.code, one.crew_id, one.order_id) for one in before.violations}
    after = planner.evaluate(problem=day, sequences=found.sequences)
    new = [one for one in after.violations if (one.code, one.crew_id, one.order_id) not in held]
    assert [one for one in new if one.code != "TOO_MANY_CUTS"] == []
    told = reasons.unplaced(problem=day, routes=found.routes, left=found.left)
    assert {one.order_id for one in told} == set(found.left)


def test_the_checker_finds_nothing_wrong_with_a_day_that_was_changed_ten_times() -> None:
    crews = [days.crew(i, start_place=0) for i in (1, 2, 3)]
    jobs = [days.job(i, place=1 + i % 20, service_s=1200, value=4.0) for i in range(1, 31)]
    whole = days.day(crews=crews, jobs=jobs)
    first = replace(whole, jobs=whole.jobs[:20])
    in_force = {c: list(s) for c, s in planner.solve(problem=first, iterations=200).sequences().items()}
    for new in range(21, 31):
        day = replace(whole, jobs=whole.jobs[:new])
        in_force = {c: list(s) for c, s in settled(day, in_force, waiting=[new]).sequences.items()}
    routes = planner.evaluate(problem=whole, sequences=in_force)
    plan = replace(
        reasons.as_plan(routes={route.crew_id: route for route in routes.routes}), value_served=routes.value_served
    )
    placed = {one for some in in_force.values() for one in some}
    seen = replace(whole, jobs=tuple(job for job in whole.jobs if job.order_id in placed))
    assert checker.faults(seen, plan) == []
