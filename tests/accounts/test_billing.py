"""The worked cases of billing, to the cent."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.accounts import billing
from dispatch.accounts.billing import DepositRule, Tier
from dispatch.meters import units

CCF = units.UCCF


class TestSharesOfAPeriod:
    def test_moving_out_on_the_twelfth_of_a_thirty_day_month(self) -> None:
        share = billing.share_charge(
            charge_cents=3000, start_on=date(2025, 4, 1), end_on=date(2025, 5, 1), final_on=date(2025, 4, 12)
        )
        assert (share.outgoing_cents, share.incoming_cents) == (1100, 1900)
        assert (share.outgoing_days, share.incoming_days) == (11, 19)

    def test_tier_width_shrinks_with_the_period(self) -> None:
        assert billing.prorate_width_uccf(width_uccf=16 * CCF, billable_days=20, period_days=60) == 5_330_000

    def test_an_agency_that_does_not_prorate_charges_the_whole(self) -> None:
        assert billing.prorate(charge_cents=3000, billable_days=11, period_days=30) == 1100
        assert billing.prorate(charge_cents=3000, billable_days=11, period_days=30, prorates=False) == 3000

    def test_a_final_read_outside_the_period_is_refused(self) -> None:
        with pytest.raises(billing.BadAmount, match="outside the period"):
            billing.share_charge(
                charge_cents=3000, start_on=date(2025, 4, 1), end_on=date(2025, 5, 1), final_on=date(2025, 5, 2)
            )
        with pytest.raises(billing.BadAmount, match="not after its start"):
            billing.share_charge(
                charge_cents=1, start_on=date(2025, 4, 1), end_on=date(2025, 4, 1), final_on=date(2025, 4, 1)
            )

    @given(st.integers(0, 10**7), st.integers(1, 100), st.integers(0, 100))
    def test_shares_always_sum_to_the_whole(self, cents: int, period: int, gone: int) -> None:
        start = date(2025, 1, 1)
        share = billing.share_charge(
            charge_cents=cents,
            start_on=start,
            end_on=start + timedelta(days=period),
            final_on=start + timedelta(days=min(gone, period)),
        )
        assert share.outgoing_cents + share.incoming_cents == cents
        assert share.outgoing_cents >= 0 and share.incoming_cents >= 0


class TestFinalBill:
    def test_a_deposit_above_the_charges_is_refunded(self) -> None:
        bill = billing.final_bill(usage_cents=9640, deposit_cents=15000)
        assert (bill.refund_cents, bill.owes_cents) == (5360, 0)
        assert bill.needs_forwarding_address

    def test_charges_above_the_deposit_are_owed(self) -> None:
        bill = billing.final_bill(prior_balance_cents=10000, usage_cents=8025, deposit_cents=15000)
        assert (bill.refund_cents, bill.owes_cents) == (0, 3025)

    def test_interest_and_credits_count_for_the_customer(self) -> None:
        bill = billing.final_bill(fixed_cents=1100, fees_cents=500, interest_cents=100, credits_cents=200)
        assert bill.owes_cents == 1300


class TestUse:
    TIERS = (Tier(width_uccf=10 * CCF, cents_per_ccf=400), Tier(width_uccf=None, cents_per_ccf=550))

    def test_tiers_add_up(self) -> None:
        assert billing.usage_charge(uccf=18 * CCF, tiers=self.TIERS) == 4000 + 8 * 550
        assert billing.usage_charge(uccf=0, tiers=self.TIERS) == 0

    def test_a_tariff_without_an_end_and_negative_use_are_refused(self) -> None:
        with pytest.raises(billing.BadAmount, match="above the last tier"):
            billing.usage_charge(uccf=11 * CCF, tiers=self.TIERS[:1])
        with pytest.raises(billing.BadAmount, match="negative"):
            billing.usage_charge(uccf=-1, tiers=self.TIERS)

    def test_an_estimate_bills_whole_units_and_carries_the_rest(self) -> None:
        estimate = billing.estimate(per_day_uccf=200_000, days=31)
        assert (estimate.uccf, estimate.billed_ccf, estimate.carried_uccf) == (6_200_000, 6, 200_000)

    def test_the_third_estimate_in_a_row_is_not_allowed(self) -> None:
        assert billing.may_estimate(estimates_before=1)
        assert not billing.may_estimate(estimates_before=2)


class TestLeakAdjustment:
    def test_half_the_excess_over_a_three_year_average(self) -> None:
        # Hundredths of a unit: 200 used, average 62 / 3 = 20.67.
        average = billing.average_use(uses=[2000, 2100, 2101])
        assert average == 2067
        assert billing.leak_credit(used=20_000, base=average, share_pct=50) == 8967

    def test_a_quarter_for_irrigation(self) -> None:
        assert billing.leak_credit(used=20_000, base=2067, share_pct=25) == 4483

    def test_rounded_up_for_the_customer(self) -> None:
        assert billing.leak_credit(used=125_000, base=6_000, share_pct=50) == 59_500
        assert billing.leak_credit(used=125_000, base=6_000, share_pct=50, round_up_to=1000) == 60_000

    def test_no_excess_no_credit(self) -> None:
        assert billing.leak_credit(used=5_000, base=6_000, share_pct=50) == 0

    def test_use_beyond_twice_the_average_is_priced_one_tier_lower(self) -> None:
        tiers = (
            Tier(width_uccf=10 * CCF, cents_per_ccf=300),
            Tier(width_uccf=20 * CCF, cents_per_ccf=400),
            Tier(width_uccf=None, cents_per_ccf=700),
        )
        # 50 used, average 15: 20 CCF above 30 are priced 4.00 in place of 7.00.
        assert billing.leak_rerate(uccf=50 * CCF, average_uccf=15 * CCF, tiers=tiers) == 20 * 300
        assert billing.leak_rerate(uccf=30 * CCF, average_uccf=15 * CCF, tiers=tiers) == 0


class TestDeposits:
    GUIDELINE = (
        DepositRule(code="GOOD_CREDIT", when={"good_credit": True}, amount_cents=0),
        DepositRule(code="MULTIFAMILY", when={"customer_class": "MULTIFAMILY"}, months_of_estimate=2),
        DepositRule(code="STANDARD", when={}, amount_cents=7500),
    )

    def ask(self, **facts: str | bool) -> tuple[str, int]:
        found = billing.deposit(rules=self.GUIDELINE, facts=facts, monthly_estimate_cents=6_000, guideline_version=3)
        assert found.guideline_version == 3
        return found.code, found.amount_cents

    def test_the_first_line_that_fits_decides(self) -> None:
        assert self.ask(customer_class="SINGLE_FAMILY") == ("STANDARD", 7500)
        assert self.ask(customer_class="MULTIFAMILY") == ("MULTIFAMILY", 12_000)
        assert self.ask(customer_class="MULTIFAMILY", good_credit=True) == ("GOOD_CREDIT", 0)

    def test_a_guideline_without_an_end_is_refused(self) -> None:
        with pytest.raises(billing.BadAmount, match="no line"):
            billing.deposit(rules=self.GUIDELINE[:1], facts={}, monthly_estimate_cents=0, guideline_version=1)

    def test_a_hydrant_meter_comes_back(self) -> None:
        done = billing.settle_hydrant_meter(
            deposit_cents=250_000,
            gallons=42_000,
            cents_per_1000_gal=600,
            months=3,
            rent_cents=5_000,
            damage_cents=18_000,
        )
        assert (done.refund_cents, done.owes_cents) == (191_800, 0)
        short = billing.settle_hydrant_meter(
            deposit_cents=10_000, gallons=42_000, cents_per_1000_gal=600, months=0, rent_cents=0
        )
        assert (short.refund_cents, short.owes_cents) == (0, 15_200)


class TestPlans:
    def test_six_parts_that_sum_to_the_debt(self) -> None:
        parts = billing.plan_schedule(owed_cents=24_310, months=6, first_on=date(2025, 8, 31))
        assert [part.amount_cents for part in parts] == [4052, 4052, 4052, 4052, 4051, 4051]
        assert [part.due_on for part in parts][:2] == [date(2025, 8, 31), date(2025, 9, 30)]
        assert parts[-1].due_on == date(2026, 1, 31)

    def test_february_has_its_own_last_day(self) -> None:
        parts = billing.plan_schedule(owed_cents=100, months=2, first_on=date(2026, 1, 30))
        assert parts[1].due_on == date(2026, 2, 28)

    def test_more_than_a_year_is_refused(self) -> None:
        with pytest.raises(billing.BadAmount, match="1 to 12"):
            billing.plan_schedule(owed_cents=100, months=13, first_on=date(2025, 8, 1))
        with pytest.raises(billing.BadAmount, match="needs a debt"):
            billing.plan_schedule(owed_cents=0, months=3, first_on=date(2025, 8, 1))

    @given(st.integers(1, 10**7), st.integers(1, 12), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    def test_parts_sum_and_dates_rise(self, owed: int, months: int, first_on: date) -> None:
        parts = billing.plan_schedule(owed_cents=owed, months=months, first_on=first_on)
        assert sum(part.amount_cents for part in parts) == owed
        days = [part.due_on for part in parts]
        assert days == sorted(set(days)) and len(days) == months


class TestDrawer:
    def test_five_dollars_short_needs_a_supervisor(self) -> None:
        drawer = billing.balance_drawer(
            opening_cents=20_000, cash_receipts_cents=124_530, cash_paid_out_cents=0, counted_cents=144_030
        )
        assert (drawer.expected_cents, drawer.difference_cents, drawer.verdict) == (144_530, -500, "SHORT")
        assert drawer.needs_supervisor

    def test_a_drawer_that_agrees(self) -> None:
        drawer = billing.balance_drawer(
            opening_cents=20_000, cash_receipts_cents=0, cash_paid_out_cents=5_000, counted_cents=15_000
        )
        assert drawer.verdict == "BALANCED" and not drawer.needs_supervisor
