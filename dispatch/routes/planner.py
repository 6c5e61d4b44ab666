"""Plans a day of routes: who does which order, in which order, at what time, and why some order is left.

Pure: values in, values out. Only this module names the search engine; it holds the day as arrays for it, runs it in
short pieces (so that progress can be shown and the search stopped), and answers in the values of `problem`.
The clock is read for one purpose: to honour `seconds`. With `iterations` and a seed the answer repeats exactly.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dispatch.routes import eligibility, explain, kernel, seeding, timing, tours
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

# How many nearest jobs the search looks at around a job.
NEIGHBOURS = 60
# Days up to this many jobs are searched position by position as well; larger ones beside near neighbours only.
WIDE_UP_TO_JOBS = 120
# Days of so many jobs begin from routes of PyVRP, found in this share of the time.
SEED_FROM_JOBS = 1_000
SEED_SHARE = 0.35
HOT_S, WARM_S, COLD_S = 3000.0, 300.0, 20.0
# The same in usual legs, for days on which everything has a place.
HOT_LEGS, COLD_LEGS = 0.7, 0.02
# What a vehicle carries whose load does not matter.
ANY_LOAD = 1 << 60
# A job that a person gave to a crew outweighs any amount of driving.
LOCK_WORTH_S = 10_000_000.0
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
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found within `seconds` or `iterations` (one of them must be given).

    `start` is a plan to begin from (its stops are kept where the day still allows). `on_progress(fraction, message)`
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
    routes = tours.empty_routes(jobs=len(day.jobs), crews=len(day.crews))
    if day.jobs and day.crews:
        done = _search(
            day=day,
            routes=routes,
            seed=seed,
            seconds=seconds,
            iterations=iterations,
            start=start,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        for v, crew in enumerate(day.crews):
            sequences[crew.crew_id] += tuple(day.jobs[c].order_id for c in routes.stops[v, : routes.length[v]])
    timed = _timed(problem=problem, sequences=sequences)
    planned = {order_id for sequence in sequences.values() for order_id in sequence}
    unplanned = explain.unplanned(
        day=problem,
        jobs=[job for job in problem.jobs if job.order_id not in planned],
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
    routes = _timed(problem=problem, sequences=sequences)
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


def _timed(*, problem: Problem, sequences: Mapping[int, Sequence[int]]) -> tuple[RoutePlan, ...]:
    known = {job.order_id: job for job in problem.jobs}
    return tuple(
        timing.time_route(day=problem, crew=crew, jobs=[known[i] for i in sequences.get(crew.crew_id, ())])
        for crew in problem.crews
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The problem as the search wants it: only jobs some crew could do, only crews that can move."""

    problem: Problem
    crews: tuple[Crew, ...]
    jobs: tuple[Job, ...]
    fixed: Mapping[int, tuple[Job, ...]]
    arrays: tours.Day

    @classmethod
    def of(cls, problem: Problem) -> "_Day":
        fixed = explain.fixed_jobs(problem)
        heads = {crew.crew_id: timing.head(day=problem, crew=crew, fixed=fixed[crew.crew_id]) for crew in problem.crews}
        crews = tuple(c for c in problem.crews if heads[c.crew_id].place >= 0 and c.end_place >= 0)
        standing = {job.order_id for jobs in fixed.values() for job in jobs}
        jobs = tuple(
            job
            for job in problem.jobs
            if job.order_id not in standing
            and job.place >= 0
            and job.open_windows()
            and any(eligibility.may_plan(crew=crew, job=job) for crew in crews)
        )
        arrays = _arrays(
            problem=problem,
            crews=crews,
            jobs=jobs,
            heads=[heads[c.crew_id] for c in crews],
            carried=[sum(job.load for job in fixed[c.crew_id]) for c in crews],
        )
        return cls(problem=problem, crews=crews, jobs=jobs, fixed=fixed, arrays=arrays)

    def closest_miss(self, routes: tours.Routes) -> explain.ClosestMiss:
        """A question to the final routes, for the reasons of what is left."""
        number = {job.order_id: index for index, job in enumerate(self.jobs)}

        def ask(job: Job) -> explain.Miss | None:
            if job.order_id not in number:
                return None
            over_s, adds_s, v, over_load = tours.closest_miss(self.arrays, routes, number[job.order_id])
            if v < 0:
                return None
            return explain.Miss(
                crew_id=self.crews[v].crew_id, over_s=int(over_s), adds_s=int(adds_s), over_load=int(over_load)
            )

        return ask


