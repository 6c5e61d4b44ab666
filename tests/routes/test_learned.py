"""The house learns at night from what crews reported, and plans, windows and arrival times go by it."""

import argparse
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

import dispatch
from dispatch import clock, endpoint
from dispatch.commands import learn
from dispatch.config import Settings
from dispatch.db import migrating
from dispatch.db.engine import engine
from dispatch.orders import kinds
from dispatch.routes import (
    day,
    facts,
    ground,
    learned_models,
    learned_queries,
    learned_workflow,
    learning,
    moves,
    planner,
    queries,
    shown,
)
from dispatch.transaction import reading
from tests import given
from tests.routes import given_day, given_past

LEAK_S = kinds.get(code="LEAK_CHECK").minutes * 60


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets and one truck on shift."""
    given_day.streets()
    return app


@pytest.fixture
def crew(town: Flask) -> given.CrewOnShift:
    return given.a_crew(letter="A")


def minutes_known() -> dict[tuple[str, str], int]:
    with reading() as session:
        return learned_queries.work_s(session)


def hours_known() -> dict[int, float]:
    with reading() as session:
        return {one.hour: one.factor for one in learned_queries.hours(session)}


def problem_of_today() -> planner.Problem:
    """The day as the planner gets it."""
    with reading() as session:
        known = facts.read(session, on=given.WORKDAY, now=given.NOW)
        driving = ground.get(session).driving(known.places())
    return day.problem(facts=known, place_of=driving.place_of, travel_s=driving.travel_s)


def on_the_clock(monkeypatch: pytest.MonkeyPatch, *, days: int = 0, hour: int = 10) -> None:
    """Local time of a day after the working day."""
    at = datetime.combine(given.WORKDAY + timedelta(days=days), time(hour), tzinfo=given.PACIFIC)
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=at))


def test_without_visits_plans_go_by_the_catalogue_and_the_streets(crew: given.CrewOnShift) -> None:
    given_day.an_order()
    before = problem_of_today()
    learned_workflow.learn()
    after = problem_of_today()
    assert [job.service_s for job in after.jobs] == [LEAK_S]
    assert (after.travel_s == before.travel_s).all()
    assert (minutes_known(), hours_known()) == ({}, {})


def test_a_plan_gives_the_work_the_minutes_that_crews_needed(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=LEAK_S / 60 * 1.5)
    learned_workflow.learn()
    known = minutes_known()[("LEAK_CHECK", learning.EVERYWHERE)]
    assert 1.4 * LEAK_S < known <= 1.5 * LEAK_S
    order_id = given_day.an_order()
    plan_id = given_day.planned()
    with reading() as session:
        stop = queries.find_stop(session, plan_id=plan_id, order_id=order_id)
        assert stop is not None
        assert abs((stop.finish_at - stop.start_at).total_seconds() - known) <= 0.1 * known
    other = given_day.an_order(kind="FINAL_READ")
    served = {job.order_id: job.service_s for job in problem_of_today().jobs}
    assert served[other] == kinds.get(code="FINAL_READ").minutes * 60


def test_what_a_night_learned_makes_the_day_another_one(crew: given.CrewOnShift) -> None:
    given_day.an_order()
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=90)
    with reading() as session:
        before = facts.read(session, on=given.WORKDAY, now=given.NOW)
    learned_workflow.learn()
    with reading() as session:
        after = facts.read(session, on=given.WORKDAY, now=given.NOW)
    assert before.fingerprint() != after.fingerprint()


def test_drives_that_take_longer_than_the_map_says_make_the_planned_ones_longer(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, drive=1.5, count=20)
    for _ in range(3):
        given_day.an_order()
    before = problem_of_today().travel_s
    learned_workflow.learn()
    after = problem_of_today().travel_s
    assert 1.2 < hours_known()[9] <= 1.5
    longest = before.argmax()
    assert 1.15 < after.flat[longest] / before.flat[longest] <= 1.5


def test_streets_that_are_not_connected_stay_so_however_slow_the_town_is(crew: given.CrewOnShift) -> None:
    with reading() as session:
        known = facts.read(session, on=given.WORKDAY, now=given.NOW)
    island = ground.travel.UNREACHABLE_S
    matrix = ground.np.array([[0, island], [island, 0]], dtype=ground.np.int32)
    slow = day.dataclasses.replace(known, drive=1.6)
    found = day.problem(facts=slow, place_of={day.YARD: 0}, travel_s=matrix)
    assert (found.travel_s == matrix).all()


def test_a_stop_moved_by_hand_keeps_the_learned_minutes(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=LEAK_S / 60 * 1.5)
    learned_workflow.learn()
    known = minutes_known()[("LEAK_CHECK", learning.EVERYWHERE)]
    for _ in range(3):
        given_day.an_order()
    plan_id = given_day.published()
    (some,) = given_day.stops(plan_id).values()
    with given.edge() as tx:
        (route,) = queries.routes_of(tx.session, plan_id=plan_id)
        move = moves.find(
            tx.session, order_id=some[2], to_route_id=route.id, position=0, version=route.version, now=given.NOW
        )
        moves.make(tx, move=move, reason="")
    with reading() as session:
        (stops,) = queries.stops_of(session, plan_id=plan_id).values()
        assert [stop.order_id for stop in stops] == [some[2], some[0], some[1]]
        for stop in stops:
            assert abs((stop.finish_at - stop.start_at).total_seconds() - known) <= 0.1 * known


def test_learning_twice_leaves_what_learning_once_does(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=60, drive=1.3)
    learned_workflow.learn()
    first = (minutes_known(), hours_known(), rows(learned_models.DriveSeen))
    learned_workflow.learn()
    assert (minutes_known(), hours_known(), rows(learned_models.DriveSeen)) == first
    assert rows(learned_models.LearnedRun) == 1
    assert rows(learned_models.LearnedTravel) == 24


def rows(table: type[learned_models.Base]) -> int:
    with reading() as session:
        return session.query(table).count()


def test_a_tablet_that_was_late_is_heard_the_night_after(
    crew: given.CrewOnShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = given_past.homes()
    given_past.days(orders, crew_id=crew.crew_id, count=12)
    learned_workflow.learn()
    assert rows(learned_models.DriveSeen) == 48
    given_past.days(orders, crew_id=given.a_crew(letter="B").crew_id, count=1)
    on_the_clock(monkeypatch, days=1, hour=3)
    assert learned_workflow.learn_due()
    assert rows(learned_models.DriveSeen) == 52


def test_drives_are_forgotten_when_they_are_old(crew: given.CrewOnShift, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = given_past.homes()
    given_past.days(orders, crew_id=crew.crew_id, count=5)
    learned_workflow.learn()
    assert rows(learned_models.DriveSeen) == 20
    given_past.days(orders, crew_id=crew.crew_id, count=1, last=given.WORKDAY + timedelta(days=69))
    on_the_clock(monkeypatch, days=70)
    learned_workflow.learn()
    assert rows(learned_models.DriveSeen) == 4


def test_the_night_learns_once_a_day_and_not_before_its_hour(town: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_clock(monkeypatch, hour=1)
    assert not learned_workflow.learn_due()
    on_the_clock(monkeypatch, hour=3)
    assert learned_workflow.learn_due()
    assert not learned_workflow.learn_due()
    on_the_clock(monkeypatch, days=1, hour=3)
    assert learned_workflow.learn_due()
    assert rows(learned_models.LearnedRun) == 2


def test_a_visit_that_found_nobody_says_nothing_of_the_work(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=5, disposition="CGI_LOCKED_GATE")
    learned_workflow.learn()
    assert minutes_known() == {}


def test_work_of_today_is_not_learned_from_before_the_day_is_over(crew: given.CrewOnShift) -> None:
    given_past.days(given_past.homes(), crew_id=crew.crew_id, count=3, last=given.WORKDAY)
    learned_workflow.learn()
    with reading() as session:
        run = learned_queries.newest_run(session)
        assert run is not None
        assert run.visits == 8


def test_the_office_offers_windows_by_the_learned_minutes(town: Flask, crew: given.CrewOnShift) -> None:
    home = given.a_home()
    rep = given.logged_in(town, role="csr")
    asked = f"/properties/premise-{home.premise_id}/windows?kind=LEAK_CHECK"
    before = rep.get(asked).get_json()
    given_past.days(given_past.homes(), crew_id=crew.crew_id, work_min=LEAK_S / 60 * 2)
    learned_workflow.learn()
    after = rep.get(asked).get_json()
    assert before["minutes"] * 60 == LEAK_S
    assert after["minutes"] > 1.6 * before["minutes"]

    def left(out: dict[str, list[dict[str, int]]]) -> int:
        return sum(one["left"] for one in out["windows"])

    assert left(after) < left(before)


@pytest.fixture
def one_slow_crew(town: Flask) -> tuple[given.CrewOnShift, given.CrewOnShift]:
    """Two trucks of which the second took twice as long for the same work, for weeks."""
    usual, slow = given.a_crew(letter="A"), given.a_crew(letter="B")
    orders = given_past.homes()
    given_past.days(orders, crew_id=usual.crew_id, work_min=30)
    given_past.days(orders, crew_id=slow.crew_id, work_min=60)
    learned_workflow.learn()
    return usual, slow


def test_arrivals_go_by_the_pace_of_the_crew_and_plans_do_not(
    one_slow_crew: tuple[given.CrewOnShift, given.CrewOnShift],
) -> None:
    for _ in range(6):
        given_day.an_order()
    assert len({job.service_s for job in problem_of_today().jobs}) == 1
    plan_id = given_day.published()
    for some in given_day.stops(plan_id).values():
        arrived = given.NOW - timedelta(minutes=10)
        given_day.set_state(some[0], state="ON_SITE")
        with given.edge() as tx:
            order = tx.session.get_one(given.orders.ServiceOrder, some[0])
            visit = given.orders.Visit(
                id=f"visit-{some[0]}", order_id=some[0], crew_id=order.crew_id, arrived_at=arrived, started_at=arrived,
                facts={},
            )  # fmt: skip
            tx.session.add(visit)
            order.visit_id = visit.id
    with reading() as session:
        out = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    usual, slow = (
        next(route.stops[0].finish_at for route in out.routes if route.crew_id == crew.crew_id)
        for crew in one_slow_crew
    )
    assert slow - usual > timedelta(minutes=15)


SEES_PACE = {
    "eta.py", "facts.py", "learned_models.py", "learned_operations.py", "learned_queries.py", "learned_workflow.py",
    "learning.py", "moves.py", "noticing.py", "shown.py",
}  # fmt: skip
"""Files that reckon with the pace of crews; none of them answers a caller with it."""


def test_nobody_is_told_the_pace_of_a_crew_or_a_person(
    town: Flask, one_slow_crew: tuple[given.CrewOnShift, given.CrewOnShift]
) -> None:
    root = Path(dispatch.__file__).parent
    named = {
        path.name
        for path in root.rglob("*.py")
        if re.search(r"\bpaces?\b|LearnedPace|learned_pace", path.read_text()) and "migrations" not in path.parts
    }
    assert named <= SEES_PACE
    assert not re.search(r"\bpaces?\b|learned|productiv|visits_per", str(endpoint.openapi()).lower())
    with reading() as session:
        factors = {str(one) for kinds_of in learned_queries.paces(session).values() for one in kinds_of.values()}
    assert factors
    boss = given.logged_in(town, role="admin")
    for one in endpoint.ENDPOINTS:
        if one.method == "GET" and "<" not in one.path and "stream" not in one.path:
            told = boss.get(one.path)
            assert not factors & set(re.findall(r"\d\.\d+", told.data.decode("latin-1"))), one.path


@pytest.fixture
def stamped(town: Flask) -> Iterator[None]:
    """A database that says that it has the tables of this version, as the operator's commands ask."""
    with engine().begin() as connection:
        context = MigrationContext.configure(connection)
        context.stamp(ScriptDirectory.from_config(migrating._config()), "head")
    yield
    with engine().begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


def test_the_operator_sees_kinds_and_hours_and_no_crew(
    stamped: None, settings: Settings, one_slow_crew: tuple[object, object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn.act(argparse.Namespace(), settings) == 0
    told = capsys.readouterr().out
    assert "Learned on 2026-08-25 from 96 finished visits and 72 drives." in told
    assert re.search(r"Leak check, high bill +\d+ min +[\d.]+ min +96", told), told
    assert "9:00 x" in told
    assert "Truck" not in told
    assert "Marcus" not in told


def test_the_operator_of_a_new_house_is_told_that_the_plan_minutes_hold(
    stamped: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn.act(argparse.Namespace(), settings) == 0
    told = capsys.readouterr().out
    assert "from 0 finished visits and 0 drives" in told
    assert "their plan minutes hold" in told
    assert "the streets' own times hold" in told
