"""The file of accounts that a utility brings from its billing system: its columns, and one row read into plain values.

UTF-8 CSV with a heading. One row is one meter of one account; an account with two meters has two rows, an account
without a meter has one row with the meter's columns blank. Days are ISO (2026-08-25), money is integer cents, readings
are digits as the register shows them.

Columns that every row needs: account_number, customer_name, opened_on, and a place: address or parcel_number.
Pure: text in, values out. What cannot be read is a list of reasons, never a guess.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dispatch.meters import models as meter_models
from dispatch.meters import units

COLUMNS: Mapping[str, str] = {
    "account_number": "as printed on the bill; the same number on several rows is the same account",
    "customer_name": "person or company",
    "phones": "separated by ;",
    "email": "",
    "language": "en or es; en when blank",
    "ok_to_text": "yes or no",
    "low_income": "yes or no",
    "relation": "owner or tenant; owner when blank",
    "tenants_at_premise": "yes when the owner is billed and others live there",
    "status": "PENDING, ACTIVE, SOFT_CLOSED or CLOSED; ACTIVE when blank",
    "opened_on": "day",
    "closed_on": "day",
    "address": "delivery line without city",
    "unit": "flat or space",
    "city": "",
    "zip": "",
    "parcel_number": "in any spelling of the county",
    "zone": "pressure zone or service area",
    "cycle": "billing cycle",
    "customer_class": "RESIDENTIAL when blank",
    "units": "dwellings served; 1 when blank",
    "critical": "why water must not fail here, such as DIALYSIS",
    "service_kind": "DOMESTIC, IRRIGATION, FIRE ...; DOMESTIC when blank",
    "lon": "degrees, of the meter box, if it was surveyed",
    "lat": "degrees",
    "position_text": "where the box is, in words",
    "valve_state": "ON when blank; " + ", ".join(meter_models.VALVE_STATES),
    "meter_serial": "blank: no meter",
    "meter_endpoint": "radio number",
    "meter_size": "inches, such as 5/8",
    "meter_make": "",
    "register_unit": "GAL, CF, CCF or TGAL",
    "dials": "live digits",
    "decimals": "how many of them stand after the point",
    "fixed_zeros": "painted zeros",
    "multiplier": "decimal, such as 1 or 0.1",
    "installed_on": "day",
    "readings": "DAY TYPE DIGITS [CENTS BILLED]; ... oldest or newest first",
    "bills": "MAILED DUE CENTS PAID_CENTS; ...",
}
NEEDED = ("account_number", "customer_name", "opened_on")
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"", "no", "n", "false", "0"})
_STATUSES = ("PENDING", "ACTIVE", "SOFT_CLOSED", "CLOSED")
_READ_TYPES = "AEMCFIRVXN"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a row was not taken: a code for counting, and what is wrong with which column."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    read_on: date
    read_type: str
    digits: str
    bill_cents: int | None


@dataclass(frozen=True, kw_only=True)
class BillRow:
    mailed_on: date
    due_on: date
    amount_cents: int
    paid_cents: int


@dataclass(frozen=True, kw_only=True)
class MeterRow:
    serial: str
    endpoint: str | None
    size_in: str
    make: str
    register: units.Register
    installed_on: date
    readings: tuple[ReadRow, ...]
    """Oldest first."""


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One row that can be read; whether its place exists is another question."""

    row: int
    number: str
    customer_name: str
    phones: tuple[str, ...]
    email: str | None
    language: str
    ok_to_text: bool
    low_income: bool
    relation: str
    tenants_at_premise: bool
    status: str
    opened_on: date
    closed_on: date | None
    address: str
    unit: str | None
    city: str
    zip: str
    parcel_number: str | None
    zone: str
    cycle: str
    customer_class: str
    units: int
    critical: str | None
    service_kind: str
    lonlat: tuple[float, float] | None
    position_text: str
    valve_state: str
    meter: MeterRow | None
    bills: tuple[BillRow, ...]


