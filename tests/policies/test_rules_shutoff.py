"""When a shutoff for non-payment is allowed: the worked dates and acceptance cases of the trade."""

from datetime import date, time, timedelta

import pytest

from dispatch.policies import calendars, evaluator, fees, loader
from dispatch.policies.standing import (
    Appeal,
    AreaHold,
    Hold,
    MedicalClaim,
    Notice,
    Plan,
    ReviewRequest,
    Weather,
)
from tests.policies.cases import (
    CONTENTS,
    DISTRICT,
    bill,
    blocking,
    call,
    letter,
    local,
    may_be_shut_off,
    shutoff,
    warning,
)

MONDAY = date(2025, 8, 25)
TEN = local(MONDAY)


def test_an_account_with_every_step_served_passes() -> None:
    verdict = shutoff(may_be_shut_off(), TEN)
    assert verdict.result == "pass"
    assert verdict.first_allowed_on == MONDAY
    assert verdict.summary_en.startswith("All ")


class TestSixtyFullDays:
    def test_fifty_nine_days_block_with_the_date_that_clears_them(self) -> None:
        verdict = shutoff(may_be_shut_off(), local(date(2025, 8, 21)))
        reason = next(one for one in verdict.blocks if one.rule_id == "CA-01")
        assert reason.fact_en == "59 days past due, needs 60 full days (due Mon Jun 23)"
        assert reason.fact_es == "59 días de atraso, se requieren 60 completos (venció el lun 23 jun)"

    def test_the_sixtieth_day_itself_still_blocks(self) -> None:
        assert "CA-01" in blocking(shutoff(may_be_shut_off(), local(date(2025, 8, 22))))

    def test_the_day_after_is_a_saturday_so_monday_is_the_first_day(self) -> None:
        standing = may_be_shut_off(contacts=(call(date(2025, 8, 11)), call(date(2025, 8, 20))))
        saturday = shutoff(standing, local(date(2025, 8, 23)))
        assert blocking(saturday) == {"CA-15"}
        assert shutoff(standing, local(date(2025, 8, 22))).first_allowed_on == MONDAY

    def test_a_shop_of_the_same_age_is_not_bound_by_it_but_by_office_hours(self) -> None:
        shop = may_be_shut_off(customer_class="COMMERCIAL")
        assert "CA-01" not in {one.rule_id for one in shutoff(shop, local(date(2025, 8, 21))).results}
        assert "CA-15" in blocking(shutoff(shop, local(date(2025, 8, 23))))

    def test_the_oldest_unpaid_bill_counts(self) -> None:
        newer = bill(bill_id=2, mailed_on=date(2025, 8, 4), due_on=date(2025, 8, 25))
        assert shutoff(may_be_shut_off(unpaid_bills=(newer, bill())), TEN).result == "pass"

    def test_theft_of_water_is_not_a_shutoff_for_non_payment(self) -> None:
        verdict = shutoff(may_be_shut_off(), local(date(2025, 7, 1)), reason="UNAUTHORISED_USE")
        assert not {one for one in (r.rule_id for r in verdict.results) if one.startswith("CA-")}


