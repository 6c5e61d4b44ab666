"""Meters of the town: sizes, registers, serials, radios, and where the box lies on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from dispatch.demo import drafts, town, tracts
from dispatch.meters import units
from dispatch.meters.units import Register

PinSource = Literal["GPS", "TIE", "MAP", "ADDRESS"]
PointKind = Literal["DOMESTIC", "IRRIGATION"]
FEET_M = 0.3048


CCF_REGISTER = Register(unit="CCF", dials=6)
GALLON_REGISTER = Register(unit="GAL", dials=6, fixed_zeros=2)
"""Two painted zeros: the last live dial counts hundreds of gallons."""


def ccf_per_step(register: Register) -> float:
    """CCF for one step of the last live dial."""
    return units.uccf_of_steps(register=register, steps=1_000_000) / 1e12


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter as it stands in the ground."""

    serial: str
    endpoint: str | None
    size: str
    make: str
    register: Register
    installed_on: date


@dataclass(frozen=True, slots=True)
class Point:
    """A service point: where the box is and how well that is known."""

    kind: PointKind
    lon: float
    lat: float
    accuracy_m: float
    pin_source: PinSource
    position_text: str
    service_street: str
    cross_street: str | None
    side: str
    meter: Meter


_SIZES: dict[drafts.Use, tuple[str, ...]] = {
    "home": ("5/8", "5/8x3/4", "3/4"), "shop": ("3/4", "1"), "flats": ("1-1/2", "2"), "works": ("1-1/2", "2"),
    "park": ("2",), "school": ("2",), "mobile_park": ("2",), "common": ("1",), "raw_land": ("1",), "yard": ("1",),
}  # fmt: skip
_MAKES = ("Northgate", "Halden", "Brightwater")
_LANDMARKS = ("drive", "driveway", "walk", "light pole", "property line")
METERS_A_CELL = 1000
"""Room for serials of one cell."""


def meter(*, cell: town.Cell, at: int, use: drafts.Use, lot_width_m: float, rng: np.random.Generator) -> Meter:
    """The `at`-th meter of a cell. Serials and radio ids never repeat within a town."""
    number = cell.index * METERS_A_CELL + at
    sizes = _SIZES[use]
    if use == "home":
        size = "1" if lot_width_m > 27 else sizes[0 if cell.built_year < 1975 else 1 + at % 2]
    else:
        size = sizes[at % len(sizes)]
    register = GALLON_REGISTER if cell.index % 4 == 2 else CCF_REGISTER
    # No later than the readings of three years begin.
    year = max(2004, min(2018, cell.built_year)) + int(rng.integers(0, 4))
    # Steps share no factor with the size of their range: each number meets each place once.
    serial = 60_000_000 + (number * 7_919 + 10_418_822) % 30_000_001
    endpoint = 1_500_000_000 + (number * 104_729 + 48_220_917) % 99_999_989
    return Meter(
        serial=str(serial), endpoint=str(endpoint) if has_radio(cell) else None, size=size,
        make=_MAKES[cell.index % len(_MAKES)], register=register, installed_on=date(year, 1 + at % 12, 1 + at % 28),
    )  # fmt: skip


def has_radio(cell: town.Cell) -> bool:
    """Two cells of three are read by radio; the others are still walked."""
    return cell.index % 3 != 2


def point(
    *, lot: tracts.PlacedLot, made: Meter, rng: np.random.Generator, kind: PointKind = "DOMESTIC",
    bank: tuple[int, int] | None = None,
) -> Point:  # fmt: skip
    """Where the box of a lot is: on the side street of most corner lots, else before the front line.

    `bank` = (place from the left, how many) for boxes side by side.
    """
    aside = lot.side_front is not None and bool(rng.random() < 0.65)
    front = lot.side_front if aside and lot.side_front is not None else lot.front
    heading = lot.side_heading_rad if aside else lot.front_heading_rad
    main_street = lot.front_street
    street = lot.side_street if aside and lot.side_street is not None else main_street
    half = 6.0 if aside else min(9.0, max(1.0, lot.width_m / 2 - 2.0))
    along = float(rng.uniform(-half, half)) if bank is None else (bank[0] - (bank[1] - 1) / 2) * 0.9
    out = 1.2
    east = math.cos(heading) * out - math.sin(heading) * along
    north = math.sin(heading) * out + math.cos(heading) * along
    lon = front[0] + east / (111_320.0 * math.cos(math.radians(front[1])))
    lat = front[1] + north / 110_950.0
    source, accuracy_m = _pin(rng)
    text = _position(street=street, heading=heading, along=along, bank=bank, kind=kind, rng=rng)
    cross = main_street if aside else lot.side_street
    return Point(
        kind=kind, lon=round(lon, 7), lat=round(lat, 7), accuracy_m=accuracy_m, pin_source=source, position_text=text,
        service_street=street, cross_street=cross, side=compass(heading), meter=made,
    )  # fmt: skip


def compass(heading_rad: float) -> Literal["N", "E", "S", "W"]:
    """The nearest of the four winds."""
    winds: tuple[Literal["N", "E", "S", "W"], ...] = ("E", "N", "W", "S")
    return winds[round(heading_rad / (math.pi / 2)) % 4]


def _pin(rng: np.random.Generator) -> tuple[PinSource, float]:
    draw = float(rng.random())
    if draw < 0.62:
        return "GPS", round(float(rng.uniform(0.6, 2.5)), 1)
    if draw < 0.74:
        return "TIE", round(float(rng.uniform(0.3, 0.9)), 1)
    if draw < 0.93:
        return "MAP", round(float(rng.uniform(4.0, 12.0)), 1)
    return "ADDRESS", round(float(rng.uniform(18.0, 30.0)), 1)


def _position(
    *, street: str, heading: float, along: float, bank: tuple[int, int] | None, kind: PointKind,
    rng: np.random.Generator,
) -> str:  # fmt: skip
    where = f"{street} side"
    if bank is not None:
        place = ("left", "right")[bank[0]] + " of two" if bank[1] == 2 else f"{bank[0] + 1} of {bank[1]} from left"
        # Seen from the street the bank runs the other way than seen from the house.
        return f"{where}, {place}, 3 ft behind curb" + (", irrigation" if kind == "IRRIGATION" else "")
    feet = max(2, round(abs(along) / FEET_M * 0.8))
    wind = compass(heading + math.copysign(math.pi / 2, along))
    landmark = _LANDMARKS[int(rng.integers(0, len(_LANDMARKS)))]
    behind = ("3 ft behind curb", "2 ft behind walk", "in planter strip")[int(rng.integers(0, 3))]
    return f"{where}, {feet} ft {wind} of {landmark}, {behind}"
