"""Recorded tract maps, told by polygons or by things that were built for a tract (its pipes)."""

from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from maps import ground, legal, stores
from maps.layers.intake import Intake, day_of, on_earth, polygons_of
from maps.sources import SourceTable

REACH_M = 15.0
"""How far a tract's land is taken to reach beside a pipe that was built for it."""
FAR_APART_M = 1500.0


def take_tracts(intake: Intake, table: SourceTable) -> None:
    """Takes tracts by number ('TR4106', 'T-5187', 'Tract 08231'); rows of one number and book and page are joined.
    Polygons are the tract's outline; lines and points only stand in for it. Tracts no longer told are taken out unless
    lots or sheets speak of them."""
    shapes: dict[tuple[str, str | None, str | None], list[BaseGeometry]] = {}
    facts: dict[tuple[str, str | None, str | None], tuple[str | None, date | None]] = {}
    for row in intake.rows(table, "tracts"):
        text = row.values.get("tract")
        if text is None:
            intake.reject(row.row, key=None, reason="blank_number", detail="the row names no tract")
            continue
        number = legal.tract_number(text)
        if number is None:
            intake.reject(row.row, key=text, reason="not_a_tract", detail=f"'{text}' is no tract number")
            continue
        shape = row.shape
        if shape is None or shape.is_empty or not on_earth(shape):
            intake.reject(row.row, key=text, reason="no_shape", detail="the row has no place on the ground")
            continue
        if not shape.is_valid:
            intake.repair(row.row, key=text, reason="polygon_repaired", detail=shapely.is_valid_reason(shape))
            shape = shapely.make_valid(shape)
        key = (number, row.values.get("book"), row.values.get("page"))
        if key in shapes:
            intake.join("same_tract_joined")
        shapes.setdefault(key, []).append(shape)
        facts.setdefault(key, (row.values.get("name"), day_of(row.values.get("recorded"))))
    outlines = {}
    for key, parts in shapes.items():
        outlines[key] = _outline(parts)
        if _is_far_apart(outlines[key]):
            intake.join("tract_in_places_far_apart")
    _store(intake, outlines, facts)


def _outline(parts: list[BaseGeometry]) -> BaseGeometry:
    land = [polygons for part in parts if (polygons := polygons_of(part)) is not None]
    if land:
        union: BaseGeometry = shapely.union_all(land)
        return union
    lat = float(shapely.bounds(parts[0])[1])
    east_m, north_m = ground.metres_per_degree(lat)
    scale = np.array([east_m, north_m])
    flat = shapely.transform(np.array(parts, dtype=object), lambda xy: xy * scale)
    reached = shapely.union_all(shapely.buffer(flat, REACH_M, quad_segs=2))
    back: BaseGeometry = shapely.transform(shapely.simplify(reached, 2.0), lambda xy: xy / scale)
    return back


def _is_far_apart(shape: BaseGeometry) -> bool:
    min_lon, min_lat, max_lon, max_lat = shape.bounds
    return ground.distance_m(min_lon, min_lat, max_lon, max_lat) > FAR_APART_M and len(shapely.get_parts(shape)) > 1


def _store(
    intake: Intake,
    outlines: dict[tuple[str, str | None, str | None], BaseGeometry],
    facts: dict[tuple[str, str | None, str | None], tuple[str | None, date | None]],
) -> None:
    session, table = intake.session, stores.TractMap
    found = session.scalars(select(table).where(table.district_id == intake.district.id))
    known = {(tract.tract_no, tract.map_book, tract.map_page): tract for tract in found}
    for key, shape in outlines.items():
        name, recorded_on = facts[key]
        values: dict[str, Any] = {"shape": shape, "recorded_on": recorded_on, "name": (name or f"Tract {key[0]}")[:200]}
        if key in known:
            for column, value in values.items():
                setattr(known[key], column, value)
        else:
            session.add(
                table(district_id=intake.district.id, tract_no=key[0], map_book=key[1], map_page=key[2], **values)
            )
    session.flush()
    used = set(session.scalars(select(stores.Lot.tract_id).distinct()))
    used |= set(session.scalars(select(stores.MapSheet.tract_id).where(stores.MapSheet.tract_id.is_not(None))))
    for key, tract in known.items():
        # A map named by a person or by a survey is no row of this file.
        if key not in outlines and tract.id not in used and tract.tract_no[:1].isdigit():
            session.delete(tract)
            intake.retired += 1
    session.flush()
