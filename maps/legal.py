"""Legal descriptions: 'Lot 23, Tract 8231', 'Parcel 1, PM 5432', 'NORTH RIDGE ESTATES (CBL), BLK 2, LOT 3',
'ABS A0251 JONATHAN DOUTHIT SURVEY, SHEET 2, TRACT 28, 2.323 ACRES', and the running text of recorded surveys.

A Texas TRACT inside an abstract is not a California tract map, and a parcel map's parcel is not a lot: `kind` keeps
them apart. Everything here is pure.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from maps import legal_words


class LegalKind(StrEnum):
    TRACT_LOT = "tract_lot"
    PARCEL_MAP = "parcel_map"
    SUBDIVISION = "subdivision"
    ABSTRACT = "abstract"
    MAP_PAGE = "map_page"
    SECTION = "section"


@dataclass(frozen=True, kw_only=True)
class LegalDescription:
    """What a description says; a part it does not say is None. `lots` lists every lot of a range in order;
    `references` are the recorded maps it names in brackets ([S2-034])."""

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
    section: str | None = None
    references: tuple[str, ...] = ()


_LOT_VALUE = r"[0-9]{1,5}[A-Z]{0,2}|[A-Z]{1,2}[0-9]{0,4}"
_LOT = re.compile(
    rf"\bL(?:O?TS?)?(?:\.? ?#? ?(?=[0-9])|[. #]+(?=[A-Z]))((?:{_LOT_VALUE})"
    r"(?: ?(?:-|,? ?&|,? ?AND|,|THRU|THROUGH|TO) ?(?:LOTS? )?(?:[0-9]{1,5}[A-Z]{0,2})(?![0-9A-Z/]))*)(?![0-9A-Z/])"
)
_BLOCK = re.compile(
    r"\bBLOCKS? ?#? ?([0-9]{1,4}[A-Z]{0,2}(?: ?(?:,? ?&|,? ?AND|,|-) ?[0-9]{1,4}\b(?! ?[,&]? ?(?:LOT|TRACT)))*"
    r"|[A-Z]{1,2}[0-9]{0,2})\b"
)
_TRACT = re.compile(r"\b(?:TRACT|TRCT|TR|T)\.? ?(?:NO\.? ?|NUMBER |MAP |#)? ?-?([0-9]{1,6}[A-Z]?(?:-[0-9]{1,3})?)\b")
_TRACTS_OF = re.compile(r"\bTRACTS? ((?:[0-9]{1,3}[A-Z]?(?: ?(?:,|&|AND|-) ?(?:PART OF )?(?:TRACTS? )?)?)+)")
_PARCEL_MAP = re.compile(
    r"\b(?:PARCEL MAP|PCL MAP|PARTITION PLAT|P\.? ?[MP]\.?)\s?(?:NO\.? ?|#)? ?([0-9]{1,6}(?:-[0-9]{1,4})?)\b"
)
_PARCEL = re.compile(r"\b(?:PARCEL|PCL|PAR)\.? ?#? ?([0-9]{1,4}[A-Z]?|[A-Z])\b(?! ?MAP)")
_PHASE = re.compile(
    r"\b(?:PHASE|PHS?|SEC(?:TION)?|UNIT|INST(?:ALLMENT)?|ADDITION) ?#? ?([0-9]{1,3}[A-Z]?|[IVX]{1,4}|[A-Z])\b"
)
_ABSTRACT = re.compile(r"\bABS(?:T(?:RACT)?)?\.? ?#? ?(A?-?[0-9]{1,5})\b")
_SURVEY = re.compile(r"\bABS(?:T(?:RACT)?)?\.? ?#? ?A?-?[0-9]{1,5},? ?([A-Z][A-Z .&']*?) (?:SURVEY|SURV|SUR)\b")
_SHEET = re.compile(r"\b(?:SHEET|SHT) ?#? ?([0-9]{1,4})\b")
_ACRES = re.compile(r"\b([0-9]*\.?[0-9]+) ?(?:ACRES?|AC)\b")
_BOOK = re.compile(
    r"\b(?:(?:MAP )?BOOK|BK|CABINET|CAB|VOL(?:UME)?) ?([0-9]{1,4}[A-Z]?|[A-Z])(?: OF MAPS)?,? ?"
    r"(?:PAGES?|PGS?|PP|SLIDE|SLD?) ?([0-9]{1,4}(?: ?- ?[0-9]{1,4})?)\b"
)
_SECTION = re.compile(r"\bSEC(?:TIONS?|S)?\.? ([0-9]{1,2}(?: ?(?:,|&|AND) ?[0-9]{1,2})*)\b")
_GOVERNMENT = re.compile(r"\bGOVERNMENT_LOTS? ([0-9]{1,2}(?: ?(?:,|&|AND) ?[0-9]{1,2})*)\b")
_TRACT_NUMBER = re.compile(
    r"(?:TRACT|TRCT|TR|T)[ .#-]*(?:NO\.?|NUMBER|MAP)?[ .#-]*0*([1-9][0-9]{0,5}[A-Z]?)(-[0-9]{1,3})?"
)
_REFERENCE = re.compile(r"\[([^\]\}\[]{3,24})[\]\}]")


def parse(text: str) -> LegalDescription | None:
    """What the text describes, or None when it holds no legal description."""
    plain = legal_words.plain(text)
    references = tuple(dict.fromkeys(found.strip() for found in _REFERENCE.findall(plain)))
    rest = _REFERENCE.sub(" ", plain)
    book = _BOOK.search(rest)
    map_book, map_page = (book[1], re.sub(r"\s", "", book[2])) if book else (None, None)
    rest = " ".join(_BOOK.sub(" ", rest).split())
    found = _described(rest)
    if found is None:
        if map_book:
            return LegalDescription(
                kind=LegalKind.MAP_PAGE, map_book=map_book, map_page=map_page, references=references
            )
        return None
    return replace(found, acres=_acres(plain), map_book=map_book, map_page=map_page, references=references)


def parse_all(text: str) -> tuple[LegalDescription, ...]:
    """Every place that running text describes: 'Lots 1 & 12, Block 3 & Lots 6 & 7, Block 2, East Side Addition [S1]'
    gives two, 'Block 5, Central Addition [S2-025] And Block 2, Sunrise Addition [S2-033]' two of different maps."""
    plain = legal_words.plain(text)
    pieces: list[tuple[str, tuple[str, ...]]] = []
    start = 0
    for found in _REFERENCE.finditer(plain):
        pieces.append((plain[start : found.start()], (found[1].strip(),)))
        start = found.end()
    if plain[start:].strip(" ,.&"):
        pieces.append((plain[start:], ()))
    described: list[LegalDescription] = []
    for piece, references in pieces:
        name = _name(piece)
        for group in legal_words.groups(piece, lots=_LOT, blocks=_BLOCK):
            one = _described(" ".join(group.split()))
            if one is None:
                continue
            if one.kind is LegalKind.SUBDIVISION and name and not _name(group):
                one = replace(one, subdivision=name)
            blocks = legal_words.numbers(_first(_BLOCK, group) or "")
            listed = [replace(one, block=block) for block in blocks] if len(blocks) > 1 and not one.lots else [one]
            described.extend(replace(each, references=references) for each in listed)
    return tuple(dict.fromkeys(described))


def tract_number(text: str) -> str | None:
    """The tract number a text is: 4106 for 'TR4106', 'T-4106', 'Tract No. 04106'; '8231-2' keeps its phase. None for
    what only begins like one (TRNSML) and for bare numbers that say of nothing that they are a tract's."""
    found = _TRACT_NUMBER.fullmatch(legal_words.plain(text))
    return found[1] + (found[2] or "") if found else None


