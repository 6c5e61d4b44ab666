"""Address lists."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update

from maps import addresses, apn, geocoding, stores
from maps.layers.intake import Intake
from maps.layers.parcels import CHUNK, address_columns, known_numbers, parcel_points
from maps.sources import SourceRow, SourceTable

MOST_NAMES = 1000


def take_addresses(intake: Intake, table: SourceTable) -> None:
    """Takes addresses with a street; rows that repeat an address of the same parcel are joined and add their place
    name. An address stands at its own point, else in its parcel, else along its street's number range."""
    session, district = intake.session, intake.district
    points = parcel_points(intake)
    parcels = known_numbers(intake)
    ranges = geocoding.load_ranges(session, district_id=district.id)
    taken: dict[tuple[str, int | None], dict[str, Any]] = {}
    for row in intake.rows(table, "addresses"):
        address = _address(row)
        key = address.line or None
        if not address.street:
            intake.reject(row.row, key=key, reason="no_street", detail="the row names no street")
            continue
        parcel_id = _parcel_id(intake, row, key, parcels)
        known = taken.get((address.line, parcel_id))
        if known is not None:
            intake.join("same_address_joined")
            _add_name(known, row.values.get("place_name"))
            continue
        lon, lat = _place(intake, row, address, points.get(parcel_id or 0), ranges)
        values = {
            "district_id": district.id,
            "parcel_id": parcel_id,
            **address_columns(address),
            "city": address.city,
            "zip": address.zip,
            "place_name": None,
            "lon": lon,
            "lat": lat,
        }
        _add_name(values, row.values.get("place_name"))
        taken[address.line, parcel_id] = values
    _store(intake, taken)


def _address(row: SourceRow) -> addresses.PostalAddress:
    values = row.values
    if full := values.get("full"):
        address = addresses.parse(full.replace(",", " "))
    else:
        street = (values.get("street"), values.get("street_suffix"), values.get("direction"))
        address = addresses.parse(" ".join(part for part in street if part))
        address = replace(address, unit=addresses.plain(values.get("unit") or "").removeprefix("# ") or address.unit)
    if house := values.get("house"):
        address = _with_house(address, house, values.get("house_suffix"))
    city = addresses.plain(values.get("city") or "") or None
    return replace(address, city=city, zip=values.get("zip"))


def _with_house(address: addresses.PostalAddress, house: str, suffix: str | None) -> addresses.PostalAddress:
    """The address with its number from columns of its own; a suffix is a letter (12A), a fraction or a number
    within the house (332-1)."""
    read = addresses.parse(f"{house} X ST")
    mark = addresses.plain(suffix or "")
    fraction = mark if re.fullmatch(r"[1-9]/[2-9]", mark) else None
    return replace(
        address,
        number=read.number,
        number_suffix=(None if fraction else mark.replace(" ", "")[:10]) or read.number_suffix,
        number_to=read.number_to,
        fraction=fraction or read.fraction,
    )


def _parcel_id(intake: Intake, row: SourceRow, key: str | None, parcels: dict[str, int]) -> int | None:
    text = row.values.get("parcel")
    if text is None:
        return None
    try:
        number = apn.read(text, county=intake.district.apn_format)
    except apn.ParcelNumberError:
        intake.repair(
            row.row, key=key, reason="parcel_unreadable", detail=f"'{text}' is no parcel number; kept without"
        )
        return None
    if number.canonical not in parcels:
        intake.repair(row.row, key=key, reason="parcel_unknown", detail=f"no parcel {text} on the map; kept without")
    return parcels.get(number.canonical)


def _place(
    intake: Intake,
    row: SourceRow,
    address: addresses.PostalAddress,
    in_parcel: tuple[float, float] | None,
    ranges: geocoding.StreetRanges,
) -> tuple[float | None, float | None]:
    if row.shape is not None and not row.shape.is_empty:
        point = row.shape.centroid
        return point.x, point.y
    if in_parcel is not None:
        return in_parcel
    if address.number is not None:
        found = ranges.place(number=int(address.number), street=address.street)
        if found is not None:
            intake.repair(
                row.row, key=address.line, reason="placed_on_street", detail="no parcel; put on its street's range"
            )
            return found.lon, found.lat
    intake.repair(row.row, key=address.line, reason="no_place", detail="no parcel, no point and no street range")
    return None, None


def _add_name(values: dict[str, Any], name: str | None) -> None:
    if not name:
        return
    names = (values["place_name"] or "").split("; ") if values["place_name"] else []
    if name not in names and sum(map(len, names)) + len(name) < MOST_NAMES:
        values["place_name"] = "; ".join([*names, name])


def _store(intake: Intake, taken: dict[tuple[str, int | None], dict[str, Any]]) -> None:
    """Updates the addresses already there, adds the new ones, and takes out loose ones the list no longer has."""
    session, district_id = intake.session, intake.district.id
    table = stores.Address
    statement = select(table.id, table.full_text, table.parcel_id).where(table.district_id == district_id)
    known = {(text, parcel_id): address_id for address_id, text, parcel_id in session.execute(statement)}
    changed = [{"id": known[key], **values} for key, values in taken.items() if key in known]
    fresh = [values for key, values in taken.items() if key not in known]
    loose = [address_id for (text, parcel_id), address_id in known.items()
             if parcel_id is None and (text, None) not in taken]  # fmt: skip
    for start in range(0, len(changed), CHUNK):
        session.execute(update(table), changed[start : start + CHUNK])
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(table), fresh[start : start + CHUNK])
    for start in range(0, len(loose), CHUNK):
        session.execute(delete(table).where(table.id.in_(loose[start : start + CHUNK])))
    session.expire_all()
