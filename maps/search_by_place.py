"""Looking for addresses and corners by the streets there are: as typed, unfinished, or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import addresses, geocoding, search_places, search_terms, stores, street_book
from maps.search_hits import BASE, Match, Row, Scope, Why, keys_after, with_keys
from maps.search_places import Cut
from maps.street_book import Book, Street

BEST = 950.0
"""Of an address as it stands; whole keys come before it, words after it."""
COST = 100.0
NO_SUCH_UNIT = 0.25
UNIT_NOT_ASKED = 0.15
OTHER_RANGE = 0.12
CORNER_WORD_LEFT = 0.6
DOUBTFUL = 0.5
"""A reading that costs so much is held against what would be read with a slip put right."""
TOO_FAR = 3.2
MOST_CORNERS = 8
MOST_ON_STREET = 1500
MOST_SHOWN = 60
MOST_ALIKE = 4


@dataclass(frozen=True, slots=True)
class _Reading:
    """A way to read the typed line: this house on this street, what that costs, and how many letters were changed."""

    street: str
    house: str
    unit: str | None
    cost: float
    changed: int


def find(session: Session, text: str, scope: Scope) -> list[Match]:
    """Addresses and corners that the line names without any letter changed."""
    book = street_book.book(session)
    if not book.known:
        return []
    unfinished = bool(text) and text[-1].isalnum()
    found = _corners(session, book, text, scope, unfinished=unfinished, mistyped=False)
    readings: dict[tuple[str, str], _Reading] = {}
    for cut in search_places.cuts(text):
        for street, length in book.as_typed(cut.run, unfinished=unfinished and not cut.tail):
            _read(readings, cut, street, length)
    found.extend(_addresses(session, readings, scope))
    # As typed, so that the letters typed are the ones marked.
    typed = tuple(search_terms.standard_words(text))
    return [replace(match, terms=typed) if match.corrected is None else match for match in found]


def is_doubtful(matches: Sequence[Match]) -> bool:
    """True when none of the places found is what was typed, or nearly so."""
    return max((match.score for match in matches), default=0.0) < BEST - COST * DOUBTFUL


def is_of_street(session: Session, text: str) -> bool:
    """True when the line is a house number and a street there is, both complete, so that only the house can be wrong."""
    book = street_book.book(session)
    for cut in search_places.cuts(text)[:1]:
        if any(
            street.cost < DOUBTFUL and length == len(cut.run)
            for street, length in book.as_typed(cut.run, unfinished=False)
        ):
            return not cut.tail
    return False


def is_house(text: str, key: str | None) -> bool:
    """True for a key that the line has as the house number of a street."""
    return any(cut.house == key for cut in search_places.cuts(text))


def find_mistyped(session: Session, text: str, scope: Scope) -> tuple[list[Match], bool]:
    """Addresses and corners that the line nearly names, letters of the street or a digit of the house changed; and
    whether the house stands there as typed."""
    book = street_book.book(session)
    if not book.known:
        return [], False
    unfinished = bool(text) and text[-1].isalnum()
    found = _corners(session, book, text, scope, unfinished=unfinished, mistyped=True)
    if found:
        return found, True
    readings: dict[tuple[str, str], _Reading] = {}
    near: dict[str, tuple[Street, int, Cut]] = {}
    for cut in search_places.cuts(text):
        streets = book.as_typed(cut.run, unfinished=False) + book.mistyped(
            cut.run, unfinished=unfinished and not cut.tail
        )
        for street, length in streets:
            _read(readings, cut, street, length)
            if street.street not in near or near[street.street][0].cost + near[street.street][2].cost > street.cost:
                near[street.street] = (street, length, cut)
    found = _addresses(session, readings, scope)
    here = bool(found)
    closest = sorted(near.values(), key=lambda one: (one[0].cost + one[2].cost, one[0].street))
    for street, _, cut in closest[: 1 if here else 3]:
        if street.cost < TOO_FAR:
            found.extend(_other_houses(session, street, cut, scope))
    return found, here


def find_on_street(session: Session, text: str, scope: Scope, *, districts: Sequence[int]) -> list[Match]:
    """The house's place along its street's number range, marked as such, and the street's other houses, nearest first."""
    book = street_book.book(session)
    for cut in search_places.cuts(text):
        streets = book.as_typed(cut.run, unfinished=False) or book.mistyped(cut.run, unfinished=False)
        if not streets or streets[0][0].cost >= TOO_FAR:
            continue
        least = streets[0][0].cost
        matches: list[Match] = []
        for street, _ in [one for one in streets if one[0].cost <= least + 0.05][:MOST_ALIKE]:
            matches.extend(_interpolated(session, street.street, cut.house, districts))
            matches.extend(_by_distance(session, street, cut.house, scope))
        if matches:
            return matches
    return []


