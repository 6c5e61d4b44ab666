"""The base of every shape on the wire: closed (unknown fields are refused), frozen, and strict about instants."""

from datetime import datetime
from typing import Annotated

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
