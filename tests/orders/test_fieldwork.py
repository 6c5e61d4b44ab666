"""What a visit does to order, meter and account, and what the office decides about doubtful ones."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import clock, transaction
from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.orders import operations
from dispatch.sync import models as sync
from tests import given
from tests.sync.tablet import Tablet, a_final_read, a_shutoff, an_order, answers, fresh


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return Tablet(app, given.a_crew())


@pytest.fixture
def late(tablet: Tablet) -> given.Home:
    """A home that owes, with every notice served."""
    return given.a_home(owes_cents=24_210, noticed=True)


def a_cut(tablet: Tablet, home: given.Home) -> orders.ServiceOrder:
    return an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")


def cleared(tablet: Tablet, order: orders.ServiceOrder, moment: str = "cut") -> str:
    answer = tablet.post("/field/clearances", {"order_id": order.id, "moment": moment}).get_json()
    assert answer["token"], answer
    return str(answer["token"])


def paid(home: given.Home, order: orders.ServiceOrder, *, minutes_ago: int, known_minutes_ago: int) -> None:
    """The customer pays and the office recalls the shutoff."""
    with given.edge(given.NOW - timedelta(minutes=known_minutes_ago)) as tx:
        at = given.NOW - timedelta(minutes=minutes_ago)
        tx.session.add(
            accounts.Payment(
                account_id=home.account_id, amount_cents=24_210, paid_at=at, posted_at=tx.now, agent="Kiosk",
                reference=str(uuid.uuid4()),
            )
        )  # fmt: skip
        row = tx.session.get_one(orders.ServiceOrder, order.id)
        assert operations.recall_order(tx, order=row, recall_en="Paid", recall_es="Pagó", paid_cents=24_210, paid_at=at)


def all_of(model: Any) -> list[Any]:
    with transaction.reading() as session:
        found = list(session.execute(select(model)).scalars())
        session.expunge_all()
        return found


def the_cut() -> str | None:
    [visit] = all_of(orders.Visit)
    cut: str | None = visit.cut
    return cut


def kinds_open() -> list[tuple[str, int, str]]:
    return sorted((one.kind, one.priority, one.reason) for one in all_of(orders.ServiceOrder) if one.state == "READY")


def test_a_cut_without_clearance_is_recorded_reviewed_free_and_never_done(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    assert set(answers(tablet.send(*a_shutoff(tablet, order, late)))) == {"applied"}
    assert the_cut() == "UNCLEARED"
    assert fresh(order).state == "REVIEW"
    assert all_of(accounts.Charge) == []
    [point] = all_of(meters.ServicePoint)
    assert point.valve_state == "OFF_LOCKED"
    [review] = all_of(orders.Review)
    assert review.reasons[0]["code"] == "UNCLEARED"
    supervisor = given.logged_in(tablet.app, role="supervisor")
    answer = supervisor.post(f"/reviews/{review.id}/decision", {"decision": "post", "note": "Looked into it"})
    assert answer.status_code == 200, answer.text
    assert all_of(accounts.Charge) == []
    [account] = all_of(accounts.Account)
    assert account.off_reason is None


def test_a_cut_on_another_tablets_clearance_is_uncleared(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    token = cleared(tablet, order)
    other = Tablet(tablet.app, tablet.crew)
    other.send(*a_shutoff(other, order, late, clearance=token))
    assert the_cut() == "UNCLEARED"


def test_a_cut_on_an_expired_clearance_is_uncleared(tablet: Tablet, late: given.Home, app: Flask) -> None:
    order = a_cut(tablet, late)
    token = cleared(tablet, order)
    with given.edge() as tx:
        from dispatch.policies import clearances
        from dispatch.policies import queries as policies

        key = policies.get_utility(tx.session).clearance_key_pem
        old = clearances.read(token=token, public_pem=clearances.keypair(private_pem=key).public_pem)
        issue = tx.session.get_one(sync.ClearanceIssue, old.jti)
        issue.expires_at = issue.issued_at
        grant = clearances.grant(
            order_id=order.id, device_id=tablet.device_id, at=given.NOW - timedelta(minutes=40),
            rules_hash=old.rules_hash, jti=old.jti,
        )  # fmt: skip
        token = clearances.sign(clearance=grant, private_pem=key)
    tablet.send(*a_shutoff(tablet, order, late, clearance=token))
    assert the_cut() == "UNCLEARED"


def test_a_spoken_code_clears_one_cut_and_no_second(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    senior = given.logged_in(tablet.app, role="csr_senior")
    answer = senior.post("/codes", {"order_number": order.number, "challenge": "kd42", "crew": "Truck A"}).get_json()
    assert len(answer["code"]) == 6, answer
    code = {"challenge": "KD 42", "code": answer["code"]}
    tablet.send(*a_shutoff(tablet, order, late, code=code))
    assert the_cut() == "CLEARED"
    assert fresh(order).state == "POSTED"
    again = senior.post("/codes", {"order_number": order.number, "challenge": "KD 42", "crew": "Truck A"})
    assert again.get_json().get("code") in (None, "code_used", "code_refused")


def test_a_wrong_code_does_not_clear(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    senior = given.logged_in(tablet.app, role="csr_senior")
    senior.post("/codes", {"order_number": order.number, "challenge": "KD 42", "crew": "Truck A"})
    tablet.send(*a_shutoff(tablet, order, late, code={"challenge": "KD 42", "code": "000000"}))
    assert the_cut() == "UNCLEARED"


def test_no_code_is_given_once_the_customer_has_paid(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    paid(late, order, minutes_ago=5, known_minutes_ago=4)
    senior = given.logged_in(tablet.app, role="csr_senior")
    answer = senior.post("/codes", {"order_number": order.number, "challenge": "KD 42", "crew": "Truck A"}).get_json()
    assert answer["code"] is None
    assert answer["result"] == "block"
    clearance = tablet.post("/field/clearances", {"order_id": order.id, "moment": "cut"}).get_json()
    assert clearance["token"] is None


def test_a_cut_that_a_payment_crossed_is_held_free_and_restored_first(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    token = cleared(tablet, order, "start")
    ops = a_shutoff(tablet, order, late, clearance=token)
    paid(late, order, minutes_ago=5, known_minutes_ago=4)
    found = tablet.send(*ops)
    assert found[-1]["answer"] == "held"
    assert the_cut() == "CROSSED"
    assert all_of(accounts.Charge) == []
    assert ("RESTORE", 1, "CROSSED") in kinds_open()
    [restore] = [one for one in all_of(orders.ServiceOrder) if one.kind == "RESTORE"]
    assert restore.service_point_id == late.service_point_id


def test_a_cut_without_clearance_after_the_payment_is_wrongful(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    ops = a_shutoff(tablet, order, late)
    paid(late, order, minutes_ago=5, known_minutes_ago=4)
    tablet.send(*ops)
    assert the_cut() == "WRONGFUL"
    assert ("RESTORE", 1, "WRONGFUL") in kinds_open()


def test_the_office_applies_a_held_completion_with_all_that_the_visit_held(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    ops = a_shutoff(tablet, order, late, clearance=cleared(tablet, order, "start"))
    paid(late, order, minutes_ago=5, known_minutes_ago=4)
    tablet.send(*ops)
    supervisor = given.logged_in(tablet.app, role="supervisor")
    [line] = supervisor.get("/reviews").get_json()["held"]
    assert (line["kind"], line["order"]["number"]) == ("complete", order.number)
    path = f"/held/{line['held_id']}/decision"
    assert supervisor.post(path, {"decision": "apply", "note": ""}).status_code == 422
    assert supervisor.post(path, {"decision": "apply", "note": "The lock is on"}).status_code == 204
    assert supervisor.get("/reviews").get_json()["held"] == []
    assert fresh(order).state == "REVIEW"
    assert all_of(accounts.Charge) == []
    assert supervisor.post(path, {"decision": "apply", "note": "Again"}).status_code == 409
    assert len([one for one in all_of(orders.ServiceOrder) if one.kind == "RESTORE"]) == 1


def test_work_at_an_order_that_went_to_another_crew_is_held_but_its_facts_stand(tablet: Tablet) -> None:
    home = given.a_home()
    other = given.a_crew(letter="B")
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    ops = a_final_read(tablet, order, home)
    with given.edge() as tx:
        row = tx.session.get_one(orders.ServiceOrder, order.id)
        operations.assign(tx, order=row, crew_id=other.crew_id, action="publish")
    found = tablet.send(*ops)
    assert answers(found) == ["held", "held", "held", "applied", "applied", "held"]
    assert fresh(order).state == "DISPATCHED"
    [visit] = all_of(orders.Visit)
    assert visit.facts["readings"][0]["digits"] == "002427"
    assert len(all_of(orders.Photo)) == 1
    assert [row for row in all_of(meters.Reading) if row.visit_id] == []


def test_a_republished_route_is_no_conflict_for_the_crew_that_keeps_its_order(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    ops = a_final_read(tablet, order, home)
    with given.edge() as tx:
        row = tx.session.get_one(orders.ServiceOrder, order.id)
        operations.assign(tx, order=row, crew_id=tablet.crew.crew_id, action="publish")
    assert set(answers(tablet.send(*ops))) == {"applied"}
    assert fresh(order).state == "POSTED"


def test_a_reading_below_the_last_one_waits_for_a_person_who_may_post_it(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    tablet.send(*a_final_read(tablet, order, home, digits="000100"))
    assert fresh(order).state == "REVIEW"
    [reading] = [row for row in all_of(meters.Reading) if row.visit_id]
    assert (reading.status, "NEGATIVE" in reading.qualities) == ("REVIEW", True)
    [account] = all_of(accounts.Account)
    assert account.status == "ACTIVE"
    senior = given.logged_in(tablet.app, role="csr_senior")
    [line] = senior.get("/reviews").get_json()["reviews"]
    assert line["previous_reading"] == "002420"
    path = f"/reviews/{line['review_id']}/decision"
    assert senior.post(path, {"decision": "discard_reading", "note": "No"}).status_code == 422
    assert senior.post(path, {"decision": "post", "note": "Meter was turned"}).status_code == 200
    assert fresh(order).state == "POSTED"
    [reading] = [row for row in all_of(meters.Reading) if row.visit_id]
    assert reading.status == "POSTED"
    assert senior.post(path, {"decision": "post", "note": "Again"}).status_code == 409


def test_a_doubted_final_reading_is_read_again(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    tablet.send(*a_final_read(tablet, order, home, digits="000100"))
    senior = given.logged_in(tablet.app, role="csr_senior")
    [line] = senior.get("/reviews").get_json()["reviews"]
    senior.post(f"/reviews/{line['review_id']}/decision", {"decision": "reread", "note": "Look again"})
    assert fresh(order).state == "RETURN_NEEDED"
    [reading] = [row for row in all_of(meters.Reading) if row.visit_id]
    assert reading.status == "DISCARDED"


def test_nobody_at_the_gate_leaves_the_order_without_access_and_the_account_alone(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id)
    visit = str(uuid.uuid4())
    tablet.send(
        tablet.op("en_route", order=order, visit=visit), tablet.op("arrive", order=order, visit=visit),
        tablet.op("unable", order=order, visit=visit, disposition="CGI_DOG", note="Two dogs"),
    )  # fmt: skip
    assert (fresh(order).state, fresh(order).disposition) == ("CGI", "CGI_DOG")
    assert all_of(orders.Review) == []


def test_a_restore_with_water_used_since_the_shutoff_waits_and_asks_for_a_tamper_check(tablet: Tablet) -> None:
    home = given.a_home(valve="OFF_LOCKED", off_reason="NONPAY")
    order = an_order(
        kind="RESTORE", home=home, crew_id=tablet.crew.crew_id, reason="PAID", extra={"shutoff_digits": "002427"}
    )
    visit = str(uuid.uuid4())
    tablet.send(
        tablet.op("en_route", order=order, visit=visit), tablet.op("arrive", order=order, visit=visit),
        tablet.op("start", order=order, visit=visit),
        tablet.op("reading", order=order, visit=visit, meter_id=home.meter_id, digits="002431", role="check"),
        tablet.op("complete", order=order, visit=visit, disposition="DONE", valve_found="OFF_LOCKED", valve_left="ON",
                  started_at=given.NOW.isoformat(), finished_at=given.NOW.isoformat()),
    )  # fmt: skip
    assert fresh(order).state == "REVIEW"
    assert any(kind == "TAMPER" for kind, _, _ in kinds_open())


def test_work_found_on_the_way_becomes_one_order(tablet: Tablet) -> None:
    op = tablet.op("field_order", kind="MAIN_LEAK", note="Water on the road", lon=-121.97, lat=37.53)
    tablet.send(op, op)
    assert [one.kind for one in all_of(orders.ServiceOrder)] == ["MAIN_LEAK"]


def test_illness_told_at_the_door_stops_the_shutoff_and_holds_the_account(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    visit = str(uuid.uuid4())
    tablet.send(
        tablet.op("en_route", order=order, visit=visit), tablet.op("arrive", order=order, visit=visit),
        tablet.op("unable", order=order, visit=visit, disposition="HOLD_MEDICAL_CLAIMED", note="On dialysis"),
    )  # fmt: skip
    assert fresh(order).state == "ON_HOLD"
    assert [one.kind for one in all_of(accounts.AccountHold)] == ["MEDICAL"]


def test_a_payment_that_reaches_the_office_after_the_cut_takes_the_fee_back_and_restores_first(
    tablet: Tablet, late: given.Home
) -> None:
    order = a_cut(tablet, late)
    tablet.send(*a_shutoff(tablet, order, late, clearance=cleared(tablet, order)))
    cashier = given.logged_in(tablet.app, role="cashier")
    answer = cashier.post(
        f"/accounts/{late.account_id}/payments",
        {"amount_cents": 24_210, "paid_at": (given.NOW - timedelta(minutes=20)).isoformat(), "agent": "Kiosk",
         "reference": "R-1"},
    )  # fmt: skip
    assert answer.status_code in (200, 201), answer.text
    assert the_cut() == "CROSSED"
    assert all(one.reversed_at is not None for one in all_of(accounts.Charge))
    assert ("RESTORE", 1, "CROSSED") in kinds_open()
    assert len(all_of(orders.Review)) == 1


def test_a_payment_after_the_cut_orders_the_restore_and_keeps_the_fee(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    tablet.send(*a_shutoff(tablet, order, late, clearance=cleared(tablet, order)))
    assert the_cut() == "CLEARED"
    with given.edge(given.NOW + timedelta(hours=1)) as tx:
        from dispatch.orders import payments

        payments.record_payment(
            tx, account_id=late.account_id, amount_cents=24_210, paid_at=given.NOW + timedelta(minutes=50),
            agent="Kiosk", reference="R-2",
        )  # fmt: skip
    assert the_cut() == "CLEARED"
    assert ("RESTORE", 2, "PAID") in kinds_open()
    assert all(one.reversed_at is None for one in all_of(accounts.Charge))


def test_the_clearance_counts_at_the_cut_not_at_the_end_of_the_visit(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    token = cleared(tablet, order)
    ops = a_shutoff(tablet, order, late, clearance=token)
    over = given.NOW + timedelta(minutes=45)
    for op in ops[5:]:
        op["occurred_at"] = over.isoformat()
    ops[-1]["payload"]["cut_at"] = (given.NOW + timedelta(minutes=20)).isoformat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.VARIABLE, clock.setting(start=over))
        tablet.send(*ops)
    assert the_cut() == "CLEARED"


def test_a_cut_after_the_clearance_ran_out_is_uncleared(tablet: Tablet, late: given.Home) -> None:
    order = a_cut(tablet, late)
    ops = a_shutoff(tablet, order, late, clearance=cleared(tablet, order))
    over = given.NOW + timedelta(minutes=45)
    for op in ops[5:]:
        op["occurred_at"] = over.isoformat()
    ops[-1]["payload"]["cut_at"] = (given.NOW + timedelta(minutes=31)).isoformat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.VARIABLE, clock.setting(start=over))
        tablet.send(*ops)
    assert the_cut() == "UNCLEARED"
