"""What would give an order a stop: it is said, and when the day is changed so and planned again it comes true."""

import dataclasses
import random

import pytest
from hypothesis import HealthCheck, given, settings

from dispatch.routes import counterfactuals, planner
from tests.bench import days as towns
from tests.routes import checker, days

HOUR_S = days.HOUR_S
Said = dict[int, tuple[counterfactuals.Counterfactual, ...]]


def said_of(problem: planner.Problem, *, iterations: int = 200) -> tuple[planner.Plan, Said]:
    plan = planner.solve(problem=problem, iterations=iterations)
    return plan, dict(counterfactuals.find(problem=problem, plan=plan))


def lies(problem: planner.Problem, plan: planner.Plan, said: Said) -> list[str]:
    """Everything said that does not come true when the changed day is planned again."""
    before = {stop.order_id for route in plan.routes for stop in route.stops}
    found = []
    for order_id, some in said.items():
        for one in some:
            changed = counterfactuals.apply(day=problem, counterfactual=one, order_id=order_id)
            again = planner.solve(problem=changed, start=plan, iterations=0)
            now = {stop.order_id for route in again.routes for stop in route.stops}
            lost = before - now - {one.facts.get("order_id")}
            if order_id not in now or lost or checker.faults(changed, again):
                found.append(f"order {order_id}: {one}, lost {lost}, {checker.faults(changed, again)}")
    return found


def only(problem: planner.Problem, order_id: int) -> list[tuple[str, dict[str, object]]]:
    """What is said of an order that has no stop; all of it comes true."""
    plan, said = said_of(problem)
    assert lies(problem, plan, said) == []
    return [(one.code, one.facts) for one in said[order_id]]


def comes_true(problem: planner.Problem, order_id: int, code: str, facts: dict[str, object]) -> bool:
    """Whether the order gets a stop when the day is changed so."""
    plan = planner.solve(problem=problem, iterations=200)
    one = counterfactuals.Counterfactual(code=code, facts=facts)
    changed = counterfactuals.apply(day=problem, counterfactual=one, order_id=order_id)
    again = planner.solve(problem=changed, start=plan, iterations=0)
    return order_id in {stop.order_id for route in again.routes for stop in route.stops}


def test_a_window_that_would_have_to_run_longer_and_no_minute_more_than_it_must() -> None:
    long = days.job(1, service_s=4 * HOUR_S, windows=((0, 8 * HOUR_S + 600),), value=100.0)
    short = days.job(2, windows=((9 * HOUR_S, 10 * HOUR_S),))
    problem = days.day(crews=[days.crew(lunch_earliest_s=None)], jobs=[long, short])
    (code, facts), _ = only(problem, 2)
    assert (code, facts) == ("WINDOW_TO", {"crew_id": 1, "until_s": 12 * HOUR_S + 600})
    assert not comes_true(problem, 2, code, {**facts, "until_s": 12 * HOUR_S + 599})


def test_a_time_is_rounded_up_to_five_minutes_and_still_true() -> None:
    long = days.job(1, service_s=4 * HOUR_S + 61, windows=((0, 8 * HOUR_S + 600),), value=100.0)
    problem = days.day(crews=[days.crew()], jobs=[long, days.job(2, windows=((9 * HOUR_S, 10 * HOUR_S),))])
    code, facts = only(problem, 2)[0]
    assert (code, facts["until_s"]) == ("WINDOW_TO", 12 * HOUR_S + 15 * 60)


def test_a_window_that_would_have_to_open_sooner() -> None:
    long = days.job(1, service_s=4 * HOUR_S, windows=((12 * HOUR_S, 12 * HOUR_S),), value=100.0)
    short = days.job(2, windows=((14 * HOUR_S, 15 * HOUR_S),))
    problem = days.day(crews=[days.crew(lunch_earliest_s=None)], jobs=[long, short])
    code, facts = only(problem, 2)[0]
    assert (code, facts) == ("WINDOW_FROM", {"crew_id": 1, "from_s": 11 * HOUR_S + 1800})
    assert not comes_true(problem, 2, code, {**facts, "from_s": 11 * HOUR_S + 1801})


def test_a_crew_that_would_have_to_stay_longer() -> None:
    jobs = [days.job(i, service_s=4 * HOUR_S, value=100.0) for i in (1, 2)] + [days.job(3)]
    problem = days.day(crews=[days.crew(lunch_earliest_s=None)], jobs=jobs)
    (code, facts), (other, _) = only(problem, 3)
    assert (code, facts) == ("OVERTIME", {"crew_id": 1, "until_s": 16 * HOUR_S + 50 * 60})
    assert not comes_true(problem, 3, code, {**facts, "until_s": 16 * HOUR_S + 45 * 60})
    assert other == "ONE_MORE_CREW"


