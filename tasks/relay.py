"""Journal to jobs: reads on from its own cursor, starts what REACTIONS says, then moves the cursor.

When it dies in between, the jobs start a second time: every job is harmless to run twice.
"""

from collections.abc import Callable
from typing import Any

from dispatch.journal import operations as journal_operations
from dispatch.journal import queries as journal
from dispatch.transaction import Actor, reading, transaction
from tasks import celery, reactions

READER = journal_operations.REACTIONS
BATCH = 500
Send = Callable[..., None]


def pass_on(*, send: Send) -> int:
    """Start the jobs of all entries after the cursor; answers how many entries were read."""
    read = 0
    while True:
        with reading() as session:
            after = journal.cursor(session, reader=READER)
            entries = [
                (one.seq, one.name, dict(one.data)) for one in journal.entries_after(session, after, limit=BATCH)
            ]
        if not entries:
            return read
        for job, values in _jobs(entries):
            send(job, **values)
        with transaction(actor=Actor("relay")) as tx:
            journal_operations.move_cursor(tx.session, reader=READER, seq=entries[-1][0])
        read += len(entries)


def _jobs(entries: list[tuple[int, str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Jobs in order of their entries; the same job with the same arguments once."""
    found: dict[tuple[str, tuple[tuple[str, Any], ...]], dict[str, Any]] = {}
    for _, name, data in entries:
        for reaction in reactions.REACTIONS.get(name, ()):
            values = reaction.values(data)
            if values is not None:
                found.setdefault((reaction.job, tuple(sorted(values.items()))), values)
    return [(job, values) for (job, _), values in found.items()]


@celery.job("relay.run")
def run() -> None:
    """Pass on what is new in the journal."""
    pass_on(send=celery.send)