def _read(readings: dict[tuple[str, str], _Reading], cut: Cut, street: Street, length: int) -> None:
    unit = search_places.unit_in((*cut.run[length:], *cut.tail))
    reading = _Reading(street.street, cut.house, unit, street.cost + cut.cost, street.changed)
    key = (street.street, cut.house)
    if key not in readings or readings[key].cost > reading.cost:
        readings[key] = reading


def _addresses(session: Session, readings: dict[tuple[str, str], _Reading], scope: Scope) -> list[Match]:
    ranked = sorted(readings.values(), key=lambda one: one.cost)[:40]
    units: dict[str, tuple[float, _Reading]] = {}
    houses: dict[str, tuple[float, _Reading]] = {}
    for one in ranked:
        key = search_places.house_key(one.street, one.house)
        if one.unit:
            units.setdefault(f"{key}@{one.unit}".replace(" ", "_"), (one.cost, one))
        houses.setdefault(key, (one.cost + (NO_SUCH_UNIT if one.unit else 0.0), one))
        if "-" in one.house:
            # A range that is not listed as one: its first house.
            first = search_places.house_key(one.street, one.house.partition("-")[0])
            houses.setdefault(first, (one.cost + OTHER_RANGE, one))
    matches = []
    for wanted in (units, houses):
        for row, key in with_keys(session, list(wanted), scope):
            cost, reading = wanted[key]
            matches.append(_match(row, reading, cost + _beside(row, reading, unit_found=wanted is units)))
    return matches


def _beside(row: Row, reading: _Reading, *, unit_found: bool) -> float:
    """What an entry that covers the house, but is written for more or less than it, costs."""
    address = addresses.parse(row.label)
    cost = 0.0
    if address.house != reading.house:
        cost += OTHER_RANGE
    if address.unit and not unit_found:
        # Without a unit asked for, the building itself comes before its units.
        cost += UNIT_NOT_ASKED
    return cost


def _match(row: Row, reading: _Reading, cost: float) -> Match:
    corrected = f"{reading.house} {reading.street}"
    terms = tuple(addresses.plain(corrected).split())
    score = BEST - COST * cost + 5 * row.weight
    if reading.changed or reading.cost >= min(street_book.OTHER_SUFFIX, street_book.OTHER_DIRECTION):
        return Match(row=row, why=Why.CORRECTED, score=score, terms=terms, corrected=corrected)
    return Match(row=row, why=Why.EXACT if cost < 0.1 else Why.WORDS, score=score, terms=terms)


def _other_houses(session: Session, street: Street, cut: Cut, scope: Scope) -> list[Match]:
    """Houses of the street whose number is one slip away from the typed one."""
    start = search_places.house_key(street.street)
    asked = cut.house.replace(" ", "_")
    near: dict[str, str] = {}
    for key in keys_after(session, start, limit=MOST_ON_STREET):
        house = key.removeprefix(start)
        if "@" in house or house == asked or len(asked) < 2 or abs(len(house) - len(asked)) > 1:
            continue
        if OSA.distance(house, asked, score_cutoff=1) <= 1:
            near[key] = house.replace("_", " ")
    matches = []
    for row, key in with_keys(session, list(near)[:MOST_SHOWN], scope):
        reading = _Reading(street.street, near[key], None, street.cost + cut.cost + 1.05, street.changed + 1)
        matches.append(_match(row, reading, reading.cost + _beside(row, reading, unit_found=False)))
    return matches


