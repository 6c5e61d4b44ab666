"""One box: finds parcels, addresses, corners, lots, hydrants, accounts, meters ... by whatever is typed.

Exact keys come first, then addresses and corners by the streets there are, then words and parts of words, then what was
typed with mistakes corrected, then the street without its house number. Each hit says why it matched. Nothing is ever
picked for the person who types.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from maps import (
    apn,
    search_by_key,
    search_by_legal,
    search_by_place,
    search_by_words,
    search_numbers,
    search_terms,
    stores,
    street_book,
    vocabulary,
)
from maps.search_hits import Found, Hit, Kind, Match, Scope, Why
from maps.search_marks import mark_key, mark_words
from maps.search_terms import Query
from maps.search_writing import Entry, put, remove, replace_all

CHANCE = 100.0
"""The score of what only has the digits of something else that was typed."""
SHORT = 7
"""A number of fewer letters can be another thing's by chance."""

__all__ = ["Entry", "Found", "Hit", "Kind", "Why", "find", "put", "remove", "replace_all", "warm"]


def find(
    session: Session,
    query: str,
    *,
    limit: int = 10,
    kinds: Sequence[str] | None = None,
    district_id: int | None = None,
) -> Found:
    """The best `limit` entries for what was typed, of these kinds (all when None); an empty query finds nothing."""
    started = time.perf_counter()
    scope = _scope(kinds, district_id)
    counties = _counties(session)
    read = search_terms.read_query(query, counties=counties)
    matches: dict[int, Match] = {}
    total = 0
    if read.terms:
        total = _look(session, read, scope, counties, matches, limit)
    settled = not _is_doubtful(read, matches)
    if read.terms and not settled:
        settled = _look_harder(session, read, scope, counties, matches)
        total = max(total, len(matches))
    if read.terms and not settled and len(matches) < limit:
        found = _on_street(session, read, scope, kinds, district_id)
        _take(matches, found)
        total = max(total, len(matches))
    ranked = sorted(_fold(matches.values()), key=_order)
    took_ms = (time.perf_counter() - started) * 1000
    return Found(results=tuple(_hit(match) for match in ranked[:limit]), total=total, took_ms=took_ms)


def warm(session: Session) -> None:
    """Reads streets, words and numbers into memory, so that the first person who types does not wait for it."""
    street_book.book(session)
    vocabulary.load(session)
    search_numbers.load(session)


def _is_doubtful(read: Query, matches: dict[int, Match]) -> bool:
    """True when what was found may not be what was meant: nothing, or parts of a number, or a street with words left."""
    meant = [match for match in matches.values() if match.score > CHANCE]
    exact = [match for match in meant if match.why is Why.EXACT]
    # Hydrant 4013 has the digits of 40-13, but a number typed in parts is more likely a parcel's.
    by_chance = read.is_number and len(apn.key_of(read.text)) < SHORT and all(m.row.kind != "parcel" for m in exact)
    if exact and not by_chance:
        return False
    places = [match for match in meant if match.row.kind in ("address", "intersection")]
    if read.is_number and not places and not any(match.why is Why.BEGINS for match in meant):
        return True
    return not meant or (len(places) == len(meant) and search_by_place.is_doubtful(places))


def _is_whole_number(read: Query) -> bool:
    """True for a parcel number typed in full: with a slip in it, the nearest one is meant, not what shares its digits."""
    return read.is_number and len(read.terms) >= 3 and len(apn.key_of(read.text)) >= SHORT


def _weighed(read: Query, match: Match) -> Match:
    # 14919 Olive Street is no parcel 149-1-9, though its number has these digits.
    if match.row.kind == "parcel" and not read.is_identifier and search_by_place.is_house(read.text, match.key):
        return replace(match, why=Why.PART, score=CHANCE)
    return match


