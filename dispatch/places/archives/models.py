"""Builds of the map archive."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, UtcDateTime


class MapBuild(Base):
    """One build of the district's archive, from the wish to the file."""

    __tablename__ = "map_build"
    __table_args__ = (CheckConstraint("status IN ('queued','building','done','failed')", name="status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(10), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    stage: Mapped[str] = mapped_column(String(30), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    size_bytes: Mapped[int | None]
    features: Mapped[JsonDict] = mapped_column(Json, default=dict)
    """Layer -> how many features it holds."""
    error: Mapped[str] = mapped_column(Text, default="")
