"""Billing arithmetic that the field touches. Pure; money in integer cents, water in micro-CCF (`meters.units`).

When an amount is shared, the outgoing share is rounded half up and the incoming share is the rest, so that shares
always sum to the whole. Periods are half open, [start, end): the day of a final read belongs to the incoming customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dispatch.meters import units

MAX_CONSECUTIVE_ESTIMATES = 2


class BadAmount(ValueError):  # noqa: N818 - named like the refusals of the house
    """Days, shares or money that cannot be; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A charge cut in two at a final read."""

    outgoing_cents: int
    incoming_cents: int
    outgoing_days: int
    incoming_days: int


def share_charge(*, charge_cents: int, start_on: date, end_on: date, final_on: date) -> Share:
    """A fixed charge of the period [start_on, end_on) shared at a final read: charge * days / period days."""
    period, outgoing = (end_on - start_on).days, (final_on - start_on).days
    if period <= 0:
        raise BadAmount(f"the period ends {end_on}, not after its start {start_on}")
    if not 0 <= outgoing <= period:
        raise BadAmount(f"the final read of {final_on} lies outside the period {start_on} to {end_on}")
    out = units.round_half_up(charge_cents * outgoing, period)
    return Share(
        outgoing_cents=out,
        incoming_cents=charge_cents - out,
        outgoing_days=outgoing,
        incoming_days=period - outgoing,
    )


def prorate(*, charge_cents: int, billable_days: int, period_days: int, prorates: bool = True) -> int:
    """The part of a fixed charge for `billable_days`. An agency that does not prorate charges the whole."""
    if period_days <= 0 or not 0 <= billable_days <= period_days:
        raise BadAmount(f"{billable_days} of {period_days} days cannot be charged")
    return units.round_half_up(charge_cents * billable_days, period_days) if prorates else charge_cents


def prorate_width_uccf(*, width_uccf: int, billable_days: int, period_days: int) -> int:
    """The width of a price tier for part of a period, to hundredths of a CCF: 16 CCF, 20 of 60 days: 5.33 CCF."""
    if period_days <= 0 or not 0 <= billable_days <= period_days:
        raise BadAmount(f"{billable_days} of {period_days} days cannot be charged")
    return units.round_half_up(width_uccf * billable_days, period_days * 10_000) * 10_000


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A price step: `cents_per_ccf` for the next `width_uccf` (None = all the rest)."""

    width_uccf: int | None
    cents_per_ccf: int


def usage_charge(*, uccf: int, tiers: Sequence[Tier]) -> int:
    """Cents for a usage over rising tiers; each tier's part is rounded half up. Needs a last tier without a width."""
    if uccf < 0:
        raise BadAmount(f"usage is {uccf} µCCF; a negative usage is not billed")
    rest, cents = uccf, 0
    for tier in tiers:
        part = rest if tier.width_uccf is None else min(rest, tier.width_uccf)
        cents += units.round_half_up(part * tier.cents_per_ccf, units.UCCF)
        rest -= part
        if rest == 0:
            return cents
    raise BadAmount(f"{rest} µCCF lie above the last tier; give the last tier no width")


@dataclass(frozen=True, kw_only=True)
class FinalBill:
    """What a closing account comes to: exactly one of `owes_cents` and `refund_cents` is above zero, or neither."""

    charges_cents: int
    deposit_cents: int
    owes_cents: int
    refund_cents: int
    needs_forwarding_address: bool