def _interpolated(session: Session, street: str, house: str, districts: Sequence[int]) -> list[Match]:
    number = addresses.leading_number(house)
    if number is None:
        return []
    matches = []
    for district_id in districts:
        place = geocoding.find_place(session, district_id=district_id, number=number, street=street)
        if place is not None:
            row = Row(
                0, "address", f"point-{place.lon:.6f},{place.lat:.6f}", f"{house} {street}",
                "≈", "", place.lon, place.lat, 1.0,
            )  # fmt: skip
            terms = tuple(row.label.split())
            matches.append(Match(row=row, why=Why.INTERPOLATED, score=BASE[Why.INTERPOLATED] + 150, terms=terms))
    return matches


def _by_distance(session: Session, street: Street, house: str, scope: Scope) -> list[Match]:
    """Houses of the street, those with the nearest numbers first."""
    asked = addresses.leading_number(house) or 0
    start = search_places.house_key(street.street)
    away: dict[str, int] = {}
    for key in keys_after(session, start, limit=MOST_ON_STREET):
        if "@" not in (written := key.removeprefix(start)):
            away[key] = abs((addresses.leading_number(written) or 0) - asked)
    nearest = sorted(away, key=lambda key: (away[key], key))[:MOST_SHOWN]
    rows = sorted(with_keys(session, nearest, scope), key=lambda one: (away[one[1]], one[0].id))
    terms = tuple(street.street.split())
    return [
        Match(
            row=row, why=Why.STREET_ONLY, score=BASE[Why.STREET_ONLY] + 100 - at * 0.3, terms=terms,
            corrected=street.street,
        )
        for at, (row, _) in enumerate(rows)
    ]  # fmt: skip


def _corners(session: Session, book: Book, text: str, scope: Scope, *, unfinished: bool, mistyped: bool) -> list[Match]:
    parts = search_places.corner_parts(text)
    if parts is None:
        return []
    sides: list[list[Street]] = []
    for at, part in enumerate(parts):
        words = addresses.plain(part).split()
        listed = book.as_typed(words, unfinished=unfinished and at == 1)
        if mistyped:
            listed = listed + book.mistyped(words, unfinished=unfinished and at == 1)
        # No city stands behind the street of a corner, so a word that is left was meant as part of it.
        paid = [
            Street(one.street, one.cost + CORNER_WORD_LEFT * (length < len(words)), one.changed)
            for one, length in listed
        ]
        sides.append(sorted(paid, key=lambda one: one.cost)[:MOST_CORNERS])
    wanted: dict[str, tuple[float, int, str]] = {}
    for one in sides[0]:
        for other in sides[1]:
            key = search_places.corner_key(one.street, other.street)
            cost, changed = one.cost + other.cost, one.changed + other.changed
            if key not in wanted or cost < wanted[key][0]:
                wanted[key] = (cost, changed, f"{one.street} & {other.street}")
    matches = []
    for row, key in with_keys(session, list(wanted), scope):
        cost, changed, name = wanted[key]
        # Where more streets meet, the corner of just these two comes first.
        cost += 0.02 * row.label.count(" & ")
        terms = tuple(addresses.plain(name).split())
        if changed or cost >= street_book.OTHER_DIRECTION:
            matches.append(Match(row=row, why=Why.CORRECTED, score=BEST - COST * cost, terms=terms, corrected=name))
        else:
            why = Why.EXACT if cost < 0.1 else Why.WORDS
            matches.append(Match(row=row, why=why, score=BEST - COST * cost, terms=terms))
    return matches


def districts_in(session: Session, district_id: int | None) -> tuple[int, ...]:
    """The districts to look at streets in."""
    if district_id is not None:
        return (district_id,)
    return tuple(session.scalars(select(stores.District.id).order_by(stores.District.id)))
