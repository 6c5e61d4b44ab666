"""How often the search box finds what was meant: queries made from real rows by writing them otherwise.

    python -m tests.bench.accuracy [--queries 1000] [--seed 7] [--show 0]

Takes rows of Cambridge (parcel numbers, addresses, corners, hydrants) and San Jose (tracts), writes each as people do
(other marks, other case, long and short street words, cut, swapped), and puts one or two slips into half of them. A slip
is a letter left out, doubled, changed or swapped with its neighbour. Where a changed number is another thing's number, or
nearer to another's than to its own, nobody could tell, so another slip is drawn. Of a mistyped number or street every one
as near counts as an equal answer. Knows nothing of the engine but `search.find`.
"""

import argparse
import random
import re
import string
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import addresses, imports, search, sources, stores
from tests.bench.maps import REFERENCE_DATA, store

LONG = {
    "ST": ("STREET", "STR"), "AVE": ("AVENUE", "AV"), "RD": ("ROAD",), "PL": ("PLACE",), "CT": ("COURT",),
    "SQ": ("SQUARE",), "TER": ("TERRACE",), "DR": ("DRIVE",), "LN": ("LANE",), "PKWY": ("PARKWAY",),
    "BLVD": ("BOULEVARD",), "HWY": ("HIGHWAY",), "PK": ("PARK",), "CIR": ("CIRCLE",),
}  # fmt: skip
SHOWN = 10
LISTED = 100
"""As many answers as are asked for, so that equally near numbers can be told from wrong ones."""


@dataclass(frozen=True)
class Question:
    """What is typed, of which sort, what would be right, and which other answers would be equally true."""

    sort: str
    typed: str
    right: Callable[[search.Hit], bool]
    equal: Callable[[search.Hit], bool]
    slips: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how often the search box is right.")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", type=int, default=0, help="print this many misses")
    asked = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        for town, source in (("cambridge_ma", "cambridge_ma"), ("san_jose_ca_sanitary", "san_jose_ca")):
            if (REFERENCE_DATA / town).is_dir():
                measure(console, Path(folder) / f"{source}.db", town, source, asked)
            else:
                console.print(f"{town} is not there: skipped (set CURBSTOP_REFERENCE_DATA)")


def measure(console: Console, file: Path, town: str, source: str, asked: argparse.Namespace) -> None:
    engine = store(file)
    rnd = random.Random(asked.seed)
    described = sources.describe(source)
    with Session(engine) as session:
        district = stores.District(
            code=source, name=described.title, time_zone=described.time_zone, apn_format=described.apn_format
        )
        session.add(district)
        session.flush()
        for layer, columns in described.layers.items():
            path = REFERENCE_DATA / town / (columns.file or "")
            imports.load(session, district=district, layer=layer, file=path, columns=columns, now=datetime.now(UTC))
        session.commit()
        makers = makers_of(session)
        questions = [rnd.choice(makers)(rnd) for _ in range(asked.queries)]
        tell(console, session, described.title, questions, asked.show)
    engine.dispose()


def makers_of(session: Session) -> list[Callable[[random.Random], Question]]:
    """One maker of questions a sort of row that this town has."""
    parcels = list(session.scalars(select(stores.Parcel.number).where(stores.Parcel.retired_on.is_(None))))
    lines = sorted(
        set(session.scalars(select(stores.Address.full_text).where(stores.Address.number.is_not(None))))
        - set(session.scalars(select(stores.Address.full_text).where(stores.Address.lon.is_(None))))
    )
    corners = sorted({name for name in session.scalars(select(stores.Intersection.name)) if " & " in name})
    tracts = list(session.scalars(select(stores.TractMap.tract_no)))
    makers: list[Callable[[random.Random], Question]] = []
    if parcels:
        makers.append(lambda rnd: parcel_question(rnd, parcels))
    if lines:
        known = set(lines)
        makers.append(lambda rnd: address_question(rnd, lines, known))
    if corners:
        makers.append(lambda rnd: corner_question(rnd, corners))
    if tracts:
        known_tracts = set(tracts)
        makers.append(lambda rnd: tract_question(rnd, tracts, known_tracts))
    return makers