def test_overtime_that_a_more_worthy_order_would_take_is_said_to_need_its_turn() -> None:
    jobs = [days.job(i, service_s=4 * HOUR_S, value=100.0) for i in (1, 2)]
    jobs += [days.job(3, value=9.0, priority=3), days.job(4, value=2.0, priority=5)]
    _, said = said_of(days.day(crews=[days.crew(lunch_earliest_s=None)], jobs=jobs))
    assert [(one.code, one.ahead) for one in said[3]] == [("OVERTIME", False), ("ONE_MORE_CREW", False)]
    assert [(one.code, one.ahead) for one in said[4]] == [("OVERTIME", True), ("ONE_MORE_CREW", False)]


def test_a_vehicle_that_would_have_to_carry_more() -> None:
    jobs = [days.job(1, load=4, value=100.0), days.job(2, load=3)]
    said = only(days.day(crews=[days.crew(load=5)], jobs=jobs), 2)
    assert said[0] == ("LOAD", {"crew_id": 1, "load": 7})


def test_an_hour_that_would_have_to_take_one_cut_more() -> None:
    at_nine = ((9 * HOUR_S, 10 * HOUR_S - 1),)
    jobs = [days.job(1, is_cut=True, windows=at_nine, value=9.0), days.job(2, is_cut=True, windows=at_nine)]
    problem = dataclasses.replace(days.day(crews=[days.crew(1), days.crew(2)], jobs=jobs), cuts_an_hour=1)
    said = dict(only(problem, 2))
    assert said["ONE_MORE_CUT"] == {"hour_s": 9 * HOUR_S}


def test_an_order_worth_no_more_that_could_wait_instead() -> None:
    at_nine = ((9 * HOUR_S, 9 * HOUR_S),)
    jobs = [days.job(1, windows=at_nine, value=3.0), days.job(2, windows=at_nine, value=3.0)]
    jobs.append(days.job(3, windows=((10 * HOUR_S, 10 * HOUR_S),), value=1.0))
    problem = days.day(crews=[days.crew()], jobs=jobs)
    plan, said = said_of(problem)
    (left,) = said
    assert [one.code for one in said[left]] == ["WINDOW_TO", "WITHOUT"]
    assert said[left][1].facts == {"order_id": 3 - left}
    assert lies(problem, plan, said) == []


def test_nobody_worth_more_is_asked_to_wait() -> None:
    at_nine = ((9 * HOUR_S, 9 * HOUR_S),)
    jobs = [days.job(1, windows=at_nine, value=30.0), days.job(2, windows=at_nine, value=3.0)]
    assert "WITHOUT" not in dict(only(days.day(crews=[days.crew()], jobs=jobs), 2))


def test_a_skill_that_the_crew_nearest_to_it_lacks() -> None:
    crews = [days.crew(1, skills=frozenset()), days.crew(2, skills=frozenset({"HYDRANT"}))]
    problem = days.day(crews=crews, jobs=[days.job(1, skills=frozenset({"HYDRANT", "DIVING"}))])
    (code, facts), (other, crew) = only(problem, 1)
    assert (code, facts) == ("SKILL_FOR", {"crew_id": 2, "skills": ("DIVING",)})
    assert (other, crew["skills"]) == ("ONE_MORE_CREW", ("DIVING", "HYDRANT"))


def test_a_crew_of_one_that_would_have_to_be_two() -> None:
    said = only(days.day(crews=[days.crew(people=1)], jobs=[days.job(1, people=2)]), 1)
    assert said[0] == ("PEOPLE_FOR", {"crew_id": 1, "people": 2})
    assert said[1][1]["people"] == 2


@pytest.mark.parametrize("kept", [{"barred_crew_ids": frozenset({1})}, {"locked_crew_id": 2}])
def test_a_crew_that_is_not_to_go_there_or_does_not_have_it(kept: dict[str, object]) -> None:
    said = only(days.day(crews=[days.crew(1)], jobs=[days.job(1, **kept)]), 1)
    assert said[0] == ("OTHER_CREW", {"crew_id": 1})


def test_shutoffs_that_would_have_to_be_allowed_later() -> None:
    problem = days.day(crews=[days.crew()], jobs=[days.job(1, latest_start_s=7 * HOUR_S, is_cut=True)])
    said = only(problem, 1)
    assert said[0] == ("LAST_START_TO", {"crew_id": 1, "until_s": 8 * HOUR_S + 600})


def test_an_order_before_it_that_would_have_to_be_done() -> None:
    jobs = [days.job(1, place=-1), days.job(2, after_order_ids=(1,))]
    assert only(days.day(crews=[days.crew()], jobs=jobs), 2) == [("BEFORE_FIRST", {"order_ids": (1,)})]


def test_a_visit_of_two_crews_that_a_further_crew_would_make_possible() -> None:
    jobs = [days.job(1, meets_order_id=2), days.job(2)]
    said = only(days.day(crews=[days.crew()], jobs=jobs), 1)
    assert [code for code, _ in said] == ["ONE_MORE_CREW"]


