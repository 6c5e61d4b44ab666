"""Where an account stands on the way from a late bill to a closed valve, with every fact that the rules ask about.

The facts are the values of `dispatch.policies.standing`, so that the same rules that guard a real shutoff can be asked
about each invented account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import numpy as np

from dispatch.demo import readings
from dispatch.policies import standing
from dispatch.policies.calendars import Calendar

LETTER = frozenset({"name_address", "amount", "pay_by", "extension", "appeal", "payment_options"})
OFFERS = frozenset({"policy", "payment_options", "appeal"})
_PROGRAMS = ("CALFRESH", "MEDI_CAL", "WIC")


class Stage(StrEnum):
    """Stages of the collection path. ELIGIBLE and the three after it may be shut off today."""

    CURRENT = "CURRENT"
    PAST_DUE = "PAST_DUE"
    NO_CONTACT = "NO_CONTACT"
    LETTER_TOO_FRESH = "LETTER_TOO_FRESH"
    LETTER_LACKS = "LETTER_LACKS"
    NO_LAST_CONTACT = "NO_LAST_CONTACT"
    ELIGIBLE = "ELIGIBLE"
    TENANTS_TOLD = "TENANTS_TOLD"
    LOW_INCOME = "LOW_INCOME"
    PLAN_BROKEN = "PLAN_BROKEN"
    TENANTS_NOT_TOLD = "TENANTS_NOT_TOLD"
    PLAN_KEPT = "PLAN_KEPT"
    APPEAL = "APPEAL"
    DISPUTE = "DISPUTE"
    MEDICAL_FULL = "MEDICAL_FULL"
    MEDICAL_PARTIAL = "MEDICAL_PARTIAL"
    CRITICAL = "CRITICAL"
    OFFICE_HOLD = "OFFICE_HOLD"
    SMALL_BALANCE = "SMALL_BALANCE"
    ESTIMATES_ONLY = "ESTIMATES_ONLY"
    SHUT_OFF = "SHUT_OFF"
    PAID_WAITING = "PAID_WAITING"


MAY_BE_SHUT = frozenset({Stage.ELIGIBLE, Stage.TENANTS_TOLD, Stage.LOW_INCOME, Stage.PLAN_BROKEN})
WATER_OFF = frozenset({Stage.SHUT_OFF, Stage.PAID_WAITING})

SHARE_OF_THOUSAND = {
    Stage.PAST_DUE: 34, Stage.NO_CONTACT: 4, Stage.LETTER_TOO_FRESH: 4, Stage.LETTER_LACKS: 2, Stage.NO_LAST_CONTACT: 4,
    Stage.ELIGIBLE: 17, Stage.TENANTS_TOLD: 3, Stage.LOW_INCOME: 3, Stage.PLAN_BROKEN: 2, Stage.TENANTS_NOT_TOLD: 3,
    Stage.PLAN_KEPT: 5, Stage.APPEAL: 2, Stage.DISPUTE: 2, Stage.MEDICAL_FULL: 2, Stage.MEDICAL_PARTIAL: 2,
    Stage.CRITICAL: 2, Stage.OFFICE_HOLD: 2, Stage.SMALL_BALANCE: 2, Stage.ESTIMATES_ONLY: 2, Stage.SHUT_OFF: 8,
    Stage.PAID_WAITING: 2,
}  # fmt: skip
"""How many of 1,000 home accounts stand there; the rest are current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """All collection facts of one account."""

    stage: Stage
    unpaid: tuple[int, ...]
    """Bills with nothing paid, as columns of the reading history (the bill of column k ends with that reading)."""
    notices: tuple[standing.Notice, ...] = ()
    contacts: tuple[standing.Contact, ...] = ()
    plan: standing.Plan | None = None
    appeals: tuple[standing.Appeal, ...] = ()
    disputes: tuple[standing.Appeal, ...] = ()
    medical: standing.MedicalClaim | None = None
    holds: tuple[standing.Hold, ...] = ()
    critical: tuple[str, ...] = ()
    low_income: bool = False
    tenants_live_here: bool = False
    mailing_differs: bool = False
    shut_on: date | None = None
    paid_at: datetime | None = None
    part_paid: bool = False
    """True: so much was paid on account that only a small balance is left."""