class TestContactSevenBusinessDaysBefore:
    @pytest.mark.parametrize(
        ("contact_on", "cut_on", "allowed"),
        [
            (date(2025, 8, 14), date(2025, 8, 25), True),
            (date(2025, 8, 15), date(2025, 8, 25), False),
            (date(2025, 8, 22), date(2025, 9, 3), True),
            (date(2025, 8, 25), date(2025, 9, 3), False),
        ],
    )
    def test_labor_day_and_weekends_do_not_count(self, contact_on: date, cut_on: date, allowed: bool) -> None:
        standing = may_be_shut_off(
            notices=(letter(date(2025, 8, 1), returned=True), self._visit(contact_on, cut_on)),
            contacts=(call(contact_on), call(cut_on - timedelta(days=5))),
        )
        assert ("CA-02" not in blocking(shutoff(standing, local(cut_on)))) is allowed

    @staticmethod
    def _visit(contact_on: date, cut_on: date) -> Notice:
        # A later visit must not stand in for the contact that this test is about.
        return Notice(
            kind="SHUTOFF_48H", served_at=local(max(contact_on, cut_on - timedelta(days=3))), served_by="POST"
        )

    def test_one_business_day_short_names_both_days_and_the_first_allowed_one(self) -> None:
        standing = may_be_shut_off(
            notices=(letter(date(2025, 8, 8), recipient="OCCUPANT"),),
            contacts=(call(date(2025, 8, 19)), call(date(2025, 8, 25), "09:40")),
        )
        verdict = shutoff(standing, local(date(2025, 8, 27)))
        reason = next(one for one in verdict.blocks if one.rule_id == "CA-02")
        assert reason.fact_en == "Contact by phone Tue Aug 19, needed Mon Aug 18 or before (7 business days)"
        mailed = shutoff(
            may_be_shut_off(
                unpaid_bills=(bill(mailed_on=date(2025, 6, 2)),),
                notices=(letter(date(2025, 8, 8), returned=True),),
                contacts=(call(date(2025, 8, 19)), call(date(2025, 8, 25), "09:40")),
            ),
            local(date(2025, 8, 27)),
        )
        assert blocking(mailed) == {"CA-02"}
        assert mailed.first_allowed_on == date(2025, 8, 28)

    def test_no_contact_at_all_waits_for_a_fact_not_for_a_date(self) -> None:
        verdict = shutoff(may_be_shut_off(contacts=(), notices=()), TEN)
        assert {"CA-02", "CA-16", "CA-17"} <= blocking(verdict)
        assert verdict.first_allowed_on is None

    def test_a_call_about_an_older_debt_does_not_count(self) -> None:
        verdict = shutoff(may_be_shut_off(notices=(), contacts=(call(date(2025, 5, 1)),)), TEN)
        assert "CA-02" in blocking(verdict)

    def test_a_letter_needs_a_twin_to_the_occupant_when_mail_goes_elsewhere(self) -> None:
        away = {"mailing_differs": True, "contacts": (call(date(2025, 8, 22)),)}
        assert "CA-03" in blocking(shutoff(may_be_shut_off(**away), TEN))
        both = (letter(date(2025, 8, 1)), letter(date(2025, 8, 1), recipient="OCCUPANT", to_service_address=True))
        assert "CA-03" not in blocking(shutoff(may_be_shut_off(**away, notices=both), TEN))

    def test_a_letter_that_does_not_say_how_to_appeal_blocks(self) -> None:
        verdict = shutoff(may_be_shut_off(notices=(letter(date(2025, 8, 1), contents=CONTENTS - {"appeal"}),)), TEN)
        assert blocking(verdict) == {"CA-04"}
        assert "how to appeal" in verdict.summary_en

    def test_a_call_without_the_offers_blocks_when_no_letter_made_them(self) -> None:
        standing = may_be_shut_off(
            notices=(letter(date(2025, 8, 18)),),
            contacts=(call(date(2025, 8, 14), offered=frozenset({"policy"})), call(date(2025, 8, 22))),
        )
        assert "CA-05" in blocking(shutoff(standing, TEN))

    def test_mail_that_came_back_needs_a_visit(self) -> None:
        unreached = {"contacts": (call(date(2025, 8, 14), reached="NOBODY"),)}
        came_back = letter(date(2025, 8, 1), returned=True)
        assert "CA-06" in blocking(shutoff(may_be_shut_off(**unreached, notices=(came_back,)), TEN))
        left = Notice(
            kind="IMMINENT", served_at=local(date(2025, 8, 15)), served_by="POST", contents=frozenset({"policy"})
        )
        assert blocking(shutoff(may_be_shut_off(**unreached, notices=(came_back, left)), TEN)) == set()