def final_bill(
    *,
    prior_balance_cents: int = 0,
    fixed_cents: int = 0,
    usage_cents: int = 0,
    fees_cents: int = 0,
    deposit_cents: int = 0,
    interest_cents: int = 0,
    credits_cents: int = 0,
) -> FinalBill:
    """prior balance + prorated fixed + usage + fees - credits - deposit (with its interest)."""
    charges = prior_balance_cents + fixed_cents + usage_cents + fees_cents - credits_cents
    deposit = deposit_cents + interest_cents
    due = charges - deposit
    return FinalBill(
        charges_cents=charges,
        deposit_cents=deposit,
        owes_cents=max(0, due),
        refund_cents=max(0, -due),
        needs_forwarding_address=due < 0,
    )


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimated use: whole CCF billed now, the rest carried to the next actual reading."""

    uccf: int
    billed_ccf: int
    carried_uccf: int


def estimate(*, per_day_uccf: int, days: int) -> Estimate:
    """Average daily use times days; bills whole units, never rounds up. 0.20 CCF a day, 31 days: bill 6, carry 0.2."""
    if per_day_uccf < 0 or days < 0:
        raise BadAmount(f"{per_day_uccf} µCCF a day for {days} days cannot be estimated")
    use = per_day_uccf * days
    return Estimate(uccf=use, billed_ccf=use // units.UCCF, carried_uccf=use % units.UCCF)


def may_estimate(*, estimates_before: int, limit: int = MAX_CONSECUTIVE_ESTIMATES) -> bool:
    """Whether one more estimate in a row is allowed."""
    return estimates_before < limit


@dataclass(frozen=True, kw_only=True)
class DepositRule:
    """One line of the deposit guideline: what must hold, and the deposit. Lines are tried in order."""

    code: str
    when: Mapping[str, str | bool]
    amount_cents: int | None = None
    months_of_estimate: int = 0


@dataclass(frozen=True, kw_only=True)
class Deposit:
    """The deposit asked for, with the guideline line and version that set it."""

    code: str
    amount_cents: int
    guideline_version: int


def deposit(
    *,
    rules: Sequence[DepositRule],
    facts: Mapping[str, str | bool],
    monthly_estimate_cents: int,
    guideline_version: int,
) -> Deposit:
    """The first line whose conditions all hold. Refuses when none does: the last line has no conditions."""
    for rule in rules:
        if all(facts.get(name) == value for name, value in rule.when.items()):
            amount = rule.amount_cents
            if amount is None:
                amount = rule.months_of_estimate * monthly_estimate_cents
            return Deposit(code=rule.code, amount_cents=amount, guideline_version=guideline_version)
    raise BadAmount("no line of the deposit guideline fits; end it with a line that has no conditions")


@dataclass(frozen=True, kw_only=True)
class Instalment:
    due_on: date
    amount_cents: int


def plan_schedule(*, owed_cents: int, months: int, first_on: date, max_months: int = 12) -> tuple[Instalment, ...]:
    """A debt in equal monthly parts that sum to it (CA-10: at most 12 months).

    A day that a month lacks becomes its last. The cents that do not divide go on the first parts, so that the last is
    never the largest.
    """
    if owed_cents <= 0:
        raise BadAmount(f"a plan needs a debt; {owed_cents} cents are owed")
    if not 1 <= months <= max_months:
        raise BadAmount(f"a plan of {months} months is not possible; give 1 to {max_months}")
    part, over = divmod(owed_cents, months)
    return tuple(
        Instalment(due_on=_months_later(first_on, index), amount_cents=part + (index < over)) for index in range(months)
    )


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def leak_credit(
    *,
    used: int,
    base: int,
    share_pct: int,
    round_up_to: int = 1,
) -> int:
    """Leak adjustment: a share of the use above a base (last year's period, an average, a usual use), in the unit of
    `used`; the credit is rounded half up, or up to the next `round_up_to` in the customer's favour.

    125 000 gal against 6 000, half, up to the thousand: 60 000 gal.
    """
    if not 0 <= share_pct <= 100 or round_up_to < 1:
        raise BadAmount(f"a share of {share_pct} % or a step of {round_up_to} is not possible")
    excess = max(0, used - base)
    credit = units.round_half_up(excess * share_pct, 100)
    return -(-credit // round_up_to) * round_up_to if round_up_to > 1 else credit


def average_use(*, uses: Sequence[int]) -> int:
    """Mean of several periods, rounded half up, in their unit."""
    if not uses:
        raise BadAmount("an average needs at least one period")
    return units.round_half_up(sum(uses), len(uses))


def leak_rerate(*, uccf: int, average_uccf: int, tiers: Sequence[Tier]) -> int:
    """Leak adjustment in cents: use beyond twice the two-year average is priced one tier lower than it reached."""
    limit = 2 * average_uccf
    if uccf <= limit:
        return 0
    whole = usage_charge(uccf=uccf, tiers=tiers)
    below = usage_charge(uccf=limit, tiers=tiers)
    reached, lower, upto = tiers[-1], tiers[-1], 0
    for index, tier in enumerate(tiers):
        upto += tier.width_uccf or 0
        if tier.width_uccf is None or uccf <= upto:
            reached, lower = tier, tiers[max(0, index - 1)]
            break
    cheaper = units.round_half_up((uccf - limit) * min(lower.cents_per_ccf, reached.cents_per_ccf), units.UCCF)
    return max(0, whole - below - cheaper)


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What is left of a hydrant meter's deposit; `owes_cents` where it does not suffice."""

    refund_cents: int
    owes_cents: int


def settle_hydrant_meter(
    *,
    deposit_cents: int,
    gallons: int,
    cents_per_1000_gal: int,
    months: int,
    rent_cents: int,
    damage_cents: int = 0,
    fees_cents: int = 0,
) -> Settlement:
    """deposit - water - rent - damage - fees. 2,500 - 252 - 3 * 50 - 180: refund 1,918.00."""
    water = units.round_half_up(gallons * cents_per_1000_gal, 1000)
    left = deposit_cents - water - months * rent_cents - damage_cents - fees_cents
    return Settlement(refund_cents=max(0, left), owes_cents=max(0, -left))


@dataclass(frozen=True, kw_only=True)
class DrawerBalance:
    expected_cents: int
    difference_cents: int
    verdict: Literal["BALANCED", "OVER", "SHORT"]
    needs_supervisor: bool


def balance_drawer(
    *, opening_cents: int, cash_receipts_cents: int, cash_paid_out_cents: int, counted_cents: int
) -> DrawerBalance:
    """Day balance of a cash drawer: expected = opening + receipts - paid out; over or short = counted - expected."""
    expected = opening_cents + cash_receipts_cents - cash_paid_out_cents
    difference = counted_cents - expected
    return DrawerBalance(
        expected_cents=expected,
        difference_cents=difference,
        verdict="BALANCED" if difference == 0 else "OVER" if difference > 0 else "SHORT",
        needs_supervisor=difference != 0,
    )
