"""`curbstop maps`: load county files, and ask the search box."""

import argparse
from typing import Any

from dispatch import errors, transaction
from dispatch.commands import house
from dispatch.config import Settings


def add(commands: Any, folder: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    words = "load county files, ask the search box"
    parser = commands.add_parser("maps", help=words, description=words)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    search = inner.add_parser("search", help="what the search box finds", parents=[folder])
    search.add_argument("query", nargs="+", help="what would be typed")
    search.add_argument("--limit", type=int, default=10)
    search.set_defaults(act=act_search)


def act_search(args: argparse.Namespace, settings: Settings) -> int:
    """Print what the search box finds, best first; exit code 1 when it finds nothing."""
    from maps import search

    house.require(settings)
    with house.opened(settings), transaction.reading() as session:
        found = search.find(session, " ".join(args.query), limit=max(1, min(args.limit, 100)))
    for hit in found.results:
        print(f"{hit.kind:<12} {hit.label:<44} {hit.detail:<44} {hit.why}")
    print(f"{found.total} found in {found.took_ms:.1f} ms")
    if not found.results:
        raise errors.Refusal("Nothing was found.")
    return 0
