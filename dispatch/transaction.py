"""The only commit of the house: flush, journal, commit, wake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.db import engine
from dispatch.journal import events, models, operations
from dispatch.journal.wake import Bus


@dataclass(frozen=True)
class Actor:
    """Who does it: a person ("person-12 Dana R."), a device's person, or the house itself ("relay", "planner", "import")."""

    name: str
    person_id: int | None = None
    role: str | None = None
    device_id: str | None = None


HOUSE = Actor("curbstop")


@dataclass
class Tx:
    """What an operation gets: rows, who, when, and a place for its events. It cannot commit."""

    session: Session
    actor: Actor
    now: datetime
    _events: list[events.Event] = field(default_factory=list)
    _command: models.Command | None = None

    def record(self, event: events.Event) -> None:
        """Put an event down; it is written and numbered at the end of the transaction."""
        self._events.append(event)

    def command(self, name: str, input_: dict[str, Any]) -> None:
        """Keep the full input of an office command, so that the day can be replayed."""
        self._command = models.Command(at=self.now, actor=self.actor.name, name=name, input=input_)
        self.session.add(self._command)


def bus() -> Bus:
    """The bus of this process."""
    found: Bus = current_app.extensions["curbstop_bus"]
    return found


@contextmanager
def transaction(*, actor: Actor, now: datetime | None = None) -> Iterator[Tx]:
    """Open a transaction at the edge. Everything is written, or nothing is."""
    session = engine.writing()
    tx = Tx(session=session, actor=actor, now=now or clock.now())
    try:
        yield tx
        session.flush()
        last = operations.append(session, entries=tx._events, actor=actor.name, at=tx.now, command=tx._command)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
    if last is not None:
        bus().publish({"seq": last})


@contextmanager
def reading() -> Iterator[Session]:
    """A session for a query; nothing that it does is kept."""
    session = engine.reading()
    try:
        yield session
    finally:
        session.rollback()
        session.close()
