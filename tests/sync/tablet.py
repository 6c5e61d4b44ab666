"""A tablet as the server sees one: it numbers and chains its operations and sends them over HTTP with its own token."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from dispatch import transaction
from dispatch.orders import models as orders
from dispatch.orders import operations
from tests import given

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200)) * 20


@dataclass
class Tablet:
    """`send` gives operations to the server; `op` only makes one."""

    app: Flask
    crew: given.CrewOnShift
    device_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    seq: int = 0
    token: str = ""
    secret: str = ""
    last: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        browser = given.Browser(self.app, self.crew.login)
        answer = browser.post("/devices", {"device_id": self.device_id, "name": "Marcus's tablet"})
        assert answer.status_code in (200, 201), answer.text
        self.token, self.secret = answer.get_json()["token"], answer.get_json()["code_secret"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def op(
        self, kind: str, /, *, order: orders.ServiceOrder | None = None, visit: str | None = None,
        at: datetime = given.NOW, version: int | None = None, **payload: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """The next operation of this tablet, chained to the one before it on the same visit."""
        self.seq += 1
        made = {
            "op_id": str(uuid.uuid4()), "device_id": self.device_id, "seq": self.seq,
            "after": self.last.get(visit or ""), "order_id": None if order is None else order.id, "visit_id": visit,
            "kind": kind, "base_version": version if version is not None else (order.version if order else None),
            "occurred_at": at.isoformat(), "elapsed_ms": None, "payload": payload,
        }  # fmt: skip
        if visit is not None:
            self.last[visit] = made["op_id"]
        return made

    def send(self, *ops: dict[str, Any], not_sent: int = 0) -> list[dict[str, Any]]:
        """Receipts of these operations, in the order in which they were sent."""
        answer = self.app.test_client().post(
            "/api/v1/field/operations", json={"operations": list(ops), "not_sent": not_sent}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["receipts"]
        return found

    def get(self, path: str) -> Any:
        return self.app.test_client().get("/api/v1" + path, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return self.app.test_client().post("/api/v1" + path, json=body, headers=self.headers)

    def photo(self, text: str = "") -> str:
        """Name of a photo that nobody has sent yet."""
        return hashlib.sha256(JPEG + text.encode()).hexdigest()


def an_order(
    *, kind: str, home: given.Home, crew_id: int | None, state: str = "DISPATCHED", reason: str = "",
    extra: dict[str, Any] | None = None,
) -> orders.ServiceOrder:  # fmt: skip
    """An order at a home, sent to a crew's tablet."""
    with given.edge() as tx:
        order = orders.ServiceOrder(
            number=operations.take_number(tx), kind=kind, state=state, version=3, group_versions={}, priority=4,
            premise_id=home.premise_id, parcel_id=home.parcel_id, service_point_id=home.service_point_id,
            account_id=home.account_id, open_key=f"sp-{home.service_point_id}:{kind}", place=home.address, lon=-121.97,
            lat=37.53, reason=reason, due_on=given.WORKDAY, opened_at=given.NOW - timedelta(days=1), opened_by="given",
            crew_id=crew_id, extra=extra or {},
        )  # fmt: skip
        tx.session.add(order)
        tx.session.flush()
    return order


def fresh(order: orders.ServiceOrder) -> orders.ServiceOrder:
    """The order as it stands now."""
    with transaction.reading() as session:
        found = session.get_one(orders.ServiceOrder, order.id)
        session.expunge(found)
        return found


def a_shutoff(tablet: Tablet, order: orders.ServiceOrder, home: given.Home, *, clearance: str | None = None,
              code: dict[str, str] | None = None, digits: str = "002427", at: datetime = given.NOW,
              visit: str | None = None) -> list[dict[str, Any]]:  # fmt: skip
    """All that a technician records at a shutoff done by the book, two minutes long and just over at `at`."""
    visit = visit or str(uuid.uuid4())
    steps = [timedelta(seconds=-seconds) for seconds in (120, 110, 100, 90, 80, 40, 39, 38, 0)]
    cut: dict[str, Any] = {}
    if clearance is not None:
        cut["clearance"] = clearance
    if code is not None:
        cut["code"] = code
    return [
        tablet.op("en_route", order=order, visit=visit, at=at + steps[0]),
        tablet.op("arrive", order=order, visit=visit, at=at + steps[1], lon=-121.97, lat=37.53, accuracy_m=4.0),
        tablet.op("start", order=order, visit=visit, at=at + steps[2], clearance=clearance),
        tablet.op("verify_meter", order=order, visit=visit, at=at + steps[3], serial_seen=home.serial, how="scan",
                  matches=True, meter_id=home.meter_id, service_point_id=home.service_point_id),
        tablet.op("reading", order=order, visit=visit, at=at + steps[4], meter_id=home.meter_id, digits=digits,
                  zero_confirmed=False, role="final"),
        *(
            tablet.op("photo", order=order, visit=visit, at=at + step, sha256=tablet.photo(what), bytes=4004, what=what)
            for what, step in zip(("register", "lock", "tag"), steps[5:8], strict=True)
        ),
        tablet.op("complete", order=order, visit=visit, at=at, disposition="DONE", valve_found="ON",
                  valve_left="OFF_LOCKED", seal_no="L123456", contacted=False, tag_left=True,
                  started_at=(at + steps[2]).isoformat(), finished_at=at.isoformat(), **cut),
    ]  # fmt: skip


def a_final_read(tablet: Tablet, order: orders.ServiceOrder, home: given.Home, *, digits: str = "002427",
                 at: datetime = given.NOW) -> list[dict[str, Any]]:  # fmt: skip
    """A final read by the book."""
    visit = str(uuid.uuid4())
    return [
        tablet.op("en_route", order=order, visit=visit, at=at),
        tablet.op("arrive", order=order, visit=visit, at=at),
        tablet.op("start", order=order, visit=visit, at=at),
        tablet.op("reading", order=order, visit=visit, at=at, meter_id=home.meter_id, digits=digits, role="final"),
        tablet.op("photo", order=order, visit=visit, at=at, sha256=tablet.photo(str(order.id)), bytes=4004,
                  what="register"),
        tablet.op("complete", order=order, visit=visit, at=at, disposition="DONE", started_at=at.isoformat(),
                  finished_at=at.isoformat()),
    ]  # fmt: skip


def answers(receipts: Iterable[dict[str, Any]]) -> list[str]:
    return [one["answer"] for one in receipts]
