"""Judges a reading: usage, rollover, limits, likely slips. Pure, and integers only, so that the tablet's TypeScript
(`pwa/src/domain/readings.ts`) gives the same answer to every question (same generated cases for both).

Arithmetic. A reading is the string of live digits as shown; its number is in steps of the last digit. Usage in steps is
current - previous, plus one full turn (10**dials) when the register rolled over. Steps become µCCF (micro-CCF, see
`units`) by one rounded division; expectations are µCCF a day; every comparison is between integers, percentages by
cross-multiplication:

    HIGH       100 * use >= high_pct * usual  and  use - usual >= high_over_uccf
    VERY_HIGH  the same with very_high_pct
    LOW        100 * use <= low_pct * usual  and  usual >= zero_prior_uccf
    ROLLOVER   current < previous, 100 * turned <= rollover_pct * 10**dials, and turned is not HIGH

with usual = usual_per_day * days. A flagged reading is still a fact: it is kept and shown. `blocked` only keeps it from
the account until a person has looked; `must_confirm` asks the technician to type the digits again and take a photo.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from dispatch.meters import units
from dispatch.meters.units import Register

ExceptionCode = Literal[
    "NO_READ", "BAD_DIGITS", "ZERO", "NEGATIVE", "ROLLOVER", "USAGE_NO_ACCOUNT", "INACTIVE_WITH_USAGE",
    "ACTIVE_NO_USAGE", "SAME_AS_LAST", "ESTIMATED", "HIGH", "VERY_HIGH", "LOW", "CONSEC_EST", "SERIAL_MISMATCH",
    "AMI_DIFF", "FUTURE_DATE", "BEFORE_LAST_DATE",
]  # fmt: skip

BLOCKING: frozenset[str] = frozenset(
    {"NO_READ", "BAD_DIGITS", "NEGATIVE", "SERIAL_MISMATCH", "FUTURE_DATE", "BEFORE_LAST_DATE", "USAGE_NO_ACCOUNT"}
)
CONFIRM: frozenset[str] = frozenset({"NEGATIVE", "HIGH", "VERY_HIGH", "LOW", "ACTIVE_NO_USAGE", "SERIAL_MISMATCH"})

SEASON_HALF_DAYS = 90
"""Same season: the middles of two periods lie within 45 days of each other in the year (in half days)."""
YEAR_HALF_DAYS = 730
TREND_PERIODS = 3


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Parameters of the judgement, with the trade's defaults."""

    high_pct: int = 200
    very_high_pct: int = 400
    low_pct: int = 25
    high_over_uccf: int = 5 * units.UCCF
    zero_prior_uccf: int = 2 * units.UCCF
    rollover_pct: int = 5
    ami_tolerance_uccf: int = 1 * units.UCCF
    max_estimates: int = 2


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class PreviousRead:
    """The last reading of this register: digits as shown."""

    digits: str
    read_on: date


@dataclass(frozen=True, kw_only=True)
class Use:
    """Use between two readings of one register."""

    from_on: date
    to_on: date
    uccf: int

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Expected use a day in µCCF, and where it comes from."""

    usual_per_day: int
    low_per_day: int
    high_per_day: int
    basis: Literal["season", "trend", "class"]


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A likely slip of the hand and the digits that were probably meant (None: look again, nothing to offer)."""

    kind: Literal["SWAPPED", "ONE_DIGIT", "PREVIOUS_AGAIN"]
    digits: str | None
    uccf: int | None


@dataclass(frozen=True, kw_only=True)
class ReadingJudgement:
    """Everything the screens and the books need. `steps` is negative for NEGATIVE, None when there is nothing to
    compare with; `low_digits` and `high_digits` are what the register would show at the ends of the usual range."""

    register: Register
    steps: int | None
    uccf: int | None
    days: int | None
    exceptions: tuple[ExceptionCode, ...]
    blocked: bool
    must_confirm: bool
    likely_slip: Slip | None
    low_uccf: int | None
    high_uccf: int | None
    low_digits: str | None
    high_digits: str | None

    @property
    def usage(self) -> Decimal | None:
        """Use in the register's own unit, exact."""
        return None if self.steps is None else units.usage_of_steps(register=self.register, steps=self.steps)

    @property
    def usage_ccf(self) -> Decimal | None:
        return None if self.uccf is None else units.ccf(uccf=self.uccf)

    @property
    def low(self) -> Decimal | None:
        """Low end of the usual use in the register's unit, in whole steps."""
        return self._own_unit(self.low_uccf)

    @property
    def high(self) -> Decimal | None:
        return self._own_unit(self.high_uccf)

    def _own_unit(self, uccf: int | None) -> Decimal | None:
        if uccf is None:
            return None
        steps = units.steps_of_uccf(register=self.register, uccf=uccf)
        return units.usage_of_steps(register=self.register, steps=steps)


