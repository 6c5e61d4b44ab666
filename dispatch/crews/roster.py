"""The roster rolls on: a crew works the same hours with the same people until somebody says otherwise."""

from collections.abc import Sequence
from datetime import date, datetime, time

from dispatch.crews import models, queries
from dispatch.policies.calendars import Calendar
from dispatch.transaction import Tx

DAYS_AHEAD = 6
"""Working days, today among them, for which the roster stands: windows can be promised on all of them."""
_PATTERN = 14


def extend(tx: Tx, *, calendar: Calendar) -> int:
    """Write the shifts of the working days ahead that lie beyond a crew's last one; answers how many.

    The day before in the roster is the pattern, the same weekday where there is one. Days within the roster are never
    filled: somebody left them free. A crew without a shift so far, or with nobody left in it, gets none.
    """
    today = calendar.day_of(tx.now)
    days = [calendar.next_business_day(today)]
    while len(days) < DAYS_AHEAD:
        days.append(calendar.add_business_days(days[-1], 1))
    written = 0
    for crew in queries.active_crews(tx.session):
        known = queries.newest_shifts(tx.session, crew_id=crew.id, limit=_PATTERN)
        for on in days:
            if known and on > known[0].on_day:
                written += _write(tx, pattern=_pattern(known, on), on=on, calendar=calendar)
    return written


def _pattern(known: Sequence[models.Shift], on: date) -> models.Shift:
    """The newest shift of the same weekday, else the newest."""
    return next((shift for shift in known if shift.on_day.weekday() == on.weekday()), known[0])


def _write(tx: Tx, *, pattern: models.Shift, on: date, calendar: Calendar) -> int:
    technicians = queries.active_members(tx.session, shift_id=pattern.id)
    if not technicians:
        return 0

    def moved(at: datetime) -> datetime:
        local = calendar.local(at)
        return calendar.moment(on, time(local.hour, local.minute, local.second))

    shift = models.Shift(
        crew_id=pattern.crew_id, on_day=on, start_at=moved(pattern.start_at), end_at=moved(pattern.end_at),
        lunch_from_at=None if pattern.lunch_from_at is None else moved(pattern.lunch_from_at),
        lunch_to_at=None if pattern.lunch_to_at is None else moved(pattern.lunch_to_at), lunch_s=pattern.lunch_s,
    )  # fmt: skip
    tx.session.add(shift)
    tx.session.flush()
    tx.session.add_all([models.ShiftMember(shift_id=shift.id, technician_id=one) for one in technicians])
    return 1
