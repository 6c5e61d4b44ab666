"""The street network of the town: streets with names and numbers, corners, blocks, and the mains and hydrants on them.

A street is one named middle line; a block is the part of it between two corners. Numbers of houses grow along the
street by two for every five metres, even on one side and odd on the other, so that every lot has one of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dispatch.demo import drafts, layouts, names, town

Point = drafts.Point
_NUMBER_STEP_M = 5.0
_SUFFIX = {"through": ("Dr", "St", "Way", "Ln", "Rd"), "loop": ("Loop", "Cir"), "court": ("Ct", "Ct", "Ter", "Pl")}
_SPANISH_SUFFIX = ("Way", "Dr", "Rd", "Ter")


@dataclass(frozen=True, slots=True)
class Street:
    """One named street with its middle line in local metres."""

    number: int
    name: str
    street_class: town.StreetClass
    path: tuple[Point, ...]
    oneway: int
    first_house: int
    """Even number at the start of the path."""
    cell: int | None
    signal: bool
    built_year: int
    role: str
    on_record: bool = True
    """False: dedicated on the recorded map but not yet named on the address list."""

    @property
    def length_m(self) -> float:
        return sum(math.dist(a, b) for a, b in itertools.pairwise(self.path))

    def house(self, *, along_m: float, left: bool) -> int:
        """Number of a house: even on the left of the path, odd on the right."""
        return self.first_house + 2 * int(along_m // _NUMBER_STEP_M) + (0 if left else 1)


@dataclass(frozen=True, slots=True)
class Corner:
    """A place where blocks end: numbered from 1."""

    node: int
    at: Point
    streets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a street between two corners."""

    street: int
    from_node: int
    to_node: int
    path: tuple[Point, ...]
    from_m: float
    to_m: float
    left: tuple[int, int] | None
    right: tuple[int, int] | None


@dataclass(frozen=True)
class Network:
    """All streets of the town."""

    streets: tuple[Street, ...]
    corners: tuple[Corner, ...]
    blocks: tuple[Block, ...]
    of_cell: dict[int, tuple[int, ...]]
    """Street numbers of each cell in the order of its drafts."""
    of_line: dict[tuple[bool, float, float], int]
    """(horizontal, offset, start) of a stretch of a long street -> street number."""

    def bounding(self, *, cell: town.Cell, side: int) -> Street:
        """The long street on one side of a cell (`drafts.WEST` and so on)."""
        line = {
            drafts.WEST: cell.west, drafts.EAST: cell.east, drafts.SOUTH: cell.south, drafts.NORTH: cell.north,
        }[side]  # fmt: skip
        west, south, _, _ = cell.box
        at = west if line.horizontal else south
        for low, high in line.stretches:
            if low - 1 <= at <= high + 1:
                return self.streets[self.of_line[line.horizontal, line.offset_m, low]]
        raise LookupError(f"{line.name} is not built beside cell {cell.index}")


def build(*, plan: town.TownPlan) -> Network:
    """Draw every cell's streets, join them with the long streets, and cut all of them into blocks at the corners."""
    streets: list[Street] = []
    of_line: dict[tuple[bool, float, float], int] = {}
    for line in plan.lines:
        for low, high in line.stretches:
            path = (
                ((low, line.offset_m), (high, line.offset_m)) if line.horizontal
                else ((line.offset_m, low), (line.offset_m, high))
            )  # fmt: skip
            of_line[line.horizontal, line.offset_m, low] = len(streets)
            streets.append(
                Street(
                    number=len(streets), name=line.name, street_class=line.street_class, path=path, oneway=0,
                    first_house=_first_house(path=path), cell=None, signal=True, built_year=1952, role="line",
                )
            )  # fmt: skip
    of_cell: dict[int, tuple[int, ...]] = {}
    used = {street.name for street in streets}
    for cell in plan.cells:
        drawn, _ = layouts.draw(plan=plan, cell=cell)
        numbers: list[int] = []
        for at, draft in enumerate(drawn):
            name = _name(plan=plan, cell=cell, at=at, draft=draft, so_far=[streets[n] for n in numbers], used=used)
            used.add(name)
            numbers.append(len(streets))
            streets.append(
                Street(
                    number=len(streets), name=name, street_class=draft.street_class, path=draft.path,
                    oneway=draft.oneway, first_house=_first_house(path=draft.path), cell=cell.index,
                    signal=not cell.dead_zone, built_year=cell.built_year, role=draft.role,
                    on_record=cell.template != "new_tract",
                )
            )  # fmt: skip
        of_cell[cell.index] = tuple(numbers)
    corners, blocks = _cut(plan=plan, streets=streets, of_cell=of_cell, of_line=of_line)
    return Network(
        streets=tuple(streets), corners=tuple(corners), blocks=tuple(blocks), of_cell=of_cell, of_line=of_line
    )


