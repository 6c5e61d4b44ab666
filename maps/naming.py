"""What a search hit is called outside: the id a person or another system knows it by."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import stores
from maps.search import Hit


@dataclass(frozen=True, kw_only=True)
class Named:
    """A hit with its outward id: a parcel's number as the source wrote it, a hydrant's number, else the label."""

    kind: str
    id: str
    label: str
    detail: str
    why: str


def named(session: Session, hits: Sequence[Hit]) -> list[Named]:
    """The hits with their ids, in their order. An address that is a parcel's own situs names the parcel; a thing that
    two hits name is listed once."""
    parcels = _numbers(session, [hit.ref for hit in hits])
    listed: dict[tuple[str, str], Named] = {}
    for hit in hits:
        kind, outward = hit.kind, hit.label
        if hit.ref in parcels:
            number, situs = parcels[hit.ref]
            outward = number
            if hit.kind == "address" and situs is not None and situs == hit.label:
                kind = "parcel"
        elif hit.kind == "hydrant":
            outward = hit.label.removeprefix("Hydrant ")
        # Units of one building are different addresses of the same parcel.
        key = (kind, outward if kind == "parcel" else f"{outward}|{hit.label}")
        listed.setdefault(key, Named(kind=kind, id=outward, label=hit.label, detail=hit.detail, why=hit.why))
    return list(listed.values())


def _numbers(session: Session, refs: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    ids = {int(ref.removeprefix("parcel-")): ref for ref in refs if ref.startswith("parcel-") and ref[7:].isdigit()}
    if not ids:
        return {}
    statement = select(stores.Parcel.id, stores.Parcel.number, stores.Parcel.situs_address).where(
        stores.Parcel.id.in_(ids)
    )
    return {ids[parcel_id]: (number, situs) for parcel_id, number, situs in session.execute(statement)}
