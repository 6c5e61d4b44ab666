"""What GIS programs may read: one row a collection, one row a field, each with the right that it needs.

A field is an SQL expression, so that what is shown, filtered and sorted by is the same thing: a caller who may not see
that a visit is a shutoff for non-payment cannot find it out by filtering either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch import clock
from dispatch.accounts.models import Premise
from dispatch.crews import models as crew_models
from dispatch.crews import queries as crews
from dispatch.meters.models import Meter, ServicePoint
from dispatch.orders import kinds, lifecycle
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from maps import stores

May = Callable[[str], bool]
Type = Literal["string", "integer", "number", "boolean"]
Value = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property: its JSON type (and format date or date-time), its words, its expression, the right it needs.
    Without an expression it is shown only, and filled in by the collection's `finish`."""

    type: Type
    title: str
    format: str | None = None
    value: Value | None = None
    needs: str | None = None


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One layer: rows by `id`, a shape in `shape` or a point in `lon` and `lat`."""

    name: str
    title: str
    description: str
    needs: str
    fields: Callable[[May], Mapping[str, Field]]
    rows: Callable[[Select[Any]], Select[Any]]
    """Puts the joins and the standing condition onto a select."""
    id: Value
    shape: Value | None = None
    boxed: str | None = None
    """Table of `stores.in_box` where the shape is more than a point."""
    lon: Value | None = None
    lat: Value | None = None
    time: str | None = None
    """Field that `datetime` asks about."""
    finish: Callable[[Session, list[dict[str, Any]]], None] | None = None

    def open_fields(self, may: May) -> dict[str, Field]:
        """The fields that this caller may see."""
        return {name: one for name, one in self.fields(may).items() if one.needs is None or may(one.needs)}


def visible(may: May) -> tuple[Collection, ...]:
    """The collections that a caller may read, in our order."""
    return tuple(one for one in COLLECTIONS.values() if may(one.needs))


def _parcel_fields(_may: May) -> dict[str, Field]:
    parcel = stores.Parcel
    return {
        "number": Field(type="string", title="Parcel number", value=parcel.number_canonical),
        "source_number": Field(type="string", title="Parcel number as its source writes it", value=parcel.number),
        "address": Field(type="string", title="Situs address", value=parcel.situs_address),
        "use": Field(type="string", title="Land use", value=parcel.use_text),
        "area_m2": Field(type="number", title="Area in square metres", value=parcel.area_m2),
    }


def _point_fields(_may: May) -> dict[str, Field]:
    point = ServicePoint
    in_place = (Meter.service_point_id == point.id, Meter.removed_on.is_(None))
    serial = select(func.min(Meter.serial)).where(*in_place).correlate(point).scalar_subquery()
    size = select(func.min(Meter.size_in)).where(*in_place).correlate(point).scalar_subquery()
    return {
        "address": Field(type="string", title="Address", value=Premise.address),
        "parcel": Field(type="string", title="Parcel number", value=stores.Parcel.number_canonical),
        "kind": Field(type="string", title="Kind of service", value=point.kind),
        "valve": Field(type="string", title="State of the curb valve", value=point.valve_state),
        "meter": Field(type="string", title="Serial number of the meter", value=serial),
        "meter_size_in": Field(type="string", title="Size of the meter in inches", value=size),
        "where": Field(type="string", title="Where the box is, in words", value=point.position_text),
        "accuracy_m": Field(type="number", title="How far the position may be off, in metres", value=point.accuracy_m),
        "source": Field(type="string", title="Where the position comes from", value=point.pin_source),
        "pinned_on": Field(type="string", format="date", title="Day of the position", value=point.pinned_on),
    }


def shown_kind(may: May) -> Value:
    """The kind of an order as this caller may see it: without the right to names, why water is shut off stays hidden."""
    hidden = {one.code: one.public_code for one in kinds.catalogue().values() if one.public_code}
    if may("board.names") or not hidden:
        return ServiceOrder.kind
    return case(hidden, value=ServiceOrder.kind, else_=ServiceOrder.kind)


def _order_fields(may: May) -> dict[str, Field]:
    order = ServiceOrder
    instant = "date-time"
    return {
        "number": Field(type="string", title="Order number", value=order.number),
        "kind": Field(type="string", title="Kind of order", value=shown_kind(may)),
        "state": Field(type="string", title="State", value=order.state),
        "priority": Field(type="integer", title="Priority, 0 first", value=order.priority, needs="board.names"),
        "place": Field(type="string", title="Place", value=order.place),
        "due_on": Field(type="string", format="date", title="Day it is due", value=order.due_on),
        "window": Field(type="string", title="Window", value=order.window),
        "window_from": Field(type="string", format=instant, title="Window begins", value=order.window_from),
        "window_to": Field(type="string", format=instant, title="Window ends", value=order.window_to),
        "crew": Field(type="string", title="Crew that has it", value=crew_models.Crew.call_sign),
        "opened_at": Field(type="string", format=instant, title="Opened", value=order.opened_at),
        "contact_name": Field(type="string", title="Contact", value=order.contact_name, needs="customers.see"),
        "contact_phone": Field(type="string", title="Telephone", value=order.contact_phone, needs="customers.see"),
        "note": Field(type="string", title="Note", value=order.note, needs="customers.see"),
    }


def _crew_fields(_may: May) -> dict[str, Field]:
    crew, seen = crew_models.Crew, crew_models.LastPosition
    return {
        "crew": Field(type="string", title="Call sign", value=crew.call_sign),
        "letter": Field(type="string", title="Letter of its route", value=crew.letter),
        "vehicle": Field(type="string", title="Vehicle", value=crew.vehicle),
        "seen_at": Field(type="string", format="date-time", title="When it was there", value=seen.at),
        "accuracy_m": Field(type="number", title="How far the position may be off, in metres", value=seen.accuracy_m),
        "people": Field(type="string", title="People on today's shift", needs="board.names"),
    }


def _people_of_today(session: Session, features: list[dict[str, Any]]) -> None:
    today: date = clock.today(policies.zone(session))
    shifts = crews.shifts_on(session, on=today)
    members = crews.members(session, [shift.id for shift in shifts])
    names = {shift.crew_id: ", ".join(member.name for member in members[shift.id]) for shift in shifts}
    for feature in features:
        if "people" in feature["properties"]:
            feature["properties"]["people"] = names.get(feature["id"])


def _parcels(asked: Select[Any]) -> Select[Any]:
    return asked.where(stores.Parcel.retired_on.is_(None))


def _points(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(ServicePoint)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(stores.Parcel, stores.Parcel.id == Premise.parcel_id)
    )


def _orders(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(ServiceOrder)
        .outerjoin(crew_models.Crew, crew_models.Crew.id == ServiceOrder.crew_id)
        .where(ServiceOrder.state.in_(sorted(lifecycle.OPEN - {"DRAFT"})))
    )


def _crews(asked: Select[Any]) -> Select[Any]:
    crew, seen = crew_models.Crew, crew_models.LastPosition
    return asked.select_from(crew).outerjoin(seen, seen.crew_id == crew.id).where(crew.active.is_(True))


COLLECTIONS: dict[str, Collection] = {
    one.name: one
    for one in (
        Collection(
            name="parcels", title="Parcels", needs="places.search", fields=_parcel_fields, rows=_parcels,
            description="Tax parcels in use, as last imported from the county.",
            id=stores.Parcel.id, shape=stores.Parcel.shape, boxed="map_parcel",
        ),
        Collection(
            name="service-points", title="Service points", needs="places.search", fields=_point_fields, rows=_points,
            description="Where the utility meets each premise: the meter box, how far it may be off, and its valve.",
            id=ServicePoint.id, lon=ServicePoint.lon, lat=ServicePoint.lat,
        ),
        Collection(
            name="open-orders", title="Open orders", needs="orders.see", fields=_order_fields, rows=_orders,
            description="Orders for which a visit is still to come. datetime asks about the day they are due.",
            id=ServiceOrder.id, lon=ServiceOrder.lon, lat=ServiceOrder.lat,
            time="due_on",
        ),
        Collection(
            name="crews", title="Crews", needs="board.see", fields=_crew_fields, rows=_crews, finish=_people_of_today,
            description="Crews and where they were last seen. datetime asks about that instant.",
            id=crew_models.Crew.id, lon=crew_models.LastPosition.lon,
            lat=crew_models.LastPosition.lat, time="seen_at",
        ),
    )
}  # fmt: skip
