"""Invented names: streets, people, businesses, subdivisions.

Every list is written by hand for this town and every name is a combination drawn by number, so that the same number
gives the same name for ever. No list was copied from a real place or a real register of people.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


def _lists() -> dict[str, tuple[str, ...]]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        raw: dict[str, str] = tomllib.load(file)
    return {key: tuple(" ".join(word.split()) for word in text.split(",")) for key, text in raw.items()}


_LISTS = _lists()
_FIRST_WORDS, _SECOND_WORDS = _LISTS["first_words"], _LISTS["second_words"]
_SPANISH_BASES, _SAINTS = _LISTS["spanish_bases"], _LISTS["saints"]
_TRADES, _ESTATE_WORDS = _LISTS["trades"], _LISTS["estates"]
_PREFIXES = ("", "Old ", "Upper ", "Lower ", "New ", "West ", "East ", "Little ")

LINE_NAMES = _LISTS["long_streets"]
"""Names of the long streets between the subdivisions, in the order in which they are given out."""
GIVEN_NAMES = _LISTS["given_names"]
FAMILY_NAMES = _LISTS["family_names"]


@dataclass(frozen=True, slots=True)
class StreetNames:
    """Hands out street names by number; two numbers never give the same full name within one suffix."""

    order: tuple[int, ...]

    def base(self, number: int) -> str:
        """Name without its suffix; about one in nine is Spanish."""
        if number % 9 == 4:
            turn, at = divmod(number // 9, len(_SPANISH_BASES))
            return _PREFIXES[turn % len(_PREFIXES)] + _SPANISH_BASES[at]
        turn, at = divmod(number, len(self.order))
        first, second = divmod(self.order[at], len(_SECOND_WORDS))
        return f"{_PREFIXES[turn % len(_PREFIXES)]}{_FIRST_WORDS[first]} {_SECOND_WORDS[second]}"


def street_names(*, seed: int) -> StreetNames:
    """Street names in the order of this seed. Pairs that repeat a word ("Brook Brook") are left out."""
    pairs = [
        i * len(_SECOND_WORDS) + j
        for i, first in enumerate(_FIRST_WORDS)
        for j, second in enumerate(_SECOND_WORDS)
        if first != second
    ]
    order = np.random.default_rng([seed, 11]).permutation(np.array(pairs))
    return StreetNames(order=tuple(int(pair) for pair in order))


def saint_street(*, number: int) -> str:
    """A street after a saint: "St James"; the trap of every address parser."""
    return f"St {_SAINTS[number % len(_SAINTS)]}"


def estate(*, base: str, number: int) -> str:
    """Name of a subdivision on its recorded map: "ALDER GLEN ESTATES"."""
    return f"{base} {_ESTATE_WORDS[number % len(_ESTATE_WORDS)]}"


def business(*, number: int) -> str:
    """Name of a shop or works."""
    word = _FIRST_WORDS[(number * 37 + 5) % len(_FIRST_WORDS)]
    return f"{word} {_TRADES[(number * 11 + 3) % len(_TRADES)]}"


def landlord(*, number: int) -> str:
    """Name of a firm that lets homes."""
    word = _FIRST_WORDS[(number * 29 + 11) % len(_FIRST_WORDS)]
    return f"{word} {('Homes LLC', 'Apartments', 'Properties', 'Residential LP')[number % 4]}"
