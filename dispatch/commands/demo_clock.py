"""The clock of a demo: its day runs while the house runs and stands still with it, so that a shutoff can be shown on a Sunday.

The instant last seen stands in `clock` in the data folder; the time of a demo never goes backwards. A house that is
started after the working day has ended goes on in the morning of the next working day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from dispatch.policies.calendars import Calendar

BEGINS = time(9, 40)
"""Of the demo's first day: late enough for shutoffs, early enough for every window."""
MORNING = time(7, 40)
"""Of every later day: the crews are in the yard, and the plan of the night waits for the supervisor."""
OVER = time(16, 30)
OFFICE = (time(8, 0), time(13, 30))


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where the clock goes on. `next_day`: the day before was over, and another one begins."""

    at: datetime
    next_day: bool = False


def start(*, file: Path, demo_on: date, calendar: Calendar, last_entry_at: datetime | None, real: datetime) -> Start:
    """Where the house goes on: where it stood, or in the next working morning when that day was over.

    A first start begins at 09:40 of the demo's day, or at the real time when that lies within its office hours; so does
    a later start on the very day that is shown. Raises ValueError for a damaged file.
    """
    begins = calendar.moment(demo_on, BEGINS)
    stood = max((at for at in (noted(file=file), last_entry_at) if at is not None), default=None)
    if stood is None or stood < begins:
        first = real if _is_now(demo_on, real=real, calendar=calendar) else begins
        return Start(at=max(first, stood or first).astimezone(UTC))
    next_day = is_over(at=stood, calendar=calendar)
    if next_day:
        local = calendar.local(stood)
        waits = local.time() < MORNING and calendar.is_business_day(local.date())
        stood = calendar.moment(local.date() if waits else calendar.add_business_days(local.date(), 1), MORNING)
    if _is_now(calendar.day_of(stood), real=real, calendar=calendar):
        stood = max(stood, real)
    return Start(at=stood.astimezone(UTC), next_day=next_day)


def is_over(*, at: datetime, calendar: Calendar) -> bool:
    """True when nobody works at `at`: a late afternoon, a night, a day off."""
    local = calendar.local(at)
    return not (calendar.is_business_day(local.date()) and MORNING <= local.time() <= OVER)


def keep(*, file: Path, at: datetime) -> None:
    """Note the instant, whole or not at all."""
    part = file.with_suffix(".part")
    part.write_text(at.isoformat() + "\n", encoding="utf-8")
    part.replace(file)


def noted(*, file: Path) -> datetime | None:
    """The instant last noted; None before the first. Raises ValueError, with what to do, for a damaged file."""
    try:
        found = datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except ValueError as fault:
        raise ValueError(
            f"{file} does not hold an instant ({fault}). Delete the file to begin at the demo's morning."
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _is_now(day: date, *, real: datetime, calendar: Calendar) -> bool:
    local = calendar.local(real)
    return local.date() == day and OFFICE[0] <= local.time() <= OFFICE[1]