class TestDistrictNotices:
    @pytest.mark.parametrize(
        ("mailed_on", "allowed"),
        [
            (date(2025, 8, 10), True),
            (date(2025, 8, 11), False),
            (date(2025, 6, 21), True),
            (date(2025, 6, 20), False),
        ],
    )
    def test_mailed_fifteen_days_before_and_not_sooner_than_nineteen_after_the_bill(
        self, mailed_on: date, allowed: bool
    ) -> None:
        verdict = shutoff(may_be_shut_off(notices=(letter(mailed_on),)), TEN)
        assert ("CA-16" not in blocking(verdict)) is allowed

    def test_forty_eight_clock_hours_before_eight_on_monday_is_eight_on_saturday(self) -> None:
        def posted(clock: str) -> set[str]:
            notice = Notice(kind="SHUTOFF_48H", served_at=local(date(2025, 8, 23), clock), served_by="POST")
            tried = call(date(2025, 8, 23), clock, reached="NOBODY", method="VISIT")
            standing = may_be_shut_off(notices=(letter(date(2025, 8, 1)), notice), contacts=(tried,))
            return blocking(shutoff(standing, local(MONDAY, "08:00")))

        assert posted("08:00") == set()
        assert posted("08:01") == {"CA-17"}

    def test_a_posted_notice_without_a_try_to_reach_somebody_is_not_enough(self) -> None:
        notice = Notice(kind="SHUTOFF_48H", served_at=local(date(2025, 8, 22)), served_by="POST")
        standing = may_be_shut_off(notices=(letter(date(2025, 8, 1)), notice), contacts=())
        assert blocking(shutoff(standing, TEN)) == {"CA-17"}

    def test_a_city_may_reach_the_customer_twenty_four_hours_before(self) -> None:
        city = loader.load(code="ca_city")
        standing = may_be_shut_off(contacts=(call(date(2025, 8, 24), "09:00"),))
        assert shutoff(standing, TEN, pack=city).result == "pass"
        assert blocking(shutoff(standing, TEN)) == {"CA-17"}

    def test_the_first_moment_of_the_day_counts_for_the_first_allowed_day(self) -> None:
        standing = may_be_shut_off(contacts=(call(date(2025, 8, 23), "12:00"),))
        verdict = shutoff(standing, local(MONDAY, "09:00"))
        assert blocking(verdict) == {"CA-17"}
        assert verdict.first_allowed_on == MONDAY


class TestOfficeHours:
    def test_a_half_day_that_closes_at_noon_blocks_one_o_clock(self) -> None:
        half = calendars.build(
            zone=DISTRICT.zone,
            state="CA",
            weekly=DISTRICT.calendar.weekly,
            half_days={MONDAY: (time(8), time(12))},
        )
        assert blocking(shutoff(may_be_shut_off(), local(MONDAY, "13:00"), calendar=half)) == {"CA-15"}
        assert shutoff(may_be_shut_off(), local(MONDAY, "11:59"), calendar=half).result == "pass"

    def test_the_closing_minute_is_closed(self) -> None:
        assert shutoff(may_be_shut_off(), local(MONDAY, "16:59")).result == "pass"
        assert blocking(shutoff(may_be_shut_off(), local(MONDAY, "17:00"))) == {"CA-15"}

    def test_labor_day_blocks_and_names_the_holiday(self) -> None:
        standing = may_be_shut_off(contacts=(call(date(2025, 8, 14)), call(date(2025, 8, 28))))
        verdict = shutoff(standing, local(date(2025, 9, 1)))
        assert blocking(verdict) == {"CA-15"}
        assert "Labor Day" in verdict.summary_en
        assert verdict.first_allowed_on == date(2025, 9, 2)

    def test_before_opening_the_same_day_is_the_first_allowed_one(self) -> None:
        verdict = shutoff(may_be_shut_off(), local(MONDAY, "06:00"))
        assert blocking(verdict) == {"CA-15"}
        assert verdict.first_allowed_on == MONDAY


