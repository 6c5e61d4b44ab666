"""Other names that a place goes by."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, UtcDateTime


class PlaceName(Base):
    """A former address, or what people call a place; both find it like its address of today.

    `ref` is the place when it was named (premise-12, parcel-7 or lot-3); a premise also answers to the names of its
    parcel and its lot. `text_key` is the name with spelling and case made alike.
    """

    __tablename__ = "place_name"
    __table_args__ = (
        UniqueConstraint("ref", "text_key"),
        CheckConstraint("kind IN ('former','alias')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(160))
    text_key: Mapped[str] = mapped_column(String(240))
    noted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
