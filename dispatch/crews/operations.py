"""Check-in, break, end of the shift, and positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from dispatch.crews import events, models
from dispatch.transaction import Tx

SPACING_S = 15
"""At most one trail point in so many seconds."""


@dataclass(frozen=True)
class Fix:
    """One position."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float


def check_in(tx: Tx, *, shift: models.Shift, at: datetime) -> None:
    """The crew begins. The first check-in counts; a later one changes nothing."""
    if shift.checked_in_at is None or at < shift.checked_in_at:
        first = shift.checked_in_at is None
        shift.checked_in_at = at
        if first:
            tx.record(events.CrewCheckedIn(crew_id=shift.crew_id, shift_id=shift.id))


def take_break(tx: Tx, *, shift: models.Shift, minutes: int) -> None:
    """The crew rests."""
    tx.record(events.CrewOnBreak(crew_id=shift.crew_id, shift_id=shift.id, minutes=minutes))


def end_shift(tx: Tx, *, shift: models.Shift, at: datetime, counted: int | None) -> None:
    """The crew stops for the day; `counted` operations were made on the tablet."""
    shift.ended_at = at if shift.ended_at is None else max(shift.ended_at, at)
    tx.record(events.ShiftEnded(crew_id=shift.crew_id, shift_id=shift.id, counted=counted))


def keep_positions(tx: Tx, *, shift: models.Shift, fixes: Sequence[Fix]) -> Fix | None:
    """Keep positions that lie within the shift, thinned to one in 15 s. Answers the newest one when it is news.

    Positions before check-in's hour or after the end of the shift are let go: nobody is followed off duty.
    """
    from_at = min(shift.start_at, shift.checked_in_at or shift.start_at) - timedelta(minutes=30)
    to_at = shift.ended_at or shift.end_at + timedelta(hours=4)
    wanted = sorted((fix for fix in fixes if from_at <= fix.at <= min(to_at, tx.now + timedelta(minutes=2))),
                    key=lambda fix: fix.at)  # fmt: skip
    if not wanted:
        return None
    point, last = models.TrailPoint, tx.session.get(models.LastPosition, shift.crew_id)
    taken = list(
        tx.session.execute(
            select(point.at).where(
                point.crew_id == shift.crew_id,
                point.at > wanted[0].at - timedelta(seconds=SPACING_S),
                point.at < wanted[-1].at + timedelta(seconds=SPACING_S),
            )
        ).scalars()
    )
    for fix in wanted:
        if any(abs((fix.at - at).total_seconds()) < SPACING_S for at in taken):
            continue
        taken.append(fix.at)
        tx.session.add(point(crew_id=shift.crew_id, at=fix.at, lon=fix.lon, lat=fix.lat, accuracy_m=fix.accuracy_m))
    newest = wanted[-1]
    if last is None:
        last = models.LastPosition(crew_id=shift.crew_id)
        tx.session.add(last)
    elif last.at >= newest.at:
        return None
    last.at, last.lon, last.lat, last.accuracy_m = newest.at, newest.lon, newest.lat, newest.accuracy_m
    return newest


def forget_trails(tx: Tx, *, before: datetime) -> int:
    """Delete trail points older than the stated retention; answers how many."""
    gone = tx.session.execute(delete(models.TrailPoint).where(models.TrailPoint.at < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]
