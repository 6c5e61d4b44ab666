"""The day package of a crew, and what changed in it: everything a tablet needs to work without the network."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.crews import queries as crews
from dispatch.journal import queries as journal
from dispatch.meters import models as meter_models
from dispatch.meters import queries as meters
from dispatch.meters import validation
from dispatch.orders import checks, followups, kinds, lifecycle
from dispatch.orders import models as order_models
from dispatch.orders import queries as orders
from dispatch.places import service_points_queries as service_points
from dispatch.policies import models as policy_models
from dispatch.policies import queries as policies
from dispatch.routes import models as route_models
from dispatch.sync import clearing, schemas
from dispatch.transaction import Tx

HISTORY = 13
MOST_ENTRIES = 2000
"""More news than this: the tablet takes the whole day again."""
_SHOWN: frozenset[str] = lifecycle.WITH_CREW | {"RECALLED", "COMPLETED", "REVIEW", "POSTED", "CGI", "RETURN_NEEDED"}


def package(tx: Tx, *, person_id: int, on: date, device_id: str | None, tiles_dir: Path) -> schemas.FieldDay:
    """The whole day of the person's crew. Signs clearances for shutoffs that the rules allow at this moment."""
    session = tx.session
    utility = policies.get_utility(session)
    shift = crews.find_shift_of_person(session, person_id=person_id, on=on)
    crew = None if shift is None else crews.get_crew(session, shift.crew_id)
    route = None if crew is None else _route(session, crew_id=crew.id, on=on)
    stops = [] if route is None else _stops(session, route_id=route.id)
    cursor = journal.last_seq(session)
    mine = [] if crew is None else _orders(session, crew_id=crew.id, on=on, stop_ids=[stop.order_id for stop in stops])
    known = {order.id for order in mine}
    calendar = policies.rules(session).calendar
    hour, minute = (int(part) for part in utility.last_shutoff.split(":"))
    members = [] if shift is None else crews.members(session, [shift.id])[shift.id]
    return schemas.FieldDay(
        on=on.isoformat(), crew_id=None if crew is None else crew.id, crew="" if crew is None else crew.call_sign,
        letter="" if crew is None else crew.letter, people=[member.name for member in members],
        route_id=None if route is None else route.id, route_version=0 if route is None else route.version,
        published_at=None if route is None else route.published_at,
        shift_from=None if shift is None else shift.start_at, shift_to=None if shift is None else shift.end_at,
        lunch_from=None if route is None else route.lunch_from_at,
        lunch_to=None if route is None else route.lunch_to_at,
        last_shutoff_at=calendar.moment(on, datetime.min.time().replace(hour=hour, minute=minute)),
        stops=[
            schemas.FieldStop(
                order_id=stop.order_id, position=stop.position, arrive_at=stop.arrive_at, start_at=stop.start_at,
                finish_at=stop.finish_at, locked=stop.locked,
            )
            for stop in stops
            if stop.order_id in known
        ],
        line=[] if route is None else [(point[0], point[1]) for point in route.line],
        orders=whole(tx, orders=mine, device_id=device_id, utility=utility),
        kinds=[checks.kind_out(code) for code in kinds.catalogue()],
        changes_today=[] if crew is None else _changes_today(session, crew_id=crew.id, on=on),
        yard=(utility.yard_lon, utility.yard_lat), office_phone=utility.office_phone, maps=archives(tiles_dir),
        cursor=cursor, server_at=tx.now,
    )  # fmt: skip


