"""A demo lives on after its first day: crews on shift, new orders within the rules, old ones back, a plan that is asked for."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from dispatch import clock, tables, transaction
from dispatch.app import create_app
from dispatch.config import Settings
from dispatch.crews import models as crews
from dispatch.db import engine
from dispatch.demo import load, next_day
from dispatch.journal import models as journal
from dispatch.orders import models as orders
from dispatch.policies import loader
from dispatch.policies import models as policies
from dispatch.routes import ground
from dispatch.routes import models as routes
from dispatch.routes import queries as plans
from tasks import night, relay
from tests import given

CALENDAR = loader.load(code=load.PACK).calendar
FIRST = given.WORKDAY


def the_hash(password: str) -> str:
    """Hashing is tried elsewhere; here it would only take time."""
    return f"hash of {password}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of a small demo town: made once, copied for every test."""
    folder = tmp_path_factory.mktemp("town")
    made = create_engine(f"sqlite:///{folder / 'curbstop.db'}")
    tables.metadata.create_all(made)
    with Session(made) as session:
        load.load(
            session=session, today=FIRST, seed=3, parcels=600, data_dir=folder, attachments_dir=folder / "a",
            hash_password=the_hash,
        )  # fmt: skip
        session.commit()
    made.dispose()
    return folder / "curbstop.db"


@pytest.fixture
def demo(town: Path, tmp_path: Path, bus_url: str) -> Iterator[Flask]:
    """A house with this town in it."""
    ground.forget()
    shutil.copy(town, tmp_path / "curbstop.db")
    app = create_app(Settings(data_dir=tmp_path, redis_url=bus_url))
    with app.app_context():
        yield app
        engine.engine().dispose()


def at(monkeypatch: pytest.MonkeyPatch, days: int, hour: int, minute: int = 0) -> datetime:
    moment = CALENDAR.moment(CALENDAR.add_business_days(FIRST, days), time(hour, minute))
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=moment))
    return moment


def counted(*conditions: object) -> Counter[str]:
    order = orders.ServiceOrder
    with transaction.reading() as session:
        return Counter(session.execute(select(order.kind).where(*conditions)).scalars())  # type: ignore[arg-type]


def test_no_job_is_started_for_the_history_that_a_demo_was_given(demo: Flask) -> None:
    sent: list[str] = []
    assert relay.pass_on(send=lambda name, **_: sent.append(name)) == 0
    assert sent == []
    with transaction.reading() as session:
        assert session.execute(select(func.count()).select_from(journal.JournalEntry)).scalar_one() > 0


def test_the_morning_after_has_crews_new_orders_and_a_plan(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order = orders.ServiceOrder
    at(monkeypatch, 1, 7, 40)
    with given.edge() as tx:
        # The small town has all its overdue homes on the first day's list.
        tx.session.execute(
            update(order)
            .where(order.kind == "SHUTOFF_NONPAY", order.state == "READY")
            .values(state="CANCELLED", open_key=None)
        )
    night.work()
    on = CALENDAR.add_business_days(FIRST, 1)
    new = counted(orders.ServiceOrder.opened_by == next_day.DEMO.name, orders.ServiceOrder.due_on == on)
    assert new["LEAK_CHECK"] == 16
    assert new["SHUTOFF_NONPAY"] > 0
    with transaction.reading() as session:
        assert session.execute(select(func.count()).where(crews.Shift.on_day == on)).scalar_one() == 8
        assert plans.any_plan(session, on=on)
        refused = session.execute(
            select(orders.ServiceOrder.verdict).where(orders.ServiceOrder.opened_by == next_day.DEMO.name)
        ).scalars()
        assert {one["result"] for one in refused} <= {"pass", "warn"}


def test_the_night_twice_is_the_night_once(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 1, 4, 31)
    night.work()
    with transaction.reading() as session:
        before = session.execute(select(journal.JournalCounter.seq)).scalar_one()
    night.work()
    with transaction.reading() as session:
        assert session.execute(select(journal.JournalCounter.seq)).scalar_one() == before
        assert session.execute(select(func.count()).select_from(routes.DayPlan)).scalar_one() <= 2


def test_nothing_is_invented_on_the_first_day_before_the_planning_hour_on_a_day_off_or_in_a_real_house(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 0, 12)
    assert next_day.open_due() == 0
    at(monkeypatch, 1, 4, 29)
    assert next_day.open_due() == 0
    saturday = FIRST + timedelta(days=(5 - FIRST.weekday()) % 7)
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=CALENDAR.moment(saturday, time(10))))
    assert next_day.open_due() == 0
    at(monkeypatch, 1, 10)
    with given.edge() as tx:
        tx.session.execute(update(policies.Utility).values(demo=False))
    assert next_day.open_due() == 0


