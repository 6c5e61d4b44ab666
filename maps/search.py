"""One box: finds parcels, addresses, corners, lots, hydrants, accounts, meters ... by whatever is typed.

Exact keys come first, then words, then parts of words, then words with typing mistakes corrected, then the street
without its house number. Each hit says why it matched. Nothing is ever picked for the person who types.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from maps import apn, search_terms, stores, vocabulary
from maps.search_marks import mark_key, mark_words
from maps.search_terms import Query, Term
from maps.search_writing import Entry, put, remove, replace_all

__all__ = ["Entry", "Found", "Hit", "Kind", "Why", "find", "put", "remove", "replace_all"]

MOST_LOOKED_AT = 2000
MOST_RANKED = 200


class Kind(StrEnum):
    PARCEL = "parcel"
    ADDRESS = "address"
    INTERSECTION = "intersection"
    LOT = "lot"
    TRACT = "tract"
    HYDRANT = "hydrant"
    ACCOUNT = "account"
    CUSTOMER = "customer"
    PHONE = "phone"
    METER = "meter"
    ENDPOINT = "endpoint"
    ORDER = "order"


class Why(StrEnum):
    """Why a hit is in the list, best first."""

    EXACT = "exact"
    BEGINS = "begins"
    WORDS = "words"
    PART = "part"
    CORRECTED = "corrected"
    STREET_ONLY = "street_only"


_BASE = {
    Why.EXACT: 1000.0,
    Why.BEGINS: 700.0,
    Why.WORDS: 500.0,
    Why.PART: 400.0,
    Why.CORRECTED: 300.0,
    Why.STREET_ONLY: 200.0,
}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found. `ref` says what opens; `why` is a code of `Why`, `corrected` the words that were really looked
    for; `matched` are (start, end) spans of `label` to show in bold."""

    kind: str
    ref: str
    label: str
    detail: str
    why: str
    matched: tuple[tuple[int, int], ...]
    lon: float | None
    lat: float | None
    score: float
    corrected: str | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """`total` counts everything that matched, up to 2,000; `results` are the best of them."""

    results: tuple[Hit, ...]
    total: int
    took_ms: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A stored entry as the ranking sees it."""

    id: int
    kind: str
    ref: str
    label: str
    detail: str
    text: str
    lon: float | None
    lat: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class _Match:
    """A row that matched: why, how well, by which terms or which key, and the words looked for if they were changed."""

    row: _Row
    why: Why
    score: float
    terms: tuple[str, ...]
    key: str | None = None
    corrected: str | None = None


_COLUMNS = (
    stores.SearchEntry.id,
    stores.SearchEntry.kind,
    stores.SearchEntry.ref,
    stores.SearchEntry.label,
    stores.SearchEntry.detail,
    stores.SearchEntry.text,
    stores.SearchEntry.lon,
    stores.SearchEntry.lat,
    stores.SearchEntry.weight,
)


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
    read = search_terms.read_query(query, counties=_counties(session))
    matches: dict[int, _Match] = {}
    total = 0
    if read.terms:
        by_key = _by_key(session, read, scope)
        _take(matches, by_key)
        total = len(matches)
        # A whole key that was typed is the answer; words are looked for when keys do not fill the list.
        known = read.is_identifier and any(match.why is Why.EXACT for match in by_key)
        if not known and len(matches) < limit:
            by_words, words_total = _by_words(session, read, scope)
            _take(matches, by_words)
            total = max(len(matches), words_total)
    ranked = sorted(_fold(matches.values()), key=_order)
    took_ms = (time.perf_counter() - started) * 1000
    return Found(results=tuple(_hit(match) for match in ranked[:limit]), total=total, took_ms=took_ms)


def _counties(session: Session) -> tuple[str, ...]:
    formats = select(stores.District.apn_format).distinct().order_by(stores.District.apn_format)
    return tuple(session.scalars(formats))


def _scope(kinds: Sequence[str] | None, district_id: int | None) -> tuple[ColumnElement[bool], ...]:
    clauses: list[ColumnElement[bool]] = []
    if kinds is not None:
        clauses.append(stores.SearchEntry.kind.in_([str(kind) for kind in kinds]))
    if district_id is not None:
        clauses.append(or_(stores.SearchEntry.district_id == district_id, stores.SearchEntry.district_id.is_(None)))
    return tuple(clauses)


def _take(matches: dict[int, _Match], more: Iterable[_Match]) -> None:
    for match in more:
        known = matches.get(match.row.id)
        if known is None or match.score > known.score:
            matches[match.row.id] = match


def _by_key(session: Session, query: Query, scope: tuple[ColumnElement[bool], ...]) -> list[_Match]:
    key = stores.SearchKey.key
    wanted: list[tuple[Why, ColumnElement[bool]]] = []
    if query.exact_keys:
        wanted.append((Why.EXACT, key.in_(query.exact_keys)))
    if query.key_beginnings:
        begins = [and_(key > start, key < start + "\x7f") for start in query.key_beginnings]
        wanted.append((Why.BEGINS, or_(*begins)))
    whole = apn.key_of(query.text)
    terms = tuple(term.standard for term in query.terms)
    found: list[_Match] = []
    for why, clause in wanted:
        statement = (
            select(*_COLUMNS, key)
            .join(stores.SearchKey, stores.SearchKey.entry_id == stores.SearchEntry.id)
            .where(clause, *scope)
            .order_by(key, stores.SearchEntry.id)
            .limit(MOST_RANKED)
        )
        for *columns, matched_key in session.execute(statement):
            row = _Row(*columns)
            # The longer the typed part of a key the better; a whole key typed as it stands is best of all.
            share = min(1.0, len(whole) / len(matched_key)) if why is Why.BEGINS else 1.0
            score = _BASE[why] + 20 * row.weight + (30 if matched_key == whole else 0) + 50 * share
            typed = matched_key if why is Why.EXACT else whole
            found.append(_Match(row=row, why=why, score=score, terms=terms, key=typed))
    return found


def _by_words(session: Session, query: Query, scope: tuple[ColumnElement[bool], ...]) -> tuple[list[_Match], int]:
    """Hits by words: as typed; else with a street word finished; else inside words; else corrected; else no number."""
    hits, total = _search(session, query.terms, Why.WORDS, scope)
    if len(query.terms) == 1 and query.terms[0].is_number:
        # The end of a serial number is typed as often as its beginning.
        parts, parts_total = _search(session, query.terms, Why.PART, scope)
        return [*hits, *parts], max(total, parts_total)
    if hits:
        return hits, total
    terms = query.terms
    if finished := search_terms.finish_suffix(terms[-1]):
        terms = (*terms[:-1], finished)
        hits, total = _search(session, terms, Why.WORDS, scope)
        if hits:
            return hits, total
    hits, total = _search(session, query.terms, Why.PART, scope)
    if hits:
        return hits, total
    named = tuple(term for term in terms if not term.is_suffix)
    readings = [*vocabulary.corrections(session, terms)]
    if 0 < len(named) < len(terms):
        # AVENUE said where the street is a BOULEVARD: the name counts.
        readings += [named, *vocabulary.corrections(session, named)]
    for reading in readings:
        hits, total = _search(session, reading, Why.CORRECTED, scope)
        if hits:
            return hits, total
    streets = tuple(term for term in terms if not term.typed[0].isdigit())
    if len(streets) < len(terms) and any(term.is_word for term in streets):
        named = tuple(term for term in streets if not term.is_suffix)
        readings = [streets, *vocabulary.corrections(session, streets)]
        if 0 < len(named) < len(streets):
            readings += [named, *vocabulary.corrections(session, named)]
        for reading in readings:
            hits, total = _search(session, reading, Why.STREET_ONLY, scope)
            if hits:
                return hits, total
    return [], 0


def _search(
    session: Session, terms: Sequence[Term], why: Why, scope: tuple[ColumnElement[bool], ...]
) -> tuple[list[_Match], int]:
    fragments = [term.fragment for term in terms]
    if why is Why.PART:
        inner = [len(term.typed) >= 4 and (len(terms) == 1 or not term.is_word) for term in terms]
        if not any(inner):
            return [], 0
        fragments = [term.typed if inside else term.fragment for term, inside in zip(terms, inner, strict=True)]
    long = [fragment for fragment in fragments if len(fragment) >= 3]
    short = [fragment for fragment in fragments if len(fragment) < 3]
    if not long:
        # One letter alone: whole words only, or the whole table would be read.
        long, short = [f"{fragment} " for fragment in short], []
    clauses: list[Any] = [stores.holds_all(session, long), *scope]
    clauses.extend(stores.SearchEntry.text.contains(fragment, autoescape=True) for fragment in short)
    looked_at = select(*_COLUMNS).where(*clauses).limit(MOST_LOOKED_AT).subquery()
    statement: Select[Any] = (
        select(looked_at, func.count().over())
        .order_by(looked_at.c.weight.desc(), func.length(looked_at.c.label), looked_at.c.id)
        .limit(MOST_RANKED)
    )
    found: list[_Match] = []
    total = 0
    standard = tuple(term.standard for term in terms)
    corrected = " ".join(term.typed for term in terms) if why in (Why.CORRECTED, Why.STREET_ONLY) else None
    for *columns, matching in session.execute(statement):
        row, total = _Row(*columns), matching
        score = _BASE[why] + _likeness(row, standard, inside=why is Why.PART)
        found.append(_Match(row=row, why=why, score=score, terms=standard, corrected=corrected))
    return found, total


def _likeness(row: _Row, standard: tuple[str, ...], *, inside: bool) -> float:
    """0 to about 200: how near the label is to what was typed, house number and first word counting most."""
    label = search_terms.standard_words(row.label)
    asked, said = " ".join(standard), " ".join(label)
    score: float = fuzz.token_set_ratio(asked, said) * 0.6 + fuzz.ratio(asked, said) * 0.4
    whole = set(label)
    score += 30 * sum(1 for word in standard if word in whole) / len(standard)
    if label and standard[0] == label[0]:
        score += 25
    if inside and any(word.endswith(term) for word in label for term in standard if len(term) >= 4):
        score += 60
    return score + 20 * row.weight


def _order(match: _Match) -> tuple[float, list[tuple[int, int, str]], str, str]:
    return -match.score, _natural(match.row.label), match.row.kind, match.row.ref


def _hit(match: _Match) -> Hit:
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


def _fold(matches: Iterable[_Match]) -> list[_Match]:
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