def changes(
    tx: Tx, *, person_id: int, on: date, cursor: int, device_id: str | None, tiles_dir: Path
) -> schemas.FieldChanges:
    """What changed for the person's crew after `cursor`, in the order of the journal."""
    session = tx.session
    shift = crews.find_shift_of_person(session, person_id=person_id, on=on)
    newest = journal.last_seq(session)
    if cursor >= newest or shift is None:
        return schemas.FieldChanges(whole=None, orders=[], gone=[], cursor=max(cursor, newest), server_at=tx.now)
    entries = journal.entries_after(session, cursor, limit=MOST_ENTRIES + 1)
    routed = any(one.name.startswith("Route") and one.crew_id == shift.crew_id for one in entries)
    # A new map archive is named in the whole day, with its hash.
    routed = routed or any(one.name == "MapArchiveBuilt" for one in entries)
    if routed or len(entries) > MOST_ENTRIES:
        day = package(tx, person_id=person_id, on=on, device_id=device_id, tiles_dir=tiles_dir)
        return schemas.FieldChanges(whole=day, orders=[], gone=[], cursor=day.cursor, server_at=tx.now)
    ids = {one.order_id for one in entries if one.order_id is not None}
    ids |= _of_accounts(session, {one.account_id for one in entries if one.account_id and one.order_id is None})
    found = list(orders.by_ids(session, sorted(ids)).values())
    mine = [order for order in found if order.crew_id == shift.crew_id and order.state in _SHOWN]
    told = {order.id for order in mine}
    last = entries[-1].seq if entries else newest
    utility = policies.get_utility(session)
    return schemas.FieldChanges(
        whole=None, orders=whole(tx, orders=mine, device_id=device_id, utility=utility), gone=sorted(ids - told),
        cursor=max(last, cursor), server_at=tx.now,
    )  # fmt: skip


def concerns(session: Session, *, crew_id: int, after: int) -> int | None:
    """The newest journal number after `after` that concerns a crew, or None."""
    entries = journal.entries_after(session, after, limit=MOST_ENTRIES)
    ids = [one.order_id for one in entries if one.order_id is not None and one.crew_id != crew_id]
    order = order_models.ServiceOrder
    mine: set[int] = set()
    if ids:
        rows = session.execute(select(order.id).where(order.crew_id == crew_id, order.id.in_(sorted(set(ids))[:900])))
        mine = set(rows.scalars())
    found = [
        one.seq for one in entries if one.crew_id == crew_id or one.order_id in mine or one.name == "MapArchiveBuilt"
    ]
    return max(found, default=None)


def whole(
    tx: Tx, *, orders: Sequence[order_models.ServiceOrder], device_id: str | None, utility: policy_models.Utility
) -> list[schemas.FieldOrder]:
    """Orders as the tablet needs them, from a few bulk queries."""
    session = tx.session
    premises = _premises(session, {order.premise_id for order in orders if order.premise_id is not None})
    languages = _languages(session, {order.account_id for order in orders if order.account_id is not None})
    hazards = accounts.hazards_of(session, list(premises))
    points = _points(session, list(premises))
    walks = service_points.walking(session, points=[point for group in points.values() for point in group])
    hanging = meters.meters_at(session, [point.id for group in points.values() for point in group])
    today = policies.rules(session).calendar.day_of(tx.now)
    histories = meters.histories(
        session, [meter.id for meter in hanging.values()], since=today.replace(year=today.year - 4, day=1)
    )
    at_parcel = _meters_at_parcels(session, {one.parcel_id for one in premises.values() if one.parcel_id is not None})
    found = []
    for order in orders:
        premise = premises.get(order.premise_id or 0)
        here = [
            point for point in points.get(order.premise_id or 0, [])
            if order.service_point_id in (None, point.id) and point.id in hanging
        ]  # fmt: skip
        point = here[0] if here else None
        others = max(0, at_parcel.get(premise.parcel_id or 0, 0) - len(here)) if premise is not None else 0
        needs = kinds.get(code=order.kind).needs_clearance and device_id is not None
        shutoff = order.extra.get("shutoff_digits")
        if order.kind == "RESTORE" and not shutoff:
            shutoff = followups.shutoff_digits(session, service_point_id=order.service_point_id)
        found.append(
            schemas.FieldOrder(
                order_id=order.id, number=order.number, kind=order.kind, state=order.state, version=order.version,
                priority=order.priority, place=order.place, city=premise.city if premise else "",
                unit=premise.unit if premise else None, note=order.note, reason=order.reason,
                hazards=[_hazard(one) for one in hazards.get(order.premise_id or 0, [])],
                contact_name=order.contact_name, contact_phone=order.contact_phone,
                language=languages.get(order.account_id or 0, "en"), someone_home=order.someone_home,
                lon=_first(point.lon if point else None, order.lon, utility.yard_lon),
                lat=_first(point.lat if point else None, order.lat, utility.yard_lat),
                accuracy_m=point.accuracy_m if point else 25.0, pin_source=point.pin_source if point else "address",
                box_text=walks[point.id][0] if point else "", box_text_es=walks[point.id][1] if point else "",
                meters=[
                    _meter(hanging[one.id], one, histories.get(hanging[one.id].id, []), today, others) for one in here
                ],
                promised_from=order.window_from, promised_to=order.window_to, due_on=order.due_on.isoformat(),
                recalled_at=order.recalled_at, recall_en=order.recall_en, recall_es=order.recall_es,
                paid_cents=order.paid_cents, paid_at=order.paid_at,
                clearance=clearing.ask(tx, order=order, device_id=device_id, moment="sync")
                if needs and device_id is not None and order.state in lifecycle.WITH_CREW else None,
                shutoff_digits=shutoff, extra={"from_order": order.extra["from_order"]}
                if "from_order" in order.extra else {},
            )
        )  # fmt: skip
    return found


