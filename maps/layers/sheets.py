"""Outlines of map sheets (an assessor's index map)."""

from typing import Any

import shapely
from sqlalchemy import delete, insert, select, update

from maps import stores
from maps.layers.intake import Intake, on_earth, polygons_of
from maps.sources import SourceTable


def take_sheets(intake: Intake, table: SourceTable) -> None:
    """Takes sheet outlines by name; outlines of one name are joined. A sheet's image and corners stay as they are."""
    shapes: dict[str, list[Any]] = {}
    for row in intake.rows(table, "map sheets"):
        name = row.values.get("name")
        if name is None:
            intake.reject(row.row, key=None, reason="blank_number", detail="the row names no sheet")
            continue
        shape = row.shape
        if shape is None or shape.is_empty or not on_earth(shape):
            intake.reject(row.row, key=name, reason="no_shape", detail="the row has no outline on the ground")
            continue
        if not shape.is_valid:
            intake.repair(row.row, key=name, reason="polygon_repaired", detail=shapely.is_valid_reason(shape))
        polygons = polygons_of(shape if shape.is_valid else shapely.make_valid(shape))
        if polygons is None:
            intake.reject(row.row, key=name, reason="not_a_polygon", detail=f"a {shape.geom_type} is no outline")
            continue
        if name in shapes:
            intake.repair(row.row, key=name, reason="same_number_joined", detail=f"joined with sheet {name} before it")
        shapes.setdefault(name, []).append(polygons)
    _store(intake, {name: shapely.union_all(parts) for name, parts in shapes.items()})


def _store(intake: Intake, outlines: dict[str, Any]) -> None:
    session, sheet = intake.session, stores.MapSheet
    statement = select(sheet.id, sheet.name, sheet.file).where(sheet.district_id == intake.district.id)
    known = {name: (sheet_id, file) for sheet_id, name, file in session.execute(statement)}
    changed, fresh = [], []
    for name, shape in outlines.items():
        values = {"name": name, "shape": shape, **stores.bounds_of(shape)}
        if name in known:
            changed.append({"id": known[name][0], **values})
        else:
            fresh.append({"district_id": intake.district.id, **values})
    if changed:
        session.execute(update(sheet), changed)
    if fresh:
        session.execute(insert(sheet), fresh)
    gone = [sheet_id for name, (sheet_id, file) in known.items() if name not in outlines and file is None]
    if gone:
        session.execute(delete(sheet).where(sheet.id.in_(gone)))
    intake.retired = len(gone)
    session.expire_all()
