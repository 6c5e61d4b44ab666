"""Writing the journal: called by `dispatch.transaction` alone, as the last statement before commit."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.journal import events, models

REACTIONS = "reactions"
"""The reader that starts jobs for what happened (`tasks.relay`)."""


def append(
    session: Session, *, entries: Sequence[events.Event], actor: str, at: datetime, command: models.Command | None
) -> int | None:
    """Number and chain the events; answers the last number, or None when there is nothing to write.

    The counter row is locked by the update, so two transactions take their numbers in the order in which they commit.
    """
    if not entries:
        return None
    counter = models.JournalCounter
    last = session.execute(
        update(counter).where(counter.id == 1).values(seq=counter.seq + len(entries)).returning(counter.seq)
    ).scalar_one()
    chain = session.execute(select(counter.hash).where(counter.id == 1)).scalar_one()
    seq = int(last) - len(entries)
    for entry in entries:
        seq += 1
        data = entry.data()
        body = json.dumps([seq, at.isoformat(), actor, entry.name, data], sort_keys=True, default=str)
        chain = hashlib.sha256((chain + body).encode()).hexdigest()
        session.add(
            models.JournalEntry(
                seq=seq, at=at, actor=actor, name=entry.name, data=json.loads(json.dumps(data, default=str)), hash=chain,
                order_id=data.get("order_id"), account_id=data.get("account_id"), crew_id=data.get("crew_id"),
            )
        )  # fmt: skip
    session.execute(update(counter).where(counter.id == 1).values(hash=chain))
    if command is not None:
        command.first_seq, command.last_seq = int(last) - len(entries) + 1, int(last)
    session.flush()
    return int(last)


def move_cursor(session: Session, *, reader: str, seq: int) -> None:
    """Remember how far a reader has come; never backwards."""
    row = session.get(models.Cursor, reader)
    if row is None:
        session.add(models.Cursor(reader=reader, seq=seq))
    elif seq > row.seq:
        row.seq = seq