def stages(*, count: int, cell_index: int, cells: int, rng: np.random.Generator) -> list[Stage]:
    """Stages of the home accounts of one cell. In every town each stage is met in at least one cell."""
    drawn: list[Stage] = []
    spots = rng.random(len(SHARE_OF_THOUSAND))
    for at, (stage, share) in enumerate(SHARE_OF_THOUSAND.items()):
        number = int(count * share / 1000 + spots[at])
        if at % max(1, cells) == cell_index or at % 7 == cell_index:
            number = max(1, number)
        drawn += [stage] * number
    drawn = drawn[:count]
    places = rng.permutation(count)[: len(drawn)]
    result = [Stage.CURRENT] * count
    for place, stage in zip(places, drawn, strict=True):
        result[int(place)] = stage
    return result


def debt(
    *, stage: Stage, read_on: tuple[date, ...], today: date, work_on: date, calendar: Calendar, busy: bool,
    language: str, rng: np.random.Generator,
) -> Debt:  # fmt: skip
    """The facts of one account at `today`, told so that on `work_on` the rules answer as the stage's name says.

    Only where crews are `busy` has somebody paid and waits, or was shut off on the working day before.
    """
    if stage is Stage.CURRENT or (stage is Stage.PAID_WAITING and not busy):
        return Debt(stage=Stage.CURRENT, unpaid=())
    if stage is Stage.PAST_DUE:
        unpaid = _unpaid(read_on, today=today, low=1, high=55)
        return Debt(stage=stage, unpaid=unpaid) if unpaid else Debt(stage=Stage.CURRENT, unpaid=())
    if stage is Stage.PAID_WAITING:
        return _paid_waiting(work_on=work_on, calendar=calendar, rng=rng)
    # A shut-off account was old enough already on its day, up to eight working days ago.
    unpaid = _unpaid(read_on, today=today, low=80 if stage is Stage.SHUT_OFF else 66, high=400)
    due = readings.due_on(read_on[unpaid[0]])
    day = work_on
    shut_on = None
    if stage is Stage.SHUT_OFF:
        back = 1 if busy and rng.random() < 0.5 else 2 + int(rng.integers(0, 5))
        day = shut_on = calendar.subtract_business_days(work_on, back)
    path = _Path(due=due, work_on=day, calendar=calendar, language=language, rng=rng)
    whole = Debt(stage=stage, unpaid=unpaid, notices=path.notices(), contacts=path.contacts(), shut_on=shut_on)
    return replace(whole, **_FACTS[stage](path)) if stage in _FACTS else whole


def _unpaid(read_on: tuple[date, ...], *, today: date, low: int, high: int) -> tuple[int, ...]:
    """Columns of the bills from the oldest unpaid one on, the oldest `low` to `high` days past due."""
    for column in range(len(read_on) - 1, 0, -1):
        days = (today - readings.due_on(read_on[column])).days
        if low <= days <= high:
            return tuple(range(column, len(read_on)))
    return ()


def _paid_waiting(*, work_on: date, calendar: Calendar, rng: np.random.Generator) -> Debt:
    shut_on = calendar.subtract_business_days(work_on, 2 + int(rng.integers(0, 3)))
    # Paid after the restore run of the working day before, so that the water waits for today.
    paid_on = calendar.subtract_business_days(work_on, 1)
    paid_at = calendar.moment(paid_on, time(16, int(rng.integers(0, 55))))
    return Debt(stage=Stage.PAID_WAITING, unpaid=(), shut_on=shut_on, paid_at=paid_at)


@dataclass(frozen=True)
class _Path:
    """Notices and contacts of a collection path walked in order and in time."""

    due: date
    work_on: date
    calendar: Calendar
    language: str
    rng: np.random.Generator

    def at(self, on: date, hour: int) -> datetime:
        return self.calendar.moment(self.calendar.next_business_day(on), time(hour, 10))

    def languages(self) -> frozenset[str]:
        return frozenset({"en", self.language})

    def letter(self, *, on: date | None = None, contents: frozenset[str] = LETTER) -> standing.Notice:
        """The delinquency letter, about a month after the due day."""
        return standing.Notice(
            kind="DELINQUENCY", served_at=self.at(on or self.due + timedelta(days=27), 9), served_by="MAIL",
            contents=contents, languages=self.languages(),
        )  # fmt: skip

    def last_notice(self) -> standing.Notice:
        """Posted on the door four working days before."""
        return standing.Notice(
            kind="SHUTOFF_48H", served_at=self.at(self.calendar.subtract_business_days(self.work_on, 4), 11),
            served_by="POST", recipient="OCCUPANT", to_service_address=True,
            contents=frozenset({"name_address", "amount", "pay_by", "policy"}), languages=self.languages(),
        )  # fmt: skip

    def notices(self) -> tuple[standing.Notice, ...]:
        return (self.letter(), self.last_notice())

    def call(self) -> standing.Contact:
        return standing.Contact(
            at=self.at(self.due + timedelta(days=44), 14),
            method="PHONE",
            reached="HOLDER",
            by="M. Okoye",
            offered=OFFERS,
        )

    def visit(self) -> standing.Contact:
        """Somebody knocked five working days ago; nobody answered, the door notice followed."""
        return standing.Contact(
            at=self.at(self.calendar.subtract_business_days(self.work_on, 5), 10), method="VISIT", reached="NOBODY",
            by="R. Delgadillo",
        )  # fmt: skip

    def contacts(self) -> tuple[standing.Contact, ...]:
        return (self.call(), self.visit())

    def days_ago(self, days: int) -> date:
        return self.work_on - timedelta(days=days)


