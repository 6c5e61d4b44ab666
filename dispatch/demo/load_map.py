"""Writes the map of the town: district, streets, corners, water assets, recorded maps, lots, parcels, addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Session

from dispatch.demo import sheets, town, tracts, water
from dispatch.demo import streets as street_net
from dispatch.places import sheets_models
from maps import addresses, apn, stores

BATCH = 5000
_USES = {
    "home": "Single family home", "shop": "Commercial", "flats": "Apartments", "works": "Industrial",
    "park": "Park", "school": "School", "mobile_park": "Mobile home park, 64 spaces", "common": "Common area",
    "raw_land": "Vacant", "yard": "Water utility yard",
}  # fmt: skip


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Iterable[dict[str, Any]]) -> int:
    """Insert in batches without objects; answers how many."""
    count = 0
    for batch in batches(rows):
        session.execute(insert(table_of(model)), batch)
        count += len(batch)
    return count


def insert_with_ids(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert and answer the new ids in the order of `rows`."""
    table = table_of(model)
    ids: list[int] = []
    if session.get_bind().dialect.name == "sqlite" and rows:
        # SQLite gives ids back in order only row by row. It has one writer, and that is this transaction: the next ids
        # are known.
        first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
        ids = list(range(first, first + len(rows)))
        insert_rows(session, model, ({"id": at, **row} for at, row in zip(ids, rows, strict=True)))
        return ids
    for batch in batches(rows):
        ids += session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), batch).all()
    return ids


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for inserts that make no objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def batches(rows: Iterable[dict[str, Any]], size: int = BATCH) -> Iterator[list[dict[str, Any]]]:
    """Lists of up to `size` rows."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def district(session: Session, *, plan: town.TownPlan) -> int:
    """The district's row; its bounds take in every cell."""
    corners = [(x, y) for cell in plan.cells for x in cell.box[::2] for y in cell.box[1::2]]
    bounds = shapely.MultiPoint(plan.frame.to_lonlat(np.array(corners))).bounds
    row = {
        "code": town.DISTRICT_CODE, "name": f"{town.NAME} (demo)", "time_zone": town.TIME_ZONE,
        "apn_format": tracts.APN_FORMAT, "demo": True, **_box(bounds),
    }  # fmt: skip
    return insert_with_ids(session, stores.District, [row])[0]


def streets(session: Session, *, plan: town.TownPlan, network: street_net.Network, district_id: int) -> None:
    """Blocks and corners. A corner is named by its streets: "Mission Blvd & Olive Rd"."""
    insert_rows(session, stores.Street, _street_rows(plan=plan, network=network, district_id=district_id))
    points = plan.frame.to_lonlat(np.array([corner.at for corner in network.corners]))
    rows = []
    for corner, (lon, lat) in zip(network.corners, points.tolist(), strict=True):
        named = [network.streets[number] for number in corner.streets]
        names = list(dict.fromkeys(street.name for street in named if street.street_class != "alley"))
        if len(names) > 1:
            rows.append(
                {
                    "district_id": district_id, "node": corner.node, "name": " & ".join(names[:3]),
                    "lon": round(lon, 7), "lat": round(lat, 7),
                }
            )  # fmt: skip
    insert_rows(session, stores.Intersection, rows)


def _street_rows(*, plan: town.TownPlan, network: street_net.Network, district_id: int) -> Iterator[dict[str, Any]]:
    for block in network.blocks:
        street = network.streets[block.street]
        line = shapely.LineString(plan.frame.to_lonlat(street_net.dense(path=block.path)))
        left, right = block.left or (None, None), block.right or (None, None)
        yield {
            "district_id": district_id, "name": street.name, "street_class": street.street_class, "shape": line,
            **_box(line.bounds), "from_node": block.from_node, "to_node": block.to_node, "oneway": street.oneway,
            "speed_kmh": town.SPEED_KMH[street.street_class], "left_from": left[0], "left_to": left[1],
            "right_from": right[0], "right_to": right[1], "signal": street.signal,
        }  # fmt: skip


