"""A day as a GeoPackage: routes as lines, stops with what came of them, and crews, for people who work with maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import shapely
from sqlalchemy.orm import Session

from dispatch.crews import queries as crews
from dispatch.integrations import queries
from dispatch.orders import queries as orders
from dispatch.routes import queries as routes
from dispatch.routes import shown

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Day:
    """Rows of the four layers; each row has `shape`."""

    on: date
    layers: Mapping[str, Rows]


class _Columns:
    # Name -> pandas type. A layer has its columns also on a day without rows.
    ROUTES = {
        "crew": "object", "letter": "object", "people": "object", "status": "object", "stops": "Int64",
        "shift_from": "time", "shift_to": "time", "finish_at": "time",
    }  # fmt: skip
    STOPS = {
        "crew": "object", "position": "Int64", "order_no": "object", "kind": "object", "state": "object", "place": "object",
        "arrive_at": "time", "start_at": "time", "finish_at": "time", "window_from": "time", "window_to": "time",
        "late_min": "Int64", "done": "bool",
    }  # fmt: skip
    ORDERS = {
        "order_no": "object", "kind": "object", "state": "object", "place": "object", "crew": "object", "why_not": "object",
        "arrived_at": "time", "finished_at": "time", "result": "object", "valve_found": "object", "valve_left": "object",
        "readings": "object",
    }  # fmt: skip
    CREWS = {
        "crew": "object", "letter": "object", "vehicle": "object", "people": "object", "seen_at": "time",
        "accuracy_m": "float64",
    }  # fmt: skip


_LAYERS = {
    "routes": (_Columns.ROUTES, "LineString"),
    "stops": (_Columns.STOPS, "Point"),
    "orders": (_Columns.ORDERS, "Point"),
    "crews": (_Columns.CREWS, "Point"),
}


def read(session: Session, *, on: date, now: datetime, with_names: bool) -> Day:
    """A day as it stands now. Without the right to names, people and shutoffs for non-payment are not told, and only
    what is in force is."""
    day = shown.day_routes(session, on=on, now=now, public=not with_names)
    on_route = {stop.order_id: route for route in day.routes for stop in route.stops}
    rows = orders.by_ids(session, [*on_route, *(one.order_id for one in day.unassigned)])
    visits = routes.visits(session, list(rows))
    readings: dict[str, list[str]] = {}
    for visit_id, serial, digits, read_type, _ in queries.readings_of(
        session, visit_ids=[v.id for v in visits.values()]
    ):
        readings.setdefault(visit_id, []).append(f"{serial} {read_type} {digits}")
    why_not = {one.order_id: one.reason_en for one in day.unassigned}
    told: Rows = []
    for order_id, order in sorted(rows.items()):
        visit, route = visits.get(order_id), on_route.get(order_id)
        told.append(
            {
                "order_no": order.number,
                "kind": shown.shown_kind(order.kind, public=not with_names),
                "state": order.state,
                "place": order.place,
                "crew": route.crew if route else None,
                "why_not": why_not.get(order_id),
                "arrived_at": visit.arrived_at if visit else None,
                "finished_at": visit.finished_at if visit else None,
                "result": visit.disposition if visit else None,
                "valve_found": visit.valve_found if visit else None,
                "valve_left": visit.valve_left if visit else None,
                "readings": "; ".join(readings.get(visit.id, [])) if visit else None,
                "shape": _point(order.lon, order.lat),
            }
        )
    return Day(
        on=on,
        layers={
            "routes": [
                {
                    "crew": route.crew, "letter": route.letter, "people": ", ".join(route.people), "status": route.status,
                    "stops": len(route.stops), "shift_from": route.shift_from, "shift_to": route.shift_to,
                    "finish_at": route.finish_at, "shape": _line(route.line),
                }
                for route in day.routes
            ],
            "stops": [
                {
                    "crew": route.crew, "position": stop.position + 1, "order_no": stop.number, "kind": stop.kind,
                    "state": stop.state, "place": stop.place, "arrive_at": stop.arrive_at, "start_at": stop.start_at,
                    "finish_at": stop.finish_at, "window_from": stop.window_from, "window_to": stop.window_to,
                    "late_min": stop.late_min, "done": stop.done,
                    "shape": _point(stop.lon or None, stop.lat or None),
                }
                for route in day.routes
                for stop in route.stops
            ],
            "orders": told,
            "crews": _crews(session, on=on, with_names=with_names),
        },
    )  # fmt: skip


def write(day: Day, *, file: Path) -> None:
    """Write the layers into a new GeoPackage at `file`."""
    for layer, (columns, geometry) in _LAYERS.items():
        rows = day.layers[layer]
        series = {name: _column([row[name] for row in rows], kind) for name, kind in columns.items()}
        frame = geopandas.GeoDataFrame(
            series, geometry=geopandas.GeoSeries([row["shape"] for row in rows], crs="EPSG:4326")
        )
        pyogrio.write_dataframe(
            frame, file, driver="GPKG", layer=layer, geometry_type=geometry, append=file.exists(),
            layer_options={"DESCRIPTION": f"{layer.capitalize()} of {day.on.isoformat()}"},
        )  # fmt: skip


def _column(values: Sequence[Any], kind: str) -> Any:
    if kind == "time":
        # Milliseconds is what a GeoPackage keeps.
        return pandas.Series(pandas.to_datetime(pandas.Series(values, dtype="object"), utc=True)).dt.as_unit("ms")
    return pandas.Series(values, dtype=kind)


def _crews(session: Session, *, on: date, with_names: bool) -> Rows:
    shifts = crews.shifts_on(session, on=on)
    members = crews.members(session, [shift.id for shift in shifts]) if with_names else {}
    signs = crews.crews(session, [shift.crew_id for shift in shifts])
    seen = crews.last_positions(session, list(signs))
    found: Rows = []
    for shift in shifts:
        crew, at = signs[shift.crew_id], seen.get(shift.crew_id)
        found.append(
            {
                "crew": crew.call_sign, "letter": crew.letter, "vehicle": crew.vehicle,
                "people": ", ".join(member.name for member in members.get(shift.id, [])),
                "seen_at": at.at if at else None, "accuracy_m": at.accuracy_m if at else None,
                "shape": _point(at.lon, at.lat) if at else None,
            }
        )  # fmt: skip
    return found


def _point(lon: float | None, lat: float | None) -> shapely.Point | None:
    return None if lon is None or lat is None else shapely.Point(lon, lat)


def _line(places: Sequence[tuple[float, float]]) -> shapely.LineString | None:
    return shapely.LineString(places) if len(places) > 1 else None
