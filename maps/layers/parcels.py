"""Parcels and the tax roll."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import insert, select, update

from maps import addresses, apn, ground, lineage, stores
from maps.layers.intake import Intake, on_earth, polygons_of
from maps.sources import SourceRow, SourceTable

SMALLEST_M2 = 1.0
CHUNK = 1000


@dataclass
class _Piece:
    """A parcel as the file has it; rows of the same number are joined into one."""

    number: apn.ParcelNumber
    row: int
    shapes: list[BaseGeometry]
    address: str | None
    use: str | None


def take_parcels(intake: Intake, table: SourceTable) -> None:
    """Takes polygons with a parcel number; rows of one number become one parcel. Parcels of the district that the
    file no longer has are retired, and their numbers live on in the parcels that now hold the land."""
    pieces: dict[str, _Piece] = {}
    for row in intake.rows(table, "parcels"):
        _take_row(intake, row, pieces)
    _store(intake, pieces)
    intake.progress(0.8, "parcels stored")


def take_tax_roll(intake: Intake, table: SourceTable) -> None:
    """Takes the roll's situs address and use for each parcel, and a line of its own for each unit's address. A parcel
    with many rows (a condominium) gets the address of the first and, where uses differ, the commonest use."""
    known = known_numbers(intake)
    situs: dict[int, str] = {}
    uses: dict[int, dict[str, int]] = {}
    lines: dict[tuple[int, str], addresses.PostalAddress] = {}
    for row in intake.rows(table, "tax roll"):
        text = row.values.get("number")
        number = _read_number(intake, row, text)
        if number is None:
            continue
        parcel_id = known.get(number.canonical)
        if parcel_id is None:
            intake.reject(row.row, key=text, reason="no_such_parcel", detail=f"no parcel {number.canonical} on the map")
            continue
        if use := row.values.get("use"):
            counts = uses.setdefault(parcel_id, {})
            counts[use] = counts.get(use, 0) + 1
        address = addresses.parse(row.values.get("address") or "")
        if not address.street:
            continue
        situs.setdefault(parcel_id, f"{address.house} {address.street}".strip())
        if address.number is None or address.number == "0":
            continue
        if (parcel_id, address.line) in lines:
            intake.join("same_address_joined")
        lines[parcel_id, address.line] = address
    changes = [
        {
            "id": parcel_id,
            "situs_address": situs.get(parcel_id),
            "use_text": max(uses[parcel_id], key=lambda use: uses[parcel_id][use]) if parcel_id in uses else None,
        }
        for parcel_id in sorted({*situs, *uses})
    ]
    for start in range(0, len(changes), CHUNK):
        intake.session.execute(update(stores.Parcel), changes[start : start + CHUNK])
    _add_addresses(intake, lines)


def _read_number(intake: Intake, row: SourceRow, text: str | None) -> apn.ParcelNumber | None:
    try:
        return apn.parse(text, county=intake.district.apn_format)
    except apn.ParcelNumberError as problem:
        reason = {"blank": "blank_number", "not_a_parcel": "not_a_parcel"}.get(problem.reason, "unreadable_number")
        intake.reject(row.row, key=text, reason=reason, detail=problem.detail)
        return None


def _take_row(intake: Intake, row: SourceRow, pieces: dict[str, _Piece]) -> None:
    text = row.values.get("number")
    number = _read_number(intake, row, text)
    if number is None:
        return
    shape = row.shape
    if shape is None or shape.is_empty:
        intake.reject(row.row, key=text, reason="no_shape", detail="the row has no polygon")
        return
    if not on_earth(shape):
        intake.reject(row.row, key=text, reason="not_on_earth", detail=f"bounds {shape.bounds} are no degrees")
        return
    problem = None if shape.is_valid else shapely.is_valid_reason(shape)
    polygons = polygons_of(shape if problem is None else shapely.make_valid(shape))
    if polygons is None:
        intake.reject(row.row, key=text, reason="not_a_polygon", detail=f"a {shape.geom_type} is no land")
        return
    area = ground.area_m2(polygons)
    if area < SMALLEST_M2:
        intake.reject(row.row, key=text, reason="sliver", detail=f"{area:.2f} m2 is less than {SMALLEST_M2:.0f} m2")
        return
    if problem is not None:
        intake.repair(row.row, key=text, reason="polygon_repaired", detail=problem)
    known = pieces.get(number.canonical)
    if known is None:
        pieces[number.canonical] = _Piece(
            number=number,
            row=row.row,
            shapes=[polygons],
            address=row.values.get("address"),
            use=row.values.get("use"),
        )
        return
    known.shapes.append(polygons)
    intake.repair(
        row.row, key=text, reason="same_number_joined", detail=f"joined with row {known.row} of the same number"
    )


def _store(intake: Intake, pieces: dict[str, _Piece]) -> None:
    session, district = intake.session, intake.district
    statement = select(
        stores.Parcel.id, stores.Parcel.number_canonical, stores.Parcel.shape, stores.Parcel.retired_on
    ).where(stores.Parcel.district_id == district.id)
    known = {canonical: (parcel_id, shape, gone) for parcel_id, canonical, shape, gone in session.execute(statement)}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for canonical, piece in pieces.items():
        shape = piece.shapes[0] if len(piece.shapes) == 1 else shapely.union_all(piece.shapes)
        values: dict[str, Any] = {
            "number": piece.number.raw,
            "number_key": piece.number.key,
            "number_canonical": canonical,
            "shape": shape,
            **stores.bounds_of(shape),
            "area_m2": round(ground.area_m2(shape), 2),
            "retired_on": None,
            "source_row": piece.row,
        }
        if "address" in intake.columns.fields:
            values["situs_address"] = addresses.normalise(piece.address or "") or None
        if "use" in intake.columns.fields:
            values["use_text"] = piece.use
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
        session.execute(insert(stores.Parcel), fresh[start : start + CHUNK])
    gone = [{"id": row[0], "retired_on": intake.on} for _, row in vanished]
    if gone:
        session.execute(update(stores.Parcel), gone)
    intake.retired = len(gone)
    _set_bounds(intake, pieces)
    session.expire_all()
    lineage.trace(
        session,
        district_id=district.id,
        vanished={canonical: row[1] for canonical, row in vanished},
        fresh=fresh_numbers,
        on=intake.on,
    )


def _set_bounds(intake: Intake, pieces: dict[str, _Piece]) -> None:
    bounds = [shape.bounds for piece in pieces.values() for shape in piece.shapes]
    if bounds:
        district = intake.district
        district.min_lon, district.min_lat = min(b[0] for b in bounds), min(b[1] for b in bounds)
        district.max_lon, district.max_lat = max(b[2] for b in bounds), max(b[3] for b in bounds)
        intake.session.flush()


def known_numbers(intake: Intake) -> dict[str, int]:
    """Ids of the district's parcels in use, by canonical number."""
    statement = select(stores.Parcel.number_canonical, stores.Parcel.id).where(
        stores.Parcel.district_id == intake.district.id, stores.Parcel.retired_on.is_(None)
    )
    return {row.number_canonical: row.id for row in intake.session.execute(statement)}


