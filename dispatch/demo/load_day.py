"""Writes the staff, the crews and their shifts, and the orders: finished ones with visits, and those open today."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.demo import day, load_map, load_people, neighbourhood, people, photos, verdicts
from dispatch.demo.load_people import PremiseIds
from dispatch.demo.neighbourhood import Days, Neighbourhood
from dispatch.meters import models as meters
from dispatch.orders import kinds
from dispatch.orders import models as orders
from dispatch.policies.loader import RulePack
from dispatch.routes import models as routes

FIRST_ORDER_NUMBER = 617_001
SHIFT_DAYS_AHEAD = 6
_HOURS = {"AM": (8, 12), "PM": (12, 16), "8-10": (8, 10), "10-12": (10, 12), "12-14": (12, 14), "14-16": (14, 16)}


@dataclass(frozen=True)
class StaffIds:
    """Database ids of people, technicians by login, and of crews by letter."""

    people: Mapping[str, int]
    technicians: Mapping[str, int]
    crews: Mapping[str, int]

    def actor(self, login: str) -> str:
        """How a person is named as an actor."""
        name = next(person.name for person in people.STAFF if person.login == login)
        return f"person-{self.people[login]} {name}"


def staff(session: Session, *, around: Days, password: str, hash_password: Callable[[str], str]) -> StaffIds:
    """People of all roles with one password, technicians with skills, crews, and shifts from the day before on."""
    person_rows = [
        {
            "login": one.login, "name": one.name, "role": one.role, "language": one.language, "phone": one.phone,
            "password_hash": hash_password(password), "active": True,
        }
        for one in people.STAFF
    ]  # fmt: skip
    ids = load_map.insert_with_ids(session, auth.Person, person_rows)
    person_ids = {one.login: at for one, at in zip(people.STAFF, ids, strict=True)}
    field = [one for one in people.STAFF if one.skills]
    technician_ids = load_map.insert_with_ids(
        session, crews.Technician,
        [{"person_id": person_ids[one.login], "skills": sorted(one.skills)} for one in field],
    )  # fmt: skip
    technicians = {one.login: at for one, at in zip(field, technician_ids, strict=True)}
    crew_ids = load_map.insert_with_ids(
        session, crews.Crew,
        [
            {"call_sign": one.call_sign, "letter": one.letter, "vehicle": one.vehicle, "active": True}
            for one in people.CREWS
        ],
    )  # fmt: skip
    made = StaffIds(
        people=person_ids, technicians=technicians,
        crews={one.letter: at for one, at in zip(people.CREWS, crew_ids, strict=True)},
    )  # fmt: skip
    _shifts(session, around=around, ids=made)
    return made


def _shifts(session: Session, *, around: Days, ids: StaffIds) -> None:
    calendar = around.calendar
    days = [around.before_on, around.work_on]
    days += [calendar.add_business_days(around.work_on, k) for k in range(1, SHIFT_DAYS_AHEAD)]

    def at(on: date, minute: int) -> datetime:
        return calendar.moment(on, time(minute // 60, minute % 60))

    rows = [
        {
            "crew_id": ids.crews[crew.letter], "on_day": on, "start_at": at(on, crew.shift_from_min),
            "end_at": at(on, crew.shift_to_min), "lunch_from_at": at(on, crew.lunch_from_min),
            "lunch_to_at": at(on, crew.lunch_to_min), "lunch_s": 1800,
            "checked_in_at": at(on, crew.shift_from_min + 4) if on == around.before_on else None,
            "ended_at": at(on, crew.shift_to_min - 3) if on == around.before_on else None,
        }
        for on in days
        for crew in people.CREWS
    ]  # fmt: skip
    shift_ids = load_map.insert_with_ids(session, crews.Shift, rows)
    members = [
        {"shift_id": shift_id, "technician_id": ids.technicians[login]}
        for shift_id, crew in zip(shift_ids, [crew for _ in days for crew in people.CREWS], strict=True)
        for login in crew.logins
    ]
    load_map.insert_rows(session, crews.ShiftMember, members)


@dataclass(frozen=True)
class Ledger:
    """What the writer of orders needs: the town's parts, their ids, the staff and the rules."""

    session: Session
    around: Days
    parts: Mapping[int, Neighbourhood]
    ids: Mapping[int, Sequence[PremiseIds]]
    staff: StaffIds
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
    for one in written:
        for visit in one.order.visits:
            _write_visit(ledger, one, visit)
    _write_routes(ledger, written)
    return written


