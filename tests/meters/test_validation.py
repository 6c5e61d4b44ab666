"""What a reading says: usage, rollover, limits, slips. Readings are digits; arithmetic is whole numbers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.meters import units, validation
from dispatch.meters.units import Register
from dispatch.meters.validation import Expected, PreviousRead, ReadingJudgement, Use

CCF6 = Register(unit="CCF", dials=6)
JUNE = date(2025, 6, 18)
AUGUST = date(2025, 8, 19)
USUAL_18 = Expected(usual_per_day=290_323, low_per_day=193_549, high_per_day=387_097, basis="season")
"""About 18 CCF in the 62 days from June 18 to August 19."""


def judged(
    last: str | None,
    digits: str,
    *,
    expected: Expected | None = None,
    register: Register = CCF6,
    active: bool = True,
    zero_confirmed: bool = False,
    read_on: date = AUGUST,
    **more: object,
) -> ReadingJudgement:
    return validation.judge_reading(
        register=register,
        previous=None if last is None else PreviousRead(digits=last, read_on=JUNE),
        digits=digits,
        read_on=read_on,
        expected=expected,
        active=active,
        zero_confirmed=zero_confirmed,
        **more,  # type: ignore[arg-type]
    )


class TestUnits:
    def test_one_ccf_is_748_052_gallons(self) -> None:
        assert units.gallons_of_uccf(uccf=1000 * units.UCCF) == 748_052
        assert units.uccf_of_gallons(gallons=748_052) == 1000 * units.UCCF

    def test_a_register_counts_in_steps_of_its_last_live_digit(self) -> None:
        hundreds = Register(unit="GAL", dials=4, fixed_zeros=2)
        assert judged("2507", "2595", register=hundreds).usage == 8800
        times_hundred = Register(unit="GAL", dials=4, multiplier="100")
        assert judged("2507", "2595", register=times_hundred).usage == 8800
        cubic_feet = Register(unit="CF", dials=6, decimals=2)
        judgement = judged("000125", "000160", register=cubic_feet)
        assert judgement.usage == Decimal("0.35")
        assert judgement.usage_ccf == Decimal("0.0035")

    @pytest.mark.parametrize(
        "bad",
        [
            {"unit": "LITRE", "dials": 6},
            {"unit": "CCF", "dials": 0},
            {"unit": "CCF", "dials": 6, "multiplier": "many"},
            {"unit": "CCF", "dials": 6, "multiplier": "0"},
            {"unit": "CCF", "dials": 4, "decimals": 5},
        ],
    )
    def test_an_impossible_register_is_refused(self, bad: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"unit|digits|multiplier"):
            Register(**bad)  # type: ignore[arg-type]

    @given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
    def test_rounding_is_half_away_from_zero(self, top: int, bottom: int) -> None:
        rounded = units.round_half_up(top, bottom)
        assert abs(2 * (rounded * bottom - top)) <= bottom
        assert units.round_half_up(-top, bottom) == -rounded


class TestRollover:
    def test_a_register_that_turned_over_used_275(self) -> None:
        judgement = judged("999870", "000145")
        assert judgement.exceptions == ("ROLLOVER",)
        assert judgement.usage == 275
        assert not judgement.blocked

    def test_a_reading_below_the_last_is_negative_and_blocked_from_posting(self) -> None:
        judgement = judged("999870", "999000")
        assert judgement.exceptions == ("NEGATIVE",)
        assert judgement.steps == -870
        assert judgement.blocked and judgement.must_confirm

    def test_a_turn_over_that_would_be_far_too_much_is_negative(self) -> None:
        assert judged("999870", "000145", expected=USUAL_18).exceptions == ("NEGATIVE",)
        assert judged("999990", "000008", expected=USUAL_18).exceptions == ("ROLLOVER",)

    def test_five_percent_of_the_range_is_the_most_that_a_turn_over_may_be(self) -> None:
        assert judged("999999", "049999").exceptions == ("ROLLOVER",)
        assert judged("999999", "050000").exceptions == ("NEGATIVE",)


class TestZero:
    def test_zero_as_a_default_is_refused(self) -> None:
        judgement = judged("000000", "000000", active=False)
        assert judgement.blocked and judgement.must_confirm

    def test_zero_on_purpose_is_taken_with_its_exception(self) -> None:
        judgement = judged("000000", "000000", active=False, zero_confirmed=True)
        assert judgement.exceptions == ("ZERO", "SAME_AS_LAST")
        assert not judgement.blocked

    def test_no_use_on_an_active_account_asks_for_a_stopped_meter_check(self) -> None:
        judgement = judged("001428", "001428", expected=USUAL_18)
        assert judgement.exceptions == ("SAME_AS_LAST", "ACTIVE_NO_USAGE")
        assert judgement.likely_slip == validation.Slip(kind="PREVIOUS_AGAIN", digits=None, uccf=None)


class TestLimits:
    def test_the_reading_of_the_mock_up(self) -> None:
        judgement = judged("001428", "001474", expected=USUAL_18)
        assert judgement.exceptions == ("HIGH",)
        assert judgement.usage == 46
        assert (judgement.low, judgement.high) == (12, 24)
        assert (judgement.low_digits, judgement.high_digits) == ("001440", "001452")
        assert judgement.likely_slip is not None
        assert judgement.likely_slip.kind == "SWAPPED"
        assert judgement.likely_slip.digits == "001447"
        assert judgement.must_confirm and not judgement.blocked

    @pytest.mark.parametrize(
        ("digits", "code"),
        [
            ("001463", None),  # 35: under twice the usual 18
            ("001465", "HIGH"),  # 37
            ("001501", "VERY_HIGH"),  # 73: four times
            ("001432", "LOW"),  # 4: under a quarter
            ("001433", None),
        ],
    )
    def test_bands(self, digits: str, code: str | None) -> None:
        assert judged("001428", digits, expected=USUAL_18).exceptions == (() if code is None else (code,))

    def test_twice_the_usual_of_a_small_user_is_not_high_under_five_ccf_more(self) -> None:
        small = Expected(usual_per_day=32_258, low_per_day=21_505, high_per_day=43_011, basis="trend")
        assert judged("000100", "000106", expected=small).exceptions == ()
        assert judged("000100", "000107", expected=small).exceptions == ("HIGH",)

    def test_exactly_five_ccf_more_are_high(self) -> None:
        five = Expected(usual_per_day=80_000, low_per_day=50_000, high_per_day=110_000, basis="trend")
        day = {"read_on": JUNE + timedelta(days=62), "expected": five}
        tenths = Register(unit="CCF", dials=6, decimals=2)
        # 62 days * 0.08 = 4.96 CCF: 9.96 is exactly five more and over twice the usual.
        assert judged("000000", "000996", register=tenths, **day).exceptions == ("HIGH",)
        assert judged("000000", "000995", register=tenths, **day).exceptions == ()

    def test_use_is_compared_by_the_day(self) -> None:
        longer = judged("001428", "001474", expected=USUAL_18, read_on=AUGUST + timedelta(days=62))
        assert longer.exceptions == ()

    def test_use_where_nobody_should_use(self) -> None:
        assert judged("001428", "001429", active=False).exceptions == ("INACTIVE_WITH_USAGE",)
        nobody = judged("001428", "001429", active=False, has_account=False)
        assert nobody.exceptions == ("USAGE_NO_ACCOUNT",)
        assert nobody.blocked

    def test_one_wrong_digit_is_offered_back(self) -> None:
        judgement = judged("001428", "007446", expected=USUAL_18)
        assert judgement.exceptions == ("VERY_HIGH",)
        assert judgement.likely_slip is not None
        assert (judgement.likely_slip.kind, judgement.likely_slip.digits) == ("ONE_DIGIT", "001446")


class TestDoubtfulInput:
    @pytest.mark.parametrize("digits", ["12345", "1234567", "12a456", "-12345", "１２３４５６", "12.456"])
    def test_digits_that_do_not_fit_the_register(self, digits: str) -> None:
        judgement = judged("001428", digits)
        assert judgement.exceptions == ("BAD_DIGITS",)
        assert judgement.blocked and judgement.usage is None

    def test_no_digits_are_no_reading(self) -> None:
        assert judged("001428", "").exceptions == ("NO_READ",)

    def test_dates_that_cannot_be(self) -> None:
        future = judged("001428", "001440", today_on=date(2025, 8, 1))
        assert future.exceptions == ("FUTURE_DATE",) and future.blocked
        past = judged("001428", "001440", read_on=date(2025, 6, 17))
        assert past.exceptions == ("BEFORE_LAST_DATE",) and past.usage is None

    def test_another_meter_blocks(self) -> None:
        assert judged("001428", "001440", serial_matches=False).blocked

    def test_the_radio_disagrees(self) -> None:
        assert judged("001428", "001440", ami_digits="001442").exceptions == ("AMI_DIFF",)
        assert judged("001428", "001440", ami_digits="001441").exceptions == ()

    def test_the_third_estimate_in_a_row_is_named(self) -> None:
        assert judged("001428", "001440", estimated=True, estimates_before=2).exceptions == ("ESTIMATED", "CONSEC_EST")

    def test_a_first_reading_has_nothing_to_compare_with(self) -> None:
        judgement = judged(None, "000003")
        assert judgement.exceptions == () and judgement.usage is None


class TestExpectation:
    def history(self, *ccf_by_period: int, ends: date = date(2025, 6, 18)) -> list[Use]:
        found = []
        end = ends
        for amount in reversed(ccf_by_period):
            start = end - timedelta(days=61)
            found.append(Use(from_on=start, to_on=end, uccf=amount * units.UCCF))
            end = start
        return found[::-1]

    def test_summer_is_expected_from_last_summer_not_from_spring(self) -> None:
        # periods of two months; the first is last year's August.
        expected = validation.expected_range(history=self.history(30, 12, 8, 7, 8, 12), on=AUGUST, days=62)
        assert expected is not None
        assert expected.basis == "season"
        assert round(expected.usual_per_day * 61 / units.UCCF) == 30

    def test_without_last_year_the_last_three_periods_count(self) -> None:
        expected = validation.expected_range(history=self.history(9, 12, 15), on=AUGUST, days=62)
        assert expected is not None
        assert expected.basis == "trend"
        assert round(expected.usual_per_day * 61 / units.UCCF) == 12

    def test_a_new_customer_is_like_the_class(self) -> None:
        expected = validation.expected_range(history=[], on=AUGUST, days=62, class_average_per_day=300_000)
        assert expected is not None
        assert (expected.low_per_day, expected.high_per_day, expected.basis) == (200_000, 400_000, "class")
        assert validation.expected_range(history=[], on=AUGUST, days=62) is None

    def test_uses_come_from_digits_and_skip_what_makes_no_sense(self) -> None:
        reads = [
            (date(2025, 1, 1), "999990"),
            (date(2025, 3, 1), "000010"),
            (date(2025, 4, 1), "bad"),
            (date(2025, 5, 1), "000030"),
            (date(2025, 7, 1), "000020"),
        ]
        assert [use.uccf // units.UCCF for use in validation.uses(register=CCF6, reads=reads)] == [20, 20]


REGISTERS = st.builds(
    Register,
    unit=st.sampled_from(["GAL", "CF", "CCF", "TGAL"]),
    dials=st.integers(4, 8),
    fixed_zeros=st.integers(0, 2),
    decimals=st.integers(0, 2),
    multiplier=st.sampled_from(["1", "10", "100", "0.1"]),
)


@given(REGISTERS, st.data())
def test_honest_use_is_never_negative_and_adds_up(register: Register, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, register.rollover - 1))
    used = data.draw(st.integers(0, register.rollover // 20))
    last = (first + used) % register.rollover
    shown = [f"{number:0{register.dials}d}" for number in (first, last)]
    judgement = judged(shown[0], shown[1], register=register, zero_confirmed=True)
    assert judgement.steps == used
    assert "NEGATIVE" not in judgement.exceptions


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.booleans())
def test_a_proposed_slip_always_lies_in_the_usual_range(last: int, typed: int, active: bool) -> None:
    judgement = judged(f"{last:06d}", f"{typed:06d}", expected=USUAL_18, active=active, zero_confirmed=True)
    slip = judgement.likely_slip
    if slip is not None and slip.digits is not None:
        meant = judged(f"{last:06d}", slip.digits, expected=USUAL_18, active=active, zero_confirmed=True)
        assert meant.uccf == slip.uccf
        assert judgement.low_uccf is not None and judgement.high_uccf is not None and slip.uccf is not None
        assert judgement.low_uccf <= slip.uccf <= judgement.high_uccf
        assert not {"HIGH", "VERY_HIGH", "LOW", "NEGATIVE"} & set(meant.exceptions)


@given(st.text(max_size=8))
def test_any_text_at_all_gets_an_answer(typed: str) -> None:
    judgement = judged("001428", typed, expected=USUAL_18)
    assert judgement.blocked or judgement.steps is not None
