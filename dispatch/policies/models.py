"""The one utility of this installation, and areas under a hold."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, JsonList, UtcDateTime


class Utility(Base):
    """One installation, one utility: its rules, hours and keys."""

    __tablename__ = "utility"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    pack: Mapped[str] = mapped_column(String(60))
    """Code of the rule pack: ca_special_district, ca_city, tx_city, tx_iou."""
    time_zone: Mapped[str] = mapped_column(String(60))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("map_district.id"))
    office_phone: Mapped[str] = mapped_column(String(40), default="")
    closed_days: Mapped[JsonList] = mapped_column(Json, default=list)
    """ISO days on which the agency is closed besides its holidays."""
    half_days: Mapped[JsonDict] = mapped_column(Json, default=dict)
    last_shutoff: Mapped[str] = mapped_column(String(5), default="14:00")
    """Local time after which no shutoff starts."""
    shutoffs_an_hour: Mapped[int | None]
    """So many shutoffs may begin within each hour of the clock, so that the office can answer; NULL for any number."""
    plan_time: Mapped[str] = mapped_column(String(5), default="04:30")
    clearance_minutes: Mapped[int] = mapped_column(default=30)
    clearance_key_pem: Mapped[str] = mapped_column(Text)
    yard_lon: Mapped[float]
    yard_lat: Mapped[float]
    demo: Mapped[bool] = mapped_column(default=False)
    demo_on: Mapped[date | None]
    changes_a_day: Mapped[int] = mapped_column(default=3)


class AreaHold(Base):
    """A part of town in which a sort of work stands still (freeze, smoke, boil notice). Released by a person only."""

    __tablename__ = "area_hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    kinds: Mapped[JsonList] = mapped_column(Json)
    reason_en: Mapped[str] = mapped_column(String(200))
    reason_es: Mapped[str] = mapped_column(String(200))
    min_lon: Mapped[float]
    min_lat: Mapped[float]
    max_lon: Mapped[float]
    max_lat: Mapped[float]
    from_on: Mapped[date]
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
