"""Legal descriptions: 'Lot 23, Tract 8231', 'Parcel 1, PM 5432', 'NORTH RIDGE ESTATES (CBL), BLK 2, LOT 3',
'ABS A0251 JONATHAN DOUTHIT SURVEY, SHEET 2, TRACT 28, 2.323 ACRES'.

A Texas TRACT inside an abstract is not a California tract map, and a parcel map's parcel is not a lot: `kind` keeps
them apart. Everything here is pure.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class LegalKind(StrEnum):
    TRACT_LOT = "tract_lot"
    PARCEL_MAP = "parcel_map"
    SUBDIVISION = "subdivision"
    ABSTRACT = "abstract"
    MAP_PAGE = "map_page"


@dataclass(frozen=True, kw_only=True)
class LegalDescription:
    """What a description says; a part it does not say is None. `lots` lists every lot of a range in order."""

    kind: LegalKind
    tract_no: str | None = None
    subdivision: str | None = None
    phase: str | None = None
    block: str | None = None
    lots: tuple[str, ...] = ()
    unit: str | None = None
    parcel: str | None = None
    abstract_no: str | None = None
    survey: str | None = None
    sheet: str | None = None
    tract: str | None = None
    acres: Decimal | None = None
    map_book: str | None = None
    map_page: str | None = None


_LOT_VALUE = r"[0-9]{1,5}[A-Z]{0,2}|[A-Z]{1,2}[0-9]{0,4}"
_LOT = re.compile(
    rf"\bL(?:O?TS?)?\.? ?#? ?((?:{_LOT_VALUE})"
    r"(?: ?(?:-|,|&|AND|THRU|THROUGH|TO) ?(?:LOTS? )?(?:[0-9]{1,5}[A-Z]{0,2})(?![0-9A-Z]))*)(?![0-9A-Z])"
)
_BLOCK = re.compile(r"\b(?:BLOCK|BLK|BK)\.? ?#? ?([0-9]{1,4}[A-Z]{0,2}|[A-Z]{1,2}[0-9]{0,2})\b")
_TRACT = re.compile(r"\b(?:TRACT|TRCT|TR|T)\.? ?(?:NO\.? ?|NUMBER |MAP |#)? ?([0-9]{1,6}[A-Z]?(?:-[0-9]{1,3})?)\b")
_PARCEL_MAP = re.compile(r"\b(?:PARCEL MAP|PCL MAP|P\.? ?M\.?)\s?(?:NO\.? ?|#)? ?([0-9]{1,6}(?:-[0-9]{1,4})?)\b")
_PARCEL = re.compile(r"\b(?:PARCEL|PCL|PAR)\.? ?#? ?([0-9]{1,4}[A-Z]?|[A-Z])\b(?! ?MAP)")
_PHASE = re.compile(r"\b(?:PHASE|PH|SEC(?:TION)?|ADDN?|UNIT) ?#? ?([0-9]{1,3}[A-Z]?|[IVX]{1,4}|[A-Z])\b")
_ABSTRACT = re.compile(r"\bABS(?:TRACT)?\.? ?#? ?(A?-?[0-9]{1,5})\b")
_SURVEY = re.compile(r"\bABS(?:TRACT)?\.? ?#? ?A?-?[0-9]{1,5},? ?([A-Z][A-Z .&']*?) SURVEY\b")
_SHEET = re.compile(r"\b(?:SHEET|SHT) ?#? ?([0-9]{1,4})\b")
_ACRES = re.compile(r"\b([0-9]*\.?[0-9]+) ?(?:ACRES?|AC)\b")
_BOOK = re.compile(
    r"\b(?:(?:MAP )?BOOK|BK|CABINET|CAB|VOL(?:UME)?) ?([0-9]{1,4}[A-Z]?|[A-Z])(?: OF MAPS)?,? ?"
    r"(?:PAGES?|PGS?|PP|SLIDE|SLD?) ?([0-9]{1,4}(?: ?- ?[0-9]{1,4})?)\b"
)
_NAME_ENDS = re.compile(r",|\(|\b(?:BLOCK|BLK|LOTS?|LT|PHASE|PH|TRACT|UNIT|SEC|SECTION|ABS)\b")


def parse(text: str) -> LegalDescription | None:
    """What the text describes, or None when it holds no legal description."""
    plain = _plain(text)
    acres = _acres(plain)
    book = _BOOK.search(plain)
    map_book, map_page = (book[1], re.sub(r"\s", "", book[2])) if book else (None, None)
    rest = _BOOK.sub(" ", plain)
    lots = _lots(rest)
    block = _first(_BLOCK, rest)
    if abstract := _ABSTRACT.search(rest):
        survey = _SURVEY.search(rest)
        return LegalDescription(
            kind=LegalKind.ABSTRACT,
            abstract_no=_abstract_no(abstract[1]),
            survey=survey[1].strip() if survey else None,
            sheet=_first(_SHEET, rest),
            tract=_first(_TRACT, rest),
            block=block,
            lots=lots,
            acres=acres,
        )
    if parcel_map := _PARCEL_MAP.search(rest):
        return LegalDescription(
            kind=LegalKind.PARCEL_MAP,
            tract_no=parcel_map[1],
            parcel=_first(_PARCEL, _PARCEL_MAP.sub(" ", rest)),
            map_book=map_book,
            map_page=map_page,
            acres=acres,
        )
    if tract := _TRACT.search(rest):
        return LegalDescription(
            kind=LegalKind.TRACT_LOT,
            tract_no=tract[1].lstrip("0") or "0",
            block=block,
            lots=lots,
            map_book=map_book,
            map_page=map_page,
            acres=acres,
        )
    if lots or block:
        name = _subdivision(rest)
        if name:
            return LegalDescription(
                kind=LegalKind.SUBDIVISION,
                subdivision=name,
                phase=_first(_PHASE, rest),
                block=block,
                lots=lots,
                map_book=map_book,
                map_page=map_page,
                acres=acres,
            )
    if map_book:
        return LegalDescription(kind=LegalKind.MAP_PAGE, map_book=map_book, map_page=map_page)
    return None


def lot_key(*, tract_no: str, lot: str, block: str | None = None) -> str:
    """The exact key a lot is found by: TRACT8231LOT23, with BLOCK before LOT where there is one."""
    # A phase (8231-2) keeps a mark of its own, or it would read as tract 82312.
    number = re.sub(r"[^A-Z0-9]", "", tract_no.upper().replace("-", "P")).lstrip("0")
    middle = f"BLOCK{_bare(block)}" if block else ""
    return f"TRACT{number}{middle}LOT{_bare(lot)}"


def query_keys(text: str) -> tuple[str, ...]:
    """Exact keys for a typed 'lot 23 tract 8231' or 'L23 T8231'; nothing for other kinds of description."""
    found = parse(text)
    if found is None or found.kind is not LegalKind.TRACT_LOT or found.tract_no is None:
        return ()
    return tuple(lot_key(tract_no=found.tract_no, lot=lot, block=found.block) for lot in found.lots)


def _plain(text: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(stripped.upper().replace("–", "-").split())


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None


def _acres(plain: str) -> Decimal | None:
    found = _ACRES.search(plain)
    return Decimal(found[1]) if found else None


def _abstract_no(text: str) -> str:
    return "A" + re.sub(r"[^0-9]", "", text).zfill(4)


def _bare(text: str | None) -> str:
    return re.sub(r"[^A-Z0-9]", "", (text or "").upper()).lstrip("0")


def _lots(plain: str) -> tuple[str, ...]:
    lots: list[str] = []
    for found in _LOT.finditer(plain):
        for piece in re.split(r" ?(?:,|&|\bAND\b) ?", found[1]):
            lots.extend(_lot_range(re.sub(r"^LOTS? ", "", piece.strip())))
    return tuple(dict.fromkeys(lots))


def _lot_range(piece: str) -> list[str]:
    ends = re.split(r" ?(?:-|\bTHRU\b|\bTHROUGH\b|\bTO\b) ?", piece)
    if len(ends) == 2 and all(end.isdigit() for end in ends) and 0 < int(ends[1]) - int(ends[0]) <= 500:
        return [str(number) for number in range(int(ends[0]), int(ends[1]) + 1)]
    return [end.lstrip("0") or end for end in ends if end]


def _subdivision(plain: str) -> str | None:
    head = plain[: found.start()] if (found := _NAME_ENDS.search(plain)) else plain
    name = head.strip(" ,.-#")
    if not name:
        tail = re.split(r",", plain)[-1].strip()
        name = "" if _LOT.search(tail) or _BLOCK.search(tail) else tail
    return name if len(name) > 2 and not name.isdigit() else None
