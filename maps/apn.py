"""Parcel numbers: read from any spelling by their county's format, and the keys they are found by.

A parcel number is a chain of parts (book, page, parcel ...); `maps.parcel_formats` holds the counties' ways as data.
Besides its format every number has a loose key, its runs of digits (zeros before them dropped) and letters, which finds
it whatever stands between the parts, in counties nobody has described too. Everything here is pure.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from maps.parcel_formats import AS_WRITTEN, AUTO, FORMATS, LABELS, PLACEHOLDERS, CountyFormat, Part, get_format, named

__all__ = [
    "AS_WRITTEN", "AUTO", "FORMATS", "LABELS", "LOOSE", "ParcelNumber", "ParcelNumberError", "QueryKeys", "detect", "key_of", "loose_key",
    "named", "own_keys", "padded_keys", "parse", "query_keys", "read",
    "words_of",
]  # fmt: skip

LETTERS_AND_DIGITS = re.compile(r"[A-Z0-9]+")
LOOSE = "~"
_RUNS = re.compile(r"[0-9]+|[A-Z]+")
_PIECES = re.compile(r"[\s\-/_,:.#]+")
MOST_PADDINGS = 150
MOST_REMEMBERED = 100_000


class ParcelNumberError(ValueError):
    """The text is no parcel number; `reason` is a code: blank, not_a_parcel or unreadable."""

    def __init__(self, *, reason: str, text: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.text = text
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class ParcelNumber:
    """A number that was read. `parts` are unpadded; `given` says how many of them the text really held. `county` is the
    format that read it: as_written where the county's own does not fit."""

    raw: str
    county: str
    canonical: str
    key: str
    parts: tuple[str, ...]
    given: int

    @property
    def complete(self) -> bool:
        return self.given == len(self.parts)


@dataclass(frozen=True, kw_only=True)
class QueryKeys:
    """What a typed text may mean as a parcel number: keys to match whole, and beginnings of keys."""

    exact: tuple[str, ...]
    beginnings: tuple[str, ...]


def key_of(text: str) -> str:
    """Upper-case letters and digits of the text, nothing else: what two spellings are compared by."""
    return "".join(LETTERS_AND_DIGITS.findall(_plain(text)))


def loose_key(text: str) -> str:
    """'~542.S.23' for '0542S   0023': the runs of digits and letters, label words and leading zeros left out."""
    runs = _RUNS.findall(_plain(text))
    kept = [run for run in runs if run not in LABELS] or runs
    return LOOSE + ".".join((run.lstrip("0") or "0") if run.isdigit() else run for run in kept)


# A file names a parcel again and again: in the land, in the roll once a unit, and when it is put into the search box.
@lru_cache(maxsize=MOST_REMEMBERED)
def parse(text: str | None, *, county: str) -> ParcelNumber:
    """The parcel number in `text` by this county's format; missing parts at the right end get their default.

    Raises ParcelNumberError for blanks, for the marks sources put on roads and railways, and for what does not fit.
    """
    shape = get_format(county)
    raw = (text or "").strip()
    plain = " ".join(_plain(raw).split())
    if not plain:
        raise ParcelNumberError(reason="blank", text=raw, detail="no parcel number in this row")
    words = LETTERS_AND_DIGITS.findall(plain)
    if not words or not any(mark.isdigit() for mark in plain) or plain[0] in "-/" or not key_of(plain).strip("0"):
        raise ParcelNumberError(reason="not_a_parcel", text=raw, detail=f"'{raw}' marks land that is no parcel")
    if shape.whole and re.fullmatch(shape.whole, plain):
        return ParcelNumber(raw=raw, county=shape.code, canonical=plain, key=plain, parts=(plain,), given=1)
    for parts in _readings(plain, shape):
        if len(parts) >= shape.required:
            return _number(raw, parts, shape)
    if re.sub(r"[0-9]", "", words[0]) in PLACEHOLDERS and len(words) == 1:
        raise ParcelNumberError(reason="not_a_parcel", text=raw, detail=f"'{raw}' marks land that is no parcel")
    runs = tuple(_runs(plain))
    if not shape.parts and plain[-1] not in "-/?*" and len(plain) <= 60:
        return ParcelNumber(raw=raw, county=shape.code, canonical=plain, key=key_of(plain), parts=runs, given=len(runs))
    raise ParcelNumberError(
        reason="unreadable", text=raw, detail=f"'{raw}' is not written like {shape.example} ({shape.title})"
    )


def read(text: str | None, *, county: str) -> ParcelNumber:
    """As `parse`, but a number that its county's format does not fit is taken as it is written (`county` of the answer
    says so): real land has odd numbers too. Raises ParcelNumberError for what is no number at all."""
    try:
        return parse(text, county=county)
    except ParcelNumberError as fault:
        if fault.reason != "unreadable":
            raise
        try:
            return parse(text, county=AS_WRITTEN)
        except ParcelNumberError:
            raise fault from None


