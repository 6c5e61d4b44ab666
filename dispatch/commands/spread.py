"""`curbstop spread`: give the orders that may be done on several days their days."""

import argparse
from typing import Any

from dispatch.commands import house
from dispatch.config import Settings
from dispatch.routes import spreading


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("spread", help=words, description=words, parents=[folder])
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Choose the days now and print what each comes to."""
    house.require(settings)
    with house.opened(settings), house.on_its_clock(settings), house.progress("Days") as bar:
        found = spreading.spread(tell=lambda stage, done: bar(stage, done, 1.0))
    if not found.days:
        print(f"{found.may_wait} orders may wait for a better day; nothing was to be chosen.")
        return 0
    print(f"{found.may_wait} orders may wait for a better day; {found.moved} have another day now.")
    for one in found.days:
        print(
            f"  {one.on:%a %b %d}  {one.planned} of {one.fixed + one.chosen} orders have a place, {one.chosen} of them "
            f"chose the day, {one.drive_min} min of driving"
        )
    return 0
