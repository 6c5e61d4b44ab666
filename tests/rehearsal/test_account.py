"""The account of a day must notice what is missing, or there twice."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from dispatch.rehearsal import account, lots
from dispatch.routes import models as routes
from dispatch.sync import models as sync
from dispatch.transaction import reading
from tests import given

DEVICE = str(UUID(int=1))


def a_plan() -> int:
    with given.edge() as tx:
        plan = routes.DayPlan(on_day=date(2026, 8, 25), requested_by="x", requested_at=tx.now, status="published")
        tx.session.add(plan)
        tx.session.flush()
        return plan.id


def made(plan_id: int, *, payments: int = 0, asked: int = 0) -> account.Made:
    return account.Made(asked=asked, order_ids=[], refused={}, plan_id=plan_id, payments=payments)


def an_operation(seq: int, *, kind: str = "note", receipt: bool = True) -> None:
    with given.edge() as tx:
        op_id = str(UUID(int=100 + seq))
        tx.session.add(
            sync.FieldOperation(
                op_id=op_id, device_id=DEVICE, seq=seq, kind=kind, placed_at=tx.now, payload={}, body="{}",
                body_sha256="0" * 64, received_at=tx.now, answer="applied",
            )
        )  # fmt: skip
        if receipt:
            from dispatch.sync import receipts

            log = receipts.lock(tx, device_id=DEVICE)
            receipts.give(tx, log=log, op_key=op_id, op_id=op_id, seq=seq, answer="applied", body_sha256="0" * 64)


def wrong(found: account.Balance) -> list[str]:
    return [line.name for line in found.lines if line.difference]


def test_a_day_on_which_nothing_happened_adds_up(app: Flask) -> None:
    plan_id = a_plan()
    with reading() as session:
        assert account.balance(session, made=made(plan_id), tablets=[], devices=[]).adds_up


def test_work_that_was_sent_and_answered_adds_up(app: Flask) -> None:
    plan_id = a_plan()
    an_operation(1)
    an_operation(2)
    tablet = {"ops_made": 2, "receipts": 2}
    with reading() as session:
        found = account.balance(session, made=made(plan_id), tablets=[tablet], devices=[DEVICE])
    assert wrong(found) == []


def test_an_operation_that_a_tablet_still_holds_is_noticed(app: Flask) -> None:
    plan_id = a_plan()
    an_operation(1)
    with reading() as session:
        found = account.balance(session, made=made(plan_id), tablets=[{"ops_made": 2, "receipts": 1}], devices=[DEVICE])
    assert "Operations on the tablets = operations in the log" in wrong(found)


def test_an_operation_without_a_receipt_is_noticed(app: Flask) -> None:
    plan_id = a_plan()
    an_operation(1)
    an_operation(2, receipt=False)
    with reading() as session:
        found = account.balance(session, made=made(plan_id), tablets=[{"ops_made": 2, "receipts": 2}], devices=[DEVICE])
    assert "Operations in the log = receipts given" in wrong(found)


def test_a_reading_that_became_nothing_is_noticed(app: Flask) -> None:
    plan_id = a_plan()
    an_operation(1, kind="reading")
    with reading() as session:
        found = account.balance(session, made=made(plan_id), tablets=[{"ops_made": 1, "receipts": 1}], devices=[DEVICE])
    assert "Readings sent = posted + in review" in wrong(found)


def test_a_payment_that_is_not_in_the_books_is_noticed(app: Flask) -> None:
    plan_id = a_plan()
    with reading() as session:
        found = account.balance(session, made=made(plan_id, payments=1), tablets=[], devices=[])
    assert wrong(found) == ["Payments taken = payments in the books"]


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("SNGL-FAM-RES", "home"), ("THREE-FM-RES", "home"), ("CONDO-BLDG", "flats"), (">8-UNIT-APT", "flats"),
        ("RETAIL-STORE", "shop"), ("WAREHOUSE", "works"), ("Private College, University", "school"), (None, "home"),
        ("Vacant City", None), ("DCR- State Parks and Rec", None), ("PARKING-LOT", None),
    ],
)  # fmt: skip
def test_the_tax_roll_says_who_takes_water(text: str | None, use: str | None) -> None:
    assert lots.use_of(text) == use
