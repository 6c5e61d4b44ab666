"""What there is room for between the stops of a planned day: asked of every gap at once. Pure.

A gap lies before a stop or before the way home. Two clocks run through a route, as in `timing`: `hungry` with lunch
still to come, `fed` with lunch taken. The answers are exact for one order put between the stops as they stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch.routes import across, arrays, problem, timing

NEVER_S = timing.NEVER_S
I64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Gaps as rows. `instead_of` is the order whose place the gap is (0: it lies between two stops).

    `hungry` / `fed`: when the crew is free before the gap; `by_hungry` / `by_fed`: when it must be ready to work at the
    stop after it (`approach` counted) so that the rest of its day holds; `leg` is the drive and approach without it.
    """

    crew: I64
    instead_of: I64
    before: I64
    after: I64
    approach: I64
    leg: I64
    hungry: I64
    fed: I64
    by_hungry: I64
    by_fed: I64
    lunch_from: I64
    lunch_to: I64
    lunch: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Per gap: when the order would begin (NEVER_S where it has no room), and the seconds of driving that it adds."""

    start_s: I64
    adds_s: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A crew with its stops as jobs, each bounded by what the rules across crews leave it; the first `fixed` stay."""

    index: int
    crew: problem.Crew
    jobs: tuple[problem.Job, ...]
    fixed: int

    @property
    def load(self) -> int:
        """What its vehicle carries."""
        return sum(job.load for job in self.jobs)


def routes(*, day: problem.Problem, plan: problem.Plan) -> tuple[Route, ...]:
    """The routes of a plan of this day."""
    jobs = {job.order_id: job for job in day.jobs}
    stops = {stop.order_id: stop for route in plan.routes for stop in route.stops}
    meet = day.others()
    since: dict[int, int] = {}
    until: dict[int, int] = {}
    for order_id, stop in stops.items():
        for awaited in jobs[order_id].after_order_ids:
            if awaited in stops:
                since[order_id] = max(since.get(order_id, 0), stops[awaited].finish_s)
                until[awaited] = min(until.get(awaited, NEVER_S), stop.start_s - jobs[awaited].service_s)
        if order_id in meet:
            since[order_id] = until[order_id] = stop.start_s
        if jobs[order_id].is_cut and day.cuts_an_hour is not None:
            hour = stop.start_s // arrays.HOUR_S * arrays.HOUR_S
            since[order_id] = max(since.get(order_id, 0), hour)
            until[order_id] = min(until.get(order_id, NEVER_S), hour + arrays.HOUR_S - 1)

    def bounded(job: problem.Job) -> problem.Job:
        if job.is_fixed or not (job.order_id in since or job.order_id in until):
            return job
        return across.within(job, (since.get(job.order_id, 0), until.get(job.order_id, NEVER_S))) or job

    sequences = plan.sequences()
    found = []
    for index, crew in enumerate(day.crews):
        some = tuple(bounded(jobs[order_id]) for order_id in sequences.get(crew.crew_id, ()))
        if crew.start_place >= 0 and crew.end_place >= 0 and crew.end_s > crew.start_s:
            fixed = sum(1 for job in some if job.is_fixed)
            found.append(Route(index=index, crew=crew, jobs=some, fixed=fixed))
    return tuple(found)


def between(*, day: problem.Problem, routes: Sequence[Route]) -> Gaps:
    """Every gap between the stops of these routes."""
    return _joined([_rows(day, route, instead=False) for route in routes])


def instead(*, day: problem.Problem, routes: Sequence[Route]) -> Gaps:
    """Every stop of these routes that nobody fixed, as the gap that it would leave."""
    return _joined([_rows(day, route, instead=True) for route in routes])


def ask(*, day: problem.Problem, gaps: Gaps, job: problem.Job, spans: Spans) -> Answer:
    """When the job would begin in each gap, if it may begin within `spans`, in order (whatever its windows say)."""
    here, on = _drives(day, gaps, job)
    at_hungry, at_fed = _ready(gaps, here)
    hungry, fed = _begin(spans, at_hungry), _begin(spans, at_fed)
    done = hungry + job.service_s
    lunch_after = np.where(done <= gaps.lunch_to, np.maximum(done + on, gaps.lunch_from) + gaps.lunch, NEVER_S)
    as_hungry = (hungry < NEVER_S) & ((done + on <= gaps.by_hungry) | (lunch_after <= gaps.by_fed))
    as_fed = (fed < NEVER_S) & (fed + job.service_s + on <= gaps.by_fed)
    start = np.where(as_hungry, hungry, np.where(as_fed, fed, NEVER_S))
    return Answer(start_s=start, adds_s=here + on - gaps.leg)


def latest_s(*, day: problem.Problem, gaps: Gaps, job: problem.Job) -> I64:
    """The last second at which the job could begin in each gap, whatever its windows say; -NEVER_S for no room."""
    here, on = _drives(day, gaps, job)
    at_hungry, at_fed = _ready(gaps, here)
    eats_after = np.where(
        gaps.lunch_from + gaps.lunch <= gaps.by_fed, np.minimum(gaps.lunch_to, gaps.by_fed - gaps.lunch - on), -NEVER_S
    )
    hungry = np.maximum(gaps.by_hungry - on, eats_after) - job.service_s
    fed = gaps.by_fed - on - job.service_s
    return np.maximum(np.where(at_hungry <= hungry, hungry, -NEVER_S), np.where(at_fed <= fed, fed, -NEVER_S))


