"""The clock of a demo: its day runs while the house runs and stands still with it, so that a shutoff can be shown on a Sunday.

The instant last seen stands in `clock` in the data folder; the time of a demo never goes backwards.
"""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

BEGINS = time(9, 40)
OVER = time(16, 30)
OFFICE = (time(8, 0), time(13, 30))


def start(*, file: Path, demo_on: date, zone: ZoneInfo, last_entry_at: datetime | None, real: datetime) -> datetime:
    """The instant at which the house goes on: where it stood; a first start takes the real time when that is within the
    office hours of the demo day, and 09:40 of that day otherwise."""
    seen = [at for at in (noted(file=file), last_entry_at) if at is not None]
    local = real.astimezone(zone)
    if local.date() == demo_on and OFFICE[0] <= local.time() <= OFFICE[1]:
        first = real
    else:
        first = datetime.combine(demo_on, BEGINS, zone).astimezone(UTC)
    return max([first, *seen])


def is_over(*, at: datetime, demo_on: date, zone: ZoneInfo) -> bool:
    """True when the working day of the demo has ended at `at`."""
    local = at.astimezone(zone)
    return (local.date(), local.time()) > (demo_on, OVER)


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
