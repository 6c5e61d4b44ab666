"""Puts into the search box the addresses at which nobody is served: the yard, the spaces of the mobile-home park.

Premises and orders are put in by `places.registry`, as after any change of theirs.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.demo import load_map
from dispatch.demo.neighbourhood import Neighbourhood
from maps import addresses, search


def bare_addresses(session: Session, *, part: Neighbourhood, tract_ids: load_map.TractIds, district_id: int) -> None:
    """Addresses of a cell that no premise stands for, written as the map's own list writes them."""
    served = {one.lot_at for one in part.premises}
    entries = []
    for at, lot in enumerate(part.tract.lots):
        if lot.address is None:
            continue
        lines = [] if at in served else [lot.address.line]
        lines += [f"{lot.address.line} {unit}" for unit in load_map.units_of(lot)]
        entries += [
            search.Entry(
                kind="address", ref=f"parcel-{tract_ids.parcels[at]}", label=addresses.normalise(line),
                detail=f"{lot.address.city} · {lot.parcel_number}", lon=lot.lon, lat=lot.lat, weight=0.9,
                district_id=district_id,
            )
            for line in lines
        ]  # fmt: skip
    search.put(session, entries)
