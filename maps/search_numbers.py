"""Parcel numbers that were typed with a slip: the nearest ones there are, by letters changed.

The numbers stand in memory twice, as dashless padded keys and as unpadded parts with dashes (`number_index`).
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from maps import apn, number_index, stores
from maps.number_index import WIDTH

MOST_NEAR = 100
MOST_APART = 20_000
"""Numbers kept in the second index before both are made one."""
BATCH = 20_000
_PIECES = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Near:
    """A number's key as it is stored, and how many letters of what was typed differ."""

    key: str
    changed: float


@dataclass
class _Numbers:
    """What has been read up to `last_id`: most numbers in one index, those learned since in a small second one."""

    last_id: int = 0
    last_label: str = ""
    keys: tuple[number_index.Index, ...] = ()
    parted: tuple[number_index.Index, ...] = ()


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
                for found, changed in index.near(key, allowed=allowed, most=MOST_NEAR):
                    near[found] = min(changed + away, near.get(found, 9.0))
        for index in numbers.parted if parted is not None else ():
            for found, changed in index.near(parted or "", allowed=allowed, most=MOST_NEAR):
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
    keys, parted = [np.array([], f"S{WIDTH}")], [np.array([], f"S{WIDTH}")]
    for labels in session.scalars(statement).partitions(BATCH):
        whole, parts = _both(labels)
        keys.append(whole)
        parted.append(parts)
    grown = _Numbers(
        last_id=last_id,
        last_label=last_label,
        keys=_with(known.keys, np.concatenate(keys)),
        parted=_with(known.parted, np.concatenate(parted)),
    )
    if len(keys) > 2:
        del keys, parted
        _give_back()
    return grown


def _give_back() -> None:
    """Returns to the system what reading a whole town took for a moment; glibc alone would keep it for good."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _both(labels: Sequence[str]) -> tuple[Any, Any]:
    """The letters and digits of each label, and its unpadded parts with dashes between them; many labels at once."""
    written = np.array([label.encode("ascii", "replace") for label in labels], "S")
    columns = written.view(np.uint8).reshape(len(written), written.dtype.itemsize).T.copy()
    small = (columns >= ord("a")) & (columns <= ord("z"))
    columns[small] -= 32
    digit = (columns >= ord("0")) & (columns <= ord("9"))
    kept = digit | ((columns >= ord("A")) & (columns <= ord("Z")))
    rows = np.arange(len(written))
    # One place more than is kept, for what does not fit.
    whole = np.zeros((len(written), WIDTH + 1), np.uint8)
    parts = np.zeros((len(written), WIDTH + 1), np.uint8)
    whole_at, parts_at = np.zeros(len(written), np.int64), np.zeros(len(written), np.int64)
    inside, leading = np.zeros(len(written), bool), np.zeros(len(written), bool)
    for at, marks in enumerate(columns):
        is_kept = kept[at]
        whole[rows, np.minimum(whole_at, WIDTH)] = np.where(is_kept, marks, whole[rows, np.minimum(whole_at, WIDTH)])
        whole_at += is_kept
        begins = is_kept & ~inside
        dashed = begins & (parts_at > 0)
        parts[rows[dashed], np.minimum(parts_at[dashed], WIDTH)] = ord("-")
        parts_at += dashed
        leading = begins | (leading & is_kept)
        digit_next = digit[at + 1] if at + 1 < len(columns) else np.zeros(len(written), bool)
        padding = leading & (marks == ord("0")) & digit_next
        put = is_kept & ~padding
        parts[rows[put], np.minimum(parts_at[put], WIDTH)] = marks[put]
        parts_at += put
        leading &= padding
        inside = is_kept
    return tuple(np.ascontiguousarray(one[:, :WIDTH]).view(f"S{WIDTH}").ravel() for one in (whole, parts))  # type: ignore[return-value]


def _with(indexes: tuple[number_index.Index, ...], texts: Any) -> tuple[number_index.Index, ...]:
    if not len(texts):
        return indexes
    later = [index.texts for index in indexes[1:]]
    together = np.concatenate([*later, texts])
    if indexes and len(together) < MOST_APART:
        return (indexes[0], number_index.of(together))
    return (number_index.of(np.concatenate([*(index.texts for index in indexes[:1]), together])),)