def lot_key(*, tract_no: str, lot: str, block: str | None = None) -> str:
    """The exact key a lot is found by: TRACT8231LOT23, with BLOCK before LOT where there is one."""
    return f"{plat_key(tract_no)}{block_key(block)}LOT{bare(lot)}"


def plat_key(name: str) -> str:
    """What the keys of all lots of a tract or plat begin with: TRACT8231, TRACTSECONDADDITION."""
    # A phase (8231-2) keeps a mark of its own, or it would read as tract 82312.
    return "TRACT" + re.sub(r"[^A-Z0-9]", "", name.upper().replace("-", "P")).lstrip("0")


def block_key(block: str | None) -> str:
    """The block's part of a lot's key; nothing where there is no block."""
    return f"BLOCK{bare(block)}" if block else ""


def keys_of(found: LegalDescription) -> tuple[str, ...]:
    """The exact keys of the lots a description names (a parcel map's parcels and an abstract's tracts too)."""
    if found.kind is LegalKind.PARCEL_MAP:
        return (f"PM{found.tract_no}PARCEL{bare(found.parcel)}",) if found.parcel else ()
    if found.kind is LegalKind.ABSTRACT:
        tract = f"TRACT{bare(found.tract)}" if found.tract else ""
        return (f"ABS{found.abstract_no}{tract}",)
    place = found.tract_no if found.kind is LegalKind.TRACT_LOT else found.subdivision
    if place is None:
        return ()
    if found.phase:
        place = f"{place} PH {found.phase}"
    return tuple(lot_key(tract_no=place, lot=lot, block=found.block) for lot in found.lots)


