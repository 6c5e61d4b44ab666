"""`curbstop limits`: what the planner must keep to in this utility, shown and set."""

import argparse
from typing import Any

from dispatch import clock, errors, transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.policies import operations, queries

ANY = "any"


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("limits", help=words, description=words, parents=[folder])
    parser.add_argument(
        "--shutoffs-an-hour",
        metavar="N",
        help=f"so many non-payment shutoffs may begin within an hour of the clock; {ANY!r} lifts the limit",
    )
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Set what was given, then print what holds."""
    house.require(settings)
    with house.opened(settings), transaction.transaction(actor=house.OPERATOR, now=clock.now()) as tx:
        if args.shutoffs_an_hour is not None:
            operations.limit_shutoffs(tx, an_hour=_number(args.shutoffs_an_hour))
        utility = queries.get_utility(tx.session)
        most = ANY if utility.shutoffs_an_hour is None else str(utility.shutoffs_an_hour)
        print(f"Shutoffs an hour: {most}. None begins after {utility.last_shutoff}.")
    return 0


def _number(text: str) -> int | None:
    if text == ANY:
        return None
    if not (text.isascii() and text.isdigit()):
        raise errors.Refusal(f"--shutoffs-an-hour reads a whole number or {ANY!r}, not {text!r}.")
    return int(text)
