"""Every SELECT about what was learned, and about the visits that it is learned from."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.orders import kinds
from dispatch.orders.kinds import dispositions
from dispatch.orders.models import ServiceOrder, Visit
from dispatch.policies import models as policy_models
from dispatch.routes import learned_models as models
from dispatch.routes import learning

DONE = tuple(sorted(code for code, row in dispositions.TABLE.items() if row.counts_as_complete))
"""Endings that say how long the work takes; a visit that found nobody at home says nothing of it."""


def work_s(session: Session) -> dict[tuple[str, str], int]:
    """Learned seconds on site by (kind, area), for `learning.work_s`."""
    row = models.LearnedDuration
    found = session.execute(select(row.kind, row.area, row.work_s).order_by(row.kind, row.area))
    return {(kind, area): seconds for kind, area, seconds in found if kind in kinds.catalogue()}


def paces(session: Session, *, crew_id: int | None = None) -> dict[int, dict[str, float]]:
    """Pace by crew and kind, for arrival times only: what a crew is like is nobody's to compare."""
    row = models.LearnedPace
    found: dict[int, dict[str, float]] = {}
    asked = select(row.crew_id, row.kind, row.factor).order_by(row.crew_id, row.kind)
    for crew, kind, factor in session.execute(asked if crew_id is None else asked.where(row.crew_id == crew_id)):
        found.setdefault(crew, {})[kind] = factor
    return found


def hours(session: Session) -> tuple[learning.HourOfDriving, ...]:
    """Driving by the local hour; nothing while it is not known."""
    row = models.LearnedTravel
    return tuple(
        learning.HourOfDriving(hour=hour, factor=factor, drives=drives)
        for hour, factor, drives in session.execute(select(row.hour, row.factor, row.drives).order_by(row.hour))
    )


def durations(session: Session) -> Sequence[models.LearnedDuration]:
    """What was learned of work, by kind; the row of the whole utility before those of its areas."""
    row = models.LearnedDuration
    return session.execute(select(row).order_by(row.kind, row.area)).scalars().all()


def newest_run(session: Session) -> models.LearnedRun | None:
    """The last time that the house learned."""
    row = models.LearnedRun
    return session.execute(select(row).order_by(row.as_of.desc()).limit(1)).scalar_one_or_none()


def hold(session: Session) -> None:
    """Keep other runs waiting until the end of the transaction. (PostgreSQL; SQLite has one writer anyway.)"""
    session.execute(select(policy_models.Utility.id).with_for_update()).all()


def visits_seen(session: Session, *, since: datetime, until: datetime, zone: ZoneInfo) -> list[learning.VisitSeen]:
    """Visits that ended within (since <= finish < until) with the work done."""
    rows = session.execute(
        select(
            ServiceOrder.kind, ServiceOrder.lon, ServiceOrder.lat, Visit.crew_id, Visit.arrived_at, Visit.started_at,
            Visit.finished_at,
        )
        .join(ServiceOrder, ServiceOrder.id == Visit.order_id)
        .where(Visit.finished_at >= since, Visit.finished_at < until, Visit.disposition.in_(DONE))
        .order_by(Visit.id)
    )  # fmt: skip
    found = []
    for kind, lon, lat, crew_id, arrived_at, started_at, finished_at in rows:
        begun_at = started_at or arrived_at
        if begun_at is None or finished_at is None:
            continue
        found.append(
            learning.VisitSeen(
                kind=kind, area=learning.area_of(None if lon is None or lat is None else (lon, lat)), crew_id=crew_id,
                on=finished_at.astimezone(zone).date(), work_s=(finished_at - begun_at).total_seconds(),
            )
        )  # fmt: skip
    return found


def not_measured(session: Session, *, since: datetime, until: datetime) -> Sequence[datetime]:
    """Arrivals (since <= arrival < until) of visits whose drive was not measured yet."""
    row = models.DriveSeen
    rows = session.execute(
        select(Visit.arrived_at)
        .join(row, row.visit_id == Visit.id, isouter=True)
        .where(Visit.arrived_at >= since, Visit.arrived_at < until, row.visit_id.is_(None))
        .order_by(Visit.arrived_at)
    ).scalars()
    return [at for at in rows if at is not None]


def reported(session: Session, *, since: datetime, until: datetime) -> list[learning.Reported]:
    """Visits by when they arrived (since <= arrival < until), as their crews reported them."""
    rows = session.execute(
        select(
            Visit.id, Visit.crew_id, ServiceOrder.lon, ServiceOrder.lat, Visit.en_route_at, Visit.arrived_at,
            Visit.finished_at,
        )
        .join(ServiceOrder, ServiceOrder.id == Visit.order_id)
        .where(Visit.arrived_at >= since, Visit.arrived_at < until)
        .order_by(Visit.arrived_at, Visit.id)
    )  # fmt: skip
    return [
        learning.Reported(
            visit_id=visit_id, crew_id=crew_id, place=None if lon is None or lat is None else (lon, lat),
            set_off_at=set_off_at, arrived_at=arrived_at, finished_at=finished_at,
        )
        for visit_id, crew_id, lon, lat, set_off_at, arrived_at, finished_at in rows
        if arrived_at is not None
    ]  # fmt: skip


def measured(session: Session, *, visit_ids: Sequence[str]) -> set[str]:
    """Of these visits those whose drive was measured."""
    row = models.DriveSeen
    found: set[str] = set()
    for first in range(0, len(visit_ids), 500):
        some = visit_ids[first : first + 500]
        found |= set(session.execute(select(row.visit_id).where(row.visit_id.in_(some))).scalars())
    return found


def drives_seen(session: Session, *, since: date, until: date) -> list[learning.DriveSeen]:
    """Drives of the days since <= day < until that were measured and say something."""
    row = models.DriveSeen
    rows = session.execute(
        select(row.hour, row.on_day, row.street_s, row.driven_s)
        .where(row.on_day >= since, row.on_day < until, row.street_s.is_not(None))
        .order_by(row.visit_id)
    )
    return [
        learning.DriveSeen(hour=hour, on=on, street_s=street_s, driven_s=float(driven_s))
        for hour, on, street_s, driven_s in rows
        if hour is not None and street_s is not None and driven_s is not None
    ]
