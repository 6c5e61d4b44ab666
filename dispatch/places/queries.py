"""Reading what the property card, the windows and the map need: few SELECTs, each in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.accounts import models as accounts
from dispatch.accounts import queries as account_queries
from dispatch.crews import models as crews
from dispatch.meters import models as meters
from dispatch.orders import lifecycle
from dispatch.orders import models as orders
from dispatch.places import models
from dispatch.routes import models as routes
from maps import stores

MOST_READINGS = 20


class UnknownProperty(errors.NotFound):
    """No property, parcel or lot has that ref."""

    code = "unknown_property"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A property as far as it is known: any of the three may be missing, never all."""

    premise: accounts.Premise | None = None
    parcel: stores.Parcel | None = None
    lot: stores.Lot | None = None
    tract: stores.TractMap | None = None

    @property
    def lonlat(self) -> tuple[float, float]:
        """The premise's own point, else the lot's, else a point inside the parcel."""
        if self.premise is not None:
            return self.premise.lon, self.premise.lat
        if self.lot is not None:
            return self.lot.lon, self.lot.lat
        if self.parcel is None:
            raise ValueError("a place has a premise, a lot or a parcel")
        point = self.parcel.shape.representative_point()
        return point.x, point.y

    @property
    def ref(self) -> str:
        """What opens this place again."""
        if self.premise is not None:
            return f"premise-{self.premise.id}"
        if self.parcel is not None:
            return f"parcel-{self.parcel.id}"
        return f"lot-{self.lot.id}" if self.lot is not None else ""


def get_place(session: Session, *, ref: str) -> Place:
    """The place behind "premise-12", "parcel-7" or "lot-3". A parcel or lot with one premise answers as that premise;
    one with several (a mobile home park) as the premise without a unit, else as itself. Refuses with UnknownProperty."""
    kind, _, number = ref.partition("-")
    if kind not in ("premise", "parcel", "lot") or not number.isascii() or not number.isdigit() or len(number) > 12:
        raise UnknownProperty(f'"{ref}" names no property; it reads premise-12, parcel-7 or lot-3.')
    row_id = int(number)
    premise, parcel, lot = None, None, None
    if kind == "premise":
        premise = session.get(accounts.Premise, row_id)
        found: object | None = premise
    elif kind == "parcel":
        found = parcel = session.get(stores.Parcel, row_id)
    else:
        found = lot = session.get(stores.Lot, row_id)
    if found is None:
        raise UnknownProperty(f"There is no property {ref}. Search for it again; the map may have been renewed.")
    return _completed(session, premise=premise, parcel=parcel, lot=lot)


def _completed(
    session: Session, *, premise: accounts.Premise | None, parcel: stores.Parcel | None, lot: stores.Lot | None
) -> Place:
    if premise is None:
        clauses: list[ColumnElement[bool]] = []
        if lot is not None:
            clauses.append(accounts.Premise.lot_id == lot.id)
        parcel_id = parcel.id if parcel is not None else lot.parcel_id if lot is not None else None
        if parcel_id is not None:
            clauses.append(accounts.Premise.parcel_id == parcel_id)
        if clauses:
            there = session.scalars(select(accounts.Premise).where(or_(*clauses)).order_by(accounts.Premise.id)).all()
            main = there if len(there) == 1 else [one for one in there if not one.unit]
            premise = main[0] if len(main) == 1 else None
    if premise is not None:
        if parcel is None and premise.parcel_id is not None:
            parcel = session.get(stores.Parcel, premise.parcel_id)
        if lot is None and premise.lot_id is not None:
            lot = session.get(stores.Lot, premise.lot_id)
    if parcel is None and lot is not None and lot.parcel_id is not None:
        parcel = session.get(stores.Parcel, lot.parcel_id)
    if lot is None and parcel is not None:
        lots = session.scalars(
            select(stores.Lot).where(stores.Lot.parcel_id == parcel.id).order_by(stores.Lot.id).limit(2)
        ).all()
        # A parcel made of several lots has no one lot number.
        lot = lots[0] if len(lots) == 1 else None
    tract = session.get(stores.TractMap, lot.tract_id) if lot is not None else None
    return Place(premise=premise, parcel=parcel, lot=lot, tract=tract)


