"""What was learned from the work of the days before: minutes of work, the pace of crews, driving by the hour."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, UtcDateTime


class LearnedRun(Base):
    """One time that the house learned: once a day, or when an operator asked. The tables below hold its answer."""

    __tablename__ = "learned_run"
    __table_args__ = (UniqueConstraint("as_of"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    """The local day; a second run of the day takes the place of the first."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    visits: Mapped[int]
    drives: Mapped[int]


class LearnedDuration(Base):
    """Seconds on site of a kind in an area (a cell of `learning.area_of`; the empty one is the whole utility)."""

    __tablename__ = "learned_duration"
    __table_args__ = (UniqueConstraint("kind", "area"), CheckConstraint("work_s > 0", name="work_s"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    area: Mapped[str] = mapped_column(String(20))
    work_s: Mapped[int]
    visits: Mapped[int]
    as_of: Mapped[date]


class LearnedPace(Base):
    """How long a crew takes for a kind against all crews. Arrival times use it; no screen, report or API shows it."""

    __tablename__ = "learned_pace"
    __table_args__ = (UniqueConstraint("kind", "crew_id"), CheckConstraint("factor > 0", name="factor"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    factor: Mapped[float]
    visits: Mapped[int]
    as_of: Mapped[date]


class LearnedTravel(Base):
    """Driving in one local hour of the day against the street network's seconds."""

    __tablename__ = "learned_travel"
    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("factor > 0", name="factor"),
    )
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factor: Mapped[float]
    drives: Mapped[int]
    as_of: Mapped[date]


class DriveSeen(Base):
    """The drive to one visit, measured once on the streets. Empty numbers: the visit tells nothing of a drive."""

    __tablename__ = "drive_seen"
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(index=True)
    hour: Mapped[int | None]
    street_s: Mapped[int | None]
    driven_s: Mapped[int | None]