class TestProtectedAccounts:
    def test_all_three_medical_parts_block(self) -> None:
        claim = MedicalClaim(
            noted_on=date(2025, 8, 1), provider_certificate=True, program="CALFRESH", willing_to_plan=True
        )
        verdict = shutoff(may_be_shut_off(medical=claim), TEN)
        assert blocking(verdict) == {"CA-08"}
        assert verdict.first_allowed_on is None

    def test_a_certificate_alone_warns_for_review_and_is_not_a_silent_pass(self) -> None:
        verdict = shutoff(may_be_shut_off(medical=MedicalClaim(noted_on=MONDAY, provider_certificate=True)), TEN)
        assert verdict.result == "warn"
        assert warning(verdict) == {"LOC-07"}
        assert verdict.warnings[0].override_role == "supervisor"

    def test_two_parts_of_three_are_not_all_three(self) -> None:
        claim = MedicalClaim(noted_on=MONDAY, provider_certificate=True, income_under_200_fpl=True)
        verdict = shutoff(may_be_shut_off(medical=claim), TEN)
        assert (blocking(verdict), warning(verdict)) == (set(), {"LOC-07"})

    def test_tenants_of_a_billed_owner_need_their_own_notice(self) -> None:
        let = {"owner_is_customer": True, "tenants_live_here": True}
        assert blocking(shutoff(may_be_shut_off(**let), TEN)) == {"CA-14"}
        told = Notice(
            kind="TENANT",
            recipient="TENANTS",
            served_by="POST",
            served_at=local(date(2025, 8, 15)),
            contents=frozenset({"become_customer"}),
        )
        assert shutoff(may_be_shut_off(**let, notices=(letter(date(2025, 8, 1)), told)), TEN).result == "pass"
        at_nine_days = shutoff(
            may_be_shut_off(
                **let,
                notices=(letter(date(2025, 8, 1)), told),
                contacts=(call(date(2025, 8, 11)), call(date(2025, 8, 20))),
            ),
            local(date(2025, 8, 24)),
        )
        assert "CA-14" in blocking(at_nine_days)

    def test_a_valve_that_serves_others_is_never_shut_for_one(self) -> None:
        assert blocking(shutoff(may_be_shut_off(shared_line=True, units_served=12), TEN)) == {"CA-14"}

    def test_an_open_appeal_blocks_until_it_is_decided(self) -> None:
        filed = Appeal(filed_on=date(2025, 8, 20))
        assert blocking(shutoff(may_be_shut_off(appeals=(filed,)), TEN)) == {"CA-07"}
        decided = Appeal(filed_on=date(2025, 8, 1), decided_on=date(2025, 8, 20))
        assert shutoff(may_be_shut_off(appeals=(decided,)), TEN).result == "pass"

    def test_a_kept_plan_blocks_in_both_languages(self) -> None:
        verdict = shutoff(may_be_shut_off(plan=Plan(started_on=date(2025, 7, 1), parts=6, parts_kept=3)), TEN)
        assert blocking(verdict) == {"CA-11"}
        assert verdict.summary_en == "Payment plan kept 3/6, since Tue Jul 1 (CA-11)"
        assert verdict.summary_es == "Plan de pago al corriente 3/6, desde el mar 1 jul (CA-11)"

    def test_a_broken_plan_needs_sixty_days_and_a_final_notice_five_business_days_old(self) -> None:
        def verdict(posted_on: date, cut_on: date) -> evaluator.Verdict:
            final = Notice(kind="FINAL_PLAN", served_at=local(posted_on), served_by="POST")
            return shutoff(
                may_be_shut_off(
                    plan=Plan(started_on=date(2025, 5, 1), broken_on=date(2025, 6, 10)),
                    notices=(letter(date(2025, 8, 1)), final),
                ),
                local(cut_on),
            )

        assert verdict(date(2025, 8, 18), MONDAY).result == "pass"
        early = verdict(date(2025, 8, 19), MONDAY)
        assert blocking(early) == {"CA-11"}
        assert early.first_allowed_on == date(2025, 8, 26)
        no_notice = may_be_shut_off(plan=Plan(started_on=date(2025, 5, 1), broken_on=date(2025, 6, 10)))
        assert shutoff(no_notice, TEN).first_allowed_on is None

    def test_an_extension_blocks_to_its_last_day(self) -> None:
        verdict = shutoff(may_be_shut_off(extension_until_on=date(2025, 8, 26)), TEN)
        assert blocking(verdict) == {"CA-19"}
        assert verdict.first_allowed_on == date(2025, 8, 27)

    def test_a_review_asked_for_in_time_blocks_and_a_late_one_does_not(self) -> None:
        def asked(day: int) -> set[str]:
            ask = ReviewRequest(kind="EXTENSION", received_on=date(2025, 8, day), notice_mailed_on=date(2025, 8, 1))
            return blocking(shutoff(may_be_shut_off(review_requests=(ask,)), TEN))

        assert asked(14) == {"CA-20"}
        assert asked(15) == set()

    def test_a_named_third_party_is_told_without_delay(self) -> None:
        assert blocking(shutoff(may_be_shut_off(third_party_named=True), TEN)) == {"CA-21"}
        told = Notice(kind="THIRD_PARTY", recipient="THIRD_PARTY", served_at=local(MONDAY, "09:00"))
        told_too = may_be_shut_off(third_party_named=True, notices=(letter(date(2025, 8, 1)), told))
        assert shutoff(told_too, TEN).result == "pass"

    def test_a_paid_account_has_nothing_to_shut_off_for(self) -> None:
        assert blocking(shutoff(may_be_shut_off(past_due_cents=0, unpaid_bills=()), TEN)) >= {"ORD-05"}

    def test_warnings_name_estimates_small_balance_pledge_and_critical_customers(self) -> None:
        assert warning(shutoff(may_be_shut_off(unpaid_bills=(bill(estimated=True),)), TEN)) == {"LOC-09"}
        assert warning(shutoff(may_be_shut_off(past_due_cents=4999), TEN)) == {"LOC-03"}
        pledged = shutoff(may_be_shut_off(pledge_cents=5400, pledge_due_on=date(2025, 8, 28)), TEN)
        assert "Pledge of $54.00 pending, due Thu Aug 28" in pledged.summary_en
        assert warning(shutoff(may_be_shut_off(critical=("DIALYSIS",)), TEN)) == {"LOC-04"}
        assert blocking(shutoff(may_be_shut_off(service_type="FIRE", customer_class="FIRE"), TEN)) == {"LOC-04"}

    def test_holds_and_area_holds(self) -> None:
        held = Hold(kind="BANKRUPTCY", since_on=date(2025, 8, 1))
        assert blocking(shutoff(may_be_shut_off(holds=(held,)), TEN)) == {"LOC-10"}
        dispute = Hold(kind="DISPUTE", since_on=date(2025, 8, 1), until_on=date(2025, 8, 26))
        verdict = shutoff(may_be_shut_off(holds=(dispute,)), TEN)
        assert blocking(verdict) == {"CA-19", "LOC-10"}
        heat = AreaHold(name="Heat, zone 4", kinds=frozenset({"SHUTOFF_NONPAY"}), from_on=MONDAY)
        assert warning(shutoff(may_be_shut_off(area_holds=(heat,)), TEN)) == {"LOC-02"}

    def test_the_completion_audit_asks_for_the_restore_steps(self) -> None:
        assert blocking(shutoff(may_be_shut_off(), TEN, point="completion")) == {"CA-12"}
        assert shutoff(may_be_shut_off(restore_info_given_at=TEN), TEN, point="completion").result == "pass"