def archives(tiles_dir: Path) -> list[dict[str, Any]]:
    """The map archives of this installation with size and hash."""
    if not tiles_dir.is_dir():
        return []
    found = []
    for path in sorted(tiles_dir.glob("*.pmtiles")):
        stat = path.stat()
        found.append(
            {
                "name": path.stem, "url": f"/tiles/{path.name}", "bytes": stat.st_size,
                "sha256": _hash(path, stat.st_mtime_ns, stat.st_size),
            }
        )  # fmt: skip
    return found


@lru_cache(maxsize=64)
def _hash(path: Path, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _route(session: Session, *, crew_id: int, on: date) -> route_models.Route | None:
    route = route_models.Route
    return session.execute(
        select(route)
        .where(route.crew_id == crew_id, route.on_day == on, route.status == "published")
        .order_by(route.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _stops(session: Session, *, route_id: int) -> Sequence[route_models.RouteStop]:
    stop = route_models.RouteStop
    return (
        session.execute(select(stop).where(stop.route_id == route_id).order_by(stop.position, stop.id)).scalars().all()
    )


def _orders(session: Session, *, crew_id: int, on: date, stop_ids: Iterable[int]) -> list[order_models.ServiceOrder]:
    """Orders of the route that are this crew's, and those that it holds beside the route."""
    order = order_models.ServiceOrder
    found = {
        one.id: one for one in orders.by_ids(session, stop_ids).values()
        if one.crew_id == crew_id and one.state in _SHOWN
    }  # fmt: skip
    beside = session.execute(
        select(order)
        .where(order.crew_id == crew_id, order.state.in_([*lifecycle.WITH_CREW, "RECALLED"]), order.due_on <= on)
        .order_by(order.id)
    ).scalars()
    for one in beside:
        found.setdefault(one.id, one)
    return list(found.values())


def _changes_today(session: Session, *, crew_id: int, on: date) -> list[dict[str, str]]:
    change = route_models.RouteChange
    rows = session.execute(
        select(change).where(change.crew_id == crew_id, change.on_day == on).order_by(change.at, change.id)
    ).scalars()
    return [{"en": row.text_en, "es": row.text_es} for row in rows]


def _of_accounts(session: Session, account_ids: set[int]) -> set[int]:
    order = order_models.ServiceOrder
    if not account_ids:
        return set()
    rows = session.execute(
        select(order.id).where(order.account_id.in_(sorted(account_ids)[:900]), order.state.in_(lifecycle.WITH_CREW))
    )
    return set(rows.scalars())


def _premises(session: Session, ids: set[int]) -> dict[int, account_models.Premise]:
    premise = account_models.Premise
    rows = session.execute(select(premise).where(premise.id.in_(sorted(ids)))).scalars() if ids else ()
    return {row.id: row for row in rows}


def _languages(session: Session, account_ids: set[int]) -> dict[int, str]:
    if not account_ids:
        return {}
    account, customer = account_models.Account, account_models.Customer
    rows = session.execute(
        select(account.id, customer.language)
        .join(customer, customer.id == account.customer_id)
        .where(account.id.in_(sorted(account_ids)))
    )
    return {row[0]: row[1] for row in rows}


def _points(session: Session, premise_ids: Sequence[int]) -> dict[int, list[meter_models.ServicePoint]]:
    point = meter_models.ServicePoint
    found: dict[int, list[meter_models.ServicePoint]] = {}
    if premise_ids:
        for row in session.execute(select(point).where(point.premise_id.in_(premise_ids)).order_by(point.id)).scalars():
            found.setdefault(row.premise_id, []).append(row)
    return found


def _meters_at_parcels(session: Session, parcel_ids: set[int]) -> dict[int, int]:
    """Parcel -> how many meters hang there."""
    if not parcel_ids:
        return {}
    premise, point, meter = account_models.Premise, meter_models.ServicePoint, meter_models.Meter
    rows = session.execute(
        select(premise.parcel_id)
        .join(point, point.premise_id == premise.id)
        .join(meter, meter.service_point_id == point.id)
        .where(premise.parcel_id.in_(sorted(parcel_ids)), meter.removed_on.is_(None))
    ).scalars()
    found: dict[int, int] = {}
    for parcel_id in rows:
        found[parcel_id or 0] = found.get(parcel_id or 0, 0) + 1
    return found


def _hazard(row: account_models.Hazard) -> dict[str, Any]:
    return {
        "kind": row.kind, "text_en": row.text_en, "text_es": row.text_es,
        "noted_on": None if row.noted_on is None else row.noted_on.isoformat(),
        **({"secret": row.secret} if row.secret else {}),
    }  # fmt: skip


def _meter(
    meter: meter_models.Meter, point: meter_models.ServicePoint, readings: list[meter_models.Reading], today: date,
    others: int,
) -> schemas.FieldMeter:  # fmt: skip
    register = meters.register_of(meter)
    previous, expected = meters.expected_from(meter, readings, on=today)
    range_ = None
    if previous is not None:
        range_ = validation.judge_reading(
            register=register, previous=previous, digits=previous.digits, read_on=max(today, previous.read_on),
            expected=expected, active=True, zero_confirmed=True,
        )  # fmt: skip
    return schemas.FieldMeter(
        meter_id=meter.id, service_point_id=point.id, serial=meter.serial, endpoint=meter.endpoint, size=meter.size_in,
        position_text=point.position_text, lon=point.lon, lat=point.lat, accuracy_m=point.accuracy_m,
        meter_register=schemas.RegisterOut(
            unit=register.unit, dials=register.dials, decimals=register.decimals, fixed_zeros=register.fixed_zeros,
            multiplier=register.multiplier, last_digits=None if previous is None else previous.digits,
            last_read_on=None if previous is None else previous.read_on.isoformat(),
            active=point.valve_state == "ON", expected_low=None if range_ is None else range_.low_digits,
            expected_high=None if range_ is None else range_.high_digits,
            usual_low=None if range_ is None or range_.low is None else f"{range_.low:f}",
            usual_high=None if range_ is None or range_.high is None else f"{range_.high:f}",
            history=[(row.read_on.isoformat(), row.digits) for row in readings[-HISTORY:]],
        ),
        others_here=others,
    )  # fmt: skip