class _Reader:
    """Reads the cells of one row and gathers every fault, so that a row is mended once."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.faults: list[Fault] = []

    def text(self, column: str, default: str = "", most: int = 200) -> str:
        value = " ".join((self._cells.get(column) or "").split())
        if len(value) > most:
            self.fault("too_long", f"{column} has {len(value)} characters, at most {most} are kept")
        return value or default

    def needed(self, column: str, most: int = 200) -> str:
        value = self.text(column, most=most)
        if not value:
            self.fault("missing", f"{column} is blank")
        return value

    def choice(self, column: str, among: tuple[str, ...], default: str, *, upper: bool) -> str:
        value = self.text(column, default)
        value = value.upper() if upper else value.lower()
        if value not in among:
            self.fault("unknown_word", f"{column} is {value!r}; it is one of {', '.join(among)}")
        return value

    def flag(self, column: str) -> bool:
        value = self.text(column).lower()
        if value not in _YES | _NO:
            self.fault("unknown_word", f"{column} is {value!r}; write yes or no")
        return value in _YES

    def day(self, column: str) -> date | None:
        value = self.text(column)
        return self.as_day(value, column) if value else None

    def as_day(self, value: str, column: str) -> date | None:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fault("bad_day", f"{column}: {value!r} is no day; write it as 2026-08-25")
            return None

    def count(self, column: str, default: int, low: int, high: int) -> int:
        value = self.text(column)
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            self.fault("bad_number", f"{column} is {value!r}; it is a whole number from {low} to {high}")
            return default
        return int(value)

    def cents(self, value: str, column: str) -> int:
        if not value.isascii() or not value.isdigit() or len(value) > 12:
            self.fault("bad_money", f"{column}: {value!r} is no amount in whole cents")
            return 0
        return int(value)

    def fault(self, code: str, detail: str) -> None:
        self.faults.append(Fault(code=code, detail=detail))


def read_row(*, row: int, cells: Mapping[str, str]) -> AccountRow | tuple[Fault, ...]:
    """One row in plain values, or every fault of it."""
    reader = _Reader(cells)
    opened_on = reader.day("opened_on")
    if not reader.text("opened_on"):
        reader.needed("opened_on")
    address, parcel_number = reader.text("address", most=160), reader.text("parcel_number", most=60) or None
    if not address and parcel_number is None:
        reader.fault("no_place", "address and parcel_number are both blank")
    status = reader.choice("status", _STATUSES, "ACTIVE", upper=True)
    closed_on = reader.day("closed_on")
    if closed_on is not None and opened_on is not None and closed_on < opened_on:
        reader.fault("bad_day", f"closed_on {closed_on} lies before opened_on {opened_on}")
    meter = _meter(reader, opened_on)
    bills = _bills(reader)
    number, name = reader.needed("account_number", most=30), reader.needed("customer_name", most=160)
    found = AccountRow(
        row=row,
        number=number,
        customer_name=name,
        phones=tuple(phone.strip() for phone in reader.text("phones").split(";") if phone.strip()),
        email=reader.text("email") or None,
        language=reader.choice("language", ("en", "es"), "en", upper=False),
        ok_to_text=reader.flag("ok_to_text"),
        low_income=reader.flag("low_income"),
        relation=reader.choice("relation", ("owner", "tenant"), "owner", upper=False),
        tenants_at_premise=reader.flag("tenants_at_premise"),
        status=status,
        opened_on=opened_on or date.min,
        closed_on=closed_on,
        address=address,
        unit=reader.text("unit", most=30) or None,
        city=reader.text("city", most=80),
        zip=reader.text("zip", most=10),
        parcel_number=parcel_number,
        zone=reader.text("zone", most=20),
        cycle=reader.text("cycle", most=20),
        customer_class=reader.text("customer_class", "RESIDENTIAL", most=20).upper(),
        units=reader.count("units", 1, 1, 10_000),
        critical=reader.text("critical", most=60) or None,
        service_kind=reader.text("service_kind", "DOMESTIC", most=20).upper(),
        lonlat=_lonlat(reader),
        position_text=reader.text("position_text"),
        valve_state=reader.choice("valve_state", meter_models.VALVE_STATES, "ON", upper=True),
        meter=meter,
        bills=bills,
    )
    return tuple(reader.faults) if reader.faults else found


def _lonlat(reader: _Reader) -> tuple[float, float] | None:
    lon, lat = reader.text("lon"), reader.text("lat")
    if not lon and not lat:
        return None
    pattern = r"-?[0-9]{1,3}(\.[0-9]+)?"
    if (
        not re.fullmatch(pattern, lon)
        or not re.fullmatch(pattern, lat)
        or abs(float(lon)) > 180
        or abs(float(lat)) > 90
    ):
        reader.fault("bad_point", f"lon {lon!r}, lat {lat!r}: give both in degrees, such as -121.97 and 37.53")
        return None
    return float(lon), float(lat)


def _meter(reader: _Reader, opened_on: date | None) -> MeterRow | None:
    serial = reader.text("meter_serial", most=40)
    if not serial:
        if reader.text("readings", most=1_000_000):
            reader.fault("no_meter", "there are readings, but meter_serial is blank")
        return None
    try:
        register = units.Register(
            unit=reader.choice("register_unit", ("GAL", "CF", "CCF", "TGAL"), "CCF", upper=True),  # type: ignore[arg-type]
            dials=reader.count("dials", 6, 1, 12),
            decimals=reader.count("decimals", 0, 0, 12),
            fixed_zeros=reader.count("fixed_zeros", 0, 0, 6),
            multiplier=reader.text("multiplier", "1", most=12),
        )
    except ValueError as fault:
        reader.fault("bad_register", str(fault))
        return None
    return MeterRow(
        serial=serial,
        endpoint=reader.text("meter_endpoint", most=40) or None,
        size_in=reader.text("meter_size", "5/8", most=12),
        make=reader.text("meter_make", most=60),
        register=register,
        installed_on=reader.day("installed_on") or opened_on or date.min,
        readings=_readings(reader, register),
    )


def _readings(reader: _Reader, register: units.Register) -> tuple[ReadRow, ...]:
    found: list[ReadRow] = []
    for piece in filter(None, (part.strip() for part in reader.text("readings", most=1_000_000).split(";"))):
        words = piece.split()
        if len(words) not in (3, 4):
            reader.fault("bad_reading", f"readings: {piece!r} is not DAY TYPE DIGITS [CENTS]")
            continue
        read_on, letter, digits = reader.as_day(words[0], "readings"), words[1].upper(), words[2]
        if len(letter) != 1 or letter not in _READ_TYPES:
            reader.fault("bad_reading", f"readings: type {words[1]!r} is none of {_READ_TYPES}")
        if len(digits) != register.dials or not digits.isascii() or not digits.isdigit():
            reader.fault(
                "bad_reading", f"readings: {digits!r} is not {register.dials} digits as the register shows them"
            )
        cents = reader.cents(words[3], "readings") if len(words) == 4 else None
        if read_on is not None:
            found.append(ReadRow(read_on=read_on, read_type=letter, digits=digits, bill_cents=cents))
    return tuple(sorted(found, key=lambda one: one.read_on))


def _bills(reader: _Reader) -> tuple[BillRow, ...]:
    found: list[BillRow] = []
    for piece in filter(None, (part.strip() for part in reader.text("bills", most=1_000_000).split(";"))):
        words = piece.split()
        if len(words) != 4:
            reader.fault("bad_bill", f"bills: {piece!r} is not MAILED DUE CENTS PAID_CENTS")
            continue
        mailed_on, due_on = reader.as_day(words[0], "bills"), reader.as_day(words[1], "bills")
        amount, paid = reader.cents(words[2], "bills"), reader.cents(words[3], "bills")
        if paid > amount:
            reader.fault("bad_bill", f"bills: {piece!r} is paid with more than it asks")
        elif mailed_on is not None and due_on is not None:
            found.append(BillRow(mailed_on=mailed_on, due_on=due_on, amount_cents=amount, paid_cents=paid))
    return tuple(found)
