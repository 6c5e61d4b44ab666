"""`curbstop maps`: load county files, ask the search box, fit control points, build the map archive."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dispatch import clock, errors, transaction
from dispatch.commands import house
from dispatch.config import Settings

ASKED_WRONGLY = 2


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the commands."""
    parser = commands.add_parser("maps", help=words, description=words)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    district = argparse.ArgumentParser(add_help=False)
    district.add_argument("--district", metavar="NAME", help="a map of its own; without it, the utility's")
    district.add_argument("--json", action="store_true", help="answer in JSON, one line a result")
    _add_import(inner, [folder, district])
    cut = inner.add_parser("tiles", help="build the map archive that screens and tablets draw, now", parents=[folder])
    cut.set_defaults(act=act_tiles)
    search = inner.add_parser("search", help="what the search box finds", parents=[folder, district])
    search.add_argument("query", nargs="*", help="what would be typed")
    search.add_argument("--batch", type=Path, metavar="FILE", help="a file of queries, one a line")
    search.add_argument("--limit", type=int, default=10)
    search.set_defaults(act=_answering(act_search))
    fit = inner.add_parser("fit", help="place a drawing by control points", parents=[folder])
    fit.add_argument("--points", type=Path, required=True, metavar="FILE", help="a CSV of points, or an .aux.xml")
    fit.add_argument("--crs", help="the coordinate system of the ground points, such as EPSG:2227")
    fit.add_argument("--json", action="store_true", help="answer in JSON")
    fit.set_defaults(act=_answering(act_fit))


def _add_import(inner: Any, parents: list[argparse.ArgumentParser]) -> None:
    load = inner.add_parser("import", help="load files of a county or city", parents=parents)
    load.add_argument("file", type=Path, help="a file of one --layer, or the folder of a --source")
    what = load.add_mutually_exclusive_group(required=True)
    what.add_argument("--layer", help="parcels, addresses, streets, hydrants ...; with --columns")
    what.add_argument("--source", help="a town whose files are known, such as cambridge_ma")
    load.add_argument(
        "--columns", default="", metavar="OURS=THEIRS,...",
        help="which column is what, such as parcel_number=APN,address=NUM+STREET",
    )  # fmt: skip
    load.add_argument(
        "--format", "--apn-format", dest="apn_format", help="how parcel numbers are written; else found out"
    )
    load.add_argument("--source-layer", help="the layer inside a file that holds several")
    load.add_argument("--crs", help="the coordinate system, where the file does not say or lies")
    load.add_argument("--encoding", help="of a text table that is not UTF-8, such as cp1252")
    load.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")
    load.add_argument("--report", type=Path, metavar="FILE", help="write every rejected and repaired row to this CSV")
    load.set_defaults(act=_answering(act_import))


def _answering(act: Callable[[argparse.Namespace, Settings], int]) -> Callable[[argparse.Namespace, Settings], int]:
    """The command, answering exit code 2 and one line for what was asked wrongly."""

    def acting(args: argparse.Namespace, settings: Settings) -> int:
        try:
            return act(args, settings)
        except errors.Refusal as refusal:
            print(f"curbstop: {refusal.message}", file=sys.stderr)
        except (OSError, ValueError) as fault:
            print(f"curbstop: {fault}", file=sys.stderr)
        return ASKED_WRONGLY

    return acting


