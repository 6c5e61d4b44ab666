"""Maps: import of the reference town, search box on it and on a generated town, tiles, point in parcel.

    python -m tests.bench.maps [--entries 100000] [--seed 1]

Prints a table; asserts nothing about time.
"""

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.orm import Session

from maps import apn, imports, parcels, search, sources, stores, tiles
from maps.search import Entry

ROUNDS = 100
SYLLABLES = """
    ma ri no ter la ven do car mel ston bro ok field wood lin den har per son ta co val le
"""
SUFFIXES = ["ST", "AVE", "BLVD", "DR", "CT", "LN", "WAY"]
REFERENCE_DATA = Path(
    os.environ.get("CURBSTOP_REFERENCE_DATA", Path(__file__).parents[2].resolve().parent / "shared" / "data")
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the map library.")
    parser.add_argument("--entries", type=int, default=100_000, help="search entries of the generated town")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console()
    console.print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite")
    with tempfile.TemporaryDirectory() as folder:
        if (REFERENCE_DATA / "cambridge_ma").is_dir():
            reference_town(console, Path(folder))
        else:
            console.print("Cambridge reference data not there: skipped (set CURBSTOP_REFERENCE_DATA)")
        generated_town(console, Path(folder), entries=asked.entries, seed=asked.seed)


def reference_town(console: Console, folder: Path) -> None:
    """Imports every layer of Cambridge, then measures lookups on it and its tiles."""
    engine = store(folder / "cambridge.db")
    described = sources.describe("cambridge_ma")
    table = Table(
        "layer", "rows", "kept", "rejected", "s", "rows/s", title="Import of Cambridge, search index included"
    )
    with Session(engine) as session:
        city = stores.District(
            code="cambridge", name=described.title, time_zone=described.time_zone, apn_format=described.apn_format
        )
        session.add(city)
        session.flush()
        for layer, columns in described.layers.items():
            started = time.perf_counter()
            report = imports.load(
                session,
                district=city,
                layer=layer,
                file=REFERENCE_DATA / "cambridge_ma" / (columns.file or ""),
                columns=columns,
                now=datetime.now(UTC),
            )
            session.commit()
            took = time.perf_counter() - started
            table.add_row(
                layer, f"{report.read:,}", f"{report.kept:,}", f"{report.rejected:,}", f"{took:.1f}",
                f"{report.read / took:,.0f}",
            )  # fmt: skip
        console.print(table)
        rnd = random.Random(1)
        addresses = list(session.scalars(select(stores.Address.full_text).where(stores.Address.parcel_id.is_not(None))))
        numbers = list(session.scalars(select(stores.Parcel.number).where(stores.Parcel.retired_on.is_(None))))
        points = [(p.lon, p.lat) for p in session.scalars(select(stores.Address).limit(5000)) if p.lon is not None]
        rows = {
            "address": lambda: wanted(session, text := rnd.choice(addresses), text),
            "address, one letter missing": lambda: mistyped(session, rnd, rnd.choice(addresses)),
            "parcel number": lambda: wanted(session, text := rnd.choice(numbers), text),
            "point in parcel": lambda: bool(at_point(session, *rnd.choice(points))),
        }
        console.print(latencies("Cambridge", rows))
        started = time.perf_counter()
        written = tiles.build(session, district=city, out_dir=folder / "tiles")
        size = sum(file.size_bytes for file in written) / 1e6
        console.print(f"tiles: {time.perf_counter() - started:.1f} s, {size:.1f} MB in {len(written)} files\n")
    engine.dispose()


def generated_town(console: Console, folder: Path, *, entries: int, seed: int) -> None:
    """Fills the search box with an invented town (a fifth each parcels, addresses, customers, meters, phones)."""
    rnd = random.Random(seed)
    engine = store(folder / "generated.db")
    places = list(invented(rnd, entries // 5))
    started = time.perf_counter()
    with Session(engine) as session:
        district = stores.District(code="x", name="Generated", time_zone="UTC", apn_format="alameda")
        session.add(district)
        session.flush()
        for start in range(0, len(places), 2000):
            search.put(session, [entry for place in places[start : start + 2000] for entry in place])
        session.commit()
        took = time.perf_counter() - started
        console.print(f"generated town: {entries:,} search entries in {took:.1f} s ({entries / took:,.0f}/s)")

        def label(at: int) -> str:
            return rnd.choice(places)[at].label

        rows = {
            "parcel number, unpadded": lambda: wanted(session, unpadded(text := label(0)), text),
            "address": lambda: wanted(session, text := label(1), text),
            "address, half typed": lambda: wanted(session, (text := label(1))[: len(text) * 2 // 3], text),
            "address, one letter missing": lambda: mistyped(session, rnd, label(1)),
            "customer": lambda: wanted(session, text := label(2), text),
            "last digits of a meter": lambda: wanted(session, (text := label(3))[-5:], text),
            "phone": lambda: wanted(session, text := label(4), text),
            "nothing matches": lambda: not search.find(session, "zzqx wwyk").results,
            "a street word alone": lambda: bool(search.find(session, rnd.choice(SUFFIXES)).results),
        }
        console.print(latencies(f"Generated town, {entries:,} entries", rows))
    engine.dispose()


def invented(rnd: random.Random, count: int) -> Iterator[list[Entry]]:
    """The entries of `count` premises."""
    streets = [f"{word(rnd, 2, 4)} {rnd.choice(SUFFIXES)}" for _ in range(max(20, count // 30))]
    families = [word(rnd, 3, 3) for _ in range(8000)]
    for n in range(count):
        number = apn.parse(f"{100 + n // 20000}-{n // 200 % 2000}-{n % 200 + 1}-00", county="alameda")
        meter, phone = str(rnd.randrange(10**7, 10**8)), f"510{rnd.randrange(10**6, 10**7)}"
        ref = f"premise-{n}"
        yield [
            Entry(
                kind="parcel",
                ref=f"parcel-{n}",
                label=number.canonical,
                keys=apn.own_keys(number),
                words=apn.words_of(number),
            ),
            Entry(kind="address", ref=ref, label=f"{rnd.randint(1, 9999)} {rnd.choice(streets)}"),
            Entry(kind="customer", ref=ref, label=f"{word(rnd, 2, 2)} {rnd.choice(families)}"),
            Entry(kind="meter", ref=ref, label=f"Meter {meter}", keys=(meter,)),
            Entry(kind="phone", ref=ref, label=phone, keys=(phone,)),
        ]


def store(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _settings(connection, _record) -> None:
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "mmap_size=268435456"):
            connection.execute(f"PRAGMA {setting}")

    stores.metadata.create_all(engine)
    return engine


def wanted(session: Session, typed: str, label: str) -> bool:
    return label in [hit.label for hit in search.find(session, typed, limit=20).results]


def mistyped(session: Session, rnd: random.Random, label: str) -> bool:
    letters = [at for at, mark in enumerate(label) if mark.isalpha() and at > 2]
    at = rnd.choice(letters[:6])
    return wanted(session, label[:at] + label[at + 1 :], label)


def unpadded(number: str) -> str:
    return " ".join(str(int(part)) for part in number.split("-")[:3])


def at_point(session: Session, lon: float, lat: float) -> list[stores.Parcel]:
    found = parcels.at_point(session, lon=lon, lat=lat)
    for parcel in found:
        session.expunge(parcel)
    return found


def word(rnd: random.Random, least: int, most: int) -> str:
    return "".join(rnd.choice(SYLLABLES.split()) for _ in range(rnd.randint(least, most))).upper()


def latencies(title: str, rows: dict[str, Callable[[], bool]]) -> Table:
    table = Table("asked for", "p50 ms", "p99 ms", f"found (of {ROUNDS})", title=title)
    for name, ask in rows.items():
        ask()
        times, found = [], 0
        for _ in range(ROUNDS):
            started = time.perf_counter()
            found += ask()
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        table.add_row(name, f"{times[ROUNDS // 2]:.1f}", f"{times[ROUNDS * 99 // 100]:.1f}", str(found))
    return table


if __name__ == "__main__":
    main()