def _arrays(
    *,
    problem: Problem,
    crews: Sequence[Crew],
    jobs: Sequence[Job],
    heads: Sequence[timing.Head],
    carried: Sequence[int],
) -> tours.Day:
    count = len(jobs)
    allowed = np.array(
        [[eligibility.may_plan(crew=crew, job=job) for job in jobs] for crew in crews], dtype=np.bool_
    ).reshape(len(crews), count)
    places = np.array(
        [job.place for job in jobs] + [head.place for head in heads] + [crew.end_place for crew in crews],
        dtype=np.int64,
    )
    drive = np.ascontiguousarray(problem.travel_s[np.ix_(places, places)], dtype=np.int32)
    # Beyond this no sum of a day can be mistaken for a time that fits.
    np.minimum(drive, 4 * NO_DRIVE_S, out=drive)
    drive[drive >= NO_DRIVE_S] = 4 * NO_DRIVE_S
    drive[places[:, None] == places[None, :]] = 0
    windows = [job.open_windows() for job in jobs]
    widest = max((len(w) for w in windows), default=1)
    opens = np.zeros((count, widest), dtype=np.int64)
    closes = np.zeros((count, widest), dtype=np.int64)
    for index, some in enumerate(windows):
        for w, (a, b) in enumerate(some):
            opens[index, w], closes[index, w] = a, b
    crew_index = {crew.crew_id: index for index, crew in enumerate(crews)}
    homes = [-1 if job.prefer_crew_id is None else crew_index.get(job.prefer_crew_id, -1) for job in jobs]
    lock_worth = [LOCK_WORTH_S if job.locked_crew_id is not None else 0.0 for job in jobs]
    return tours.Day(
        drive=drive,
        drive_to=np.ascontiguousarray(drive.T),
        service=np.array([min(job.service_s, NO_DRIVE_S) for job in jobs], dtype=np.int64),
        opens=opens,
        closes=closes,
        windows=np.array([len(w) for w in windows], dtype=np.int64),
        worth=np.array([job.value * problem.prices.value_s for job in jobs], dtype=np.float64) + np.array(lock_worth),
        home=np.array(homes, dtype=np.int64),
        allowed=allowed,
        end=np.array([crew.end_s for crew in crews], dtype=np.int64),
        last_end=np.array([crew.last_end_s for crew in crews], dtype=np.int64),
        lunch_from=np.array([crew.lunch_earliest_s or 0 for crew in crews], dtype=np.int64),
        lunch_to=np.array([crew.lunch_latest_s if crew.has_lunch else -1 for crew in crews], dtype=np.int64),
        lunch=np.array([crew.lunch_s if crew.has_lunch else 0 for crew in crews], dtype=np.int64),
        hungry=np.array([head.hungry_s for head in heads], dtype=np.int64),
        fed=np.array([head.fed_s for head in heads], dtype=np.int64),
        near=_nearest(drive[:count, :count]),
        need=np.array([job.load for job in jobs], dtype=np.int64),
        capacity=np.array(
            [ANY_LOAD if c.load is None else c.load - on for c, on in zip(crews, carried, strict=True)], dtype=np.int64
        ),
        alike=_alike(crews=crews, heads=heads, carried=carried, allowed=allowed, homes=set(homes)),
        far=drive[count : count + len(crews), :count].min(axis=0, initial=4 * NO_DRIVE_S).astype(np.int64),
        even=len({job.value for job in jobs}) <= 1 and not any(lock_worth),
        keep_home=float(problem.prices.keep_crew_s),
        overtime=float(problem.prices.overtime_s),
    )


def _alike(
    *,
    crews: Sequence[Crew],
    heads: Sequence[timing.Head],
    carried: Sequence[int],
    allowed: npt.NDArray[np.bool_],
    homes: set[int],
) -> npt.NDArray[np.bool_]:
    """Which crews differ in nothing from the one before them, so that of two empty routes one is looked at."""
    same = np.zeros(len(crews), dtype=np.bool_)
    for v in range(1, len(crews)):
        here, before = crews[v], crews[v - 1]
        same[v] = (
            replace(here, crew_id=before.crew_id) == before
            and (heads[v], carried[v]) == (heads[v - 1], carried[v - 1])
            and bool((allowed[v] == allowed[v - 1]).all())
            and not {v, v - 1} & homes
        )
    return same


