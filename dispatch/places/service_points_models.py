"""Where the service really is: positions taken at the box, measures from things that stay, and the words around it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, UtcDateTime

SOURCES = ("VISIT", "SURVEY", "MAP", "PARCEL", "ADDRESS")
RELATIONS = ("FROM", "BEHIND", "IN_FRONT_OF", "LEFT_OF", "RIGHT_OF", "NORTH_OF", "EAST_OF", "SOUTH_OF", "WEST_OF")
MARKS = (
    "HOUSE", "HOUSE_NE", "HOUSE_NW", "HOUSE_SE", "HOUSE_SW", "CURB", "WALK", "DRIVE", "PROPERTY_LINE", "FENCE", "POLE",
    "TREE", "HYDRANT", "MONUMENT", "OTHER",
)  # fmt: skip


class PinFix(Base):
    """One position of a meter box, with how good it is. `accuracy_m` is the radius that holds the box 95 times in 100.
    `device` tells positions of one receiver from those of another; `source_key` makes each count once."""

    __tablename__ = "pin_fix"
    __table_args__ = (CheckConstraint("source IN ('" + "','".join(SOURCES) + "')", name="source"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float]
    source: Mapped[str] = mapped_column(String(10))
    device: Mapped[str | None] = mapped_column(String(40))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    visit_id: Mapped[str | None] = mapped_column(String(36))


class PinTie(Base):
    """A measure from something that stays: "12.5 ft from the southeast corner of the house". Lengths in tenths of a foot,
    as surveyors read them off the tape."""

    __tablename__ = "pin_tie"
    __table_args__ = (
        CheckConstraint("relation IN ('" + "','".join(RELATIONS) + "')", name="relation"),
        CheckConstraint("mark IN ('" + "','".join(MARKS) + "')", name="mark"),
        CheckConstraint("tenths_ft >= 0 AND tenths_ft <= 10000", name="tenths_ft"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    place: Mapped[int]
    """Order in which they are read out."""
    tenths_ft: Mapped[int]
    relation: Mapped[str] = mapped_column(String(12))
    mark: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(80), default="")
    measured_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class PinSite(Base):
    """What else is known of the spot of a service point, and its version."""

    __tablename__ = "pin_site"
    __table_args__ = (CheckConstraint("side IN ('N','NE','E','SE','S','SW','W','NW')", name="side"),)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), primary_key=True)
    side: Mapped[str | None] = mapped_column(String(2))
    """Side of the property that the box is on."""
    street: Mapped[str | None] = mapped_column(String(120))
    """Street that it faces, when that is not the street of the address."""
    cross_street: Mapped[str | None] = mapped_column(String(120))
    landmark: Mapped[str | None] = mapped_column(String(120))
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
