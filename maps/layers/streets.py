"""Street segments and intersections."""

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, insert, select, update

from maps import stores
from maps.layers.intake import Intake, on_earth, point_problem, whole_number
from maps.layers.parcels import CHUNK
from maps.sources import SourceTable

SPEED_KMH = {"arterial": 48.0, "collector": 40.0, "local": 32.0, "alley": 16.0, "ramp": 40.0}
KMH_PER_MPH = 1.609344
ONEWAY = {"0": 0, "1": 1, "-1": -1, "F": 1, "T": -1, "FT": 1, "TF": -1, "YES": 1, "NO": 0, "B": 0}


def take_streets(intake: Intake, table: SourceTable) -> None:
    """Takes street lines; the district's segments are replaced as a whole, for sources give segments no lasting id."""
    rows: list[dict[str, Any]] = []
    for row in intake.rows(table, "streets"):
        values = row.values
        name = values.get("name")
        line = _line(intake, row.row, name, row.shape)
        if line is None:
            continue
        if name is None:
            intake.repair(row.row, key=None, reason="street_without_name", detail="kept as a street without a name")
        street_class = _street_class(intake, values.get("class"))
        speed_mph = whole_number(values.get("speed_mph"))
        rows.append(
            {
                "district_id": intake.district.id,
                "name": name or "",
                "street_class": street_class,
                "shape": line,
                **stores.bounds_of(line),
                "from_node": whole_number(values.get("from_node")),
                "to_node": whole_number(values.get("to_node")),
                "oneway": _oneway(intake, row.row, name, values.get("oneway")),
                "speed_kmh": round(speed_mph * KMH_PER_MPH, 1) if speed_mph else SPEED_KMH[street_class],
                "signal": True,
                **{side: _house(values.get(side)) for side in ("left_from", "left_to", "right_from", "right_to")},
            }
        )
        if "from_node" in intake.columns.fields and (rows[-1]["from_node"] is None or rows[-1]["to_node"] is None):
            intake.repair(row.row, key=name, reason="node_missing", detail="joined to its neighbours by its end point")
    intake.session.execute(delete(stores.Street).where(stores.Street.district_id == intake.district.id))
    for start in range(0, len(rows), CHUNK):
        intake.session.execute(insert(stores.Street), rows[start : start + CHUNK])
    intake.session.expire_all()


def take_intersections(intake: Intake, table: SourceTable) -> None:
    """Takes corners by node number; one without a name gets it from the streets that meet there."""
    session, district_id = intake.session, intake.district.id
    at_node = _names_at_nodes(intake)
    taken: dict[int, dict[str, Any]] = {}
    for row in intake.rows(table, "intersections"):
        node, name = whole_number(row.values.get("node")), row.values.get("name")
        if problem := point_problem(row.shape):
            intake.reject(row.row, key=name, reason=problem[0], detail=problem[1])
            continue
        if node is None:
            intake.reject(row.row, key=name, reason="blank_number", detail="the row has no node number")
            continue
        if node in taken:
            intake.reject(row.row, key=str(node), reason="duplicate_number", detail=f"node {node} came before")
            continue
        if name is None:
            name = _composed_name(at_node.get(node, []))
            if name is None:
                intake.reject(
                    row.row, key=str(node), reason="no_street", detail="no name, and no named street meets it"
                )
                continue
            intake.repair(row.row, key=str(node), reason="named_by_streets", detail=name)
        point = row.shape.centroid if row.shape is not None else shapely.Point()
        taken[node] = {"district_id": district_id, "node": node, "name": name, "lon": point.x, "lat": point.y}
    table_ = stores.Intersection
    known = {
        node: corner_id
        for corner_id, node in session.execute(select(table_.id, table_.node).where(table_.district_id == district_id))
    }
    changed = [{"id": known[node], **values} for node, values in taken.items() if node in known]
    if changed:
        session.execute(update(table_), changed)
    fresh = [values for node, values in taken.items() if node not in known]
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(table_), fresh[start : start + CHUNK])
    gone = [corner_id for node, corner_id in known.items() if node not in taken]
    for start in range(0, len(gone), CHUNK):
        session.execute(delete(table_).where(table_.id.in_(gone[start : start + CHUNK])))
    intake.retired = len(gone)
    session.expire_all()


def _line(intake: Intake, row: int, name: str | None, shape: BaseGeometry | None) -> shapely.LineString | None:
    if shape is None or shape.is_empty or not shape.length:
        intake.reject(row, key=name, reason="no_shape", detail="the row has no line")
        return None
    if not on_earth(shape):
        intake.reject(row, key=name, reason="not_on_earth", detail=f"bounds {shape.bounds} are no degrees")
        return None
    if isinstance(shape, shapely.LineString):
        return shape
    if isinstance(shape, shapely.MultiLineString):
        merged = shapely.line_merge(shape)
        if isinstance(merged, shapely.LineString):
            return merged
        longest: shapely.LineString = max(shape.geoms, key=lambda part: part.length)
        intake.repair(
            row, key=name, reason="line_in_pieces", detail=f"{len(shape.geoms)} pieces that do not meet; longest kept"
        )
        return longest
    intake.reject(row, key=name, reason="not_a_line", detail=f"a {shape.geom_type} is no street")
    return None


def _street_class(intake: Intake, code: str | None) -> str:
    meant = intake.meaning("class", code) or (code or "").lower()
    return meant if meant in SPEED_KMH else "local"


def _oneway(intake: Intake, row: int, name: str | None, code: str | None) -> int:
    meant = ONEWAY.get((code or "").upper())
    if meant is None:
        if "oneway" in intake.columns.fields:
            intake.repair(row, key=name, reason="direction_missing", detail=f"'{code or ''}' taken as both ways")
        return 0
    return meant


def _house(text: str | None) -> int | None:
    number = whole_number(text)
    return number if number is not None and number > 0 else None


def _names_at_nodes(intake: Intake) -> dict[int, list[str]]:
    table = stores.Street
    statement = (
        select(table.name, table.from_node, table.to_node)
        .where(table.district_id == intake.district.id, table.name != "")
        .order_by(table.name)
    )
    names: dict[int, list[str]] = {}
    for name, *nodes in intake.session.execute(statement):
        for node in nodes:
            if node is not None and name not in names.setdefault(node, []):
                names[node].append(name)
    return names


def _composed_name(streets: list[str]) -> str | None:
    if not streets:
        return None
    return " & ".join(streets[:3]) if len(streets) > 1 else f"{streets[0]} (end)"
