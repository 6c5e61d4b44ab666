"""`curbstop limits`: what the planner must keep to in this utility, shown and set."""

import argparse
from typing import Any

from dispatch import clock, errors, transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.policies import operations, queries
from dispatch.routes import causes, replan_operations
from dispatch.routes import queries as routes

ANY = "any"


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("limits", help=words, description=words, parents=[folder])
    parser.add_argument(
        "--shutoffs-an-hour",
        metavar="N",
        help=f"so many non-payment shutoffs may begin within an hour of the clock; {ANY!r} lifts the limit",
    )
    parser.add_argument(
        "--changes-a-day", type=int, metavar="N",
        help="so many changes may a crew see in its route of a day; an emergency alone may bring more, and is named",
    )  # fmt: skip
    parser.add_argument(
        "--change-price", type=int, metavar="SECONDS",
        help="what a change of one crew costs after publishing, in seconds of driving",
    )  # fmt: skip
    parser.add_argument(
        "--at-once", metavar="EVENTS",
        help=f"events that change the routes by themselves, with commas: {', '.join(causes.CODES)}; the others propose",
    )  # fmt: skip
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Set what was given, then print what holds."""
    house.require(settings)
    with house.opened(settings), transaction.transaction(actor=house.OPERATOR, now=clock.now()) as tx:
        if args.shutoffs_an_hour is not None:
            operations.limit_shutoffs(tx, an_hour=_number(args.shutoffs_an_hour))
        if (args.changes_a_day, args.change_price, args.at_once) != (None, None, None):
            replan_operations.set_policy(
                tx, changes_a_day=args.changes_a_day, change_price_s=args.change_price,
                at_once=None if args.at_once is None else [one.strip() for one in args.at_once.split(",") if one.strip()],
            )  # fmt: skip
        utility = queries.get_utility(tx.session)
        most = ANY if utility.shutoffs_an_hour is None else str(utility.shutoffs_an_hour)
        print(f"Shutoffs an hour: {most}. None begins after {utility.last_shutoff}.")
        policy = routes.replan_policy(tx.session)
        print(
            f"Changes a day and crew: {utility.changes_a_day}, each at the price of {policy.change_price_s} s of driving. "
            f"At once: {', '.join(policy.at_once) or 'nothing'}."
        )
    return 0


def _number(text: str) -> int | None:
    if text == ANY:
        return None
    if not (text.isascii() and text.isdigit()):
        raise errors.Refusal(f"--shutoffs-an-hour reads a whole number or {ANY!r}, not {text!r}.")
    return int(text)
