"""`curbstop demo`: the demo district, made from a seed."""

import argparse
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatch import errors, transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.db import migrating

PARCELS = 6000
SEED = 7
LOADING = ".loading"
"""Folder inside the data folder in which the demo is made; only the finished one is moved out, its database last."""


class NotDemo(errors.Refusal):
    """The data folder holds a real utility; demo data will not be mixed in."""

    code = "not_demo"
    status = 409


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("demo", help=words, description=words, parents=[folder])
    parser.add_argument("--parcels", type=int, default=PARCELS, help=f"size of the town (default {PARCELS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another seed is another town (default {SEED})")
    parser.add_argument("--fresh", action="store_true", help="throw the demo that is there away first")
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Make the demo where nothing is yet."""
    if not 100 <= args.parcels <= 300_000:
        raise errors.Refusal(f"--parcels {args.parcels}: take 100 to 300,000.")
    if args.fresh:
        throw_away(settings)
    if house.is_there(settings) and not migrating.pending(url=settings.database):
        there = house.find_utility(settings)
        if there is not None:
            raise NotDemo(
                f"{settings.data_dir} already holds {there.name}. Take another folder (--data DIR)"
                + (" or --fresh." if there.demo else ".")
            )
    make(settings, parcels=args.parcels, seed=args.seed)
    return 0


def throw_away(settings: Settings) -> None:
    """Delete the embedded demo; refuses anything that is not a demo, or not embedded."""
    if settings.database_url:
        raise NotDemo("--fresh is for the embedded database only. Drop and create the PostgreSQL database by hand.")
    if not house.is_there(settings):
        return
    if migrating.pending(url=settings.database):
        raise NotDemo("The database is of another version. Run `curbstop migrate` first, or take another folder.")
    there = house.find_utility(settings)
    if there is not None and not there.demo:
        raise NotDemo(f"{settings.data_dir} holds {there.name}, which is no demo. Nothing was deleted.")
    for name in ("curbstop.db", "curbstop.db-wal", "curbstop.db-shm", "clock"):
        (settings.data_dir / name).unlink(missing_ok=True)
    for name in ("attachments", "sheets", "tiles", "broker"):
        shutil.rmtree(settings.data_dir / name, ignore_errors=True)


def make(settings: Settings, *, parcels: int = PARCELS, seed: int = SEED) -> None:
    """Make the demo. Interrupted, it leaves nothing that the next try would stumble over."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.database_url:
        _load(settings, parcels=parcels, seed=seed)
        return
    making = settings.data_dir / LOADING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    _load(settings.model_copy(update={"data_dir": making}), parcels=parcels, seed=seed)
    for name in sorted(path.name for path in making.iterdir() if path.is_dir()):
        _merge(making / name, settings.data_dir / name)
    (making / "curbstop.db").replace(settings.data_dir / "curbstop.db")
    shutil.rmtree(making)


def _load(settings: Settings, *, parcels: int, seed: int) -> None:
    from dispatch.demo import load
    from dispatch.policies import loader
    from maps import stores, tiles

    with house.progress("Demo district") as bar:
        bar("Tables", 0, 1)
        migrating.upgrade(url=settings.database)
        on = loader.load(code=load.PACK).calendar.next_business_day(datetime.now(load.time_zone()).date())
        with house.opened(settings):
            with transaction.transaction(actor=house.OPERATOR) as tx:
                done = load.load(
                    session=tx.session, today=on, seed=seed, parcels=parcels, data_dir=settings.data_dir,
                    attachments_dir=settings.attachments_dir, progress=bar,
                )  # fmt: skip
            with transaction.reading() as session:
                district = session.get_one(stores.District, done.district_id)
                tiles.build(
                    session, district=district, out_dir=settings.tiles_dir,
                    progress=lambda share, stage: bar(f"Map {stage}", share, 1),
                )  # fmt: skip
            if not settings.database_url:
                _fold_log()
    many = done.counts
    print(
        f"  {many['parcels']:,} parcels, {many['accounts']:,} accounts, {many['readings']:,} readings, "
        f"{many['orders']:,} orders; the demo day is {done.work_on:%a %b %d, %Y}"
    )


def _fold_log() -> None:
    """Fold SQLite's write-ahead log into the file, so that one rename moves the database."""
    from dispatch.db import engine

    with engine.engine().connect() as connection:
        connection.rollback()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _merge(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            path.replace(to)
