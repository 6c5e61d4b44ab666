"""Recorded subdivisions: lots on the ground with parcel numbers, addresses, tract numbers and book and page.

One call builds one cell of the town, so that a town of any size is made in pieces of about 300 parcels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.demo import drafts, layouts, names, town
from dispatch.demo import streets as street_net

APN_FORMAT = "alameda"
_PARCELS_A_PAGE = 48
_PAGES_A_CELL = 12
_CELLS_A_BOOK = 60


@dataclass(frozen=True, slots=True)
class StreetAddress:
    """An address as the post writes it, apart and whole."""

    number: int
    street: str
    unit: str
    city: str
    zip: str

    @property
    def line(self) -> str:
        """ "4127 Alder Glen Dr", or "4127 Alder Glen Dr #2"."""
        return f"{self.number} {self.street}" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True)
class PlacedLot:
    """One lot on the ground."""

    lot: str
    block: str | None
    use: drafts.Use
    flag: bool
    parcel_number: str | None
    """None in a new tract whose lots have no parcel numbers yet."""
    ring: town.Points
    """Outline as lon, lat; closed by repeating the first point."""
    lon: float
    lat: float
    area_m2: float
    address: StreetAddress | None
    front: tuple[float, float]
    """Lon, lat of the middle of the front line."""
    front_heading_rad: float
    """Direction from the lot to its street: 0 is east, a quarter turn is north."""
    front_street: str
    side_street: str | None
    side_front: tuple[float, float] | None
    side_heading_rad: float
    width_m: float


@dataclass(frozen=True, slots=True)
class RawParcel:
    """A parcel that is not a lot: the land of a new tract before it is split on the roll."""

    number: str
    ring: town.Points
    area_m2: float
    use_text: str


@dataclass(frozen=True, slots=True)
class Tract:
    """A recorded map with all its lots."""

    cell: town.Cell
    tract_no: str
    name: str
    map_book: str
    map_page: str
    recorded_on: date
    outline: town.Points
    lots: tuple[PlacedLot, ...]
    raw: RawParcel | None
    renumbered: tuple[tuple[str, int, str], ...]
    """Old parcel numbers: (old number, index of the lot that carries it on, "renumber", "split" or "merge")."""


def build(*, plan: town.TownPlan, network: street_net.Network, cell: town.Cell) -> Tract:
    """The recorded map of one cell. The same plan and cell give the same tract, whatever was built before."""
    _, drawn = layouts.draw(plan=plan, cell=cell)
    drawn = _with_common_lot(cell=cell, drawn=drawn)
    numbered = cell.template != "new_tract"
    rings, centres = _on_the_globe(plan=plan, drawn=drawn)
    fronts = plan.frame.to_lonlat(np.array([lot.front.at for lot in drawn]))
    heading = _headings(plan=plan, fronts=[lot.front for lot in drawn])
    sides = [lot.side_front or lot.front for lot in drawn]
    side_points = plan.frame.to_lonlat(np.array([front.at for front in sides]))
    side_heading = _headings(plan=plan, fronts=sides)
    addresses = _addresses(network=network, cell=cell, drawn=drawn)
    local = polygons([np.array([*lot.ring, lot.ring[0]]) for lot in drawn])
    areas = shapely.area(local)
    lots = []
    letters = plain = 0
    for at, lot in enumerate(drawn):
        if lot.use == "common":
            letters += 1
            lot_no = chr(ord("A") + letters - 1)
        else:
            plain += 1
            lot_no = str(plain)
        side_name = None
        if lot.side_front is not None:
            side_name = _street(network=network, cell=cell, street=lot.side_front.street).name
        lots.append(
            PlacedLot(
                lot=lot_no, block=None, use=lot.use, flag=lot.flag,
                parcel_number=parcel_number(cell=cell, at=at) if numbered else None,
                ring=rings[at], lon=float(centres[at, 0]), lat=float(centres[at, 1]),
                area_m2=round(float(areas[at]), 1),
                address=addresses[at] if numbered else None,
                front=(float(fronts[at, 0]), float(fronts[at, 1])), front_heading_rad=float(heading[at]),
                front_street=_street(network=network, cell=cell, street=lot.front.street).name,
                side_street=side_name,
                side_front=(float(side_points[at, 0]), float(side_points[at, 1])) if lot.side_front else None,
                side_heading_rad=float(side_heading[at]), width_m=_width_m(lot),
            )
        )  # fmt: skip
    tract_no, name = _recorded_name(plan=plan, network=network, cell=cell)
    outline = plan.frame.to_lonlat(street_net.dense(path=_box_path(cell)))
    raw = None
    if not numbered:
        west, south, east, north = cell.box
        raw = RawParcel(
            number=parcel_number(cell=cell, at=0), ring=outline, area_m2=round((east - west) * (north - south), 1),
            use_text="Vacant, subdivision in progress",
        )  # fmt: skip
    return Tract(
        cell=cell, tract_no=tract_no, name=name, map_book=str(60 + (cell.built_year - 1920) * 2 + cell.index % 3),
        map_page=str(3 + (cell.index * 17) % 92),
        recorded_on=date(cell.built_year, 1 + cell.index % 11, 3 + cell.index % 25),
        outline=outline, lots=tuple(lots), raw=raw, renumbered=_renumbered(cell=cell, lots=lots) if numbered else (),
    )  # fmt: skip


def parcel_number(*, cell: town.Cell, at: int) -> str:
    """The county's number of the `at`-th parcel of a cell: book, page and block, parcel, sub ("501-0521-012-00")."""
    book = 501 + cell.index // _CELLS_A_BOOK
    page = 509 + (cell.index % _CELLS_A_BOOK) * _PAGES_A_CELL + at // _PARCELS_A_PAGE
    return f"{book:03d}-{page:04d}-{1 + at % _PARCELS_A_PAGE:03d}-00"