def _order_row(ledger: Ledger, order: day.Order, *, number: str) -> dict[str, Any]:
    ids, premise = ledger.premise_ids(order.where), ledger.premise(order.where)
    kind = kinds.catalogue()[order.kind]
    point = premise.points[0]
    account_id, customer = _party(ledger, order)
    window_from, window_to = _window(ledger, order)
    last = order.visits[-1] if order.visits else None
    return {
        "number": number, "kind": order.kind, "state": "POSTED" if order.done else "READY",
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


def _write_visit(ledger: Ledger, one: Written, visit: day.Visit) -> None:
    session, order = ledger.session, one.order
    ids, premise = ledger.premise_ids(order.where), ledger.premise(order.where)
    visit_id = ledger.new_id()
    point = premise.points[0]
    done = not visit.disposition.startswith("CGI")
    readings = _readings(order, visit, meter_id=ids.meter_ids[0])
    complete = {
        "disposition": visit.disposition, "valve_found": visit.valve_found, "valve_left": visit.valve_left,
        "seal_no": visit.seal_no, "started_at": _utc(visit.started_at), "finished_at": _utc(visit.finished_at),
        "contacted": visit.contacted, "tag_left": visit.tag_left,
    }  # fmt: skip
    facts: dict[str, Any] = {"complete": complete}
    if done:
        facts["verify_meter"] = {
            "service_point_id": ids.point_ids[0], "meter_id": ids.meter_ids[0], "serial_seen": point.meter.serial,
            "how": "scan", "matches": True,
        }  # fmt: skip
        facts["readings"] = readings
    if visit.leak_digits is not None:
        facts["leak_test"] = {
            "digits_a": visit.leak_digits[0], "at_a": _utc(visit.started_at + timedelta(minutes=3)),
            "digits_b": visit.leak_digits[1], "at_b": _utc(visit.finished_at - timedelta(minutes=4)),
            "house_valve": "stopped", "irrigation": "moving", "dye": [{"fixture": "toilet", "result": "colour"}],
            "where": "INSIDE", "advice": "Flapper leaks, dye came through. Replace the flapper.",
        }  # fmt: skip
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
    if not done:
        return
    session.flush()
    _write_readings(ledger, order, visit, visit_id=visit_id, meter_id=ids.meter_ids[0], readings=readings)
    _write_photos(ledger, one, visit, visit_id=visit_id)
    _write_effects(ledger, one, visit, ids=ids)


def _readings(order: day.Order, visit: day.Visit, *, meter_id: int) -> list[dict[str, Any]]:
    if visit.digits is None:
        return []
    role = {"TURN_ON": "initial", "SHUTOFF_NONPAY": "final", "SHUTOFF_REQUEST": "final"}.get(order.kind, "check")
    return [{"meter_id": meter_id, "digits": visit.digits, "zero_confirmed": int(visit.digits) == 0, "role": role}]


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


def _write_photos(ledger: Ledger, one: Written, visit: day.Visit, *, visit_id: str) -> None:
    register = ledger.premise(one.order.where).points[0].meter.register
    serial = ledger.premise(one.order.where).points[0].meter.serial
    taken = [
        photos.register(serial=serial, digits=visit.digits or "", fixed_zeros=register.fixed_zeros, unit=register.unit)
    ]
    if visit.seal_no is not None:
        taken.append(photos.lock(seal_no=visit.seal_no))
    if visit.tag_left:
        taken.append(photos.tag(address=ledger.place(one.order.where)))
    for photo in taken:
        ledger.attachments_dir.mkdir(parents=True, exist_ok=True)
        (ledger.attachments_dir / photo.sha256).write_bytes(photo.jpeg)
        if ledger.session.get(orders.Attachment, photo.sha256) is None:
            ledger.session.add(
                orders.Attachment(
                    sha256=photo.sha256, bytes=len(photo.jpeg), media_type="image/jpeg", stored_at=visit.finished_at
                )
            )
        ledger.session.add(
            orders.Photo(
                order_id=one.order_id, visit_id=visit_id, sha256=photo.sha256, what=photo.what,
                taken_at=visit.finished_at - timedelta(seconds=40), op_id=ledger.new_id(),
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