def test_two_weeks_of_nights_leave_no_working_day_without_crews(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 11):
        at(monkeypatch, day, 5)
        night.work()
    with transaction.reading() as session:
        for day in range(16):
            on = CALENDAR.add_business_days(FIRST, day)
            shifts = session.execute(select(crews.Shift).where(crews.Shift.on_day == on)).scalars().all()
            assert len(shifts) == 8, on
            starts = {CALENDAR.local(one.start_at).time() for one in shifts}
            assert starts == {time(7), time(8)}
            members = session.execute(
                select(func.count()).where(crews.ShiftMember.shift_id.in_([one.id for one in shifts]))
            ).scalar_one()
            assert members == 10
        opened = session.execute(
            select(func.count()).where(orders.ServiceOrder.opened_by == next_day.DEMO.name)
        ).scalar_one()
        assert opened >= 10 * 16


def test_somebody_who_moves_in_has_an_account_that_waits_for_water(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch.accounts import models as accounts

    at(monkeypatch, 1, 7, 40)
    night.work()
    with transaction.reading() as session:
        rows = session.execute(
            select(accounts.Account.status, accounts.Account.opened_on)
            .join(orders.ServiceOrder, orders.ServiceOrder.account_id == accounts.Account.id)
            .where(orders.ServiceOrder.kind == "TURN_ON", orders.ServiceOrder.opened_by == next_day.DEMO.name)
        ).all()
    assert rows
    assert set(rows) == {("PENDING", CALENDAR.add_business_days(FIRST, 1))}


def test_what_a_crew_did_not_reach_comes_back_in_the_night(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order, route = orders.ServiceOrder, routes.Route
    with given.edge() as tx:
        crew_id = tx.session.execute(select(crews.Crew.id).order_by(crews.Crew.id).limit(1)).scalar_one()
        due = tx.session.execute(select(order).where(order.state.in_(("READY", "SCHEDULED")))).scalars().all()[:4]
        plan = routes.DayPlan(on_day=FIRST, status="published", requested_by="given", requested_at=tx.now)
        tx.session.add(plan)
        tx.session.flush()
        drawn = route(plan_id=plan.id, crew_id=crew_id, on_day=FIRST, status="published")
        tx.session.add(drawn)
        tx.session.flush()
        for place, (one, state) in enumerate(
            zip(due, ("DISPATCHED", "EN_ROUTE", "ON_SITE", "POSTED"), strict=True), start=1
        ):
            one.state, one.crew_id = state, crew_id
            tx.session.add(
                routes.RouteStop(
                    plan_id=plan.id, route_id=drawn.id, order_id=one.id, position=place, arrive_at=tx.now, start_at=tx.now,
                    finish_at=tx.now,
                )
            )  # fmt: skip
        ids = [one.id for one in due]
    at(monkeypatch, 0, 23)
    night.work()
    assert states(ids) == ["DISPATCHED", "EN_ROUTE", "ON_SITE", "POSTED"]
    at(monkeypatch, 1, 5)
    night.work()
    assert states(ids) == ["READY", "READY", "ON_SITE", "POSTED"]


def states(ids: list[int]) -> list[str]:
    order = orders.ServiceOrder
    with transaction.reading() as session:
        rows = {row[0]: row[1] for row in session.execute(select(order.id, order.state).where(order.id.in_(ids)))}
    return [rows[one] for one in ids]
