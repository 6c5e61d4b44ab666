"""Writes the orders: finished ones with their visits and what these did, and those open today."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.demo import day, load_map, load_people, load_staff, neighbourhood, people, photos, verdicts
from dispatch.demo.load_people import PremiseIds
from dispatch.demo.neighbourhood import Days, Neighbourhood
from dispatch.journal import models as journal_models
from dispatch.journal import operations as journal
from dispatch.journal.events import Event
from dispatch.meters import models as meters
from dispatch.orders import events as order_events
from dispatch.orders import kinds, visit_events
from dispatch.orders import models as orders
from dispatch.policies.loader import RulePack
from dispatch.routes import models as routes
from dispatch.sync import attachments

FIRST_ORDER_NUMBER = 617_001
_HOURS = {"AM": (8, 12), "PM": (12, 16), "8-10": (8, 10), "10-12": (10, 12), "12-14": (12, 14), "14-16": (14, 16)}


@dataclass(frozen=True)
class Ledger:
    """What the writer of orders needs: the town's parts, their ids, the staff and the rules."""

    session: Session
    around: Days
    parts: Mapping[int, Neighbourhood]
    ids: Mapping[int, Sequence[PremiseIds]]
    staff: load_staff.StaffIds
    pack: RulePack
    rng: np.random.Generator
    attachments_dir: Path

    def premise(self, where: day.Where) -> neighbourhood.Premise:
        return self.parts[where[0]].premises[where[1]]

    def premise_ids(self, where: day.Where) -> PremiseIds:
        return self.ids[where[0]][where[1]]

    def place(self, where: day.Where) -> str:
        """The address, or lot and tract where there is none."""
        premise = self.premise(where)
        if premise.address is not None:
            return premise.address.line
        tract = self.parts[where[0]].tract
        return f"Lot {tract.lots[premise.lot_at].lot}, Tract {tract.tract_no}"

    def new_id(self) -> str:
        return str(uuid.UUID(bytes=self.rng.bytes(16), version=4))


@dataclass(frozen=True)
class Written:
    """An order with its database id and number."""

    order: day.Order
    order_id: int
    number: str


def write(ledger: Ledger, *, work: day.Day) -> list[Written]:
    """All orders with visits, readings, photos and what they did to accounts. Answers them in the order of numbers."""
    ordered = sorted((*work.finished, *work.open), key=lambda order: (order.opened_at, order.where))
    rows = [_order_row(ledger, order, number=f"{FIRST_ORDER_NUMBER + at:06d}") for at, order in enumerate(ordered)]
    order_ids = load_map.insert_with_ids(ledger.session, orders.ServiceOrder, rows)
    last = FIRST_ORDER_NUMBER + len(ordered) - 1
    counter = ledger.session.get(orders.OrderNumber, 1)
    if counter is None:
        ledger.session.add(orders.OrderNumber(id=1, last=last))
    else:
        counter.last = max(counter.last, last)
    written = [
        Written(order=order, order_id=order_id, number=str(row["number"]))
        for order, order_id, row in zip(ordered, order_ids, rows, strict=True)
    ]
    _cut_digits(ledger, written)
    told: list[tuple[datetime, str, list[Event]]] = []
    for one in written:
        account_id, _ = _party(ledger, one.order)
        opened = order_events.OrderOpened(order_id=one.order_id, account_id=account_id, kind=one.order.kind)
        told.append((one.order.opened_at, ledger.staff.actor(one.order.opened_by), [opened]))
        for visit in one.order.visits:
            visit_id = _write_visit(ledger, one, visit)
            ended = _ended(ledger, one, visit, visit_id=visit_id, account_id=account_id)
            told.append((visit.finished_at, ledger.staff.actor(visit.login), ended))
    _write_routes(ledger, written)
    _write_journal(ledger, told)
    return written


