"""Conditions of Texas: 16 TAC 24.165-24.173 and 24.364 (regulated by the PUC), Local Government Code 552.0025.

A city is not bound by the TAC rules; its pack loads them as policy options that warn.
"""

from datetime import date, time, timedelta

from dispatch.policies.conditions.california import medical_parts
from dispatch.policies.conditions.case import NOT_APPLICABLE, Case, Condition, Finding, condition, fails, passes

TABLE: dict[str, Condition] = {}


def rolled_due_on(*, due_on: date, case: Case) -> date:
    """TX-05: a due date on a closed day moves to the next day on which the office works."""
    return case.calendar.next_business_day(due_on)


@condition(TABLE, "TX-01", says="served none short lacks no_spanish")
def termination_notice(case: Case) -> Finding:
    served = [note for note in case.notices("TERMINATION") if note.served_by in ("MAIL", "HAND")]
    if not served:
        return fails("none", need=case.number("notice_days"))
    required = case.words("contents")
    best = min(served, key=lambda note: len(set(required) - note.contents))
    missing = tuple(part for part in required if part not in best.contents)
    if missing:
        return fails("lacks", missing=missing, served_on=case.day(best.served_at))
    if case.standing.language == "es" and not any("es" in note.languages for note in served):
        return fails("no_spanish", served_on=case.day(best.served_at))
    served_on = min(case.day(note.served_at) for note in served if set(required) <= note.contents)
    first_on = served_on + timedelta(days=case.number("notice_days"))
    if case.on < first_on:
        return fails("short", waits_for="date", served_on=served_on, first_on=first_on)
    return passes("served", served_on=served_on)


@condition(TABLE, "TX-03", says="staffed closed closed_next ill")
def staff_there(case: Case) -> Finding:
    claim = case.standing.medical
    if claim is not None and {"certificate", "willing"} <= set(medical_parts(claim)):
        return fails("ill", noted_on=claim.noted_on)
    if not case.calendar.is_open(case.at):
        return fails("closed", waits_for="date", planned_at=case.at, opens_at=case.calendar.next_opening(case.at))
    tomorrow = case.on + timedelta(days=1)
    if not case.calendar.is_business_day(tomorrow):
        return fails("closed_next", waits_for="date", on=case.on, closed_on=tomorrow)
    return passes("staffed", on=case.on)


@condition(TABLE, "TX-04", says="unknown mild freeze not_over")
def extreme_weather(case: Case) -> Finding:
    weather = case.standing.weather
    if weather is None:
        # No report is no proof of a freeze; the sentence says that nobody has looked.
        return passes("unknown")
    limit = case.number("freeze_f")
    if weather.high_yesterday_f <= limit and weather.forecast_high_f <= limit:
        return fails("freeze", high=f"{weather.high_yesterday_f:g}", forecast=f"{weather.forecast_high_f:g}")
    if weather.emergency_ends_on is not None and case.on < weather.emergency_ends_on:
        return fails("not_over", waits_for="date", ends_on=weather.emergency_ends_on)
    return passes("mild", high=f"{weather.high_yesterday_f:g}")


@condition(TABLE, "TX-05", says="past_due due_too_early not_late")
def due_date(case: Case) -> Finding:
    if case.bill is None:
        return NOT_APPLICABLE
    days = case.number("due_days")
    if (case.bill.due_on - case.bill.mailed_on).days < days:
        earliest_on = case.bill.mailed_on + timedelta(days=days)
        return fails("due_too_early", due_on=case.bill.due_on, mailed_on=case.bill.mailed_on, earliest_on=earliest_on)
    due_on = rolled_due_on(due_on=case.bill.due_on, case=case)
    closing = case.calendar.moment(due_on, time.fromisoformat(case.text("late_after")))
    if case.at <= closing:
        return fails("not_late", waits_for="date", closing_at=closing)
    return passes("past_due", closing_at=closing)


@condition(TABLE, "TX-06", says="own_debt other_debt guarantee")
def own_debt_only(case: Case) -> Finding:
    if case.standing.guarantee_demanded:
        return fails("guarantee")
    if case.standing.owed_by_others_cents > 0:
        return fails("other_debt", owed_cents=case.standing.owed_by_others_cents)
    return passes("own_debt")
