"""The log of field operations. `op_id` and `(device_id, seq)` are unique: that is the whole defence against doubles."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, UtcDateTime


class DeviceLog(Base):
    """State of one device's chain of receipts."""

    __tablename__ = "device_log"
    device_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    receipts: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    chain: Mapped[str] = mapped_column(String(64), default="")
    not_sent: Mapped[int] = mapped_column(default=0)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FieldOperation(Base):
    """One operation as it came, with its whole input, how it was judged and its receipt."""

    __tablename__ = "field_operation"
    __table_args__ = (
        UniqueConstraint("device_id", "seq"),
        CheckConstraint("answer IN ('applied','held','waiting','malformed')", name="answer"),
        Index("ix_field_operation_after", "after"),
    )
    op_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    after: Mapped[str | None] = mapped_column(String(36))
    order_id: Mapped[int | None] = mapped_column(index=True)
    visit_id: Mapped[str | None] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    base_version: Mapped[int | None]
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it happened on the server's clock: occurred_at, corrected by elapsed_ms where the device is wrong."""
    elapsed_ms: Mapped[int | None]
    payload: Mapped[JsonDict] = mapped_column(Json)
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(String(10))
    reason_en: Mapped[str | None] = mapped_column(Text)
    reason_es: Mapped[str | None] = mapped_column(Text)
    order_version: Mapped[int | None]


class FieldReceipt(Base):
    """Receipts of a device: 1, 2, 3 ... each chained to the one before."""

    __tablename__ = "field_receipt"
    __table_args__ = (UniqueConstraint("op_key"),)
    device_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    receipt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    op_key: Mapped[str] = mapped_column(String(140))
    """op_id, or "fork:" + op_id + body hash for a forked store."""
    op_id: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int]
    answer: Mapped[str] = mapped_column(String(10))
    chain: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldOperation(Base):
    """An operation that waits for a person; also both sides of a forked device store."""

    __tablename__ = "held_operation"
    __table_args__ = (UniqueConstraint("op_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    op_key: Mapped[str] = mapped_column(String(140))
    op_id: Mapped[str] = mapped_column(String(60), index=True)
    order_id: Mapped[int | None] = mapped_column(index=True)
    device_id: Mapped[str] = mapped_column(String(36))
    code: Mapped[str] = mapped_column(String(40))
    reason_en: Mapped[str] = mapped_column(Text)
    reason_es: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")


class ClearanceIssue(Base):
    """A signed clearance that was given to a device."""

    __tablename__ = "clearance_issue"
    jti: Mapped[str] = mapped_column(String(36), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    device_id: Mapped[str] = mapped_column(String(36))
    moment: Mapped[str] = mapped_column(String(10))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CodeIssue(Base):
    """A six-digit code that the office read out: one order, one tablet, one use."""

    __tablename__ = "code_issue"
    __table_args__ = (UniqueConstraint("device_id", "order_id", "challenge"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    device_id: Mapped[str] = mapped_column(String(36))
    challenge: Mapped[str] = mapped_column(String(8))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(String(80))
    used_op_id: Mapped[str | None] = mapped_column(String(36), unique=True)