def slips_of(rnd: random.Random) -> int:
    return rnd.choice((0, 0, 1, 2))


def parcel_question(rnd: random.Random, numbers: list[str]) -> Question:
    number = rnd.choice(numbers)
    parts = [part for part in re.split(r"[\s-]+", number) if part]
    mark = rnd.choice(("-", " ", " - ", "/", "--"))
    slips = slips_of(rnd) if len(key(number)) >= 6 else 0
    tidied = [tidy(each) for each in numbers]
    known = {key(each) for each in numbers} | {loose(each) for each in numbers}
    for _ in range(50):
        changed = slipped(rnd, "-".join(parts), slips, digits=True).split("-")
        whole = {key("".join(changed)), loose("-".join(changed))}
        taken = not known.isdisjoint(whole) or any(each.startswith(key("".join(changed))) for each in known)
        if not slips or (not taken and len(changed) == len(parts) and all(changed)):
            asked = "-".join(changed)
            _, nearest, _ = process.extractOne(asked, tidied, scorer=OSA.distance)
            if nearest >= OSA.distance(asked, tidy(number)):
                break
    typed = mark.join(changed)
    if rnd.random() < 0.3:
        typed = f"{rnd.choice(('parcel ', 'APN ', 'map lot '))}{typed}"
    if rnd.random() < 0.3:
        typed = typed.lower()
    truth = loose(number)
    asked = "-".join(changed)
    least = min(OSA.distance(asked, tidy(number)), slips) if slips else 0

    def equal(hit: search.Hit) -> bool:
        if loose(hit.label) == truth:
            return True
        return bool(slips) and OSA.distance(asked, tidy(hit.label)) <= least

    return Question("parcel number", typed, lambda hit: loose(hit.label) == truth, equal, slips)


def address_question(rnd: random.Random, lines: list[str], known: set[str]) -> Question:
    line = rnd.choice(lines)
    house, _, rest = line.partition(" ")
    street, _, unit = rest.partition(" # ")
    words = street.split()
    slips = slips_of(rnd)
    if words[-1] in LONG and rnd.random() < 0.5:
        words[-1] = rnd.choice(LONG[words[-1]])
    for _ in range(50):
        name = slipped(rnd, " ".join(words), slips, digits=False)
        if f"{house} {name.upper()}" not in known or not slips:
            break
    swapped = not slips and not unit and rnd.random() < 0.15
    typed = f"{name} {house}" if swapped else f"{house} {name}"
    if unit:
        typed += rnd.choice((f" #{unit}", f" unit {unit}", f" apt {unit}", f" # {unit}"))
    if rnd.random() < 0.25:
        typed += rnd.choice((", Cambridge", ", Cambridge, MA", " Cambridge MA 02139"))
    typed = rnd.choice((str.lower, str.title, str.upper))(typed)

    def right(hit: search.Hit) -> bool:
        return hit.label == line

    asked = addresses.street_of(name)
    least = OSA.distance(asked, street)

    def equal(hit: search.Hit) -> bool:
        # BERRY ST for a mistyped PERRY ST is as near, when the house is there.
        there = addresses.parse(hit.label)
        return right(hit) or (bool(slips) and there.house == house and OSA.distance(asked, there.street) <= least)

    return Question("address, swapped" if swapped else "address", typed, right, equal, slips)


def corner_question(rnd: random.Random, corners: list[str]) -> Question:
    corner = rnd.choice(corners)
    names = corner.split(" & ")
    pair = rnd.sample(names, 2)
    slips = slips_of(rnd)
    given = set(pair)
    typed = rnd.choice((" & ", " and ", " at ", " @ ", "/")).join(
        [slipped(rnd, pair[0].upper(), slips, digits=False), pair[1]]
    )

    def right(hit: search.Hit) -> bool:
        return hit.label == corner

    def equal(hit: search.Hit) -> bool:
        # Two streets may meet more than once.
        return right(hit) or (hit.kind == "intersection" and given <= set(hit.label.split(" & ")))

    return Question("corner", rnd.choice((str.lower, str.title))(typed), right, equal, slips)


