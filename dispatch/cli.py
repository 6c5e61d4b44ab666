"""`curbstop`: every command that an operator needs. Exit code 0: done, 1: it failed, 2: it was asked wrongly."""

import argparse
import importlib
import logging
import os
import signal
import sys
from pathlib import Path

import structlog
from pydantic import ValidationError

from dispatch import config, errors, supervisor

COMMANDS = {
    "run": "run web, worker, beat and broker together (makes the demo district where no database is yet)",
    "init": "make an empty utility with its first admin",
    "demo": "make the demo district in an empty data folder",
    "migrate": "bring the database to the tables of this version",
    "maps": "load county files, ask the search box, fit control points",
    "accounts": "bring in accounts from the billing system",
    "plan": "plan the routes of a day (needs a running Curbstop)",
    "spread": "give the orders that may be done on several days their days (a running Curbstop does it before every plan)",
    "learn": "learn from the days before how long work and drives take (a running Curbstop does it every night)",
    "limits": "show or set how many shutoffs may begin within an hour, and what may change a plan in force",
    "day": "rehearse one working day on a real town and count what became of everything",
    "openapi": "write the OpenAPI document of the API",
}
"""Each command is a module of `dispatch/commands`; only the one that is asked for is loaded."""


class Wrong(Exception):  # noqa: N818 - an answer for the operator
    """The command was asked wrongly."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and answer its exit code. Operators see one clear line, never a stack trace."""
    # Operators' commands run with the house up or down; that nobody listens on the bus is no news to them.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    words = sys.argv[1:] if argv is None else argv
    parser = _parser(asked=words[0] if words else "")
    args = parser.parse_args(words)
    if getattr(args, "act", None) is None:
        parser.print_help()
        return 0 if not argv and len(sys.argv) == 1 else 2
    if getattr(args, "data", None) is not None:
        os.environ["CURBSTOP_DATA_DIR"] = str(args.data.expanduser().resolve())
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Begun by a script with "&", where interrupts are ignored: it must end as cleanly when it is asked to.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return int(args.act(args, config.Settings()))
    except errors.Refusal as refusal:
        _tell(refusal.message, *(reason.text_en for reason in refusal.reasons if reason.text_en != refusal.message))
    except supervisor.CannotStart as fault:
        _tell(str(fault))
        return 2
    except ValidationError as fault:
        for one in fault.errors(include_url=False, include_input=True):
            name = "CURBSTOP_" + "_".join(str(part) for part in one["loc"]).upper()
            _tell(f"The setting {name}={one.get('input')!r} cannot be used: {one['msg']}.")
        return 2
    except (OSError, ValueError) as fault:
        _tell(str(fault) or type(fault).__name__)
    except KeyboardInterrupt:
        _tell("Interrupted. Nothing was half written; run it again.")
        return 130
    except Exception as fault:
        # Loaded only here: `curbstop --help` needs no database.
        from sqlalchemy import exc as database

        if not isinstance(fault, database.SQLAlchemyError):
            raise
        _tell(f"The database did not answer as it should: {str(fault).splitlines()[0]}")
    return 1


def _tell(*lines: str) -> None:
    for at, line in enumerate(lines):
        print(("curbstop: " if at == 0 else "  - ") + line, file=sys.stderr)


def _parser(*, asked: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="curbstop",
        description="Field dispatch and scheduling of a water utility.",
        epilog="Settings are CURBSTOP_* environment variables; docs/operations.md lists them.",
    )
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--data", type=Path, metavar="DIR", help="data folder (default data/demo)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, words in COMMANDS.items():
        if name == asked:
            importlib.import_module(f"dispatch.commands.{name}").add(commands, folder, words=words)
        else:
            commands.add_parser(name, help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