def detect(numbers: Sequence[str]) -> str:
    """The format these numbers are written in: the first that reads nearly all of them and would print them with the
    same letters and digits; as_written when none does."""
    plain = [text for text in numbers if any(mark.isdigit() for mark in text)]
    # Bare digits can be cut into any county's widths, so they speak for none.
    if not plain or not any(_PIECES.search(text.strip()) for text in plain):
        return AS_WRITTEN
    for code, shape in FORMATS.items():
        if code == AS_WRITTEN:
            continue
        fitting = 0
        for text in plain:
            try:
                found = parse(text, county=code)
            except ParcelNumberError:
                continue
            # A bare property number fits any format that has them, so it speaks for none.
            bare = shape.whole is not None and len(found.parts) == 1
            fitting += found.county == code and not bare and found.key == key_of(text)
        if fitting >= 0.9 * len(plain):
            return code
    return AS_WRITTEN


def own_keys(number: ParcelNumber) -> tuple[str, ...]:
    """Every exact key this number should be found by: padded, unpadded, with and without its default tail, loose."""
    shape = get_format(number.county)
    keys = [number.key, key_of(number.raw)]
    loose = [loose_key(number.raw), loose_key(number.canonical)]
    if shape.parts and len(number.parts) == len(shape.parts):
        bare = [_letters(part) for part in number.parts]
        padded = [_letters(_pad(value, part)) for value, part in zip(number.parts, shape.parts, strict=True)]
        keys.append("".join(bare))
        while len(bare) > 1 and _is_default(number.parts[len(bare) - 1], shape.parts[len(bare) - 1]):
            bare.pop()
            padded.pop()
            keys += ["".join(bare), "".join(padded)]
    else:
        keys.append("".join(run.lstrip("0") or "0" if run.isdigit() else run for run in _runs(number.canonical)))
    return tuple(dict.fromkeys(key for key in [*keys, *loose] if key))


def words_of(number: ParcelNumber) -> tuple[str, ...]:
    """The parts as words, padded and unpadded, so that a search by some of them finds the number."""
    shape = get_format(number.county)
    if not shape.parts or len(number.parts) != len(shape.parts):
        return (number.canonical,)
    padded = [_pad(value, part) for value, part in zip(number.parts, shape.parts, strict=True)]
    return tuple(dict.fromkeys([*padded, *number.parts]))


def query_keys(text: str, *, county: str) -> QueryKeys:
    """Keys to look up for a typed number: any dashes or blanks, padded or not, and cut off at the right."""
    shape = get_format(county)
    plain = " ".join(_plain(text).split())
    if not plain or not any(mark.isdigit() for mark in plain):
        return QueryKeys(exact=(), beginnings=())
    exact: list[str] = []
    beginnings: list[str] = []
    if shape.whole and re.fullmatch(shape.whole, plain):
        exact.append(plain)
    for parts in _readings(plain, shape):
        if len(parts) >= shape.required:
            exact.append(_number(plain, parts, shape).key)
            if len(parts) < len(shape.parts):
                beginnings.append(key_of(_join(parts, shape)))
        elif len(parts) > 1:
            # The last typed part may be unfinished: "501 52" may go on as 501-0521.
            beginnings.append(key_of(_join(parts, shape)))
    loose = loose_key(plain)
    exact.append(loose)
    if "." in loose:
        beginnings.append(loose + ".")
    bare = key_of("".join(_unlabelled(plain)))
    if bare != key_of(plain):
        exact.append(bare)
    return QueryKeys(exact=tuple(dict.fromkeys(exact)), beginnings=tuple(dict.fromkeys(beginnings)))


def padded_keys(text: str) -> tuple[str, ...]:
    """Keys with zeros put before the typed parts, for numbers whose source writes no mark between padded parts:
    '261-38-42' may be 26138042. Up to four zeros; nothing for a text of one part."""
    pieces = _unlabelled(" ".join(_plain(text).split()))
    if not 1 < len(pieces) <= 6 or not all(piece[0].isdigit() for piece in pieces):
        return ()
    keys: list[str] = []
    for zeros in range(1, 5):
        for spread in _spreads(zeros, len(pieces)):
            keys.append("".join("0" * count + piece for count, piece in zip(spread, pieces, strict=True)))
    return tuple(dict.fromkeys(keys))[:MOST_PADDINGS]


def _spreads(total: int, slots: int) -> Iterator[tuple[int, ...]]:
    """All ways to put `total` zeros into `slots` places."""
    for bars in combinations(range(total + slots - 1), slots - 1):
        ends = (-1, *bars, total + slots - 1)
        yield tuple(right - left - 1 for left, right in pairwise(ends))


def _plain(text: str) -> str:
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.upper().strip()


def _runs(text: str) -> list[str]:
    return _RUNS.findall(_plain(text))


def _unlabelled(plain: str) -> list[str]:
    pieces = [piece for piece in _PIECES.split(plain) if LETTERS_AND_DIGITS.search(piece)]
    return [piece for piece in pieces if piece not in LABELS]


def _readings(plain: str, shape: CountyFormat) -> list[tuple[str, ...]]:
    """Ways to cut the text into this county's parts, the most literal first."""
    if not shape.parts:
        return []
    readings: list[tuple[str, ...]] = []
    text = plain
    for pattern, put in shape.spellings:
        text = pattern.sub(put, text).strip()
    pieces = [piece for piece in re.split(r"[\s\-/_,:#]+", text) if piece]
    pieces = [piece for piece in pieces if piece not in LABELS or len(pieces) == 1]
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


def _letters(part: str) -> str:
    return part if part.isalnum() and part.isascii() else key_of(part)


def _pad(value: str, part: Part) -> str:
    if part.letter_inside or value.isdigit():
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