def tract_question(rnd: random.Random, tracts: list[str], known: set[str]) -> Question:
    number = rnd.choice(tracts)
    slips = rnd.choice((0, 0, 1))
    word = rnd.choice(("TR", "TRACT ", "T-", "TRACT NO. ", "Tract #", "TR-", "tract map "))
    if slips and len(word.strip()) >= 5:
        word = slipped(rnd, "tract", 1, digits=False) + " "
    typed = f"{word}{number.zfill(5) if rnd.random() < 0.2 else number}"

    def right(hit: search.Hit) -> bool:
        return hit.kind == "tract" and hit.label.removeprefix("Tract ").partition(" ")[0] == number

    return Question("tract", typed, right, right, slips if word.strip().lower() not in ("tr", "t-", "tr-") else 0)


def slipped(rnd: random.Random, text: str, slips: int, *, digits: bool) -> str:
    """The text with so many slips, each in a different word or place; the first letter is hit as often as others."""
    marks = list(text)
    for _ in range(slips):
        places = [at for at, mark in enumerate(marks) if mark.isalpha() or (digits and mark.isdigit())]
        if len(places) < 3:
            break
        at = rnd.choice(places)
        letters = string.digits if marks[at].isdigit() else string.ascii_uppercase
        sort = rnd.randrange(4)
        if sort == 0:
            del marks[at]
        elif sort == 1:
            marks.insert(at, marks[at])
        elif sort == 2:
            marks[at] = rnd.choice(letters.replace(marks[at].upper(), ""))
        elif at + 1 < len(marks) and marks[at + 1].isalnum() and marks[at + 1] != marks[at]:
            marks[at], marks[at + 1] = marks[at + 1], marks[at]
        else:
            marks[at] = rnd.choice(letters.replace(marks[at].upper(), ""))
    return "".join(marks)


def key(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def tidy(text: str) -> str:
    return "-".join(re.sub(r"^0+(?=[0-9])", "", part) for part in re.split(r"[\s-]+", text.upper()) if part)


def loose(text: str) -> str:
    return ".".join(run.lstrip("0") or "0" for run in re.findall(r"[0-9]+|[A-Z]+", text.upper()))


def tell(console: Console, session: Session, title: str, questions: list[Question], show: int) -> None:
    table = Table("asked for", "slips", "asked", "first %", "first 3 %", "first 10 %", title=title)
    counts: dict[tuple[str, int], Counter[str]] = {}
    missed = []
    for question in questions:
        hits = search.find(session, question.typed, limit=LISTED).results
        rank = place_of(question, hits)
        count = counts.setdefault((question.sort, question.slips), Counter())
        every = counts.setdefault(("all", -1), Counter())
        clean = counts.setdefault(("all, clean" if not question.slips else "all, with slips", -2), Counter())
        for each in (count, every, clean):
            each["asked"] += 1
            each["first"] += rank == 1
            each["three"] += 0 < rank <= 3
            each["ten"] += 0 < rank <= SHOWN
        if rank != 1:
            missed.append((rank, question, hits))
    for (sort, slips), count in sorted(counts.items(), key=lambda one: (one[0][0].startswith("all"), one[0])):
        shares = [f"{100 * count[name] / count['asked']:.1f}" for name in ("first", "three", "ten")]
        table.add_row(sort, str(slips) if slips >= 0 else "", str(count["asked"]), *shares)
    console.print(table)
    for rank, question, hits in missed[:show]:
        shown = [f"{hit.label} ({hit.why})" for hit in hits[:4]]
        console.print(f"{rank or '-'} {question.sort} {question.slips}: {question.typed!r} -> {shown}", markup=False)


def place_of(question: Question, hits: tuple[search.Hit, ...]) -> int:
    """The place of the right answer when equally true ones before it are not counted; 0 when it is not there."""
    others = 0
    for hit in hits:
        if question.right(hit):
            return others + 1
        if not question.equal(hit):
            others += 1
    return 0


if __name__ == "__main__":
    main()
