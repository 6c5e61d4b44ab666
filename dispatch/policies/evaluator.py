"""The one evaluator: a pack, a standing and a moment in; a verdict with every reason out. No clock, no I/O.

A rule of effect block or require that fails blocks; a rule of effect warn that fails warns; the strictest answer wins.
A block is lifted only by a changed fact or by time, never by an override; a warning needs a reason and a supervisor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dispatch.policies import conditions, wording
from dispatch.policies.calendars import Calendar
from dispatch.policies.conditions.case import Case, Finding
from dispatch.policies.loader import Rule, RulePack
from dispatch.policies.standing import Standing
from dispatch.policies.wording import Value

Result = Literal["pass", "warn", "block"]
Point = Literal["batch", "release", "start", "cut", "completion"]
HORIZON_DAYS = 120


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """One rule's answer. `fact_*` is the sentence for people, `evidence` the values behind it as "name=value; ..."."""

    rule_id: str
    version: int
    effect: str
    result: Literal["pass", "warn", "block", "not_applicable"]
    title_en: str
    title_es: str
    fact_en: str
    fact_es: str
    evidence: str
    source: str
    override_role: str | None
    waits_for: Literal["date", "fact"] | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All answers together. `first_allowed_on`: first day on which nothing would block if no fact changed; None when a
    fact must change first or no such day lies within HORIZON_DAYS."""

    result: Result
    results: tuple[RuleResult, ...]
    first_allowed_on: date | None
    kind: str
    reason: str
    at: datetime
    rules_hash: str
    summary_en: str
    summary_es: str

    @property
    def blocks(self) -> tuple[RuleResult, ...]:
        return tuple(one for one in self.results if one.result == "block")

    @property
    def warnings(self) -> tuple[RuleResult, ...]:
        return tuple(one for one in self.results if one.result == "warn")


def evaluate(
    *,
    pack: RulePack,
    standing: Standing,
    kind: str,
    reason: str,
    at: datetime,
    calendar: Calendar,
    point: Point = "release",
) -> Verdict:
    """Judges one kind of order at one account for work done at `at`.

    `reason` is the order's reason code ("" = the kind's usual one; NONPAYMENT for SHUTOFF_NONPAY). Rules bound to other
    classes, kinds or reasons stay out. `point` "completion" adds the rules about what the visit left behind.
    """
    reason = reason or _usual_reason(kind)
    on = calendar.day_of(at)
    results = tuple(
        _result(rule, finding, calendar, on.year)
        for rule, finding in _findings(pack, standing, kind, reason, at, calendar, point)
    )
    answers = {one.result for one in results}
    worst: Result = "block" if "block" in answers else "warn" if "warn" in answers else "pass"
    first_on: date | None = on
    if worst == "block":
        stuck = any(one.result == "block" and one.waits_for == "fact" for one in results)
        first_on = None if stuck else _first_allowed_on(pack, standing, kind, reason, at, calendar, point)
    summary_en, summary_es = _summary(results, worst)
    return Verdict(
        result=worst,
        results=results,
        first_allowed_on=first_on,
        kind=kind,
        reason=reason,
        at=at,
        rules_hash=pack.rules_hash,
        summary_en=summary_en,
        summary_es=summary_es,
    )


def allowed(*, pack: RulePack, standing: Standing, kind: str, reason: str, at: datetime, calendar: Calendar) -> bool:
    """Whether no rule blocks at that moment; cheaper than a whole verdict."""
    reason = reason or _usual_reason(kind)
    return not any(
        _outcome(rule, finding) == "block"
        for rule, finding in _findings(pack, standing, kind, reason, at, calendar, "release")
    )


def applies(*, rule: Rule, pack: RulePack, standing: Standing, kind: str, reason: str, on: date) -> bool:
    """Whether the rule speaks about this kind, reason and class of customer on that day."""
    return (
        rule.in_force(on=on)
        and (not rule.kinds or kind in rule.kinds)
        and (not rule.reasons or reason in rule.reasons)
        and (
            not rule.customer_classes
            or any(pack.in_class(standing.customer_class, group) for group in rule.customer_classes)
        )
    )


def _usual_reason(kind: str) -> str:
    return "NONPAYMENT" if kind == "SHUTOFF_NONPAY" else kind


def _findings(
    pack: RulePack, standing: Standing, kind: str, reason: str, at: datetime, calendar: Calendar, point: Point
) -> Iterator[tuple[Rule, Finding]]:
    on = calendar.day_of(at)
    for rule in pack.rules:
        if not rule.gates or (rule.at_completion and point != "completion"):
            continue
        if not applies(rule=rule, pack=pack, standing=standing, kind=kind, reason=reason, on=on):
            continue
        case = Case(standing=standing, kind=kind, reason=reason, at=at, on=on, calendar=calendar, pack=pack, rule=rule)
        yield rule, conditions.TABLE[rule.id].check(case)


def _outcome(rule: Rule, finding: Finding) -> Literal["pass", "warn", "block", "not_applicable"]:
    if finding.outcome != "fail":
        return finding.outcome
    if finding.result is not None:
        # A fact may weigh more than its rule; it weighs less only where the rule itself may be overridden by policy.
        return finding.result
    return "warn" if rule.effect == "warn" else "block"


def _result(rule: Rule, finding: Finding, calendar: Calendar, year: int) -> RuleResult:
    outcome = _outcome(rule, finding)
    if finding.says:
        template_en, template_es = rule.says[finding.says]
        fact_en = wording.write(
            template=template_en, values=finding.values, language="en", zone=calendar.zone, year=year
        )
        fact_es = wording.write(
            template=template_es, values=finding.values, language="es", zone=calendar.zone, year=year
        )
    else:
        fact_en, fact_es = rule.title_en, rule.title_es
    return RuleResult(
        rule_id=rule.id,
        version=rule.version,
        effect=rule.effect,
        result=outcome,
        title_en=rule.title_en,
        title_es=rule.title_es,
        fact_en=fact_en,
        fact_es=fact_es,
        evidence="; ".join(f"{name}={_plain(value)}" for name, value in finding.values.items()),
        source=rule.source,
        override_role="supervisor" if outcome == "warn" else None,
        waits_for=finding.waits_for if outcome in ("warn", "block") else None,
    )


def _plain(value: Value) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def _first_allowed_on(
    pack: RulePack, standing: Standing, kind: str, reason: str, at: datetime, calendar: Calendar, point: Point
) -> date | None:
    """Asks the same rules again, day by day, at moments at which the work could be done."""
    today = calendar.day_of(at)
    for ahead in range(HORIZON_DAYS + 1):
        for moment in _moments(calendar, today + timedelta(days=ahead), at):
            blocked = any(
                _outcome(rule, finding) == "block"
                for rule, finding in _findings(pack, standing, kind, reason, moment, calendar, point)
            )
            if not blocked:
                return today + timedelta(days=ahead)
    return None


def _moments(calendar: Calendar, on: date, at: datetime) -> list[datetime]:
    """Opening, the planned time of day, noon, and the last minute before closing: enough to meet any clock rule."""
    planned = calendar.local(at).time()
    clocks = {planned}
    hours = calendar.office_hours(on)
    if hours is not None:
        last = (datetime.combine(on, hours[1]) - timedelta(minutes=1)).time()
        clocks |= {hours[0], min(max(time(12), hours[0]), last), last}
    moments = (calendar.moment(on, clock) for clock in sorted(clocks))
    return [moment for moment in moments if moment >= at]


def _summary(results: tuple[RuleResult, ...], worst: Result) -> tuple[str, str]:
    told = [one for one in results if one.result == worst]
    if worst == "pass":
        count = len([one for one in results if one.result == "pass"])
        if count == 1:
            return "The one check passes", "Cumple la única revisión"
        return f"All {count} checks pass", f"Cumple las {count} revisiones"
    more_en = f" and {len(told) - 1} more" if len(told) > 1 else ""
    more_es = f" y {len(told) - 1} más" if len(told) > 1 else ""
    return f"{told[0].fact_en} ({told[0].rule_id}){more_en}", f"{told[0].fact_es} ({told[0].rule_id}){more_es}"
