"""Orders over HTTP: who may open them, what the rules answer, and what a payment does to them."""

import pytest
from flask import Flask

from dispatch import transaction
from dispatch.orders import models
from tests import given


def _order(app: Flask, home: given.Home, kind: str, **more: object) -> dict[str, object]:
    return {"kind": kind, "premise_id": home.premise_id, **more}


def test_a_rep_opens_a_leak_check_and_reads_its_number(app: Flask) -> None:
    home = given.a_home()
    given.a_crew()
    rep = given.logged_in(app, role="csr")
    asked = _order(app, home, "LEAK_CHECK", note="Hall toilet ran last week", window="12-14", due_on=str(given.WORKDAY))
    answer = rep.post("/orders", asked)
    assert answer.status_code == 201, answer.text
    order = answer.get_json()
    assert order["row"]["number"] == "617001"
    assert order["row"]["state"] == "SCHEDULED"
    assert order["meter_serial"] == home.serial
    assert order["verdict"]["result"] == "pass"
    assert [line["text_en"] for line in order["history"]] == ["Opened"]


def test_a_shutoff_without_notices_is_refused_with_every_reason(app: Flask) -> None:
    home = given.a_home(owes_cents=24310)
    answer = given.logged_in(app, role="csr").post("/orders", _order(app, home, "SHUTOFF_NONPAY"))
    assert answer.status_code == 422
    rules = {reason["rule_id"] for reason in answer.get_json()["reasons"]}
    assert {"CA-02", "CA-16", "CA-17"} <= rules
    with transaction.reading() as session:
        assert session.query(models.ServiceOrder).count() == 0


def test_a_shutoff_after_every_notice_is_opened(app: Flask) -> None:
    home = given.a_home(owes_cents=24310, noticed=True)
    answer = given.logged_in(app, role="csr").post("/orders", _order(app, home, "SHUTOFF_NONPAY"))
    assert answer.status_code == 201, answer.text


def test_a_second_order_of_the_kind_is_a_duplicate_until_the_rep_wants_it(app: Flask) -> None:
    home = given.a_home()
    rep = given.logged_in(app, role="csr")
    first = rep.post("/orders", _order(app, home, "LEAK_CHECK")).get_json()
    second = rep.post("/orders", _order(app, home, "LEAK_CHECK"))
    assert second.status_code == 409
    assert first["row"]["number"] in second.get_json()["message"]
    third = rep.post("/orders", _order(app, home, "LEAK_CHECK", link_duplicate=True))
    assert third.status_code == 201


def test_a_payment_recalls_the_open_shutoff_and_counts_once(app: Flask) -> None:
    home = given.a_home(owes_cents=24310, noticed=True)
    rep = given.logged_in(app, role="csr_senior")
    number = rep.post("/orders", _order(app, home, "SHUTOFF_NONPAY")).get_json()["row"]["number"]
    body = {"amount_cents": 24310, "paid_at": "2026-08-25T17:20:00Z", "agent": "Pay station", "reference": "R-1"}
    paid = rep.post(f"/accounts/{home.account_id}/payments", body).get_json()
    assert paid["recalled_orders"] == [number]
    assert paid["past_due_cents"] == 0
    again = rep.post(f"/accounts/{home.account_id}/payments", body).get_json()
    assert again["duplicate"] and again["payment_id"] == paid["payment_id"]
    order = rep.get("/orders?state=RECALLED").get_json()["orders"][0]
    assert order["number"] == number


def test_a_part_payment_recalls_nothing(app: Flask) -> None:
    home = given.a_home(owes_cents=24310, noticed=True)
    rep = given.logged_in(app, role="csr")
    rep.post("/orders", _order(app, home, "SHUTOFF_NONPAY"))
    body = {"amount_cents": 100, "paid_at": "2026-08-25T17:20:00Z", "agent": "Pay station", "reference": "R-2"}
    assert rep.post(f"/accounts/{home.account_id}/payments", body).get_json()["recalled_orders"] == []


