"""Reading the journal."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.journal import models


def last_seq(session: Session) -> int:
    """The newest number (0 in an empty house)."""
    return int(session.execute(select(models.JournalCounter.seq).where(models.JournalCounter.id == 1)).scalar() or 0)


def last_at(session: Session) -> datetime | None:
    """When the newest entry was written; None in an empty house."""
    return session.execute(select(models.JournalEntry.at).order_by(models.JournalEntry.seq.desc()).limit(1)).scalar()


def entries_after(session: Session, seq: int, *, limit: int = 500) -> Sequence[models.JournalEntry]:
    """Entries after a number, in order."""
    entry = models.JournalEntry
    return session.execute(select(entry).where(entry.seq > seq).order_by(entry.seq).limit(limit)).scalars().all()


def entries_of_crew(session: Session, *, crew_id: int, after: int) -> Sequence[models.JournalEntry]:
    """Entries that name a crew, after a number, in order."""
    entry = models.JournalEntry
    return (
        session.execute(select(entry).where(entry.crew_id == crew_id, entry.seq > after).order_by(entry.seq))
        .scalars()
        .all()
    )


def entries_of_order(session: Session, *, order_id: int) -> Sequence[models.JournalEntry]:
    """The life of one order."""
    entry = models.JournalEntry
    return session.execute(select(entry).where(entry.order_id == order_id).order_by(entry.seq)).scalars().all()


def cursor(session: Session, *, reader: str) -> int:
    """How far a reader has come."""
    row = session.get(models.Cursor, reader)
    return row.seq if row else 0
