"""`curbstop`: every command that an operator needs. Exit code 0: done, 1: it failed, 2: it was asked wrongly."""

import argparse
import logging
import os
import sys
from pathlib import Path

import structlog
from pydantic import ValidationError
from sqlalchemy import exc as database

from dispatch import config, errors, supervisor
from dispatch.commands import accounts, day, demo, init, maps, migrate, openapi, plan, run

COMMANDS = (run, init, demo, migrate, maps, accounts, plan, day, openapi)


class Wrong(Exception):  # noqa: N818 - an answer for the operator
    """The command was asked wrongly."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and answer its exit code. Operators see one clear line, never a stack trace."""
    # Operators' commands run with the house up or down; that nobody listens on the bus is no news to them.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = _parser()
    args = parser.parse_args(argv)
    if getattr(args, "act", None) is None:
        parser.print_help()
        return 0 if not argv and len(sys.argv) == 1 else 2
    if getattr(args, "data", None) is not None:
        os.environ["CURBSTOP_DATA_DIR"] = str(args.data.expanduser().resolve())
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
    except database.SQLAlchemyError as fault:
        _tell(f"The database did not answer as it should: {str(fault).splitlines()[0]}")
    except (OSError, ValueError) as fault:
        _tell(str(fault) or type(fault).__name__)
    except KeyboardInterrupt:
        _tell("Interrupted. Nothing was half written; run it again.")
        return 130
    return 1


def _tell(*lines: str) -> None:
    for at, line in enumerate(lines):
        print(("curbstop: " if at == 0 else "  - ") + line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="curbstop",
        description="Field dispatch and scheduling of a water utility.",
        epilog="Settings are CURBSTOP_* environment variables; docs/operations.md lists them.",
    )
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--data", type=Path, metavar="DIR", help="data folder (default data/demo)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands, folder)
    return parser


if __name__ == "__main__":
    sys.exit(main())
