"""Checks of the other kinds: turn-on, restore, requested stop, final read, leak check."""

from datetime import date

from dispatch.policies import evaluator
from dispatch.policies.standing import OpenOrder, Plan, Standing
from tests.policies.cases import DISTRICT, blocking, local, warning

TUESDAY = date(2025, 8, 26)


def judged(kind: str, standing: Standing, on: date = TUESDAY, clock: str = "10:42") -> evaluator.Verdict:
    return evaluator.evaluate(
        pack=DISTRICT, standing=standing, kind=kind, reason="", at=local(on, clock), calendar=DISTRICT.calendar
    )


def test_a_turn_on_where_the_water_runs_is_refused() -> None:
    verdict = judged("TURN_ON", Standing(valve_state="ON"))
    assert blocking(verdict) == {"ORD-01"}
    assert verdict.summary_en == "Water is already on (ORD-01)"


def test_a_turn_on_needs_an_account() -> None:
    assert blocking(judged("TURN_ON", Standing(valve_state="OFF_LOCKED", account_state="NONE"))) == {"ORD-03"}
    assert judged("TURN_ON", Standing(valve_state="OFF_LOCKED", account_state="PENDING")).result == "pass"


def test_a_turn_on_for_today_warns_of_the_same_day_fee() -> None:
    asked = Standing(valve_state="OFF_LOCKED", asked_at=local(TUESDAY, "10:42"))
    assert warning(judged("TURN_ON", asked)) == {"ORD-13"}
    assert judged("TURN_ON", asked, date(2025, 8, 27)).result == "pass"


def test_a_restore_needs_payment_a_plan_or_our_own_mistake() -> None:
    owing = Standing(valve_state="OFF_LOCKED", past_due_cents=24310)
    assert blocking(judged("RESTORE", owing)) == {"ORD-04"}
    assert judged("RESTORE", Standing(valve_state="OFF_LOCKED")).result == "pass"
    agreed = Standing(valve_state="OFF_LOCKED", past_due_cents=24310, plan=Plan(started_on=TUESDAY))
    assert judged("RESTORE", agreed).result == "pass"
    ours = Standing(valve_state="OFF_LOCKED", past_due_cents=24310, restore_owed=True)
    assert judged("RESTORE", ours).result == "pass"


def test_a_restore_where_the_water_runs_is_refused() -> None:
    assert blocking(judged("RESTORE", Standing(valve_state="ON"))) == {"ORD-01"}


def test_a_stop_is_for_the_account_holder_with_a_business_day_of_notice() -> None:
    holder = Standing(requested_by="HOLDER", asked_at=local(TUESDAY, "10:42"))
    verdict = judged("SHUTOFF_REQUEST", holder)
    assert blocking(verdict) == {"ORD-07"}
    assert verdict.first_allowed_on == date(2025, 8, 27)
    assert judged("SHUTOFF_REQUEST", holder, date(2025, 8, 27)).result == "pass"
    neighbour = Standing(requested_by="OTHER", asked_at=local(date(2025, 8, 20)))
    assert blocking(judged("SHUTOFF_REQUEST", neighbour)) == {"ORD-06"}


def test_a_request_after_five_counts_from_the_next_business_day() -> None:
    late = Standing(requested_by="HOLDER", asked_at=local(date(2025, 8, 28), "17:00"))
    verdict = judged("FINAL_READ", late, date(2025, 8, 29))
    assert blocking(verdict) == {"ORD-07"}
    # Thursday after five counts as Friday; Monday is Labor Day.
    assert verdict.first_allowed_on == date(2025, 9, 2)


def test_a_stop_on_a_saturday_moves_to_monday() -> None:
    holder = Standing(requested_by="HOLDER", asked_at=local(date(2025, 8, 20)))
    verdict = judged("SHUTOFF_REQUEST", holder, date(2025, 8, 23))
    assert blocking(verdict) == {"ORD-08"}
    assert verdict.first_allowed_on == date(2025, 8, 25)


def test_an_owner_may_not_quietly_stop_the_water_of_tenants() -> None:
    let = Standing(
        requested_by="HOLDER", asked_at=local(date(2025, 8, 20)), owner_is_customer=True, tenants_live_here=True
    )
    assert warning(judged("SHUTOFF_REQUEST", let)) == {"ORD-09"}


def test_an_open_order_of_the_same_sort_warns_and_names_it() -> None:
    there = (OpenOrder(number="617455", kind="SHUTOFF_REQUEST"),)
    verdict = judged("SHUTOFF_EMERGENCY", Standing(open_orders=there))
    assert warning(verdict) == {"ORD-10"}
    assert "617455" in verdict.summary_en
    assert judged("LEAK_CHECK", Standing(open_orders=there)).result == "pass"


def test_a_leak_check_has_four_checks_and_knows_its_neighbours() -> None:
    verdict = judged("LEAK_CHECK", Standing())
    told = {one.rule_id: one.fact_en for one in verdict.results}
    assert told["ORD-11"] == "No leak order within 300 ft"
    near = Standing(open_orders=(OpenOrder(number="617300", kind="MAIN_LEAK", distance_ft=120),))
    facts = {one.rule_id: one for one in judged("LEAK_CHECK", near).results}
    assert facts["ORD-11"].result == "pass"
    assert facts["ORD-11"].fact_en == "Leak order 617300 is 120 ft away"


def test_an_emergency_asks_for_no_papers() -> None:
    bare = Standing(account_state="NONE", valve_state="UNKNOWN", has_meter=False, requested_by="OTHER")
    assert judged("SHUTOFF_EMERGENCY", bare).result == "pass"
