"""What a subdivision is drawn with: streets and lots in the local frame of its own cell, before names and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from dispatch.demo import town

Point = tuple[float, float]
Use = Literal["home", "shop", "flats", "works", "park", "school", "mobile_park", "common", "raw_land", "yard"]
StreetRole = Literal["through", "court", "loop", "alley", "avenue", "numbered", "private"]

WEST, EAST, SOUTH, NORTH = -1, -2, -3, -4
"""Stand for the four long streets around the cell wherever a lot names its street."""
_TURNED = {WEST: SOUTH, SOUTH: WEST, EAST: NORTH, NORTH: EAST}


@dataclass(frozen=True, slots=True)
class StreetDraft:
    """A street inside a cell: the middle line of its right of way."""

    path: tuple[Point, ...]
    street_class: town.StreetClass
    role: StreetRole
    oneway: int = 0
    parent: int | None = None
    """Index of the street that a court opens from."""

    @property
    def half_m(self) -> float:
        return town.HALF_WIDTH_M[self.street_class]


@dataclass(frozen=True, slots=True)
class Frontage:
    """Where a lot meets a street: middle of the front line and the direction to the street."""

    street: int
    at: Point
    toward: Point


@dataclass(frozen=True, slots=True)
class LotDraft:
    """One lot: its ring (not closed), its use and its frontages."""

    ring: tuple[Point, ...]
    use: Use
    front: Frontage
    side_front: Frontage | None = None
    """Second frontage of a corner lot."""
    flag: bool = False
    beyond_m: float = 0.0
    """Extra length counted for the house number, for lots around the end of a court."""


@dataclass(slots=True)
class Drawing:
    """Streets and lots of one cell while it is being drawn. `u` runs along the cell, `v` across it."""

    width_m: float
    height_m: float
    margins: tuple[float, float, float, float]
    """Half widths of the long streets: west, south, east, north."""
    rng: np.random.Generator
    streets: list[StreetDraft] = field(default_factory=list)
    lots: list[LotDraft] = field(default_factory=list)

    def street(self, draft: StreetDraft) -> int:
        self.streets.append(draft)
        return len(self.streets) - 1


def finished(*, drawing: Drawing, cell: town.Cell, turned: bool) -> tuple[list[StreetDraft], list[LotDraft]]:
    """Move the drawing to its place in the town; `turned` swaps the axes."""
    west, south, _, _ = cell.box

    def place(point: Point) -> Point:
        u, v = (point[1], point[0]) if turned else point
        return (round(u + west, 2), round(v + south, 2))

    def turn(toward: Point) -> Point:
        return (toward[1], toward[0]) if turned else toward

    def front(value: Frontage | None) -> Frontage | None:
        if value is None:
            return None
        street = _TURNED[value.street] if turned and value.street < 0 else value.street
        return Frontage(street=street, at=place(value.at), toward=turn(value.toward))

    streets = [replace(street, path=tuple(place(point) for point in street.path)) for street in drawing.streets]
    lots = []
    for lot in drawing.lots:
        facing = front(lot.front)
        assert facing is not None
        lots.append(
            replace(lot, ring=tuple(place(p) for p in lot.ring), front=facing, side_front=front(lot.side_front))
        )
    return streets, lots
