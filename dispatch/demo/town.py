"""The plan of the town: how many subdivisions, where they lie, which long streets part them, what each is.

All lengths are metres in a flat local frame whose origin is the middle of the town; `Frame` bends and turns that frame
a little and puts it on the globe. Nothing here knows the database.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dispatch.demo import names

Points = NDArray[np.float64]
"""Array of shape (n, 2)."""

StreetClass = Literal["arterial", "collector", "local", "alley", "ramp"]
Template = Literal[
    "rows", "courts", "loops", "estate_lots", "downtown", "industrial", "park", "mobile_park", "new_tract"
]

NAME = "Alder Glen"
DISTRICT_CODE = "ALDER"
TIME_ZONE = "America/Los_Angeles"
CITY = "Alder Glen"
ZIPS = ("94531", "94532", "94533")
OFFICE_PHONE = "(510) 555-0100"

HALF_WIDTH_M: dict[StreetClass, float] = {"arterial": 15.0, "collector": 11.0, "local": 7.5, "alley": 3.0, "ramp": 5.0}
SPEED_KMH: dict[StreetClass, float] = {"arterial": 60.0, "collector": 45.0, "local": 32.0, "alley": 12.0, "ramp": 50.0}
PARCELS_A_CELL = 322
"""Parcels of a subdivision of homes at full size, on the average of the layouts."""
_WITHOUT_HOMES = 1300
"""Parcels that the works, the park and the new tract do not have."""
FEWEST_CELLS = 9
_NEW_TRACT_WITHIN = 23


@dataclass(frozen=True, slots=True)
class Frame:
    """Local metres to longitude and latitude: a gentle wave in both axes, a turn, and a flat projection."""

    lon: float
    lat: float
    turn_rad: float
    wave_m: float
    wave_length_m: float
    phase: tuple[float, float]

    def to_lonlat(self, points: Points) -> Points:
        """Array (n, 2) of local x, y in; array (n, 2) of lon, lat out. One to one: no two points fall together."""
        k = 2 * math.pi / self.wave_length_m
        x, y = points[:, 0], points[:, 1]
        bent_x = x + self.wave_m * np.sin(k * y + self.phase[0])
        bent_y = y + self.wave_m * np.sin(k * x + self.phase[1])
        cos, sin = math.cos(self.turn_rad), math.sin(self.turn_rad)
        east, north = bent_x * cos - bent_y * sin, bent_x * sin + bent_y * cos
        lat = self.lat + north / 110_950.0
        lon = self.lon + east / (111_320.0 * math.cos(math.radians(self.lat)))
        return np.column_stack([lon, lat])


@dataclass(frozen=True, slots=True)
class Line:
    """A long street of the grid, along x (horizontal) or along y, at one offset."""

    name: str
    street_class: StreetClass
    horizontal: bool
    offset_m: float
    stretches: tuple[tuple[float, float], ...]
    """Where it is built: (from, to) along its axis; one part each time it starts anew."""

    @property
    def half_m(self) -> float:
        return HALF_WIDTH_M[self.street_class]


@dataclass(frozen=True, slots=True)
class Cell:
    """One subdivision: the land between four long streets."""

    index: int
    column: int
    row: int
    template: Template
    west: Line
    east: Line
    south: Line
    north: Line
    dead_zone: bool
    built_year: int
    zone: int
    cycle: int
    """Billing cycle, 1 to 40: the working day of the two months on which its meters are read."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Land inside the four streets' edges: west, south, east, north in metres."""
        return (
            self.west.offset_m + self.west.half_m,
            self.south.offset_m + self.south.half_m,
            self.east.offset_m - self.east.half_m,
            self.north.offset_m - self.north.half_m,
        )


@dataclass(frozen=True)
class TownPlan:
    """The whole town before it is drawn."""

    seed: int
    frame: Frame
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]
    street_names: names.StreetNames = field(repr=False)

    def rng(self, *path: int) -> np.random.Generator:
        """A generator of its own for each purpose, so that one part can change without moving the rest."""
        return np.random.default_rng([self.seed, *path])


def plan(*, parcels: int, seed: int) -> TownPlan:
    """Lay out a town of about `parcels` parcels (at least about 500, at most 400,000)."""
    if not 1 <= parcels <= 400_000:
        raise ValueError(f"A demo town has 1 to 400,000 parcels, not {parcels:,}.")
    rng = np.random.default_rng([seed, 1])
    count = max(FEWEST_CELLS, round((parcels + _WITHOUT_HOMES) / PARCELS_A_CELL))
    scale = min(1.0, max(0.55, math.sqrt(parcels / (count * PARCELS_A_CELL - _WITHOUT_HOMES))))
    columns = max(3, math.ceil(math.sqrt(count * 1.45)))
    rows = max(3, math.ceil(count / columns) + 1)
    taken = _cells_in_disc(columns=columns, rows=rows, count=count, rng=rng)
    xs = _offsets(count=columns + 1, low_m=500.0 * scale, high_m=620.0 * scale, rng=rng)
    ys = _offsets(count=rows + 1, low_m=440.0 * scale, high_m=545.0 * scale, rng=rng)
    street_names = names.street_names(seed=seed)
    vertical, horizontal = _lines(xs=xs, ys=ys, taken=taken, street_names=street_names)
    templates = _templates(taken=taken, rng=rng)
    cells = tuple(
        Cell(
            index=index, column=column, row=row, template=template,
            west=vertical[column], east=vertical[column + 1], south=horizontal[row], north=horizontal[row + 1],
            dead_zone=template == "estate_lots",
            built_year=_built_year(template=template, index=index, rng=rng),
            zone=1 + (column * 2 + row) % 6, cycle=1 + (index * 7) % 40,
        )
        for index, ((column, row), template) in enumerate(zip(taken, templates, strict=True))
    )  # fmt: skip
    wave_length_m = 2600.0 * scale + 500.0
    frame = Frame(
        lon=-121.97, lat=37.53, turn_rad=math.radians(-17.0), wave_m=0.021 * wave_length_m,
        wave_length_m=wave_length_m, phase=(float(rng.uniform(0, 6.28)), float(rng.uniform(0, 6.28))),
    )  # fmt: skip
    built = tuple(line for line in (*vertical, *horizontal) if line.stretches)
    return TownPlan(seed=seed, frame=frame, lines=built, cells=cells, street_names=street_names)


