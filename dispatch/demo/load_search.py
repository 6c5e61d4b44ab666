"""Puts the people and meters of a cell, and the orders, into the search box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from dispatch.demo import load_day, load_map
from dispatch.demo.load_people import PremiseIds
from dispatch.demo.neighbourhood import Neighbourhood, Premise
from dispatch.orders import kinds
from maps import search


def cell(
    session: Session, *, part: Neighbourhood, ids: Sequence[PremiseIds], tract_ids: load_map.TractIds, district_id: int
) -> None:
    """Addresses, customers, phones, accounts, meters and radios of a cell; bare addresses where nobody is served."""
    entries: list[search.Entry] = []
    for one, own in zip(part.premises, ids, strict=True):
        entries += _premise(part, one, own, district_id=district_id)
    served = {one.lot_at for one in part.premises}
    for at, lot in enumerate(part.tract.lots):
        if lot.address is not None and at not in served:
            entries.append(
                search.Entry(
                    kind="address", ref=f"parcel-{tract_ids.parcels[at]}", label=lot.address.line,
                    detail=lot.parcel_number or "", lon=lot.lon, lat=lot.lat, district_id=district_id,
                )
            )  # fmt: skip
    search.put(session, entries)


def _premise(part: Neighbourhood, one: Premise, ids: PremiseIds, *, district_id: int) -> Iterator[search.Entry]:
    lot = part.tract.lots[one.lot_at]
    ref = f"premise-{ids.premise_id}"
    line = one.address.line if one.address else f"Lot {lot.lot}, Tract {part.tract.tract_no}"
    account = one.account
    name = account.customer.listed if account else ""

    def entry(kind: str, label: str, detail: str, *, keys: tuple[str, ...] = (), weight: float = 1.0) -> search.Entry:
        return search.Entry(
            kind=kind, ref=ref, label=label, detail=detail, keys=keys, lon=lot.lon, lat=lot.lat, weight=weight,
            district_id=district_id,
        )  # fmt: skip

    yield entry("address" if one.address else "lot", line, name, weight=1.3)
    if account is not None:
        yield entry("customer", account.customer.listed, line, weight=1.2)
        for phone in account.customer.phones:
            yield entry("phone", phone, f"{account.customer.name}, {line}", keys=(phone,))
    for each in one.accounts:
        # Closed accounts are asked for too: their final bills are argued about for months.
        yield entry("account", each.number, f"{each.customer.name}, {line}", keys=(each.number,))
    for point in one.points:
        meter = point.meter
        yield entry("meter", f"Meter {meter.serial}", line, keys=(meter.serial,))
        if meter.endpoint is not None:
            yield entry("endpoint", f"Radio {meter.endpoint}", line, keys=(meter.endpoint,), weight=0.8)


def orders(
    session: Session, *, written: Sequence[load_day.Written], places: Mapping[int, str], district_id: int
) -> None:
    """Orders by their number, spoken in groups of three. `places`: order id -> where it is."""
    search.put(
        session,
        [
            search.Entry(
                kind="order", ref=f"order-{one.order_id}", label=f"{one.number[:3]} {one.number[3:]}",
                detail=f"{kinds.catalogue()[one.order.kind].name_en}, {places[one.order_id]}", keys=(one.number,),
                weight=0.9, district_id=district_id,
            )
            for one in written
        ],
    )  # fmt: skip
