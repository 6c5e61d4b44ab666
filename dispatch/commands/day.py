"""`curbstop day`: one whole working day on a real town, through the public HTTP API, and an account that adds up."""

import argparse
import json
import os
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

from dispatch import errors, transaction
from dispatch.commands import house, run
from dispatch.config import ROOT, Settings
from dispatch.db import migrating

DAY = date(2026, 8, 25)
MOST_CREWS = 40
FILES = ROOT.parent / "shared" / "data"


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("day", help=words, description=words, parents=[folder])
    parser.add_argument("--district", default="cambridge", help="cambridge, or generated (default cambridge)")
    parser.add_argument("--files", type=Path, metavar="DIR", help="folder that holds the towns' files")
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--crews", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="another seed is another day (default 1)")
    parser.add_argument(
        "--on", type=date.fromisoformat, default=DAY, metavar="DAY", help=f"working day (default {DAY})"
    )
    parser.add_argument("--factor", type=float, default=60.0, help="house seconds for each real one (default 60)")
    parser.add_argument("--seconds", type=int, default=20, help="how long the planner searches (default 20)")
    parser.add_argument("--parcels", type=int, help="take the first so many parcels only")
    parser.add_argument("--port", type=int, default=8360)
    parser.add_argument("--json", action="store_true", help="print the account as JSON")
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Load the town into its own data folder, run the day, print the account. Exit code 1 when it does not add up."""
    _check(args)
    from dispatch.rehearsal import crews, day, report, town

    reference = args.files or Path(os.environ.get("CURBSTOP_REFERENCE_DATA", FILES))
    source = town.find(name=args.district, reference=reference)
    folder = (args.data or ROOT / "data" / f"day-{source.name}").expanduser().resolve()
    settings = settings.model_copy(
        update={"data_dir": folder, "port": args.port, "host": "127.0.0.1", "login_tries_per_minute": 600}
    )
    crews.program(settings)
    _make_room(settings)
    asked = day.Plan(
        source=source, on=args.on, orders=args.orders, crews=args.crews, seed=args.seed, times=args.factor,
        plan_seconds=args.seconds, most_parcels=args.parcels,
    )  # fmt: skip
    if not args.json:
        report.announce(asked, folder=folder)
    since = time.monotonic()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by curbstop day; it may be made anew\n", encoding="utf-8")
    migrating.upgrade(url=settings.database)
    with house.progress("Rehearsed day") as bar:
        with house.opened(settings):
            loaded = day.load(plan=asked, bar=bar)
        took = {"town loaded": round(time.monotonic() - since, 1)}
        env = {**run.environment_of(settings=settings), "CURBSTOP_LOGIN_TRIES_PER_MINUTE": "600"}
        from dispatch.rehearsal import house as running

        home = running.House(
            settings=settings, parts=lambda own: run.parts_of(settings=own), env=env, say=lambda line: bar(line, 0, 1)
        )
        made, reports, opened, published, laps = day.work(plan=asked, loaded=loaded, home=home, bar=bar, folder=folder)
    with house.opened(settings), transaction.reading() as session:
        summary = day.summarise(
            session, plan=asked, loaded=loaded, made=made, reports=reports, opened=opened, published=published,
            took_s={**took, **laps},
        )  # fmt: skip
        turned_away = report.rejections(day.rejected(session, imported=loaded.imported))
    (folder / "rejected-rows.csv").write_text(turned_away, encoding="utf-8")
    if args.json:
        print(json.dumps(report.as_json(summary), indent=1, ensure_ascii=False))
    else:
        report.show(summary, folder=folder)
    return 0 if summary.adds_up else 1


MARK = ".rehearsal"


def _make_room(settings: Settings) -> None:
    """A rehearsal begins with nothing; only a folder that a rehearsal made is thrown away."""
    if settings.database_url:
        raise errors.Refusal("A rehearsal makes its own embedded database: unset CURBSTOP_DATABASE_URL.")
    folder = settings.data_dir
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        raise errors.Refusal(f"{folder} holds something that no rehearsal made. Take another folder (--data DIR).")
    shutil.rmtree(folder)


def _check(args: argparse.Namespace) -> None:
    for name, value, least, most in (
        ("--orders", args.orders, 1, 2000), ("--crews", args.crews, 1, MOST_CREWS),
        ("--factor", args.factor, 1, 600), ("--seconds", args.seconds, 1, 120),
    ):  # fmt: skip
        if not least <= value <= most:
            raise errors.Refusal(f"{name} {value:g}: take {least} to {most}.")
