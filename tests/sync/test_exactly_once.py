"""Whatever is sent, how often and in which order: it is in the books exactly once."""

import random
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dispatch import transaction
from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.sync import books, models, payloads, receipts
from tests import given
from tests.sync.tablet import Tablet, a_final_read, a_shutoff, an_order, answers, fresh


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return Tablet(app, given.a_crew())


def count(model: Any) -> int:
    with transaction.reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def a_cleared_shutoff(tablet: Tablet) -> tuple[orders.ServiceOrder, given.Home, list[dict[str, Any]]]:
    home = given.a_home(owes_cents=24_210, noticed=True)
    order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")
    answer = tablet.post("/field/clearances", {"order_id": order.id, "moment": "cut"}).get_json()
    assert answer["result"] == "pass", answer
    return order, home, a_shutoff(tablet, order, home, clearance=answer["token"])


def test_a_cleared_shutoff_is_posted_with_its_reading_its_valve_and_its_fee(tablet: Tablet) -> None:
    order, home, ops = a_cleared_shutoff(tablet)
    assert answers(tablet.send(*ops)) == ["applied"] * len(ops)
    assert fresh(order).state == "POSTED"
    with transaction.reading() as session:
        visit = session.execute(select(orders.Visit)).scalar_one()
        assert visit.cut == "CLEARED"
        reading = session.execute(select(meters.Reading).where(meters.Reading.visit_id == visit.id)).scalar_one()
        assert (reading.digits, reading.status, reading.read_type) == ("002427", "POSTED", "A")
        assert session.get_one(meters.ServicePoint, home.service_point_id).valve_state == "OFF_LOCKED"
        assert session.get_one(accounts.Account, home.account_id).off_reason == "NONPAY"
        assert session.execute(select(accounts.Charge.code)).scalars().all() == ["SHUTOFF_FEE"]


def test_sending_everything_again_answers_with_the_first_receipts_and_changes_nothing(tablet: Tablet) -> None:
    _, _, ops = a_cleared_shutoff(tablet)
    first = tablet.send(*ops)
    before = books_now()
    again = tablet.send(*ops)
    assert answers(again) == ["duplicate"] * len(ops)
    assert [one["receipt"] for one in again] == [one["receipt"] for one in first]
    assert [one["chain"] for one in again] == [one["chain"] for one in first]
    assert books_now() == before
    assert count(models.FieldReceipt) == len(ops)


def test_twelve_orders_sent_twice_are_twelve_postings(tablet: Tablet) -> None:
    ops = []
    for _ in range(12):
        home = given.a_home()
        order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
        ops += a_final_read(tablet, order, home)
    tablet.send(*ops)
    tablet.send(*ops)
    with transaction.reading() as session:
        posted = session.execute(
            select(func.count()).select_from(meters.Reading).where(meters.Reading.read_type == "F")
        ).scalar_one()
    assert posted == 12
    assert count(orders.Visit) == 12


def test_operations_that_arrive_backwards_wait_and_are_released_in_one_pass(tablet: Tablet) -> None:
    order, _, ops = a_cleared_shutoff(tablet)
    waiting = tablet.send(*reversed(ops[1:]))
    assert set(answers(waiting)) == {"waiting"}
    assert all(one["receipt"] is None for one in waiting)
    assert fresh(order).state == "DISPATCHED"
    assert answers(tablet.send(ops[0])) == ["applied"]
    assert fresh(order).state == "POSTED"
    assert answers(tablet.send(*ops)) == ["duplicate"] * len(ops)


