"""Conditions of California: Health & Safety Code 116900 ff. (residential), Government Code 60370 ff. (special
districts), Public Utilities Code 10009 ff. and 779 ff. (cities, investor-owned)."""

from datetime import date, timedelta

from dispatch.policies.conditions.case import NOT_APPLICABLE, Case, Condition, Finding, condition, fails, passes
from dispatch.policies.standing import Contact, MedicalClaim, Notice

TABLE: dict[str, Condition] = {}
WRITTEN = ("DELINQUENCY",)


def financially_unable(claim: MedicalClaim) -> bool:
    """CA-09: deemed unable to pay by an assistance program or a declared income under 200 % of the poverty level."""
    return claim.program is not None or claim.income_under_200_fpl


def medical_parts(claim: MedicalClaim) -> tuple[str, ...]:
    """Which of the three parts of CA-08 are on file."""
    parts = (
        ("certificate", claim.provider_certificate),
        ("need", financially_unable(claim)),
        ("willing", claim.willing_to_plan),
    )
    return tuple(name for name, there in parts if there)


def _timely(case: Case, day: date) -> bool:
    bdays = case.number("contact_min_bdays", of="CA-02", default=7)
    return day <= case.calendar.subtract_business_days(case.on, bdays)


def _spoken(case: Case) -> list[Contact]:
    return [contact for contact in case.contacts() if contact.method == "PHONE" and contact.reached != "NOBODY"]


def _visit_notices(case: Case) -> list[Notice]:
    return [
        notice
        for notice in case.notices("IMMINENT")
        if notice.served_by in ("POST", "HAND") and "policy" in notice.contents
    ]


def _letters(case: Case) -> list[Notice]:
    # A letter that came back counts only once the visit of CA-06 has made up for it.
    visited = bool(_visit_notices(case))
    return [
        notice
        for notice in case.notices(*WRITTEN)
        if notice.recipient == "CUSTOMER" and (visited or not notice.returned)
    ]


@condition(TABLE, "CA-01", says="old_enough too_young")
def full_days_past_due(case: Case) -> Finding:
    if case.bill is None:
        return NOT_APPLICABLE
    need = case.number("min_delinquent_days")
    days = (case.on - case.bill.due_on).days
    if days > need:
        return passes("old_enough", days=days, due_on=case.bill.due_on)
    first_on = case.bill.due_on + timedelta(days=need + 1)
    return fails("too_young", waits_for="date", days=days, need=need, due_on=case.bill.due_on, first_on=first_on)


@condition(TABLE, "CA-02", says="reached short none")
def contact_before(case: Case) -> Finding:
    bdays = case.number("contact_min_bdays")
    needed_on = case.calendar.subtract_business_days(case.on, bdays)
    made = [(case.day(call.at), "PHONE", call.by) for call in _spoken(case)]
    made += [(case.day(letter.served_at), letter.served_by, "") for letter in _letters(case)]
    if not made:
        return fails("none", need=bdays, needed_on=needed_on)
    first = min(made)
    if first[0] <= needed_on:
        return passes("reached", how=first[1], contact_on=first[0], by=first[2])
    first_on = case.calendar.add_business_days(first[0], bdays)
    return fails(
        "short", waits_for="date", how=first[1], contact_on=first[0], need=bdays, needed_on=needed_on, first_on=first_on
    )


@condition(TABLE, "CA-03", says="both mailing_only occupant_short")
def letter_to_both_addresses(case: Case) -> Finding:
    letters = [letter for letter in _letters(case) if _timely(case, case.day(letter.served_at))]
    spoken = any(_timely(case, case.day(call.at)) for call in _spoken(case))
    if not letters or not case.standing.mailing_differs:
        return NOT_APPLICABLE
    occupant = [note for note in case.notices(*WRITTEN) if note.recipient == "OCCUPANT" and note.to_service_address]
    if any(_timely(case, case.day(note.served_at)) for note in occupant):
        return passes("both", sent_on=case.day(occupant[-1].served_at))
    if spoken:
        return NOT_APPLICABLE
    if not occupant:
        return fails("mailing_only", sent_on=case.day(letters[0].served_at))
    return fails("occupant_short", waits_for="date", sent_on=case.day(occupant[-1].served_at))


@condition(TABLE, "CA-04", says="whole lacks")
def letter_content(case: Case) -> Finding:
    letters = _letters(case)
    if not letters:
        return NOT_APPLICABLE
    required = case.words("contents")
    best = min(letters, key=lambda letter: len(set(required) - letter.contents))
    missing = tuple(part for part in required if part not in best.contents)
    if missing:
        return fails("lacks", missing=missing, sent_on=case.day(best.served_at))
    return passes("whole", sent_on=case.day(best.served_at))


