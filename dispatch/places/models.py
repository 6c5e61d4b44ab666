"""Rows of the desk's own: places in windows that are kept free while a rep talks to a customer."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, UtcDateTime


class WindowHold(Base):
    """One visit's room in one window, kept for one rep and one property until it is booked or lapses.

    Whoever takes room in a window takes its lowest free seat, so of two who saw the same last place the database lets
    one through.
    """

    __tablename__ = "window_hold"
    __table_args__ = (UniqueConstraint("on_day", "window", "seat"), UniqueConstraint("person_id", "ref"))
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ref: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(30))
    on_day: Mapped[date]
    window: Mapped[str] = mapped_column(String(10))
    seat: Mapped[int]
    number: Mapped[str] = mapped_column(String(12), unique=True)
    """Number that the order will have; it is read to the customer before the booking is made."""
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
