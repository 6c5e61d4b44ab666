"""US postal addresses: read from any spelling, written the one way of USPS Publication 28.

Everything here is pure. Words are upper case without punctuation; AVENUE is AVE, NORTH is N, THIRD is 3RD, SUITE is
STE. What looks like a street word but is a name stays one: AVENUE D, ST JAMES CT, N ST, EL CAMINO REAL.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from maps.postal_words import DIRECTIONS, ORDINALS, STATES, SUFFIXES, UNITS

_TOKEN = re.compile(r"[A-Z0-9]+(?:[./'-][A-Z0-9]+)*|#")
_NUMBER = re.compile(r"([0-9]+)([A-Z]{0,2})")
_RANGE = re.compile(r"([0-9]+)([A-Z]?)-([0-9]+)([A-Z]?)")
_WITHIN = re.compile(r"([0-9]+)-([1-9]/[2-9]|[0-9A-Z]{1,4})")
_FRACTION = re.compile(r"[1-9]/[2-9]")
_ZIP = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")
_SUFFIX_FORMS = frozenset(SUFFIXES.values())
_DIRECTION_FORMS = frozenset(DIRECTIONS.values())
_SPANISH_LEADS = frozenset({"CALLE", "VIA", "CAMINO", "AVENIDA", "PASEO", "RUA", "PASO", "CAMINITO", "PLAZA"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PostalAddress:
    """An address in parts, all normalised; `number_to` is the end of a range (48-50), `fraction` 1/2 and the like."""

    number: str | None = None
    number_suffix: str | None = None
    number_to: str | None = None
    fraction: str | None = None
    predirection: str | None = None
    name: str = ""
    suffix: str | None = None
    postdirection: str | None = None
    unit_kind: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None

    @property
    def street(self) -> str:
        """The street alone: N MAIN ST."""
        return " ".join(part for part in (self.predirection, self.name, self.suffix, self.postdirection) if part)

    @property
    def house(self) -> str:
        """The house number as written on the line: 48-50, 123A, 12 1/2."""
        suffix = self.number_suffix or ""
        text = (self.number or "") + (f"-{suffix}" if suffix[:1].isdigit() else suffix)
        if self.number_to:
            text += f"-{self.number_to}"
        return f"{text} {self.fraction}" if self.fraction else text

    @property
    def line(self) -> str:
        """The delivery line: 123A N MAIN ST APT 4."""
        unit = f"{self.unit_kind or '#'} {self.unit}" if self.unit else (self.unit_kind or "")
        return " ".join(part for part in (self.house, self.street, unit) if part)


def plain(text: str) -> str:
    """Upper case, accents off, punctuation (but / - # . inside words) out, single blanks."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_TOKEN.findall(text.upper().replace("'", "").replace("’", "")))


@lru_cache(maxsize=50_000)
def standard_word(word: str) -> str:
    """The one form two spellings of a word share: STREET and ST both ST, NORTH N, THIRD 3RD; others unchanged."""
    return (
        ORDINALS.get(word) or SUFFIXES.get(word) or DIRECTIONS.get(word) or UNITS.get(word) or _SAINTS.get(word, word)
    )


_SAINTS = {"SAINT": "ST", "FORT": "FT", "MOUNT": "MT"}


def parse(text: str, *, cities: Collection[str] = ()) -> PostalAddress:
    """Reads an address line, with or without city, state and ZIP (after commas, or behind the line where a ZIP or one
    of `cities` ends it). Never fails: what it cannot place stays in the street name; an empty text gives an empty
    address."""
    first, _, rest = text.partition(",")
    words = plain(first).split()
    tail: list[str] = []
    if not _only_place(rest):
        words, tail = _split_place(words, cities)
    address = _parse_line(words)
    if tail:
        address = _with_place(address, tail)
    for piece in rest.split(","):
        words = plain(piece).split()
        if not words:
            continue
        if words[0] == "#" or (words[0] in UNITS and address.unit is None):
            kind, value = _unit(words)
            address = replace(address, unit_kind=kind, unit=value)
            continue
        address = _with_place(address, words)
    return address


def normalise(text: str) -> str:
    """The delivery line in standard form: '303  Third Street #508' gives '303 3RD ST # 508'."""
    return parse(text).line


def street_of(text: str) -> str:
    """A street name alone in standard form: 'Massachusetts Avenue' gives 'MASSACHUSETTS AVE'."""
    return _street(tuple(plain(text).split())).street


def leading_number(house: str) -> int | None:
    """The number a house begins with: 123 of 123A."""
    found = re.match(r"[0-9]+", house)
    return int(found[0]) if found else None


def street_parts(text: str) -> PostalAddress:
    """A street name alone in its parts: directions, name, suffix."""
    return _street(tuple(plain(text).split()))


def with_place(address: PostalAddress, *, city: str | None, zip_code: str | None) -> PostalAddress:
    """The address with the city and ZIP that columns of their own give."""
    return replace(address, city=city, zip=zip_code)


def house_numbers(address: PostalAddress) -> tuple[int, ...]:
    """The house numbers a line covers: (48, 50) for 48-50 by parity, (123,) for 123A, () without a number."""
    if address.number is None:
        return ()
    first = int(address.number)
    last = int(re.match(r"[0-9]+", address.number_to).group()) if address.number_to else first  # type: ignore[union-attr]
    if last < first or last - first > 200:
        return (first,) if last == first else (first, last)
    step = 2 if (last - first) % 2 == 0 else 1
    return tuple(range(first, last + 1, step))


def _only_place(rest: str) -> bool:
    """True when the city stands behind a comma already."""
    words = [word for word in plain(rest).split() if not _ZIP.fullmatch(word) and word not in STATES]
    return bool(words) and words[0] not in UNITS and words[0] != "#"


def _split_place(words: list[str], cities: Collection[str]) -> tuple[list[str], list[str]]:
    """(the line, city and state and ZIP) of a line that names its place without a comma."""
    end = len(words)
    if end > 3 and _ZIP.fullmatch(words[-1]) and words[-2] not in UNITS and words[-2] != "#":
        end -= 1
    has_zip = end < len(words)
    if has_zip and end > 3 and words[end - 1] in STATES:
        end -= 1
    for length in (4, 3, 2, 1):
        if end - length > 1 and " ".join(words[end - length : end]) in cities:
            return words[: end - length], words[end - length :]
    if not has_zip:
        return words, []
    # The street ends with its last street word that has something behind it; a unit may still follow.
    for at in range(end - 2, 1, -1):
        if words[at] not in SUFFIXES or words[at + 1] in SUFFIXES:
            continue
        start = at + 1
        if words[start] in DIRECTIONS and start + 1 < end:
            start += 1
        if start + 1 < end and (words[start] == "#" or words[start] in UNITS):
            start += 2
        if 1 <= end - start <= 3 and all(word.isalpha() for word in words[start:end]):
            return words[:start], words[start:]
    return words[:end], words[end:]


def _parse_line(words: list[str]) -> PostalAddress:
    number = suffix = number_to = fraction = None
    rest = list(words)
    if rest and _is_house(rest):
        word = rest.pop(0)
        if (found := _RANGE.fullmatch(word)) and int(found[3]) > int(found[1]):
            number, suffix, number_to = found[1], found[2] or None, found[3] + found[4]
        elif found := _WITHIN.fullmatch(word):
            number = found[1]
            suffix, fraction = (None, found[2]) if "/" in found[2] else (found[2], None)
        elif found := _NUMBER.fullmatch(word):
            number, suffix = found[1], found[2] or None
        if rest and _FRACTION.fullmatch(rest[0]):
            fraction = rest.pop(0)
        elif len(rest) > 2 and suffix is None and _is_house_letter(rest):
            suffix = rest.pop(0)
    line, unit_kind, unit = _split_unit(rest)
    street = _street(tuple(line))
    return replace(
        street,
        number=str(int(number)) if number else None,
        number_suffix=suffix,
        number_to=number_to,
        fraction=fraction,
        unit_kind=unit_kind,
        unit=unit,
    )


def _is_house(words: list[str]) -> bool:
    """A leading number is the house unless it is the street's own (3RD ST) or the whole text."""
    if len(words) < 2:
        return False
    return bool(
        _WITHIN.fullmatch(words[0])
        or _RANGE.fullmatch(words[0])
        or (_NUMBER.fullmatch(words[0]) and not _is_ordinal(words[0]))
    )


def _is_house_letter(words: list[str]) -> bool:
    """True for 12 A MAIN ST, False for 12 C ST NE, where the letter is the street's name."""
    if not re.fullmatch(r"[A-Z]", words[0]) or words[0] in "NSEW":
        return False
    return words[1] not in SUFFIXES or not (words[2] in DIRECTIONS or words[2] in UNITS or words[2] == "#")


def _is_ordinal(word: str) -> bool:
    return bool(re.fullmatch(r"[0-9]*(1ST|2ND|3RD|[0-9]TH)", word))


def _split_unit(words: list[str]) -> tuple[list[str], str | None, str | None]:
    for at in range(1, len(words)):
        if words[at] == "#":
            kind, unit = _unit(words[at:])
            return words[:at], kind, unit
        if words[at] in UNITS and at + 1 < len(words) and re.search(r"[0-9]|^[A-Z]$", words[at + 1]):
            kind, unit = _unit(words[at:])
            return words[:at], kind, unit
    if len(words) > 2 and words[-1] in {"REAR", "BSMT", "PH", "UPPR", "LOWR", "FRNT"}:
        return words[:-1], words[-1], None
    # A bare tail after the street's own suffix is a unit: 12 MAIN ST 4B.
    if len(words) > 2 and re.fullmatch(r"[0-9]+[A-Z]?|[A-Z][0-9]+", words[-1]) and SUFFIXES.get(words[-2]):
        return words[:-1], None, words[-1]
    return words, None, None


def _unit(words: list[str]) -> tuple[str | None, str | None]:
    values = [word for word in words if word != "#"]
    if values and values[0] in UNITS:
        return UNITS[values[0]], " ".join(values[1:]) or None
    return None, " ".join(values) or None


@lru_cache(maxsize=50_000)  # a town has few streets and many houses on each
def _street(words: tuple[str, ...]) -> PostalAddress:
    rest = [ORDINALS.get(word, word) for word in words]
    predirection = postdirection = suffix = None
    if len(rest) > 1 and rest[-1] in DIRECTIONS and (len(rest) > 2 or SUFFIXES.get(rest[0]) is None):
        # "AVENUE N" is the avenue called N; "MAIN ST N" has a direction after its suffix.
        postdirection = DIRECTIONS[rest.pop()]
    if len(rest) > 1 and rest[0] in DIRECTIONS and rest[1] not in SUFFIXES:
        predirection = DIRECTIONS[rest.pop(0)]
    if len(rest) > 1 and rest[-1] in SUFFIXES and not (len(rest) == 2 and rest[0] in _SPANISH_LEADS):
        suffix = SUFFIXES[rest.pop()]
    if postdirection and not suffix and not predirection and len(rest) == 1:
        # Without a suffix the last word is more likely part of the name: "LAKE WEST" stays whole.
        rest.append(next(long for long, short in DIRECTIONS.items() if short == postdirection))
        postdirection = None
    head = [_SAINTS.get(rest[0], rest[0]), *rest[1:]] if rest else []
    return PostalAddress(predirection=predirection, name=" ".join(head), suffix=suffix, postdirection=postdirection)


def _with_place(address: PostalAddress, words: list[str]) -> PostalAddress:
    rest = list(words)
    zip_code = state = None
    if rest and (found := _ZIP.fullmatch(rest[-1])):
        zip_code = f"{found[1]}-{found[2]}" if found[2] else found[1]
        rest.pop()
    if rest and rest[-1] in STATES:
        state = rest.pop()
    return replace(
        address,
        city=" ".join(rest) or address.city,
        state=state or address.state,
        zip=zip_code or address.zip,
    )
