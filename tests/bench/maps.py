"""Maps: import of the reference town, search box on it and on a generated town, tiles, point in parcel.

    python -m tests.bench.maps [--parcels 100000 1000000] [--seed 1] [--no-reference] [--keep FOLDER]

Prints tables; asserts nothing about time. Our own answers are given by a process that has loaded what a web process
loads, so that its memory is that of one. With --keep the filled stores stay in FOLDER and are used again.
"""

import argparse
import importlib
import os
import platform
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.orm import Session

from dispatch.db import dialect
from maps import apn, imports, parcels, search, sources, stores, tiles
from maps.search import Entry

ROUNDS = 200
PEER_ROUNDS = 20
"""Asked of what a user would pick instead, which takes seconds an answer at times."""
SYLLABLES = """
    ma ri no ter la ven do car mel ston bro ok field wood lin den har per son ta co val le
"""
SUFFIXES = ["ST", "AVE", "BLVD", "DR", "CT", "LN", "WAY"]
REFERENCE_DATA = Path(
    os.environ.get("CURBSTOP_REFERENCE_DATA", Path(__file__).parents[2].resolve().parent / "shared" / "data")
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the map library.")
    parser.add_argument("--parcels", type=int, nargs="*", default=[100_000], help="sizes of the generated towns")
    parser.add_argument("--no-reference", action="store_true", help="leave Cambridge out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--import-parcels", type=int, default=100_000, help="rows of the generated county file; 0: none"
    )
    parser.add_argument("--keep", type=Path, help="leave the filled stores here")
    asked = parser.parse_args()
    console = Console(width=160)
    console.print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(asked.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.no_reference:
            pass
        elif (REFERENCE_DATA / "cambridge_ma").is_dir():
            reference_town(console, Path(temporary))
        else:
            console.print("Cambridge reference data not there: skipped (set CURBSTOP_REFERENCE_DATA)")
        if asked.import_parcels:
            county_file(console, Path(temporary), rows=asked.import_parcels)
        for count in asked.parcels:
            generated_town(console, folder, parcels_count=count, seed=asked.seed)


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
            "address": lambda: wanted(session, line := rnd.choice(addresses), line),
            "address, one letter missing": lambda: mistyped(session, rnd, rnd.choice(addresses)),
            "parcel number": lambda: wanted(session, line := rnd.choice(numbers), line),
            "point in parcel": lambda: bool(at_point(session, *rnd.choice(points))),
        }
        console.print(latencies("Cambridge", rows))
        started, begun = time.perf_counter(), time.process_time()
        archive = tiles.build(session, district=city, out_dir=folder / "tiles")
        size = archive.size_bytes / 1e6 if archive else 0.0
        console.print(
            f"tiles: {time.perf_counter() - started:.1f} s ({time.process_time() - begun:.1f} s of work on all cores), "
            f"{size:.1f} MB in one archive\n"
        )
    engine.dispose()


def county_file(console: Console, folder: Path, *, rows: int) -> None:
    """Imports a generated county's parcels, each with its number and address, and then the same file once more."""
    import geopandas
    import numpy as np
    import shapely

    rnd = random.Random(1)
    streets = [f"{word(rnd, 2, 4)} {rnd.choice(SUFFIXES)}" for _ in range(2000)]
    east, north = np.arange(rows) % 400 * 0.0003 - 121.99, np.arange(rows) // 400 * 0.0003 + 37.50
    frame = geopandas.GeoDataFrame(
        {
            "APN": [f"{100 + n // 20000}-{n // 200 % 100:04d}-{n % 200 + 1:03d}-00" for n in range(rows)],
            "SITUS": [f"{rnd.randint(1, 9999)} {rnd.choice(streets)}" for _ in range(rows)],
        },
        geometry=shapely.box(east, north, east + 0.0003, north + 0.0003),
        crs="EPSG:4326",
    )
    file = folder / "county.gpkg"
    frame.to_file(file, engine="pyogrio")
    del frame
    engine = store(folder / "county.db")
    columns = {"parcel_number": "APN", "address": "SITUS"}
    with Session(engine) as session:
        county = stores.District(code="x", name="Generated", time_zone="UTC", apn_format="alameda")
        session.add(county)
        session.flush()
        for time_of in ("first", "second"):
            started, begun = time.perf_counter(), time.process_time()
            report = imports.load(
                session, district=county, layer="parcels", file=file, columns=columns, now=datetime.now(UTC)
            )
            session.commit()
            took, cpu = time.perf_counter() - started, time.process_time() - begun
            console.print(
                f"{report.kept:,} of {report.read:,} parcels imported the {time_of} time in {took:.0f} s ({cpu:.0f} s of "
                "it this process's work), search index and addresses included"
            )
    engine.dispose()


def generated_town(console: Console, folder: Path, *, parcels_count: int, seed: int) -> None:
    """Fills the search box with an invented town and asks it, plain SQLite FTS5 and, where there is one, PostgreSQL's
    pg_trgm the same things in the same run."""
    rnd = random.Random(seed)
    streets = [f"{word(rnd, 2, 4)} {rnd.choice(SUFFIXES)}" for _ in range(max(40, min(5000, parcels_count // 60)))]
    numbers = [
        apn.parse(f"{100 + n // 20000}-{n // 200 % 100}-{n % 200 + 1}-00", county="alameda")
        for n in range(parcels_count)
    ]
    labels = [(number.canonical, f"{rnd.randint(1, 9999)} {rnd.choice(streets)}") for number in numbers]
    file = folder / f"generated-{parcels_count}.db"
    if not file.exists():
        started = time.perf_counter()
        fill(file, numbers, labels)
        took = time.perf_counter() - started
        console.print(f"\n{parcels_count:,} parcels with addresses into the search box in {took:.0f} s")
    del numbers
    questions = typed_questions(rnd, labels)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        ours = alone.submit(asked_as_web, file, questions).result()
    peers = {"SQLite FTS5": plain_fts5(folder / f"plain-{parcels_count}.db", labels)}
    if url := os.environ.get("CURBSTOP_TEST_POSTGRES_URL"):
        peers["PostgreSQL pg_trgm"] = plain_trigrams(url, labels)
    table = Table("typed", "Curbstop: p50 / p99 ms, found", "its CPU: p99 ms", *peers)
    table.title = (
        f"{parcels_count:,} parcels, the first ten answers; {ROUNDS} questions a row, {PEER_ROUNDS} to the others"
    )
    for sort, asked in questions.items():
        told = ours.rows[sort]
        others = [asked_of(answer, asked[:PEER_ROUNDS]) for answer in peers.values()]
        table.add_row(sort, told.line, f"{told.cpu_p99_ms:.1f}", *[other.line for other in others])
    console.print(table)
    console.print(
        f"web process: {ours.bare_mb:.0f} MB as it starts, {ours.full_mb:.0f} MB when all of this was asked "
        f"({ours.own_mb:.0f} MB of it its own, the rest program files and pages of the database that others share); "
        f"streets and numbers were read in {ours.warm_s:.1f} s"
    )


def fill(file: Path, numbers: list[apn.ParcelNumber], labels: list[tuple[str, str]]) -> None:
    """A store with an entry for each number and each address."""
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    engine = store(half)
    with Session(engine) as session:
        district = stores.District(code="x", name="Generated", time_zone="UTC", apn_format="alameda")
        session.add(district)
        session.flush()
        for start in range(0, len(numbers), 5000):
            entries = []
            for n, number in enumerate(numbers[start : start + 5000], start):
                entries += [
                    Entry(
                        kind="parcel", ref=f"parcel-{n}", label=number.canonical, keys=apn.own_keys(number),
                        words=apn.words_of(number), district_id=district.id,
                    ),
                    Entry(kind="address", ref=f"parcel-{n}", label=labels[n][1], district_id=district.id),
                ]  # fmt: skip
            search.put(session, entries, all_new=True)
        session.commit()
    engine.dispose()
    half.rename(file)


@dataclass(frozen=True, kw_only=True)
class Told:
    """How long the answers to one row of questions took, and how many held what was wanted."""

    p50_ms: float
    p99_ms: float
    cpu_p99_ms: float
    found: int

    @property
    def line(self) -> str:
        return f"{self.p50_ms:.1f} / {self.p99_ms:.1f}, {self.found}"


@dataclass(frozen=True, kw_only=True)
class AsWeb:
    """What a web process told: its rows, its memory before and after, and how long reading streets and numbers took."""

    rows: dict[str, Told]
    bare_mb: float
    full_mb: float
    own_mb: float
    warm_s: float


def asked_as_web(file: Path, questions: dict[str, list[tuple[str, str]]]) -> AsWeb:
    """Runs in a process of its own, with everything loaded that answers the desk."""
    for name in ("dispatch.app", *importlib.import_module("dispatch.app").APIS):
        importlib.import_module(name)
    process = psutil.Process()
    bare_mb = process.memory_info().rss / 1e6
    url = f"sqlite:///{file}"
    engine = create_engine(url, **dialect.engine_options(url))
    dialect.prepare(engine)
    started = time.perf_counter()
    with Session(engine) as session:
        search.warm(session)
    warm_s = time.perf_counter() - started

    def answer(typed: str) -> list[str]:
        with Session(engine) as session:
            return [hit.label for hit in search.find(session, typed, limit=10).results]

    rows = {sort: asked_of(answer, asked) for sort, asked in questions.items()}
    memory = process.memory_full_info()
    return AsWeb(rows=rows, bare_mb=bare_mb, full_mb=memory.rss / 1e6, own_mb=memory.uss / 1e6, warm_s=warm_s)


def typed_questions(rnd: random.Random, labels: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """(typed, wanted label) by sort of question."""
    drawn = [rnd.choice(labels) for _ in range(ROUNDS)]

    def slip(text: str) -> str:
        places = [at for at, mark in enumerate(text) if mark.isalpha() and at > 2][:8]
        at = rnd.choice(places)
        return text[:at] + text[at + 1 :]

    def slips(text: str) -> str:
        places = [at for at, mark in enumerate(text) if mark.isalpha()][:8]
        first, second = sorted(rnd.sample(places, 2))
        return text[:first] + rnd.choice("AEIOSTR") + text[first + 1 : second] + text[second + 1 :]

    return {
        "parcel number": [(number, number) for number, _ in drawn],
        "number, unpadded": [(unpadded(number), number) for number, _ in drawn],
        "number, one digit wrong": [(wrong_digit(rnd, number), number) for number, _ in drawn],
        "number, two digits wrong": [(wrong_digit(rnd, wrong_digit(rnd, number)), number) for number, _ in drawn],
        "address": [(line, line) for _, line in drawn],
        "address, half typed": [(line[: len(line) * 2 // 3], line) for _, line in drawn],
        "address, one letter missing": [(slip(line), line) for _, line in drawn],
        "address, two letters wrong": [(slips(line), line) for _, line in drawn],
        "house that is not there": [(f"{10000 + n} {line.split(' ', 1)[1]}", "") for n, (_, line) in enumerate(drawn)],
        "three letters of a street": [(line.split(" ")[1][:3], line) for _, line in drawn],
        "nothing that is there": [(f"zzqx {number[:3]}w", "") for number, _ in drawn],
    }


def asked_of(answer: Callable[[str], list[str]], asked: list[tuple[str, str]]) -> Told:
    answer(asked[0][0])
    times, cpu, found = [], [], 0
    for typed, wanted in asked:
        started, begun = time.perf_counter(), time.thread_time()
        listed = answer(typed)
        times.append((time.perf_counter() - started) * 1000)
        cpu.append((time.thread_time() - begun) * 1000)
        found += wanted in listed
    last = len(asked) * 99 // 100 - (len(asked) >= 100)
    times.sort()
    cpu.sort()
    return Told(p50_ms=times[len(times) // 2], p99_ms=times[last], cpu_p99_ms=cpu[last], found=found)


def plain_fts5(file: Path, labels: list[tuple[str, str]]) -> Callable[[str], list[str]]:
    """What one would write with SQLite alone: every typed word as a prefix, the best ranked ten."""
    file.unlink(missing_ok=True)
    plain = sqlite3.connect(file)
    plain.execute("CREATE VIRTUAL TABLE entry USING fts5(label, prefix='2 3')")
    plain.executemany("INSERT INTO entry VALUES (?)", [(label,) for pair in labels for label in pair])
    plain.commit()

    def answer(typed: str) -> list[str]:
        words = re.findall(r"[A-Za-z0-9]+", typed)
        match = " ".join(f'"{word_}"*' for word_ in words)
        rows = plain.execute("SELECT label FROM entry WHERE entry MATCH ? ORDER BY rank LIMIT 10", (match,))
        return [label for (label,) in rows]

    return answer


def plain_trigrams(url: str, labels: list[tuple[str, str]]) -> Callable[[str], list[str]]:
    """What one would write with PostgreSQL alone: the ten most similar by trigrams."""
    engine = create_engine(url)
    connection = engine.connect()
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE plain_entry (label text)")
    lines = [{"label": label} for pair in labels for label in pair]
    for start in range(0, len(lines), 20_000):
        connection.execute(text("INSERT INTO plain_entry VALUES (:label)"), lines[start : start + 20_000])
    connection.exec_driver_sql("CREATE INDEX ON plain_entry USING gist (label gist_trgm_ops)")
    connection.exec_driver_sql("ANALYZE plain_entry")
    asked = text("SELECT label FROM plain_entry ORDER BY label <-> upper(:typed) LIMIT 10")

    def answer(typed: str) -> list[str]:
        return list(connection.scalars(asked, {"typed": typed}))

    return answer


def wrong_digit(rnd: random.Random, number: str) -> str:
    at = rnd.choice([at for at, mark in enumerate(number[:-3]) if mark.isdigit()])
    return number[:at] + rnd.choice("0123456789".replace(number[at], "")) + number[at + 1 :]


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