@condition(TABLE, "CA-05", says="offered not_offered")
def call_script(case: Case) -> Finding:
    calls = _spoken(case)
    # A letter in time carries the same offers (CA-04), so an incomplete call does not hold up the account.
    if not calls or any(_timely(case, case.day(letter.served_at)) for letter in _letters(case)):
        return NOT_APPLICABLE
    required = case.words("offers")
    whole = [call for call in calls if set(required) <= call.offered]
    timely = [call for call in whole if _timely(case, case.day(call.at))]
    if timely:
        return passes("offered", call_on=case.day(timely[0].at))
    # A complete call that is still too young will do once its seven business days have passed.
    told = [call for call in calls if call not in whole] or calls
    missing = tuple(part for part in required if part not in told[0].offered)
    if not missing:
        return passes("offered", call_on=case.day(told[0].at))
    return fails("not_offered", waits_for="date" if whole else "fact", missing=missing, call_on=case.day(told[0].at))


@condition(TABLE, "CA-06", says="visited no_visit")
def visit_when_mail_returned(case: Case) -> Finding:
    returned = [notice for notice in case.notices(*WRITTEN) if notice.returned]
    if not returned or _spoken(case):
        return NOT_APPLICABLE
    left = _visit_notices(case)
    if left:
        return passes("visited", visit_on=case.day(left[0].served_at))
    return fails("no_visit", mailed_on=case.day(returned[0].served_at))


@condition(TABLE, "CA-07", says="no_appeal appeal_open")
def appeal_pending(case: Case) -> Finding:
    open_ones = [appeal for appeal in case.standing.appeals if appeal.decided_on is None]
    if open_ones:
        return fails("appeal_open", filed_on=min(appeal.filed_on for appeal in open_ones))
    if case.open_hold("APPEAL"):
        held = next(hold for hold in case.standing.holds if hold.kind == "APPEAL")
        return fails("appeal_open", filed_on=held.since_on)
    return passes("no_appeal")


@condition(TABLE, "CA-08", says="nothing all_three not_all")
def medical_all_three(case: Case) -> Finding:
    claim = case.standing.medical
    if claim is None:
        return passes("nothing")
    parts = medical_parts(claim)
    if len(parts) == 3:
        return fails("all_three", noted_on=claim.noted_on)
    return passes("not_all", count=len(parts))


@condition(TABLE, "CA-11", says="no_plan kept default_young no_final final_short defaulted")
def plan_kept(case: Case) -> Finding:
    plan = case.standing.plan
    if plan is None:
        if case.open_hold("PLAN"):
            held = next(hold for hold in case.standing.holds if hold.kind == "PLAN")
            return fails("kept", started_on=held.since_on, parts="")
        return passes("no_plan")
    if plan.kept:
        parts = f" {plan.parts_kept}/{plan.parts}" if plan.parts else ""
        return fails("kept", started_on=plan.started_on, parts=parts)
    since_on = min(day for day in (plan.broken_on, plan.current_unpaid_since_on) if day is not None)
    posted = [
        note for note in case.notices("FINAL_PLAN") if note.served_by == "POST" and case.day(note.served_at) >= since_on
    ]
    if not posted:
        return fails("no_final", since_on=since_on)
    posted_on = min(case.day(note.served_at) for note in posted)
    days = case.number("plan_default_days")
    if (case.on - since_on).days <= days:
        first_on = since_on + timedelta(days=days + 1)
        return fails("default_young", waits_for="date", since_on=since_on, need=days, first_on=first_on)
    first_on = case.calendar.add_business_days(posted_on, case.number("final_post_bdays"))
    if case.on < first_on:
        return fails("final_short", waits_for="date", posted_on=posted_on, first_on=first_on)
    return passes("defaulted", since_on=since_on, posted_on=posted_on)


@condition(TABLE, "CA-12", says="given not_given")
def restore_information(case: Case) -> Finding:
    given_at = case.standing.restore_info_given_at
    return fails("not_given") if given_at is None else passes("given", given_at=given_at)


@condition(TABLE, "CA-14", says="no_tenants shared_line none short lacks served")
def tenants_told(case: Case) -> Finding:
    standing = case.standing
    if standing.shared_line:
        return fails("shared_line", units=standing.units_served)
    if not (standing.owner_is_customer and standing.tenants_live_here):
        return passes("no_tenants")
    notices = [note for note in case.notices("TENANT") if note.recipient == "TENANTS"]
    if not notices:
        return fails("none", units=standing.units_served)
    full = [note for note in notices if "become_customer" in note.contents]
    if not full:
        return fails("lacks", served_on=case.day(notices[0].served_at), missing=("become_customer",))
    served_on = min(case.day(note.served_at) for note in full)
    first_on = served_on + timedelta(days=case.number("tenant_notice_days"))
    if case.on < first_on:
        return fails("short", waits_for="date", served_on=served_on, first_on=first_on)
    return passes("served", served_on=served_on)


