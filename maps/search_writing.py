"""What can be found: entries put in, replaced and taken out, with their keys and words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from maps import apn, search_terms, stores

_T = TypeVar("_T")

CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing to be found. `label` is shown and searched; `words` are searched too; `detail` is only shown.

    `keys` are exact identifiers in any spelling (parcel number, serial, phone). `ref` says what opens: premise-12,
    parcel-7, order-3, hydrant-9, point-LON,LAT. `weight` 0 to 2 moves a kind up in the list.
    """

    kind: str
    ref: str
    label: str
    detail: str = ""
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    weight: float = 1.0
    district_id: int | None = None


def put(session: Session, entries: Sequence[Entry]) -> None:
    """Adds entries, or brings those already there up to date; an entry is known by (kind, ref, label)."""
    unique = {(entry.kind, entry.ref, entry.label): entry for entry in entries}
    for chunk in _chunks(list(unique.values()), CHUNK):
        _put_chunk(session, chunk)


def remove(session: Session, *, kind: str, ref: str) -> None:
    """Takes out every entry of this kind that opens `ref`; nothing happens when there is none."""
    _remove_ids(session, list(session.scalars(select(stores.SearchEntry.id).filter_by(kind=kind, ref=ref))))


def replace_all(session: Session, *, kind: str, ref: str, entries: Sequence[Entry]) -> None:
    """Makes `entries` the only ones of this kind and ref: a changed name leaves no old one behind."""
    labels = {entry.label for entry in entries}
    known = session.execute(select(stores.SearchEntry.id, stores.SearchEntry.label).filter_by(kind=kind, ref=ref))
    _remove_ids(session, [entry_id for entry_id, label in known if label not in labels])
    put(session, entries)


def _put_chunk(session: Session, entries: list[Entry]) -> None:
    rows = [_row(entry) for entry in entries]
    table = stores.SearchEntry
    names: list[tuple[str, str, str]] = [(row["kind"], row["ref"], row["label"]) for row in rows]
    wanted = set(names)
    columns = [getattr(table, column) for column in rows[0]]
    known: dict[tuple[str, str, str], dict[str, Any]] = {}
    for found in session.execute(select(table.id, *columns).where(table.ref.in_({ref for _, ref, _ in names}))):
        if (found.kind, found.ref, found.label) in wanted:
            known[found.kind, found.ref, found.label] = dict(found._mapping)
    changed = [
        row
        for row in ({"id": known[name]["id"], **row} for name, row in zip(names, rows, strict=True) if name in known)
        if row != known[row["kind"], row["ref"], row["label"]]
    ]
    if changed:
        session.execute(update(table), changed)
        rekeyed = [row for row in changed if known[row["kind"], row["ref"], row["label"]]["keys"] != row["keys"]]
        session.execute(delete(stores.SearchKey).where(stores.SearchKey.entry_id.in_([row["id"] for row in rekeyed])))
        _add_keys(session, [(row["id"], row["keys"]) for row in rekeyed])
    fresh = [row for name, row in zip(names, rows, strict=True) if name not in known]
    if fresh:
        ids = session.scalars(insert(table).returning(table.id, sort_by_parameter_order=True), fresh).all()
        _add_keys(session, [(entry_id, row["keys"]) for entry_id, row in zip(ids, fresh, strict=True)])
    _learn_words(session, rows)


def _row(entry: Entry) -> dict[str, Any]:
    keys = " ".join(dict.fromkeys(key for key in map(apn.key_of, entry.keys) if key))
    return {
        "kind": str(entry.kind),
        "ref": entry.ref,
        "label": entry.label[:300],
        "detail": entry.detail[:300],
        "text": search_terms.searched_text(entry.label, *entry.words, keys),
        "keys": keys,
        "lon": entry.lon,
        "lat": entry.lat,
        "weight": entry.weight,
        "district_id": entry.district_id,
    }


def _add_keys(session: Session, keys: list[tuple[int, str]]) -> None:
    rows = [{"entry_id": entry_id, "key": key} for entry_id, joined in keys for key in joined.split()]
    if rows:
        session.execute(insert(stores.SearchKey), rows)


def _learn_words(session: Session, rows: list[dict[str, Any]]) -> None:
    words = {word for row in rows for word in row["text"].split() if word.isalpha() and len(word) > 2}
    for part in _chunks(sorted(words), CHUNK):
        known = set(session.scalars(select(stores.SearchWord.word).where(stores.SearchWord.word.in_(part))))
        fresh = [{"word": word, "length": len(word)} for word in part if word not in known]
        if fresh:
            # Somebody else may be learning the same word at this moment.
            session.execute(
                text("INSERT INTO search_word (word, length) VALUES (:word, :length) ON CONFLICT (word) DO NOTHING"),
                fresh,
            )


def _remove_ids(session: Session, ids: list[int]) -> None:
    for part in _chunks(ids, CHUNK):
        session.execute(delete(stores.SearchKey).where(stores.SearchKey.entry_id.in_(part)))
        session.execute(delete(stores.SearchEntry).where(stores.SearchEntry.id.in_(part)))


def _chunks(items: list[_T], size: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
