"""What can be found: entries put in, replaced and taken out, with their keys and words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from maps import apn, search_places, search_terms, stores

_T = TypeVar("_T")

CHUNK = 500
LONGEST_LABEL = 300


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


def put(session: Session, entries: Sequence[Entry], *, all_new: bool = False) -> None:
    """Adds entries, or brings those already there up to date; an entry is known by (kind, ref, label). `all_new` says
    that none of them is there yet, and spares the looking."""
    unique = {(str(entry.kind), entry.ref, entry.label[:LONGEST_LABEL]): entry for entry in entries}
    for chunk in _chunks(list(unique.values()), CHUNK):
        _put_chunk(session, chunk, all_new=all_new)


def remove(session: Session, *, kind: str, ref: str) -> None:
    """Takes out every entry of this kind that opens `ref`; nothing happens when there is none."""
    _remove_ids(session, list(session.scalars(select(stores.SearchEntry.id).filter_by(kind=kind, ref=ref))))


def replace_all(session: Session, *, kind: str, ref: str, entries: Sequence[Entry]) -> None:
    """Makes `entries` the only ones of this kind and ref: a changed name leaves no old one behind."""
    labels = {entry.label for entry in entries}
    known = session.execute(select(stores.SearchEntry.id, stores.SearchEntry.label).filter_by(kind=kind, ref=ref))
    _remove_ids(session, [entry_id for entry_id, label in known if label not in labels])
    put(session, entries)


def _put_chunk(session: Session, entries: list[Entry], *, all_new: bool) -> None:
    streets: dict[str, None] = {}
    rows = [_row(entry, streets) for entry in entries]
    table = stores.SearchEntry
    names: list[tuple[str, str, str]] = [(row["kind"], row["ref"], row["label"]) for row in rows]
    wanted = set(names)
    known: dict[tuple[str, str, str], dict[str, Any]] = {}
    if not all_new:
        columns = [getattr(table, column) for column in rows[0]]
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
    fresh = {name: row for name, row in zip(names, rows, strict=True) if name not in known}
    if fresh:
        # Many rows in one statement, then their ids: asking each insert for its id would take one statement a row.
        session.execute(insert(table.__table__), list(fresh.values()))  # type: ignore[arg-type]
        ids = session.execute(
            select(table.id, table.kind, table.ref, table.label).where(table.ref.in_({ref for _, ref, _ in fresh}))
        )
        _add_keys(
            session, [(one.id, fresh[name]["keys"]) for one in ids if (name := (one.kind, one.ref, one.label)) in fresh]
        )
    _learn_words(session, rows)
    _learn_streets(session, streets)


def _row(entry: Entry, streets: dict[str, None]) -> dict[str, Any]:
    # Loose keys keep the marks between their parts.
    given = [key if key.startswith(apn.LOOSE) else apn.key_of(key) for key in entry.keys]
    plain = list(dict.fromkeys(key[: search_places.LONGEST_KEY] for key in given if key))
    # The other spellings of a number are found as keys; in the text they would only make it long.
    searched = plain[0] if plain else ""
    places, its_streets = _places(str(entry.kind), entry.label)
    streets.update(dict.fromkeys(its_streets))
    return {
        "kind": str(entry.kind),
        "ref": entry.ref,
        "label": entry.label[:LONGEST_LABEL],
        "detail": entry.detail[:300],
        "text": search_terms.searched_text(entry.label, *entry.words, searched),
        "keys": " ".join(dict.fromkeys([*plain, *places])),
        "lon": entry.lon,
        "lat": entry.lat,
        "weight": entry.weight,
        "district_id": entry.district_id,
    }


def _places(kind: str, label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(keys, streets) of an address or a corner."""
    if kind == "address":
        keys, street = search_places.address_keys(label)
        return keys, (street,) if street else ()
    return search_places.corner_keys(label) if kind == "intersection" else ((), ())


def _learn_streets(session: Session, streets: dict[str, None]) -> None:
    table = stores.SearchStreet
    for part in _chunks(sorted(streets), CHUNK):
        known = set(session.scalars(select(table.street).where(table.street.in_(part))))
        fresh = [{"street": street} for street in part if street not in known]
        if fresh:
            session.execute(
                text("INSERT INTO search_street (street) VALUES (:street) ON CONFLICT (street) DO NOTHING"), fresh
            )


def _add_keys(session: Session, keys: list[tuple[int, str]]) -> None:
    rows = [{"entry_id": entry_id, "key": key} for entry_id, joined in keys for key in joined.split()]
    if rows:
        session.execute(insert(stores.SearchKey.__table__), rows)  # type: ignore[arg-type]


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