def test_a_batch_that_completes_its_own_chain_is_answered_without_waiting(tablet: Tablet) -> None:
    _, _, ops = a_cleared_shutoff(tablet)
    assert answers(tablet.send(*reversed(ops))) == ["applied"] * len(ops)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_delivery_with_doubles_gives_the_same_books(app: Flask, seed: int) -> None:
    """Three crews, three orders each; delivered in order, or in pieces, shuffled, twice: one hash."""
    chance = random.Random(seed)
    crews = [Tablet(app, given.a_crew(letter=letter)) for letter in "ABC"]
    days: list[tuple[Tablet, list[dict[str, Any]]]] = []
    for tablet in crews:
        ops: list[dict[str, Any]] = []
        ops += a_cleared_shutoff(tablet)[2]
        for digits in ("002427", "000100"):
            home = given.a_home()
            order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
            ops += a_final_read(tablet, order, home, digits=digits)
        days.append((tablet, ops))
    deliveries = [(tablet, op) for tablet, ops in days for op in ops]
    deliveries += chance.sample(deliveries, len(deliveries) // 2)
    chance.shuffle(deliveries)
    for tablet, op in deliveries:
        tablet.send(op)
    assert sorted(_states().values()) == ["POSTED"] * 6 + ["REVIEW"] * 3
    for tablet, ops in days:
        page = tablet.get(f"/field/receipts?device={tablet.device_id}").get_json()
        assert page["count"] == len(ops)
        assert sorted(one["seq"] for one in page["receipts"]) == sorted(op["seq"] for op in ops)
    assert readings_by_status() == {"POSTED": 6, "REVIEW": 3}


def test_books_do_not_depend_on_the_order_of_delivery(app: Flask) -> None:
    """The same operations into the same office facts, three times: straight, backwards, shuffled with doubles."""
    tablet = Tablet(app, given.a_crew())
    ops = a_cleared_shutoff(tablet)[2]
    home = given.a_home()
    ops += a_final_read(
        tablet, an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT"), home
    )
    with transaction.reading() as session:
        snapshot = books.snapshot(session)
    hashes = set()
    for seed in range(4):
        with given.edge() as tx:
            books.restore(tx, rows=snapshot)
        delivered = list(ops) + (ops[::2] if seed else [])
        if seed == 1:
            delivered.reverse()
        elif seed > 1:
            random.Random(seed).shuffle(delivered)
        for op in delivered:
            tablet.send(op)
        hashes.add(books_now())
    assert len(hashes) == 1


def test_receipts_are_numbered_without_gaps_and_chained(tablet: Tablet) -> None:
    _, _, ops = a_cleared_shutoff(tablet)
    broken = {**tablet.op("note"), "payload": {"text": 7}}
    tablet.send(ops[0], broken, *ops[1:], ops[0])
    page = tablet.get(f"/field/receipts?device={tablet.device_id}").get_json()
    assert [one["receipt"] for one in page["receipts"]] == list(range(1, len(ops) + 2))
    chain = ""
    with transaction.reading() as session:
        rows = session.execute(select(models.FieldOperation.op_id, models.FieldOperation.body_sha256))
        bodies = {row[0]: row[1] for row in rows}
    for one in page["receipts"]:
        chain = receipts.link(
            before=chain, number=one["receipt"], op_id=one["op_id"], seq=one["seq"], answer=one["answer"],
            body_sha256=bodies[one["op_id"]],
        )  # fmt: skip
        assert one["chain"] == chain
    assert page["chain"] == chain


def test_the_same_name_with_other_bytes_is_held_as_a_forked_store(tablet: Tablet) -> None:
    _, _, ops = a_cleared_shutoff(tablet)
    tablet.send(*ops)
    other = {**ops[4], "payload": {**ops[4]["payload"], "digits": "002999"}}
    [answer] = tablet.send(other)
    assert (answer["answer"], answer["receipt"]) == ("held", len(ops) + 1)
    assert "split in two" in answer["reason_en"]
    assert answers(tablet.send(other)) == ["duplicate"]
    with transaction.reading() as session:
        assert session.execute(select(models.HeldOperation.code)).scalars().all() == ["FORKED"]
        assert "002999" not in session.execute(select(meters.Reading.digits)).scalars().all()


def test_a_used_number_under_another_name_is_held_as_a_forked_store(tablet: Tablet) -> None:
    tablet.send(tablet.op("check_in"))
    [answer] = tablet.send({**tablet.op("check_in"), "seq": 1})
    assert answer["answer"] == "held"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "dance"},
        {"occurred_at": 0},
        {"payload": []},
        {"surprise": 1},
        {"kind": "reading", "payload": {"digits": "1"}},
        {"kind": "complete", "payload": {}},
        {"seq": 2**40},
        {"seq": -1},
        {"op_id": "x" * 500},
        {"op_id": None},
        {"order_id": 2**40},
        {"device_id": str(uuid.uuid4())},
        {"payload": {"text": "a\ud800b"}, "kind": "note"},
    ],
)
def test_what_cannot_be_read_is_a_log_entry_with_a_receipt_and_the_rest_goes_on(
    tablet: Tablet, change: dict[str, Any]
) -> None:
    bad = {**tablet.op("check_in"), **change}
    good = tablet.op("check_in")
    found = tablet.send(bad, good)
    assert answers(found) == ["malformed", "applied"]
    assert found[0]["receipt"] == 1
    assert found[0]["reason_en"]
    assert answers(tablet.send(bad)) == ["duplicate"]
    assert count(models.FieldOperation) == 2


