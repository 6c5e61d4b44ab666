"""What the map holds within a box, as GeoJSON: the list twin of the map and the answer to a click."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from maps import stores, tracts

LIMIT = 4000
LARGEST_BOX_DEG = 0.25
"""About 20 km: a box larger than that is a mistake, and would read the whole town."""


class BadBox(errors.Malformed):
    """The box or the layers cannot be read."""

    code = "bad_box"


@dataclass(frozen=True, kw_only=True)
class Box:
    """Degrees: west, south, east, north."""

    west: float
    south: float
    east: float
    north: float


def box_of(text: str) -> Box:
    """ "-121.9,37.5,-121.8,37.6" as a box. Refuses with BadBox."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadBox("bbox reads WEST,SOUTH,EAST,NORTH in degrees, such as -121.95,37.51,-121.94,37.52.") from None
    if not all(math.isfinite(edge) for edge in (west, south, east, north)) or west > east or south > north:
        raise BadBox("bbox: west must not lie east of east, nor south north of north.")
    if east - west > LARGEST_BOX_DEG or north - south > LARGEST_BOX_DEG:
        raise BadBox(f"bbox is wider than {LARGEST_BOX_DEG} degrees. Zoom in.")
    return Box(west=west, south=south, east=east, north=north)


def layers_of(text: str) -> tuple[str, ...]:
    """ "parcels,lots" as names, in our order; all when empty. Refuses with BadBox."""
    asked = {part.strip() for part in text.split(",") if part.strip()}
    unknown = asked - set(_LAYERS)
    if unknown:
        raise BadBox(f"No map layer {', '.join(sorted(unknown))}; there are: {', '.join(_LAYERS)}.")
    return tuple(name for name in _LAYERS if not asked or name in asked)


def collection(session: Session, *, box: Box, layers: tuple[str, ...], limit: int = LIMIT) -> str:
    """A FeatureCollection as text, at most `limit` features; `truncated` says that there are more."""
    pieces: list[str] = []
    truncated = False
    for name in layers:
        for shape, properties in _LAYERS[name](session, box, limit - len(pieces) + 1):
            if len(pieces) == limit:
                truncated = True
                break
            told = json.dumps({"layer": name, **properties}, ensure_ascii=False)
            pieces.append(f'{{"type":"Feature","geometry":{shapely.to_geojson(shape)},"properties":{told}}}')
    flag = "true" if truncated else "false"
    return f'{{"type":"FeatureCollection","truncated":{flag},"features":[{",".join(pieces)}]}}'


_Row = tuple[BaseGeometry, dict[str, Any]]


def _in_box(session: Session, table: str, box: Box) -> Any:
    return stores.in_box(session, table, min_lon=box.west, min_lat=box.south, max_lon=box.east, max_lat=box.north)


def _parcels(session: Session, box: Box, most: int) -> Iterator[_Row]:
    parcel = stores.Parcel
    statement = (
        select(parcel.id, parcel.number_canonical, parcel.situs_address, parcel.shape)
        .where(_in_box(session, "map_parcel", box), parcel.retired_on.is_(None))
        .order_by(parcel.id)
        .limit(most)
    )
    for row_id, number, address, shape in session.execute(statement):
        yield shape, {"id": row_id, "label": number, "address": address or ""}


def _lots(session: Session, box: Box, most: int) -> Iterator[_Row]:
    statement = (
        select(stores.Lot, stores.TractMap)
        .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
        .where(
            stores.Lot.lon.between(box.west, box.east),
            stores.Lot.lat.between(box.south, box.north),
            stores.Lot.shape.is_not(None),
        )
        .order_by(stores.Lot.id)
        .limit(most)
    )
    for lot, tract in session.execute(statement):
        assert lot.shape is not None
        yield lot.shape, {"id": lot.id, "label": tracts.lot_label(tract=tract, lot=lot)}


def _tracts(session: Session, box: Box, most: int) -> Iterator[_Row]:
    inside = select(stores.Lot.tract_id).where(
        stores.Lot.lon.between(box.west, box.east), stores.Lot.lat.between(box.south, box.north)
    )
    statement = (
        select(stores.TractMap)
        .where(stores.TractMap.id.in_(inside), stores.TractMap.shape.is_not(None))
        .order_by(stores.TractMap.id)
        .limit(most)
    )
    for row in session.scalars(statement):
        label = f"Tract {row.tract_no}" if row.tract_no[:1].isdigit() else row.name
        assert row.shape is not None
        yield row.shape, {"id": row.id, "label": label}


def _streets(session: Session, box: Box, most: int) -> Iterator[_Row]:
    street = stores.Street
    statement = (
        select(street.id, street.name, street.street_class, street.signal, street.shape)
        .where(_in_box(session, "map_street", box))
        .order_by(street.id)
        .limit(most)
    )
    for row_id, name, street_class, signal, shape in session.execute(statement):
        yield shape, {"id": row_id, "label": name, "class": street_class, "signal": signal}


def _mains(session: Session, box: Box, most: int) -> Iterator[_Row]:
    statement = (
        select(stores.WaterMain).where(_in_box(session, "map_main", box)).order_by(stores.WaterMain.id).limit(most)
    )
    for row in session.scalars(statement):
        size = f"{row.diameter_in:g} in " if row.diameter_in else ""
        label = f"{size}{row.material or ''}".strip()
        yield row.shape, {"id": row.id, "label": label, "installed_year": row.installed_year}


def _hydrants(session: Session, box: Box, most: int) -> Iterator[_Row]:
    hydrant = stores.Hydrant
    statement = (
        select(hydrant)
        .where(
            hydrant.lon.between(box.west, box.east),
            hydrant.lat.between(box.south, box.north),
            hydrant.status != "retired",
        )
        .order_by(hydrant.id)
        .limit(most)
    )
    for row in session.scalars(statement):
        told = {"id": row.id, "label": f"Hydrant {row.hydrant_no}", "status": row.status, "colour": row.colour or ""}
        yield shapely.Point(row.lon, row.lat), told


def _valves(session: Session, box: Box, most: int) -> Iterator[_Row]:
    valve = stores.Valve
    statement = (
        select(valve)
        .where(
            valve.lon.between(box.west, box.east), valve.lat.between(box.south, box.north), valve.status != "retired"
        )
        .order_by(valve.id)
        .limit(most)
    )
    for row in session.scalars(statement):
        size = f"{row.size_in:g} in " if row.size_in else ""
        told = {"id": row.id, "label": f"{size}valve {row.valve_no}", "status": row.status, "kind": row.kind or ""}
        yield shapely.Point(row.lon, row.lat), told


_LAYERS: dict[str, Callable[[Session, Box, int], Iterator[_Row]]] = {
    "parcels": _parcels,
    "lots": _lots,
    "tracts": _tracts,
    "streets": _streets,
    "mains": _mains,
    "hydrants": _hydrants,
    "valves": _valves,
}
