"""Many short texts in little memory, and those of them nearest to a typed one by letters changed. Pure.

The texts stand sorted in one array of bytes. Letters changed are counted for thousands of texts at once (optimal string
alignment: a letter left out, put in, changed, or swapped with its neighbour), first for the beginnings that many texts
share, then whole for the texts behind the beginnings that are near enough.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTH = 24
MOST_BEGINNINGS = 20_000
BLOCK = 20_000

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Index:
    """Texts of at most `WIDTH` bytes, sorted, each once; where a beginning of `head` bytes starts; lengths."""

    texts: npt.NDArray[np.bytes_]
    head: int
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.uint8]

    def near(self, typed: str, *, allowed: int, most: int) -> list[tuple[str, int]]:
        """The `most` nearest texts within `allowed` changes of the typed one, and how many changes each takes."""
        wanted = np.frombuffer(typed.encode("ascii", "replace"), np.uint8)
        if not len(self.texts) or not len(wanted):
            return []
        letters = _letters(self.texts)
        beginnings = np.ascontiguousarray(letters[self.starts, : self.head].T)
        close = _beginning_near(beginnings, wanted, allowed)
        sizes = np.diff(np.append(self.starts, len(self.texts)))
        rows = np.flatnonzero(np.repeat(close, sizes))
        rows = rows[np.abs(self.lengths[rows].astype(np.int16) - len(wanted)) <= allowed]
        found: list[tuple[int, str]] = []
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            changed = _changes(np.ascontiguousarray(letters[part].T), self.lengths[part], wanted, allowed)
            found.extend(
                (int(changed[at]), self.texts[part[at]].decode("ascii")) for at in np.flatnonzero(changed <= allowed)
            )
        return [(text, changed) for changed, text in sorted(found)[:most]]


def of(texts: npt.NDArray[np.bytes_]) -> Index:
    """An index of these texts (ASCII, at most `WIDTH` bytes each)."""
    listed = np.unique(texts)
    if not len(listed):
        return Index(listed, 1, np.array([], np.int64), np.array([], np.uint8))
    lengths = np.char.str_len(listed).astype(np.uint8)
    listed = listed.astype(f"S{max(1, int(lengths.max()))}")
    letters = _letters(listed)
    # How many letters each text has in common with the one before it says where beginnings of any length start.
    common = np.full(len(listed), 0, np.uint8)
    for start in range(1, len(listed), 100_000):
        part = slice(start, start + 100_000)
        before = letters[start - 1 : start - 1 + len(letters[part])]
        common[part] = (letters[part] != before).argmax(axis=1)
    counts = np.cumsum(np.bincount(common[1:], minlength=letters.shape[1]))
    fitting = [length for length in range(1, letters.shape[1] + 1) if counts[length - 1] < MOST_BEGINNINGS]
    head = max(fitting, default=1)
    starts = np.append(0, np.flatnonzero(common[1:] < head) + 1).astype(np.int64)
    return Index(listed, head, starts, lengths)


def _letters(texts: npt.NDArray[np.bytes_]) -> Bytes:
    return texts.view(np.uint8).reshape(len(texts), texts.dtype.itemsize)


def _beginning_near(columns: Bytes, typed: Bytes, allowed: int) -> npt.NDArray[np.bool_]:
    """Which beginnings (one a column) are within `allowed` changes of some beginning of the typed text; those of texts
    shorter than a beginning always are."""
    length = len(columns)
    least = np.full(columns.shape[1], allowed + 1, np.uint8)
    for at, row in enumerate(_rows(columns, typed, allowed)):
        if abs(length - at) <= allowed:
            np.minimum(least, row[length - at + allowed], out=least)
    near: npt.NDArray[np.bool_] = (least <= allowed) | (columns[-1] == 0)
    return near


def _changes(columns: Bytes, lengths: Bytes, typed: Bytes, allowed: int) -> Bytes:
    """How many changes lead from the typed text to each text (one a column), `allowed` + 1 for more than are allowed."""
    *_, last = _rows(columns, typed, allowed)
    result = np.full(columns.shape[1], allowed + 1, np.uint8)
    for off in range(-allowed, allowed + 1):
        np.copyto(result, last[off + allowed], where=lengths == len(typed) + off)
    return result


def _rows(columns: Bytes, typed: Bytes, allowed: int) -> Any:
    """The rows of the alignment table for all texts at once, one for each typed letter and one before; of each row the
    places at most `allowed` beside the diagonal. Counts stop at `allowed` + 1."""
    width, count = columns.shape
    most = np.uint8(allowed + 1)
    far = np.full(count, most, np.uint8)
    band = range(-allowed, allowed + 1)
    before: list[Bytes] = [far for _ in band]
    row: list[Bytes] = [far if off < 0 else np.full(count, off, np.uint8) for off in band]
    yield row
    for i in range(1, len(typed) + 1):
        fresh: list[Bytes] = []
        for at, off in enumerate(band):
            j = i + off
            if j < 0 or j > width:
                fresh.append(far)
                continue
            if j == 0:
                fresh.append(np.full(count, min(i, allowed + 1), np.uint8))
                continue
            cell = row[at] + (columns[j - 1] != typed[i - 1])
            if at + 1 < len(row):
                np.minimum(cell, row[at + 1] + np.uint8(1), out=cell)
            if at:
                np.minimum(cell, fresh[at - 1] + np.uint8(1), out=cell)
            if i > 1 and j > 1 and typed[i - 1] != typed[i - 2]:
                swapped = (columns[j - 2] == typed[i - 1]) & (columns[j - 1] == typed[i - 2])
                np.copyto(cell, np.minimum(cell, before[at] + np.uint8(1)), where=swapped)
            fresh.append(np.minimum(cell, most))
        before, row = row, fresh
        yield row
