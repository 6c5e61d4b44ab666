"""Parcels: land with a number, and the address and legal text its source gives it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, insert, select, update

from maps import addresses, apn, ground, lineage, stores
from maps.layers.intake import Intake, on_earth, polygons_of
from maps.sources import SourceRow, SourceTable

SMALLEST_M2 = 1.0
CHUNK = 1000
CITIES_FROM = 5000
MOST_VERTICES = 100_000
FINE_DEG = 1e-7
"""About a centimetre: what a drawing of a million vertices is thinned to."""


@dataclass
class _Piece:
    """A parcel as the file has it; rows of the same number are joined into one."""

    number: apn.ParcelNumber
    written: str
    row: int
    shapes: list[BaseGeometry]
    values: dict[str, str | None]
    lines: dict[str, addresses.PostalAddress] = field(default_factory=dict)


def take_parcels(intake: Intake, table: SourceTable) -> None:
    """Takes polygons (or points, where the source has no more) with a parcel number; rows of one number become one
    parcel. Parcels of the district that the file no longer has are retired, and their numbers live on in the parcels
    that now hold the land."""
    cities = _cities(table)
    pieces: dict[str, _Piece] = {}
    for row in intake.rows(table, "parcels"):
        _take_row(intake, row, pieces, cities)
    _store(intake, pieces)
    intake.progress(0.8, "parcels stored")


def read_number(intake: Intake, row: SourceRow, text: str | None) -> apn.ParcelNumber | None:
    """The row's parcel number; None when the row was rejected for it."""
    try:
        number = apn.read(text, county=intake.district.apn_format)
    except apn.ParcelNumberError as problem:
        reason = {"blank": "blank_number", "not_a_parcel": "not_a_parcel"}.get(problem.reason, "unreadable_number")
        intake.reject(row.row, key=text, reason=reason, detail=problem.detail)
        return None
    if len(text or "") > 60:
        intake.reject(row.row, key=text, reason="unreadable_number", detail="a number of more than 60 letters")
        return None
    return number


def known_numbers(intake: Intake) -> dict[str, int]:
    """Ids of the district's parcels in use, by canonical number."""
    statement = select(stores.Parcel.number_canonical, stores.Parcel.id).where(
        stores.Parcel.district_id == intake.district.id, stores.Parcel.retired_on.is_(None)
    )
    return {row.number_canonical: row.id for row in intake.session.execute(statement)}


def address_columns(address: addresses.PostalAddress) -> dict[str, Any]:
    """The columns of `map_address` that come from the address line itself."""
    number = address.number
    if number is not None and address.number_to:
        number = f"{number}-{address.number_to}"
    return {
        "number": number[:20] if number else None,
        "number_suffix": address.number_suffix or address.fraction,
        "street": address.street[:120],
        "unit": address.unit[:40] if address.unit else None,
        "full_text": address.line[:240],
    }


def address_row(
    address: addresses.PostalAddress, *, district_id: int, parcel_id: int, place: tuple[float, float]
) -> dict[str, Any]:
    """A row of `map_address` that stands in its parcel."""
    return {
        "district_id": district_id,
        "parcel_id": parcel_id,
        **address_columns(address),
        "city": address.city[:80] if address.city else None,
        "zip": address.zip[:10] if address.zip else None,
        "place_name": None,
        "lon": place[0],
        "lat": place[1],
    }


def parcel_points(intake: Intake) -> dict[int, tuple[float, float]]:
    """A place inside each parcel of the district: (lon, lat) by parcel id."""
    statement = select(stores.Parcel.id, stores.Parcel.shape).where(stores.Parcel.district_id == intake.district.id)
    found = [(parcel_id, shape) for parcel_id, shape in intake.session.execute(statement)]
    inside = shapely.point_on_surface(np.array([shape for _, shape in found], dtype=object))
    return {parcel_id: (float(point.x), float(point.y)) for (parcel_id, _), point in zip(found, inside, strict=True)}


