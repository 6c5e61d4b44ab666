"""The live feed of the office: journal entries by number, and what passes on the bus without one.

A stream holds no database session between two looks. A wake that is lost loses nothing: every heartbeat asks the journal.
"""

import json
import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

from dispatch.journal import queries as journal
from dispatch.journal.models import JournalEntry
from dispatch.journal.wake import Bus
from dispatch.transaction import reading

HEARTBEAT_S = 15.0
CLOSED_AFTER_S = 600.0
IDS = ("order_id", "crew_id", "route_id", "account_id", "plan_id")
BATCH = 500
PASSING = ("position", "plan")
"""Messages of the bus that go out as they are, unnumbered."""


def news(entry: JournalEntry) -> str:
    """One journal entry as the stream tells it: only what to fetch again."""
    ids = {name: entry.data[name] for name in IDS if entry.data.get(name) is not None}
    body = json.dumps({"seq": entry.seq, "name": entry.name, "ids": ids}, separators=(",", ":"))
    return f"id: {entry.seq}\nevent: news\ndata: {body}\n\n"


def passing(message: dict[str, Any]) -> Iterator[str]:
    """A message of the bus as unnumbered events."""
    for name in PASSING:
        if isinstance(message.get(name), dict):
            yield f"event: {name}\ndata: {json.dumps(message[name], separators=(',', ':'))}\n\n"


def frames(
    *,
    bus: Bus,
    after: int | None,
    heartbeat_s: float = HEARTBEAT_S,
    closed_after_s: float = CLOSED_AFTER_S,
    positions: bool = True,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """The text of the stream. `after` is the last number the client has (None: from now on).

    Needs an app context. Ends by itself after `closed_after_s`; the browser comes back with the last number it saw.
    """
    ends_at = monotonic() + closed_after_s
    with bus.subscribed() as inbox:
        # Subscribed first, read second: what is committed in between is in the journal or in the inbox, or in both.
        seq = _last() if after is None else after
        yield "retry: 1000\n\n"
        while True:
            for text, number in _entries(seq):
                yield text
                seq = number
            left_s = ends_at - monotonic()
            if left_s <= 0:
                return
            quiet = True
            for message in _messages(inbox, min(heartbeat_s, left_s)):
                quiet = False
                yield from (text for text in passing(message) if positions or not text.startswith("event: position"))
            if quiet:
                yield ": still here\n\n"


def _last() -> int:
    with reading() as session:
        return journal.last_seq(session)


def _entries(after: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    while True:
        with reading() as session:
            entries = journal.entries_after(session, found[-1][1] if found else after, limit=BATCH)
            found.extend((news(entry), entry.seq) for entry in entries)
        if len(entries) < BATCH:
            return found


def _messages(inbox: "queue.Queue[dict[str, Any]]", wait_s: float) -> list[dict[str, Any]]:
    """Everything that is there, waiting for the first; empty when nothing came in time."""
    try:
        found = [inbox.get(timeout=wait_s)]
    except queue.Empty:
        return []
    while True:
        try:
            found.append(inbox.get_nowait())
        except queue.Empty:
            return found