def test_a_batch_of_more_than_a_hundred_is_refused_whole(tablet: Tablet) -> None:
    answer = tablet.post("/field/operations", {"operations": [tablet.op("check_in") for _ in range(101)]})
    assert answer.status_code == 413
    assert count(models.FieldOperation) == 0


def test_two_orders_do_not_wait_for_each_other(tablet: Tablet) -> None:
    _, _, first = a_cleared_shutoff(tablet)
    second_order, _, second = a_cleared_shutoff(tablet)
    tablet.send(*first[1:])
    assert answers(tablet.send(*second)) == ["applied"] * len(second)
    assert fresh(second_order).state == "POSTED"


def books_now() -> str:
    with transaction.reading() as session:
        return books.fingerprint(session)


def _states() -> dict[int, str]:
    with transaction.reading() as session:
        return {row.id: row.state for row in session.execute(select(orders.ServiceOrder)).scalars()}


def readings_by_status() -> dict[str, int]:
    with transaction.reading() as session:
        rows = session.execute(
            select(meters.Reading.status, func.count())
            .where(meters.Reading.visit_id.is_not(None))
            .group_by(meters.Reading.status)
        )
        return {row[0]: row[1] for row in rows}


def test_the_same_batch_sent_by_four_hands_at_once_is_booked_once(tablet: Tablet) -> None:
    order, _, ops = a_cleared_shutoff(tablet)
    found: list[list[dict[str, Any]]] = []
    hands = [threading.Thread(target=lambda: found.append(tablet.send(*ops))) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    for one in zip(*found, strict=True):
        assert {receipt["answer"] for receipt in one} <= {"applied", "duplicate", "waiting"}
        assert len({receipt["receipt"] for receipt in one if receipt["receipt"]}) == 1
    assert fresh(order).state == "POSTED"
    assert count(models.FieldReceipt) == len(ops)
    assert count(accounts.Charge) == 1


def test_a_fault_in_one_operation_holds_it_alone_and_a_person_can_apply_it(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    ops = a_final_read(tablet, order, home)
    with given.edge() as tx:
        # A row that cannot be read as it should be: the premise's reading was spoilt by hand.
        tx.session.execute(update(meters.Meter).where(meters.Meter.id == home.meter_id).values(multiplier="none"))
    found = tablet.send(*ops)
    assert answers(found) == ["applied"] * 5 + ["held"]
    assert fresh(order).state == "ON_SITE"
    with given.edge() as tx:
        tx.session.execute(update(meters.Meter).where(meters.Meter.id == home.meter_id).values(multiplier="1"))
    supervisor = given.logged_in(tablet.app, role="supervisor")
    [line] = supervisor.get("/reviews").get_json()["held"]
    answer = supervisor.post(f"/held/{line['held_id']}/decision", {"decision": "apply", "note": "Meter mended"})
    assert answer.status_code == 204, answer.text
    assert fresh(order).state == "POSTED"


@pytest.mark.parametrize(
    ("shown", "elapsed_ms", "placed"),
    [
        (timedelta(minutes=-30), None, timedelta(minutes=-30)),
        (timedelta(minutes=+1), None, timedelta(0)),
        (timedelta(days=+3), 600_000, timedelta(minutes=-20)),
        (timedelta(days=+3), None, timedelta(0)),
        (timedelta(days=-3), None, timedelta(days=-3)),
        (timedelta(days=-3), 600_000, timedelta(minutes=-20)),
    ],
)
def test_the_moment_is_placed_by_the_monotonic_clock_where_the_tablets_clock_cannot_be_right(
    shown: timedelta, elapsed_ms: int | None, placed: timedelta
) -> None:
    """Heard half an hour ago; the deed was ten minutes after that."""
    found = payloads.placed_at(
        occurred_at=given.NOW + shown, received_at=given.NOW, heard_at=given.NOW - timedelta(minutes=30),
        elapsed_ms=elapsed_ms,
    )  # fmt: skip
    assert found == given.NOW + placed
