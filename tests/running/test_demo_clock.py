"""A demo's working day can be shown at any hour, and its time never goes backwards."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch.commands import demo_clock

ZONE = ZoneInfo("America/Los_Angeles")
MONDAY = date(2026, 11, 23)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=ZONE).astimezone(UTC)
MORNING = datetime(2026, 11, 23, 9, 40, tzinfo=ZONE)


def start(folder: Path, *, real: datetime, last_entry_at: datetime | None = None) -> datetime:
    return demo_clock.start(file=folder / "clock", demo_on=MONDAY, zone=ZONE, last_entry_at=last_entry_at, real=real)


def test_on_a_sunday_night_the_demo_begins_on_its_working_morning(tmp_path: Path) -> None:
    assert start(tmp_path, real=SUNDAY_NIGHT) == MORNING


def test_within_the_office_hours_of_its_day_the_demo_shows_the_real_time(tmp_path: Path) -> None:
    real = datetime(2026, 11, 23, 10, 15, tzinfo=ZONE).astimezone(UTC)
    assert start(tmp_path, real=real) == real


def test_the_demo_goes_on_where_it_stood(tmp_path: Path) -> None:
    stood = MORNING + timedelta(hours=2)
    demo_clock.keep(file=tmp_path / "clock", at=stood)
    assert start(tmp_path, real=SUNDAY_NIGHT) == stood


def test_time_never_falls_behind_the_journal(tmp_path: Path) -> None:
    demo_clock.keep(file=tmp_path / "clock", at=MORNING)
    written = MORNING + timedelta(minutes=50)
    assert start(tmp_path, real=SUNDAY_NIGHT, last_entry_at=written) == written


def test_a_damaged_clock_says_which_file_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("soon", encoding="utf-8")
    with pytest.raises(ValueError, match=r"clock does not hold an instant .*Delete the file"):
        start(tmp_path, real=SUNDAY_NIGHT)


def test_the_working_day_is_over_in_the_late_afternoon_and_the_day_after() -> None:
    assert not demo_clock.is_over(at=MORNING, demo_on=MONDAY, zone=ZONE)
    assert demo_clock.is_over(at=MORNING + timedelta(hours=7), demo_on=MONDAY, zone=ZONE)
    assert demo_clock.is_over(at=MORNING + timedelta(days=1), demo_on=MONDAY, zone=ZONE)
