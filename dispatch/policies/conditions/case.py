"""What a condition is asked (Case) and what it answers (Finding), and the table in which conditions register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dispatch.policies.calendars import Calendar
from dispatch.policies.loader import Param, Rule, RulePack
from dispatch.policies.standing import Contact, HoldKind, Notice, Standing, UnpaidBill
from dispatch.policies.wording import Value

Outcome = Literal["pass", "fail", "not_applicable"]
WaitsFor = Literal["date", "fact"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One answer. `says` picks the sentence; `waits_for` tells whether time alone can clear a failure.

    `result` overrides the rule's own effect where one fact of a rule weighs more or less than the others.
    """

    outcome: Outcome
    says: str
    values: Mapping[str, Value]
    waits_for: WaitsFor = "fact"
    result: Literal["warn", "block"] | None = None


NOT_APPLICABLE = Finding(outcome="not_applicable", says="", values={})


def passes(says: str, **values: Value) -> Finding:
    return Finding(outcome="pass", says=says, values=values)


def fails(
    says: str, *, waits_for: WaitsFor = "fact", result: Literal["warn", "block"] | None = None, **values: Value
) -> Finding:
    return Finding(outcome="fail", says=says, values=values, waits_for=waits_for, result=result)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One rule asked about one standing at one moment."""

    standing: Standing
    kind: str
    reason: str
    at: datetime
    on: date
    calendar: Calendar
    pack: RulePack
    rule: Rule

    def number(self, name: str, *, of: str | None = None, default: int = 0) -> int:
        """An integer parameter of this rule, or of the rule `of`."""
        value = self._param(name, of, default)
        assert isinstance(value, int)
        return value

    def words(self, name: str, *, of: str | None = None) -> tuple[str, ...]:
        value = self._param(name, of, ())
        return value if isinstance(value, tuple) else (str(value),)

    def switch(self, name: str) -> bool:
        return self._param(name, None, False) is True

    def text(self, name: str) -> str:
        return str(self._param(name, None, ""))

    def _param(self, name: str, of: str | None, default: Param) -> Param:
        return self.rule.params.get(name, default) if of is None else self.pack.param(of, name, default)

    @property
    def bill(self) -> UnpaidBill | None:
        return self.standing.oldest_bill

    @property
    def since(self) -> date:
        """From here on notices and contacts belong to this debt: the day its oldest bill was mailed."""
        return date.min if self.bill is None else self.bill.mailed_on

    def notices(self, *kinds: str) -> list[Notice]:
        """Notices of this debt already served at the moment judged, newest first."""
        found = [
            notice
            for notice in self.standing.notices
            if notice.kind in kinds and notice.served_at <= self.at and self.day(notice.served_at) >= self.since
        ]
        return sorted(found, key=lambda notice: notice.served_at, reverse=True)

    def contacts(self) -> list[Contact]:
        """Contacts about this debt already made at the moment judged, newest first."""
        found = [
            contact
            for contact in self.standing.contacts
            if contact.at <= self.at and self.day(contact.at) >= self.since
        ]
        return sorted(found, key=lambda contact: contact.at, reverse=True)

    def open_hold(self, *kinds: HoldKind) -> bool:
        return any(
            hold.kind in kinds and hold.since_on <= self.on and (hold.until_on is None or hold.until_on >= self.on)
            for hold in self.standing.holds
        )

    def day(self, at: datetime) -> date:
        return self.calendar.day_of(at)


Check = Callable[[Case], Finding]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A registered check and the sentences it may pick."""

    check: Check
    says: frozenset[str]


def condition(table: dict[str, Condition], *rule_ids: str, says: str) -> Callable[[Check], Check]:
    """Registers a check under its rule ids; `says` lists, blank-separated, every sentence that it may pick."""

    def register(check: Check) -> Check:
        for rule_id in rule_ids:
            if rule_id in table:
                raise ValueError(f"rule {rule_id} has two conditions")
            table[rule_id] = Condition(check=check, says=frozenset(says.split()))
        return check

    return register
