"""The day package, its changes, positions, photos and the stream of news."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import transaction
from dispatch.crews import models as crews
from dispatch.orders import models as orders
from dispatch.orders import operations
from dispatch.routes import models as routes
from tests import given
from tests.sync.tablet import JPEG, Tablet, a_final_read, an_order, answers


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return Tablet(app, given.a_crew())


def a_route(tablet: Tablet, *rows: orders.ServiceOrder) -> None:
    with given.edge() as tx:
        plan = routes.DayPlan(on_day=given.WORKDAY, status="published", requested_by="given", requested_at=given.NOW)
        tx.session.add(plan)
        tx.session.flush()
        route = routes.Route(
            plan_id=plan.id, crew_id=tablet.crew.crew_id, on_day=given.WORKDAY, status="published", version=2,
            published_at=given.NOW, line=[[-121.97, 37.53], [-121.96, 37.53]],
        )  # fmt: skip
        tx.session.add(route)
        tx.session.flush()
        for position, order in enumerate(rows, start=1):
            at = given.NOW + timedelta(minutes=20 * position)
            tx.session.add(
                routes.RouteStop(
                    plan_id=plan.id, route_id=route.id, order_id=order.id, position=position, arrive_at=at, start_at=at,
                    finish_at=at + timedelta(minutes=10),
                )
            )  # fmt: skip


def test_one_call_brings_the_whole_day_and_it_is_small(tablet: Tablet) -> None:
    home, late = given.a_home(), given.a_home(owes_cents=24_210, noticed=True)
    read = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id)
    cut = an_order(kind="SHUTOFF_NONPAY", home=late, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")
    others = [an_order(kind="FINAL_READ", home=given.a_home(), crew_id=tablet.crew.crew_id) for _ in range(18)]
    a_route(tablet, read, cut, *others)
    answer = tablet.get("/field/day?date=2026-08-25")
    assert answer.status_code == 200, answer.text
    day = answer.get_json()
    assert (day["crew"], day["letter"], day["route_version"], len(day["stops"])) == ("Truck A", "A", 2, 20)
    by_id = {order["order_id"]: order for order in day["orders"]}
    [meter] = by_id[read.id]["meters"]
    assert meter["serial"] == home.serial
    assert meter["meter_register"]["last_digits"] == "002420"
    assert meter["meter_register"]["expected_low"] and meter["meter_register"]["usual_high"]
    assert len(meter["meter_register"]["history"]) == 12
    assert by_id[read.id]["clearance"] is None
    assert by_id[cut.id]["clearance"]["result"] == "pass"
    assert by_id[cut.id]["clearance"]["token"].count(".") == 2
    assert len(answer.data) < 250_000
    headers = {**tablet.headers, "Accept-Encoding": "gzip"}
    squeezed = tablet.app.test_client().get("/api/v1/field/day", headers=headers)
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(squeezed.data) < 30_000, len(squeezed.data)


def test_a_shutoff_that_a_rule_blocks_carries_the_reason_and_no_token(tablet: Tablet) -> None:
    home = given.a_home(owes_cents=24_210, noticed=False)
    order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")
    a_route(tablet, order)
    [out] = tablet.get("/field/day").get_json()["orders"]
    assert out["clearance"]["token"] is None
    assert out["clearance"]["facts_en"] and out["clearance"]["facts_es"]


def test_changes_bring_a_recall_and_cursors_only_grow(tablet: Tablet) -> None:
    home = given.a_home(owes_cents=24_210, noticed=True)
    order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")
    a_route(tablet, order)
    cursor = tablet.get("/field/day").get_json()["cursor"]
    nothing = tablet.get(f"/field/changes?cursor={cursor}").get_json()
    assert (nothing["orders"], nothing["gone"], nothing["cursor"]) == ([], [], cursor)
    with given.edge() as tx:
        row = tx.session.get_one(orders.ServiceOrder, order.id)
        operations.recall_order(tx, order=row, recall_en="Paid $242.10", recall_es="Pagó $242.10", paid_cents=24_210,
                                paid_at=given.NOW)  # fmt: skip
    news = tablet.get(f"/field/changes?cursor={cursor}").get_json()
    [changed] = news["orders"]
    assert (changed["state"], changed["recall_en"], changed["paid_cents"]) == ("RECALLED", "Paid $242.10", 24_210)
    assert changed["clearance"] is None
    assert news["cursor"] > cursor
    again = tablet.get(f"/field/changes?cursor={news['cursor']}").get_json()
    assert (again["orders"], again["cursor"]) == ([], news["cursor"])


def test_an_order_that_went_to_another_crew_is_gone_here(tablet: Tablet) -> None:
    other = given.a_crew(letter="B")
    order = an_order(kind="FINAL_READ", home=given.a_home(), crew_id=tablet.crew.crew_id)
    a_route(tablet, order)
    cursor = tablet.get("/field/day").get_json()["cursor"]
    with given.edge() as tx:
        row = tx.session.get_one(orders.ServiceOrder, order.id)
        operations.assign(tx, order=row, crew_id=other.crew_id, action="publish")
    news = tablet.get(f"/field/changes?cursor={cursor}").get_json()
    assert (news["orders"], news["gone"]) == ([], [order.id])


def test_the_stream_tells_of_news_of_this_crew_at_once(tablet: Tablet) -> None:
    order = an_order(kind="FINAL_READ", home=given.a_home(), crew_id=tablet.crew.crew_id)
    answer = tablet.app.test_client().get("/api/v1/field/stream", headers=tablet.headers)
    blocks = iter(answer.response)
    assert b'"cursor"' in next(blocks)
    tablet.send(*a_final_read(tablet, order, given.a_home()))
    assert b"event: news" in next(blocks)
    answer.close()


def test_positions_are_kept_within_the_shift_thinned_and_shown_last(tablet: Tablet) -> None:
    def fix(**when: Any) -> dict[str, Any]:
        return {"at": (given.NOW - timedelta(**when)).isoformat(), "lon": -121.97, "lat": 37.53, "accuracy_m": 5.0}

    body = {
        "device_id": tablet.device_id, "not_sent": 4,
        "positions": [fix(minutes=5), fix(seconds=290), fix(minutes=2), fix(hours=9), fix(minutes=2)],
    }  # fmt: skip
    assert tablet.post("/field/positions", body).status_code == 204
    assert tablet.post("/field/positions", body).status_code == 204
    with transaction.reading() as session:
        points = session.execute(select(crews.TrailPoint.at).order_by(crews.TrailPoint.at)).scalars().all()
        assert points == [given.NOW - timedelta(minutes=5), given.NOW - timedelta(minutes=2)]
        assert session.get_one(crews.LastPosition, tablet.crew.crew_id).at == given.NOW - timedelta(minutes=2)


def test_a_photo_comes_in_parts_goes_on_after_a_break_and_is_seen_at_the_office(tablet: Tablet) -> None:
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id)
    visit, name = str(uuid.uuid4()), hashlib.sha256(JPEG).hexdigest()
    tablet.send(
        tablet.op("en_route", order=order, visit=visit),
        tablet.op("photo", order=order, visit=visit, sha256=name, bytes=len(JPEG), what="register"),
    )
    client, path = tablet.app.test_client(), f"/api/v1/field/attachments/{name}"
    assert client.head(path, headers=tablet.headers).status_code == 404

    def put(first: int, last: int) -> Any:
        headers = {**tablet.headers, "Content-Range": f"bytes {first}-{last - 1}/{len(JPEG)}",
                   "Content-Type": "image/jpeg"}  # fmt: skip
        return client.put(path, data=JPEG[first:last], headers=headers)

    assert put(0, 1000).get_json() == {"sha256": name, "bytes": 1000, "stored": False}
    assert put(2000, 3000).get_json()["bytes"] == 1000
    assert client.head(path, headers=tablet.headers).headers["Upload-Offset"] == "1000"
    office = given.logged_in(tablet.app, role="csr")
    assert office.get(f"/attachments/{name}").status_code == 404
    assert put(1000, len(JPEG)).get_json() == {"sha256": name, "bytes": len(JPEG), "stored": True}
    assert put(0, 1000).get_json()["stored"] is True
    shown = office.get(f"/attachments/{name}")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/jpeg", JPEG)
    shown.close()
    [seen] = office.get(f"/orders/{order.id}").get_json()["visits"]
    assert (seen["photos"], seen["photos_missing"]) == ([name], 0)


def test_a_damaged_photo_and_what_is_no_picture_are_refused(tablet: Tablet) -> None:
    client = tablet.app.test_client()
    wrong = client.put(f"/api/v1/field/attachments/{'0' * 64}", data=JPEG, headers=tablet.headers)
    assert (wrong.status_code, wrong.get_json()["reasons"][0]["code"]) == (422, "damaged")
    page = b"<script>alert(1)</script>"
    name = hashlib.sha256(page).hexdigest()
    refused = client.put(f"/api/v1/field/attachments/{name}", data=page, headers=tablet.headers)
    assert refused.get_json()["reasons"][0]["code"] == "media_type"
    assert client.put("/api/v1/field/attachments/..%2fx", data=JPEG, headers=tablet.headers).status_code == 404


def test_check_in_break_and_end_of_day_mark_the_shift(tablet: Tablet) -> None:
    ops = [tablet.op("check_in"), tablet.op("break", minutes=15), tablet.op("end_of_day", counted=2)]
    assert answers(tablet.send(*ops)) == ["applied"] * 3
    with transaction.reading() as session:
        [shift] = session.execute(select(crews.Shift)).scalars()
        assert (shift.checked_in_at, shift.ended_at) == (given.NOW, given.NOW)


def test_only_an_enrolled_tablet_may_send_operations(app: Flask) -> None:
    crew = given.a_crew()
    browser = given.Browser(app, crew.login)
    assert browser.post("/field/operations", {"operations": []}).status_code == 403
    assert given.logged_in(app, role="csr").post("/field/operations", {"operations": []}).status_code == 403
    assert app.test_client().post("/api/v1/field/operations", json={"operations": []}).status_code == 401