def _cities(table: SourceTable) -> frozenset[str]:
    """City names that the addresses of this file end with again and again."""
    seen: Counter[str] = Counter()
    step = max(1, len(table.rows) // CITIES_FROM)
    for row in table.rows[::step]:
        if city := row.values.get("city"):
            seen[addresses.plain(city)] += 1
        elif (text := row.values.get("address")) and (found := addresses.parse(text).city):
            seen[found] += 1
    least = max(3, len(table.rows) // step // 500)
    return frozenset(city for city, count in seen.items() if count >= least)


def _take_row(intake: Intake, row: SourceRow, pieces: dict[str, _Piece], cities: frozenset[str]) -> None:
    text = row.values.get("number")
    number = read_number(intake, row, text)
    if number is None:
        return
    shape = _land(intake, row, text)
    if shape is None:
        return
    if number.county == apn.AS_WRITTEN and intake.district.apn_format not in (apn.AS_WRITTEN, apn.AUTO):
        intake.join("number_as_written")
    piece = pieces.get(number.canonical)
    if piece is None:
        piece = pieces[number.canonical] = _Piece(
            number=number, written=text or "", row=row.row, shapes=[shape], values=dict(row.values)
        )
    else:
        piece.shapes.append(shape)
        same = shape.equals(piece.shapes[0])
        intake.repair(
            row.row,
            key=text,
            reason="same_number_joined",
            detail=f"joined with row {piece.row} of the same number" + (", which has the same shape" if same else ""),
        )
    if situs := row.values.get("address"):
        address = _situs(row, situs, cities)
        if address.street:
            piece.lines.setdefault(address.line, address)


def _situs(row: SourceRow, text: str, cities: frozenset[str]) -> addresses.PostalAddress:
    found = addresses.parse(text, cities=cities)
    city = addresses.plain(row.values.get("city") or "") or found.city
    return addresses.with_place(found, city=city, zip_code=row.values.get("zip") or found.zip)


def _land(intake: Intake, row: SourceRow, key: str | None) -> BaseGeometry | None:
    """The row's valid polygons or point; None when the row was rejected for its shape."""
    shape = row.shape
    if shape is None or shape.is_empty:
        intake.reject(row.row, key=key, reason="no_shape", detail="the row has no polygon")
        return None
    if not on_earth(shape):
        intake.reject(row.row, key=key, reason="not_on_earth", detail=f"bounds {shape.bounds} are no degrees")
        return None
    if isinstance(shape, shapely.MultiPoint):
        shape = shape.centroid
    if isinstance(shape, shapely.Point):
        intake.join("point_without_outline")
        return shape
    vertices = shapely.get_num_coordinates(shape)
    if vertices > MOST_VERTICES:
        # Not `simplify`: it calls itself once a vertex in the worst case, and a drawing can end the process so.
        shape = shapely.remove_repeated_points(shape, FINE_DEG)
        left = shapely.get_num_coordinates(shape)
        if left > MOST_VERTICES or shape.is_empty:
            intake.reject(
                row.row, key=key, reason="too_many_vertices",
                detail=f"{vertices:,} vertices; no parcel has more than {MOST_VERTICES:,} (look at what was drawn)",
            )  # fmt: skip
            return None
        intake.repair(row.row, key=key, reason="vertices_thinned", detail=f"{vertices:,} vertices thinned to {left:,}")
    problem = None if shape.is_valid else shapely.is_valid_reason(shape)
    polygons = polygons_of(shape if problem is None else shapely.make_valid(shape))
    if polygons is None:
        intake.reject(row.row, key=key, reason="not_a_polygon", detail=f"a {shape.geom_type} is no land")
        return None
    area = ground.area_m2(polygons)
    if area < SMALLEST_M2:
        intake.reject(row.row, key=key, reason="sliver", detail=f"{area:.2f} m2 is less than {SMALLEST_M2:.0f} m2")
        return None
    if problem is not None:
        intake.repair(row.row, key=key, reason="polygon_repaired", detail=problem)
    return polygons


def _store(intake: Intake, pieces: dict[str, _Piece]) -> None:
    session, district = intake.session, intake.district
    statement = select(
        stores.Parcel.id, stores.Parcel.number_canonical, stores.Parcel.shape, stores.Parcel.retired_on
    ).where(stores.Parcel.district_id == district.id)
    known = {canonical: (parcel_id, shape, gone) for parcel_id, canonical, shape, gone in session.execute(statement)}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for canonical, piece in pieces.items():
        values = _values(intake, canonical, piece)
        if canonical in known:
            changed.append({"id": known[canonical][0], **values})
        else:
            fresh.append({"district_id": district.id, **values})
    vanished = [(canonical, row) for canonical, row in known.items() if canonical not in pieces and row[2] is None]
    # The old shapes of what stays are wanted for the lineage, so it is worked out before anything is overwritten.
    fresh_numbers = {row["number_canonical"] for row in fresh}
    for start in range(0, len(changed), CHUNK):
        session.execute(update(stores.Parcel), changed[start : start + CHUNK])
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(stores.Parcel.__table__), fresh[start : start + CHUNK])  # type: ignore[arg-type]
    gone = [{"id": row[0], "retired_on": intake.on} for _, row in vanished]
    if gone:
        session.execute(update(stores.Parcel), gone)
    intake.retired = len(gone)
    if "address" in intake.columns.fields:
        _store_addresses(intake, pieces)
    _set_bounds(intake, pieces)
    session.expire_all()
    lineage.trace(
        session,
        district_id=district.id,
        vanished={canonical: row[1] for canonical, row in vanished},
        fresh=fresh_numbers,
        on=intake.on,
    )


def _values(intake: Intake, canonical: str, piece: _Piece) -> dict[str, Any]:
    shape = piece.shapes[0] if len(piece.shapes) == 1 else _joined(piece.shapes)
    fields = intake.columns.fields
    values: dict[str, Any] = {
        "number": piece.written,
        "number_key": piece.number.key,
        "number_canonical": canonical,
        "shape": shape,
        **stores.bounds_of(shape),
        "area_m2": round(ground.area_m2(shape), 2),
        "retired_on": None,
        "source_row": piece.row,
    }
    if "address" in fields:
        first = next(iter(piece.lines.values()), None)
        values["situs_address"] = first.line[:200] if first else None
    if "use" in fields:
        values["use_text"] = (piece.values.get("use") or "")[:200] or None
    if "other_number" in fields:
        values["other_number"] = (piece.values.get("other_number") or "")[:60] or None
    if not {"legal", "subdivision", "block", "lot"}.isdisjoint(fields):
        values["legal_text"] = _legal(piece.values)
    return values


def _joined(shapes: list[BaseGeometry]) -> BaseGeometry:
    """The land of several rows; points among them only say where."""
    land = [shape for shape in shapes if not isinstance(shape, shapely.Point)]
    if not land:
        return shapes[0]
    union: BaseGeometry = shapely.union_all(land)
    return union


def _legal(values: dict[str, str | None]) -> str | None:
    """The legal text, built from its parts where the source keeps them in columns."""
    parts = [
        values.get("subdivision"),
        f"BLK {block}" if (block := values.get("block")) else None,
        f"LOT {lot}" if (lot := values.get("lot")) else None,
    ]
    built = ", ".join(part for part in parts if part)
    text = values.get("legal") or ""
    return "; ".join(part for part in (text, built) if part)[:400] or None


def _set_bounds(intake: Intake, pieces: dict[str, _Piece]) -> None:
    bounds = [shape.bounds for piece in pieces.values() for shape in piece.shapes]
    if bounds:
        district = intake.district
        district.min_lon, district.min_lat = min(b[0] for b in bounds), min(b[1] for b in bounds)
        district.max_lon, district.max_lat = max(b[2] for b in bounds), max(b[3] for b in bounds)
        intake.session.flush()


def _store_addresses(intake: Intake, pieces: dict[str, _Piece]) -> None:
    """The addresses the parcel rows give, one line each; lines the file gave before and no longer gives go."""
    session, district_id = intake.session, intake.district.id
    parcels = session.execute(
        select(stores.Parcel.id, stores.Parcel.number_canonical, stores.Parcel.shape).where(
            stores.Parcel.district_id == district_id, stores.Parcel.retired_on.is_(None)
        )
    )
    points: dict[str, tuple[int, tuple[float, float]]] = {}
    for parcel_id, canonical, shape in parcels:
        if canonical in pieces and pieces[canonical].lines:
            point = shape.representative_point()
            points[canonical] = (parcel_id, (float(point.x), float(point.y)))
    table = stores.Address
    known = {
        (parcel_id, text): address_id
        for parcel_id, text, address_id in session.execute(
            select(table.parcel_id, table.full_text, table.id).where(table.district_id == district_id)
        )
    }
    fresh = []
    told: set[tuple[int, str]] = set()
    for canonical, (parcel_id, place) in points.items():
        for address in pieces[canonical].lines.values():
            row = address_row(address, district_id=district_id, parcel_id=parcel_id, place=place)
            key = (parcel_id, row["full_text"])
            if key not in known and key not in told:
                fresh.append(row)
            told.add(key)
    former = intake.former_situs
    gone = [
        address_id
        for (parcel_id, text), address_id in known.items()
        if parcel_id is not None and former.get(parcel_id) == text and (parcel_id, text) not in told
    ]
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(table.__table__), fresh[start : start + CHUNK])  # type: ignore[arg-type]
    for start in range(0, len(gone), CHUNK):
        session.execute(delete(table).where(table.id.in_(gone[start : start + CHUNK])))
