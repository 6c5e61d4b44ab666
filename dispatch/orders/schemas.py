"""Shapes of orders, kinds, verdicts and reviews on the wire."""

from typing import Any, Literal

from dispatch.wire import Instant, Line, LonLat, Note, Wire

VerdictResult = Literal["pass", "warn", "block"]


class RuleOut(Wire):
    """One evaluated rule: the fact first, then the rule and its source."""

    rule_id: str
    result: Literal["pass", "warn", "block", "info"]
    fact_en: str
    fact_es: str
    evidence: str
    source: str
    override_role: str | None = None


class VerdictOut(Wire):
    """What the rules say of one kind at one property, before the rep chooses it."""

    kind: str
    result: VerdictResult
    summary_en: str
    summary_es: str
    first_allowed_on: str | None
    rules: list[RuleOut]


class KindOut(Wire):
    """One row of the catalogue."""

    code: str
    letter: str
    symbol: str
    name_en: str
    name_es: str
    priority: int
    minutes: int
    people: int
    may_wait: bool
    """An order of this kind may be left to any of several days (`OrderIn.latest_on`)."""
    skills: list[str]
    steps: list[dict[str, Any]]
    """Form of the tablet: see `dispatch.orders.kinds` (Step values)."""
    dispositions: list[dict[str, Any]]


class OverrideIn(Wire):
    rule_id: Line
    reason: Note


class OrderIn(Wire):
    """A new order. Give `premise_id`, or `parcel_id` / `lot_id` for a place without an address."""

    kind: Line
    premise_id: int | None = None
    parcel_id: int | None = None
    lot_id: int | None = None
    service_point_id: int | None = None
    reason: Line = ""
    note: Note = ""
    due_on: str | None = None
    """Day, ISO; the first allowed day when left out."""
    latest_on: str | None = None
    """Day, ISO: the order may be done on any day from `due_on` to this one, and the planner chooses; `ALL_DAY` only."""
    window: Literal["ALL_DAY", "AM", "PM", "8-10", "10-12", "12-14", "14-16"] = "ALL_DAY"
    contact_name: Line = ""
    contact_phone: Line = ""
    text_ahead: bool = False
    someone_home: bool = False
    overrides: list[OverrideIn] = []
    link_duplicate: bool = False
    """True: the rep has seen an open order of the same sort here and wants this one too."""


class OrderRow(Wire):
    """One line of a list of orders."""

    id: int
    number: str
    kind: str
    state: str
    priority: int
    place: str
    """Address, or "Lot 9, Tract 8198-2", or an intersection."""
    property_ref: str
    due_on: str
    latest_on: str | None
    """Where any day up to this one will do: `due_on` is the day chosen for now."""
    window: str
    crew: str | None
    opened_at: Instant
    lon: float | None
    lat: float | None
    version: int


class OrderList(Wire):
    orders: list[OrderRow]
    total: int
    page: int
    pages: int


class HistoryLine(Wire):
    at: Instant
    who: str
    text_en: str
    text_es: str


class VisitOut(Wire):
    """One attempt at an order as the office sees it."""

    visit_id: str
    technician: str
    crew: str
    arrived_at: Instant | None
    started_at: Instant | None
    finished_at: Instant | None
    disposition: str | None
    reading: str | None
    valve_found: str | None
    valve_left: str | None
    notes: str
    photos: list[str]
    """SHA-256 of each photo; fetch at `/api/v1/attachments/{sha256}`."""
    photos_missing: int
    facts: dict[str, Any]


class OrderOut(Wire):
    row: OrderRow
    reason: str
    note: str
    contact_name: str
    contact_phone: str
    someone_home: bool
    account_number: str | None
    customer: str | None
    meter_serial: str | None
    hazards: list[str]
    verdict: VerdictOut | None
    """Snapshot of the rules at the moment the order was opened."""
    visits: list[VisitOut]
    history: list[HistoryLine]
    allowed: list[str]
    """Actions that this person may take now: cancel, hold, release."""
    unplanned_reason: str | None


class CancelIn(Wire):
    version: int
    reason: Note


class ReviewRow(Wire):
    """A visit whose effect on the account waits for a person."""

    review_id: int
    order: OrderRow
    opened_at: Instant
    reasons: list[RuleOut]
    visit: VisitOut
    previous_reading: str | None
    expected_low: str | None
    expected_high: str | None
    unit: str | None


class ReviewList(Wire):
    reviews: list[ReviewRow]
    held: list["HeldRow"]


class HeldRow(Wire):
    """A field operation that the server kept but did not apply: a person decides."""

    held_id: int
    op_id: str
    kind: str
    order: OrderRow | None
    technician: str
    device: str
    occurred_at: Instant
    received_at: Instant
    reason_en: str
    reason_es: str
    payload: dict[str, Any]


class ReviewDecisionIn(Wire):
    decision: Literal["post", "reread", "discard_reading"]
    note: Note


class HeldDecisionIn(Wire):
    decision: Literal["apply", "set_aside"]
    note: Note


class MapPoint(Wire):
    at: LonLat
