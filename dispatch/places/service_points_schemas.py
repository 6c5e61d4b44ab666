"""Shapes of the pin at the meter box on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from dispatch.wire import Instant, Line, Wire

Relation = Literal["FROM", "BEHIND", "IN_FRONT_OF", "LEFT_OF", "RIGHT_OF", "NORTH_OF", "EAST_OF", "SOUTH_OF", "WEST_OF"]
Mark = Literal[
    "HOUSE", "HOUSE_NE", "HOUSE_NW", "HOUSE_SE", "HOUSE_SW", "CURB", "WALK", "DRIVE", "PROPERTY_LINE", "FENCE", "POLE",
    "TREE", "HYDRANT", "MONUMENT", "OTHER",
]  # fmt: skip
Side = Literal["N", "NE", "E", "SE", "S", "SW", "W", "NW"]


class TieIn(Wire):
    """A measure in tenths of a foot: {"tenths_ft": 125, "relation": "FROM", "mark": "HOUSE_SE"}."""

    tenths_ft: Annotated[int, Field(ge=0, le=10_000)]
    relation: Relation
    mark: Mark
    note: Annotated[Line, Field(max_length=80)] = ""


class TieOut(TieIn):
    measured_on: str
    by: str


class FixIn(Wire):
    """A position of the box: taken with a survey instrument, or read off the map. The radius holds it 95 times in 100."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-85, le=85)]
    accuracy_m: Annotated[float, Field(ge=0.01, le=100)]
    source: Literal["SURVEY", "MAP"]


class FixOut(Wire):
    """A position that the pin is made of, or that was set aside because the others speak against it."""

    lon: float
    lat: float
    accuracy_m: float
    source: Literal["VISIT", "SURVEY", "MAP", "PARCEL", "ADDRESS"]
    taken_at: Instant | None
    """None when nobody wrote down the day."""
    by: str
    used: bool
    off_ft: float
    """From the pin."""


class PinOut(Wire):
    """Where a service really is, and how that is known."""

    service_point_id: int
    version: int
    lon: float
    lat: float
    accuracy_m: float
    pin_source: str
    position_text: str
    walk_en: str
    walk_es: str
    side: Side | None
    street: str | None
    cross_street: str | None
    landmark: str | None
    photo_sha256: str | None
    """The newest photo that a crew took of the spot."""
    ties: list[TieOut]
    fixes: list[FixOut]
    """Newest first."""


class PinIn(Wire):
    """All that the office knows of the spot; what is left out is forgotten. `fix` adds a position to those known."""

    version: int
    side: Side | None = None
    street: Annotated[Line, Field(max_length=120)] = ""
    cross_street: Annotated[Line, Field(max_length=120)] = ""
    landmark: Annotated[Line, Field(max_length=120)] = ""
    ties: Annotated[list[TieIn], Field(max_length=12)] = []
    fix: FixIn | None = None