def _cut_digits(ledger: Ledger, written: Sequence[Written]) -> None:
    """A restore knows what the shutoff read: any use since then is tampering."""
    cut = {
        one.order.where: one.order.visits[-1].digits
        for one in written
        if one.order.kind == "SHUTOFF_NONPAY" and one.order.done
    }
    for one in written:
        if one.order.kind == "RESTORE":
            ledger.session.execute(
                update(orders.ServiceOrder)
                .where(orders.ServiceOrder.id == one.order_id)
                .values(extra={"shutoff_digits": cut[one.order.where]})
            )


def _ended(ledger: Ledger, one: Written, visit: day.Visit, *, visit_id: str, account_id: int | None) -> list[Event]:
    done = not visit.disposition.startswith("CGI")
    ended = visit_events.VisitEnded(
        order_id=one.order_id, crew_id=ledger.staff.crews[visit.crew], visit_id=visit_id,
        disposition=visit.disposition, state="COMPLETED" if done else "CGI",
        cut="CLEARED" if done and one.order.kind == "SHUTOFF_NONPAY" else None,
    )  # fmt: skip
    posted = visit_events.VisitPosted(order_id=one.order_id, visit_id=visit_id, account_id=account_id)
    return [ended, posted] if done else [ended]


def _write_journal(ledger: Ledger, told: list[tuple[datetime, str, list[Event]]]) -> None:
    """The same entries that the house would have made, in the order in which they happened."""
    if ledger.session.get(journal_models.JournalCounter, 1) is None:
        ledger.session.add(journal_models.JournalCounter(id=1, seq=0, hash=""))
        ledger.session.flush()
    last = None
    for at, actor, entries in sorted(told, key=lambda item: item[0]):
        last = journal.append(ledger.session, entries=entries, actor=actor, at=at, command=None)
    if last is not None:
        # All that these events call for is written here already; no job must start for a past that was invented.
        journal.move_cursor(ledger.session, reader=journal.REACTIONS, seq=last)


def _order_row(ledger: Ledger, order: day.Order, *, number: str) -> dict[str, Any]:
    ids, premise = ledger.premise_ids(order.where), ledger.premise(order.where)
    kind = kinds.catalogue()[order.kind]
    point = premise.points[0]
    account_id, customer = _party(ledger, order)
    window_from, window_to = _window(ledger, order)
    last = order.visits[-1] if order.visits else None
    return {
        "number": number, "kind": order.kind, "state": _state(order),
        "version": 1 + 4 * len(order.visits), "group_versions": {}, "priority": kind.priority,
        "premise_id": ids.premise_id, "parcel_id": ids.parcel_id, "lot_id": ids.lot_id,
        "service_point_id": ids.point_ids[0], "account_id": account_id,
        "open_key": None if order.done else f"sp-{ids.point_ids[0]}:{order.kind}", "place": ledger.place(order.where),
        "lon": point.lon, "lat": point.lat, "reason": order.reason, "note": order.note,
        "contact_name": customer.name if customer else "", "contact_phone": customer.phones[0] if customer else "",
        "someone_home": order.someone_home, "text_ahead": bool(customer and customer.ok_to_text and order.someone_home),
        "due_on": order.due_on, "window": order.window, "window_from": window_from, "window_to": window_to,
        "opened_at": order.opened_at, "opened_by": ledger.staff.actor(order.opened_by),
        "verdict": None if order.done else _verdict(ledger, order, ids=ids, account_id=account_id),
        "crew_id": ledger.staff.crews[last.crew] if last is not None and order.done else None, "visit_id": None,
        "recalled_at": None, "recall_en": None, "recall_es": None, "recall_acked_at": None, "recall_answer": None,
        "paid_cents": None, "paid_at": None, "finished_at": last.finished_at if last and order.done else None,
        "disposition": last.disposition if last else None, "end_reason": "", "extra": {},
    }  # fmt: skip


def _state(order: day.Order) -> str:
    if order.done:
        return "POSTED"
    return "READY" if order.window == "ALL_DAY" else "SCHEDULED"


