"""Orders that a visit leads to: at the same place, once each, without asking the desk."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.meters import models as meter_models
from dispatch.orders import events, kinds, models, operations, queries
from dispatch.orders.kinds.kind import FollowUp
from dispatch.policies import queries as policies
from dispatch.transaction import Tx
from maps import stores

NEAR_DEG = 0.004


def open_all(tx: Tx, *, order: models.ServiceOrder, wanted: Sequence[FollowUp]) -> list[models.ServiceOrder]:
    """Open what a visit leads to; where an order of the kind is open already, that one stands.

    The rules of the desk are not asked: the crew saw the need, and a restore that we owe may not wait for a rule.
    """
    return [found for one in wanted if (found := _open(tx, order=order, follow=one)) is not None]


def _open(tx: Tx, *, order: models.ServiceOrder, follow: FollowUp) -> models.ServiceOrder | None:
    key = f"{_place_key(order)}:{follow.kind}"
    there = queries.find_by_open_key(tx.session, key)
    if there is not None:
        if follow.priority is not None and follow.priority < there.priority:
            there.priority = follow.priority
            operations.bump(there, "schedule")
        return None
    extra: dict[str, Any] = {"from_order": order.number}
    if follow.kind == "RESTORE":
        digits = shutoff_digits(tx.session, service_point_id=order.service_point_id)
        extra |= {"shutoff_digits": digits} if digits else {}
    note = f"{follow.note_en} (order {order.number})" if follow.note_en else f"From order {order.number}"
    return _new(
        tx, kind=follow.kind, priority=follow.priority, key=key, reason=follow.reason, note=note, extra=extra,
        premise_id=order.premise_id, parcel_id=order.parcel_id, lot_id=order.lot_id,
        service_point_id=order.service_point_id, account_id=order.account_id, place=order.place, lon=order.lon,
        lat=order.lat, contact_name=order.contact_name, contact_phone=order.contact_phone,
    )  # fmt: skip


def open_found(
    tx: Tx, *, kind: str, note: str, lon: float, lat: float, property_ref: str | None, op_id: str
) -> models.ServiceOrder:
    """Open work that a crew found. Refuses with kinds.UnknownKind. The same operation opens one order."""
    kinds.get(code=kind)
    values: dict[str, Any] = {"lon": lon, "lat": lat, "place": _place_name(tx.session, lon=lon, lat=lat)}
    premise = _premise(tx.session, property_ref)
    if premise is not None:
        account = tx.session.execute(
            select(account_models.Account.id)
            .where(account_models.Account.premise_id == premise.id, account_models.Account.status == "ACTIVE")
            .order_by(account_models.Account.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        values |= {"premise_id": premise.id, "parcel_id": premise.parcel_id, "lot_id": premise.lot_id,
                   "place": premise.address, "account_id": account}  # fmt: skip
    return _new(
        tx, kind=kind, priority=None, key=f"found-{op_id}", reason="FOUND_IN_FIELD", note=note, extra={"op_id": op_id},
        **values,
    )  # fmt: skip


def shutoff_digits(session: Session, *, service_point_id: int | None) -> str | None:
    """What the register showed at the newest shutoff for non-payment at a service point."""
    if service_point_id is None:
        return None
    order, visit, reading = models.ServiceOrder, models.Visit, meter_models.Reading
    return session.execute(
        select(reading.digits)
        .join(visit, visit.id == reading.visit_id)
        .join(order, order.id == visit.order_id)
        .where(
            order.service_point_id == service_point_id, order.kind == "SHUTOFF_NONPAY", visit.cut.is_not(None),
            reading.status != "DISCARDED",
        )
        .order_by(visit.finished_at.desc(), reading.id.desc())
        .limit(1)
    ).scalar_one_or_none()  # fmt: skip


def find_hazard(session: Session, *, premise_id: int, kind: str) -> account_models.Hazard | None:
    """A hazard of a kind in force at a premise."""
    hazard = account_models.Hazard
    return session.execute(
        select(hazard)
        .where(hazard.premise_id == premise_id, hazard.kind == kind.lower()[:20], hazard.cleared_at.is_(None))
        .order_by(hazard.id)
        .limit(1)
    ).scalar_one_or_none()


def _new(
    tx: Tx, *, kind: str, priority: int | None, key: str, reason: str, note: str, extra: dict[str, Any], **place: Any
) -> models.ServiceOrder:
    row = kinds.get(code=kind)
    calendar = policies.rules(tx.session).calendar
    order = models.ServiceOrder(
        number=operations.take_number(tx), kind=kind, state="READY", group_versions={},
        priority=row.priority if priority is None else priority, open_key=key[:60], reason=reason[:200], note=note,
        due_on=_due_on(calendar.day_of(tx.now), row.priority if priority is None else priority, calendar, tx.now),
        window="ALL_DAY", opened_at=tx.now, opened_by=tx.actor.name, extra=extra, **place,
    )  # fmt: skip
    tx.session.add(order)
    tx.session.flush()
    tx.record(events.OrderOpened(order_id=order.id, account_id=order.account_id, kind=order.kind))
    return order


def _due_on(today: Any, priority: int, calendar: Any, now: datetime) -> Any:
    return today if priority <= 2 else calendar.next_business_day(today)


def _place_key(order: models.ServiceOrder) -> str:
    if order.service_point_id is not None:
        return f"sp-{order.service_point_id}"
    if order.premise_id is not None:
        return f"premise-{order.premise_id}"
    return f"lot-{order.lot_id}" if order.lot_id is not None else f"parcel-{order.parcel_id}"


def _premise(session: Session, ref: str | None) -> account_models.Premise | None:
    if ref is None or not ref.startswith("premise-") or not ref[8:].isdigit():
        return None
    return session.get(account_models.Premise, int(ref[8:]))


def _place_name(session: Session, *, lon: float, lat: float) -> str:
    crossing = stores.Intersection
    rows = session.execute(
        select(crossing.name, crossing.lon, crossing.lat).where(
            crossing.lon.between(lon - NEAR_DEG, lon + NEAR_DEG), crossing.lat.between(lat - NEAR_DEG, lat + NEAR_DEG)
        )
    ).all()
    narrow = math.cos(math.radians(lat))
    nearest = min(rows, key=lambda row: math.hypot((row.lon - lon) * narrow, row.lat - lat), default=None)
    return f"{lat:.5f}, {lon:.5f}" if nearest is None else f"Near {nearest.name}"
