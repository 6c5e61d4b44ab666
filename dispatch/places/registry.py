"""What can be found in the one box: every premise by address, lot, account, customer, phone, meter and radio, and every
order by its number. The map's own things (parcels, corners, tracts, hydrants) are put in by `maps.indexing`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import kinds, lifecycle
from dispatch.orders import models as orders
from dispatch.places import names, sheets_registry
from maps import addresses, indexing, search, stores, tracts

Progress = Callable[[float, str], None]

BATCH = 500
PREMISE_KINDS = ("address", "lot", "account", "customer", "phone", "meter", "endpoint")
RESTRICTED_KINDS = frozenset({"account", "customer", "phone"})
"""Found only by who may see customers."""
ALL_KINDS = (*PREMISE_KINDS, "parcel", "intersection", "tract", "sheet", "hydrant", "order", "old address", "alias")


def index_all(session: Session, *, progress: Progress | None = None) -> int:
    """Brings the whole search box up to date with the rows; answers how many entries were written. Commits nothing."""
    tell = progress or _silent
    count = 0
    districts = session.scalars(select(stores.District).order_by(stores.District.id)).all()
    for at, district in enumerate(districts):
        share = 0.5 / len(districts)
        count += indexing.index(
            session,
            district=district,
            progress=lambda done, stage, at=at, share=share: tell(share * (at + done), stage),  # type: ignore[misc]
        )
    count += sheets_registry.index_all(session)
    count += names.index_all(session)
    premises = session.scalar(select(func.count()).select_from(accounts.Premise)) or 0
    done = 0
    for part in _id_batches(session, accounts.Premise):
        count += index_premises(session, premise_ids=part)
        done += len(part)
        tell(0.5 + 0.4 * done / premises, "search index: premises")
    for part in _id_batches(session, orders.ServiceOrder):
        count += index_orders(session, order_ids=part)
        tell(0.95, "search index: orders")
    tell(1.0, "search index")
    return count


def index_premises(session: Session, *, premise_ids: Sequence[int]) -> int:
    """Makes the entries of these premises what their rows say: a changed name leaves no old one behind."""
    count = 0
    for start in range(0, len(premise_ids), BATCH):
        facts = _read(session, premise_ids[start : start + BATCH])
        entries = [entry for premise in facts.premises for entry in _entries(facts, premise)]
        keep = {(entry.kind, entry.ref, entry.label) for entry in entries}
        # A premise that is gone keeps no entry either.
        refs = [f"premise-{premise_id}" for premise_id in premise_ids[start : start + BATCH]]
        _forget(session, refs=refs, kinds=PREMISE_KINDS, keep=keep)
        search.put(session, entries)
        _drop_doubles(session, facts.premises)
        names.index_named(session, refs=refs)
        count += len(entries)
    return count


def index_account(session: Session, *, account_id: int) -> None:
    """After a change of an account, its customer or its premise."""
    premise_id = session.scalar(select(accounts.Account.premise_id).where(accounts.Account.id == account_id))
    if premise_id is not None:
        index_premises(session, premise_ids=[premise_id])


def index_meter(session: Session, *, meter_id: int) -> None:
    """After a meter was set, exchanged or taken out."""
    premise_id = session.scalar(
        select(meters.ServicePoint.premise_id)
        .join(meters.Meter, meters.Meter.service_point_id == meters.ServicePoint.id)
        .where(meters.Meter.id == meter_id)
    )
    if premise_id is not None:
        index_premises(session, premise_ids=[premise_id])


def index_order(session: Session, *, order_id: int) -> None:
    """After an order was opened or its place was mended."""
    index_orders(session, order_ids=[order_id])


def index_orders(session: Session, *, order_ids: Sequence[int]) -> int:
    """Orders by their number, as it is spoken: "618 204"."""
    order = orders.ServiceOrder
    catalogue = kinds.catalogue()
    rows = session.scalars(select(order).where(order.id.in_(order_ids)).order_by(order.id)).all()
    search.put(
        session,
        [
            search.Entry(
                kind="order",
                ref=f"order-{row.id}",
                label=f"{row.number[:3]} {row.number[3:]}",
                detail=f"{catalogue[row.kind].name_en if row.kind in catalogue else row.kind}, {row.place}",
                keys=(row.number,),
                lon=row.lon,
                lat=row.lat,
                weight=0.9 if row.state in lifecycle.OPEN else 0.6,
            )
            for row in rows
        ],
    )
    return len(rows)


@dataclass(frozen=True, kw_only=True)
class _Facts:
    premises: Sequence[accounts.Premise]
    lots: dict[int, str]
    held: dict[int, list[tuple[accounts.Account, accounts.Customer]]]
    meters: dict[int, list[meters.Meter]]


def _read(session: Session, premise_ids: Sequence[int]) -> _Facts:
    premise = accounts.Premise
    premises = session.scalars(select(premise).where(premise.id.in_(premise_ids)).order_by(premise.id)).all()
    lots = {
        lot.id: tracts.lot_label(tract=tract, lot=lot)
        for lot, tract in session.execute(
            select(stores.Lot, stores.TractMap)
            .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
            .where(stores.Lot.id.in_([one.lot_id for one in premises if one.lot_id is not None]))
        )
    }
    held: dict[int, list[tuple[accounts.Account, accounts.Customer]]] = {}
    for account, customer in session.execute(
        select(accounts.Account, accounts.Customer)
        .join(accounts.Customer, accounts.Customer.id == accounts.Account.customer_id)
        .where(accounts.Account.premise_id.in_(premise_ids))
        .order_by(accounts.Account.status == "CLOSED", accounts.Account.id.desc())
    ):
        held.setdefault(account.premise_id, []).append((account, customer))
    standing: dict[int, list[meters.Meter]] = {}
    for meter, premise_id in session.execute(
        select(meters.Meter, meters.ServicePoint.premise_id)
        .join(meters.ServicePoint, meters.ServicePoint.id == meters.Meter.service_point_id)
        .where(meters.ServicePoint.premise_id.in_(premise_ids), meters.Meter.removed_on.is_(None))
        .order_by(meters.Meter.id)
    ):
        standing.setdefault(premise_id, []).append(meter)
    return _Facts(premises=premises, lots=lots, held=held, meters=standing)


def _entries(facts: _Facts, premise: accounts.Premise) -> Iterator[search.Entry]:
    ref = f"premise-{premise.id}"
    lot = facts.lots.get(premise.lot_id, "") if premise.lot_id is not None else ""
    line = address_line(premise) or lot
    held = facts.held.get(premise.id, [])
    current = next((customer.name for account, customer in held if account.status != "CLOSED"), "")

    def entry(kind: str, label: str, detail: str, *keys: str, weight: float = 1.0) -> search.Entry:
        return search.Entry(
            kind=kind, ref=ref, label=label, detail=detail, keys=keys, lon=premise.lon, lat=premise.lat, weight=weight,
            district_id=premise.district_id,
        )  # fmt: skip

    if line:
        yield entry("address" if premise.address else "lot", line, current, weight=1.3)
    for account, customer in held:
        closed = account.status == "CLOSED"
        yield entry("account", account.number, f"{customer.name}, {line}", account.number, weight=0.6 if closed else 1)
        if closed:
            continue
        yield entry("customer", customer.name, line, weight=1.2)
        for phone in customer.phones:
            yield entry("phone", str(phone), f"{customer.name}, {line}", str(phone))
    for meter in facts.meters.get(premise.id, []):
        yield entry("meter", f"Meter {meter.serial}", line, meter.serial)
        if meter.endpoint:
            yield entry("endpoint", f"Radio {meter.endpoint}", line, meter.endpoint, weight=0.8)


def address_line(premise: accounts.Premise) -> str:
    """Address with its unit, once: "1200 Mission Blvd SPC 12"."""
    unit = (premise.unit or "").strip()
    if not unit or premise.address.upper().endswith(unit.upper()):
        return premise.address
    return f"{premise.address} {unit}"


def _forget(session: Session, *, refs: Sequence[str], kinds: Iterable[str], keep: set[tuple[str, str, str]]) -> None:
    entry = stores.SearchEntry
    there = session.execute(
        select(entry.kind, entry.ref, entry.label).where(entry.ref.in_(refs), entry.kind.in_(list(kinds)))
    ).all()
    # One by one: only what changed since the last time is here.
    for kind, ref in sorted({(row.kind, row.ref) for row in there if tuple(row) not in keep}):
        search.remove(session, kind=kind, ref=ref)


def drop_doubles(session: Session) -> None:
    """After the map's address list was renewed: addresses that premises stand for are taken out of it again."""
    for part in _id_batches(session, accounts.Premise):
        _drop_doubles(
            session,
            session.scalars(
                select(accounts.Premise).where(accounts.Premise.id.in_(part)).order_by(accounts.Premise.id)
            ).all(),
        )


def _drop_doubles(session: Session, premises: Sequence[accounts.Premise]) -> None:
    """An address of the map's own list that a premise stands for is not listed a second time."""
    said = {
        (f"parcel-{one.parcel_id}", addresses.normalise(address_line(one)))
        for one in premises
        if one.parcel_id is not None and one.address
    }
    entry = stores.SearchEntry
    there = session.execute(
        select(entry.ref, entry.label).where(entry.ref.in_({ref for ref, _ in said}), entry.kind == "address")
    ).all()
    by_ref: dict[str, list[str]] = {}
    for ref, label in there:
        by_ref.setdefault(ref, []).append(label)
    for ref, labels in by_ref.items():
        if all((ref, addresses.normalise(label)) in said for label in labels):
            search.remove(session, kind="address", ref=ref)


def _id_batches(session: Session, model: type[accounts.Premise] | type[orders.ServiceOrder]) -> Iterator[list[int]]:
    last = 0
    while True:
        ids = list(session.scalars(select(model.id).where(model.id > last).order_by(model.id).limit(BATCH)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _silent(_share: float, _stage: str) -> None:
    """Nobody watches."""
