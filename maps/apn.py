"""Parcel numbers: how each county writes them, read from any spelling, and the keys they are found by.

A parcel number is a chain of parts (book, page, parcel ...). A county's way is a row of data: how wide each part is
padded, which parts may be missing at the right end, and what stands between them. Sources: California BOE AH 215 and
county assessor notes (book-page-block-parcel), Collin CAD data dictionary, Massachusetts parcel standard (map-lot),
District of Columbia square-suffix-lot.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

LETTERS_AND_DIGITS = re.compile(r"[A-Z0-9]+")


class ParcelNumberError(ValueError):
    """The text is no parcel number; `reason` is a code: blank, not_a_parcel or unreadable."""

    def __init__(self, *, reason: str, text: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.text = text
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part: `width` digits when padded (0 = written as it is); `default` is what a missing one stands for.
    The letter behind the digits stands outside the width (080A), or inside it where `letter_inside` (00A)."""

    name: str
    width: int = 0
    letter_inside: bool = False
    default: str | None = None
    pattern: str = r"[0-9]+[A-Z]?"


@dataclass(frozen=True, kw_only=True)
class CountyFormat:
    """A county's way of writing. `whole` is the pattern of a number without parts (a property number);
    `placeholders` are the words sources put in place of a number on land that is no parcel."""

    code: str
    title: str
    parts: tuple[Part, ...]
    joint: str = "-"
    placeholders: frozenset[str] = frozenset()
    whole: str | None = None
    example: str


@dataclass(frozen=True, kw_only=True)
class ParcelNumber:
    """A number that was read. `parts` are unpadded; `given` says how many of them the text really held."""

    raw: str
    county: str
    canonical: str
    key: str
    parts: tuple[str, ...]
    given: int

    @property
    def complete(self) -> bool:
        return self.given == len(self.parts)


def _formats(*formats: CountyFormat) -> Mapping[str, CountyFormat]:
    return MappingProxyType({each.code: each for each in formats})


_NO_LAND = frozenset({"ROAD", "RR", "R", "MD", "ROW", "WATER", "STREET", "RAILROAD", "NONE", "NA", "UNKNOWN", "XXX"})

FORMATS = _formats(
    CountyFormat(
        code="alameda",
        title="Alameda County CA: book-page/block-parcel-sub",
        parts=(
            Part(name="book", width=3, pattern=r"[0-9]{1,3}[A-Z]?"),
            Part(name="page", width=4, pattern=r"[0-9]{1,4}"),
            Part(name="parcel", width=3, pattern=r"[0-9]{1,3}"),
            Part(name="sub", width=2, default="00", pattern=r"[0-9]{1,2}"),
        ),
        placeholders=_NO_LAND,
        example="501-0521-012-00",
    ),
    CountyFormat(
        code="generic_ca",
        title="California: book-page and block-parcel-trailing four",
        parts=(
            Part(name="book", width=3, pattern=r"[0-9]{1,3}[A-Z]?"),
            Part(name="page", width=4, pattern=r"[0-9]{1,4}"),
            Part(name="parcel", width=3, pattern=r"[0-9]{1,3}[A-Z]?"),
            Part(name="trailing", width=4, default="0000", pattern=r"[0-9]{1,4}"),
        ),
        placeholders=_NO_LAND,
        example="006-0153-011-0000",
    ),
    CountyFormat(
        code="fresno",
        title="Fresno County CA: book-page-parcel with a letter for the kind of roll",
        parts=(
            Part(name="book", width=3, pattern=r"[0-9]{1,3}"),
            Part(name="page", width=3, pattern=r"[0-9]{1,3}"),
            Part(name="parcel", width=2, pattern=r"[0-9]{1,2}[STUMP]{0,2}"),
        ),
        placeholders=_NO_LAND,
        example="401-220-15S",
    ),
    CountyFormat(
        code="collin",
        title="Collin County TX: property number or geographic id",
        parts=(
            Part(name="letter", pattern=r"[A-Z]"),
            Part(name="subdivision", width=4, pattern=r"[0-9]{1,4}[A-Z]?"),
            Part(name="block", width=3, letter_inside=True, pattern=r"[0-9]{1,3}[A-Z]?|[A-Z]"),
            Part(name="lot", width=4, letter_inside=True, pattern=r"[0-9]{1,4}[A-Z]{0,2}"),
            Part(name="tail", default="1", pattern=r"[0-9]+[A-Z]?"),
        ),
        placeholders=_NO_LAND,
        whole=r"[0-9]{3,9}",
        example="R-1234-00A-0120-1",
    ),
    CountyFormat(
        code="massachusetts",
        title="Massachusetts: assessor's map-lot",
        parts=(
            Part(name="map", pattern=r"[0-9]+(\.[0-9]+)?[A-Z]{0,2}"),
            Part(name="lot", pattern=r"[0-9]*[A-Z]{0,3}[0-9]*[A-Z]?(\.[0-9]+)?"),
        ),
        placeholders=_NO_LAND,
        example="267.3-275",
    ),
    CountyFormat(
        code="washington_ssl",
        title="District of Columbia: square, suffix, lot",
        parts=(
            Part(name="square", width=4, pattern=r"(PAR )?[0-9]{1,4}[NSEWPAR]{0,3}"),
            Part(name="lot", width=4, pattern=r"[0-9]{1,4}"),
        ),
        joint=" ",
        placeholders=_NO_LAND,
        example="0542S 0023",
    ),
)