def query_keys(text: str) -> tuple[str, ...]:
    """Exact keys for a typed 'lot 23 tract 8231' or 'L23 T8231', and for a tract alone ('TR-8231')."""
    if number := tract_number(text):
        return (f"TRACT{number.replace('-', '')}",)
    found = parse(text)
    return keys_of(found) if found is not None else ()


def _described(rest: str) -> LegalDescription | None:
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
        )
    if parcel_map := _PARCEL_MAP.search(rest):
        return LegalDescription(
            kind=LegalKind.PARCEL_MAP,
            tract_no=parcel_map[1],
            parcel=_first(_PARCEL, _PARCEL_MAP.sub(" ", rest)),
        )
    name = _name(rest)
    tracts_of = _TRACTS_OF.search(rest)
    if tracts_of and name and not lots and legal_words.is_plat(name):
        # The tracts of a plat ('Tracts 18 & 19, Malmsten's Riverside View') are its lots, no tract maps.
        return LegalDescription(
            kind=LegalKind.SUBDIVISION, subdivision=name, lots=legal_words.numbers(tracts_of[1]), block=block
        )
    if tract := _TRACT.search(rest):
        return LegalDescription(kind=LegalKind.TRACT_LOT, tract_no=tract[1].lstrip("0") or "0", block=block, lots=lots)
    if name and (lots or block or legal_words.is_plat(name)):
        return LegalDescription(
            kind=LegalKind.SUBDIVISION,
            subdivision=name,
            phase=_first(_PHASE, rest),
            block=None if "," in (block or "") or "&" in (block or "") else block,
            lots=lots,
        )
    if government := _GOVERNMENT.search(rest):
        return LegalDescription(
            kind=LegalKind.SECTION, section=_first(_SECTION, rest), lots=legal_words.numbers(government[1])
        )
    if section := _SECTION.search(rest):
        return LegalDescription(kind=LegalKind.SECTION, section=section[1], lots=lots)
    if lots or block:
        return LegalDescription(kind=LegalKind.SUBDIVISION, block=block, lots=lots) if lots and block else None
    return None


def _name(rest: str) -> str | None:
    """What stays of a description once lots, blocks, phases and phrases are taken out: the subdivision's name."""
    bare = re.sub(r"\([^)]*\)", " ", rest)
    for pattern in (_ACRES, _TRACTS_OF, _LOT, _BLOCK, _PHASE, _SHEET):
        bare = pattern.sub(" , ", bare)
    return legal_words.name_in(bare)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1].strip() if found else None


def _acres(plain: str) -> Decimal | None:
    found = _ACRES.search(plain)
    return Decimal(found[1]) if found else None


def _abstract_no(text: str) -> str:
    return "A" + re.sub(r"[^0-9]", "", text).zfill(4)


def bare(text: str | None) -> str:
    """A lot, block or parcel as keys have it: capitals and digits, without zeros before them."""
    return re.sub(r"[^A-Z0-9]", "", (text or "").upper()).lstrip("0")


def _lots(plain: str) -> tuple[str, ...]:
    lots: list[str] = []
    for found in _LOT.finditer(plain):
        if found[1] in legal_words.NO_LOTS:
            continue
        lots.extend(legal_words.numbers(found[1]))
    return tuple(dict.fromkeys(lots))