def _first_house(*, path: tuple[Point, ...]) -> int:
    """Even number at a street's start: four digits on streets that run across, five on those that run up."""
    (ax, ay), (bx, by) = path[0], path[1]
    if abs(bx - ax) >= abs(by - ay):
        return 12_000 + 2 * math.floor(ax / _NUMBER_STEP_M / 1.3) if ax > 20_000 else 4_000 + 2 * math.floor(ax / 6.5)
    return 39_000 + 2 * math.floor(ay / 6.5)


def _name(
    *, plan: town.TownPlan, cell: town.Cell, at: int, draft: drafts.StreetDraft, so_far: list[Street], used: set[str]
) -> str:
    number = cell.index * 41 + at
    role = draft.role
    if role == "avenue":
        return f"Avenue {chr(ord('A') + sum(1 for street in so_far if street.role == 'avenue'))}"
    if role == "numbered":
        turn = 1 + sum(1 for street in so_far if street.role == "numbered")
        return f"{turn}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(turn, 'th') } St"
    if role == "alley":
        return f"Alley {1 + sum(1 for street in so_far if street.role == 'alley')}"
    if role == "private":
        return "Orchard Park Ln"
    if role == "court" and draft.parent is not None:
        # The first courts of a street take its name: Alder Glen Ct and Ter off Alder Glen Dr.
        stem = so_far[draft.parent].name.rsplit(" ", 1)[0]
        for suffix in ("Ct", "Ter"):
            if f"{stem} {suffix}" not in used:
                return f"{stem} {suffix}"
    if role == "court" and number % 13 == 6:
        saint = names.saint_street(number=number // 13)
        if f"{saint} Ct" not in used:
            return f"{saint} Ct"
    choices = _SUFFIX[role]
    for turn in itertools.count():
        base = "Alder Glen" if (cell.index, at, turn) == (1, 0, 0) else plan.street_names.base(number + turn * 43_000)
        suffix = choices[(number + turn) % len(choices)]
        if any(ord(letter) > 127 for letter in base) and role == "through":
            suffix = _SPANISH_SUFFIX[number % len(_SPANISH_SUFFIX)]
        if (cell.index, at, turn) == (1, 0, 0) and role == "through":
            suffix = "Dr"
        if f"{base} {suffix}" not in used:
            return f"{base} {suffix}"
    raise AssertionError("unreachable")


def _cut(
    *, plan: town.TownPlan, streets: list[Street], of_cell: dict[int, tuple[int, ...]],
    of_line: dict[tuple[bool, float, float], int],
) -> tuple[list[Corner], list[Block]]:  # fmt: skip
    """Find where streets meet and cut them there: those of one cell meet each other and the long streets around it."""
    cuts: list[set[float]] = [{0.0, round(street.length_m, 2)} for street in streets]
    for street in streets:
        run = 0.0
        for a, b in itertools.pairwise(street.path):
            cuts[street.number].add(round(run, 2))
            run += math.dist(a, b)
    lines = [streets[number] for number in of_line.values()]
    for line, across in itertools.combinations(lines, 2):
        _meet(line, across, cuts)
    network = Network(streets=tuple(streets), corners=(), blocks=(), of_cell=of_cell, of_line=of_line)
    for cell in plan.cells:
        inner = [streets[number] for number in of_cell[cell.index]]
        around = [network.bounding(cell=cell, side=side) for side in (-1, -2, -3, -4)]
        for at, street in enumerate(inner):
            for other in itertools.chain(inner[at + 1 :], around):
                _meet(street, other, cuts)
    places: list[Point] = []
    near: dict[tuple[int, int], list[int]] = {}
    at_node: list[set[int]] = []
    blocks: list[Block] = []
    for street in streets:
        marks = sorted(cuts[street.number])
        points = [_point(path=street.path, along_m=mark) for mark in marks]
        ends = []
        for point in points:
            at = _place(point, places=places, near=near)
            if at == len(at_node):
                at_node.append(set())
            at_node[at].add(street.number)
            ends.append(at + 1)
        for at in range(len(marks) - 1):
            last = at == len(marks) - 2 and street.role == "court"
            blocks.append(
                _block(street, marks[at], marks[at + 1], (points[at], points[at + 1]), (ends[at], ends[at + 1]), last)
            )
    corners = [Corner(node=at + 1, at=place, streets=tuple(sorted(at_node[at]))) for at, place in enumerate(places)]
    return corners, blocks


def _place(point: Point, *, places: list[Point], near: dict[tuple[int, int], list[int]]) -> int:
    """Index of the corner within half a metre of `point`; a new one when there is none."""
    column, row = int(point[0] // 2), int(point[1] // 2)
    for dx, dy in itertools.product((-1, 0, 1), repeat=2):
        for at in near.get((column + dx, row + dy), ()):
            if math.dist(places[at], point) < 0.5:
                return at
    places.append(point)
    near.setdefault((column, row), []).append(len(places) - 1)
    return len(places) - 1


def _block(
    street: Street, from_m: float, to_m: float, ends: tuple[Point, Point], nodes: tuple[int, int], court_end: bool
) -> Block:
    numbered = street.street_class != "alley" and street.on_record
    # Lots around the end of a court count on past it: the last block carries their numbers too.
    top_m = to_m + 40.0 if court_end else to_m
    low, high = math.ceil(from_m / _NUMBER_STEP_M) * _NUMBER_STEP_M, max(from_m, top_m - 0.01)
    first, last = street.house(along_m=low, left=True), street.house(along_m=high, left=True)
    numbered = numbered and first <= last
    return Block(
        street=street.number, from_node=nodes[0], to_node=nodes[1], path=ends, from_m=from_m, to_m=to_m,
        left=(first, last) if numbered else None, right=(first + 1, last + 1) if numbered else None,
    )  # fmt: skip


def _meet(one: Street, other: Street, cuts: list[set[float]]) -> None:
    """Note where two streets cross or touch; every leg runs along one of the two axes."""
    run = 0.0
    for a, b in itertools.pairwise(one.path):
        leg = math.dist(a, b)
        far = 0.0
        for c, d in itertools.pairwise(other.path):
            length = math.dist(c, d)
            hit = _crossing(a, b, c, d)
            if hit is not None:
                cuts[one.number].add(round(run + math.dist(a, hit), 2))
                cuts[other.number].add(round(far + math.dist(c, hit), 2))
            far += length
        run += leg


def _crossing(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    slack = 0.05
    flat_one, flat_other = abs(a[1] - b[1]) < slack, abs(c[1] - d[1]) < slack
    if flat_one == flat_other:
        return None
    if flat_other:
        a, b, c, d = c, d, a, b
    x, y = c[0], a[1]
    inside_x = min(a[0], b[0]) - slack <= x <= max(a[0], b[0]) + slack
    inside_y = min(c[1], d[1]) - slack <= y <= max(c[1], d[1]) + slack
    return (x, y) if inside_x and inside_y else None


def _point(*, path: tuple[Point, ...], along_m: float) -> Point:
    run = 0.0
    for a, b in itertools.pairwise(path):
        leg = math.dist(a, b)
        if along_m <= run + leg + 0.02:
            t = min(1.0, (along_m - run) / leg) if leg else 0.0
            return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
        run += leg
    return path[-1]


def dense(*, path: Iterable[Point], step_m: float = 30.0) -> town.Points:
    """The same line with a point at least every `step_m`, so that it follows the bend of the frame."""
    points: list[Point] = []
    for a, b in itertools.pairwise(path):
        parts = max(1, math.ceil(math.dist(a, b) / step_m))
        points += [(a[0] + (b[0] - a[0]) * k / parts, a[1] + (b[1] - a[1]) * k / parts) for k in range(parts)]
        end = b
    points.append(end)
    return np.array(points)
