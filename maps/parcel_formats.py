"""The ways counties write parcel numbers, read from `parcel_formats.toml`. Sources: California BOE AH 215 and county
assessors' notes (book-page-block-parcel), Collin CAD data dictionary, Massachusetts parcel standard (map-lot), District
of Columbia square-suffix-lot."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

AS_WRITTEN = "as_written"
AUTO = "auto"
"""A district whose first parcels will tell how they are written."""


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
    """A county's way of writing. `whole` is the pattern of a number without parts (a property number); `spellings` tidy
    a text before it is cut into parts."""

    code: str
    title: str
    parts: tuple[Part, ...]
    joint: str = "-"
    whole: str | None = None
    spellings: tuple[tuple[re.Pattern[str], str], ...] = ()
    example: str

    @property
    def required(self) -> int:
        """How many parts a number must have."""
        return sum(1 for part in self.parts if part.default is None)


def _format(code: str, table: Mapping[str, Any]) -> CountyFormat:
    return CountyFormat(
        code=code,
        title=table["title"],
        example=table["example"],
        joint=table.get("joint", "-"),
        whole=table.get("whole"),
        parts=tuple(Part(**part) for part in table["parts"]),
        spellings=tuple((re.compile(pattern), put) for pattern, put in table.get("spellings", ())),
    )


_DATA = tomllib.loads(Path(__file__).with_name("parcel_formats.toml").read_text(encoding="utf-8"))

PLACEHOLDERS: frozenset[str] = frozenset(_DATA["placeholders"])
"""Words sources put in place of a number on land that is no parcel."""
LABELS: frozenset[str] = frozenset(_DATA["labels"])
FORMATS: Mapping[str, CountyFormat] = MappingProxyType(
    {code: _format(code, table) for code, table in _DATA.items() if isinstance(table, dict)}
)


def get_format(code: str) -> CountyFormat:
    """The format of this code (`auto` reads as it is written); raises ValueError naming those there are."""
    try:
        return FORMATS[AS_WRITTEN if code == AUTO else code]
    except KeyError:
        raise ValueError(f"no parcel number format '{code}'; those known: {', '.join(sorted(FORMATS))}") from None


def named(text: str) -> str:
    """The code for what a person calls a format: 'washington-ssl' is washington_ssl. Raises ValueError."""
    return get_format(re.sub(r"[^a-z0-9]+", "_", text.strip().lower())).code
