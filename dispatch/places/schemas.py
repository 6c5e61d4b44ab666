"""Shapes of search and the property card on the wire."""

from typing import Any, Literal

from dispatch.orders.schemas import OrderRow, VerdictOut
from dispatch.wire import Instant, Line, LonLat, Wire


class HitOut(Wire):
    """One search result: what it is, why it matched, what it opens."""

    kind: str
    """parcel, address, intersection, lot, tract, hydrant, account, customer, phone, meter, endpoint, order"""
    ref: str
    """What opens: "premise-12", "parcel-7", "lot-3", "order-5", "hydrant-9" or "point-LON,LAT"."""
    label: str
    detail: str
    why: str
    matched: list[tuple[int, int]]
    """Half-open character ranges of `label` that matched."""
    lon: float | None
    lat: float | None


class SearchOut(Wire):
    query: str
    results: list[HitOut]
    total: int
    took_ms: float


class TractOut(Wire):
    tract_no: str
    lot: str | None
    map_book: str | None
    map_page: str | None
    name: str


class SheetOut(Wire):
    """A recorded map drawn over the map: an image and where its corners lie (top left, top right, bottom right, bottom left)."""

    id: int
    name: str
    url: str
    corners: list[LonLat]
    page_id: int | None = None
    """Its image for reading (sheet-pages); None where only the overlay is here."""


class PlaceNameOut(Wire):
    text: str
    kind: Literal["former", "alias"]


class HazardOut(Wire):
    kind: str
    text_en: str
    text_es: str
    noted_on: str | None


class ReadingOut(Wire):
    read_on: str
    read_type: str
    """E is an estimate, A manual, M radio, ... (domain glossary)."""
    digits: str
    usage: str | None
    """Decimal in CCF."""
    quality: str
    bill_cents: int | None
    in_review: bool = False


class MeterOut(Wire):
    id: int
    serial: str
    endpoint: str | None
    size: str
    unit: str
    dials: int
    decimals: int
    fixed_zeros: int
    multiplier: str
    last_digits: str | None
    last_read_on: str | None


class ServicePointOut(Wire):
    id: int
    kind: str
    lon: float
    lat: float
    accuracy_m: float
    pin_source: str
    position_text: str
    """Where the box is: "Alder Glen Ct side, 12 ft N of drive, 3 ft behind curb"."""
    walk_en: str
    """The walking hint: what was measured, else position_text."""
    walk_es: str
    valve_state: str
    meter: MeterOut | None
    readings: list[ReadingOut]
    """Newest first, at most 20."""
    usual_low: str | None
    """CCF per bill."""
    usual_high: str | None
    use_alert_en: str | None
    use_alert_es: str | None


class AccountPlanOut(Wire):
    kind: str
    kept: int
    total: int
    status: str


class AccountOut(Wire):
    id: int
    number: str
    status: str
    customer: str
    owner_since: str | None
    relation: str
    phones: list[str]
    email: str | None
    language: str
    ok_to_text: bool
    customer_class: str
    past_due_cents: int
    days_past_due: int
    collection_stage: str
    plan: AccountPlanOut | None
    holds: list[str]


class PropertyOut(Wire):
    """All that the desk shows of one property, in one answer."""

    ref: str
    premise_id: int | None
    parcel_id: int | None
    lot_id: int | None
    address: str
    """Empty for a lot without an address; then `title` says "Lot 14, Tract 8198-2"."""
    title: str
    city: str
    zip: str
    apn: str | None
    tract: TractOut | None
    zone: str | None
    cycle: str | None
    customer_class: str | None
    water: str | None
    """on, off, mixed or None when there is no service."""
    lon: float
    lat: float
    parcel_shape: dict[str, Any] | None
    """GeoJSON geometry."""
    names: list[PlaceNameOut]
    """Former addresses and what people call the place."""
    hazards: list[HazardOut]
    account: AccountOut | None
    service_points: list[ServicePointOut]
    open_orders: list[OrderRow]
    verdicts: list[VerdictOut]
    sheets: list[SheetOut]
    as_of: Instant


class WindowOut(Wire):
    """One window of one day: room left as the routes and the orders already booked leave it."""

    on: str
    window: str
    state: str
    """open, full, past, closed"""
    left: int
    used_share: float
    best: bool
    why_en: str
    why_es: str


class WindowHoldIn(Wire):
    """Keep one place in a window for a property and a kind."""

    ref: Line
    kind: Line
    on: Line
    window: Literal["8-10", "10-12", "12-14", "14-16"]


class WindowHoldOut(Wire):
    """A place in a window that is kept for the caller."""

    ref: str
    kind: str
    on: str
    window: str
    number: str
    """Number that the order will have."""
    until: Instant
    as_of: Instant


class WindowsOut(Wire):
    windows: list[WindowOut]
    minutes: int
    people: int
    held: WindowHoldOut | None = None
    """What the caller holds at this property now, for this kind."""
    as_of: Instant