def judge_reading(
    *,
    register: Register,
    previous: PreviousRead | None,
    digits: str,
    read_on: date,
    expected: Expected | None,
    active: bool,
    zero_confirmed: bool,
    today_on: date | None = None,
    has_account: bool = True,
    serial_matches: bool = True,
    ami_digits: str | None = None,
    estimated: bool = False,
    estimates_before: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> ReadingJudgement:
    """Judges digits as typed. An empty string is NO_READ; a wrong length or sign is BAD_DIGITS; neither has usage.

    `active`: the account at this point should be using water. `zero_confirmed`: the technician said on purpose that the
    register shows zero. Exceptions come in a fixed order.
    """
    before: list[ExceptionCode] = []
    if today_on is not None and read_on > today_on:
        before.append("FUTURE_DATE")
    if previous is not None and read_on < previous.read_on:
        before.append("BEFORE_LAST_DATE")
    if not serial_matches:
        before.append("SERIAL_MISMATCH")
    if not digits or not well_formed(register=register, digits=digits):
        found: list[ExceptionCode] = ["BAD_DIGITS" if digits else "NO_READ", *before]
        return _judgement(register, None, None, None, found, True, True, None, None)

    current = int(digits)
    unconfirmed_zero = current == 0 and not zero_confirmed
    found = [*before, "ZERO"] if current == 0 else before
    if estimated:
        found.append("ESTIMATED")
        if estimates_before >= limits.max_estimates:
            found.append("CONSEC_EST")
    if previous is None or not well_formed(register=register, digits=previous.digits) or "BEFORE_LAST_DATE" in found:
        return _judgement(register, None, None, None, found, unconfirmed_zero, unconfirmed_zero, None, None)

    days = max(1, (read_on - previous.read_on).days)
    band = None if expected is None else _Band.of(expected=expected, days=days)
    steps, turned = _steps(register, int(previous.digits), current, band, limits)
    uccf = units.uccf_of_steps(register=register, steps=steps)
    if steps < 0:
        found.append("NEGATIVE")
    elif turned:
        found.append("ROLLOVER")
    if steps == 0:
        found.append("SAME_AS_LAST")
        if active and band is not None and band.usual_uccf > limits.zero_prior_uccf:
            found.append("ACTIVE_NO_USAGE")
    if steps > 0 and not has_account:
        found.append("USAGE_NO_ACCOUNT")
    elif steps > 0 and not active:
        found.append("INACTIVE_WITH_USAGE")
    level = None if band is None or steps <= 0 else _level(uccf, band, limits)
    if level is not None:
        found.append(level)
    if ami_digits is not None and well_formed(register=register, digits=ami_digits):
        apart = abs(units.uccf_of_steps(register=register, steps=current - int(ami_digits)))
        if apart > limits.ami_tolerance_uccf:
            found.append("AMI_DIFF")
    slip = _likely_slip(register, previous.digits, digits, band, limits, found)
    return _judgement(
        register, steps, uccf, days, found, unconfirmed_zero, unconfirmed_zero, slip, band, int(previous.digits)
    )


def well_formed(*, register: Register, digits: str) -> bool:
    """Exactly one ASCII digit for every live dial."""
    return len(digits) == register.dials and digits.isascii() and digits.isdigit()


def uses(*, register: Register, reads: Sequence[tuple[date, str]]) -> tuple[Use, ...]:
    """Use between consecutive readings (oldest first). A drop that is no rollover, and digits that do not fit the
    register, end a period without opening one: the next good pair goes on."""
    found: list[Use] = []
    good = [(read_on, digits) for read_on, digits in reads if well_formed(register=register, digits=digits)]
    for (from_on, first), (to_on, last) in itertools.pairwise(good):
        steps, _ = _steps(register, int(first), int(last), None, DEFAULT_LIMITS)
        if steps >= 0 and to_on > from_on:
            found.append(Use(from_on=from_on, to_on=to_on, uccf=units.uccf_of_steps(register=register, steps=steps)))
    return tuple(found)


def expected_range(
    *, history: Sequence[Use], on: date, days: int, class_average_per_day: int | None = None
) -> Expected | None:
    """What a period of `days` that ends `on` should use: the same season of earlier years, else the last three periods,
    else the average of the customer class (also for a customer with fewer than two periods).

    The usual range runs from the least to the greatest use of those periods, and at least from 2/3 to 4/3 of the mean.
    """
    if len(history) < 2 and class_average_per_day is not None:
        return _expected([], class_average_per_day, "class")
    middle = 2 * on.toordinal() - days
    season = [use for use in history if _same_season(middle, use)]
    if season:
        return _expected(season, None, "season")
    latest = sorted(history, key=lambda use: use.to_on)[-TREND_PERIODS:]
    return _expected(latest, None, "trend") if latest else None


def _same_season(middle: int, use: Use) -> bool:
    apart = middle - (use.from_on.toordinal() + use.to_on.toordinal())
    of_year = apart % YEAR_HALF_DAYS
    return apart >= YEAR_HALF_DAYS // 2 and min(of_year, YEAR_HALF_DAYS - of_year) <= SEASON_HALF_DAYS


def _expected(
    periods: Sequence[Use], per_day: int | None, basis: Literal["season", "trend", "class"]
) -> Expected | None:
    if per_day is None:
        total_days = sum(use.days for use in periods)
        if total_days == 0:
            return None
        per_day = units.round_half_up(sum(use.uccf for use in periods), total_days)
    rates = [units.round_half_up(use.uccf, use.days) for use in periods]
    return Expected(
        usual_per_day=per_day,
        low_per_day=min([*rates, units.round_half_up(2 * per_day, 3)]),
        high_per_day=max([*rates, units.round_half_up(4 * per_day, 3)]),
        basis=basis,
    )


@dataclass(frozen=True, kw_only=True)
class _Band:
    usual_uccf: int
    low_uccf: int
    high_uccf: int

    @classmethod
    def of(cls, *, expected: Expected, days: int) -> "_Band":
        return cls(
            usual_uccf=expected.usual_per_day * days,
            low_uccf=expected.low_per_day * days,
            high_uccf=expected.high_per_day * days,
        )


def _steps(register: Register, first: int, last: int, band: _Band | None, limits: Limits) -> tuple[int, bool]:
    """Use in steps, and whether the register rolled over; negative when it did not."""
    if last >= first:
        return last - first, False
    turned = register.rollover - first + last
    if 100 * turned > limits.rollover_pct * register.rollover:
        return last - first, False
    uccf = units.uccf_of_steps(register=register, steps=turned)
    if band is not None and _level(uccf, band, limits) in ("HIGH", "VERY_HIGH"):
        return last - first, False
    return turned, True


def _level(uccf: int, band: _Band, limits: Limits) -> Literal["HIGH", "VERY_HIGH", "LOW"] | None:
    over = uccf - band.usual_uccf >= limits.high_over_uccf
    if over and 100 * uccf >= limits.very_high_pct * band.usual_uccf:
        return "VERY_HIGH"
    if over and 100 * uccf >= limits.high_pct * band.usual_uccf:
        return "HIGH"
    if band.usual_uccf >= limits.zero_prior_uccf and 100 * uccf <= limits.low_pct * band.usual_uccf:
        return "LOW"
    return None


def _likely_slip(
    register: Register, previous: str, digits: str, band: _Band | None, limits: Limits, found: Sequence[str]
) -> Slip | None:
    if "ACTIVE_NO_USAGE" in found:
        return Slip(kind="PREVIOUS_AGAIN", digits=None, uccf=None)
    if band is None or not {"NEGATIVE", "HIGH", "VERY_HIGH", "LOW"} & set(found):
        return None
    for kind, candidates in (("SWAPPED", _swapped(digits)), ("ONE_DIGIT", _one_digit(digits))):
        best: tuple[int, str, int] | None = None
        for candidate in candidates:
            steps, _ = _steps(register, int(previous), int(candidate), band, limits)
            uccf = units.uccf_of_steps(register=register, steps=steps)
            if not band.low_uccf <= uccf <= band.high_uccf or steps <= 0:
                continue
            offer = (abs(uccf - band.usual_uccf), candidate, uccf)
            best = offer if best is None else min(best, offer)
        if best is not None:
            return Slip(kind="SWAPPED" if kind == "SWAPPED" else "ONE_DIGIT", digits=best[1], uccf=best[2])
    return None


def _swapped(digits: str) -> Iterator[str]:
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            yield digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


def _one_digit(digits: str) -> Iterator[str]:
    for at, shown in enumerate(digits):
        for other in "0123456789":
            if other != shown:
                yield digits[:at] + other + digits[at + 1 :]


def _judgement(
    register: Register,
    steps: int | None,
    uccf: int | None,
    days: int | None,
    found: Sequence[ExceptionCode],
    blocked: bool,
    confirm: bool,
    slip: Slip | None,
    band: _Band | None,
    first: int = 0,
) -> ReadingJudgement:
    def shown(use: int) -> str:
        at = (first + units.steps_of_uccf(register=register, uccf=use)) % register.rollover
        return f"{at:0{register.dials}d}"

    return ReadingJudgement(
        register=register,
        steps=steps,
        uccf=uccf,
        days=days,
        exceptions=tuple(found),
        blocked=blocked or bool(BLOCKING & set(found)),
        must_confirm=confirm or bool(CONFIRM & set(found)),
        likely_slip=slip,
        low_uccf=None if band is None else band.low_uccf,
        high_uccf=None if band is None else band.high_uccf,
        low_digits=None if band is None else shown(band.low_uccf),
        high_digits=None if band is None else shown(band.high_uccf),
    )
