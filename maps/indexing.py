"""Puts a district's own map rows into the search box: parcels, addresses, corners, hydrants, tracts and lots."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from maps import apn, legal, search_writing, stores, tracts
from maps.search_writing import Entry

Progress = Callable[[float, str], None]

BATCH = 2000

_Row = TypeVar("_Row")


def index(
    session: Session, *, district: stores.District, kinds: Sequence[str] | None = None, progress: Progress | None = None
) -> int:
    """Brings the map entries of these kinds (all when None) up to date with the rows; returns how many there are.
    Entries of vanished or retired rows go; entries that other parts have put in (premise-...) stay."""
    chosen = list(_SOURCES) if kinds is None else [kind for kind in _SOURCES if kind in kinds]
    total = 0
    for at, kind in enumerate(chosen):
        if progress is not None:
            progress(at / len(chosen), f"search index: {kind}")
        total += _index_kind(session, district, kind)
    if progress is not None:
        progress(1.0, "search index")
    return total


def point_ref(lon: float, lat: float) -> str:
    """The search ref of a bare place: point-LON,LAT, to about 0.1 m."""
    return f"point-{lon:.6f},{lat:.6f}"


def parcel_entries(parcel: stores.Parcel, *, county: str, former: Iterable[str] = ()) -> list[Entry]:
    """Entries of one parcel: its number, and each older number of its land."""
    point = parcel.shape.representative_point()
    try:
        number = apn.parse(parcel.number, county=county)
        keys, words = apn.own_keys(number), apn.words_of(number)
    except apn.ParcelNumberError:
        keys, words = (parcel.number, parcel.number_canonical), ()
    detail = " · ".join(part for part in (parcel.situs_address, parcel.use_text) if part)
    common = {"kind": "parcel", "ref": f"parcel-{parcel.id}", "lon": point.x, "lat": point.y}
    own = Entry(
        **common,  # type: ignore[arg-type]
        label=parcel.number_canonical,
        detail=detail,
        keys=keys,
        words=words,
        district_id=parcel.district_id,
    )
    older = [
        Entry(
            **common,  # type: ignore[arg-type]
            label=old_number,
            detail=f"→ {parcel.number_canonical}",
            keys=(old_number,),
            weight=0.6,
            district_id=parcel.district_id,
        )
        for old_number in former
    ]
    return [own, *older]


def _index_kind(session: Session, district: stores.District, kind: str) -> int:
    table = stores.SearchEntry
    stale = {
        (ref, label): entry_id
        for entry_id, ref, label in session.execute(
            select(table.id, table.ref, table.label).where(
                table.kind == kind, table.district_id == district.id, ~table.ref.startswith("premise-")
            )
        )
    }
    count = 0
    batch: list[Entry] = []
    for entry in _SOURCES[kind](session, district):
        stale.pop((entry.ref, entry.label), None)
        batch.append(entry)
        if len(batch) == BATCH:
            search_writing.put(session, batch)
            count += len(batch)
            batch = []
    search_writing.put(session, batch)
    gone = list(stale.values())
    for start in range(0, len(gone), BATCH):
        part = gone[start : start + BATCH]
        session.execute(delete(stores.SearchKey).where(stores.SearchKey.entry_id.in_(part)))
        session.execute(delete(table).where(table.id.in_(part)))
    return count + len(batch)


def _parcels(session: Session, district: stores.District) -> Iterator[Entry]:
    former: dict[int, list[str]] = {}
    older = (
        select(stores.ParcelLineage.parcel_id, stores.ParcelLineage.old_number)
        .join(stores.Parcel, stores.Parcel.id == stores.ParcelLineage.parcel_id)
        .where(stores.Parcel.district_id == district.id)
        .order_by(stores.ParcelLineage.id)
    )
    for parcel_id, old_number in session.execute(older):
        former.setdefault(parcel_id, []).append(old_number)
    statement = (
        select(stores.Parcel)
        .where(stores.Parcel.district_id == district.id, stores.Parcel.retired_on.is_(None))
        .order_by(stores.Parcel.id)
    )
    for parcel in _in_batches(session, statement):
        yield from parcel_entries(parcel, county=district.apn_format, former=former.get(parcel.id, ()))


def _addresses(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = (
        select(stores.Address, stores.Parcel.number_canonical)
        .outerjoin(stores.Parcel, stores.Parcel.id == stores.Address.parcel_id)
        .where(stores.Address.district_id == district.id)
        .order_by(stores.Address.id)
        .execution_options(yield_per=BATCH)
    )
    for address, parcel_number in session.execute(statement):
        if address.parcel_id is not None:
            ref = f"parcel-{address.parcel_id}"
        elif address.lon is not None and address.lat is not None:
            ref = point_ref(address.lon, address.lat)
        else:
            continue
        names = tuple(name.strip() for name in (address.place_name or "").split(";") if name.strip())
        detail = " · ".join(part for part in (*names[:3], address.city, parcel_number) if part)
        yield Entry(
            kind="address",
            ref=ref,
            label=address.full_text,
            detail=detail,
            words=names,
            lon=address.lon,
            lat=address.lat,
            weight=0.9 if address.unit else 1.1,
            district_id=district.id,
        )


def _intersections(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = (
        select(stores.Intersection)
        .where(stores.Intersection.district_id == district.id)
        .order_by(stores.Intersection.id)
    )
    for corner in _in_batches(session, statement):
        yield Entry(
            kind="intersection",
            ref=point_ref(corner.lon, corner.lat),
            label=corner.name,
            lon=corner.lon,
            lat=corner.lat,
            weight=0.8,
            district_id=district.id,
        )


def _hydrants(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = (
        select(stores.Hydrant)
        .where(stores.Hydrant.district_id == district.id, stores.Hydrant.status != "retired")
        .order_by(stores.Hydrant.id)
    )
    for hydrant in _in_batches(session, statement):
        yield Entry(
            kind="hydrant",
            ref=f"hydrant-{hydrant.id}",
            label=f"Hydrant {hydrant.hydrant_no}",
            detail=" · ".join(part for part in (hydrant.status, hydrant.colour) if part),
            words=("HIDRANTE", "HYD"),
            keys=(hydrant.hydrant_no,),
            lon=hydrant.lon,
            lat=hydrant.lat,
            weight=0.7,
            district_id=district.id,
        )


def _tracts(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = select(stores.TractMap).where(stores.TractMap.district_id == district.id).order_by(stores.TractMap.id)
    for tract in _in_batches(session, statement):
        place = tract.shape.representative_point() if tract.shape is not None else None
        if place is None:
            continue
        book = f"Book {tract.map_book} Page {tract.map_page}" if tract.map_book else ""
        number = f"Tract {tract.tract_no}" if tract.tract_no[:1].isdigit() else tract.tract_no
        yield Entry(
            kind="tract",
            ref=point_ref(place.x, place.y),
            label=f"{number} · {tract.name}" if tract.name and tract.name != number else number,
            detail=book,
            words=(book,) if book else (),
            keys=(number,) if number != tract.tract_no else (),
            lon=place.x,
            lat=place.y,
            weight=1.2,
            district_id=district.id,
        )


def _lots(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = (
        select(stores.Lot, stores.TractMap, stores.Parcel.number_canonical)
        .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
        .outerjoin(stores.Parcel, stores.Parcel.id == stores.Lot.parcel_id)
        .where(stores.TractMap.district_id == district.id)
        .order_by(stores.Lot.id)
        .execution_options(yield_per=BATCH)
    )
    for lot, tract, parcel_number in session.execute(statement):
        yield Entry(
            kind="lot",
            ref=f"parcel-{lot.parcel_id}" if lot.parcel_id else point_ref(lot.lon, lot.lat),
            label=tracts.lot_label(tract=tract, lot=lot),
            detail=" · ".join(part for part in (tract.name, parcel_number) if part),
            words=(tract.name,),
            keys=(legal.lot_key(tract_no=tract.tract_no, lot=lot.lot, block=lot.block),),
            lon=lot.lon,
            lat=lot.lat,
            district_id=district.id,
        )


def _in_batches(session: Session, statement: Select[_Row]) -> Iterator[_Row]:
    yield from session.scalars(statement.execution_options(yield_per=BATCH))


_SOURCES: dict[str, Callable[[Session, stores.District], Iterator[Entry]]] = {
    "parcel": _parcels,
    "address": _addresses,
    "intersection": _intersections,
    "hydrant": _hydrants,
    "tract": _tracts,
    "lot": _lots,
}