def _with_common_lot(*, cell: town.Cell, drawn: list[drafts.LotDraft]) -> list[drafts.LotDraft]:
    """Every third subdivision of courts keeps one lot as green land of the owners in common."""
    if cell.template != "courts" or cell.index % 3:
        return drawn
    last = drawn[-1]
    return [
        *drawn[:-1],
        drafts.LotDraft(ring=last.ring, use="common", front=last.front, beyond_m=last.beyond_m),
    ]


def _on_the_globe(*, plan: town.TownPlan, drawn: list[drafts.LotDraft]) -> tuple[list[town.Points], town.Points]:
    """Closed rings and a point inside each."""
    # Long sides get points in between, or neighbours would part or overlap where the frame bends.
    closed = [street_net.dense(path=(*lot.ring, lot.ring[0]), step_m=20.0) for lot in drawn]
    moved = plan.frame.to_lonlat(np.vstack(closed))
    ends = np.cumsum([len(ring) for ring in closed])
    rings = np.split(moved, ends[:-1])
    centres = shapely.get_coordinates(shapely.point_on_surface(polygons(rings)))
    return list(rings), centres


def polygons(rings: list[town.Points]) -> NDArray[np.object_]:
    """Shapely polygons of many closed rings of different lengths, in one call."""
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    return np.asarray(shapely.polygons(shapely.linearrings(np.vstack(rings), indices=owner)), dtype=object)


def _headings(*, plan: town.TownPlan, fronts: list[drafts.Frontage]) -> NDArray[np.float64]:
    at = np.array([front.at for front in fronts])
    toward = np.array([front.toward for front in fronts])
    here, there = plan.frame.to_lonlat(at), plan.frame.to_lonlat(at + toward)
    shrink = math.cos(math.radians(plan.frame.lat))
    heading: NDArray[np.float64] = np.arctan2(there[:, 1] - here[:, 1], (there[:, 0] - here[:, 0]) * shrink)
    return heading


def _street(*, network: street_net.Network, cell: town.Cell, street: int) -> street_net.Street:
    if street < 0:
        return network.bounding(cell=cell, side=street)
    return network.streets[network.of_cell[cell.index][street]]


def _addresses(*, network: street_net.Network, cell: town.Cell, drawn: list[drafts.LotDraft]) -> list[StreetAddress]:
    taken: set[tuple[int, int]] = set()
    found = []
    for lot in drawn:
        street = _street(network=network, cell=cell, street=lot.front.street)
        # The lot lies on the side its own ground is on: look a metre back from the front line.
        back = (lot.front.at[0] - lot.front.toward[0], lot.front.at[1] - lot.front.toward[1])
        along_m, side = layouts.along(path=street.path, point=back)
        number = street.house(along_m=along_m + lot.beyond_m, left=side >= 0)
        while (street.number, number) in taken:
            number += 2
        taken.add((street.number, number))
        found.append(
            StreetAddress(
                number=number, street=street.name, unit="", city=town.CITY, zip=town.ZIPS[cell.zone % len(town.ZIPS)]
            )
        )
    return found


def _width_m(lot: drafts.LotDraft) -> float:
    """Length of the front line, for placing the meter box along it."""
    if lot.flag:
        return 5.5
    tx, ty = lot.front.toward
    reach = [(x - lot.front.at[0]) * -ty + (y - lot.front.at[1]) * tx for x, y in lot.ring
             if abs((x - lot.front.at[0]) * tx + (y - lot.front.at[1]) * ty) < 1.5]  # fmt: skip
    return round(max(6.0, max(reach) - min(reach)), 1) if len(reach) > 1 else 8.0


def _recorded_name(*, plan: town.TownPlan, network: street_net.Network, cell: town.Cell) -> tuple[str, str]:
    if cell.template == "downtown":
        return ("101" if cell.index == 0 else str(101 + cell.index)), "Original Town of Alder Glen"
    if cell.template == "new_tract":
        return "8198-2", "Peregrine Landing, Phase 2"
    if cell.index == 1:
        return "8231", "Alder Glen Estates"
    first = network.streets[network.of_cell[cell.index][0]].name.rsplit(" ", 1)[0]
    return str(1400 + cell.index * 7), names.estate(base=first, number=cell.index)


def _box_path(cell: town.Cell) -> tuple[drafts.Point, ...]:
    west, south, east, north = cell.box
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def _renumbered(*, cell: town.Cell, lots: list[PlacedLot]) -> tuple[tuple[str, int, str], ...]:
    """A few parcels had another number before: the county renumbered, split or merged them."""
    old_page = 8000 + cell.index % 1900
    book = 400 + cell.index // 1900
    found = []
    for k, at in enumerate(range(11 + cell.index % 7, len(lots), 97)):
        kind = ("renumber", "split", "merge")[(k + cell.index) % 3]
        old = f"{book:03d}-{old_page:04d}-{10 + k:03d}-00"
        found.append((old, at, kind))
        if kind == "split" and at + 1 < len(lots):
            found.append((old, at + 1, kind))
    return tuple(found)