def water_assets(session: Session, *, plan: town.TownPlan, network: street_net.Network, district_id: int) -> None:
    """Mains, their valves, and hydrants."""
    shapes = ((main, shapely.LineString(main.line)) for main in water.mains(plan=plan, network=network))
    insert_rows(
        session, stores.WaterMain,
        (
            {
                "district_id": district_id, "shape": line, **_box(line.bounds), "diameter_in": main.diameter_in,
                "material": main.material, "installed_year": main.installed_year,
            }
            for main, line in shapes
        ),
    )  # fmt: skip
    insert_rows(
        session, stores.Hydrant,
        (
            {
                "district_id": district_id, "hydrant_no": one.hydrant_no, "lon": one.lon, "lat": one.lat,
                "status": one.status, "colour": one.colour, "flow_gpm": one.flow_gpm, "note": one.note,
            }
            for one in water.hydrants(plan=plan, network=network)
        ),
    )  # fmt: skip
    insert_rows(
        session, stores.Valve,
        (
            {
                "district_id": district_id, "valve_no": one.valve_no, "lon": one.lon, "lat": one.lat,
                "status": one.status, "kind": one.kind, "size_in": one.size_in, "note": None,
            }
            for one in water.valves(plan=plan, network=network)
        ),
    )  # fmt: skip


class TractIds:
    """Database ids of one recorded map: its own, and those of its lots and parcels in lot order."""

    def __init__(self, *, tract_id: int, lots: list[int], parcels: list[int | None]) -> None:
        self.tract_id, self.lots, self.parcels = tract_id, lots, parcels


def tract(session: Session, *, made: tracts.Tract, district_id: int) -> TractIds:
    """One recorded map: the map, its parcels with their older numbers, its lots and its addresses."""
    outline = shapely.Polygon(made.outline)
    tract_row = {
        "district_id": district_id, "tract_no": made.tract_no, "name": made.name, "map_book": made.map_book,
        "map_page": made.map_page, "recorded_on": made.recorded_on, "shape": outline,
    }  # fmt: skip
    tract_id = insert_with_ids(session, stores.TractMap, [tract_row])[0]
    shapes = tracts.polygons([lot.ring for lot in made.lots])
    boxes = shapely.bounds(shapes)
    numbered = [at for at, lot in enumerate(made.lots) if lot.parcel_number is not None]
    parcel_rows = [_parcel_row(made.lots[at], shapes[at], boxes[at], at=at, district_id=district_id) for at in numbered]
    parcel_ids = insert_with_ids(session, stores.Parcel, parcel_rows)
    parcels: list[int | None] = [None] * len(made.lots)
    for at, parcel_id in zip(numbered, parcel_ids, strict=True):
        parcels[at] = parcel_id
    if made.raw is not None:
        _raw_parcel(session, raw=made.raw, district_id=district_id)
    _lineage(session, made=made, parcels=parcels)
    lots = insert_with_ids(
        session, stores.Lot,
        [
            {
                "tract_id": tract_id, "lot": lot.lot, "block": lot.block, "parcel_id": parcels[at], "lon": lot.lon,
                "lat": lot.lat, "shape": shapes[at],
            }
            for at, lot in enumerate(made.lots)
        ],
    )  # fmt: skip
    insert_rows(session, stores.Address, _address_rows(made=made, parcels=parcels, district_id=district_id))
    return TractIds(tract_id=tract_id, lots=lots, parcels=parcels)


def _parcel_row(
    lot: tracts.PlacedLot, shape: shapely.Polygon, box: Sequence[float], *, at: int, district_id: int
) -> dict[str, Any]:
    number = lot.parcel_number
    assert number is not None
    return {
        "district_id": district_id, "number": number, "number_key": apn.key_of(number), "number_canonical": number,
        "shape": shape, **_box(tuple(float(edge) for edge in box)), "area_m2": lot.area_m2,
        "situs_address": lot.address.line if lot.address else None, "use_text": _USES[lot.use], "retired_on": None,
        "source_row": at + 1,
    }  # fmt: skip