def _look(
    session: Session, read: Query, scope: Scope, counties: Sequence[str], matches: dict[int, Match], limit: int
) -> int:
    """What was typed, taken at its word; answers how many entries match."""
    by_key = [_weighed(read, match) for match in search_by_key.find(session, read, scope)]
    _take(matches, by_key)
    exact = any(match.why is Why.EXACT for match in by_key)
    if read.is_identifier and not exact:
        _take(matches, search_by_key.find_padded(session, read, scope))
        exact = any(match.why is Why.EXACT for match in matches.values())
    # A whole key that was typed is the answer; words are looked for when keys do not fill the list.
    if (read.is_identifier and exact) or len(matches) >= limit:
        return len(matches)
    places = search_by_place.find(session, read.text, scope)
    _take(matches, places)
    if any(match.why is Why.EXACT for match in places) or len(matches) >= limit:
        return len(matches)
    _take(matches, search_by_legal.find(session, read, scope))
    if search_by_place.is_of_street(session, read.text) or _is_whole_number(read):
        return len(matches)
    by_words, words_total = search_by_words.find(session, read, scope)
    if not by_words:
        by_words, words_total = search_by_legal.find_words(session, read, scope)
    _take(matches, by_words)
    return max(len(matches), words_total)


def _look_harder(
    session: Session, read: Query, scope: Scope, counties: Sequence[str], matches: dict[int, Match]
) -> bool:
    """What was typed, taken as mistyped; answers whether that leads to a thing itself, not only near it."""
    if read.is_identifier:
        numbers = search_by_key.find_mistyped(session, read, scope, counties=counties)
        _take(matches, numbers)
        if numbers:
            return True
        if _is_whole_number(read):
            by_words, _ = search_by_words.find(session, read, scope)
            _take(matches, by_words)
            if by_words:
                return True
    places, here = search_by_place.find_mistyped(session, read.text, scope)
    _take(matches, places)
    if any(match.score > CHANCE for match in matches.values()) or search_by_place.is_of_street(session, read.text):
        return here
    by_words, _ = search_by_words.find_corrected(session, read, scope)
    _take(matches, by_words)
    return bool(matches)


def _on_street(
    session: Session, read: Query, scope: Scope, kinds: Sequence[str] | None, district_id: int | None
) -> list[Match]:
    districts = search_by_place.districts_in(session, district_id) if kinds is None or "address" in kinds else ()
    found = search_by_place.find_on_street(session, read.text, scope, districts=districts)
    return found or search_by_words.find_street(session, read, scope)[0]


def _counties(session: Session) -> tuple[str, ...]:
    formats = select(stores.District.apn_format).distinct().order_by(stores.District.apn_format)
    return tuple(session.scalars(formats))


def _scope(kinds: Sequence[str] | None, district_id: int | None) -> Scope:
    clauses: list[ColumnElement[bool]] = []
    if kinds is not None:
        clauses.append(stores.SearchEntry.kind.in_([str(kind) for kind in kinds]))
    if district_id is not None:
        clauses.append(or_(stores.SearchEntry.district_id == district_id, stores.SearchEntry.district_id.is_(None)))
    return tuple(clauses)


def _take(matches: dict[int, Match], more: Iterable[Match]) -> None:
    for match in more:
        known = matches.get(match.row.id)
        if known is None or match.score > known.score:
            matches[match.row.id] = match


def _order(match: Match) -> tuple[float, list[tuple[int, int, str]], str, str]:
    return -match.score, _natural(match.row.label), match.row.kind, match.row.ref


def _hit(match: Match) -> Hit:
    row = match.row
    marks = mark_key(row.label, match.key) if match.key else ()
    return Hit(
        kind=row.kind,
        ref=row.ref,
        label=row.label,
        detail=row.detail,
        why=match.why.value,
        matched=marks or mark_words(row.label, match.terms, inside=match.why is Why.PART),
        lon=row.lon,
        lat=row.lat,
        score=round(match.score, 3),
        corrected=match.corrected,
    )


def _fold(matches: Iterable[Match]) -> list[Match]:
    """One line a place: an address that opens a premise stands for the same address of the map's own list."""
    listed = list(matches)
    premises = {(match.row.kind, match.row.label) for match in listed if match.row.ref.startswith("premise-")}
    return [
        match
        for match in listed
        if match.row.ref.startswith("premise-") or (match.row.kind, match.row.label) not in premises
    ]


def _natural(label: str) -> list[tuple[int, int, str]]:
    return [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in search_terms.words_in(label)]