@condition(TABLE, "CA-15", says="open closed")
def office_open(case: Case) -> Finding:
    hours = case.calendar.office_hours(case.on)
    if hours is not None and case.calendar.is_open(case.at):
        return passes("open", on=case.on, opens=hours[0], closes=hours[1])
    why = case.calendar.holiday_name(case.on) or ("weekend" if case.on.weekday() >= 5 else "hours")
    return fails("closed", waits_for="date", planned_at=case.at, why=why, opens_at=case.calendar.next_opening(case.at))


@condition(TABLE, "CA-16", says="mailed none sent_early short")
def mailed_notice(case: Case) -> Finding:
    if case.bill is None:
        return NOT_APPLICABLE
    mailed = [note for note in case.notices(*WRITTEN) if note.recipient == "CUSTOMER" and note.served_by == "MAIL"]
    lead = case.number("notice_days") + case.number("notice_starts_after_days")
    if not mailed:
        return fails("none", needed_on=case.on - timedelta(days=lead))
    earliest_on = case.bill.mailed_on + timedelta(days=case.number("after_bill_days"))
    allowed = [letter for letter in mailed if case.day(letter.served_at) >= earliest_on]
    if not allowed:
        return fails("sent_early", mailed_on=case.day(mailed[0].served_at), earliest_on=earliest_on)
    mailed_on = min(case.day(letter.served_at) for letter in allowed)
    first_on = mailed_on + timedelta(days=lead)
    if case.on < first_on:
        return fails("short", waits_for="date", mailed_on=mailed_on, need=lead, first_on=first_on)
    return passes("mailed", mailed_on=mailed_on)


@condition(TABLE, "CA-17", "CA-18", says="adult_reached notice_left none short")
def last_contact(case: Case) -> Finding:
    tries = case.contacts()
    early = timedelta(hours=case.number("contact_hours"))
    notice_early = timedelta(hours=case.number("notice_hours"))
    # Only the last days count: a call of two months ago is CA-02, not the last warning.
    recent = timedelta(days=case.number("contact_recent_days"))
    reached = [call for call in tries if call.reached != "NOBODY" and case.at - call.at <= recent]
    if any(case.at - call.at >= early for call in reached):
        return passes("adult_reached", reached_at=next(c.at for c in reached if case.at - c.at >= early))
    left = [note for note in case.notices("SHUTOFF_48H", "IMMINENT", "FINAL_PLAN") if not note.returned]
    if tries and any(case.at - note.served_at >= notice_early for note in left):
        note = next(note for note in left if case.at - note.served_at >= notice_early)
        return passes("notice_left", how=note.served_by, served_at=note.served_at)
    waits = [call.at + early for call in reached]
    waits += [note.served_at + notice_early for note in left] if tries else []
    if waits:
        return fails("short", waits_for="date", first_at=min(waits), need=case.number("contact_hours"))
    return fails("none", need=case.number("contact_hours"), needed_at=case.at - early)


@condition(TABLE, "CA-19", says="none dispute_open extended")
def dispute_open(case: Case) -> Finding:
    open_ones = [dispute.filed_on for dispute in case.standing.disputes if dispute.decided_on is None]
    if case.open_hold("DISPUTE"):
        open_ones += [hold.since_on for hold in case.standing.holds if hold.kind == "DISPUTE"]
    if open_ones:
        return fails("dispute_open", filed_on=min(open_ones))
    until_on = case.standing.extension_until_on
    if until_on is not None and case.on <= until_on:
        return fails("extended", waits_for="date", until_on=until_on, first_on=until_on + timedelta(days=1))
    return passes("none")


@condition(TABLE, "CA-20", says="none unreviewed")
def review_asked(case: Case) -> Finding:
    for ask in case.standing.review_requests:
        if ask.kind == "COMPLAINT":
            base, days = ask.bill_received_on, case.number("complaint_days")
        else:
            base, days = ask.notice_mailed_on, case.number("extension_days")
        in_time = base is None or (ask.received_on - base).days <= days
        if in_time and ask.reviewed_on is None:
            return fails("unreviewed", received_on=ask.received_on)
    return passes("none")


@condition(TABLE, "CA-21", says="told not_told")
def third_party_told(case: Case) -> Finding:
    if not case.standing.third_party_named:
        return NOT_APPLICABLE
    told = [note for note in case.notices("THIRD_PARTY") if note.recipient == "THIRD_PARTY"]
    return passes("told", told_on=case.day(told[0].served_at)) if told else fails("not_told")


@condition(TABLE, "CA-22", says="published missing")
def policy_published(case: Case) -> Finding:
    missing = tuple(code for code in case.words("required") if code not in case.words("published"))
    return fails("missing", missing=missing) if missing else passes("published", languages=case.words("published"))
