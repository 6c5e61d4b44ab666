"""Hydrants, valves and water mains."""

from collections.abc import Iterator
from typing import Any, Literal

import shapely
from sqlalchemy import delete, insert, select, update

from maps import stores
from maps.layers.intake import Intake, on_earth, point_problem, whole_number
from maps.layers.parcels import CHUNK
from maps.sources import SourceRow, SourceTable

COLOURS = frozenset({"blue", "green", "orange", "red", "yellow", "black", "white", "silver", "violet"})
HIGHEST_FLOW_GPM = 20_000


def take_hydrants(intake: Intake, table: SourceTable) -> None:
    """Takes hydrants by number. A colour that is none (a maker, an address) is dropped and named in the report."""
    taken: dict[str, dict[str, Any]] = {}
    for row, number, common in _points(intake, table, "hydrant"):
        flow = whole_number(row.values.get("flow_gpm"))
        taken[number] = common | {
            "hydrant_no": number[:40],
            "colour": _colour(intake, row.row, number, row.values.get("colour")),
            "flow_gpm": flow if flow is not None and 0 < flow <= HIGHEST_FLOW_GPM else None,
        }
    _store(intake, taken, table=stores.Hydrant, number="hydrant_no")


def take_valves(intake: Intake, table: SourceTable) -> None:
    """Takes valves by number."""
    taken: dict[str, dict[str, Any]] = {}
    for row, number, common in _points(intake, table, "valve"):
        taken[number] = common | {
            "valve_no": number[:40],
            "kind": (row.values.get("kind") or "")[:40] or None,
            "size_in": _inches(row.values.get("size_in")),
        }
    _store(intake, taken, table=stores.Valve, number="valve_no")


def take_mains(intake: Intake, table: SourceTable) -> None:
    """Takes water main lines; the district's mains are replaced as a whole."""
    rows: list[dict[str, Any]] = []
    for row in intake.rows(table, "mains"):
        shape = row.shape
        if shape is None or shape.is_empty or not on_earth(shape):
            intake.reject(row.row, key=None, reason="no_shape", detail="the row has no line on the ground")
            continue
        if not isinstance(shape, shapely.LineString | shapely.MultiLineString):
            intake.reject(row.row, key=None, reason="not_a_line", detail=f"a {shape.geom_type} is no main")
            continue
        year = whole_number(row.values.get("installed_year"))
        rows.append(
            {
                "district_id": intake.district.id,
                "shape": shape,
                **stores.bounds_of(shape),
                "diameter_in": _inches(row.values.get("diameter_in")),
                "material": (row.values.get("material") or "")[:40] or None,
                "installed_year": year if year is not None and 1700 <= year <= intake.on.year else None,
            }
        )
    intake.session.execute(delete(stores.WaterMain).where(stores.WaterMain.district_id == intake.district.id))
    for start in range(0, len(rows), CHUNK):
        intake.session.execute(insert(stores.WaterMain), rows[start : start + CHUNK])
    intake.session.expire_all()


def _points(
    intake: Intake, table: SourceTable, what: Literal["hydrant", "valve"]
) -> Iterator[tuple[SourceRow, str, dict[str, Any]]]:
    """Rows that have a number of their own and a place on the ground, each with what hydrants and valves share; the
    others are rejected with their reason."""
    seen: set[str] = set()
    for row in intake.rows(table, f"{what}s"):
        number = row.values.get("number")
        if number is None:
            intake.reject(row.row, key=None, reason="blank_number", detail=f"the row has no {what} number")
            continue
        if problem := point_problem(row.shape):
            intake.reject(row.row, key=number, reason=problem[0], detail=problem[1])
            continue
        if number in seen:
            intake.reject(row.row, key=number, reason="duplicate_number", detail=f"{what} {number} came before")
            continue
        seen.add(number)
        point = row.shape.centroid if row.shape is not None else shapely.Point()
        status = row.values.get("status")
        yield (
            row,
            number,
            {
                "district_id": intake.district.id,
                "lon": point.x,
                "lat": point.y,
                "status": (intake.meaning("status", status) or (status or "unknown").lower())[:20],
                "note": row.values.get("note"),
            },
        )


def _colour(intake: Intake, row: int, number: str, text: str | None) -> str | None:
    colour = (text or "").strip().lower()
    if colour in COLOURS:
        return colour
    if colour and colour not in ("none", "unpainted", "unknown"):
        intake.repair(row, key=number, reason="not_a_colour", detail=f"'{text}' is no colour; left blank")
    return None


def _inches(text: str | None) -> float | None:
    try:
        inches = float(text or "")
    except ValueError:
        return None
    return inches if 0 < inches < 200 else None


def _store(
    intake: Intake, taken: dict[str, dict[str, Any]], *, table: type[stores.Hydrant | stores.Valve], number: str
) -> None:
    session = intake.session
    statement = select(table.id, getattr(table, number)).where(table.district_id == intake.district.id)
    known = {its_number: row_id for row_id, its_number in session.execute(statement)}
    changed = [{"id": known[one], **values} for one, values in taken.items() if one in known]
    if changed:
        session.execute(update(table), changed)
    fresh = [values for one, values in taken.items() if one not in known]
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(table), fresh[start : start + CHUNK])
    # Orders and inspections may speak of it, so one that the list no longer has is marked, not deleted.
    gone = [{"id": known[one], "status": "retired"} for one in known if one not in taken]
    if gone:
        session.execute(update(table), gone)
    intake.retired = len(gone)
    session.expire_all()