def _verdict(ledger: Ledger, order: day.Order, *, ids: PremiseIds, account_id: int | None) -> dict[str, Any]:
    verdict = verdicts.judge(
        ledger.session, pack=ledger.pack, kind=order.kind, premise_id=ids.premise_id, account_id=account_id,
        service_point_id=ids.point_ids[0], asked_at=order.opened_at, due_on=order.due_on,
    )  # fmt: skip
    if verdict.result == "block":
        # An open order that the rules forbid would be a wrong example for everyone who looks.
        raise AssertionError(f"{order.kind} at {ledger.place(order.where)}: {verdict.summary_en}")
    return verdicts.snapshot(verdict)


def _party(ledger: Ledger, order: day.Order) -> tuple[int | None, people.Customer | None]:
    """Account and customer of an order. A shutoff on request belongs to who leaves, a turn-on to who comes."""
    premise, ids = ledger.premise(order.where), ledger.premise_ids(order.where)
    if not premise.accounts:
        return None, None
    return ids.account_ids[-1], premise.accounts[-1].customer


def _window(ledger: Ledger, order: day.Order) -> tuple[datetime | None, datetime | None]:
    if order.window not in _HOURS:
        return None, None
    first, last = _HOURS[order.window]
    calendar = ledger.around.calendar
    return calendar.moment(order.due_on, time(first)), calendar.moment(order.due_on, time(last))


def _write_visit(ledger: Ledger, one: Written, visit: day.Visit) -> str:
    """One finished attempt with its facts as a tablet would have told them; answers its id."""
    session, order = ledger.session, one.order
    ids, premise = ledger.premise_ids(order.where), ledger.premise(order.where)
    visit_id = ledger.new_id()
    point = premise.points[0]
    done = not visit.disposition.startswith("CGI")
    taken = _photos(ledger, one, visit) if done else []
    readings = _readings(ledger, order, visit, meter_id=ids.meter_ids[0])
    facts: dict[str, Any] = {
        "arrived_where": {"lon": point.lon, "lat": point.lat, "accuracy_m": 4.0},
        "completion": {
            "op_id": ledger.new_id(), "held": False, "disposition": visit.disposition,
            "valve_found": visit.valve_found, "valve_left": visit.valve_left, "seal_no": visit.seal_no,
            "started_at": _utc(visit.started_at), "finished_at": _utc(visit.finished_at),
            "contacted": visit.contacted, "tag_left": visit.tag_left,
        },
    }  # fmt: skip
    if done:
        facts["meters_seen"] = [
            {
                **_told(ledger, visit.started_at), "service_point_id": ids.point_ids[0], "meter_id": ids.meter_ids[0],
                "serial_seen": point.meter.serial, "how": "scan", "matches": True,
            }
        ]  # fmt: skip
        facts["readings"] = readings
        facts["photos"] = [
            {
                **_told(ledger, visit.finished_at - timedelta(seconds=40)), "sha256": photo.sha256,
                "bytes": len(photo.jpeg), "what": photo.what,
                "taken_at": _utc(visit.finished_at - timedelta(seconds=40)),
            }
            for photo in taken
        ]  # fmt: skip
    if visit.leak_digits is not None:
        facts["leak_tests"] = [
            {
                **_told(ledger, visit.finished_at), "digits_a": visit.leak_digits[0],
                "at_a": _utc(visit.started_at + timedelta(minutes=3)), "digits_b": visit.leak_digits[1],
                "at_b": _utc(visit.finished_at - timedelta(minutes=4)), "house_valve": "stopped",
                "irrigation": "not_tested", "dye": [{"fixture": "toilet", "result": "leak"}], "where": "INSIDE",
                "advice": "Flapper leaks, dye came through. Replace the flapper.",
            }
        ]  # fmt: skip
    session.add(
        orders.Visit(
            id=visit_id, order_id=one.order_id, crew_id=ledger.staff.crews[visit.crew],
            person_id=ledger.staff.people[visit.login], device_id=None, en_route_at=visit.set_off_at,
            arrived_at=visit.arrived_at, started_at=visit.started_at, finished_at=visit.finished_at,
            disposition=visit.disposition, valve_found=visit.valve_found, valve_left=visit.valve_left,
            notes=visit.note, facts=facts, cut="CLEARED" if done and order.kind == "SHUTOFF_NONPAY" else None,
            posted_at=visit.finished_at + timedelta(seconds=25) if done else None,
        )
    )  # fmt: skip
    session.flush()
    if done:
        _write_readings(ledger, order, visit, visit_id=visit_id, meter_id=ids.meter_ids[0], readings=readings)
        _write_photos(ledger, one, visit_id=visit_id, taken=taken, facts=facts["photos"])
        _write_effects(ledger, one, visit, ids=ids)
    return visit_id


