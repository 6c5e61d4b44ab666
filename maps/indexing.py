"""Puts a district's own map rows into the search box: parcels, addresses, corners, hydrants, tracts and lots."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from maps import apn, legal, legal_words, search_writing, stores, tracts
from maps.search_writing import Entry

Progress = Callable[[float, str], None]

BATCH = 2000
MOST_LOT_KEYS = 40

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
        number = apn.read(parcel.number, county=county)
        keys, words = apn.own_keys(number), apn.words_of(number)
    except apn.ParcelNumberError:
        keys, words = (parcel.number, parcel.number_canonical), ()
    if parcel.other_number:
        keys = (*keys, parcel.other_number, apn.loose_key(parcel.other_number))
        words = (*words, parcel.other_number)
    if parcel.legal_text:
        described = legal.parse_all(parcel.legal_text)
        keys = (*keys, *[key for one in described for key in legal.keys_of(one)][:MOST_LOT_KEYS])
        words = (*words, legal_words.plain(parcel.legal_text))
    detail = " · ".join(part for part in (parcel.situs_address, parcel.use_text, parcel.legal_text) if part)
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
            keys=(old_number, apn.loose_key(old_number)),
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
    # Where nothing of this kind is known yet, nothing needs to be looked up.
    first = not stale and not session.scalar(select(table.id).where(table.kind == kind).limit(1))
    told: set[tuple[str, str]] = set()
    count = 0
    batch: list[Entry] = []
    for entry in _SOURCES[kind](session, district):
        stale.pop((entry.ref, entry.label), None)
        if first and (entry.ref, entry.label) in told:
            continue
        told.add((entry.ref, entry.label))
        batch.append(entry)
        if len(batch) == BATCH:
            search_writing.put(session, batch, all_new=first)
            count += len(batch)
            batch = []
    search_writing.put(session, batch, all_new=first)
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
    heired = (
        select(stores.ParcelLineage.old_number)
        .join(stores.Parcel, stores.Parcel.id == stores.ParcelLineage.parcel_id)
        .where(stores.Parcel.district_id == district.id)
    )
    statement = (
        select(stores.Parcel)
        .where(
            stores.Parcel.district_id == district.id,
            # Land that went into a street has no other number: its old one still says where it was.
            or_(stores.Parcel.retired_on.is_(None), stores.Parcel.number_canonical.not_in(heired)),
        )
        .order_by(stores.Parcel.id)
    )
    for parcel in _in_batches(session, statement):
        if parcel.retired_on is not None:
            yield replace(
                parcel_entries(parcel, county=district.apn_format)[0],
                detail=f"retired {parcel.retired_on.isoformat()}",
                weight=0.4,
            )
            continue
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
    listed = False
    for corner in _in_batches(session, statement):
        listed = True
        yield _corner(district, corner.name, corner.lon, corner.lat)
    if not listed:
        for name, (lon, lat) in _corners_of_streets(session, district).items():
            yield _corner(district, name, lon, lat)


def _corner(district: stores.District, name: str, lon: float, lat: float) -> Entry:
    return Entry(
        kind="intersection",
        ref=point_ref(lon, lat),
        label=name,
        lon=lon,
        lat=lat,
        weight=0.8,
        district_id=district.id,
    )


def _corners_of_streets(session: Session, district: stores.District) -> dict[str, tuple[float, float]]:
    """Where named streets meet, for a town that lists no corners: by node number, else by the place of their ends."""
    table = stores.Street
    statement = (
        select(table.name, table.from_node, table.to_node, table.shape)
        .where(table.district_id == district.id, table.name != "")
        .order_by(table.id)
    )
    meeting: dict[object, tuple[tuple[float, float], dict[str, None]]] = {}
    for name, from_node, to_node, shape in session.execute(statement):
        for node, place in ((from_node, shape.coords[0]), (to_node, shape.coords[-1])):
            where = node if node is not None else (round(place[0], 5), round(place[1], 5))
            meeting.setdefault(where, ((place[0], place[1]), {}))[1][name] = None
    corners: dict[str, tuple[float, float]] = {}
    for place, names in meeting.values():
        if len(names) > 1:
            corners.setdefault(" & ".join(sorted(names)[:4]), place)
    return corners


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
            keys=(number,) if number != tract.tract_no else (tract.name,),
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
            ref=f"parcel-{lot.parcel_id}" if lot.parcel_id else f"lot-{lot.id}",
            label=tracts.lot_label(tract=tract, lot=lot),
            detail=" · ".join(part for part in (tract.name, parcel_number) if part),
            words=(tract.name,),
            keys=(legal.lot_key(tract_no=tract.tract_no, lot=lot.lot, block=lot.block),),
            lon=lot.lon,
            lat=lot.lat,
            district_id=district.id,
        )


def _sheets(session: Session, district: stores.District) -> Iterator[Entry]:
    statement = select(stores.MapSheet).where(stores.MapSheet.district_id == district.id).order_by(stores.MapSheet.id)
    for sheet in _in_batches(session, statement):
        place = sheet.shape.representative_point()
        note = sheet.note or ""
        described = legal.parse_all(note)
        references = [reference for one in described for reference in one.references]
        kind = sheet.kind.capitalize()
        yield Entry(
            kind="sheet",
            ref=f"sheet-{sheet.id}",
            label=f"{kind} {sheet.name}",
            detail=note,
            words=(legal_words.plain(note), *references, *_without_letters(sheet.name)),
            keys=(sheet.name, *[key for one in described for key in legal.keys_of(one)][:MOST_LOT_KEYS]),
            lon=place.x,
            lat=place.y,
            weight=0.75,
            district_id=district.id,
        )


def _without_letters(name: str) -> tuple[str, ...]:
    """The name of a survey as people say it: 2-022 of S2-022, L-1633 and 1633 of CSL-1633."""
    letters = re.match(r"[A-Z]*(?=[A-Z]*-?[0-9])", name)
    return tuple(name[at:].lstrip("-") for at in range(1, len(letters[0]) + 1)) if letters else ()


def _in_batches(session: Session, statement: Select[_Row]) -> Iterator[_Row]:
    yield from session.scalars(statement.execution_options(yield_per=BATCH))


_SOURCES: dict[str, Callable[[Session, stores.District], Iterator[Entry]]] = {
    "parcel": _parcels,
    "address": _addresses,
    "intersection": _intersections,
    "hydrant": _hydrants,
    "tract": _tracts,
    "lot": _lots,
    "sheet": _sheets,
}
