"""A demo's working day can be shown at any hour, its time never goes backwards, and after one day comes the next."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.commands import demo_clock
from dispatch.policies import loader

CALENDAR = loader.load(code="ca_special_district").calendar
ZONE = CALENDAR.zone
MONDAY = date(2026, 11, 23)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=ZONE).astimezone(UTC)
MORNING = datetime(2026, 11, 23, 9, 40, tzinfo=ZONE)
TUESDAY_MORNING = datetime(2026, 11, 24, 7, 40, tzinfo=ZONE)


def start(folder: Path, *, real: datetime, last_entry_at: datetime | None = None) -> datetime:
    return begun(folder, real=real, last_entry_at=last_entry_at).at


def begun(
    folder: Path, *, stood: datetime | None = None, real: datetime = SUNDAY_NIGHT, last_entry_at: datetime | None = None
) -> demo_clock.Start:
    if stood is not None:
        demo_clock.keep(file=folder / "clock", at=stood)
    return demo_clock.start(
        file=folder / "clock", demo_on=MONDAY, calendar=CALENDAR, last_entry_at=last_entry_at, real=real
    )


def test_on_a_sunday_night_the_demo_begins_on_its_working_morning(tmp_path: Path) -> None:
    friday = datetime(2026, 11, 20, 15, 10, tzinfo=ZONE)
    assert begun(tmp_path, last_entry_at=friday) == demo_clock.Start(at=MORNING, next_day=False)


@pytest.mark.parametrize("hour", [8, 10])
def test_within_the_office_hours_of_its_day_the_demo_shows_the_real_time(tmp_path: Path, hour: int) -> None:
    real = datetime(2026, 11, 23, hour, 15, tzinfo=ZONE).astimezone(UTC)
    assert start(tmp_path, real=real) == real


def test_the_demo_goes_on_where_it_stood(tmp_path: Path) -> None:
    stood = MORNING + timedelta(hours=2)
    assert begun(tmp_path, stood=stood) == demo_clock.Start(at=stood, next_day=False)


def test_time_never_falls_behind_the_journal(tmp_path: Path) -> None:
    demo_clock.keep(file=tmp_path / "clock", at=MORNING)
    written = MORNING + timedelta(minutes=50)
    assert start(tmp_path, real=SUNDAY_NIGHT, last_entry_at=written) == written


def test_a_damaged_clock_says_which_file_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("soon", encoding="utf-8")
    with pytest.raises(ValueError, match=r"clock does not hold an instant .*Delete the file"):
        start(tmp_path, real=SUNDAY_NIGHT)


@pytest.mark.parametrize(
    ("stood", "goes_on"),
    [
        (datetime(2026, 11, 23, 16, 31, tzinfo=ZONE), TUESDAY_MORNING),
        (datetime(2026, 11, 23, 23, 59, tzinfo=ZONE), TUESDAY_MORNING),
        (datetime(2026, 11, 24, 3, 0, tzinfo=ZONE), TUESDAY_MORNING),
        (datetime(2026, 11, 25, 17, 0, tzinfo=ZONE), datetime(2026, 11, 27, 7, 40, tzinfo=ZONE)),
        (datetime(2026, 11, 28, 11, 0, tzinfo=ZONE), datetime(2026, 11, 30, 7, 40, tzinfo=ZONE)),
    ],
)
def test_after_the_working_day_the_next_one_begins_in_its_morning(
    tmp_path: Path, stood: datetime, goes_on: datetime
) -> None:
    assert begun(tmp_path, stood=stood) == demo_clock.Start(at=goes_on, next_day=True)


def test_the_next_day_shows_the_real_time_when_it_is_that_day(tmp_path: Path) -> None:
    real = datetime(2026, 11, 24, 11, 5, tzinfo=ZONE)
    assert begun(tmp_path, stood=datetime(2026, 11, 23, 18, 0, tzinfo=ZONE), real=real).at == real


def test_a_house_started_again_and_again_never_goes_backwards(tmp_path: Path) -> None:
    at = MORNING
    for hours in (1, 4, 3, 1, 9, 9, 20, 2):
        demo_clock.keep(file=tmp_path / "clock", at=at + timedelta(hours=hours))
        later = start(tmp_path, real=SUNDAY_NIGHT)
        assert later >= at + timedelta(hours=hours)
        at = later
