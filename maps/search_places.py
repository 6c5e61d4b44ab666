"""The exact keys of addresses and corners, and how a typed line is cut into house, street and the rest. Pure.

An address is kept under '@MASSACHUSETTS_AVE@77' (and '@...@77@508' with its unit), a corner under '&FRANKLIN_ST&PEARL_ST':
street first, so that all houses of a street stand together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from maps import addresses
from maps.postal_words import UNITS

LONGEST_KEY = 120
_HOUSE = re.compile(r"[0-9]+[A-Z]{0,2}|[0-9]+-[0-9A-Z]{1,5}")
_ORDINAL = re.compile(r"[0-9]*(?:1ST|2ND|3RD|[0-9]TH)")
_FRACTION = re.compile(r"[1-9]/[2-9]")
_CORNER = re.compile(
    r"\s*(?:&|@|\+|(?<![0-9])/(?![0-9])|//)\s*|\s+(?:AND|AT|Y|CON|ESQUINA|NEAR|CROSSING|X|MEETS)\s+", re.IGNORECASE
)
_CORNER_LEAD = re.compile(r"^\s*(?:THE\s+)?(?:CORNER|INTERSECTION|ESQUINA)(?:\s+(?:OF|DE))?\s+", re.IGNORECASE)


def address_keys(label: str) -> tuple[tuple[str, ...], str | None]:
    """(keys of an address line, its street); no keys for a line without a house number."""
    address = addresses.parse(label)
    street = address.street
    if not street or not any(mark.isalpha() or mark.isdigit() for mark in street):
        return (), None
    keys = []
    for house in _houses(address):
        key = f"@{street}@{house}".replace(" ", "_")
        keys.append(key)
        if address.unit:
            keys.append(f"{key}@{address.unit}".replace(" ", "_"))
    return tuple(key[:LONGEST_KEY] for key in keys), street[:LONGEST_KEY]


def corner_keys(label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(keys of a corner by every two of its streets, those streets)."""
    streets = [addresses.street_of(part) for part in label.split(" & ")]
    streets = [street for street in dict.fromkeys(streets) if street]
    keys = tuple(corner_key(one, other) for one, other in combinations(streets, 2))
    return tuple(key[:LONGEST_KEY] for key in keys), tuple(street[:LONGEST_KEY] for street in streets)


def corner_key(one: str, other: str) -> str:
    """The key of the corner of two streets in standard form, whichever is named first."""
    return "&".join(["", *sorted((one, other))]).replace(" ", "_")


def house_key(street: str, house: str = "") -> str:
    """The key of a house on a street in standard form; without a house, what all keys of the street begin with."""
    return f"@{street}@{house}".replace(" ", "_")


def _houses(address: addresses.PostalAddress) -> Iterator[str]:
    if address.number is None:
        return
    suffix = address.number_suffix or ""
    mark = f"-{suffix}" if suffix[:1].isdigit() else suffix
    fraction = f" {address.fraction}" if address.fraction else ""
    if address.number_to:
        yield address.house
    for at, number in enumerate(addresses.house_numbers(address)):
        yield f"{number}{mark if at == 0 else ''}{fraction}"


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to read a typed line: the house, the words the street begins with, words behind it, and what reading it so
    costs (0 when the house stands first, where it belongs)."""

    house: str
    run: tuple[str, ...]
    tail: tuple[str, ...]
    cost: float


def cuts(text: str) -> list[Cut]:
    """The ways to find a house number in a typed line, the likeliest first; empty when it names none."""
    found = []
    for cut in _cuts(addresses.plain(text.replace(",", " ")).split()[:14]):
        # The unit is no part of the street.
        end = next((n for n, word in enumerate(cut.run) if n and (word == "#" or word in UNITS)), len(cut.run))
        if end < len(cut.run) and (cut.run[end] == "#" or end + 1 < len(cut.run)):
            cut = Cut(cut.house, cut.run[:end], (*cut.run[end:], *cut.tail), cut.cost)
        found.append(cut)
    return found


def _cuts(words: list[str]) -> list[Cut]:
    found: list[Cut] = []
    for at, word in enumerate(words):
        if not _HOUSE.fullmatch(word) or (_ORDINAL.fullmatch(word) and len(words) > at + 1 and at > 0):
            continue
        if at and (words[at - 1] == "#" or words[at - 1] in UNITS):
            continue
        after = words[at + 1 :]
        house = word.lstrip("0") or word
        if after and _FRACTION.fullmatch(after[0]):
            house, after = f"{house} {after[0]}", after[1:]
        elif len(after) > 1 and re.fullmatch(r"[A-Z]", after[0]) and after[0] not in "NSEW" and word.isdigit():
            found.append(Cut(house + after[0], tuple(after[1:]), (), 0.1 if at == 0 else 0.5))
        if at == 0:
            if after:
                found.append(Cut(house, tuple(after), (), 0.0))
        else:
            found.append(Cut(house, tuple(words[:at]), tuple(after), 0.3))
            if after:
                found.append(Cut(house, tuple(after), tuple(words[:at]), 0.4))
        if len(found) >= 6:
            break
    return found


def unit_in(words: tuple[str, ...]) -> str | None:
    """The unit among the words behind a street: 508 of '# 508', 4B of 'APT 4B', 4B alone; None when there is none."""
    rest = list(words)
    for at, word in enumerate(rest):
        if word == "#" or word in UNITS:
            after = [one for one in rest[at + 1 :] if one != "#"]
            return after[0] if after else None
    if rest and re.fullmatch(r"[0-9]{1,4}[A-Z]?|[A-Z][0-9]{0,3}", rest[0]):
        return rest[0]
    return None


def corner_parts(text: str) -> tuple[str, str] | None:
    """The two streets of a typed corner ('mission & olive', 'corner of A and B'); None when it is none."""
    parts = [part.strip() for part in _CORNER.split(_CORNER_LEAD.sub("", text)) if part.strip()]
    if len(parts) < 2:
        return None
    first, second = parts[0], parts[1]
    return (first, second) if any(c.isalpha() for c in first) and any(c.isalpha() for c in second) else None
