"""`curbstop learn`: learn from the days before how long work and drives take, and show what is known."""

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dispatch import transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.orders import kinds
from dispatch.routes import learned_models, learned_queries, learned_workflow, learning

_OF_PLAN = "Kinds that are not listed have too few visits: their plan minutes hold."


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("learn", help=words, description=words, parents=[folder])
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Learn now, then print minutes by kind and driving by the hour. Nothing of single crews or people is shown."""
    house.require(settings)
    with house.opened(settings), house.on_its_clock(settings):
        with house.progress("Learning") as bar:
            learned_workflow.learn(tell=lambda stage, done: bar(stage, done, 1.0))
        with transaction.reading() as session:
            run = learned_queries.newest_run(session)
            assert run is not None
            print(f"Learned on {run.as_of} from {run.visits} finished visits and {run.drives} drives.")
            _work(learned_queries.durations(session))
            _driving(learned_queries.hours(session))
    return 0


def _work(rows: Sequence[learned_models.LearnedDuration]) -> None:
    catalogue = kinds.catalogue()
    areas = Counter(row.kind for row in rows if row.area != learning.EVERYWHERE)
    lines = [
        (catalogue[row.kind].name_en, f"{catalogue[row.kind].minutes} min", f"{row.work_s / 60:g} min",
         str(row.visits), str(areas[row.kind]))
        for row in rows
        if row.area == learning.EVERYWHERE and row.kind in catalogue
    ]  # fmt: skip
    if lines:
        _print([("Kind", "plan", "learned", "visits", "areas apart"), *lines])
    print(_OF_PLAN)


def _driving(hours: Sequence[learning.HourOfDriving]) -> None:
    if not hours:
        print("Driving: too few drives, the streets' own times hold.")
        return
    told = [f"{one.hour}:00 x{one.factor:g} ({one.drives})" for one in hours if one.drives]
    print(f"Driving against the streets' own times, by hour (drives): {', '.join(told)}.")


def _print(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        print("  " + "  ".join(cells))
