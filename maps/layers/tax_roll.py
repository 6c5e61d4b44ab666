"""The assessor's roll: situs addresses and uses of parcels that are here."""

from typing import Any

from sqlalchemy import insert, select, update

from maps import addresses, stores
from maps.layers.intake import Intake
from maps.layers.parcels import CHUNK, address_row, known_numbers, parcel_points, read_number
from maps.sources import SourceTable


def take_tax_roll(intake: Intake, table: SourceTable) -> None:
    """Takes the roll's situs address and use for each parcel, and a line of its own for each unit's address. A parcel
    with many rows (a condominium) gets the address of the first and, where uses differ, the commonest use."""
    known = known_numbers(intake)
    situs: dict[int, str] = {}
    uses: dict[int, dict[str, int]] = {}
    lines: dict[tuple[int, str], addresses.PostalAddress] = {}
    for row in intake.rows(table, "tax roll"):
        text = row.values.get("number")
        number = read_number(intake, row, text)
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


def _add_addresses(intake: Intake, lines: dict[tuple[int, str], addresses.PostalAddress]) -> None:
    session, district_id = intake.session, intake.district.id
    statement = select(stores.Address.parcel_id, stores.Address.full_text).where(
        stores.Address.district_id == district_id
    )
    known = {(parcel_id, text) for parcel_id, text in session.execute(statement)}
    points = parcel_points(intake)
    rows: list[dict[str, Any]] = [
        address_row(address, district_id=district_id, parcel_id=parcel_id, place=points[parcel_id])
        for (parcel_id, text), address in lines.items()
        if (parcel_id, text) not in known
    ]
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(stores.Address), rows[start : start + CHUNK])
