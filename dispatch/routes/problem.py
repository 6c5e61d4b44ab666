"""What a day of routes is made of: crews, jobs, driving times, and the plan that answers them.

Times (`_s`) are seconds after local midnight of the planned day; durations are seconds too. A `place` is a row and
column of the matrix of driving times; a negative place is off the street network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# A drive of at least this is no drive at all: the streets do not connect the two places.
NO_DRIVE_S = 1_000_000
# Overtime, where a crew may work it, ends here.
LONGEST_OVERTIME_S = 2 * 3600

Facts = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """One crew on one day.

    Lunch of `lunch_s` begins between `lunch_earliest_s` and `lunch_latest_s`; `lunch_earliest_s` None means no lunch
    is left to take. With `overtime_ok` the shift may be overrun by two hours, at a price. `load` is the most that the
    vehicle carries, in the units of `Job.load`; None means that it does not matter. `tools` and `parts` (how many of
    each) are on board when the day begins; after a stop at the yard (`Job.fetch_for_crew_id`) nothing is missing.
    """

    crew_id: int
    start_s: int
    end_s: int
    start_place: int
    end_place: int
    skills: frozenset[str] = frozenset()
    people: int = 1
    lunch_earliest_s: int | None = None
    lunch_latest_s: int = 0
    lunch_s: int = 0
    overtime_ok: bool = False
    load: int | None = None
    tools: frozenset[str] = frozenset()
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def has_lunch(self) -> bool:
        """True when a lunch must fall into this shift; a shift that begins after the last lunch hour has none."""
        return (
            self.lunch_earliest_s is not None
            and self.lunch_s > 0
            and self.start_s <= self.lunch_latest_s
            and self.lunch_earliest_s <= self.lunch_latest_s
            and max(self.start_s, self.lunch_earliest_s) + self.lunch_s <= self.end_s
        )

    @property
    def last_end_s(self) -> int:
        """The second by which the crew must be back, overtime included."""
        return self.end_s + (LONGEST_OVERTIME_S if self.overtime_ok else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One order as the planner sees it.

    `windows` bound the start of the service (several allowed, none means any time); `latest_start_s` cuts them all.
    `locked_crew_id`: a person gave the job to this crew; with `locked_position` it is part of the fixed beginning of
    that crew's day (the locked positions, in order, come first and never move). `prefer_crew_id` is the crew that has
    it in the plan in force: staying there is worth a bonus. `load` is what the vehicle must carry for it all day long.
    `is_cut`: it counts against `Problem.cuts_an_hour`. `after_order_ids`: the orders that must be finished, by whatever
    crew, before this one begins; those that are not among the jobs of the day count as finished. Crews of `barred_crew_ids` must not be sent there.
    `meets_order_id`: the order of the other half of a visit of two crews (it need not name this one in turn): both begin
    at the same second with different crews, or neither has a stop.
    `tools` must be on board, `parts` are used up. `fetch_for_crew_id` makes the job that crew's stop at the yard, where it
    gets whatever it lacks: it is planned only where something after it needs it, and never missed.
    `approach_s`: from the halt of the vehicle until the work can begin (parking, cones, the way on foot); of several
    jobs at one place, done one after the other, the first alone needs it.
    """

    order_id: int
    place: int
    service_s: int
    windows: tuple[tuple[int, int], ...] = ()
    skills: frozenset[str] = frozenset()
    people: int = 1
    value: float = 1.0
    priority: int = 6
    locked_crew_id: int | None = None
    locked_position: int | None = None
    latest_start_s: int | None = None
    prefer_crew_id: int | None = None
    load: int = 0
    is_cut: bool = False
    after_order_ids: tuple[int, ...] = ()
    barred_crew_ids: frozenset[int] = frozenset()
    approach_s: int = 0
    meets_order_id: int | None = None
    tools: frozenset[str] = frozenset()
    parts: tuple[tuple[str, int], ...] = ()
    fetch_for_crew_id: int | None = None

    @property
    def is_fixed(self) -> bool:
        """True when the job stands at a fixed position of a fixed crew."""
        return self.locked_crew_id is not None and self.locked_position is not None

    @property
    def last_start_s(self) -> int:
        """The last second at which the work may begin, as the windows and the last-cut time are written."""
        closes = max((b for _, b in self.windows), default=NO_DRIVE_S)
        return closes if self.latest_start_s is None else min(closes, self.latest_start_s)

    def open_windows(self) -> tuple[tuple[int, int], ...]:
        """The windows that are left after `latest_start_s`, in order, empty ones and overlaps removed."""
        given = self.windows or ((0, NO_DRIVE_S),)
        cut = self.latest_start_s
        merged: list[tuple[int, int]] = []
        for opens, closes in sorted((max(0, a), b if cut is None else min(b, cut)) for a, b in given):
            if closes < opens:
                continue
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
            else:
                merged.append((opens, closes))
        return tuple(merged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the search trades, in seconds of driving: a point of lost value, a job kept with its crew, overtime."""

    value_s: float = 600.0
    keep_crew_s: float = 1200.0
    overtime_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A day to plan. `travel_s[a, b]` is the drive from place a to place b (int32 seconds).

    So many cuts (`Job.is_cut`) as `cuts_an_hour` may begin within each hour of the clock, None for any number;
    `cuts_elsewhere_s` are the seconds at which cuts begin that are not among the jobs.
    """

    crews: tuple[Crew, ...]
    jobs: tuple[Job, ...]
    travel_s: npt.NDArray[np.int32]
    prices: Prices = field(default_factory=Prices)
    cuts_an_hour: int | None = None
    cuts_elsewhere_s: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no reading of the day can mean; everything else is planned around, with its reason."""
        places = self.travel_s.shape[0]
        wrong: list[str] = []
        if self.travel_s.ndim != 2 or self.travel_s.shape[0] != self.travel_s.shape[1]:
            wrong.append(f"travel_s must be square, not {self.travel_s.shape}")
        if len({job.order_id for job in self.jobs}) != len(self.jobs):
            wrong.append("an order appears twice among the jobs")
        if len({crew.crew_id for crew in self.crews}) != len(self.crews):
            wrong.append("a crew appears twice")
        wrong.extend(f"order {j.order_id}: service_s is {j.service_s}" for j in self.jobs if j.service_s < 0)
        wrong.extend(f"order {j.order_id}: approach_s is {j.approach_s}" for j in self.jobs if j.approach_s < 0)
        wrong.extend(f"order {j.order_id}: load is {j.load}" for j in self.jobs if j.load < 0)
        if self.cuts_an_hour is not None and self.cuts_an_hour < 0:
            wrong.append(f"cuts_an_hour is {self.cuts_an_hour}")
        wrong.extend(f"order {j.order_id}: place {j.place} is not in travel_s" for j in self.jobs if j.place >= places)
        wrong.extend(
            f"crew {c.crew_id}: place {max(c.start_place, c.end_place)} is not in travel_s"
            for c in self.crews
            if max(c.start_place, c.end_place) >= places
        )
        wrong.extend(self._meetings())
        wrong.extend(self._fetching())
        if circle := self._circle():
            wrong.append(f"orders wait for each other: {circle}")
        if wrong:
            raise ValueError("; ".join(wrong))

    def others(self) -> dict[int, int]:
        """The other half of each visit of two crews, by order id, whichever of the two names it."""
        named = {job.order_id: job.meets_order_id for job in self.jobs if job.meets_order_id is not None}
        return {other_id: order_id for order_id, other_id in named.items()} | named

    def _meetings(self) -> list[str]:
        """What is wrong with visits of two crews."""
        others: dict[int, set[int]] = {}
        for job in self.jobs:
            if job.meets_order_id is not None:
                others.setdefault(job.order_id, set()).add(job.meets_order_id)
                others.setdefault(job.meets_order_id, set()).add(job.order_id)
        wrong = [f"order {i} meets itself" for i, some in others.items() if i in some]
        wrong.extend(
            f"order {i} meets more than one other: {sorted(some)}" for i, some in others.items() if len(some) > 1
        )
        for job in self.jobs:
            if job.order_id in others and job.after_order_ids:
                wrong.append(f"order {job.order_id} meets another crew and cannot wait for an order as well")
            if job.order_id in others and job.is_cut:
                wrong.append(f"order {job.order_id} is a cut, which one crew makes")
        return wrong

    def _fetching(self) -> list[str]:
        """What is wrong with stops at the yard."""
        wrong = []
        stops = [job for job in self.jobs if job.fetch_for_crew_id is not None]
        for job in stops:
            if job.tools or job.parts or job.after_order_ids or job.meets_order_id is not None or job.is_cut:
                wrong.append(f"order {job.order_id} is a stop at the yard and cannot need anything itself")
        if len({job.fetch_for_crew_id for job in stops}) != len(stops):
            wrong.append("a crew has two stops at the yard")
        wrong.extend(
            f"order {job.order_id}: {count} parts {part}" for job in self.jobs for part, count in job.parts if count < 0
        )
        return wrong

    def _circle(self) -> list[int]:
        """Orders that wait for each other in a circle, or for one that does; empty when all can be done in turn."""
        open_ids = {job.order_id for job in self.jobs if job.after_order_ids}
        waits = {job.order_id: job.after_order_ids for job in self.jobs}
        while ready := {i for i in open_ids if not open_ids & set(waits[i])}:
            open_ids -= ready
        return sorted(open_ids)

    def drive_s(self, a: int, b: int) -> int | None:
        """Seconds from place a to place b, None when it cannot be driven."""
        if a < 0 or b < 0:
            return None
        seconds = int(self.travel_s[a, b]) if a != b else 0
        return None if seconds >= NO_DRIVE_S else seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit: arrival, start and finish of the work, and the drive that led there (the approach comes after it)."""

    order_id: int
    arrive_s: int
    start_s: int
    finish_s: int
    travel_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a given sequence breaks. Only decisions of a person make them; the planner's own stops never do.

    Codes: LATE, MISSING_SKILL, NOT_ENOUGH_PEOPLE, OTHER_CREW_LOCKED, CREW_BARRED, LOCK_ORDER, PLANNED_TWICE, OFF_NETWORK,
    CANNOT_BE_DRIVEN, SHIFT_OVERRUN, LUNCH_LATE, OVERLOADED, TOO_MANY_CUTS, TOO_SOON,
    NO_PARTS, APART (one half of a visit of two crews begins before the other, or has no other).
    """

    code: str
    crew_id: int
    order_id: int | None = None
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """The day of one crew. `finish_s` is when it is back; `lunch` its (start, end) or None."""

    crew_id: int
    stops: tuple[Stop, ...]
    lunch: tuple[int, int] | None
    finish_s: int
    travel_s: int
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A job without a stop and why. `facts` are what a person needs to change that (see `explain`)."""

    order_id: int
    code: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole day: one route per crew (empty ones included) and every job that has no stop."""

    routes: tuple[RoutePlan, ...]
    unplanned: tuple[Unplanned, ...]
    iterations: int
    seed: int
    seconds: float
    travel_s_total: int
    value_served: float

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every violation of every route."""
        return tuple(violation for route in self.routes for violation in route.violations)

    def sequences(self) -> Mapping[int, tuple[int, ...]]:
        """Order ids by crew id, in the order they are visited."""
        return {route.crew_id: tuple(stop.order_id for stop in route.stops) for route in self.routes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The timing of given sequences (`planner.evaluate`) and the rules they break."""

    routes: tuple[RoutePlan, ...]
    violations: tuple[Violation, ...]
    travel_s_total: int
    value_served: float

    @property
    def holds(self) -> bool:
        """True when the sequences break no rule."""
        return not self.violations