def _cells_in_disc(*, columns: int, rows: int, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Cells nearest to the middle, with a ragged edge, each joined to the rest by a side; the middle one first."""
    middle = ((columns - 1) / 2, (rows - 1) / 2)
    far = {
        (c, r): math.hypot((c - middle[0]) / columns, (r - middle[1]) / rows) + float(rng.uniform(0, 0.09))
        for c in range(columns)
        for r in range(rows)
    }
    start = min(far, key=lambda cell: far[cell])
    taken, edge = [start], {start}
    seen = {start}
    while len(taken) < count:
        reach = {
            (c + dc, r + dr)
            for c, r in edge
            for dc, dr in ((1, 0), (-1, 0), (0, 1), (0, -1))
            if (c + dc, r + dr) in far and (c + dc, r + dr) not in seen
        }
        best = sorted(reach, key=lambda cell: (far[cell], cell))[: max(1, len(reach) // 2)]
        for cell in best:
            if len(taken) < count:
                taken.append(cell)
                seen.add(cell)
        edge = {cell for cell in seen if any((cell[0] + d, cell[1] + e) not in seen for d, e in _SIDES)}
    return taken


_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _offsets(*, count: int, low_m: float, high_m: float, rng: np.random.Generator) -> list[float]:
    steps = rng.uniform(low_m, high_m, size=count - 1)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    return [round(float(value), 1) for value in at - at[-1] / 2]


def _lines(
    *, xs: list[float], ys: list[float], taken: list[tuple[int, int]], street_names: names.StreetNames
) -> tuple[list[Line], list[Line]]:
    cells = set(taken)
    wanted = [*names.LINE_NAMES]
    number = 0
    vertical: list[Line] = []
    horizontal: list[Line] = []
    # Streets of the middle get their names first, so that the best known names run through the town.
    order = sorted(
        [(False, i) for i in range(len(xs))] + [(True, j) for j in range(len(ys))],
        key=lambda item: (abs(item[1] - (len(ys if item[0] else xs) - 1) / 2), item),
    )
    made: dict[tuple[bool, int], Line] = {}
    for flat, at in order:
        along = xs if flat else ys
        used = [
            k
            for k in range(len(along) - 1)
            if ((k, at) in cells or (k, at - 1) in cells if flat else (at, k) in cells or (at - 1, k) in cells)
        ]
        stretches: list[tuple[float, float]] = []
        for k in used:
            if stretches and stretches[-1][1] == along[k]:
                stretches[-1] = (stretches[-1][0], along[k + 1])
            else:
                stretches.append((along[k], along[k + 1]))
        main = at % 3 == 1
        if stretches:
            base = wanted[number] if number < len(wanted) else "Avenida " + street_names.base(30_000 + number)
            number += 1
        else:
            base = "unbuilt"
        suffix = ("Blvd" if flat else "Pkwy") if main else ("Ave" if flat else "Rd")
        made[flat, at] = Line(
            name=f"{base} {suffix}", street_class="arterial" if main else "collector", horizontal=flat,
            offset_m=(ys if flat else xs)[at], stretches=tuple(stretches),
        )  # fmt: skip
    vertical = [made[False, i] for i in range(len(xs))]
    horizontal = [made[True, j] for j in range(len(ys))]
    return vertical, horizontal


def _templates(*, taken: list[tuple[int, int]], rng: np.random.Generator) -> list[Template]:
    """One downtown, one yard, one park, one mobile-home park, hills at the edge, one new tract; homes elsewhere."""
    homes: tuple[Template, ...] = ("rows", "courts", "loops")
    chosen: list[Template] = []
    # In a large town the new tract and the hills lie where the crews work, not at its far end.
    new_at = min(len(taken), _NEW_TRACT_WITHIN) - 1
    for at in range(len(taken)):
        if at == 0:
            chosen.append("downtown")
        elif at == 1:
            chosen.append("courts")
        elif at % 180 == 3:
            chosen.append("industrial")
        elif at % 60 == 5:
            chosen.append("park")
        elif at == 6:
            chosen.append("mobile_park")
        elif at == new_at:
            chosen.append("new_tract")
        elif at == new_at - 1 or (at % 40 == 17 and at > new_at):
            chosen.append("estate_lots")
        else:
            chosen.append(homes[(at + int(rng.integers(0, 2))) % 3])
    return chosen


def _built_year(*, template: Template, index: int, rng: np.random.Generator) -> int:
    if template == "downtown":
        return 1926
    if template == "new_tract":
        return 2024
    return 1948 + (index * 3) % 62 + int(rng.integers(0, 5))
