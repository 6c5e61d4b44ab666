"""Real parcels as the generator of people takes them: lots with an address, a front line and what they are used for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.demo import drafts, load_map, names, town, tracts
from maps import stores

LOTS_A_ROUTE = 300
LEAST_M2 = 45.0
_NEVER = re.compile(r"VACAN|VACNT|PARK|UDV|DEV-LAND|DEV LAND|PKG|EASEM|RAIL|TRANSPORT|CEMET", re.IGNORECASE)
_USES: tuple[tuple[str, drafts.Use], ...] = (
    (r"FAM|FM-RES|SINGLE|RES-1|RECTORY", "home"),
    (r"APT|CONDO|CNDO|HOUSING|UNIT|BOARDING|DORM", "flats"),
    (r"SCHOOL|COLLEGE|UNIVERS|EDU", "school"),
    (r"WAREHOUSE|TECH|LAB|MANUF|INDUST|FACTORY", "works"),
    (r"RETAIL|OFFICE|STORE|EATING|GARAGE|REPAIR|BANK|HOTEL|CHURCH|CHARIT|IMPROVED", "shop"),
)
_LINE = town.Line(name="", street_class="local", horizontal=True, offset_m=0.0, stretches=())


@dataclass(frozen=True, slots=True)
class _Row:
    parcel_id: int
    number: str
    shape: shapely.Geometry
    area_m2: float
    use: drafts.Use
    address: tracts.StreetAddress


@dataclass(frozen=True)
class Routes:
    """The town's parcels in reading routes, for the generator of people."""

    plan: town.TownPlan
    routes: tuple[tuple[tracts.Tract, load_map.TractIds], ...]


def of_parcels(session: Session, *, district_id: int, seed: int, most: int | None = None) -> Routes:
    """Every parcel with an address and a use that takes water, in the order of its number; `most` takes the first ones.

    Parcels without an address are left to the map: nobody is billed there.
    """
    rows = list(_rows(session, district_id=district_id))[:most]
    street = stores.Street
    lines = session.execute(
        select(street.shape, street.name).where(street.district_id == district_id).order_by(street.id)
    ).all()
    fronts = _fronts(rows, [line.shape for line in lines], [line.name for line in lines])
    count = max(1, math.ceil(len(rows) / LOTS_A_ROUTE))
    cells = tuple(_cell(index) for index in range(count))
    frame = town.Frame(lon=0.0, lat=0.0, turn_rad=0.0, wave_m=0.0, wave_length_m=1.0, phase=(0.0, 0.0))
    plan = town.TownPlan(seed=seed, frame=frame, lines=(), cells=cells, street_names=names.street_names(seed=seed))
    routes = []
    for cell in cells:
        part = range(cell.index * LOTS_A_ROUTE, min(len(rows), (cell.index + 1) * LOTS_A_ROUTE))
        routes.append(_route(cell, [rows[at] for at in part], [fronts[at] for at in part]))
    return Routes(plan=plan, routes=tuple(routes))


def _rows(session: Session, *, district_id: int) -> Iterator[_Row]:
    parcel, address = stores.Parcel, stores.Address
    found: dict[int, tracts.StreetAddress] = {}
    for place in session.execute(
        select(address.parcel_id, address.number, address.street, address.city, address.zip)
        .where(address.district_id == district_id, address.parcel_id.is_not(None), address.number.is_not(None))
        .order_by(address.parcel_id, address.id)
    ):
        digits = re.match(r"[0-9]{1,6}", place.number)
        if digits and place.street and place.parcel_id not in found:
            found[place.parcel_id] = tracts.StreetAddress(
                number=int(digits[0]), street=place.street.title(), unit="", city=(place.city or "").title(),
                zip=place.zip or "",
            )  # fmt: skip
    for row in session.execute(
        select(parcel.id, parcel.number_canonical, parcel.shape, parcel.area_m2, parcel.use_text)
        .where(parcel.district_id == district_id, parcel.retired_on.is_(None), parcel.area_m2 >= LEAST_M2)
        .order_by(parcel.number_canonical)
    ):
        use = use_of(row.use_text)
        if row.id in found and use is not None:
            yield _Row(row.id, row.number_canonical, row.shape, row.area_m2, use, found[row.id])


def use_of(text: str | None) -> drafts.Use | None:
    """What a use of the tax roll means for water; None for land without a service."""
    if not text:
        return "home"
    if _NEVER.search(text):
        return None
    return next((use for pattern, use in _USES if re.search(pattern, text, re.IGNORECASE)), "shop")


@dataclass(frozen=True, slots=True)
class _Front:
    lon: float
    lat: float
    at: tuple[float, float]
    heading_rad: float
    width_m: float
    street: str


def _fronts(rows: Sequence[_Row], lines: Sequence[shapely.Geometry], named: Sequence[str]) -> list[_Front]:
    """The middle of each lot's front line: the point of its outline nearest to the nearest street."""
    shapes = np.array([row.shape for row in rows], dtype=object)
    inside = shapely.point_on_surface(shapes)
    nearest = shapely.STRtree(list(lines)).nearest(inside)
    street = np.array(list(lines), dtype=object)[nearest]
    at_street = shapely.get_coordinates(shapely.shortest_line(inside, street))[1::2]
    edge = shapely.get_coordinates(shapely.shortest_line(shapely.boundary(shapes), shapely.points(at_street)))[0::2]
    middle = shapely.get_coordinates(inside)
    fronts = []
    for (lon, lat), (front_lon, front_lat), (to_lon, to_lat), row, line in zip(
        middle, edge, at_street, rows, nearest, strict=True
    ):
        heading = math.atan2(to_lat - lat, (to_lon - lon) * math.cos(math.radians(lat)))
        width_m = min(26.0, max(6.0, math.sqrt(row.area_m2) * 0.7))
        fronts.append(
            _Front(
                float(lon),
                float(lat),
                (float(front_lon), float(front_lat)),
                heading,
                round(width_m, 1),
                named[int(line)],
            )
        )
    return fronts


def _cell(index: int) -> town.Cell:
    return town.Cell(
        index=index, column=index, row=0, template="rows", west=_LINE, east=_LINE, south=_LINE, north=_LINE,
        dead_zone=False, built_year=1905 + (index * 13) % 100, zone=1 + index % 6, cycle=1 + (index * 7) % 40,
    )  # fmt: skip


def _route(cell: town.Cell, rows: Sequence[_Row], fronts: Sequence[_Front]) -> tuple[tracts.Tract, load_map.TractIds]:
    outline = np.array([[0.0, 0.0], [0.0, 0.0]])
    lots = tuple(
        tracts.PlacedLot(
            lot=row.number, block=None, front_street=front.street, use=row.use, flag=False, parcel_number=row.number, ring=outline, lon=front.lon,
            lat=front.lat, area_m2=row.area_m2, address=row.address, front=front.at,
            front_heading_rad=front.heading_rad, side_street=None, side_front=None, side_heading_rad=0.0,
            width_m=front.width_m,
        )
        for row, front in zip(rows, fronts, strict=True)
    )  # fmt: skip
    tract = tracts.Tract(
        cell=cell, tract_no="", name="", map_book="", map_page="", recorded_on=date(1900, 1, 1), outline=outline,
        lots=lots, raw=None, renumbered=(),
    )  # fmt: skip
    # A county's parcels come without recorded lots; premises stand on their parcels alone.
    ids = load_map.TractIds(tract_id=0, lots=[None] * len(rows), parcels=[row.parcel_id for row in rows])  # type: ignore[list-item]
    return tract, ids
