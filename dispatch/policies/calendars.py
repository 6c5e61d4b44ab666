"""When the utility's offices are open, and arithmetic on business days. Pure: every function takes its day or instant.

A business day is a day with office hours: not a weekend, not an observed holiday, not an agency closing.
A half day counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Hours = tuple[time, time]


@lru_cache(maxsize=64)
def _holidays_of(state: str | None, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("US", subdiv=state, years=year).items())


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The agency's calendar.

    `weekly` has seven entries, Monday first: (opens, closes) in local time or None. `special` overrides single days
    (None = closed; shorter hours = a half day) and `names` says why. `not_observed` lists names of holidays on which
    the office is open.
    """

    zone: ZoneInfo
    state: str | None
    weekly: tuple[Hours | None, ...]
    not_observed: frozenset[str] = frozenset()
    special: Mapping[date, Hours | None] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)

    def local(self, at: datetime) -> datetime:
        """The instant in the utility's zone. Refuses an instant without a zone."""
        if at.tzinfo is None:
            raise ValueError(f"instant {at.isoformat()} has no time zone; give it one, such as UTC")
        return at.astimezone(self.zone)

    def day_of(self, at: datetime) -> date:
        return self.local(at).date()

    def moment(self, on: date, clock: time) -> datetime:
        """The instant of a local clock time; of two equal clock times in autumn the first."""
        return datetime.combine(on, clock, tzinfo=self.zone)

    def holiday_name(self, on: date) -> str | None:
        """Name of the observed holiday or agency closing, or None on an ordinary day."""
        if on in self.special and self.special[on] is None:
            return self.names.get(on, "Office closed")
        full = _holidays_of(self.state, on.year).get(on)
        if full is None:
            return None
        # One day can carry several names; the office is closed when at least one of them is observed.
        kept = [name for name in full.split("; ") if name.removesuffix(" (observed)") not in self.not_observed]
        return "; ".join(kept) or None

    def office_hours(self, on: date) -> Hours | None:
        if on in self.special:
            return self.special[on]
        if self.holiday_name(on) is not None:
            return None
        return self.weekly[on.weekday()]

    def is_business_day(self, on: date) -> bool:
        return self.office_hours(on) is not None

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at the instant; the closing minute itself is closed."""
        local = self.local(at)
        hours = self.office_hours(local.date())
        return hours is not None and hours[0] <= local.time() < hours[1]

    def add_business_days(self, on: date, count: int) -> date:
        """The count-th business day after `on` (count 0: `on` itself)."""
        return self._walk(on, count, timedelta(days=1))

    def subtract_business_days(self, on: date, count: int) -> date:
        """The count-th business day before `on` (count 0: `on` itself)."""
        return self._walk(on, count, timedelta(days=-1))

    def business_days_between(self, first: date, last: date) -> int:
        """Business days after `first` up to and including `last`; negative when `last` is earlier."""
        if last < first:
            return -self.business_days_between(last, first)
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(1 for day in days if self.is_business_day(day))

    def next_business_day(self, on: date) -> date:
        """`on` when the office is open that day, else the next day that it is."""
        return on if self.is_business_day(on) else self.add_business_days(on, 1)

    def next_opening(self, at: datetime) -> datetime:
        """`at` when the office is open, else the next instant at which it opens."""
        if self.is_open(at):
            return at
        local = self.local(at)
        hours = self.office_hours(local.date())
        if hours is not None and local.time() < hours[0]:
            return self.moment(local.date(), hours[0])
        on = self.add_business_days(local.date(), 1)
        opens = self.office_hours(on)
        assert opens is not None
        return self.moment(on, opens[0])

    def _walk(self, on: date, count: int, step: timedelta) -> date:
        if count < 0:
            raise ValueError(f"count of business days is {count}; it must be 0 or more")
        idle = 0
        while count:
            on += step
            idle += 1
            if self.is_business_day(on):
                count -= 1
                idle = 0
            if idle > 400:
                raise ValueError("the calendar has no business day within 400 days; check its weekly hours")
        return on


def build(
    *,
    zone: str,
    state: str | None,
    weekly: Iterable[Hours | None],
    not_observed: Iterable[str] = (),
    closed: Mapping[date, str] | None = None,
    half_days: Mapping[date, Hours] | None = None,
) -> Calendar:
    """A calendar from plain settings. `state` is a two-letter code ("CA") or None for federal holidays alone."""
    week = tuple(weekly)
    if len(week) != 7:
        raise ValueError(f"weekly hours have {len(week)} entries; give seven, Monday first, None for a closed day")
    for hours in [*week, *(half_days or {}).values()]:
        if hours is not None and hours[0] >= hours[1]:
            raise ValueError(f"office hours open at {hours[0]} and close at {hours[1]}; the opening must come first")
    special: dict[date, Hours | None] = dict.fromkeys(closed or {}, None)
    special.update(half_days or {})
    return Calendar(
        zone=ZoneInfo(zone),
        state=state,
        weekly=week,
        not_observed=frozenset(not_observed),
        special=special,
        names=dict(closed or {}),
    )
