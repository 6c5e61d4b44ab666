"""Checks that belong to a kind of order rather than to a statute: is the water on, who asks, is there one already."""

from datetime import time

from dispatch.policies.conditions.case import NOT_APPLICABLE, Case, Condition, Finding, condition, fails, passes

TABLE: dict[str, Condition] = {}

SAME_SORT: tuple[frozenset[str], ...] = (
    frozenset({"SHUTOFF_NONPAY", "SHUTOFF_REQUEST", "SHUTOFF_EMERGENCY"}),
    frozenset({"TURN_ON", "RESTORE"}),
    frozenset({"FINAL_READ", "REREAD"}),
    frozenset({"METER_EXCHANGE", "ENDPOINT_EXCHANGE", "STOPPED_METER"}),
    frozenset({"WATER_QUALITY", "LOW_PRESSURE"}),
)
"""Kinds that do the same thing to a service point: one open order of the sort is enough."""


def same_sort(kind: str, other: str) -> bool:
    return kind == other or any(kind in sort and other in sort for sort in SAME_SORT)


def _is_off(valve_state: str) -> bool:
    return valve_state.startswith("OFF") or valve_state == "METER_PULLED"


@condition(TABLE, "ORD-01", says="off unknown on")
def water_is_off(case: Case) -> Finding:
    state = case.standing.valve_state
    if state in ("ON", "RESTRICTED"):
        # A restricted service still needs its restrictor taken out by a restore.
        return fails("on") if state == "ON" else passes("off")
    return passes("unknown") if state == "UNKNOWN" else passes("off")


@condition(TABLE, "ORD-02", "ORD-14", says="on unknown off")
def water_is_on(case: Case) -> Finding:
    state = case.standing.valve_state
    if _is_off(state):
        return fails("off")
    return passes("unknown") if state == "UNKNOWN" else passes("on")


@condition(TABLE, "ORD-03", says="known unknown")
def account_ready(case: Case) -> Finding:
    state = case.standing.account_state
    return passes("known", state=state) if state in case.words("states") else fails("unknown", state=state)


@condition(TABLE, "ORD-04", says="settled unsettled owed_by_us")
def debt_settled(case: Case) -> Finding:
    standing = case.standing
    if standing.restore_owed:
        return passes("owed_by_us")
    agreed = standing.plan is not None and standing.plan.kept
    medical = case.open_hold("MEDICAL", "DISPUTE", "APPEAL")
    covered = standing.pledge_cents >= standing.past_due_cents
    if standing.past_due_cents <= 0 or agreed or medical or covered:
        return passes("settled")
    return fails("unsettled", owed_cents=standing.past_due_cents)


@condition(TABLE, "ORD-05", says="something nothing")
def something_owed(case: Case) -> Finding:
    owed = case.standing.past_due_cents
    if owed <= 0 or case.bill is None:
        return fails("nothing")
    return passes("something", owed_cents=owed, due_on=case.bill.due_on)


@condition(TABLE, "ORD-06", says="holder other unknown")
def holder_asks(case: Case) -> Finding:
    who = case.standing.requested_by
    if who in ("HOLDER", "AUTHORISED"):
        return passes("holder")
    return fails("unknown", result="warn") if who == "UNKNOWN" else fails("other")


@condition(TABLE, "ORD-07", "ORD-13", says="in_time too_soon")
def notice_given(case: Case) -> Finding:
    asked_at = case.standing.asked_at
    if asked_at is None:
        return NOT_APPLICABLE
    asked = case.calendar.local(asked_at)
    asked_on = asked.date()
    # A request after the daily cutoff, or on a closed day, counts as made on the next business day.
    if asked.time() >= time.fromisoformat(case.text("before")) or not case.calendar.is_business_day(asked_on):
        asked_on = case.calendar.add_business_days(asked_on, 1)
    first_on = case.calendar.add_business_days(asked_on, case.number("notice_bdays"))
    if case.on < first_on:
        return fails("too_soon", waits_for="date", asked_at=asked_at, first_on=first_on)
    return passes("in_time", first_on=first_on)


@condition(TABLE, "ORD-08", says="open closed")
def in_office_hours(case: Case) -> Finding:
    if case.calendar.is_open(case.at):
        return passes("open", on=case.on)
    return fails("closed", waits_for="date", opens_at=case.calendar.next_opening(case.at))


@condition(TABLE, "ORD-09", says="none tenants shared_line")
def nobody_else_cut(case: Case) -> Finding:
    if case.standing.shared_line:
        return fails("shared_line", result="block", units=case.standing.units_served)
    if case.standing.owner_is_customer and case.standing.tenants_live_here:
        return fails("tenants", units=case.standing.units_served)
    return passes("none")


@condition(TABLE, "ORD-10", says="none duplicate")
def no_duplicate(case: Case) -> Finding:
    twins = tuple(
        order.number
        for order in case.standing.open_orders
        if order.distance_ft is None and same_sort(case.kind, order.kind)
    )
    return fails("duplicate", numbers=twins) if twins else passes("none")


@condition(TABLE, "ORD-11", says="none near")
def leak_nearby(case: Case) -> Finding:
    reach_ft = case.number("within_ft")
    near = [
        (order.distance_ft, order.number)
        for order in case.standing.open_orders
        if order.kind in ("LEAK_CHECK", "MAIN_LEAK") and order.distance_ft is not None and order.distance_ft <= reach_ft
    ]
    if near:
        distance_ft, number = min(near)
        # Worth knowing, no reason to refuse: the neighbour's leak may be the same main.
        return passes("near", number=number, distance_ft=distance_ft)
    return passes("none", within_ft=reach_ft)


@condition(TABLE, "ORD-12", says="there missing")
def meter_there(case: Case) -> Finding:
    return passes("there") if case.standing.has_meter else fails("missing")
