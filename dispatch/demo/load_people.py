"""Writes one cell's premises, customers, accounts, meters and readings, with all collection facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.demo import arrears, load_map, meters, neighbourhood, readings, town
from dispatch.demo.neighbourhood import Days, Life, Neighbourhood, Premise
from dispatch.meters import models as meter_models
from dispatch.meters import units
from dispatch.policies import standing

BILLS_KEPT = 7
"""Bills in the books of each account; older ones are in the readings alone."""
SMALL_BALANCE_CENTS = 2_400
_PINS = {"GPS": "gps", "TIE": "survey", "MAP": "map", "ADDRESS": "address"}
_HAZARDS = {"DOG": "dog", "GATE_CODE": "gate", "VAULT": "vault", "TRAFFIC": "traffic", "POISON_OAK": "other"}


@dataclass(frozen=True)
class PremiseIds:
    """Database ids of one premise: of its accounts (the present one last), service points and meters."""

    premise_id: int
    lot_id: int
    parcel_id: int | None
    account_ids: tuple[int, ...]
    point_ids: tuple[int, ...]
    meter_ids: tuple[int, ...]


@dataclass(frozen=True)
class Books:
    """What the loader of a cell needs to know of its surroundings."""

    session: Session
    district_id: int
    around: Days

    def moment(self, on: date, hour: int) -> datetime:
        return self.around.calendar.moment(on, time(hour))


def cell(books: Books, *, part: Neighbourhood, tract_ids: load_map.TractIds) -> list[PremiseIds]:
    """All rows of one cell; answers the ids in the order of its premises."""
    session = books.session
    premise_ids = load_map.insert_with_ids(
        session, accounts.Premise, [_premise_row(books, part, one, tract_ids) for one in part.premises]
    )
    owners = [(at, account) for at, one in enumerate(part.premises) for account in one.accounts]
    customer_ids = load_map.insert_with_ids(
        session, accounts.Customer,
        [
            {
                "name": account.customer.name, "phones": list(account.customer.phones),
                "email": account.customer.email, "language": account.customer.language,
                "ok_to_text": account.customer.ok_to_text, "low_income": account.debt.low_income,
            }
            for _, account in owners
        ],
    )  # fmt: skip
    account_ids = load_map.insert_with_ids(
        session, accounts.Account,
        [
            _account_row(books, part.premises[at], account, premise_id=premise_ids[at], customer_id=customer_id)
            for (at, account), customer_id in zip(owners, customer_ids, strict=True)
        ],
    )  # fmt: skip
    of_premise: list[list[int]] = [[] for _ in part.premises]
    for (at, _), account_id in zip(owners, account_ids, strict=True):
        of_premise[at].append(account_id)
    load_map.insert_rows(session, accounts.Hazard, _hazard_rows(part, premise_ids))
    point_ids, meter_ids = _points(books, part=part, premise_ids=premise_ids)
    load_map.insert_rows(session, meter_models.Reading, _reading_rows(books, part=part, meter_ids=meter_ids))
    _collections(books, part=part, account_ids=of_premise)
    return [
        PremiseIds(
            premise_id=premise_ids[at], lot_id=tract_ids.lots[one.lot_at], parcel_id=tract_ids.parcels[one.lot_at],
            account_ids=tuple(of_premise[at]), point_ids=tuple(point_ids[at]), meter_ids=tuple(meter_ids[at]),
        )
        for at, one in enumerate(part.premises)
    ]  # fmt: skip


def _premise_row(books: Books, part: Neighbourhood, one: Premise, tract_ids: load_map.TractIds) -> dict[str, Any]:
    lot = part.tract.lots[one.lot_at]
    address = one.address
    return {
        "district_id": books.district_id, "parcel_id": tract_ids.parcels[one.lot_at],
        "lot_id": tract_ids.lots[one.lot_at], "address": address.line if address else "",
        "street": address.street if address else "", "unit": (address.unit or None) if address else None,
        "city": address.city if address else town.CITY, "zip": address.zip if address else "",
        "zone": str(part.tract.cell.zone), "cycle": str(part.tract.cell.cycle), "customer_class": one.customer_class,
        "units": one.units, "critical": one.critical[0] if one.critical else None, "lon": lot.lon, "lat": lot.lat,
    }  # fmt: skip


def _account_row(
    books: Books, one: Premise, account: neighbourhood.Account, *, premise_id: int, customer_id: int
) -> dict[str, Any]:
    debt = account.debt
    off_on = debt.shut_on if debt.stage in arrears.WATER_OFF else account.closed_on
    reason = "NONPAY" if debt.stage in arrears.WATER_OFF else "REQUEST" if account.closed_on else None
    return {
        "number": account.number, "customer_id": customer_id, "premise_id": premise_id, "status": account.status,
        "relation": account.relation.lower(), "tenants_at_premise": debt.tenants_live_here or one.units > 1,
        "opened_on": account.since_on, "closed_on": account.closed_on,
        "service_off_since": books.moment(off_on, 10) if off_on else None, "off_reason": reason,
    }  # fmt: skip


def _hazard_rows(part: Neighbourhood, premise_ids: list[int]) -> Iterator[dict[str, Any]]:
    for at, one in enumerate(part.premises):
        for hazard in one.hazards:
            yield {
                "premise_id": premise_ids[at], "kind": _HAZARDS[hazard.kind], "text_en": hazard.text_en,
                "text_es": hazard.text_es, "secret": hazard.secret, "noted_on": hazard.noted_on, "cleared_at": None,
            }  # fmt: skip


def _points(books: Books, *, part: Neighbourhood, premise_ids: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    flat = [(at, point) for at, one in enumerate(part.premises) for point in one.points]
    point_ids = load_map.insert_with_ids(
        books.session, meter_models.ServicePoint,
        [_point_row(books, part.premises[at], point, premise_id=premise_ids[at]) for at, point in flat],
    )  # fmt: skip
    meter_ids = load_map.insert_with_ids(
        books.session, meter_models.Meter,
        [
            {
                "service_point_id": point_id, "serial": point.meter.serial, "endpoint": point.meter.endpoint,
                "size_in": point.meter.size, "make": point.meter.make, "unit": point.meter.register.unit,
                "dials": point.meter.register.dials, "decimals": point.meter.register.decimals,
                "fixed_zeros": point.meter.register.fixed_zeros, "multiplier": point.meter.register.multiplier,
                "installed_on": point.meter.installed_on, "removed_on": None,
            }
            for (_, point), point_id in zip(flat, point_ids, strict=True)
        ],
    )  # fmt: skip
    points: list[list[int]] = [[] for _ in part.premises]
    made: list[list[int]] = [[] for _ in part.premises]
    for (at, _), point_id, meter_id in zip(flat, point_ids, meter_ids, strict=True):
        points[at].append(point_id)
        made[at].append(meter_id)
    return points, made


def _point_row(books: Books, one: Premise, point: meters.Point, *, premise_id: int) -> dict[str, Any]:
    account = one.account
    changed_on = None
    if one.valve_state != "ON" and account is not None:
        old = one.accounts[0]
        changed_on = account.debt.shut_on or old.closed_on
    aside = one.address is not None and point.service_street != one.address.street
    return {
        "premise_id": premise_id, "kind": point.kind, "lon": point.lon, "lat": point.lat,
        "accuracy_m": point.accuracy_m, "pin_source": _PINS[point.pin_source],
        "pinned_on": max(point.meter.installed_on, date(2015, 3, 1)),
        "side_street": point.service_street if aside else None,
        "position_text": point.position_text, "valve_state": one.valve_state,
        "valve_changed_at": books.moment(changed_on, 10) if changed_on else None,
    }  # fmt: skip


def _reading_rows(books: Books, *, part: Neighbourhood, meter_ids: list[list[int]]) -> Iterator[dict[str, Any]]:
    history = part.history
    if history is None:
        yield from _first_readings(part=part, meter_ids=meter_ids)
        return
    mailed = [readings.mailed_on(day) <= books.around.today for day in history.read_on]
    quality: dict[bool, list[str]] = {True: ["ESTIMATED"], False: []}
    for at, one in enumerate(part.premises):
        for place, point in enumerate(one.points):
            assert one.first_row is not None
            row = one.first_row + place
            register, size = point.meter.register, point.meter.size
            digits = history.digits[row].tolist()
            usage = history.usage[row].tolist()
            types = history.types[row].tolist()
            for column, read_on in enumerate(history.read_on):
                used = usage_text(register.unit, register.fixed_zeros, usage[column]) if column else None
                letter = readings.TYPES[types[column]]
                billed = bool(column) and mailed[column]
                yield {
                    "meter_id": meter_ids[at][place], "read_on": read_on, "read_at": None, "read_type": letter,
                    "digits": f"{digits[column]:0{register.dials}d}", "usage_ccf": used,
                    "qualities": quality[letter == "E"], "status": "POSTED",
                    "source_key": f"demo:{point.meter.serial}:{column}", "visit_id": None,
                    "bill_cents": readings.bill_cents(usage_ccf=float(used or 0), size=size) if billed else None,
                }  # fmt: skip


def _first_readings(*, part: Neighbourhood, meter_ids: list[list[int]]) -> Iterator[dict[str, Any]]:
    """Meters of the new tract: read once, when they were set."""
    for at, one in enumerate(part.premises):
        for place, point in enumerate(one.points):
            yield {
                "meter_id": meter_ids[at][place], "read_on": point.meter.installed_on, "read_at": None,
                "read_type": "N", "digits": "0" * point.meter.register.dials, "usage_ccf": None, "qualities": [],
                "status": "POSTED", "source_key": f"demo:{point.meter.serial}:0", "visit_id": None, "bill_cents": None,
            }  # fmt: skip


@lru_cache(maxsize=100_000)
def usage_text(unit: units.Unit, fixed_zeros: int, steps: int) -> str:
    """Usage in CCF as decimal text, exact to a millionth."""
    register = units.Register(unit=unit, dials=6, fixed_zeros=fixed_zeros)
    return str(units.ccf(uccf=units.uccf_of_steps(register=register, steps=steps)))


def _collections(books: Books, *, part: Neighbourhood, account_ids: list[list[int]]) -> None:
    bills: list[dict[str, Any]] = []
    payments: list[dict[str, Any]] = []
    notices: list[dict[str, Any]] = []
    plans: list[dict[str, Any]] = []
    holds: list[dict[str, Any]] = []
    for one, ids in zip(part.premises, account_ids, strict=True):
        for account, account_id in zip(one.accounts, ids, strict=True):
            own_bills = list(_bill_rows(books, part=part, one=one, account=account, account_id=account_id))
            bills += own_bills
            payments += _payment_rows(books, one=one, account=account, account_id=account_id, bills=own_bills)
            notices += _notice_rows(account.debt, account_id=account_id)
            plans += _plan_rows(account.debt, account_id=account_id)
            holds += _hold_rows(books, account.debt, account_id=account_id)
    for model, rows in (
        (accounts.Bill, bills), (accounts.Payment, payments), (accounts.Notice, notices),
        (accounts.PaymentPlan, plans), (accounts.AccountHold, holds),
    ):  # fmt: skip
        load_map.insert_rows(books.session, model, rows)


def _bill_rows(
    books: Books, *, part: Neighbourhood, one: Premise, account: neighbourhood.Account, account_id: int
) -> Iterator[dict[str, Any]]:
    """The last bills. All are paid but those that the debt names and those not yet due at every second home."""
    history = part.history
    if history is None or one.first_row is None or account.since_on > history.read_on[0]:
        return
    last = len(history.read_on)
    for column in range(last - BILLS_KEPT, last):
        read_on = history.read_on[column]
        mailed_on, due_on = readings.mailed_on(read_on), readings.due_on(read_on)
        if mailed_on > books.around.today or (account.closed_on is not None and read_on > account.closed_on):
            continue
        amount = 0
        for place, point in enumerate(one.points):
            steps = int(history.usage[one.first_row + place, column])
            used = usage_text(point.meter.register.unit, point.meter.register.fixed_zeros, steps)
            amount += readings.bill_cents(usage_ccf=float(used), size=point.meter.size)
        waits = due_on >= books.around.today and (one.lot_at + column) % 2 == 0 and account.debt.paid_at is None
        open_ = column in account.debt.unpaid or waits
        paid = 0 if open_ else amount
        if account.debt.part_paid and column in account.debt.unpaid:
            paid = amount - (SMALL_BALANCE_CENTS if column == account.debt.unpaid[0] else 0)
        estimated = readings.TYPES[int(history.types[one.first_row, column])] == "E"
        yield {
            "account_id": account_id, "mailed_on": mailed_on, "due_on": due_on, "amount_cents": amount,
            "paid_cents": paid, "estimated": estimated,
        }  # fmt: skip


def _payment_rows(
    books: Books, *, one: Premise, account: neighbourhood.Account, account_id: int, bills: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    paid_at = account.debt.paid_at
    if paid_at is None and one.life is Life.RESTORED:
        paid_at = books.moment(books.around.before_on, 8) + timedelta(minutes=account_id % 40)
    if paid_at is None or len(bills) < 3:
        return []
    due = [bill for bill in bills if bill["due_on"] < books.around.today][-2:]
    return [
        {
            "account_id": account_id, "amount_cents": sum(bill["amount_cents"] for bill in due), "paid_at": paid_at,
            "posted_at": paid_at + timedelta(seconds=50), "agent": ("Pay station", "Web", "Office")[account_id % 3],
            "reference": f"D{account.number.replace('-', '')}",
        }
    ]  # fmt: skip


def _notice_rows(debt: arrears.Debt, *, account_id: int) -> Iterator[dict[str, Any]]:
    for notice in debt.notices:
        yield {
            "account_id": account_id, "kind": notice.kind, "method": notice.served_by, "recipient": notice.recipient,
            "served_at": notice.served_at, "returned": notice.returned,
            "details": {
                "contents": sorted(notice.contents), "languages": sorted(notice.languages),
                "to_service_address": notice.to_service_address,
            },
        }  # fmt: skip
    for contact in debt.contacts:
        yield {
            "account_id": account_id, "kind": "CONTACT", "method": contact.method, "recipient": "CUSTOMER",
            "served_at": contact.at, "returned": False,
            "details": {"reached": contact.reached, "by": contact.by, "offered": sorted(contact.offered)},
        }  # fmt: skip


def _plan_rows(debt: arrears.Debt, *, account_id: int) -> Iterator[dict[str, Any]]:
    plan = debt.plan
    if plan is None:
        return
    posted = [notice.served_at for notice in debt.notices if notice.kind == "FINAL_PLAN"]
    yield {
        "account_id": account_id, "kind": "AMORTIZATION", "started_on": plan.started_on, "instalments": plan.parts,
        "kept": plan.parts_kept, "status": "KEPT" if plan.kept else "BROKEN", "broken_on": plan.broken_on,
        "final_notice_at": posted[0] if posted else None,
    }  # fmt: skip


def _hold_rows(books: Books, debt: arrears.Debt, *, account_id: int) -> Iterator[dict[str, Any]]:
    def row(kind: standing.HoldKind, on: date, reason: str, details: dict[str, Any]) -> dict[str, Any]:
        return {
            "account_id": account_id, "kind": kind, "reason": reason, "details": details,
            "placed_at": books.moment(on, 9), "released_at": None,
        }  # fmt: skip

    for appeal in debt.appeals:
        yield row("APPEAL", appeal.filed_on, "Appeal of the bill", {"filed_on": appeal.filed_on.isoformat()})
    for dispute in debt.disputes:
        yield row("DISPUTE", dispute.filed_on, "Disputes the last reading", {"filed_on": dispute.filed_on.isoformat()})
    for hold in debt.holds:
        yield row(hold.kind, hold.since_on, hold.reason, {})
    claim = debt.medical
    if claim is not None:
        yield row(
            "MEDICAL", claim.noted_on, "Illness in the home",
            {
                "provider_certificate": claim.provider_certificate, "program": claim.program,
                "income_under_200_fpl": claim.income_under_200_fpl, "willing_to_plan": claim.willing_to_plan,
            },
        )  # fmt: skip
