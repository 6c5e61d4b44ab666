"""The words of legal descriptions: spellings brought to one form, phrases that are no name, lists and ranges. Pure."""

import itertools
import re
import unicodedata

_SPELLINGS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"[’`´]", "'"),
        (r"[–—]", "-"),
        (r'"', " "),
        (r"\bGOV(?:ERNMEN)?'?T\.? LOT(S?)\b", r"GOVERNMENT_LOT\1"),
        (r"\b(?:BLKS?|BLCKS?|BOCKS?|BLOCKS?|BLK'S)\.? ?(?=[0-9A-Z]{1,4}\b)", "BLOCK "),
        (r"\bBK\.? (?=[0-9A-Z]{1,3}\b(?!,? ?(?:OF MAPS|PAGES?|PGS?|PP)))", "BLOCK "),
        (r"\b(?:LTS?|LOTS?)\.? ?(?=[0-9]{1,5}[A-Z]{0,2}\b)", "LOT "),
        (r"\bADD(?:ITION|'N|N|NS)?\b\.?", "ADDITION"),
        (r"\bSUB(?:'?D|DIV|DIVISION|DN)\b\.?", "SUBDIVISION"),
        (r"\bEASTSIDE\b", "EAST SIDE"),
        (r"\b1ST\b", "FIRST"),
        (r"\b2ND\b", "SECOND"),
        (r"\b3RD\b", "THIRD"),
        (r"\bESTS?\b\.?", "ESTATES"),
        (r"\bHTS\b\.?", "HEIGHTS"),
    )
)

# What survey notes say around the name of a plat.
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:IN|OF|TO|FOR|FROM) THE (?:CITY|TOWN|COUNTY) OF [A-Z]+\b",
        r"\bCITY OF [A-Z]+\b",
        r"\b(?:ALSO )?(?:LOCATED|SITUATED|BEING|LYING|RECORDED|REPLAT|RE-PLAT|PARTITION|PORTION|PART|SURVEY|BOUNDARY|RESTORATION"
        r"|MONUMENTATION|SKETCH|MAP|TOPOG|RECORDING)(?: SURVEY)?(?: LOCATED)? (?:OF|IN|ON|WITHIN)(?: AN?| THE)?\b(?: PORTION OF)?",
        r"\b(?:A|THE|AN) (?:PORTION|PART|REPLAT|PARTITION) OF(?: THE)?\b",
        r"\b(?:PROPERTY|BOUNDARY|BOUNDRY|LOT) (?:LINE )?(?:SURVEY|ADJUSTMENT)\b",
        r"\b(?:PLA|ROS|LLA|R/W|P\.?L\.?A\.?)\b",
        r"\b(?:FOR|SEE) SHEET [0-9]+ SEE\b",
        r"\b(?:SEE|ALSO SEE|SEE ALSO)\b.*$",
        r"\bTHE? ?(?:NORTH|SOUTH|EAST|WEST|[NSEW]{1,2})(?:ERLY)? (?:HALF|1/2|1/4|[0-9.]+ ?(?:FT|FEET|')\.?)(?: OF)?\b",
        r"\b(?:NORTH|SOUTH|EAST|WEST|[NSEW]{1,2})(?:ERLY)? (?:HALF|1/2|1/4|[0-9.]+ ?(?:FT|FEET|')\.?)(?: OF)?\b",
        r"\b(?:VACATED|UNRECORDED(?: PLAT)?|AN UNRECORDED PLAT|NOT RECORDED|AND OTHERS?)\b",
        r"\b(?:SEC(?:TIONS?)?\.? [0-9]+(?: ?& ?[0-9]+)*|TOWNSHIP [0-9]+ [A-Z]+|RANGE [0-9]+ [A-Z]+)\b",
        r"\b(?:LOTS?|BLOCKS?|TRACTS?|PARCELS?)\b(?! ADDITION)(?=[ ,]*(?:OF|IN|&|AND|$|,))",
    )
)
_PLATS = frozenset(
    [
        "ADDITION",
        "ADDITIONS",
        "SUBDIVISION",
        "ESTATES",
        "ESTATE",
        "HEIGHTS",
        "ACRES",
        "PARK",
        "ADDN",
        "VILLAGE",
        "TOWNSITE",
        "PLAT",
        "VIEW",
        "RIDGE",
        "MEADOWS",
        "CREEK",
        "TOWN",
        "LOTS",
        "TRACTS",
        "GARDENS",
        "TERRACE",
        "MANOR",
        "HILLS",
        "PLACE",
        "RANCH",
        "COMMONS",
        "CROSSING",
        "WOODS",
        "CEDARWOOD",
    ]
)
_WORK = re.compile(
    r"\b(?:SURVEY|SURVEYED|NARRATIVE|SECTION|ROAD|RAILROAD|HIGHWAY|BRIDGE|PROPOSED|PROPERTY|LANDFILL|FOLDER|SPUR|PURPOSES|AGREEMENT"
    r"|LINEAR|BOUNDARY|PARTITION|EXCHANGE|CORNER|CORNERS)\b"
)
_EDGES = frozenset(
    [
        "A",
        "AN",
        "THE",
        "OF",
        "IN",
        "TO",
        "AND",
        "&",
        "ON",
        "AT",
        "LOCATED",
        "ALSO",
        "PART",
        "PORTION",
        "REPLAT",
        "OR",
        "FOR",
        "BY",
        "THIS",
        "IS",
        "WITH",
    ]
)

