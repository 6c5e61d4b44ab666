"""Crews of a day, who is in them, and where they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.auth.models import Person
from dispatch.crews import models


class NoCrew(errors.NotFound):
    """There is no such crew."""

    code = "no_crew"


@dataclass(frozen=True)
class Member:
    """One technician of a shift."""

    technician_id: int
    person_id: int
    name: str
    login: str
    skills: tuple[str, ...]


def get_crew(session: Session, crew_id: int) -> models.Crew:
    """The crew, or NoCrew."""
    found = session.get(models.Crew, crew_id)
    if found is None:
        raise NoCrew(f"There is no crew {crew_id}.")
    return found


def find_crew_by_sign(session: Session, *, call_sign: str) -> models.Crew | None:
    """The crew with a call sign, spelled as on the screens."""
    return session.execute(select(models.Crew).where(models.Crew.call_sign == call_sign)).scalar_one_or_none()


def crews(session: Session, ids: Collection[int]) -> dict[int, models.Crew]:
    """Crews by id."""
    if not ids:
        return {}
    rows = session.execute(select(models.Crew).where(models.Crew.id.in_(set(ids)))).scalars()
    return {row.id: row for row in rows}


def shifts_on(session: Session, *, on: date) -> Sequence[models.Shift]:
    """All shifts of a day, by start and crew."""
    shift = models.Shift
    return (
        session.execute(select(shift).where(shift.on_day == on).order_by(shift.start_at, shift.crew_id)).scalars().all()
    )


def find_shift(session: Session, *, crew_id: int, on: date) -> models.Shift | None:
    """A crew's shift of a day."""
    shift = models.Shift
    return session.execute(select(shift).where(shift.crew_id == crew_id, shift.on_day == on)).scalar_one_or_none()


def find_shift_of_person(session: Session, *, person_id: int, on: date) -> models.Shift | None:
    """The shift that a person works on a day; the earliest when there are two."""
    shift, member, technician = models.Shift, models.ShiftMember, models.Technician
    return session.execute(
        select(shift)
        .join(member, member.shift_id == shift.id)
        .join(technician, technician.id == member.technician_id)
        .where(technician.person_id == person_id, shift.on_day == on)
        .order_by(shift.start_at, shift.id)
        .limit(1)
    ).scalar_one_or_none()


def active_crews(session: Session) -> Sequence[models.Crew]:
    """Crews that work, by their letter."""
    crew = models.Crew
    return session.execute(select(crew).where(crew.active.is_(True)).order_by(crew.letter, crew.id)).scalars().all()


def newest_shifts(session: Session, *, crew_id: int, limit: int) -> Sequence[models.Shift]:
    """The last shifts that stand in the roster of a crew, the newest first."""
    shift = models.Shift
    return (
        session.execute(select(shift).where(shift.crew_id == crew_id).order_by(shift.on_day.desc()).limit(limit))
        .scalars()
        .all()
    )


def active_members(session: Session, *, shift_id: int) -> Sequence[int]:
    """Technicians of a shift who still work here, by id."""
    member, technician = models.ShiftMember, models.Technician
    return (
        session.execute(
            select(technician.id)
            .join(member, member.technician_id == technician.id)
            .join(Person, Person.id == technician.person_id)
            .where(member.shift_id == shift_id, Person.active.is_(True))
            .order_by(technician.id)
        )
        .scalars()
        .all()
    )


def members(session: Session, shift_ids: Collection[int]) -> dict[int, list[Member]]:
    """Members of shifts, by shift id, in the order of their names."""
    found: dict[int, list[Member]] = {shift_id: [] for shift_id in shift_ids}
    if not found:
        return found
    rows = session.execute(
        select(models.ShiftMember.shift_id, models.Technician, Person.name, Person.login)
        .join(models.Technician, models.Technician.id == models.ShiftMember.technician_id)
        .join(Person, Person.id == models.Technician.person_id)
        .where(models.ShiftMember.shift_id.in_(set(found)))
        .order_by(Person.name, Person.id)
    )
    for shift_id, technician, name, login in rows:
        found[shift_id].append(Member(technician.id, technician.person_id, name, login, tuple(technician.skills)))
    return found


def last_positions(session: Session, crew_ids: Collection[int]) -> dict[int, models.LastPosition]:
    """The newest position of each crew that has one."""
    if not crew_ids:
        return {}
    position = models.LastPosition
    rows = session.execute(select(position).where(position.crew_id.in_(set(crew_ids)))).scalars()
    return {row.crew_id: row for row in rows}


def trail(session: Session, *, crew_id: int, from_at: datetime, to_at: datetime) -> Sequence[models.TrailPoint]:
    """Where a crew went, oldest first."""
    point = models.TrailPoint
    return (
        session.execute(
            select(point)
            .where(point.crew_id == crew_id, point.at >= from_at, point.at <= to_at)
            .order_by(point.at, point.id)
        )
        .scalars()
        .all()
    )
