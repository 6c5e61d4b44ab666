"""Service orders, the visits made for them, their photos and reviews."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, JsonList, UtcDateTime

STATES = (
    "DRAFT", "READY", "SCHEDULED", "ROUTED", "DISPATCHED", "EN_ROUTE", "ON_SITE", "COMPLETED", "CGI", "RECALLED",
    "CANCELLED", "ON_HOLD", "RETURN_NEEDED", "REVIEW", "POSTED", "CLOSED",
)  # fmt: skip


class ServiceOrder(Base):
    __tablename__ = "service_order"
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index("ix_service_order_state_due_on", "state", "due_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    """Six digits, spoken in groups of three."""
    kind: Mapped[str] = mapped_column(String(30), index=True)
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    group_versions: Mapped[JsonDict] = mapped_column(Json, default=dict)
    """Field group (status, assignment, schedule, place, meter, instructions) -> version of its last office change."""
    priority: Mapped[int]
    premise_id: Mapped[int | None] = mapped_column(ForeignKey("premise.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("map_parcel.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("map_lot.id"), index=True)
    service_point_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    open_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    """ "sp-12:SHUTOFF_NONPAY" while open, NULL after: one open order of a kind at a service point, by the database."""
    place: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    someone_home: Mapped[bool] = mapped_column(default=False)
    text_ahead: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date]
    earliest_on: Mapped[date | None]
    """With `latest_on`: the order may be done on any day from the one to the other, and `due_on` is the day that the
    planner has chosen for now; NULL when it is for its day alone."""
    latest_on: Mapped[date | None]
    window: Mapped[str] = mapped_column(String(10), default="ALL_DAY")
    window_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[JsonDict | None] = mapped_column(Json)
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crew.id"), index=True)
    """Crew whose published route holds it."""
    visit_id: Mapped[str | None] = mapped_column(String(36))
    """Visit under way."""
    recalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recall_en: Mapped[str | None] = mapped_column(String(200))
    recall_es: Mapped[str | None] = mapped_column(String(200))
    recall_acked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recall_answer: Mapped[str | None] = mapped_column(String(20))
    paid_cents: Mapped[int | None]
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disposition: Mapped[str | None] = mapped_column(String(30))
    end_reason: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[JsonDict] = mapped_column(Json, default=dict)


class Visit(Base):
    """One attempt at an order. Its id is made on the tablet."""

    __tablename__ = "visit"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crew.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    device_id: Mapped[str | None] = mapped_column(String(36))
    en_route_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disposition: Mapped[str | None] = mapped_column(String(30))
    valve_found: Mapped[str | None] = mapped_column(String(20))
    valve_left: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[JsonDict] = mapped_column(Json, default=dict)
    """Everything else as reported: verify_meter, readings, leak_test, completion payload ..."""
    cut: Mapped[str | None] = mapped_column(String(12))
    """Of a non-payment shutoff: CLEARED, CROSSED, WRONGFUL, UNCLEARED."""
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attachment(Base):
    """A file named by its content; `stored_at` is set when all bytes are there."""

    __tablename__ = "attachment"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(60), default="image/jpeg")
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Photo(Base):
    """A photo that a visit names; its bytes may still be on their way."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("op_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    visit_id: Mapped[str | None] = mapped_column(String(36), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    what: Mapped[str] = mapped_column(String(20))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    op_id: Mapped[str] = mapped_column(String(36))


class Review(Base):
    """A visit whose effect on the account waits for a person."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("visit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    visit_id: Mapped[str] = mapped_column(String(36))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reasons: Mapped[JsonList] = mapped_column(Json)
    """[{code, text_en, text_es}]"""
    effect: Mapped[JsonDict] = mapped_column(Json, default=dict)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")


class OrderNumber(Base):
    """One row: the last order number given out."""

    __tablename__ = "order_number"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
