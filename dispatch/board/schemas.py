"""Shapes of the map board on the wire."""

from typing import Literal

from dispatch.routes.schemas import DayRoutesOut
from dispatch.wire import Instant, Wire


class CrewNow(Wire):
    """Where a crew is and how old that is."""

    crew_id: int
    letter: str
    crew: str
    people: list[str]
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    seen_at: Instant | None
    usual_dead_zone: bool
    doing_order_id: int | None
    state: str
    """off, driving, on_site, break, done"""
    not_sent: int
    """Operations that the tablet still holds, as it last said."""
    heard_at: Instant | None
    checked_in_at: Instant | None


class AlertOut(Wire):
    id: str
    harm: int
    """0 is worst."""
    kind: Literal[
        "recall_unanswered", "missed_check_in", "window_at_risk", "late", "held", "review", "emergency", "sync_gap"
    ]
    title_en: str
    title_es: str
    text_en: str
    text_es: str
    since_at: Instant
    verb: Literal["call", "show", "send"]
    order_id: int | None
    crew_id: int | None
    phone: str | None


class Kpis(Wire):
    done: int
    of: int
    windows_kept: int
    windows_of: int
    likely_late: int
    shutoffs_done: int
    shutoffs_of: int
    recalled: int
    paid_waiting: int
    longest_wait_min: int
    restored: int
    """Restores done on the day."""
    paid_to_on_min: int | None
    """The middle one of their times from payment to water on; None while there is none."""
    no_access: int
    not_sent: int
    not_sent_tablets: int
    in_review: int


class BoardOut(Wire):
    day: DayRoutesOut
    crews: list[CrewNow]
    alerts: list[AlertOut]
    kpis: Kpis
    public: bool
    """True: names hidden and shutoffs for non-payment shown as service calls."""
    at: Instant
    seq: int
