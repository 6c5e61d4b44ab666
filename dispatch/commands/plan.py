"""`curbstop plan`: ask the planner for a day and wait for its answer."""

import argparse
import time
from datetime import date
from typing import Any

from dispatch import clock, errors, transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.policies import queries as policies

PATIENCE_S = 60.0


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("plan", help=words, description=words, parents=[folder])
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="such as 2026-11-23 (default: today)")
    parser.add_argument("--seconds", type=int, default=20, help="how long to search (default 20)")
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Record the request; the relay turns it into a job of the worker. Exit code 1 when the plan failed."""
    from dispatch.routes import models, operations

    house.require(settings)
    with house.opened(settings), house.on_its_clock(settings):
        with transaction.transaction(actor=house.OPERATOR, now=clock.now()) as tx:
            on = args.on or clock.today(policies.zone(tx.session))
            plan_id = operations.request_plan(tx, on=on, seconds=args.seconds).id
        asked_at = time.monotonic()
        with house.progress(f"Plan of {on:%a %b %d}") as bar:
            while True:
                with transaction.reading() as session:
                    plan = session.get_one(models.DayPlan, plan_id)
                    status, progress, error = plan.status, plan.progress, plan.error_en
                bar(status, progress, 1.0)
                if status in ("draft", "published", "superseded", "failed"):
                    break
                if status == "queued" and time.monotonic() - asked_at > PATIENCE_S:
                    raise errors.Refusal(
                        f"No worker has taken plan {plan_id} for {PATIENCE_S:.0f} s. Is `curbstop run` up on this data "
                        "folder? The request stays and will be planned when it is."
                    )
                time.sleep(0.4)
    if status == "failed":
        raise errors.Refusal(f"Plan {plan_id} failed: {error}")
    print(f"Plan {plan_id} of {on} is {status}. A supervisor looks at it on the board and sends it out.")
    return 0
