"""`curbstop accounts`: bring in customers, accounts, meters, readings and bills from the billing system."""

import argparse
from pathlib import Path
from typing import Any

from dispatch import clock, transaction
from dispatch.commands import house
from dispatch.config import Settings


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the commands."""
    parser = commands.add_parser("accounts", help=words, description=words)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    load = inner.add_parser("import", help="load a CSV of accounts and meters", parents=[folder])
    load.add_argument("file", type=Path)
    load.set_defaults(act=act_import)
    columns = inner.add_parser("columns", help="the columns of that CSV and what stands in them", parents=[folder])
    columns.set_defaults(act=act_columns)


def act_import(args: argparse.Namespace, settings: Settings) -> int:
    """Load the file in one transaction and say what became of its rows."""
    from dispatch.commands import reports
    from dispatch.places import imports

    house.require(settings)
    with house.opened(settings), house.on_its_clock(settings):
        with house.progress("Accounts") as bar, transaction.transaction(actor=house.OPERATOR) as tx:
            report = imports.import_accounts(
                tx.session, file=args.file, now=clock.now(), progress=lambda share, stage: bar(stage, share, 1.0)
            )
        with transaction.reading() as session:
            reports.tell(session, name="accounts", report=report)
    return 0


def act_columns(args: argparse.Namespace, settings: Settings) -> int:
    """Print every column, the needed ones marked."""
    from dispatch.places import account_file

    for name, words in account_file.COLUMNS.items():
        print(f"{name:<20}{'*' if name in account_file.NEEDED else ' '} {words}")
    print("* every row needs it; and address or parcel_number")
    return 0
