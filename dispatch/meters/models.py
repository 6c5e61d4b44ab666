"""Service points, meters and readings. Digits are kept as the register shows them; usage is in CCF as decimal text."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonList, UtcDateTime

VALVE_STATES = (
    "ON", "OFF_LOCKED", "OFF_UNLOCKED", "OFF_PLUGGED", "METER_PULLED", "OFF_AT_MAIN", "RESTRICTED", "UNKNOWN",
)  # fmt: skip


class ServicePoint(Base):
    """Where the utility meets the premise; the pin is the meter box, not the middle of the lot."""

    __tablename__ = "service_point"
    __table_args__ = (CheckConstraint("valve_state IN ('" + "','".join(VALVE_STATES) + "')", name="valve_state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="DOMESTIC")
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float]
    pin_source: Mapped[str] = mapped_column(String(20))
    """survey, gps, map (digitised), parcel (middle of the lot edge), address."""
    pinned_on: Mapped[date | None]
    side_street: Mapped[str | None] = mapped_column(String(120))
    position_text: Mapped[str] = mapped_column(String(200), default="")
    valve_state: Mapped[str] = mapped_column(String(20), default="ON")
    valve_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Meter(Base):
    __tablename__ = "meter"
    __table_args__ = (CheckConstraint("unit IN ('GAL','CF','CCF','TGAL')", name="unit"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"), index=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    endpoint: Mapped[str | None] = mapped_column(String(40), index=True)
    size_in: Mapped[str] = mapped_column(String(12))
    make: Mapped[str] = mapped_column(String(60), default="")
    unit: Mapped[str] = mapped_column(String(4))
    dials: Mapped[int]
    decimals: Mapped[int] = mapped_column(default=0)
    fixed_zeros: Mapped[int] = mapped_column(default=0)
    multiplier: Mapped[str] = mapped_column(String(12), default="1")
    installed_on: Mapped[date]
    removed_on: Mapped[date | None]


class Reading(Base):
    """A reading that the account believes (POSTED), or one that waits for a person (REVIEW). Corrections are new rows."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("source_key"),
        CheckConstraint("status IN ('POSTED','REVIEW','DISCARDED')", name="status"),
        Index("ix_reading_meter_id_read_on", "meter_id", "read_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    read_on: Mapped[date]
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_type: Mapped[str] = mapped_column(String(1))
    """A manual, E estimate, M radio, C customer, F final, I initial, R reread, V verify, X exchange-out, N exchange-in."""
    digits: Mapped[str] = mapped_column(String(16))
    usage_ccf: Mapped[str | None] = mapped_column(String(24))
    qualities: Mapped[JsonList] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(String(10), default="POSTED")
    source_key: Mapped[str] = mapped_column(String(80))
    """What this reading came from, so that it exists once: "op:UUID", "cis:FILE:ROW", "demo:...". """
    visit_id: Mapped[str | None] = mapped_column(String(36), index=True)
    bill_cents: Mapped[int | None]