def _tenant_notice(path: _Path) -> standing.Notice:
    return standing.Notice(
        kind="TENANT", served_at=path.at(path.days_ago(21), 10), served_by="POST", recipient="TENANTS",
        to_service_address=True, contents=frozenset({"become_customer", "amount"}), languages=frozenset({"en", "es"}),
    )  # fmt: skip


def _plan_broken(path: _Path) -> dict[str, Any]:
    posted_on = path.calendar.subtract_business_days(path.work_on, 8)
    posted = standing.Notice(
        kind="FINAL_PLAN", served_at=path.at(posted_on, 11), served_by="POST",
        recipient="OCCUPANT", to_service_address=True, contents=frozenset({"amount", "pay_by"}),
        languages=path.languages(),
    )  # fmt: skip
    broken_on = path.days_ago(64 + int(path.rng.integers(0, 6)))
    plan = standing.Plan(started_on=broken_on - timedelta(days=92), broken_on=broken_on, parts=6, parts_kept=2)
    return {"plan": plan, "notices": (*path.notices(), posted)}


_FACTS: dict[Stage, Callable[[_Path], dict[str, Any]]] = {
    Stage.NO_CONTACT: lambda path: {"notices": (), "contacts": ()},
    Stage.LETTER_TOO_FRESH: lambda path: {"notices": (path.letter(on=path.days_ago(9)), path.last_notice())},
    Stage.LETTER_LACKS: lambda path: {"notices": (path.letter(contents=LETTER - {"appeal"}), path.last_notice())},
    Stage.NO_LAST_CONTACT: lambda path: {"notices": (path.letter(),), "contacts": (path.call(),)},
    Stage.TENANTS_TOLD: lambda path: {
        "tenants_live_here": True, "mailing_differs": True,
        "notices": (*path.notices(), _tenant_notice(path), standing.Notice(
            kind="DELINQUENCY", served_at=path.letter().served_at, served_by="MAIL", recipient="OCCUPANT",
            to_service_address=True, contents=LETTER, languages=path.languages(),
        )),
    },
    Stage.TENANTS_NOT_TOLD: lambda path: {"tenants_live_here": True},
    Stage.LOW_INCOME: lambda path: {"low_income": True},
    Stage.PLAN_KEPT: lambda path: {"plan": standing.Plan(started_on=path.days_ago(100), parts=6, parts_kept=3)},
    Stage.PLAN_BROKEN: _plan_broken,
    Stage.APPEAL: lambda path: {"appeals": (standing.Appeal(filed_on=path.days_ago(12)),)},
    Stage.DISPUTE: lambda path: {"disputes": (standing.Appeal(filed_on=path.days_ago(7)),)},
    Stage.MEDICAL_FULL: lambda path: {"medical": standing.MedicalClaim(
        noted_on=path.days_ago(20), provider_certificate=True, program=_PROGRAMS[int(path.rng.integers(0, 3))],
        willing_to_plan=True,
    )},
    Stage.MEDICAL_PARTIAL: lambda path: {
        "medical": standing.MedicalClaim(noted_on=path.days_ago(15), provider_certificate=True)
    },
    Stage.CRITICAL: lambda path: {"critical": ("DIALYSIS",)},
    Stage.OFFICE_HOLD: lambda path: {
        "holds": (standing.Hold(kind="OFFICE", since_on=path.days_ago(3), reason="Billing review of the last reading"),)
    },
    Stage.SMALL_BALANCE: lambda path: {"part_paid": True},
}  # fmt: skip
"""What each stage adds to, or leaves out of, a full path. ELIGIBLE and ESTIMATES_ONLY walk it whole."""
