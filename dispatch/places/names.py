"""Naming places: former addresses and what people say, found in the one box like the address of today."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.journal.events import Event
from dispatch.places import names_models, queries
from dispatch.transaction import Tx
from maps import addresses, search, tracts
from maps.search_writing import replace_all

MOST_NAMES = 20
"""Of one place; more are a list that somebody pasted."""


@dataclass(frozen=True, kw_only=True)
class PlaceNamed(Event):
    """A place got another name, or lost one."""

    ref: str
    kind: str
    gone: bool


class NoName(errors.Refusal):
    """The text cannot be the name of a place."""

    code = "no_name"


def name(tx: Tx, *, ref: str, text: str, kind: str, person_id: int) -> queries.Place:
    """Give a place another name; one it has already changes nothing. Refuses with NoName, UnknownProperty."""
    place = queries.get_place(tx.session, ref=ref)
    said, key = " ".join(text.split()), addresses.normalise(text)
    if not any(sign.isalnum() for sign in key):
        raise _no_name("A name has letters or digits.", "Un nombre tiene letras o cifras.")
    if len(key) > 240:
        raise _no_name("The name is too long.", "El nombre es demasiado largo.")
    there = names_of(tx.session, place=place)
    if any(one.text_key == key for one in there):
        return place
    if len(there) >= MOST_NAMES:
        raise _no_name(
            f"This place has {MOST_NAMES} other names. Take one away first.",
            f"Este lugar tiene {MOST_NAMES} otros nombres. Quite uno primero.",
        )
    tx.session.add(
        names_models.PlaceName(
            ref=place.ref, kind=kind, text=said, text_key=key, noted_by=person_id, noted_at=tx.now
        )
    )  # fmt: skip
    tx.session.flush()
    index(tx.session, refs=[place.ref])
    tx.record(PlaceNamed(ref=place.ref, kind=kind, gone=False))
    return place


def forget(tx: Tx, *, ref: str, text: str) -> queries.Place:
    """Take a name away; nothing happens when the place has no such name. Refuses with UnknownProperty."""
    place = queries.get_place(tx.session, ref=ref)
    key = addresses.normalise(text)
    for one in names_of(tx.session, place=place):
        if one.text_key == key:
            tx.session.delete(one)
            tx.session.flush()
            index(tx.session, refs=[one.ref])
            tx.record(PlaceNamed(ref=one.ref, kind=one.kind, gone=True))
    return place


def names_of(session: Session, *, place: queries.Place) -> list[names_models.PlaceName]:
    """Every other name of a place, of its parcel and of its lot, former addresses first."""
    refs = [place.ref]
    if place.parcel is not None:
        refs.append(f"parcel-{place.parcel.id}")
    if place.lot is not None:
        refs.append(f"lot-{place.lot.id}")
    row = names_models.PlaceName
    found = session.scalars(select(row).where(row.ref.in_(refs)).order_by(row.kind.desc(), row.id)).all()
    return list(found)


def index(session: Session, *, refs: Sequence[str]) -> int:
    """Makes the search entries of these places' names what their rows say."""
    row = names_models.PlaceName
    count = 0
    for ref in refs:
        rows = session.scalars(select(row).where(row.ref == ref).order_by(row.id)).all()
        try:
            place = queries.get_place(session, ref=ref)
        except queries.UnknownProperty:
            # The map was renewed without it: the names stay, and nothing is found by them.
            rows = ()
            entries: list[search.Entry] = []
        else:
            entries = [_entry(place, one) for one in rows]
        for kind in KINDS.values():
            replace_all(session, kind=kind, ref=ref, entries=[one for one in entries if one.kind == kind])
        count += len(entries)
    return count


def index_named(session: Session, *, refs: Sequence[str]) -> int:
    """The same for those of the places that have names at all."""
    row = names_models.PlaceName
    return index(session, refs=session.scalars(select(row.ref).where(row.ref.in_(refs)).distinct()).all())


def index_all(session: Session) -> int:
    """Every name of every place."""
    return index(session, refs=session.scalars(select(names_models.PlaceName.ref).distinct()).all())


KINDS = {"former": "old address", "alias": "alias"}
"""Kind of name -> kind of search entry."""


def _entry(place: queries.Place, one: names_models.PlaceName) -> search.Entry:
    lon, lat = place.lonlat
    today = place.premise.address if place.premise is not None else ""
    if not today and place.tract is not None and place.lot is not None:
        today = tracts.lot_label(tract=place.tract, lot=place.lot)
    if not today and place.parcel is not None:
        today = place.parcel.situs_address or place.parcel.number_canonical
    return search.Entry(
        kind=KINDS[one.kind], ref=one.ref, label=one.text, detail=today, keys=(one.text_key,), words=(one.text_key,),
        lon=lon, lat=lat, weight=0.9,
    )  # fmt: skip


def _no_name(text_en: str, text_es: str) -> NoName:
    return NoName(text_en, reasons=[errors.Reason("no_name", text_en, text_es, field="text")])
