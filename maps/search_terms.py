"""Words and keys of the search box: how a text is stored and how a typed query is cut into terms. Pure."""

import re
from dataclasses import dataclass

from maps import addresses, apn, legal
from maps.postal_words import SUFFIXES

_WORD = re.compile(r"[A-Z0-9]+")
_FILLERS = frozenset({"AND", "AT", "OF", "THE", "CORNER", "Y", "EN", "CON"})
LONGEST_QUERY = 200
MOST_WORDS = 12


def words_in(text: str) -> list[str]:
    """Upper-case words of the text; dashes, dots and slashes part words, apostrophes do not."""
    return _WORD.findall(addresses.plain(text))


def standard_words(text: str) -> list[str]:
    """The words in the one form that spellings share: Street and ST are both ST."""
    return [addresses.standard_word(word) for word in words_in(text)]


def searched_text(*texts: str) -> str:
    """What is stored to be searched: every word as written and in standard form, with a blank at both ends."""
    words = words_in(" ".join(texts))
    written = dict.fromkeys([*words, *map(addresses.standard_word, words)])
    return f" {' '.join(written)} "


@dataclass(frozen=True, kw_only=True)
class Term:
    """One typed word. A finished number must match a whole word: 12 is not 121."""

    typed: str
    standard: str
    last: bool

    @property
    def is_number(self) -> bool:
        return self.typed.isdigit()

    @property
    def is_word(self) -> bool:
        return self.typed.isalpha() and len(self.typed) > 2

    @property
    def is_suffix(self) -> bool:
        return self.typed in SUFFIXES

    @property
    def fragment(self) -> str:
        """The piece of stored text to look for: a word's beginning, or a whole word between blanks."""
        if self.typed != self.standard or (self.is_number and not self.last) or (len(self.typed) < 2 and not self.last):
            return f" {self.standard} "
        return f" {self.standard}"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A typed query: its terms, exact keys it may be, and beginnings of keys."""

    text: str
    terms: tuple[Term, ...]
    exact_keys: tuple[str, ...]
    key_beginnings: tuple[str, ...]

    @property
    def is_identifier(self) -> bool:
        """True when nothing but numbers and codes was typed: no word that could be a street or a name."""
        return not any(term.is_word and term.typed not in apn.LABELS for term in self.terms)

    @property
    def is_parted(self) -> bool:
        """True when the text has marks or blanks between its pieces."""
        return len([term for term in self.terms if term.typed not in apn.LABELS]) > 1

    @property
    def is_number(self) -> bool:
        """True for what can only be a number of several parts: 501-521-12."""
        return self.is_identifier and self.is_parted


def read_query(text: str, *, counties: tuple[str, ...]) -> Query:
    """Cuts what was typed into terms and keys; parcel numbers are read by the formats of `counties`."""
    text = text[:LONGEST_QUERY]
    unfinished = bool(text) and text[-1].isalnum()
    words = words_in(text)[:MOST_WORDS]
    kept = [word for word in words if word not in _FILLERS] or words
    terms = tuple(
        Term(typed=word, standard=addresses.standard_word(word), last=unfinished and at == len(kept) - 1)
        for at, word in enumerate(kept)
    )
    exact, beginnings = _keys(text, words, counties)
    return Query(text=text, terms=terms, exact_keys=exact, key_beginnings=beginnings)


def finish_suffix(term: Term) -> Term | None:
    """The term with an unfinished street word completed (AVENU as AVE), or None when it is none."""
    if len(term.typed) < 4 or term.typed in SUFFIXES:
        return None
    for spelling, standard in SUFFIXES.items():
        if spelling.startswith(term.typed):
            return Term(typed=spelling, standard=standard, last=False)
    return None


def _keys(text: str, words: list[str], counties: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    exact: list[str] = []
    beginnings: list[str] = []
    whole = apn.key_of(text)
    if any(mark.isdigit() for mark in whole):
        exact.append(whole)
        if len(whole) >= 4:
            beginnings.append(whole)
        if len(whole) == 11 and whole.startswith("1") and whole.isdigit():
            exact.append(whole[1:])
    exact.extend(legal.query_keys(text))
    for county in counties:
        keys = apn.query_keys(text, county=county)
        exact.extend(keys.exact)
        beginnings.extend(keys.beginnings)
    exact.extend(word for word in words if len(word) >= 5 and any(mark.isdigit() for mark in word))
    return tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(beginnings))
