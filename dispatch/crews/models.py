"""Technicians, crews and their shifts, and where they are."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonList, UtcDateTime


class Technician(Base):
    __tablename__ = "technician"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    skills: Mapped[JsonList] = mapped_column(Json, default=list)


class Crew(Base):
    """A vehicle and its call sign ("Truck 4"); `letter` names its route on maps."""

    __tablename__ = "crew"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_sign: Mapped[str] = mapped_column(String(40), unique=True)
    letter: Mapped[str] = mapped_column(String(2))
    vehicle: Mapped[str] = mapped_column(String(60), default="")
    active: Mapped[bool] = mapped_column(default=True)


class Shift(Base):
    """A crew's day: who, from when to when, lunch within a window."""

    __tablename__ = "shift"
    __table_args__ = (UniqueConstraint("crew_id", "on_day"), Index("ix_shift_on_day", "on_day"))
    id: Mapped[int] = mapped_column(primary_key=True)
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    on_day: Mapped[date]
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lunch_from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lunch_to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Lunch starts between these two; it lasts `lunch_s`."""
    lunch_s: Mapped[int] = mapped_column(default=1800)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShiftMember(Base):
    __tablename__ = "shift_member"
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), primary_key=True)


class LastPosition(Base):
    """Outside journal and receipts: the newest position of a crew."""

    __tablename__ = "last_position"
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float]


class TrailPoint(Base):
    """Trail with a stated retention (`CURBSTOP_TRAIL_DAYS`)."""

    __tablename__ = "trail_point"
    __table_args__ = (UniqueConstraint("crew_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float]