def act_import(args: argparse.Namespace, settings: Settings) -> int:
    """Load one layer or a whole town in one transaction and tell what became of every row."""
    from dispatch.commands import map_stores, reports
    from dispatch.places import imports
    from maps import sources

    columns: Any = _columns(args.columns)
    if args.source_layer and args.layer:
        columns = sources.columns_of(args.layer, columns, file=args.file.name.lower(), source_layer=args.source_layer)
    with map_stores.writing(settings, name=args.district, dry_run=args.dry_run) as store, house.progress("Maps") as bar:

        def told(share: float, stage: str) -> None:
            bar(stage, share, 1.0)

        district = imports.open_district(store.session, apn_format=args.apn_format, name=args.district, own=store.own)
        if args.source:
            done = imports.import_town(
                store.session, source=args.source, folder=args.file, now=clock.now(), district=district, progress=told,
            )  # fmt: skip
        else:
            one = imports.import_maps(
                store.session, layer=args.layer, file=args.file, columns=columns, now=clock.now(), district=district,
                crs=args.crs, encoding=args.encoding, progress=told,
            )  # fmt: skip
            done = {args.layer: one}
        if args.report:
            reports.write_rows(store.session, reports=list(done.values()), file=args.report)
        said = [reports.as_json(name, report, dry_run=args.dry_run) for name, report in done.items()]
        if not args.json:
            for name, report in done.items():
                reports.tell(store.session, name=name, report=report)
    if args.json:
        for line in said:
            print(json.dumps(line, ensure_ascii=False))
    elif args.dry_run:
        print("This was a dry run: nothing was written.")
    if store.of_house and not args.dry_run:
        _ask_for_archive(settings)
        if not args.json:
            print(
                "The map archive is built anew by the running house, or as soon as it runs (curbstop maps tiles: now)."
            )
    return 0


def _ask_for_archive(settings: Settings) -> None:
    from dispatch.places.archives import operations

    with house.opened(settings), transaction.transaction(actor=house.OPERATOR) as tx:
        operations.request(tx)


def _columns(text: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, text.split(",")):
        ours, sign, theirs = pair.partition("=")
        if not sign or not ours.strip() or not theirs.strip():
            raise errors.Refusal(f"--columns reads OURS=THEIRS,..., not {pair!r}.")
        found[ours.strip()] = theirs.strip()
    return found


def act_search(args: argparse.Namespace, settings: Settings) -> int:
    """Print what the search box finds, best first."""
    from dispatch.commands import map_stores
    from maps import naming, search

    typed = " ".join(args.query)
    if not typed and args.batch is None:
        raise errors.Refusal("Say what to look for, or give a file of queries with --batch.")
    limit = max(1, min(args.limit, 100))
    with map_stores.reading(settings, name=args.district) as session:
        for query in [*([typed] if typed else []), *(_queries(args.batch) if args.batch else ())]:
            found = search.find(session, query, limit=limit)
            named = naming.named(session, found.results)
            if args.json:
                results = [{"kind": n.kind, "id": n.id, "label": n.label, "why": n.why} for n in named]
                print(json.dumps({"query": query, "results": results}, ensure_ascii=False))
                continue
            for one in named:
                print(f"{one.kind:<12} {one.id:<24} {one.label:<44} {one.detail:<44} {one.why}")
            print(f"{query!r}: {found.total} found in {found.took_ms:.1f} ms")
    return 0


def _queries(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as bad:
        raise errors.Refusal(f"{file.name}: is not UTF-8 text (byte {bad.start}).") from None
    yield from (line.rstrip("\r") for line in text.removesuffix("\n").split("\n"))


def act_fit(args: argparse.Namespace, settings: Settings) -> int:
    """Fit control points and print the affine and how far each point is off."""
    from maps import control_points

    placed = control_points.fit(control_points.read(args.points, crs=args.crs))
    if args.json:
        print(json.dumps(placed.as_json()))
        return 0
    a, b, c, d, e, f = placed.affine
    print(f"X = {a:.9g} x + {b:.9g} y + {c:.12g}\nY = {d:.9g} x + {e:.9g} y + {f:.12g}")
    for one in placed.residuals:
        mark = "  <- stands out" if one.point == placed.outlier else ""
        print(f"point {one.point:>3}: off by {one.residual_ft:.3f} ft{mark}")
    print(f"root mean square {placed.rms_ft:.3f} ft over {len(placed.residuals)} points ({placed.unit})")
    return 0


def act_tiles(args: argparse.Namespace, settings: Settings) -> int:
    """Cut the map archive from the rows."""
    house.require(settings)
    with house.opened(settings), house.progress("Map archive") as bar:
        _cut(settings, bar)
    return 0


def _cut(settings: Settings, bar: house.Bar) -> None:
    from dispatch.places import imports

    with transaction.reading() as session:
        imports.build_tiles(session, out_dir=settings.tiles_dir, progress=lambda share, stage: bar(stage, share, 1.0))
