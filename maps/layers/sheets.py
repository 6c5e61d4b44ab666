"""Outlines of map sheets (an assessor's index map) and of recorded surveys."""

from typing import Any

import shapely
from sqlalchemy import delete, insert, select, update

from maps import stores
from maps.layers.intake import Intake, day_of, on_earth, polygons_of
from maps.sources import SourceRow, SourceTable


def take_sheets(intake: Intake, table: SourceTable) -> None:
    """Takes sheet outlines by name; outlines of one name are joined. A sheet's image and corners stay as they are."""
    _take(intake, table, kind="sheet")


def take_surveys(intake: Intake, table: SourceTable) -> None:
    """Takes recorded surveys by their id, with what the record says of them; they stand among the map sheets."""
    _take(intake, table, kind="survey")


def _take(intake: Intake, table: SourceTable, *, kind: str) -> None:
    shapes: dict[str, list[Any]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for row in intake.rows(table, f"map {kind}s"):
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
        if row.values.get("recorded") and day_of(row.values["recorded"]) is None:
            intake.repair(row.row, key=name, reason="day_unknown", detail=f"'{row.values['recorded']}' is no day")
        facts.setdefault(name, _facts(row, kind))
        if name in shapes:
            intake.repair(row.row, key=name, reason="same_number_joined", detail=f"joined with sheet {name} before it")
        shapes.setdefault(name, []).append(polygons)
    _store(intake, {name: shapely.union_all(parts) for name, parts in shapes.items()}, facts, kind)


def _facts(row: SourceRow, kind: str) -> dict[str, Any]:
    values = row.values
    said = [text for text in (values.get("subdivision"), values.get("note")) if text and text.lower() != "none"]
    return {
        "kind": (values.get("kind") or kind).lower()[:40],
        "note": " · ".join(dict.fromkeys(said)) or None,
        "recorded_on": day_of(values.get("recorded")),
    }


def _store(intake: Intake, outlines: dict[str, Any], facts: dict[str, dict[str, Any]], kind: str) -> None:
    session, sheet = intake.session, stores.MapSheet
    statement = select(sheet.id, sheet.name, sheet.file, sheet.kind).where(sheet.district_id == intake.district.id)
    known = {name: (sheet_id, file, is_a) for sheet_id, name, file, is_a in session.execute(statement)}
    changed, fresh = [], []
    for name, shape in outlines.items():
        values = {"name": name[:120], "shape": shape, **stores.bounds_of(shape), **facts[name]}
        if name in known:
            changed.append({"id": known[name][0], **values})
        else:
            fresh.append({"district_id": intake.district.id, **values})
    if changed:
        session.execute(update(sheet), changed)
    if fresh:
        session.execute(insert(sheet), fresh)
    # Surveys and index sheets come in files of their own: one does not speak for the other.
    gone = [
        sheet_id
        for name, (sheet_id, file, is_a) in known.items()
        if name not in outlines and file is None and (is_a == "sheet") == (kind == "sheet")
    ]
    if gone:
        session.execute(delete(sheet).where(sheet.id.in_(gone)))
    intake.retired = len(gone)
    session.expire_all()
