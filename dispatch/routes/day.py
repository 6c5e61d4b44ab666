"""A day as the planner gets it: crews, orders and what already stands, from facts of the house. Pure.

Instants become seconds after local midnight here and nowhere else. On a day with spring or autumn clock change the
seconds count real time from midnight, so that no drive gets an hour longer.
"""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from dispatch.orders import kinds, lifecycle
from dispatch.routes import learning, planner

NEXT_STOPS_KEPT = 2
"""So many stops ahead of a crew never move by the planner: the crew has read them, a customer may have been called."""
OVER = frozenset({"COMPLETED", "REVIEW", "POSTED", "CLOSED", "CGI", "RETURN_NEEDED"})
"""States of a stop whose visit is over."""
TAKEABLE = lifecycle.PLANNABLE | {"DISPATCHED", "EN_ROUTE"}
"""States in which an order can still be put on a crew's route."""
STARTED = frozenset({"EN_ROUTE", "ON_SITE"})
NOT_VISITED = frozenset({"RECALLED", "CANCELLED", "ON_HOLD", "READY", "SCHEDULED", "DRAFT"})
"""On a published route these take no time: nobody goes there any more."""
YARD = -1
"""Stands for the yard where places are looked up by order id."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """One order that is due. `window` bounds the start (instants); `not_after_at` is the last moment a cut may start.

    `pinned_crew_id`: a person gave it to this crew, which is on shift.
    """

    order_id: int
    kind: str
    state: str
    priority: int
    at: Point | None
    window: tuple[datetime, datetime] | None = None
    not_after_at: datetime | None = None
    prefer_crew_id: int | None = None
    pinned_crew_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStop:
    """A stop of the published route that the planner takes as given, in order: over, under way, or next."""

    order_id: int
    state: str
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime

    @property
    def behind(self) -> bool:
        """True when the crew is there or has been there: its times are facts, not plans."""
        return self.state in OVER or self.state in STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewFacts:
    """One crew on shift. `kept` are its stops that stay; `lunch_taken` the lunch that lies behind it."""

    crew_id: int
    start_at: datetime
    end_at: datetime
    lunch_from_at: datetime | None
    lunch_to_at: datetime | None
    lunch_s: int
    skills: frozenset[str]
    people: int
    kept: tuple[KeptStop, ...] = ()
    lunch_taken: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """Everything the plan of one day depends on. `blocked` are orders that the rules stop that day, with the reason.

    `cuts_an_hour` shutoffs may begin within each hour (None: any number); `cuts_elsewhere` are the instants at which
    some begin on routes that are not in question here. `work_s` are learned seconds on site by kind and area (where
    there are none the catalogue's hold), `drive` is how long driving takes that day against the streets' own seconds.
    """

    on: date
    zone: ZoneInfo
    now: datetime
    yard: Point
    crews: tuple[CrewFacts, ...]
    orders: tuple[OrderFacts, ...]
    cuts_an_hour: int | None = None
    cuts_elsewhere: tuple[datetime, ...] = ()
    blocked: tuple[tuple[int, dict[str, object]], ...] = ()
    work_s: learning.WorkSeconds = field(default_factory=dict)
    drive: float = 1.0

    def fingerprint(self) -> str:
        """A hash of the work and the crews, without the clock and without how far the crews are."""
        orders = [
            (o.order_id, o.kind, o.priority, o.at, o.window, o.not_after_at, o.pinned_crew_id) for o in self.orders
        ]
        behind = {stop.order_id for crew in self.crews for stop in crew.kept if stop.behind}
        crews = [(c.crew_id, c.start_at, c.end_at, c.lunch_from_at, c.lunch_to_at, c.lunch_s, sorted(c.skills), c.people)
                 for c in self.crews]  # fmt: skip
        blocked = sorted(order_id for order_id, _ in self.blocked)
        todo = sorted(row for row in orders if row[0] not in behind)
        text = repr(
            (self.on, self.zone.key, self.yard, self.cuts_an_hour, sorted(crews, key=lambda row: row[0]), todo, blocked,
             sorted(self.work_s.items()), self.drive)
        )  # fmt: skip
        return hashlib.sha256(text.encode()).hexdigest()

    def allows(self, later: "DayFacts") -> bool:
        """True when what crews have begun since (`later`) were stops that a plan on these facts left in their place."""
        kept = {crew.crew_id: {stop.order_id for stop in crew.kept} for crew in self.crews}
        return all(
            stop.order_id in kept.get(crew.crew_id, set()) for crew in later.crews for stop in crew.kept if stop.behind
        )

    def places(self) -> tuple[tuple[int, Point], ...]:
        """Every place that driving times are needed for, by order id (YARD for the yard)."""
        at = {order.order_id: order.at for order in self.orders if order.at is not None}
        return ((YARD, self.yard), *sorted(at.items()))


def midnight(*, on: date, zone: ZoneInfo) -> datetime:
    """The instant at which the local day begins."""
    return datetime.combine(on, time(0), tzinfo=zone)


def second_of(at: datetime, *, on: date, zone: ZoneInfo) -> int:
    """Seconds of real time since local midnight of the day."""
    return int(at.timestamp() - midnight(on=on, zone=zone).timestamp())


def instant_of(second: int, *, on: date, zone: ZoneInfo) -> datetime:
    """The instant so many seconds of real time after local midnight."""
    start = midnight(on=on, zone=zone)
    return start.astimezone(ZoneInfo("UTC")) + timedelta(seconds=second)


def window_of(
    *, due_on: date, window_from: datetime | None, window_to: datetime | None, on: date
) -> tuple[datetime, datetime] | None:
    """The promised window of an order on a day; none for the whole day, and none once its own day has passed."""
    if due_on != on or window_from is None or window_to is None:
        return None
    return (window_from, window_to)


def local_time(text: str, *, on: date, zone: ZoneInfo) -> datetime:
    """The instant of a setting such as "14:00" on a day."""
    return datetime.combine(on, time.fromisoformat(text), tzinfo=zone)


def kept_stops(stops: Sequence[KeptStop]) -> tuple[KeptStop, ...]:
    """Of the stops of a published route: those behind the crew, and the next two that somebody will still visit."""
    behind = [stop for stop in stops if stop.behind]
    ahead = [stop for stop in stops if not stop.behind and stop.state not in NOT_VISITED]
    return (*behind, *ahead[:NEXT_STOPS_KEPT])


def problem(*, facts: DayFacts, place_of: Mapping[int, int], travel_s: npt.NDArray[np.int32]) -> planner.Problem:
    """The planner's problem. `place_of` maps order id (or YARD) to a row of `travel_s`; -1 is off the network."""
    behind = {stop.order_id for crew in facts.crews for stop in crew.kept if stop.behind}
    locks = {
        stop.order_id: (crew.crew_id, position)
        for crew in facts.crews
        for position, stop in enumerate(stop for stop in crew.kept if not stop.behind)
    }
    jobs = [
        _job(facts=facts, order=order, place=place_of.get(order.order_id, -1), lock=locks.get(order.order_id))
        for order in facts.orders
        if order.order_id not in behind
    ]
    crews = [_crew(facts=facts, crew=crew, place_of=place_of) for crew in facts.crews]
    return planner.Problem(
        crews=tuple(crews), jobs=tuple(jobs), travel_s=_driven(travel_s, facts.drive), cuts_an_hour=facts.cuts_an_hour,
        cuts_elsewhere_s=tuple(second_of(at, on=facts.on, zone=facts.zone) for at in _cuts_begun(facts)),
    )  # fmt: skip


def _driven(street_s: npt.NDArray[np.int32], factor: float) -> npt.NDArray[np.int32]:
    """Driving times as they really are; what the streets do not connect stays so."""
    if factor == 1.0:
        return street_s
    driven_s = np.rint(street_s * factor).astype(np.int32)
    return np.where(street_s >= planner.NO_DRIVE_S, street_s, driven_s)


def _cuts_begun(facts: DayFacts) -> tuple[datetime, ...]:
    cuts = {order.order_id for order in facts.orders if kinds.get(code=order.kind).needs_clearance}
    behind = [stop for crew in facts.crews for stop in crew.kept if stop.behind and stop.order_id in cuts]
    return (*facts.cuts_elsewhere, *(stop.start_at for stop in behind))


SPARE = 1.25
"""Room above the bare work that a shared-out day leaves to driving, windows and skills."""


def shared_out(problem: planner.Problem) -> planner.Problem | None:
    """The day with shifts shortened to what the work needs, so that it is shared among all crews; None for a full day.

    Driving alone would pack a light day into few trucks: they would run late while others stand in the yard.
    """
    work_s = sum(job.service_s for job in problem.jobs)
    room_s = sum(max(0, crew.end_s - crew.start_s - (crew.lunch_s if crew.has_lunch else 0)) for crew in problem.crews)
    share = SPARE * work_s / room_s if room_s else 1.0
    if share >= 1.0:
        return None
    # So few shutoffs may begin in an hour that they need their hours, however little work they are.
    cuts = sum(1 for job in problem.jobs if job.is_cut)
    least_s = 3600 * -(-cuts // problem.cuts_an_hour) if problem.cuts_an_hour else 0
    crews = tuple(dataclasses.replace(crew, end_s=_shortened(crew, share, least_s)) for crew in problem.crews)
    return dataclasses.replace(problem, crews=crews)


def _shortened(crew: planner.Crew, share: float, least_s: int) -> int:
    # A shift that ends before the lunch hour has its lunch after the last stop: the whole day has room for it.
    return min(crew.end_s, crew.start_s + max(least_s, int((crew.end_s - crew.start_s) * share)))


def with_homes(problem: planner.Problem, plan: planner.Plan) -> planner.Problem:
    """The day again, every order preferring the crew that a first plan gave it."""
    home = {order_id: crew_id for crew_id, some in plan.sequences().items() for order_id in some}
    jobs = tuple(
        dataclasses.replace(job, prefer_crew_id=home.get(job.order_id, job.prefer_crew_id)) for job in problem.jobs
    )
    return dataclasses.replace(problem, jobs=jobs)


def _job(*, facts: DayFacts, order: OrderFacts, place: int, lock: tuple[int, int] | None) -> planner.Job:
    kind = kinds.get(code=order.kind)

    def second(at: datetime) -> int:
        return second_of(at, on=facts.on, zone=facts.zone)

    return planner.Job(
        order_id=order.order_id,
        place=place,
        service_s=learning.work_s(facts.work_s, kind=order.kind, place=order.at, plan_s=kind.minutes * 60),
        windows=() if order.window is None else ((second(order.window[0]), second(order.window[1])),),
        skills=kind.skills,
        people=kind.people,
        value=float(worth(order.priority)),
        priority=order.priority,
        locked_crew_id=order.pinned_crew_id if lock is None else lock[0],
        locked_position=None if lock is None else lock[1],
        latest_start_s=None if order.not_after_at is None else second(order.not_after_at),
        prefer_crew_id=order.prefer_crew_id,
        is_cut=kind.needs_clearance,
    )


def worth(priority: int) -> int:
    """What an order of a priority is worth; unknown priorities count as the lowest."""
    values = kinds.kind.PRIORITY_VALUES
    return values[min(max(priority, 0), len(values) - 1)]


def _crew(*, facts: DayFacts, crew: CrewFacts, place_of: Mapping[int, int]) -> planner.Crew:
    def second(at: datetime) -> int:
        return second_of(at, on=facts.on, zone=facts.zone)

    yard = place_of.get(YARD, -1)
    start_s, end_s, place = second(crew.start_at), second(crew.end_at), yard
    behind = [stop for stop in crew.kept if stop.behind]
    if behind:
        place = place_of.get(behind[-1].order_id, yard)
        place = yard if place < 0 else place
        start_s = max(start_s, second(behind[-1].finish_at))
    # A crew on its shift cannot start anything in the past.
    start_s = max(start_s, second(facts.now))
    hungry = crew.lunch_from_at is not None and crew.lunch_to_at is not None and crew.lunch_taken is None
    return planner.Crew(
        crew_id=crew.crew_id,
        start_s=min(start_s, end_s),
        end_s=end_s,
        start_place=place,
        end_place=yard,
        skills=crew.skills,
        people=crew.people,
        lunch_earliest_s=second(crew.lunch_from_at) if hungry and crew.lunch_from_at else None,
        lunch_latest_s=second(crew.lunch_to_at) if hungry and crew.lunch_to_at else 0,
        lunch_s=crew.lunch_s if hungry else 0,
    )