class TestTexas:
    def test_a_freeze_warns_a_city_and_blocks_a_regulated_utility(self) -> None:
        freeze = may_be_shut_off(weather=Weather(high_yesterday_f=28, forecast_high_f=24))
        city = shutoff(freeze, TEN, pack=loader.load(code="tx_city"))
        assert "TX-04" in warning(city)
        assert "TX-04" not in blocking(city)
        assert "TX-04" in blocking(shutoff(freeze, TEN, pack=loader.load(code="tx_iou")))

    def test_twenty_eight_degrees_is_a_freeze_and_twenty_nine_is_not(self) -> None:
        iou = loader.load(code="tx_iou")
        edge = may_be_shut_off(weather=Weather(high_yesterday_f=28, forecast_high_f=28))
        above = may_be_shut_off(weather=Weather(high_yesterday_f=28, forecast_high_f=29))
        assert "TX-04" in blocking(shutoff(edge, TEN, pack=iou))
        assert "TX-04" not in blocking(shutoff(above, TEN, pack=iou))

    def test_no_cut_on_a_friday_when_nobody_is_there_on_saturday(self) -> None:
        iou = loader.load(code="tx_iou")
        assert "TX-03" in blocking(shutoff(may_be_shut_off(), local(date(2025, 8, 29)), pack=iou))
        assert "TX-03" not in blocking(shutoff(may_be_shut_off(), TEN, pack=iou))

    def test_the_termination_notice_speaks_the_customers_language(self) -> None:
        iou = loader.load(code="tx_iou")
        rule = iou.rule("TX-01")
        assert rule is not None
        contents = frozenset(iou.rule("TX-01").params["contents"])  # type: ignore[union-attr, arg-type]
        notice = Notice(kind="TERMINATION", served_at=local(date(2025, 8, 15)), contents=contents)
        spanish = may_be_shut_off(notices=(notice,), language="es")
        assert "not in Spanish" in shutoff(spanish, TEN, pack=iou).summary_en
        english = may_be_shut_off(notices=(notice,))
        assert "TX-01" not in blocking(shutoff(english, TEN, pack=iou))

    def test_a_bill_is_late_after_five_on_its_due_date(self) -> None:
        iou = loader.load(code="tx_iou")
        standing = may_be_shut_off(unpaid_bills=(bill(mailed_on=date(2025, 8, 1), due_on=date(2025, 8, 23)),))
        # The due date is a Saturday, so it moves to Monday 5 p.m.
        assert "TX-05" in blocking(shutoff(standing, TEN, pack=iou))
        assert "TX-05" not in blocking(shutoff(standing, local(date(2025, 8, 26)), pack=iou))

    def test_a_former_customers_debt_is_nobody_elses(self) -> None:
        city = loader.load(code="tx_city")
        assert "TX-06" in blocking(shutoff(may_be_shut_off(owed_by_others_cents=100), TEN, pack=city))