def _told(ledger: Ledger, at: datetime) -> dict[str, Any]:
    """What every fact of a visit carries: the operation that told it, and when."""
    return {"op_id": ledger.new_id(), "at": _utc(at)}


def _readings(ledger: Ledger, order: day.Order, visit: day.Visit, *, meter_id: int) -> list[dict[str, Any]]:
    if visit.digits is None:
        return []
    role = {"TURN_ON": "initial", "SHUTOFF_NONPAY": "final", "SHUTOFF_REQUEST": "final"}.get(order.kind, "check")
    return [
        {
            **_told(ledger, visit.started_at + timedelta(minutes=1)), "meter_id": meter_id, "digits": visit.digits,
            "zero_confirmed": int(visit.digits) == 0, "role": role,
        }
    ]  # fmt: skip


def _write_readings(
    ledger: Ledger, order: day.Order, visit: day.Visit, *, visit_id: str, meter_id: int, readings: list[dict[str, Any]]
) -> None:
    types = {"final": "F", "initial": "I", "check": "A", **kinds.catalogue()[order.kind].read_types}
    register = ledger.premise(order.where).points[0].meter.register
    for reading in readings:
        steps = ledger_steps(ledger, order.where, digits=str(reading["digits"]))
        ledger.session.add(
            meters.Reading(
                meter_id=meter_id, read_on=ledger.around.calendar.day_of(visit.finished_at), read_at=visit.finished_at,
                read_type=types[str(reading["role"])], digits=reading["digits"],
                usage_ccf=load_people.usage_text(register.unit, register.fixed_zeros, steps),
                qualities=["GOOD"], status="POSTED", source_key=f"demo:visit:{visit_id}", visit_id=visit_id,
                bill_cents=None,
            )
        )  # fmt: skip


def ledger_steps(ledger: Ledger, where: day.Where, *, digits: str) -> int:
    """Steps since the reading before: the cycle's last, or the one before when the register still shows that."""
    premise, part = ledger.premise(where), ledger.parts[where[0]]
    if part.history is None or premise.first_row is None:
        return 0
    register = premise.points[0].meter.register
    last = int(part.history.digits[premise.first_row, -1])
    if int(digits) == last:
        return int(part.history.usage[premise.first_row, -1])
    return (int(digits) - last) % register.rollover


def _photos(ledger: Ledger, one: Written, visit: day.Visit) -> list[photos.Photo]:
    point = ledger.premise(one.order.where).points[0]
    register = point.meter.register
    taken = [
        photos.register(
            serial=point.meter.serial, digits=visit.digits or "", fixed_zeros=register.fixed_zeros, unit=register.unit
        )
    ]
    if visit.seal_no is not None:
        taken.append(photos.lock(seal_no=visit.seal_no))
    if visit.tag_left:
        taken.append(photos.tag(address=ledger.place(one.order.where)))
    return taken


