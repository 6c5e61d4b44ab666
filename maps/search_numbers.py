"""Parcel numbers that were typed with a slip: the nearest ones there are, by letters changed.

The numbers stand in memory twice, as dashless padded keys and as unpadded parts with dashes, sorted, and are looked up
by their beginnings first: only numbers whose beginning is near enough are compared whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from maps import apn, stores

MOST_BEGINNINGS = 20_000
MOST_NEAR = 100
WIDTH = 24
MOST_APART = 20_000
"""Numbers kept in the second index before both are made one."""
BATCH = 50_000
_PIECES = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Near:
    """A number's key as it is stored, and how many letters of what was typed differ."""

    key: str
    changed: float


@dataclass
class _Index:
    """Sorted texts and the places where each beginning starts."""

    texts: Any
    length: int
    beginnings: list[str]
    starts: Any

    def near(self, typed: str, allowed: int) -> list[tuple[str, int]]:
        """Texts within `allowed` changes of the typed one, the nearest first."""
        if not len(self.texts):
            return []
        lengths = range(max(1, self.length - allowed), self.length + allowed + 1)
        heads = list(dict.fromkeys(typed[:length] for length in lengths))
        away = process.cdist(
            heads, self.beginnings, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8, workers=1
        )
        groups = np.nonzero((away <= allowed).any(axis=0))[0]
        if not len(groups):
            return []
        ends = np.append(self.starts[1:], len(self.texts))
        texts = np.concatenate([self.texts[self.starts[at] : ends[at]] for at in groups]).astype(f"U{WIDTH}").tolist()
        found = process.extract(typed, texts, scorer=OSA.distance, score_cutoff=allowed, limit=MOST_NEAR)
        return [(text, int(changed)) for text, changed, _ in found]


def _indexed(texts: Any) -> _Index:
    texts = np.unique(texts)
    for length in range(WIDTH, 0, -1):
        beginnings, starts = np.unique(texts.astype(f"S{length}"), return_index=True)
        if len(beginnings) <= MOST_BEGINNINGS and (length <= WIDTH // 2 or len(beginnings) < 100):
            return _Index(
                texts=texts, length=length, beginnings=beginnings.astype(f"U{length}").tolist(), starts=starts
            )
    return _Index(texts=texts, length=1, beginnings=[], starts=np.array([0]))


@dataclass
class _Numbers:
    """What has been read up to `last_id`: most numbers in one index, those learned since in a small second one."""

    last_id: int = 0
    last_label: str = ""
    keys: tuple[_Index, ...] = ()
    parted: tuple[_Index, ...] = ()


_reading = Lock()
_known: WeakKeyDictionary[Engine, _Numbers] = WeakKeyDictionary()


def nearest(session: Session, text: str, *, counties: Sequence[str]) -> list[Near]:
    """Keys of parcel numbers nearest to the typed one (one change, else two); those with swapped parts too."""
    pieces = _pieces(text)
    whole = "".join(pieces)
    if not any(mark.isdigit() for mark in whole) or not 4 <= len(whole) <= WIDTH:
        return []
    numbers = load(session)
    padded = {whole}
    for county in counties:
        padded.update(key for key in apn.query_keys(text, county=county).exact if key[:1] != apn.LOOSE)
    parted = "-".join(_unpadded(piece) for piece in pieces) if len(pieces) > 1 else None
    near: dict[str, float] = {}
    # Where the parts were typed apart, numbers with the same parts are meant before those with the same digits.
    away = 0.5 if parted is not None else 0.0
    for allowed in (1, 2) if len(whole) >= 5 else (1,):
        for key in sorted(padded):
            for index in numbers.keys:
                for found, changed in index.near(key, allowed):
                    near[found] = min(changed + away, near.get(found, 9.0))
        for index in numbers.parted if parted is not None else ():
            for found, changed in index.near(parted or "", allowed):
                loose = apn.loose_key(found)
                near[loose] = min(float(changed), near.get(loose, 9.0))
        if near and min(near.values()) <= allowed:
            break
    ranked = sorted(near.items(), key=lambda one: (one[1], one[0]))
    return [Near(key, changed) for key, changed in ranked[:MOST_NEAR]]


def swapped(text: str) -> tuple[str, ...]:
    """Loose keys of the typed parts in every other order."""
    pieces = _pieces(text)
    if not 2 <= len(pieces) <= 4:
        return ()
    orders = [order for order in permutations(pieces) if list(order) != pieces]
    return tuple(dict.fromkeys(apn.loose_key(" ".join(order)) for order in orders))


def _pieces(text: str) -> list[str]:
    pieces = _PIECES.findall(text.upper())
    return [piece for piece in pieces if piece not in apn.LABELS] or pieces


def _unpadded(piece: str) -> str:
    return re.sub(r"^0+(?=[0-9])", "", piece)


def load(session: Session) -> _Numbers:
    """The numbers of this database, read once a process; later only those learned since."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    table = stores.SearchEntry
    last = session.execute(select(table.id, table.label).order_by(table.id.desc()).limit(1)).first()
    if last is None:
        return _Numbers()
    with _reading:
        known = _known.get(engine) or _Numbers()
        if last.id < known.last_id or (last.id == known.last_id and last.label != known.last_label):
            # Rows of a rolled-back transaction were read here, or the last entry has gone.
            known = _Numbers()
        if last.id > known.last_id:
            known = _grown(session, known, last.id, last.label)
        _known[engine] = known
    return known


def _grown(session: Session, known: _Numbers, last_id: int, last_label: str) -> _Numbers:
    table = stores.SearchEntry
    statement = (
        select(table.label)
        .where(table.kind == "parcel", table.id > known.last_id, table.id <= last_id)
        .execution_options(yield_per=BATCH)
    )
    empty = np.array([], dtype=f"S{WIDTH}")
    keys, parted = [empty], [empty]
    for labels in session.scalars(statement).partitions(BATCH):
        pieces = [_PIECES.findall(label.upper()) for label in labels]
        keys.append(np.array(["".join(one)[:WIDTH] for one in pieces], dtype=f"S{WIDTH}"))
        parted.append(np.array(["-".join(map(_unpadded, one))[:WIDTH] for one in pieces], dtype=f"S{WIDTH}"))
    return _Numbers(
        last_id=last_id,
        last_label=last_label,
        keys=_with(known.keys, np.concatenate(keys)),
        parted=_with(known.parted, np.concatenate(parted)),
    )


def _with(indexes: tuple[_Index, ...], texts: Any) -> tuple[_Index, ...]:
    if not len(texts):
        return indexes
    later = [index.texts for index in indexes[1:]]
    together = np.concatenate([*later, texts])
    if indexes and len(together) < MOST_APART:
        return (indexes[0], _indexed(together))
    return (_indexed(np.concatenate([*(index.texts for index in indexes[:1]), together])),)
