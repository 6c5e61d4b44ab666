"""What commands share: the house without its web routes, and progress on the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flask import Flask

from dispatch import clock, errors, transaction
from dispatch.config import Settings
from dispatch.db import engine, migrating
from dispatch.journal.wake import Bus
from dispatch.policies import models, queries

OPERATOR = transaction.Actor("operator")


class NotMigrated(errors.Refusal):
    """The database lacks tables of this version."""

    code = "not_migrated"
    status = 503


@contextmanager
def opened(settings: Settings) -> Iterator[None]:
    """The house with engine and bus, so that transactions can be opened."""
    app = Flask("curbstop-command", static_folder=None)
    app.extensions["curbstop_settings"] = settings
    app.extensions["curbstop_bus"] = Bus(settings.redis)
    engine.init(app, settings)
    with app.app_context():
        yield
        engine.engine().dispose()


def is_there(settings: Settings) -> bool:
    """True when the database in force has been made (a PostgreSQL server always has)."""
    return bool(settings.database_url) or (settings.data_dir / "curbstop.db").is_file()


def require(settings: Settings) -> None:
    """Refuse when there is no database with the tables of this version."""
    if not is_there(settings):
        raise NotMigrated(
            f"There is no database in {settings.data_dir}. `curbstop init` makes an empty utility, "
            "`curbstop demo` the demo district."
        )
    if migrating.pending(url=settings.database):
        raise NotMigrated("The database is older than this version. Run `curbstop migrate` first.")


def upgrade(settings: Settings) -> tuple[str | None, str | None]:
    """Bring an older database to the tables of this version and fill the search box anew, for what it keeps may have
    changed as well. Answers the versions before and after."""
    from dispatch.places import registry

    before, after = migrating.upgrade(url=settings.database)
    if before is not None and before != after:
        with (
            opened(settings),
            progress("Search box") as bar,
            transaction.transaction(actor=OPERATOR, now=clock.now()) as tx,
        ):
            registry.index_all(tx.session, progress=lambda share, stage: bar(stage, share, 1.0))
    return before, after


def find_utility(settings: Settings) -> models.Utility | None:
    """The utility, if there is one. The row is detached: read its columns only."""
    with opened(settings), transaction.reading() as session:
        try:
            found = queries.get_utility(session)
        except queries.NoUtility:
            return None
        session.expunge(found)
        return found


@contextmanager
def on_its_clock(settings: Settings) -> Iterator[None]:
    """Within: the time of a demo where it stands now (a running supervisor notes it every few seconds)."""
    from dispatch.commands import demo_clock

    found = find_utility_here()
    if found.demo and clock.VARIABLE not in os.environ:
        at = demo_clock.noted(file=settings.data_dir / "clock")
        if at is not None:
            os.environ[clock.VARIABLE] = clock.setting(start=at)
    yield


def find_utility_here() -> models.Utility:
    """The utility, inside `opened`; refuses where there is none."""
    with transaction.reading() as session:
        found = queries.get_utility(session)
        session.expunge(found)
        return found


class Bar(Protocol):
    """A progress bar: the stage in words, done, of how many."""

    def __call__(self, stage: str, done: float, of: float) -> None: ...


@contextmanager
def progress(title: str) -> Iterator[Bar]:
    """A progress bar on a terminal; elsewhere one line a stage."""
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(stage: str, done: float, of: float) -> None:
            if stage not in said:
                said.add(stage)
                print(f"  {title}: {stage}", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("  {task.fields[title]}"), BarColumn(bar_width=32), TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=False,
    ) as bars:  # fmt: skip
        task = bars.add_task("", total=1.0, title=title)

        def bar(stage: str, done: float, of: float) -> None:
            bars.update(task, description=stage, completed=done, total=max(of, 1e-9))

        yield bar