def _drives(day: problem.Problem, gaps: Gaps, job: problem.Job) -> tuple[I64, I64]:
    here = day.travel_s[gaps.before, job.place].astype(np.int64) + job.approach_s
    on = day.travel_s[job.place, gaps.after].astype(np.int64) + gaps.approach
    return np.where(gaps.before == job.place, 0, here), np.where(gaps.after == job.place, 0, on)


def _ready(gaps: Gaps, here: I64) -> tuple[I64, I64]:
    """When the crew could begin at the end of the drives `here`, by either clock."""
    at_hungry = gaps.hungry + here
    eaten = np.where(gaps.hungry <= gaps.lunch_to, np.maximum(at_hungry, gaps.lunch_from) + gaps.lunch, NEVER_S)
    return at_hungry, np.minimum(gaps.fed + here, eaten)


def _begin(spans: Spans, at: I64) -> I64:
    begin = np.full(at.shape, NEVER_S, dtype=np.int64)
    for opens, closes in reversed(spans):
        begin = np.where(at <= closes, np.maximum(at, opens), begin)
    return begin


def _joined(rows: Sequence[list[tuple[int, ...]]]) -> Gaps:
    table = np.array([row for some in rows for row in some], dtype=np.int64).reshape(-1, len(Gaps.__slots__))
    return Gaps(**{name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(Gaps.__slots__)})


def _rows(day: problem.Problem, route: Route, *, instead: bool) -> list[tuple[int, ...]]:
    """The gaps of one route, in the order of the fields of `Gaps`."""
    crew, jobs = route.crew, route.jobs
    places = [crew.start_place, *(job.place for job in jobs), crew.end_place]
    approach = [*(job.approach_s for job in jobs), 0]
    free = _forward(day, crew, jobs)
    by = _backward(day, crew, jobs, route.fixed)
    lunch = (crew.lunch_earliest_s or 0, crew.lunch_latest_s, crew.lunch_s) if crew.has_lunch else (0, -1, 0)
    rows: list[tuple[int, ...]] = []
    for at in range(route.fixed, len(jobs) + (0 if instead else 1)):
        then = at + 1 if instead else at
        skipped = jobs[at].order_id if instead else 0
        # Off the street network somebody fixed a stop: nothing is put beside it.
        if places[at] < 0 or places[then + 1] < 0:
            continue
        leg = _leg_s(day, places[at], places[at + 1], approach[at])
        if instead:
            leg += _leg_s(day, places[at + 1], places[then + 1], approach[then])
        rows.append(
            (route.index, skipped, places[at], places[then + 1], approach[then], leg, *free[at], *by[then], *lunch)
        )
    return rows


def _leg_s(day: problem.Problem, a: int, b: int, approach_s: int) -> int:
    return 0 if a == b or a < 0 or b < 0 else int(day.travel_s[a, b]) + approach_s


def _forward(day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job]) -> list[tuple[int, int]]:
    """(hungry, fed) before each gap."""
    place = crew.start_place
    hungry, fed = (crew.start_s, NEVER_S) if crew.has_lunch else (NEVER_S, crew.start_s)
    found = [(hungry, fed)]
    for job in jobs:
        leg = _leg_s(day, place, job.place, job.approach_s)
        at_hungry, at_fed = hungry + leg, fed + leg
        if crew.has_lunch and hungry <= crew.lunch_latest_s:
            at_fed = min(at_fed, max(at_hungry, crew.lunch_earliest_s or 0) + crew.lunch_s)
        hungry, fed = (
            NEVER_S if at >= NEVER_S else timing.start_s(job, at)[0] + job.service_s for at in (at_hungry, at_fed)
        )
        found.append((hungry, fed))
        place = job.place if job.place >= 0 else place
    return found


def _backward(
    day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job], fixed: int
) -> list[tuple[int, int]]:
    """(by_hungry, by_fed) of each stop and of the way home, those of the first `fixed` left at never."""
    found = [(-NEVER_S, -NEVER_S)] * len(jobs) + [(-NEVER_S, crew.last_end_s)]
    after, approach_s = crew.end_place, 0
    for at in range(len(jobs) - 1, fixed - 1, -1):
        job = jobs[at]
        leg = _leg_s(day, job.place, after, approach_s)
        by_hungry, by_fed = found[at + 1][0] - leg, found[at + 1][1] - leg
        if crew.has_lunch and (crew.lunch_earliest_s or 0) + crew.lunch_s <= found[at + 1][1]:
            by_hungry = max(by_hungry, min(crew.lunch_latest_s, by_fed - crew.lunch_s))
        found[at] = (_last(job, by_hungry - job.service_s), _last(job, by_fed - job.service_s))
        after, approach_s = job.place, job.approach_s
    return found


def _last(job: problem.Job, by_s: int) -> int:
    """The last second not after `by_s` at which the job may begin."""
    return max((min(closes, by_s) for opens, closes in job.open_windows() if opens <= by_s), default=-NEVER_S)


def room_by_hour(*, day: problem.Problem, plan: problem.Plan) -> Mapping[int, int] | None:
    """How many cuts more may begin in each hour of the clock (0 to 31); None without a limit."""
    if day.cuts_an_hour is None:
        return None
    cuts = {job.order_id for job in day.jobs if job.is_cut}
    starts = [stop.start_s for route in plan.routes for stop in route.stops if stop.order_id in cuts]
    room = dict.fromkeys(range(arrays.HOURS), day.cuts_an_hour)
    for start_s in (*starts, *day.cuts_elsewhere_s):
        hour = start_s // arrays.HOUR_S
        room[hour] = room.get(hour, 0) - 1
    return room
