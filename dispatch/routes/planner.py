"""Plans a day of routes: who does which order, in which order, at what time, and why some order is left.

Pure: values in, values out. Only this module names the search engine; it holds the day as arrays for it, runs it in
short pieces (so that progress can be shown and the search stopped), and answers in the values of `problem`.
The clock is read for one purpose: to honour `seconds`. With `iterations` and a seed the answer repeats exactly.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.routes import (
    across,
    arrays,
    eligibility,
    explain,
    kernel,
    meeting,
    misses,
    seeding,
    supplies,
    timing,
    tours,
    whole,
)
from dispatch.routes.problem import NO_DRIVE_S as NO_DRIVE_S
from dispatch.routes.problem import Crew as Crew
from dispatch.routes.problem import Evaluation as Evaluation
from dispatch.routes.problem import Facts as Facts
from dispatch.routes.problem import Job as Job
from dispatch.routes.problem import Plan as Plan
from dispatch.routes.problem import Prices as Prices
from dispatch.routes.problem import Problem as Problem
from dispatch.routes.problem import RoutePlan as RoutePlan
from dispatch.routes.problem import Stop as Stop
from dispatch.routes.problem import Unplanned as Unplanned
from dispatch.routes.problem import Violation as Violation

Progress = Callable[[float, str], None]

# Days up to this many jobs are searched position by position as well; larger ones beside near neighbours only.
WIDE_UP_TO_JOBS = 120
# Days of the kind that PyVRP models in full begin, from so many jobs, with its routes, found in this share of the time.
SEED_FROM_JOBS = 50
SEED_SHARE = 0.35
# From so many jobs it has more of the time, and what it found is only polished.
POLISH_FROM_JOBS = 400
POLISH_SEED_SHARE = 0.7
HOT_S, WARM_S, COLD_S = 3000.0, 300.0, 20.0
# The same in usual legs, for days on which everything has a place.
HOT_LEGS, COLD_LEGS, POLISHED_LEGS = 0.7, 0.02, 0.001
PIECE_SECONDS = 0.2
PIECE_ITERATIONS = 2000
# A small day is settled long before its time is up: no more iterations than this for each job.
MOST_ITERATIONS_PER_JOB = 20_000


def warm_up() -> None:
    """Compile the search (some ten seconds the first time, then read from NUMBA_CACHE_DIR) by planning a tiny day."""
    crew = Crew(crew_id=1, start_s=0, end_s=4 * 3600, start_place=0, end_place=0)
    jobs = tuple(Job(order_id=i, place=i % 2, service_s=3600) for i in range(5))
    day = Problem(crews=(crew,), jobs=jobs, travel_s=np.array([[0, 60], [60, 0]], np.int32))
    # Every compiled function is called: a full day leaves an order, and the second plan begins from the first.
    solve(problem=day, iterations=10, start=solve(problem=day, iterations=10))


def solve(
    *,
    problem: Problem,
    seed: int = 1,
    seconds: float | None = None,
    iterations: int | None = None,
    start: Plan | None = None,
    anew: bool = False,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found within `seconds` or `iterations` (one of them must be given).

    `start` is a plan to begin from (its stops are kept where the day still allows); the search stays near it, unless it
    is to look `anew`, with `start` as what must be beaten. `on_progress(fraction, message)`
    is called about five times a second; `should_stop()` ends the search early with the best plan so far.
    Every job is in exactly one route or in `unplanned` with its reason. Hard rules are never broken except by locks:
    what a person fixed stands, and the broken rules are listed with the route.
    """
    if seconds is None and iterations is None:
        raise ValueError("give seconds or iterations")
    began = time.monotonic()
    day = _Day.of(problem)
    done = 0
    sequences = {crew.crew_id: tuple(job.order_id for job in day.fixed[crew.crew_id]) for crew in problem.crews}
    routes = arrays.empty_routes(
        jobs=len(day.jobs), crews=len(day.crews), hours=len(day.grid.room), parts=day.grid.parts.shape[1]
    )
    if day.jobs and day.crews:
        done = _search(
            day=day,
            routes=routes,
            began=began,
            seed=seed,
            seconds=seconds,
            iterations=iterations,
            start=start,
            anew=anew,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        for v, crew in enumerate(day.crews):
            sequences[crew.crew_id] += tuple(day.jobs[c].order_id for c in routes.stops[v, : routes.length[v]])
    spans = routes.marks[:, [arrays.AFTER, arrays.UNTIL]]
    searched = {
        day.jobs[c].order_id: (int(low_s), int(high_s))
        for c, (low_s, high_s) in enumerate(spans)
        if low_s > -arrays.NEVER or high_s < arrays.NEVER
    }
    timed = across.timed(day=problem, sequences=sequences, searched=searched)
    planned = {order_id for sequence in sequences.values() for order_id in sequence}
    unplanned = explain.unplanned(
        day=problem,
        # A stop at the yard that nobody needs is not missed.
        jobs=[job for job in problem.jobs if job.order_id not in planned and job.fetch_for_crew_id is None],
        closest_miss=day.closest_miss(routes),
    )
    if on_progress is not None:
        on_progress(1.0, f"{len(planned)} of {len(problem.jobs)} orders planned")
    return Plan(
        routes=timed,
        unplanned=unplanned,
        iterations=done,
        seed=seed,
        seconds=time.monotonic() - began,
        travel_s_total=sum(route.travel_s for route in timed),
        value_served=sum(job.value for job in problem.jobs if job.order_id in planned),
    )


def would_serve(*, problem: Problem, start: Plan) -> frozenset[int]:
    """The orders that have a stop in `solve(problem=problem, start=start, iterations=0)`, without times and reasons."""
    day = _Day.of(problem)
    routes = arrays.empty_routes(
        jobs=len(day.jobs), crews=len(day.crews), hours=len(day.grid.room), parts=day.grid.parts.shape[1]
    )
    if day.jobs and day.crews:
        whole.reset(day.grid, routes)
        _put_back(day=day, routes=routes, start=start)
        whole.fill(day.grid, routes, _by_worth(day.grid))
    fixed = {job.order_id for jobs in day.fixed.values() for job in jobs}
    return frozenset(fixed | {job.order_id for c, job in enumerate(day.jobs) if routes.crew_of[c] >= 0})


def evaluate(*, problem: Problem, sequences: Mapping[int, Sequence[int]]) -> Evaluation:
    """Time given sequences (order ids by crew id) as they stand and name every rule they break.

    Used for hand moves, for what a late stop does to the stops after it, and for ETAs. Crews without a sequence stay
    at their start. Raises ValueError for a crew or an order that is not in the problem.
    """
    unknown_crews = sorted(set(sequences) - {crew.crew_id for crew in problem.crews})
    known = {job.order_id: job for job in problem.jobs}
    unknown = sorted({order_id for sequence in sequences.values() for order_id in sequence} - set(known))
    if unknown_crews or unknown:
        raise ValueError(f"not in the problem: crews {unknown_crews}, orders {unknown}")
    routes = across.timed(day=problem, sequences=sequences)
    violations = [violation for route in routes for violation in route.violations]
    first: dict[int, int] = {}
    for crew_id, sequence in sequences.items():
        for order_id in sequence:
            if order_id in first:
                facts: Facts = {"other_crew_id": first[order_id]}
                violations.append(Violation(code="PLANNED_TWICE", crew_id=crew_id, order_id=order_id, facts=facts))
            first.setdefault(order_id, crew_id)
    return Evaluation(
        routes=routes,
        violations=tuple(violations),
        travel_s_total=sum(route.travel_s for route in routes),
        value_served=sum(known[order_id].value for order_id in first),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The problem as the search wants it: only jobs some crew could do, only crews that can move."""

    problem: Problem
    crews: tuple[Crew, ...]
    jobs: tuple[Job, ...]
    fixed: Mapping[int, tuple[Job, ...]]
    grid: arrays.Day

    @classmethod
    def of(cls, problem: Problem) -> "_Day":
        fixed = explain.fixed_jobs(problem)
        heads = {crew.crew_id: timing.head(day=problem, crew=crew, fixed=fixed[crew.crew_id]) for crew in problem.crews}
        crews = tuple(c for c in problem.crews if heads[c.crew_id].place >= 0 and c.end_place >= 0)
        standing = {job.order_id for jobs in fixed.values() for job in jobs}
        able = [
            job
            for job in problem.jobs
            if job.order_id not in standing
            and job.place >= 0
            and job.open_windows()
            and any(eligibility.may_plan(crew=crew, job=job) for crew in crews)
        ]
        if not any(job.tools or job.parts for job in able):
            able = [job for job in able if job.fetch_for_crew_id is None]
        jobs = across.plannable(day=problem, jobs=able, fixed=fixed)
        grid = arrays.of(
            problem=problem,
            crews=crews,
            jobs=jobs,
            heads=[heads[c.crew_id] for c in crews],
            carried=[sum(job.load for job in fixed[c.crew_id]) for c in crews],
            cuts=[*problem.cuts_elsewhere_s, *across.fixed_cuts(day=problem, fixed=fixed)],
        )
        return cls(problem=problem, crews=crews, jobs=jobs, fixed=fixed, grid=grid)

    def closest_miss(self, routes: arrays.Routes) -> explain.ClosestMiss:
        """A question to the final routes, for the reasons of what is left."""
        number = {job.order_id: index for index, job in enumerate(self.jobs)}

        def ask(job: Job) -> explain.Miss | None:
            if job.order_id not in number:
                return None
            c = number[job.order_id]
            any_s, any_adds_s, any_v, any_load = misses.closest_miss(self.grid, routes, c, True)
            over_s, adds_s, v, over_load = misses.closest_miss(self.grid, routes, c, False)
            if any_v < 0:
                return None
            # Where no hour has room, or where one would do at once in a full hour, the hour is what is missing.
            by_hour = bool(v < 0 or any_s + any_load == 0 < over_s + over_load)
            if by_hour:
                over_s, adds_s, v, over_load = any_s, any_adds_s, any_v, any_load
            return explain.Miss(
                crew_id=self.crews[v].crew_id,
                over_s=int(over_s),
                adds_s=int(adds_s),
                over_load=int(over_load),
                by_hour=by_hour,
            )

        return ask


def _search(
    *,
    day: _Day,
    routes: arrays.Routes,
    began: float,
    seed: int,
    seconds: float | None,
    iterations: int | None,
    start: Plan | None,
    anew: bool,
    on_progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> int:
    """Leaves the best routes in `routes`; returns the iterations run. `seconds` count from `began`."""
    grid = day.grid
    count = len(day.jobs)
    best = arrays.empty_best(jobs=count, crews=len(day.crews))
    state = np.array([_mixed(seed)], dtype=np.uint64)
    by_worth = _by_worth(grid)
    whole.reset(grid, routes)
    if start is not None:
        _put_back(day=day, routes=routes, start=start)
    seeded = start is None and seconds is not None and count >= SEED_FROM_JOBS and seeding.is_plain(grid)
    polish = seeded and count >= POLISH_FROM_JOBS
    if seeded and seconds is not None:
        until = began + (POLISH_SEED_SHARE if polish else SEED_SHARE) * seconds
        _seed(grid=grid, routes=routes, seed=seed, until=until, should_stop=should_stop)
    whole.fill(grid, routes, by_worth)
    search_began = time.monotonic()
    best.cost[0] = tours.total(routes)
    whole.keep(routes, best, best.cost[0])
    most = iterations if iterations is not None else MOST_ITERATIONS_PER_JOB * count
    leg_s = _leg_s(grid)
    done = 0
    piece = PIECE_ITERATIONS if iterations is not None else 100
    fraction = 0.0
    while done < most and not (should_stop is not None and should_stop()):
        spent, searched = time.monotonic() - began, time.monotonic() - search_began
        if iterations is not None:
            fraction, step = done / most, 1.0 / most
        else:
            by_time = spent / seconds if seconds else 1.0
            fraction = max(by_time, done / most)
            if fraction >= 1.0:
                break
            rate = done / searched if done and searched > 0 else 0.0
            step = max(1.0 / most, 1.0 / (rate * seconds) if rate and seconds else 0.0)
            if rate and seconds is not None:
                piece = max(50, int(rate * min(PIECE_SECONDS, seconds - spent)))
        if on_progress is not None:
            on_progress(fraction, f"{int(sum(best.length))} of {count} orders have a place")
        now = min(piece, most - done)
        all_served = int(best.length.sum()) == count
        hot, cold = _heat(leg_s=leg_s, warm=start is not None and not anew, polish=polish, all_served=all_served)
        kernel.search(grid, routes, best, state, now, done, fraction, step, hot, cold, count <= WIDE_UP_TO_JOBS)
        done += now
    whole.load(grid, routes, best)
    # What still fits is planned, whatever it costs to drive there: "no room" must be true when it is said.
    whole.fill(grid, routes, by_worth)
    if len(grid.yard):
        for v in range(len(day.crews)):
            supplies.drop_idle(grid, routes, v)
    return done


def _by_worth(grid: arrays.Day) -> arrays.I64:
    """The jobs in the order in which they are put in, the most worth for its time first."""
    return np.lexsort((np.arange(len(grid.service)), -grid.worth / (grid.service + 300.0)))


def _leg_s(grid: arrays.Day) -> float:
    """A usual drive between stops of this day: the median over its jobs of the mean drive to the ten nearest."""
    near = grid.near[:, :10]
    if near.shape[1] == 0:
        return 0.0
    legs = np.minimum(np.take_along_axis(grid.drive[: len(near)], near, axis=1), NO_DRIVE_S)
    return float(np.median(legs.mean(axis=1)))


def _heat(*, leg_s: float, warm: bool, polish: bool, all_served: bool) -> tuple[float, float]:
    """(hottest, coldest) of the annealing. Once every job has a place only driving is left to trade."""
    if warm:
        return WARM_S, COLD_S
    if polish and all_served and leg_s > 0:
        return COLD_LEGS * leg_s, POLISHED_LEGS * leg_s
    hot, cold = HOT_LEGS * leg_s, COLD_LEGS * leg_s
    if all_served and leg_s > 0:
        return hot, cold
    return max(HOT_S, hot), max(COLD_S, cold)


def _seed(
    *, grid: arrays.Day, routes: arrays.Routes, seed: int, until: float, should_stop: Callable[[], bool] | None
) -> None:
    def enough() -> bool:
        return time.monotonic() >= until or (should_stop is not None and should_stop())

    for v, jobs in enumerate(seeding.sequences(day=grid, must_s=arrays.LOCK_WORTH_S, seed=seed, should_stop=enough)):
        for c in jobs:
            whole.append(grid, routes, c, v)


def _put_back(*, day: _Day, routes: arrays.Routes, start: Plan) -> None:
    """In the order of the clock: what waits for another comes after it, and hours fill up as they did."""
    number = {job.order_id: index for index, job in enumerate(day.jobs)}
    row = {crew.crew_id: v for v, crew in enumerate(day.crews)}
    stops = [
        (stop.start_s, at, row[route.crew_id], number[stop.order_id])
        for route in start.routes
        for at, stop in enumerate(route.stops)
        if route.crew_id in row and stop.order_id in number
    ]
    for _, _, v, c in sorted(stops):
        whole.append(day.grid, routes, c, v)
    if len(day.grid.twin):
        meeting.drop_halves(day.grid, routes)


def _mixed(seed: int) -> int:
    """A seed spread over 64 bits (splitmix), never zero: neighbouring seeds must not give neighbouring searches."""
    mask = (1 << 64) - 1
    z = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) or 1
