"""Lots of recorded maps: places to send a crew to before the county gives the land a parcel number or an address."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from maps import ground, legal, legal_words, parcels, stores
from maps.layers.intake import Intake, on_earth, polygons_of
from maps.sources import SourceRow, SourceTable

MOST_LARGER = 1.6
"""A parcel so many times the size of a lot is the land before it was divided, not the lot."""

_Map = tuple[str, str | None, str | None]
_Name = tuple[str | None, str]


@dataclass
class _Lot:
    """A lot as the file has it; rows of one lot are joined."""

    shapes: list[BaseGeometry]


def take_lots(intake: Intake, table: SourceTable) -> None:
    """Takes lots by tract (or plat name), block and lot. A tract that is not known yet is made of its lots. Lots that
    the file does not have stay: such files come one tract at a time, and orders may stand on the lots before."""
    found: dict[_Map, dict[_Name, _Lot]] = {}
    for row in intake.rows(table, "lots"):
        key = _map_of(intake, row)
        name = _name_of(intake, row) if key is not None else None
        shape = _place_of(intake, row) if name is not None else None
        if key is None or name is None or shape is None:
            continue
        lots = found.setdefault(key, {})
        if name in lots:
            intake.join("same_lot_joined")
        lots.setdefault(name, _Lot([])).shapes.append(shape)
    for key, lots in found.items():
        _store(intake, key, {name: shapely.union_all(lot.shapes) for name, lot in lots.items()})
    link(intake)


def link(intake: Intake) -> None:
    """Says of each lot which parcel it is now: the one it lies in, once the land is divided; none before."""
    session = intake.session
    lots = session.scalars(
        select(stores.Lot)
        .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
        .where(stores.TractMap.district_id == intake.district.id)
        .order_by(stores.Lot.id)
    ).all()
    holding: dict[int, int] = {}
    found: dict[int, stores.Parcel] = {}
    for lot in lots:
        parcel = _parcel_at(intake, lot)
        if parcel is not None:
            found[lot.id] = parcel
            holding[parcel.id] = holding.get(parcel.id, 0) + 1
    for lot in lots:
        parcel = found.get(lot.id)
        if parcel is not None and _is_of(lot, parcel, alone=holding[parcel.id] == 1):
            lot.parcel_id = parcel.id
        elif lot.parcel_id is not None and parcel is not None and lot.parcel_id != parcel.id:
            lot.parcel_id = None
    session.flush()


def _parcel_at(intake: Intake, lot: stores.Lot) -> stores.Parcel | None:
    there = parcels.at_point(intake.session, lon=lot.lon, lat=lot.lat, district_id=intake.district.id)
    return min(there, key=lambda parcel: parcel.area_m2, default=None)


def _is_of(lot: stores.Lot, parcel: stores.Parcel, *, alone: bool) -> bool:
    if lot.shape is None or not lot.shape.area:
        return alone
    return parcel.area_m2 <= MOST_LARGER * ground.area_m2(lot.shape)


def _map_of(intake: Intake, row: SourceRow) -> _Map | None:
    text = row.values.get("tract")
    if text is None:
        intake.reject(row.row, key=None, reason="blank_number", detail="the row names no tract")
        return None
    # In a column of tracts a bare number is one.
    number = legal.tract_number(text) or legal.tract_number(f"TRACT {text}") or legal_words.plain(text)
    return number[:40], row.values.get("book"), row.values.get("page")


def _name_of(intake: Intake, row: SourceRow) -> _Name | None:
    lot = (row.values.get("lot") or "").upper().removeprefix("LOT ").strip()
    block = (row.values.get("block") or "").upper().removeprefix("BLOCK ").strip()
    if not lot or len(lot) > 20 or len(block) > 20:
        said = f"'{row.values.get('lot')}' is no lot"
        intake.reject(row.row, key=row.values.get("tract"), reason="no_lot", detail=said)
        return None
    return block or None, lot


def _place_of(intake: Intake, row: SourceRow) -> BaseGeometry | None:
    shape, key = row.shape, f"{row.values.get('tract')} {row.values.get('lot')}"
    if shape is None or shape.is_empty or not on_earth(shape):
        intake.reject(row.row, key=key, reason="no_shape", detail="the row has no place on the ground")
        return None
    if isinstance(shape, shapely.Point):
        return shape
    if not shape.is_valid:
        intake.repair(row.row, key=key, reason="polygon_repaired", detail=shapely.is_valid_reason(shape))
    land = polygons_of(shape if shape.is_valid else shapely.make_valid(shape))
    if land is None:
        intake.reject(row.row, key=key, reason="not_a_polygon", detail=f"a {shape.geom_type} is no lot")
    return land


def _store(intake: Intake, key: _Map, lots: dict[_Name, BaseGeometry]) -> None:
    session, table = intake.session, stores.TractMap
    number, book, page = key
    statement = select(table).where(table.district_id == intake.district.id, table.tract_no == number)
    if book is not None:
        statement = statement.where(table.map_book == book, table.map_page == page)
    tract = session.scalars(statement.order_by(table.id).limit(1)).first()
    if tract is None:
        title = f"Tract {number}" if number[:1].isdigit() else number.title().replace("'S", "'s")
        tract = table(district_id=intake.district.id, tract_no=number, name=title, map_book=book, map_page=page)
        session.add(tract)
        session.flush()
    land = [shape for shape in lots.values() if shape.area]
    if tract.shape is None and land:
        tract.shape = shapely.union_all(land)
    known = {
        (lot.block, lot.lot): lot for lot in session.scalars(select(stores.Lot).where(stores.Lot.tract_id == tract.id))
    }
    middles = shapely.point_on_surface(np.array(list(lots.values()), dtype=object))
    for (name, shape), middle in zip(lots.items(), middles, strict=True):
        values: dict[str, Any] = {"lon": middle.x, "lat": middle.y, "shape": shape if shape.area else None}
        if name in known:
            for column, value in values.items():
                setattr(known[name], column, value)
        else:
            session.add(stores.Lot(tract_id=tract.id, block=name[0], lot=name[1], **values))
    session.flush()