def test_a_hold_for_a_dispute_recalls_the_shutoff(app: Flask) -> None:
    home = given.a_home(owes_cents=24310, noticed=True)
    rep = given.logged_in(app, role="csr")
    number = rep.post("/orders", _order(app, home, "SHUTOFF_NONPAY")).get_json()["row"]["number"]
    held = rep.post(f"/accounts/{home.account_id}/holds", {"kind": "DISPUTE", "reason": "Says bill is wrong"})
    assert held.get_json()["recalled_orders"] == [number]
    blocked = rep.post("/orders", _order(app, home, "SHUTOFF_NONPAY"))
    assert blocked.status_code in (409, 422)


def test_a_stale_version_is_not_cancelled(app: Flask) -> None:
    home = given.a_home()
    rep = given.logged_in(app, role="csr")
    row = rep.post("/orders", _order(app, home, "LEAK_CHECK")).get_json()["row"]
    stale = rep.post(f"/orders/{row['id']}/cancellation", {"version": row["version"] - 1, "reason": "Customer called"})
    assert stale.status_code == 409
    done = rep.post(f"/orders/{row['id']}/cancellation", {"version": row["version"], "reason": "Customer called"})
    assert done.get_json()["row"]["state"] == "CANCELLED"


def test_a_lot_without_an_address_takes_an_order(app: Flask) -> None:
    from maps import stores

    with given.edge() as tx:
        tract = stores.TractMap(district_id=1, tract_no="8198-2", name="Tract 8198-2")
        tx.session.add(tract)
        tx.session.flush()
        lot = stores.Lot(tract_id=tract.id, lot="9", lon=-121.97, lat=37.53)
        tx.session.add(lot)
        tx.session.flush()
        lot_id = lot.id
    answer = given.logged_in(app, role="csr").post("/orders", {"kind": "LEAK_CHECK", "lot_id": lot_id})
    assert answer.get_json()["row"]["place"] == "Lot 9, Tract 8198-2"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "LEAK_CHECK"}, 422),
        ({"kind": "NO_SUCH", "premise_id": 1}, 422),
        ({"kind": "LEAK_CHECK", "premise_id": 999999}, 404),
        ({"kind": "LEAK_CHECK", "premise_id": 1, "colour": "blue"}, 422),
        ({"kind": "X" * 300, "premise_id": 1}, 422),
        ({"kind": "LEAK_CHECK", "premise_id": 1, "due_on": "tomorrow"}, 422),
        ({"kind": "LEAK_CHECK", "premise_id": 1, "due_on": "2020-01-01"}, 422),
        (["not", "an", "order"], 422),
    ],
)
def test_input_that_does_not_fit_is_refused_in_words(app: Flask, body: object, status: int) -> None:
    given.a_home()
    answer = given.logged_in(app, role="csr").post("/orders", body)
    assert answer.status_code == status, answer.text
    assert answer.get_json()["message"]


def test_a_body_that_is_no_json_is_refused(app: Flask) -> None:
    rep = given.logged_in(app, role="csr")
    answer = rep.client.post("/api/v1/orders", data=b"\xff\xfe{", headers=rep.headers)
    assert answer.status_code == 400


def test_a_shutoff_asked_for_today_may_be_done_tomorrow(app: Flask) -> None:
    home = given.a_home()
    rep = given.logged_in(app, role="csr")
    assert rep.post("/orders", _order(app, home, "SHUTOFF_REQUEST", due_on="2026-08-25")).status_code == 422
    assert rep.post("/orders", _order(app, home, "SHUTOFF_REQUEST", due_on="2026-08-26")).status_code == 201


def test_the_desk_is_told_from_which_day_a_shutoff_on_request_is_possible(app: Flask) -> None:
    from dispatch.orders import checks

    home = given.a_home()
    with transaction.reading() as session:
        found = checks.verdicts(session, premise_id=home.premise_id, at=given.NOW)
    asked = found["SHUTOFF_REQUEST"]
    assert (asked.result, str(asked.first_allowed_on)) == ("pass", "2026-08-26")
    assert found["TURN_ON"].result == "block"