class TestFees:
    AFTER_HOURS = local(MONDAY, "19:00")

    def _restore(self, at_clock: str, **more: object) -> int:
        quote = fees.quote(
            schedule=DISTRICT.schedule,
            code="RESTORE_FEE",
            at=local(MONDAY, at_clock),
            calendar=DISTRICT.calendar,
            field_hours=(time(8), time(16)),
            **more,  # type: ignore[arg-type]
        )
        assert quote is not None
        return quote.amount_cents

    def test_the_restore_fee_by_the_hour(self) -> None:
        assert self._restore("08:00") == 4800
        assert self._restore("16:00") == 4800
        assert self._restore("16:01") == 15000
        assert self._restore("07:59") == 15000

    def test_a_low_income_home_pays_at_most_the_actual_cost(self) -> None:
        assert self._restore("10:00", low_income=True, actual_cost_cents=4200) == 4200
        assert self._restore("19:00", low_income=True, actual_cost_cents=13200, cpi_factor="1.20") == 13200
        # A high cost never raises the fee above the schedule.
        assert self._restore("10:00", low_income=True, actual_cost_cents=9900, cpi_factor="1.20") == 4800
        assert self._restore("19:00", low_income=False, actual_cost_cents=13200, cpi_factor="1.20") == 15000

    def test_weekends_are_after_hours_and_old_days_have_the_old_fee(self) -> None:
        sunday = fees.quote(
            schedule=DISTRICT.schedule, code="RESTORE_FEE", at=local(date(2025, 8, 24)), calendar=DISTRICT.calendar
        )
        assert sunday is not None and sunday.amount_cents == 15000
        old = fees.quote(
            schedule=DISTRICT.schedule, code="RESTORE_FEE", at=local(date(2022, 8, 24)), calendar=DISTRICT.calendar
        )
        assert old is not None and old.amount_cents == 4600

    def test_a_fee_attaches_at_its_moment_and_not_before(self) -> None:
        assert not fees.attaches(policy="ON_LOCK", moment="ON_ARRIVAL")
        assert fees.attaches(policy="ON_ARRIVAL", moment="ON_LOCK")
