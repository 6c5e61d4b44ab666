"""Shapes of plans, routes and hand moves on the wire."""

from typing import Literal

from dispatch.wire import Instant, Line, LonLat, Wire


class PlanIn(Wire):
    on: str
    """Day to plan, ISO."""
    seconds: int = 20


class SaidOut(Wire):
    text_en: str
    text_es: str


class FitsIfOut(Wire):
    code: str
    text_en: str
    text_es: str


class UnplannedOut(Wire):
    order_id: int
    number: str
    kind: str
    place: str
    window: str
    code: str
    reason_en: str
    reason_es: str
    fits_if: list[FitsIfOut]
    """What would give it a stop, the easiest first; each was tried, and everything else keeps its stop."""
    lon: float | None
    lat: float | None


class PlanOut(Wire):
    plan_id: int
    on: str
    status: Literal["queued", "reading", "travel", "solving", "saving", "draft", "published", "failed", "superseded"]
    stage_en: str
    stage_es: str
    progress: float
    """0 to 1."""
    orders: int
    planned: int
    crews: int
    travel_minutes: int | None
    seconds: float | None
    error_en: str | None
    error_es: str | None
    unplanned: list[UnplannedOut]
    proposal: bool
    """A re-plan made it: changes to the plan in force that wait for a person."""


class ReplanChangeOut(Wire):
    order_id: int
    from_crew_id: int | None
    to_crew_id: int | None
    text_en: str
    text_es: str
    beyond: bool
    """Beyond the changes that a crew should have in a day, for an emergency."""


class ReplanOut(Wire):
    replan_id: int
    at: Instant
    status: Literal["waiting", "working", "done", "failed"]
    outcome: Literal["published", "proposed", "nothing"] | None
    plan_id: int | None
    text_en: str
    """What happened, and what came of it."""
    text_es: str
    changes: list[ReplanChangeOut]
    left: list[int]
    """Orders of the event that found no place."""


class StopOut(Wire):
    order_id: int
    number: str
    kind: str
    state: str
    place: str
    position: int
    arrive_at: Instant
    start_at: Instant
    finish_at: Instant
    window_from: Instant | None
    window_to: Instant | None
    locked: bool
    pinned: bool
    """A person put it on this route; the planner leaves it there."""
    done: bool
    why_here: SaidOut | None
    """Why it is not with the crew that is nearer or had it."""
    late_min: int
    lon: float
    lat: float


class RouteOut(Wire):
    route_id: int
    crew_id: int
    letter: str
    crew: str
    """Call sign: "Truck 4"."""
    people: list[str]
    status: Literal["draft", "published"]
    version: int
    shift_from: Instant
    shift_to: Instant
    lunch_from: Instant | None
    lunch_to: Instant | None
    finish_at: Instant | None
    changes_left: int
    stops: list[StopOut]
    line: list[LonLat]
    """The way along the streets, yard to yard."""


class DayRoutesOut(Wire):
    on: str
    plan: PlanOut | None
    routes: list[RouteOut]
    unassigned: list[UnplannedOut]
    replans: list[ReplanOut]
    """The last times that the plan in force was looked at again, the newest first."""
    last_shutoff_at: Instant | None
    seq: int


class TrialIn(Wire):
    """A day as it could be."""

    on: str
    more_crews: int = 0
    longer_min: int = 0
    """Every shift so many minutes longer; negative: shorter."""
    more_orders_percent: int = 0


class FiguresOut(Wire):
    crews: int
    orders: int
    planned: int
    promised: int
    promised_planned: int
    drive_min: int
    finish_at: Instant | None
    """When the last crew is back."""


class TrialOut(Wire):
    trial_id: int
    on: str
    status: Literal["queued", "working", "done", "failed"]
    progress: float
    now: FiguresOut | None
    """The day as it is, planned anew."""
    then: FiguresOut | None
    """The day with the options, planned in the same time."""
    error_en: str | None
    error_es: str | None


class MoveIn(Wire):
    order_id: int
    to_route_id: int | None
    """None takes the order off its route (back to unassigned)."""
    position: int
    """0-based place among the stops of the target route; the server may not move it before a locked stop."""
    version: int
    """Version of the target route that the person saw (0 when it has none)."""
    dry_run: bool = False
    reason: Line = ""


class RippleLine(Wire):
    result: Literal["pass", "warn", "block"]
    text_en: str
    text_es: str


class MoveOut(Wire):
    moved: bool
    lines: list[RippleLine]
    """What is kept, what moves and by how much, as the ripple card shows it."""
    start_at: Instant | None
    later_min: dict[int, int]
    """order id -> minutes later (negative: earlier)."""
    travel_min_change: float
    took_ms: float