def _add_addresses(intake: Intake, lines: dict[tuple[int, str], addresses.PostalAddress]) -> None:
    session, district_id = intake.session, intake.district.id
    statement = select(stores.Address.parcel_id, stores.Address.full_text).where(
        stores.Address.district_id == district_id
    )
    known = {(parcel_id, text) for parcel_id, text in session.execute(statement)}
    wanted = [(parcel_id, address) for (parcel_id, text), address in lines.items() if (parcel_id, text) not in known]
    points = parcel_points(intake)
    rows = [
        {
            "district_id": district_id,
            "parcel_id": parcel_id,
            **address_columns(address),
            "city": address.city,
            "zip": address.zip,
            "place_name": None,
            "lon": points[parcel_id][0],
            "lat": points[parcel_id][1],
        }
        for parcel_id, address in wanted
    ]
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(stores.Address), rows[start : start + CHUNK])


def address_columns(address: addresses.PostalAddress) -> dict[str, Any]:
    """The columns of `map_address` that come from the address line itself."""
    number = address.number
    if number is not None and address.number_to:
        number = f"{number}-{address.number_to}"
    return {
        "number": number,
        "number_suffix": address.number_suffix or address.fraction,
        "street": address.street,
        "unit": address.unit,
        "full_text": address.line,
    }


def parcel_points(intake: Intake) -> dict[int, tuple[float, float]]:
    """A place inside each parcel of the district: (lon, lat) by parcel id."""
    statement = select(stores.Parcel.id, stores.Parcel.shape).where(stores.Parcel.district_id == intake.district.id)
    found = [(parcel_id, shape) for parcel_id, shape in intake.session.execute(statement)]
    inside = shapely.point_on_surface(np.array([shape for _, shape in found], dtype=object))
    return {parcel_id: (float(point.x), float(point.y)) for (parcel_id, _), point in zip(found, inside, strict=True)}