NO_LOTS = frozenset({"OF", "IN", "LINE", "TO", "SU", "IS"})


def plain(text: str) -> str:
    """Upper case, accents off, blanks tidied, and the mess of BLK, BOCK, ADD'N, SUB'D, GOV'T LOT in one form."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("–", "-").replace("—", "-"))
        text = "".join(mark for mark in text if not unicodedata.combining(mark))
    text = " ".join(text.upper().split())
    for pattern, put in _SPELLINGS:
        text = pattern.sub(put, text)
    return " ".join(text.split())


def numbers(text: str) -> tuple[str, ...]:
    """The single values of a list with ranges: '1-3 & 10, 12' gives 1, 2, 3, 10, 12; '5R' stays."""
    values: list[str] = []
    for piece in re.split(r" ?(?:,|&|\bAND\b) ?", text):
        values.extend(_range(re.sub(r"^(?:PART OF )?(?:LOTS?|TRACTS?) ", "", piece.strip())))
    return tuple(dict.fromkeys(value for value in values if value))


def _range(piece: str) -> list[str]:
    ends = re.split(r" ?(?:-|\bTHRU\b|\bTHROUGH\b|\bTO\b) ?", piece)
    if len(ends) == 2 and all(end.isdigit() for end in ends) and 0 < int(ends[1]) - int(ends[0]) <= 500:
        return [str(number) for number in range(int(ends[0]), int(ends[1]) + 1)]
    return [end.lstrip("0") or end for end in ends if end]


def groups(text: str, *, lots: re.Pattern[str], blocks: re.Pattern[str]) -> list[str]:
    """The text cut so that each piece holds one block and its lots; uncut where there is at most one block."""
    marks = sorted(
        [(found.start(), found.end(), "lot") for found in lots.finditer(text) if found[1] not in NO_LOTS]
        + [(found.start(), found.end(), "block") for found in blocks.finditer(text)]
    )
    if sum(1 for *_, what in marks if what == "block") < 2:
        return [text]
    leads = "lot" if marks[0][2] == "lot" else "block"
    starts = [
        start for at, (start, _, what) in enumerate(marks) if what == leads and (at == 0 or marks[at - 1][2] != leads)
    ]
    cuts = [0, *starts[1:], len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def name_in(text: str) -> str | None:
    """The name in what is left of a description; None when nothing like one is."""
    for phrase in _PHRASES:
        text = phrase.sub(" , ", text)
    best: str | None = None
    for piece in re.split(r"[,;:/\[\]]|--", text):
        words = re.findall(r"[A-Z0-9][A-Z0-9'.&-]*", piece.replace("GOVERNMENT_LOT", " "))
        words = [word.strip(".") for word in words if word.strip(".")]
        while words and (words[0] in _EDGES or words[0].isdigit()):
            words.pop(0)
        while words and words[-1] in _EDGES:
            words.pop()
        name = " ".join(words)
        if len(re.sub(r"[^A-Z]", "", name)) < 3 or _WORK.search(name):
            continue
        if is_plat(name):
            return name
        best = best or name
    return best


def is_plat(name: str) -> bool:
    """True when the name has a word that subdivisions are called by."""
    return not _PLATS.isdisjoint(name.replace("'S", "").split())
