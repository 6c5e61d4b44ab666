"""Conditions of local policy, the same for every agency type; each pack switches and tightens them."""

from datetime import time, timedelta

from dispatch.policies.conditions.california import medical_parts
from dispatch.policies.conditions.case import NOT_APPLICABLE, Case, Condition, Finding, condition, fails, passes

TABLE: dict[str, Condition] = {}


@condition(TABLE, "LOC-01", says="early_enough friday before_closed")
def before_a_closed_day(case: Case) -> Finding:
    if not case.switch("enabled"):
        return NOT_APPLICABLE
    if case.switch("no_fridays") and case.on.weekday() == 4:
        return fails("friday", waits_for="date", on=case.on)
    cutoff = time.fromisoformat(case.text("cutoff_before_closed"))
    tomorrow = case.on + timedelta(days=1)
    if not case.calendar.is_business_day(tomorrow) and case.calendar.local(case.at).time() >= cutoff:
        return fails("before_closed", waits_for="date", cutoff=cutoff, closed_on=tomorrow)
    return passes("early_enough", on=case.on)


@condition(TABLE, "LOC-02", says="none held held_until")
def area_hold(case: Case) -> Finding:
    holds = [
        hold
        for hold in case.standing.area_holds
        if case.kind in hold.kinds and hold.from_on <= case.on and (hold.until_on is None or case.on <= hold.until_on)
    ]
    if not holds:
        return passes("none")
    # The hold that lasts longest decides: an open end outlasts every date.
    hold = max(holds, key=lambda one: (one.until_on is None, one.until_on or one.from_on))
    if hold.until_on is None:
        return fails("held", name=hold.name, from_on=hold.from_on)
    return fails("held_until", waits_for="date", name=hold.name, until_on=hold.until_on)


@condition(TABLE, "LOC-03", says="enough too_little pledged")
def worth_a_visit(case: Case) -> Finding:
    standing = case.standing
    if standing.pledge_cents > 0:
        return fails("pledged", pledge_cents=standing.pledge_cents, due_on=standing.pledge_due_on)
    least = case.number("min_balance_cents")
    if standing.past_due_cents < least:
        return fails("too_little", owed_cents=standing.past_due_cents, least_cents=least)
    return passes("enough", owed_cents=standing.past_due_cents)


@condition(TABLE, "LOC-04", says="ordinary critical fire_line")
def critical_customer(case: Case) -> Finding:
    if case.standing.service_type == "FIRE":
        return fails("fire_line", result="block")
    if case.standing.critical:
        return fails("critical", flags=case.standing.critical)
    return passes("ordinary")


@condition(TABLE, "LOC-07", says="part nothing")
def medical_in_part(case: Case) -> Finding:
    claim = case.standing.medical
    if claim is None:
        return NOT_APPLICABLE
    parts = medical_parts(claim)
    if 0 < len(parts) < 3:
        missing = tuple(part for part in ("certificate", "need", "willing") if part not in parts)
        return fails("part", noted_on=claim.noted_on, there=parts, missing=missing)
    return passes("nothing") if not parts else NOT_APPLICABLE


@condition(TABLE, "LOC-09", says="read estimated")
def estimates_only(case: Case) -> Finding:
    bills = case.standing.unpaid_bills
    if not bills:
        return NOT_APPLICABLE
    if all(bill.estimated for bill in bills):
        return fails("estimated", count=len(bills))
    return passes("read")


@condition(TABLE, "LOC-10", says="clear held held_until")
def account_hold(case: Case) -> Finding:
    holds = [
        hold
        for hold in case.standing.holds
        if hold.since_on <= case.on and (hold.until_on is None or case.on <= hold.until_on)
    ]
    if not holds:
        return passes("clear")
    hold = max(holds, key=lambda one: (one.until_on is None, one.until_on or one.since_on, one.kind))
    kinds = tuple(dict.fromkeys(one.kind for one in holds))
    if hold.until_on is None:
        return fails("held", kinds=kinds, since_on=hold.since_on)
    return fails("held_until", waits_for="date", kinds=kinds, until_on=hold.until_on)