def _write_photos(
    ledger: Ledger, one: Written, *, visit_id: str, taken: list[photos.Photo], facts: list[dict[str, Any]]
) -> None:
    for photo, fact in zip(taken, facts, strict=True):
        taken_at = datetime.fromisoformat(fact["taken_at"])
        file = attachments.path_of(ledger.attachments_dir, photo.sha256)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(photo.jpeg)
        if ledger.session.get(orders.Attachment, photo.sha256) is None:
            ledger.session.add(
                orders.Attachment(
                    sha256=photo.sha256, bytes=len(photo.jpeg), media_type="image/jpeg", stored_at=taken_at
                )
            )
        ledger.session.add(
            orders.Photo(
                order_id=one.order_id, visit_id=visit_id, sha256=photo.sha256, what=photo.what, taken_at=taken_at,
                op_id=fact["op_id"],
            )
        )  # fmt: skip


def _write_effects(ledger: Ledger, one: Written, visit: day.Visit, *, ids: PremiseIds) -> None:
    """The valve's hour, the account's, and the fee of a restore."""
    session, kind = ledger.session, one.order.kind
    if kind == "LEAK_CHECK":
        return
    session.execute(
        update(meters.ServicePoint)
        .where(meters.ServicePoint.id == ids.point_ids[0])
        .values(valve_changed_at=visit.finished_at)
    )
    if kind in ("SHUTOFF_NONPAY", "SHUTOFF_REQUEST") and ledger.premise(one.order.where).valve_state != "ON":
        session.execute(
            update(accounts.Account)
            .where(accounts.Account.id == ids.account_ids[-1])
            .values(service_off_since=visit.finished_at)
        )
    if kind == "RESTORE":
        session.add(
            accounts.Charge(
                account_id=ids.account_ids[-1], code="RESTORE_FEE", amount_cents=4800,
                event_key=f"order-{one.order_id}:RESTORE_FEE", charged_at=visit.finished_at, reversed_at=None,
            )
        )  # fmt: skip


def _write_routes(ledger: Ledger, written: list[Written]) -> None:
    """The published routes of the working day before, as they were driven."""
    around = ledger.around
    done = [
        (visit, one)
        for one in written
        for visit in one.order.visits
        if around.calendar.day_of(visit.finished_at) == around.before_on
    ]
    if not done:
        return
    published_at = around.calendar.moment(around.before_on, time(6, 20))
    plan = routes.DayPlan(
        on_day=around.before_on, status="published", progress=1.0, requested_by="curbstop",
        requested_at=published_at - timedelta(minutes=110), published_at=published_at, seconds=20.0,
        travel_s=sum(int((visit.arrived_at - visit.set_off_at).total_seconds()) for visit, _ in done),
        orders=len(done), planned=len(done), crews=len(people.CREWS), inputs_hash=None, iterations=None,
        error_en=None, error_es=None,
    )  # fmt: skip
    ledger.session.add(plan)
    ledger.session.flush()
    for crew in people.CREWS:
        own = sorted((item for item in done if item[0].crew == crew.letter), key=lambda item: item[0].arrived_at)
        if not own:
            continue
        route = routes.Route(
            plan_id=plan.id, crew_id=ledger.staff.crews[crew.letter], on_day=around.before_on, status="published",
            published_at=published_at, finish_at=own[-1][0].finished_at, lunch_from_at=None, lunch_to_at=None,
            travel_s=sum(int((visit.arrived_at - visit.set_off_at).total_seconds()) for visit, _ in own),
            line=[_lonlat(ledger, one) for _, one in own],
        )  # fmt: skip
        ledger.session.add(route)
        ledger.session.flush()
        for position, (visit, one) in enumerate(own):
            ledger.session.add(
                routes.RouteStop(
                    plan_id=plan.id, route_id=route.id, order_id=one.order_id, position=position,
                    arrive_at=visit.arrived_at, start_at=visit.started_at, finish_at=visit.finished_at,
                )
            )  # fmt: skip


def _lonlat(ledger: Ledger, one: Written) -> list[float]:
    point = ledger.premise(one.order.where).points[0]
    return [point.lon, point.lat]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
