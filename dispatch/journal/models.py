"""Tables of the journal: entries numbered in commit order and chained by hash, and the commands that caused them."""

from datetime import datetime
from typing import cast

from sqlalchemy import DDL, BigInteger, CheckConstraint, Index, String, Table, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, UtcDateTime


class JournalCounter(Base):
    """One row. Taking the number is the last statement before commit, so number order is commit order."""

    __tablename__ = "journal_counter"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class JournalEntry(Base):
    """One event: audit trail, outbox, live feed and sync cursor in one."""

    __tablename__ = "journal_entry"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    order_id: Mapped[int | None] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    crew_id: Mapped[int | None] = mapped_column()
    data: Mapped[JsonDict] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_journal_entry_crew_id_seq", "crew_id", "seq"),)


class Command(Base):
    """The full input of an office command, so that a day can be replayed. Field operations keep theirs in `field_operation`."""

    __tablename__ = "command"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    input: Mapped[JsonDict] = mapped_column(Json)
    first_seq: Mapped[int | None] = mapped_column(BigInteger)
    last_seq: Mapped[int | None] = mapped_column(BigInteger)


class Cursor(Base):
    """How far a reader of the journal has come (the relay's reactions)."""

    __tablename__ = "journal_cursor"
    reader: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")


# The counter's one row comes with its table, so that the first transaction needs no exception.
event.listen(
    cast(Table, JournalCounter.__table__),
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "INSERT INTO journal_counter (id, seq, hash) VALUES (1, 0, '')"
    ),
)
