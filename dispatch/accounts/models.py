"""Premises, customers, accounts, what they owe, and everything that a shutoff must respect. Money is integer cents."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, JsonList, UtcDateTime


class Premise(Base):
    """A place served; outlives its customers."""

    __tablename__ = "premise"
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("map_parcel.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("map_lot.id"), index=True)
    address: Mapped[str] = mapped_column(String(160))
    street: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str | None] = mapped_column(String(30))
    city: Mapped[str] = mapped_column(String(80), default="")
    zip: Mapped[str] = mapped_column(String(10), default="")
    zone: Mapped[str] = mapped_column(String(20), default="")
    cycle: Mapped[str] = mapped_column(String(20), default="")
    customer_class: Mapped[str] = mapped_column(String(20), default="RESIDENTIAL")
    units: Mapped[int] = mapped_column(default=1)
    critical: Mapped[str | None] = mapped_column(String(60))
    """Dialysis, school, hospital ... (LOC-04)."""
    lon: Mapped[float]
    lat: Mapped[float]


class Hazard(Base):
    __tablename__ = "hazard"
    id: Mapped[int] = mapped_column(primary_key=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """dog, gate, vault, traffic, person, other"""
    text_en: Mapped[str] = mapped_column(String(200))
    text_es: Mapped[str] = mapped_column(String(200))
    secret: Mapped[str | None] = mapped_column(String(60))
    """Gate code: shown on site, on shift only, never at the desk."""
    noted_on: Mapped[date | None]
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    phones: Mapped[JsonList] = mapped_column(Json, default=list)
    email: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="en")
    ok_to_text: Mapped[bool] = mapped_column(default=False)
    low_income: Mapped[bool] = mapped_column(default=False)


class Account(Base):
    """A billing agreement of one customer at one premise."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("status IN ('PENDING','ACTIVE','SOFT_CLOSED','CLOSED')", name="status"),
        CheckConstraint("relation IN ('owner','tenant')", name="relation"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    relation: Mapped[str] = mapped_column(String(8), default="owner")
    tenants_at_premise: Mapped[bool] = mapped_column(default=False)
    """The owner is billed and other people live there (CA-14)."""
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    service_off_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_reason: Mapped[str | None] = mapped_column(String(20))
    """NONPAY, REQUEST, EMERGENCY"""


class Bill(Base):
    __tablename__ = "bill"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    mailed_on: Mapped[date]
    due_on: Mapped[date]
    amount_cents: Mapped[int]
    paid_cents: Mapped[int] = mapped_column(default=0)
    estimated: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (CheckConstraint("paid_cents >= 0 AND paid_cents <= amount_cents", name="paid"),)


class Payment(Base):
    """A payment at any authorised agent; the same receipt number of an agent exists once."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("agent", "reference"), CheckConstraint("amount_cents > 0", name="amount"))
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_cents: Mapped[int]
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(80))


class Notice(Base):
    """A notice or contact that happened: what the law asks about before a shutoff."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    method: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(40), default="CUSTOMER")
    served_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returned: Mapped[bool] = mapped_column(default=False)
    details: Mapped[JsonDict] = mapped_column(Json, default=dict)


class PaymentPlan(Base):
    __tablename__ = "payment_plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="AMORTIZATION")
    started_on: Mapped[date]
    instalments: Mapped[int]
    kept: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    """KEPT, BROKEN, DONE"""
    broken_on: Mapped[date | None]
    final_notice_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountHold(Base):
    """Appeal, dispute, medical claim ... `details` holds its parts (the three of CA-08, dates)."""

    __tablename__ = "account_hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[JsonDict] = mapped_column(Json, default=dict)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Charge(Base):
    """A fee; one a key of event, whatever is sent how often."""

    __tablename__ = "charge"
    __table_args__ = (UniqueConstraint("event_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    amount_cents: Mapped[int]
    event_key: Mapped[str] = mapped_column(String(120))
    charged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reversed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