def test_where_no_street_leads_nothing_is_said() -> None:
    assert only(days.day(crews=[days.crew()], jobs=[days.job(1, place=-1)]), 1) == []
    assert only(days.day(crews=[], jobs=[days.job(1)]), 1) == []


def mixed(problem: planner.Problem, seed: int, *, across: bool) -> planner.Problem:
    """The day with loads, barred crews, preferences and, `across`, cuts by the hour and orders before orders."""
    rng = random.Random(seed)
    crews = tuple(
        dataclasses.replace(crew, load=rng.choice((None, 8)), overtime_ok=rng.random() < 0.2) for crew in problem.crews
    )
    jobs = tuple(
        dataclasses.replace(
            job,
            load=rng.choice((0, 0, 1, 2)),
            approach_s=rng.choice((0, 120)),
            is_cut=across and rng.random() < 0.3,
            latest_start_s=14 * HOUR_S if rng.random() < 0.1 else None,
            barred_crew_ids=frozenset({1}) if rng.random() < 0.1 else frozenset(),
            after_order_ids=(job.order_id - 1,) if across and job.order_id > 1 and rng.random() < 0.1 else (),
        )
        for job in problem.jobs
    )
    return dataclasses.replace(problem, crews=crews, jobs=jobs, cuts_an_hour=2 if across else None)


@pytest.mark.parametrize(("seed", "orders", "crews"), [(1, 60, 2), (2, 90, 3), (3, 120, 4), (4, 60, 1), (15, 60, 2)])
@pytest.mark.parametrize("across", [False, True])
def test_on_full_days_everything_said_comes_true(seed: int, orders: int, crews: int, across: bool) -> None:
    town = towns.make_day(network=towns.lattice(side=20), orders=orders, crews=crews, seed=seed)
    problem = mixed(town, seed, across=across)
    plan = planner.solve(problem=problem, iterations=600)
    some = [one.order_id for one in plan.unplanned][:12] + [one.order_id for one in plan.unplanned][-6:]
    said = dict(counterfactuals.find(problem=problem, plan=plan, order_ids=some))
    assert sum(1 for one in said.values() if one) > len(some) / 3
    assert lies(problem, plan, said) == []


@pytest.mark.parametrize("across", [False, True])
def test_what_would_be_served_is_what_the_planner_serves(across: bool) -> None:
    problem = mixed(towns.make_day(network=towns.lattice(side=20), orders=90, crews=3, seed=7), 7, across=across)
    plan = planner.solve(problem=problem, iterations=300)
    longer = dataclasses.replace(
        problem, crews=tuple(dataclasses.replace(one, end_s=one.end_s + HOUR_S) for one in problem.crews)
    )
    again = planner.solve(problem=longer, start=plan, iterations=0)
    served = planner.would_serve(problem=longer, start=plan)
    assert served == {stop.order_id for route in again.routes for stop in route.stops}
    assert len(served) > len({stop.order_id for route in plan.routes for stop in route.stops})


def test_on_a_day_of_three_hundred_orders_everything_said_comes_true() -> None:
    problem = towns.make_day(network=towns.town()[1], orders=300, crews=8, seed=5)
    plan = planner.solve(problem=problem, iterations=1500)
    some = [one.order_id for one in plan.unplanned][::4]
    said = dict(counterfactuals.find(problem=problem, plan=plan, order_ids=some))
    assert len(said) == len(some) and all(said.values())
    assert lies(problem, plan, said) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=days.days(most_jobs=12))
def test_on_any_day_however_mean_everything_said_comes_true(problem: planner.Problem) -> None:
    plan, said = said_of(problem, iterations=60)
    assert lies(problem, plan, said) == []


def test_whoever_runs_out_of_time_leaves_the_least_urgent_unasked() -> None:
    problem = towns.make_day(network=towns.lattice(side=20), orders=60, crews=1, seed=6)
    plan = planner.solve(problem=problem, iterations=200)
    asked = iter([False, False, False, True])
    said = counterfactuals.find(problem=problem, plan=plan, should_stop=lambda: next(asked))
    assert list(said) == [one.order_id for one in plan.unplanned[:3]]


def test_what_was_found_is_written_beside_the_reason() -> None:
    problem = days.day(crews=[days.crew(people=1)], jobs=[days.job(1, people=2), days.job(2, place=-1)])
    plan, said = said_of(problem)
    told = {one.order_id: one.facts for one in counterfactuals.told(plan=plan, found=said).unplanned}
    assert told[1]["people_needed"] == 2
    assert told[1]["counterfactuals"][0] == {  # type: ignore[index]
        "code": "PEOPLE_FOR", "facts": {"crew_id": 1, "people": 2}, "ahead": False,
    }  # fmt: skip
    assert told[2] == {}
