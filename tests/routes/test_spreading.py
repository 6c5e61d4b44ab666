"""Orders that may be done on several days: opened so at the desk, given their day before every plan."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.crews import models as crews
from dispatch.journal import models as journal
from dispatch.orders import kinds
from dispatch.orders import models as orders
from dispatch.orders import operations as order_operations
from dispatch.policies import models as policies
from dispatch.routes import spreading, workflow
from dispatch.transaction import reading
from tests import given
from tests.routes import given_day

TODAY = given.WORKDAY
DAYS = tuple(TODAY + timedelta(days=n) for n in range(3))


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets, and one truck on shift on three days."""
    given_day.streets()
    given.a_crew()
    with given.edge() as tx:
        first = tx.session.scalars(select(crews.Shift)).one()
        members = tx.session.scalars(select(crews.ShiftMember).where(crews.ShiftMember.shift_id == first.id)).all()
        for on in DAYS[1:]:
            later = on - TODAY
            shift = crews.Shift(
                crew_id=first.crew_id, on_day=on, start_at=first.start_at + later, end_at=first.end_at + later,
                lunch_from_at=first.lunch_from_at + later if first.lunch_from_at else None,
                lunch_to_at=first.lunch_to_at + later if first.lunch_to_at else None, lunch_s=first.lunch_s,
            )  # fmt: skip
            tx.session.add(shift)
            tx.session.flush()
            tx.session.add_all(
                crews.ShiftMember(shift_id=shift.id, technician_id=member.technician_id) for member in members
            )
    return app


def that_may_wait(*, until: date, since: date = TODAY) -> int:
    """An order for any day from one to the other."""
    order_id = given_day.an_order(today=since)
    with given.edge() as tx:
        order = tx.session.get_one(orders.ServiceOrder, order_id)
        order.earliest_on, order.latest_on = since, until
    return order_id


def days_of(ids: list[int]) -> list[date]:
    with reading() as session:
        return [session.get_one(orders.ServiceOrder, i).due_on for i in ids]


def test_orders_that_may_wait_are_spread_over_the_days(town: Flask) -> None:
    fixed = [given_day.an_order() for _ in range(4)]
    free = [that_may_wait(until=DAYS[2]) for _ in range(11)]
    found = spreading.spread(since=TODAY, iterations=3000)
    assert found.may_wait == 11 and found.moved >= 7
    assert days_of(fixed) == [TODAY] * 4
    chosen = days_of(free)
    assert len(set(chosen)) >= 2 and set(chosen) <= set(DAYS)
    assert sum(one.planned for one in found.days) == 15


def test_each_stays_in_its_range_and_no_other_is_moved(town: Flask) -> None:
    late = [that_may_wait(since=DAYS[1], until=DAYS[2]) for _ in range(4)]
    tight = [that_may_wait(until=TODAY) for _ in range(3)]
    window = given_day.an_order(window="10-12")
    spreading.spread(since=TODAY, iterations=1000)
    assert set(days_of(late)) <= set(DAYS[1:])
    assert days_of([*tight, window]) == [TODAY] * 4


def test_choosing_again_changes_nothing_that_is_settled(town: Flask) -> None:
    ids = [that_may_wait(until=DAYS[2]) for _ in range(6)]
    spreading.spread(since=TODAY, iterations=1500)
    before = days_of(ids)
    assert spreading.spread(since=TODAY, iterations=1500).moved == 0
    assert days_of(ids) == before


def test_an_order_on_the_route_of_a_crew_keeps_its_day(town: Flask) -> None:
    order_id = that_may_wait(until=DAYS[2])
    given_day.published()
    assert spreading.spread(since=TODAY, iterations=500).may_wait == 0
    assert days_of([order_id]) == [TODAY]


def test_the_nightly_plan_is_asked_for_though_the_days_cannot_be_chosen(town: Flask) -> None:
    order_id = that_may_wait(until=DAYS[2])
    with given.edge() as tx:
        tx.session.get_one(orders.ServiceOrder, order_id).kind = "OF_A_NEWER_VERSION"
        tx.session.scalars(select(policies.Utility)).one().plan_time = "05:00"
    with pytest.raises(kinds.UnknownKind):
        spreading.spread(since=TODAY, iterations=10)
    assert workflow.request_due() is not None
    assert days_of([order_id]) == [TODAY]


def test_without_anything_to_choose_nothing_is_done(app: Flask) -> None:
    assert spreading.spread(since=TODAY, iterations=10).days == ()
    given_day.streets()
    given.a_crew()
    given_day.an_order()
    assert spreading.spread(since=TODAY, iterations=10) == spreading.Spreading(days=(), may_wait=0, moved=0)


def test_the_day_that_was_chosen_stands_in_the_history(town: Flask) -> None:
    order_id = that_may_wait(until=DAYS[2])
    with given.edge() as tx:
        order = tx.session.get_one(orders.ServiceOrder, order_id)
        assert order_operations.choose_day(tx, order=order, on=DAYS[1])
        assert not order_operations.choose_day(tx, order=order, on=DAYS[1]), "it has that day"
        assert not order_operations.choose_day(tx, order=order, on=TODAY - timedelta(days=1)), "before its range"
    told = given.logged_in(town, role="supervisor").get(f"/orders/{order_id}").get_json()
    assert told["row"]["due_on"] == DAYS[1].isoformat() and told["row"]["latest_on"] == DAYS[2].isoformat()
    assert any(DAYS[1].isoformat() in line["text_en"] for line in told["history"])
    with reading() as session:
        kinds_of = session.scalars(select(journal.JournalEntry.name)).all()
        assert kinds_of.count("OrderDayChosen") == 1


def test_an_order_is_opened_for_any_day_up_to_one(town: Flask) -> None:
    home = given.a_home()
    office = given.logged_in(town, role="csr")
    body = {"kind": "LEAK_CHECK", "premise_id": home.premise_id, "due_on": TODAY.isoformat()}
    made = office.post("/orders", {**body, "latest_on": DAYS[2].isoformat()})
    assert made.status_code == 201
    row = made.get_json()["row"]
    assert (row["due_on"], row["latest_on"]) == (TODAY.isoformat(), DAYS[2].isoformat())


def test_a_range_that_makes_no_sense_is_refused_with_every_reason(town: Flask) -> None:
    home = given.a_home()
    office = given.logged_in(town, role="csr")
    body = {"kind": "LEAK_CHECK", "premise_id": home.premise_id, "due_on": DAYS[1].isoformat()}
    refused = office.post("/orders", {**body, "latest_on": TODAY.isoformat(), "window": "10-12"})
    assert refused.status_code == 422
    assert {"latest_on_far", "latest_on_window"} <= {one["code"] for one in refused.get_json()["reasons"]}
    unread = office.post("/orders", {**body, "latest_on": "next week"})
    assert [one["code"] for one in unread.get_json()["reasons"]] == ["latest_on"]
    urgent = office.post("/orders", {**body, "kind": "RESTORE", "latest_on": DAYS[2].isoformat()})
    assert "latest_on_kind" in {one["code"] for one in urgent.get_json()["reasons"]}