def _nearest(drive: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """For every job the others by distance, nearest first (there and back averaged)."""
    count = len(drive)
    wanted = min(NEIGHBOURS, count - 1)
    if wanted <= 0:
        return np.zeros((count, 0), dtype=np.int32)
    both = drive.astype(np.int64) + drive.T
    np.fill_diagonal(both, np.iinfo(np.int64).max)
    return np.ascontiguousarray(np.argsort(both, axis=1, kind="stable")[:, :wanted], dtype=np.int32)


def _search(
    *,
    day: _Day,
    routes: tours.Routes,
    seed: int,
    seconds: float | None,
    iterations: int | None,
    start: Plan | None,
    on_progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> int:
    """Leaves the best routes in `routes`; returns the iterations run."""
    arrays = day.arrays
    count = len(day.jobs)
    best = tours.empty_best(jobs=count, crews=len(day.crews))
    state = np.array([_mixed(seed)], dtype=np.uint64)
    by_worth = np.lexsort((np.arange(count), -arrays.worth / (arrays.service + 300.0)))
    tours.reset(arrays, routes)
    if start is not None:
        _put_back(day=day, routes=routes, start=start)
    search_began = time.monotonic()
    if start is None and seconds is not None and count >= SEED_FROM_JOBS:
        _seed(
            arrays=arrays, routes=routes, seed=seed, until=search_began + SEED_SHARE * seconds, should_stop=should_stop
        )
    tours.fill(arrays, routes, by_worth)
    best.cost[0] = tours.total(routes)
    tours.keep(routes, best, best.cost[0])
    most = iterations if iterations is not None else MOST_ITERATIONS_PER_JOB * count
    leg_s = _leg_s(arrays)
    done = 0
    piece = PIECE_ITERATIONS if iterations is not None else 100
    fraction = 0.0
    while done < most and not (should_stop is not None and should_stop()):
        spent = time.monotonic() - search_began
        if iterations is not None:
            fraction, step = done / most, 1.0 / most
        else:
            by_time = spent / seconds if seconds else 1.0
            fraction = max(by_time, done / most)
            if fraction >= 1.0:
                break
            rate = done / spent if done and spent > 0 else 0.0
            step = max(1.0 / most, 1.0 / (rate * seconds) if rate and seconds else 0.0)
            if rate and seconds is not None:
                piece = max(50, int(rate * min(PIECE_SECONDS, seconds - spent)))
        if on_progress is not None:
            on_progress(fraction, f"{int(sum(best.length))} of {count} orders have a place")
        now = min(piece, most - done)
        hot, cold = _heat(leg_s=leg_s, warm=start is not None, all_served=int(best.length.sum()) == count)
        kernel.search(arrays, routes, best, state, now, done, fraction, step, hot, cold, count <= WIDE_UP_TO_JOBS)
        done += now
    tours.load(arrays, routes, best)
    # What still fits is planned, whatever it costs to drive there: "no room" must be true when it is said.
    tours.fill(arrays, routes, by_worth)
    return done


def _leg_s(arrays: tours.Day) -> float:
    """A usual drive between stops of this day: the median over its jobs of the mean drive to the ten nearest."""
    near = arrays.near[:, :10]
    if near.shape[1] == 0:
        return 0.0
    legs = np.minimum(np.take_along_axis(arrays.drive[: len(near)], near, axis=1), NO_DRIVE_S)
    return float(np.median(legs.mean(axis=1)))


def _heat(*, leg_s: float, warm: bool, all_served: bool) -> tuple[float, float]:
    """(hottest, coldest) of the annealing. Once every job has a place only driving is left to trade."""
    if warm:
        return WARM_S, COLD_S
    hot, cold = HOT_LEGS * leg_s, COLD_LEGS * leg_s
    if all_served and leg_s > 0:
        return hot, cold
    return max(HOT_S, hot), max(COLD_S, cold)


def _seed(
    *, arrays: tours.Day, routes: tours.Routes, seed: int, until: float, should_stop: Callable[[], bool] | None
) -> None:
    def enough() -> bool:
        return time.monotonic() >= until or (should_stop is not None and should_stop())

    for v, jobs in enumerate(seeding.sequences(day=arrays, must_s=LOCK_WORTH_S, seed=seed, should_stop=enough)):
        for c in jobs:
            tours.append(arrays, routes, c, v)


def _put_back(*, day: _Day, routes: tours.Routes, start: Plan) -> None:
    number = {job.order_id: index for index, job in enumerate(day.jobs)}
    sequences = start.sequences()
    for v, crew in enumerate(day.crews):
        for order_id in sequences.get(crew.crew_id, ()):
            if order_id in number:
                tours.append(day.arrays, routes, number[order_id], v)


def _mixed(seed: int) -> int:
    """A seed spread over 64 bits (splitmix), never zero: neighbouring seeds must not give neighbouring searches."""
    mask = (1 << 64) - 1
    z = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) or 1
