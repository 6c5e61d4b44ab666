"""Reading the utility and its rules."""

import dataclasses
from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.policies import calendars, loader, models


class NoUtility(errors.Refusal):
    """The database has no utility yet."""

    code = "no_utility"
    status = 503


def get_utility(session: Session) -> models.Utility:
    """The one utility of this installation."""
    found = session.get(models.Utility, 1)
    if found is None:
        raise NoUtility("This installation has no utility yet. Run `curbstop init` first.")
    return found


def zone(session: Session) -> ZoneInfo:
    """Time zone of the utility."""
    return ZoneInfo(get_utility(session).time_zone)


def rules(session: Session) -> loader.RulePack:
    """The utility's rule pack with its own calendar: its zone, closed days and half days (`{"day": ["08:00", "12:00"]}`)."""
    utility = get_utility(session)
    pack = loader.load(code=utility.pack)
    special: dict[date, calendars.Hours | None] = dict(pack.calendar.special)
    names = dict(pack.calendar.names)
    for text in utility.closed_days:
        special[date.fromisoformat(text)] = None
        names[date.fromisoformat(text)] = "Agency closed"
    for text, (opens, closes) in utility.half_days.items():
        special[date.fromisoformat(text)] = (time.fromisoformat(opens), time.fromisoformat(closes))
    calendar = dataclasses.replace(pack.calendar, zone=ZoneInfo(utility.time_zone), special=special, names=names)
    return dataclasses.replace(pack, zone=utility.time_zone, calendar=calendar)


def area_holds(session: Session, *, lon: float, lat: float) -> list[models.AreaHold]:
    """Holds in force over a place."""
    hold = models.AreaHold
    return list(
        session.execute(
            select(hold).where(
                hold.released_at.is_(None), hold.min_lon <= lon, hold.max_lon >= lon, hold.min_lat <= lat,
                hold.max_lat >= lat,
            ).order_by(hold.id)
        ).scalars()
    )  # fmt: skip
