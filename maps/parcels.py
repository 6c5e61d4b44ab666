"""Parcels: found by a point, by number in any spelling, by an old number; and what became of a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from maps import apn, ground, stores

MOST_FOUND = 200


@dataclass(frozen=True, kw_only=True)
class NumberMatch:
    """A parcel a number may mean. `how` is exact, cut_off (the number goes on) or former (an older number)."""

    parcel: stores.Parcel
    how: str
    former_number: str | None = None


def at_point(session: Session, *, lon: float, lat: float, district_id: int | None = None) -> list[stores.Parcel]:
    """Parcels in use whose land holds the point, the smallest first; several where the source's parcels overlap."""
    point = shapely.Point(lon, lat)
    statement = select(stores.Parcel).where(
        stores.in_box(session, "map_parcel", min_lon=lon, min_lat=lat, max_lon=lon, max_lat=lat),
        *_in_use(district_id),
    )
    found = [parcel for parcel in session.scalars(statement) if parcel.shape.intersects(point)]
    return sorted(found, key=lambda parcel: (parcel.area_m2, parcel.id))


def near(
    session: Session, *, lon: float, lat: float, radius_m: float, district_id: int | None = None, limit: int = 20
) -> list[tuple[stores.Parcel, float]]:
    """Parcels in use within `radius_m` of the point and their distance in metres, the nearest first."""
    east_m, north_m = ground.metres_per_degree(lat)
    d_lon, d_lat = radius_m / east_m, radius_m / north_m
    statement = select(stores.Parcel).where(
        stores.in_box(
            session, "map_parcel", min_lon=lon - d_lon, min_lat=lat - d_lat, max_lon=lon + d_lon, max_lat=lat + d_lat
        ),
        *_in_use(district_id),
    )
    measured = [(parcel, distance_m(parcel.shape, lon=lon, lat=lat)) for parcel in session.scalars(statement)]
    close = [(parcel, metres) for parcel, metres in measured if metres <= radius_m]
    return sorted(close, key=lambda pair: (pair[1], pair[0].area_m2, pair[0].id))[:limit]


def in_box(
    session: Session,
    *,
    min_lon: float,
    min_lat: float,
    max_lon: float,
    max_lat: float,
    district_id: int | None = None,
    limit: int = 2000,
) -> list[stores.Parcel]:
    """Parcels in use whose bounding box meets this box, in the order of their ids."""
    statement = (
        select(stores.Parcel)
        .where(
            stores.in_box(session, "map_parcel", min_lon=min_lon, min_lat=min_lat, max_lon=max_lon, max_lat=max_lat),
            *_in_use(district_id),
        )
        .order_by(stores.Parcel.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def find_by_number(session: Session, *, district: stores.District, text: str) -> list[NumberMatch]:
    """Every parcel the typed number may mean: exact ones, else those it is the beginning of, and older numbers.

    Any dashes or blanks, padded or not. The list is never cut to one: who asks decides.
    """
    keys = apn.query_keys(text, county=district.apn_format)
    whole = apn.key_of(text)
    exact = [key for key in dict.fromkeys([whole, *keys.exact]) if key]
    if not exact:
        return []
    matches = [
        NumberMatch(parcel=parcel, how="exact")
        for parcel in _by_key(session, district.id, stores.Parcel.number_key.in_(exact))
    ]
    if not matches:
        starts = [key for key in dict.fromkeys([*keys.beginnings, whole]) if len(key) >= 3]
        begins = [stores.Parcel.number_key.startswith(key, autoescape=True) for key in starts]
        if begins:
            matches = [
                NumberMatch(parcel=parcel, how="cut_off") for parcel in _by_key(session, district.id, or_(*begins))
            ]
    known = {match.parcel.id for match in matches}
    former = session.execute(
        select(stores.Parcel, stores.ParcelLineage.old_number)
        .join(stores.ParcelLineage, stores.ParcelLineage.parcel_id == stores.Parcel.id)
        .where(stores.ParcelLineage.old_number_key.in_(exact), stores.Parcel.district_id == district.id)
        .order_by(stores.Parcel.number_canonical)
    )
    for parcel, old_number in former:
        if parcel.id not in known:
            matches.append(NumberMatch(parcel=parcel, how="former", former_number=old_number))
    return matches


def lineage_of(session: Session, parcel_id: int) -> list[stores.ParcelLineage]:
    """The older numbers of this parcel's land, the latest first."""
    statement = (
        select(stores.ParcelLineage)
        .where(stores.ParcelLineage.parcel_id == parcel_id)
        .order_by(stores.ParcelLineage.since_on.desc(), stores.ParcelLineage.old_number_key)
    )
    return list(session.scalars(statement))


def record_former_number(
    session: Session, *, old_number: str, parcels: Sequence[stores.Parcel], kind: str, since_on: date | None
) -> None:
    """Notes that `old_number` lives on in these parcels; `kind` is split, merge or renumber.
    Noting it twice is harmless."""
    key = apn.key_of(old_number)
    known = set(
        session.scalars(select(stores.ParcelLineage.parcel_id).where(stores.ParcelLineage.old_number_key == key))
    )
    for parcel in parcels:
        if parcel.id not in known:
            session.add(
                stores.ParcelLineage(
                    old_number=old_number, old_number_key=key, parcel_id=parcel.id, kind=kind, since_on=since_on
                )
            )
    session.flush()


def distance_m(shape: BaseGeometry, *, lon: float, lat: float) -> float:
    """Metres from the point to the shape (0 inside), on a plane around the point; good to 0.5 % within 50 km."""
    scale = ground.metres_per_degree(lat)
    flat = shapely.transform(shape, lambda lonlat: (lonlat - (lon, lat)) * scale)
    return float(shapely.distance(flat, shapely.Point(0.0, 0.0)))


def _in_use(district_id: int | None) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [stores.Parcel.retired_on.is_(None)]
    if district_id is not None:
        clauses.append(stores.Parcel.district_id == district_id)
    return clauses


def _by_key(session: Session, district_id: int, clause: ColumnElement[bool]) -> list[stores.Parcel]:
    statement = (
        select(stores.Parcel)
        .where(stores.Parcel.district_id == district_id, clause)
        .order_by(stores.Parcel.retired_on.is_not(None), stores.Parcel.number_canonical)
        .limit(MOST_FOUND)
    )
    return list(session.scalars(statement))
