"""Which letters of a label to show in bold. Pure."""

import re
from collections.abc import Sequence

from maps import addresses

_WORD = re.compile(r"[^\W_]+")


def mark_key(label: str, key: str) -> tuple[tuple[int, int], ...]:
    """The span of the label whose letters and digits are the key, dashes and blanks between them left aside."""
    places = [at for at, mark in enumerate(label) if mark.isalnum() and mark.isascii()]
    found = "".join(label[at] for at in places).upper().find(key)
    if found < 0 or not key:
        return ()
    return ((places[found], places[found + len(key) - 1] + 1),)


def mark_words(label: str, standard: Sequence[str], *, inside: bool = False) -> tuple[tuple[int, int], ...]:
    """Spans of the label's words that the terms match: the typed beginning, or the whole word where it is only the
    same in standard form (STREET for ST); `inside` marks a term in the middle of a word too."""
    spans: list[tuple[int, int]] = []
    for found in _WORD.finditer(label):
        word = addresses.plain(found[0])
        if len(word) != len(found[0]):
            continue
        for term in standard:
            if word.startswith(term):
                spans.append((found.start(), found.start() + len(term)))
                break
            if addresses.standard_word(word) == term:
                spans.append(found.span())
                break
            if inside and len(term) >= 4 and term in word:
                at = found.start() + word.find(term)
                spans.append((at, at + len(term)))
                break
    return tuple(spans)