def address_of(session: Session, *, parcel_id: int) -> stores.Address | None:
    """The first postal address of a parcel, one without a unit before one with."""
    address = stores.Address
    return session.scalars(
        select(address).where(address.parcel_id == parcel_id).order_by(address.unit.is_not(None), address.id).limit(1)
    ).first()


def meters_of(session: Session, *, service_point_ids: Sequence[int]) -> list[meters.Meter]:
    """Meters that stand or stood there, the one in use first."""
    if not service_point_ids:
        return []
    meter = meters.Meter
    return list(
        session.scalars(
            select(meter)
            .where(meter.service_point_id.in_(service_point_ids))
            .order_by(meter.removed_on.is_not(None), meter.installed_on.desc(), meter.id.desc())
        )
    )


def newest_readings(session: Session, *, meter_ids: Sequence[int], most: int = MOST_READINGS) -> list[meters.Reading]:
    """The newest `most` readings of each meter, newest first; readings set aside are left out."""
    if not meter_ids:
        return []
    reading = meters.Reading
    order = (reading.read_on.desc(), reading.id.desc())
    ranked = (
        select(reading.id, func.row_number().over(partition_by=reading.meter_id, order_by=order).label("place"))
        .where(reading.meter_id.in_(meter_ids), reading.status != "DISCARDED")
        .subquery()
    )
    return list(
        session.scalars(
            select(reading).join(ranked, ranked.c.id == reading.id).where(ranked.c.place <= most).order_by(*order)
        )
    )


@dataclass(frozen=True, kw_only=True)
class AccountFacts:
    """The account in force at a premise and what the card says of it."""

    account: accounts.Account
    customer: accounts.Customer
    plan: accounts.PaymentPlan | None
    holds: tuple[str, ...]
    notices: frozenset[str]
    """Kinds of notices served since the oldest unpaid bill was due."""
    past_due_cents: int
    days_past_due: int


def find_account(session: Session, *, premise_id: int, on: date) -> AccountFacts | None:
    """The account in force at a premise, None when there is none."""
    account = account_queries.find_account_at(session, premise_id)
    if account is None:
        return None
    cents, days = account_queries.past_due(session, account.id, on=on)
    plan = account_queries.plan_of(session, account.id)
    notice = accounts.Notice
    served: frozenset[str] = frozenset()
    if days:
        rows = session.execute(
            select(notice.kind, notice.served_at).where(notice.account_id == account.id, notice.returned.is_(False))
        )
        served = frozenset(kind for kind, at in rows if at.date() >= on - timedelta(days=days))
    return AccountFacts(
        account=account,
        customer=session.get_one(accounts.Customer, account.customer_id),
        plan=plan if plan is not None and plan.status == "KEPT" else None,
        holds=tuple(dict.fromkeys(hold.kind for hold in account_queries.holds_of(session, account.id))),
        notices=served,
        past_due_cents=cents,
        days_past_due=days,
    )


def open_orders(session: Session, *, place: Place) -> list[orders.ServiceOrder]:
    """Orders at this place that still wait for a visit or an answer, the most urgent first."""
    order = orders.ServiceOrder
    clauses: list[ColumnElement[bool]] = []
    if place.premise is not None:
        clauses.append(order.premise_id == place.premise.id)
        if place.parcel is not None:
            # Work that was ordered here before the place had an address.
            clauses.append(and_(order.premise_id.is_(None), order.parcel_id == place.parcel.id))
    elif place.parcel is not None:
        clauses.append(order.parcel_id == place.parcel.id)
    if place.lot is not None:
        clauses.append(order.lot_id == place.lot.id)
    states = sorted({*lifecycle.OPEN, "COMPLETED", "REVIEW"})
    return list(
        session.scalars(
            select(order).where(or_(*clauses), order.state.in_(states)).order_by(order.priority, order.due_on, order.id)
        )
    )