def _raw_parcel(session: Session, *, raw: tracts.RawParcel, district_id: int) -> None:
    shape = shapely.Polygon(raw.ring)
    row = {
        "district_id": district_id, "number": raw.number, "number_key": apn.key_of(raw.number),
        "number_canonical": raw.number, "shape": shape, **_box(shape.bounds), "area_m2": raw.area_m2,
        "situs_address": None, "use_text": raw.use_text, "retired_on": None, "source_row": 1,
    }  # fmt: skip
    insert_rows(session, stores.Parcel, [row])


def _lineage(session: Session, *, made: tracts.Tract, parcels: list[int | None]) -> None:
    insert_rows(
        session, stores.ParcelLineage,
        (
            {
                "old_number": old, "old_number_key": apn.key_of(old), "parcel_id": parcels[at], "kind": kind,
                "since_on": made.recorded_on,
            }
            for old, at, kind in made.renumbered
        ),
    )  # fmt: skip


def _address_rows(*, made: tracts.Tract, parcels: list[int | None], district_id: int) -> Iterator[dict[str, Any]]:
    for at, lot in enumerate(made.lots):
        if lot.address is None:
            continue
        for unit in ("", *units_of(lot)):
            yield {
                "district_id": district_id, "parcel_id": parcels[at], "number": str(lot.address.number),
                "number_suffix": None, "street": addresses.street_of(lot.address.street), "unit": unit or None,
                "full_text": addresses.normalise(f"{lot.address.line} {unit}".strip()), "city": lot.address.city,
                "zip": lot.address.zip, "place_name": None, "lon": lot.lon, "lat": lot.lat,
            }  # fmt: skip


def units_of(lot: tracts.PlacedLot) -> tuple[str, ...]:
    """Spaces of a mobile-home park; no other lot has units of its own on the address list."""
    return tuple(f"SPC {k}" for k in range(1, 65)) if lot.use == "mobile_park" else ()


def sheet(
    session: Session, *, plan: town.TownPlan, network: street_net.Network, made: tracts.Tract, tract_id: int,
    district_id: int, data_dir: Path,
) -> None:  # fmt: skip
    """Draw one recorded-map sheet into the data folder and note where it lies."""
    drawn = sheets.draw(plan=plan, network=network, tract=made)
    file = Path("sheets") / f"{town.DISTRICT_CODE.lower()}-{made.tract_no}-{made.map_book}-{made.map_page}.png"
    (data_dir / file).parent.mkdir(parents=True, exist_ok=True)
    (data_dir / file).write_bytes(drawn.png)
    ground = shapely.Polygon(drawn.corners)
    row = {
        "district_id": district_id, "tract_id": tract_id, "name": drawn.name, "file": file.as_posix(),
        "width_px": drawn.width_px, "height_px": drawn.height_px,
        "corners": [list(corner) for corner in drawn.corners], "shape": ground, **_box(ground.bounds),
    }  # fmt: skip
    insert_rows(session, stores.MapSheet, [row])
    placed = select(stores.MapSheet.id).where(
        stores.MapSheet.district_id == district_id, stores.MapSheet.name == drawn.name
    )
    page = {
        "district_id": district_id, "sheet_id": session.execute(placed).scalar_one(), "name": drawn.name, "page": 1,
        "full": file.as_posix(), "overlay": file.as_posix(), "thumb": file.as_posix(), "width_px": drawn.width_px,
        "height_px": drawn.height_px, "overlay_width_px": drawn.width_px, "overlay_height_px": drawn.height_px,
        "turn_deg": 0, "tract_no": made.tract_no, "map_book": str(made.map_book), "map_page": str(made.map_page),
        "version": 1,
    }  # fmt: skip
    insert_rows(session, sheets_models.SheetPage, [page])


def _box(bounds: Sequence[float]) -> dict[str, float]:
    return dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), (float(edge) for edge in bounds), strict=True))
