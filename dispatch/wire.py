"""The base of every shape on the wire: closed (unknown fields are refused), frozen, and strict about instants."""

import re
from datetime import datetime
from math import isfinite
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints


def _must_be_text(value: object) -> object:
    # Pydantic would take the number 0 for the year 1970; an instant on the wire is always ISO 8601 text with an offset.
    if isinstance(value, str | datetime):
        return value
    raise ValueError("an instant is written as text with an offset, such as 2026-08-26T10:42:00Z")


Instant = Annotated[AwareDatetime, BeforeValidator(_must_be_text)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
LonLat = tuple[float, float]


class Wire(BaseModel):
    """A closed, frozen shape: an unknown field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reads_each_apart: ClassVar[bool] = False
    """True for a batch whose parts are read one by one: a part that cannot be kept does not refuse the others."""


class Problem(Wire):
    """Every refusal: one code, one sentence, all reasons."""

    code: str
    message: str
    reasons: list["Reason"] = []


class Reason(Wire):
    """One reason of a refusal; `field` names the place in the input where there is one."""

    code: str
    text_en: str
    text_es: str
    field: str | None = None
    rule_id: str | None = None


_KEEPS = re.compile("[^\x00\ud800-\udfff]*")
_NO_SIGN = (
    "holds a character that is none (NUL, or half of a pair)",
    "contiene un carácter que no lo es (NUL o medio par)",
)
_TOO_LARGE = "is too large a number", "es un número demasiado grande"
_NOT_FINITE = "is not a finite number", "no es un número finito"


def unkept(value: Any, *, where: str = "") -> list[tuple[str, str, str]]:
    """What no database keeps, at any depth of a parsed body: a NUL, half of a surrogate pair, a number beyond 64 bits.
    Answers (place, words in English, words in Spanish) of each."""
    if isinstance(value, dict):
        return [
            one
            for key, item in value.items()
            for one in unkept(key, where=where) + unkept(item, where=f"{where}.{key}" if where else str(key))
        ]
    if isinstance(value, list):
        return [
            one for at, item in enumerate(value) for one in unkept(item, where=f"{where}.{at}" if where else str(at))
        ]
    words = None
    if isinstance(value, str):
        words = None if _KEEPS.fullmatch(value) else _NO_SIGN
    elif isinstance(value, float):
        words = None if isfinite(value) else _NOT_FINITE
    elif isinstance(value, int):
        words = None if -(2**63) <= value < 2**63 else _TOO_LARGE
    return [] if words is None else [(kept(where)[:200] or "body", *words)]


def kept(text: str) -> str:
    """The text with a question mark for each character that is none."""
    return re.sub("[\x00\ud800-\udfff]", "?", text)
