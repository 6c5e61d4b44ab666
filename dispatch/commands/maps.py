"""`curbstop maps`: load county files, cut the map archives, and ask the search box."""

import argparse
from pathlib import Path
from typing import Any

from dispatch import clock, errors, transaction
from dispatch.commands import house
from dispatch.config import Settings


def add(commands: Any, folder: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    words = "load county files, ask the search box"
    parser = commands.add_parser("maps", help=words, description=words)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    load = inner.add_parser("import", help="load files of a county or city", parents=[folder])
    load.add_argument("file", type=Path, help="a file of one --layer, or the folder of a --source")
    what = load.add_mutually_exclusive_group(required=True)
    what.add_argument("--layer", help="parcels, addresses, streets, hydrants ...; with --columns")
    what.add_argument("--source", help="a town whose files are known, such as cambridge_ma")
    load.add_argument(
        "--columns",
        default="",
        metavar="OURS=THEIRS,...",
        help="which column is what, such as number=APN,address=SITUS",
    )
    load.add_argument("--apn-format", help="how the county writes parcel numbers; the first --layer needs it")
    load.set_defaults(act=act_import)
    cut = inner.add_parser("tiles", help="cut the map archives that screens and tablets draw", parents=[folder])
    cut.set_defaults(act=act_tiles)
    search = inner.add_parser("search", help="what the search box finds", parents=[folder])
    search.add_argument("query", nargs="+", help="what would be typed")
    search.add_argument("--limit", type=int, default=10)
    search.set_defaults(act=act_search)


def act_import(args: argparse.Namespace, settings: Settings) -> int:
    """Load one layer or a whole town in one transaction, list what was rejected, draw the map archives anew."""
    from dispatch.commands import reports
    from dispatch.places import imports

    columns = _columns(args.columns)
    house.require(settings)
    with house.opened(settings), house.on_its_clock(settings):
        with house.progress("Maps") as bar, transaction.transaction(actor=house.OPERATOR) as tx:
            if args.source:
                done = imports.import_town(
                    tx.session, source=args.source, folder=args.file, now=clock.now(),
                    progress=lambda share, stage: bar(stage, share, 1.0),
                )  # fmt: skip
            else:
                one = imports.import_maps(
                    tx.session, layer=args.layer, file=args.file, columns=columns, now=clock.now(),
                    apn_format=args.apn_format, progress=lambda share, stage: bar(stage, share, 1.0),
                )  # fmt: skip
                done = {args.layer: one}
        with transaction.reading() as session:
            for name, report in done.items():
                reports.tell(session, name=name, report=report)
        with house.progress("Map archives") as bar:
            _cut(settings, bar)
    return 0


def _columns(text: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, text.split(",")):
        ours, sign, theirs = pair.partition("=")
        if not sign or not ours.strip() or not theirs.strip():
            raise errors.Refusal(f"--columns reads OURS=THEIRS,..., not {pair!r}.")
        found[ours.strip()] = theirs.strip()
    return found


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


def act_tiles(args: argparse.Namespace, settings: Settings) -> int:
    """Cut the map archives from the rows."""
    house.require(settings)
    with house.opened(settings), house.progress("Map archives") as bar:
        _cut(settings, bar)
    return 0


def _cut(settings: Settings, bar: house.Bar) -> None:
    from dispatch.places import imports

    with transaction.reading() as session:
        imports.build_tiles(session, out_dir=settings.tiles_dir, progress=lambda share, stage: bar(stage, share, 1.0))
