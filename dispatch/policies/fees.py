"""Fees as data: effective-dated lines of a pack, their hours, and the cap for low-income homes (CA-13).

Money is integer cents. A CPI factor is a decimal string such as "1.20" (cost of living since the cap was written).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from dispatch.policies.calendars import Calendar

ATTACH_MOMENTS = ("ON_LIST_CUTOFF", "ON_DISPATCH", "ON_ARRIVAL", "ON_LOCK")


@dataclass(frozen=True, kw_only=True)
class FeeLine:
    """One line of a fee schedule. `cap_cents` is the low-income base cap of its window (0 = no cap rule)."""

    code: str
    name_en: str
    name_es: str
    effective_from: date
    effective_to: date | None
    office_cents: int
    after_hours_cents: int
    low_income_cap_office_cents: int
    low_income_cap_after_hours_cents: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a fee comes to and why; `after_hours` tells which window counted, `capped` whether the cap lowered it."""

    code: str
    amount_cents: int
    after_hours: bool
    capped: bool
    why_en: str
    why_es: str


def line(*, record: dict[str, Any], where: str) -> FeeLine:
    """A fee line from a pack's record; refuses negative money and unknown fields."""
    amounts = {
        "office_cents": 0,
        "after_hours_cents": record.get("office_cents", 0),
        "cap_office_cents": 0,
        "cap_after_hours_cents": 0,
    }
    unknown = record.keys() - amounts.keys() - {"code", "name", "from", "to", "source"}
    if unknown:
        raise ValueError(f"{where}: fee {record.get('code')} has unknown fields {', '.join(sorted(unknown))}")
    amounts.update({name: record[name] for name in amounts if name in record})
    for name, cents in amounts.items():
        if not isinstance(cents, int) or cents < 0:
            raise ValueError(f"{where}: fee {record.get('code')}: {name} = {cents!r}; give whole cents, 0 or more")
    return FeeLine(
        code=record["code"],
        name_en=record["name"]["en"],
        name_es=record["name"]["es"],
        effective_from=record["from"],
        effective_to=record.get("to"),
        office_cents=amounts["office_cents"],
        after_hours_cents=amounts["after_hours_cents"],
        low_income_cap_office_cents=amounts["cap_office_cents"],
        low_income_cap_after_hours_cents=amounts["cap_after_hours_cents"],
        source=record.get("source", ""),
    )


def find_line(*, schedule: tuple[FeeLine, ...], code: str, on: date) -> FeeLine | None:
    """The line in force on that day, or None. A later `effective_from` wins."""
    there = [
        one
        for one in schedule
        if one.code == code and one.effective_from <= on and (one.effective_to is None or on < one.effective_to)
    ]
    return max(there, key=lambda one: one.effective_from, default=None)


def quote(
    *,
    schedule: tuple[FeeLine, ...],
    code: str,
    at: datetime,
    calendar: Calendar,
    field_hours: tuple[Any, Any] | None = None,
    low_income: bool = False,
    actual_cost_cents: int | None = None,
    cpi_factor: str = "1",
) -> Quote | None:
    """What the fee comes to at an instant; None when the schedule has no such fee that day.

    The office amount holds on business days in `field_hours` (local clock times, both included; default the office
    hours), the after-hours amount else. A low-income home pays the least of schedule, cap × CPI, actual cost.
    """
    local = calendar.local(at)
    found = find_line(schedule=schedule, code=code, on=local.date())
    if found is None:
        return None
    hours = calendar.office_hours(local.date())
    window = field_hours if field_hours is not None and hours is not None else hours
    clock = local.time().replace(second=0, microsecond=0)
    after_hours = window is None or not window[0] <= clock <= window[1]
    amount = found.after_hours_cents if after_hours else found.office_cents
    base = found.low_income_cap_after_hours_cents if after_hours else found.low_income_cap_office_cents
    capped = False
    if low_income and base:
        ceiling = min([_times(base, cpi_factor), *([actual_cost_cents] if actual_cost_cents is not None else [])])
        capped = ceiling < amount
        amount = min(amount, ceiling)
    en, es = ("after hours", "fuera de horario") if after_hours else ("office hours", "horario de oficina")
    if capped:
        en, es = f"{en}, low-income limit (CA-13)", f"{es}, límite por bajos ingresos (CA-13)"
    return Quote(code=code, amount_cents=amount, after_hours=after_hours, capped=capped, why_en=en, why_es=es)


def attaches(*, policy: str, moment: str) -> bool:
    """LOC-06: whether a shutoff fee is due once the order has come to `moment`, under the agency's attach policy."""
    for name in (policy, moment):
        if name not in ATTACH_MOMENTS:
            raise ValueError(f"{name!r} is no moment at which a fee attaches; use one of {', '.join(ATTACH_MOMENTS)}")
    return ATTACH_MOMENTS.index(moment) >= ATTACH_MOMENTS.index(policy)


def _times(cents: int, factor: str) -> int:
    try:
        number = Decimal(factor)
    except InvalidOperation as error:
        raise ValueError(f"CPI factor {factor!r} is not a decimal number such as 1.20") from error
    if number <= 0:
        raise ValueError(f"CPI factor {factor!r} must be above 0")
    return int((cents * number).to_integral_value(rounding=ROUND_HALF_UP))