_SPACED_LETTERS = re.compile(r"(?<=[0-9])[ \-]+(?=[NSEW]{1,2}[ \-]+[0-9])")


def key_of(text: str) -> str:
    """Upper-case letters and digits of the text, nothing else: what two spellings are compared by."""
    return "".join(LETTERS_AND_DIGITS.findall(_plain(text)))


def parse(text: str | None, *, county: str) -> ParcelNumber:
    """The parcel number in `text` by this county's format; missing parts at the right end get their default.

    Raises ParcelNumberError for blanks, for the marks sources put on roads and railways, and for what does not fit.
    """
    shape = _get_format(county)
    raw = (text or "").strip()
    plain = " ".join(_plain(raw).split())
    if not plain:
        raise ParcelNumberError(reason="blank", text=raw, detail="no parcel number in this row")
    words = LETTERS_AND_DIGITS.findall(plain)
    if not words or not any(mark.isdigit() for mark in plain) or plain[0] in "-/":
        raise ParcelNumberError(reason="not_a_parcel", text=raw, detail=f"'{raw}' marks land that is no parcel")
    if shape.whole and re.fullmatch(shape.whole, plain):
        return ParcelNumber(raw=raw, county=county, canonical=plain, key=plain, parts=(plain,), given=1)
    for parts in _readings(plain, shape):
        required = sum(1 for part in shape.parts if part.default is None)
        if len(parts) < required:
            continue
        return _number(raw, parts, shape)
    if re.sub(r"[0-9]", "", words[0]) in shape.placeholders:
        raise ParcelNumberError(reason="not_a_parcel", text=raw, detail=f"'{raw}' marks land that is no parcel")
    raise ParcelNumberError(
        reason="unreadable",
        text=raw,
        detail=f"'{raw}' is not written like {shape.example} ({shape.title})",
    )


def own_keys(number: ParcelNumber) -> tuple[str, ...]:
    """Every exact key this number should be found by: padded, unpadded, with and without its default tail."""
    shape = _get_format(number.county)
    keys = [number.key, key_of(number.raw)]
    if len(number.parts) == len(shape.parts):
        trimmed = list(number.parts)
        keys.append("".join(key_of(part) for part in trimmed))
        while len(trimmed) > 1 and _is_default(trimmed[-1], shape.parts[len(trimmed) - 1]):
            trimmed.pop()
            keys.append("".join(key_of(part) for part in trimmed))
            keys.append(key_of(_join(trimmed, shape)))
    return tuple(dict.fromkeys(key for key in keys if key))


def words_of(number: ParcelNumber) -> tuple[str, ...]:
    """The parts as words, padded and unpadded, so that a search by some of them finds the number."""
    shape = _get_format(number.county)
    if len(number.parts) != len(shape.parts):
        return (number.canonical,)
    padded = [_pad(value, part) for value, part in zip(number.parts, shape.parts, strict=True)]
    return tuple(dict.fromkeys([*padded, *number.parts]))


@dataclass(frozen=True, kw_only=True)
class QueryKeys:
    """What a typed text may mean as a parcel number: keys to match whole, and beginnings of keys."""

    exact: tuple[str, ...]
    beginnings: tuple[str, ...]


