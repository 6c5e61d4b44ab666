"""What the search box answers with, and what its ways of looking hand to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from maps import stores

MOST_RANKED = 200
MOST_KEYS = 400


class Kind(StrEnum):
    PARCEL = "parcel"
    ADDRESS = "address"
    INTERSECTION = "intersection"
    LOT = "lot"
    TRACT = "tract"
    SHEET = "sheet"
    HYDRANT = "hydrant"
    ACCOUNT = "account"
    CUSTOMER = "customer"
    PHONE = "phone"
    METER = "meter"
    ENDPOINT = "endpoint"
    ORDER = "order"


class Why(StrEnum):
    """Why a hit is in the list, best first. `interpolated` is a place on the street's centre line, no known house."""

    EXACT = "exact"
    BEGINS = "begins"
    WORDS = "words"
    PART = "part"
    CORRECTED = "corrected"
    INTERPOLATED = "interpolated"
    STREET_ONLY = "street_only"


BASE = {
    Why.EXACT: 1000.0,
    Why.BEGINS: 700.0,
    Why.WORDS: 500.0,
    Why.PART: 400.0,
    Why.CORRECTED: 300.0,
    Why.INTERPOLATED: 250.0,
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
class Row:
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
class Match:
    """A row that matched: why, how well, by which terms or which key, and the words looked for if they were changed."""

    row: Row
    why: Why
    score: float
    terms: tuple[str, ...]
    key: str | None = None
    corrected: str | None = None


COLUMNS = (
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

Scope = tuple[ColumnElement[bool], ...]

_WITH_KEY: Any = select(*COLUMNS, stores.SearchKey.key).join(
    stores.SearchKey, stores.SearchKey.entry_id == stores.SearchEntry.id
)


def with_keys(session: Session, keys: Sequence[str], scope: Scope) -> list[tuple[Row, str]]:
    """The entries that have one of these keys, and which."""
    return _keyed(session, stores.SearchKey.key.in_(keys[:MOST_KEYS]), scope) if keys else []


def with_beginnings(session: Session, beginnings: Sequence[str], scope: Scope) -> list[tuple[Row, str]]:
    """The entries with a key that goes on after one of these beginnings, in order of the key."""
    found: list[tuple[Row, str]] = []
    key = stores.SearchKey.key
    for start in beginnings:
        # One beginning at a time and in the order of its index: the first two hundred are read, not all there are.
        statement = _WITH_KEY.where(key > start, key < start + "\x7f", *scope).order_by(key).limit(MOST_RANKED)
        found.extend((Row(*columns), matched) for *columns, matched in session.execute(statement))
    return found


def with_beginning(session: Session, beginning: str, scope: Scope, *, holding: str) -> list[tuple[Row, str]]:
    """The entries with a key that goes on after this beginning and has `holding` in it, at its end where `holding` ends
    with a $. Letters and digits only: nothing is escaped."""
    key = stores.SearchKey.key
    behind = key.like(f"%{holding[:-1]}") if holding.endswith("$") else key.like(f"%{holding}%")
    clauses = (key > beginning, key < beginning + "\x7f", behind, *scope)
    rows = session.execute(_WITH_KEY.where(*clauses).order_by(key, stores.SearchEntry.id).limit(MOST_RANKED))
    return [(Row(*columns), matched) for *columns, matched in rows]


def keys_after(session: Session, beginning: str, *, limit: int) -> Sequence[str]:
    """The keys that go on after this beginning, without their entries."""
    key = stores.SearchKey.key
    return session.scalars(
        select(key).where(key > beginning, key < beginning + "\x7f").order_by(key).limit(limit).distinct()
    ).all()


def _keyed(session: Session, clause: ColumnElement[bool], scope: Scope) -> list[tuple[Row, str]]:
    statement = _WITH_KEY.where(clause, *scope).order_by(stores.SearchKey.key, stores.SearchEntry.id).limit(MOST_RANKED)
    return [(Row(*columns), key) for *columns, key in session.execute(statement)]