class OrderOfDay(NamedTuple):
    """What a window needs of an order (whole rows of a busy day take longer to read than to answer)."""

    id: int
    kind: str
    window: str
    due_on: date
    lon: float | None
    lat: float | None


class StopOfDay(NamedTuple):
    """A stop of a published route."""

    order_id: int
    start_at: datetime
    finish_at: datetime
    crew_id: int
    on: date


@dataclass(frozen=True, kw_only=True)
class DayWork:
    """Everything booked from `first` to `last`, as rows."""

    shifts: tuple[crews.Shift, ...]
    call_signs: dict[int, str]
    skills: dict[int, frozenset[str]]
    """Shift -> skills of its people together."""
    people: dict[int, int]
    orders: tuple[OrderOfDay, ...]
    stops: tuple[StopOfDay, ...]


def day_work(session: Session, *, first: date, last: date, pattern_from: date) -> DayWork:
    """Shifts from `pattern_from`, orders still to do that are due by `last`, and published stops from `first` on."""
    shift, order, route, stop = crews.Shift, orders.ServiceOrder, routes.Route, routes.RouteStop
    shifts = session.scalars(
        select(shift).where(shift.on_day >= pattern_from, shift.on_day <= last).order_by(shift.on_day, shift.crew_id)
    ).all()
    members = session.execute(
        select(crews.ShiftMember.shift_id, crews.Technician.skills)
        .join(crews.Technician, crews.Technician.id == crews.ShiftMember.technician_id)
        .where(crews.ShiftMember.shift_id.in_([one.id for one in shifts]))
    ).all()
    skills: dict[int, frozenset[str]] = {}
    people: dict[int, int] = {}
    for shift_id, has in members:
        skills[shift_id] = skills.get(shift_id, frozenset()) | frozenset(has)
        people[shift_id] = people.get(shift_id, 0) + 1
    call_signs = {row[0]: row[1] for row in session.execute(select(crews.Crew.id, crews.Crew.call_sign))}
    to_do = sorted({"READY", "SCHEDULED", "ROUTED", "DISPATCHED", "EN_ROUTE", "ON_SITE", "RETURN_NEEDED"})
    due = session.execute(
        select(order.id, order.kind, order.window, order.due_on, order.lon, order.lat)
        .where(order.state.in_(to_do), order.due_on <= last)
        .order_by(order.id)
    ).all()
    stops = session.execute(
        select(stop.order_id, stop.start_at, stop.finish_at, route.crew_id, route.on_day)
        .join(route, route.id == stop.route_id)
        .where(route.status == "published", route.on_day >= first, route.on_day <= last)
        .order_by(route.on_day, route.crew_id, stop.position)
    ).all()
    return DayWork(
        shifts=tuple(shifts), call_signs=call_signs, skills=skills, people=people,
        orders=tuple(OrderOfDay(*row) for row in due), stops=tuple(StopOfDay(*row) for row in stops),
    )  # fmt: skip


def holds(session: Session, *, now: datetime) -> list[models.WindowHold]:
    """Places in windows that are held at this moment."""
    held = models.WindowHold
    return list(session.scalars(select(held).where(held.until_at > now).order_by(held.id)))


def find_hold(session: Session, *, person_id: int, ref: str) -> models.WindowHold | None:
    """What a person holds (or held, when it has lapsed) at a property."""
    held = models.WindowHold
    return session.scalars(select(held).where(held.person_id == person_id, held.ref == ref)).one_or_none()


def get_sheet(session: Session, *, sheet_id: int) -> stores.MapSheet:
    """A map sheet that has an image. Refuses with UnknownProperty."""
    found = session.get(stores.MapSheet, sheet_id)
    if found is None or found.file is None:
        raise UnknownProperty(f"There is no map sheet {sheet_id} with an image.")
    return found