def query_keys(text: str, *, county: str) -> QueryKeys:
    """Keys to look up for a typed number: any dashes or blanks, padded or not, and cut off at the right."""
    shape = _get_format(county)
    plain = " ".join(_plain(text).split())
    if not plain or not any(mark.isdigit() for mark in plain):
        return QueryKeys(exact=(), beginnings=())
    exact: list[str] = []
    beginnings: list[str] = []
    if shape.whole and re.fullmatch(shape.whole, plain):
        exact.append(plain)
    required = sum(1 for part in shape.parts if part.default is None)
    for parts in _readings(plain, shape):
        if len(parts) >= required:
            exact.append(_number(plain, parts, shape).key)
            if len(parts) < len(shape.parts):
                beginnings.append(key_of(_join(parts, shape)))
        elif len(parts) > 1:
            # The last typed part may be unfinished: "501 52" may go on as 501-0521.
            beginnings.append(key_of(_join(parts, shape)))
    return QueryKeys(exact=tuple(dict.fromkeys(exact)), beginnings=tuple(dict.fromkeys(beginnings)))


def _get_format(county: str) -> CountyFormat:
    try:
        return FORMATS[county]
    except KeyError:
        raise ValueError(f"no parcel number format '{county}'; those known: {', '.join(sorted(FORMATS))}") from None


def _plain(text: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return stripped.upper().strip()


def _readings(plain: str, shape: CountyFormat) -> list[tuple[str, ...]]:
    """Ways to cut the text into this county's parts, the most literal first."""
    readings: list[tuple[str, ...]] = []
    text = _SPACED_LETTERS.sub("", plain) if shape.code == "washington_ssl" else plain
    pieces = [piece for piece in re.split(r"[\s\-/_,:]+", text) if piece]
    if 1 < len(pieces) <= len(shape.parts) and _fits(pieces, shape.parts):
        readings.append(tuple(_unpad(piece, part) for piece, part in zip(pieces, shape.parts, strict=False)))
    if len(pieces) == 1:
        readings.extend(_cut_by_width(pieces[0], shape))
    return readings


def _cut_by_width(piece: str, shape: CountyFormat) -> list[tuple[str, ...]]:
    """A number written without any dash, when every part of the county has a fixed width."""
    if any(part.width == 0 or part.letter_inside for part in shape.parts):
        return []
    pattern = ""
    for part in shape.parts:
        letters = re.search(r"\[[A-Z].*", part.pattern)
        cell = rf"([0-9]{{{part.width}}}{letters.group() if letters else ''})"
        pattern += cell if part.default is None else rf"(?:{cell})?"
    found = re.fullmatch(pattern, piece)
    if found is None:
        return []
    values = [value for value in found.groups() if value is not None]
    return [tuple(_unpad(value, part) for value, part in zip(values, shape.parts, strict=False))]


def _fits(pieces: Sequence[str], parts: Sequence[Part]) -> bool:
    return all(re.fullmatch(part.pattern, piece) for piece, part in zip(pieces, parts, strict=False))


def _unpad(piece: str, part: Part) -> str:
    return re.sub(r"^0+(?=[0-9A-Z])" if part.letter_inside else r"^0+(?=[0-9])", "", piece)


def _pad(value: str, part: Part) -> str:
    if part.letter_inside:
        return value.zfill(part.width)
    digits = re.match(r"[0-9]*", value)
    length = len(digits.group()) if digits else 0
    return "0" * max(0, part.width - length) + value if length else value


def _is_default(value: str, part: Part) -> bool:
    return part.default is not None and _pad(value, part) == _pad(part.default, part)


def _join(values: Sequence[str], shape: CountyFormat) -> str:
    return shape.joint.join(_pad(value, part) for value, part in zip(values, shape.parts, strict=False))


def _number(raw: str, parts: Sequence[str], shape: CountyFormat) -> ParcelNumber:
    filled = list(parts)
    for part in shape.parts[len(parts) :]:
        filled.append(_unpad(part.default or "", part))
    canonical = _join(filled, shape)
    return ParcelNumber(
        raw=raw,
        county=shape.code,
        canonical=canonical,
        key=key_of(canonical),
        parts=tuple(filled),
        given=len(parts),
    )
