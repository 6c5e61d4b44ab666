"""The day and its routes as arrays, the form in which the compiled search (`tours`, `kernel`) works on them.

Jobs are 0..n-1, the start of crew v is node n + v, its end node n + V + v. Costs are seconds of driving.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.routes import eligibility, stock, timing
from dispatch.routes.problem import NO_DRIVE_S, Crew, Job, Problem

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

# Columns of `Routes.timing`.
HUNGRY, FED, BY_HUNGRY, BY_FED, LEG = range(5)
# Columns of `Routes.marks`: the hour of the clock in which a cut begins (-1 for none); the second from which a job may
# begin that waits for one of another crew, by which that one is finished; and what follows from both: the seconds
# between which the job begins, whatever its windows say. MEET is the second at which two crews begin together.
HOUR, SINCE, AFTER, UNTIL, MEET = range(5)
NEVER = 1_000_000_000
# Hours after midnight in which cuts are counted, at least: the day and its night.
HOURS = 32
HOUR_S = 3600
# How many nearest jobs the search looks at around a job.
NEIGHBOURS = 60
# What a vehicle carries whose load does not matter.
ANY_LOAD = 1 << 60
# A job that a person gave to a crew outweighs any amount of driving.
LOCK_WORTH_S = 10_000_000.0


class Day(NamedTuple):
    """The day as arrays; n jobs, V crews, W windows at most, K neighbours."""

    drive: I32  # [n + 2V, n + 2V], the approach of the job that is driven to added
    drive_to: I32  # the same, transposed: drives to one job lie side by side
    service: I64  # [n]
    opens: I64  # [n, W]
    closes: I64  # [n, W]
    windows: I64  # [n] how many windows
    worth: F64  # [n] seconds of driving that serving the job is worth
    home: I64  # [n] crew that has it in the plan in force, -1 for none
    allowed: Bool  # [V, n]
    end: I64  # [V] end of the paid shift
    last_end: I64  # [V] end with overtime
    lunch_from: I64  # [V]
    lunch_to: I64  # [V] -1 where no lunch is left
    lunch: I64  # [V]
    hungry: I64  # [V] earliest second free at the start node, lunch still to come
    fed: I64  # [V] the same, lunch taken (or none to take)
    near: I32  # [n, K] nearest other jobs
    need: I64  # [n] load of the job
    capacity: I64  # [V] load left for the jobs here, what is fixed already taken off
    cut: Bool  # [n] counts among the cuts of the hour in which it begins
    room: I64  # [H] how many cuts may begin in each hour after midnight; empty without a limit
    waits_for: I32  # [n, A] jobs that must be finished first, -1 for none; A is 0 on a day without such jobs
    leads_to: I32  # [n, B] the same from the other side
    lead: F64  # [n] what the jobs that wait for this one are worth
    twin: I32  # [n] the job that begins at the same second with another crew, -1 for none; empty without such jobs
    parts: I64  # [n, P] how many of each part the job uses up; P is 0 on a day without
    stock: I64  # [V, P] parts on board as the day begins
    lacks: Bool  # [V, n] tools that the crew does not have on board; empty on a day without tools and parts
    yard: I32  # [V] the job that is the crew's stop at the yard, -1 for none; empty on a day without tools and parts
    fetches: I32  # [n] the crew whose stop at the yard the job is, -1 for others; empty like `yard`
    alike: Bool  # [V] the same as the crew before it in everything the search looks at
    far: I64  # [n] drive from the nearest start of a crew
    even: bool  # every job is worth the same
    keep_home: float
    overtime: float


class Routes(NamedTuple):
    """The routes being worked on, with the timing of each kept beside it."""

    stops: I32  # [V, n]
    length: I64  # [V]
    crew_of: I64  # [n] -1 for open
    position: I64  # [n]
    timing: I64  # [V, n + 1, 5]: HUNGRY, FED, BY_HUNGRY, BY_FED and LEG (drive from position p - 1 to p)
    slack: I64  # [V] the longest service that could fit anywhere
    cost: F64  # [V]
    worth: F64  # [V]
    load: I64  # [V]
    marks: I64  # [n, 5] of a job on a route, under the rules across routes: HOUR, SINCE, AFTER, UNTIL, MEET
    used: I64  # [H] cuts that begin in each hour
    spent: I64  # [V, P] parts used up before the stop at the yard


class Best(NamedTuple):
    """The best routes seen and the two running totals."""

    stops: I32
    length: I64
    marks: I64
    cost: F64  # [2] cost of the routes at work, cost of the best


class Kept(NamedTuple):
    """What an iteration changes, as it was before."""

    stops: I32  # [V, n]
    length: I64  # [V]
    marks: I64  # [n, 5]
    touched: I64  # the routes that are changed
    is_touched: Bool  # [V]


def _no_marks(jobs: int) -> I64:
    return np.tile(np.array([-1, -NEVER, -NEVER, NEVER, -NEVER], dtype=np.int64), (jobs, 1))


def empty_routes(*, jobs: int, crews: int, hours: int = HOURS, parts: int = 0) -> Routes:
    """Room for routes; call `reset` before use."""
    return Routes(
        stops=np.zeros((crews, max(jobs, 1)), dtype=np.int32),
        length=np.zeros(crews, dtype=np.int64),
        crew_of=np.full(jobs, -1, dtype=np.int64),
        position=np.zeros(jobs, dtype=np.int64),
        timing=np.zeros((crews, jobs + 1, 5), dtype=np.int64),
        slack=np.zeros(crews, dtype=np.int64),
        cost=np.zeros(crews, dtype=np.float64),
        worth=np.zeros(crews, dtype=np.float64),
        load=np.zeros(crews, dtype=np.int64),
        marks=_no_marks(jobs),
        used=np.zeros(max(hours, 1), dtype=np.int64),
        spent=np.zeros((crews, parts), dtype=np.int64),
    )


def empty_best(*, jobs: int, crews: int) -> Best:
    """Room for the best routes."""
    return Best(
        stops=np.zeros((crews, max(jobs, 1)), dtype=np.int32),
        length=np.zeros(crews, dtype=np.int64),
        marks=_no_marks(jobs),
        cost=np.full(2, 1e300, dtype=np.float64),
    )


def of(
    *,
    problem: Problem,
    crews: Sequence[Crew],
    jobs: Sequence[Job],
    heads: Sequence[timing.Head],
    carried: Sequence[int],
    cuts: Sequence[int],
) -> Day:
    """The arrays of a problem, for these crews and jobs of it.

    `heads` is where each crew stands after its fixed stops, `carried` the load of those, `cuts` the seconds at which
    cuts begin that are not among the jobs.
    """
    count = len(jobs)
    allowed = np.array(
        [[eligibility.may_plan(crew=crew, job=job) for job in jobs] for crew in crews], dtype=np.bool_
    ).reshape(len(crews), count)
    supplies = stock.of(problem=problem, crews=crews, jobs=jobs)
    allowed &= supplies.can_have
    places = np.array(
        [job.place for job in jobs] + [head.place for head in heads] + [crew.end_place for crew in crews],
        dtype=np.int64,
    )
    drive = np.ascontiguousarray(problem.travel_s[np.ix_(places, places)], dtype=np.int32)
    # Beyond this no sum of a day can be mistaken for a time that fits.
    np.minimum(drive, 4 * NO_DRIVE_S, out=drive)
    drive[drive >= NO_DRIVE_S] = 4 * NO_DRIVE_S
    approach = np.zeros(len(places), dtype=np.int32)
    approach[:count] = [min(job.approach_s, NO_DRIVE_S) for job in jobs]
    drive += approach[None, :]
    drive[places[:, None] == places[None, :]] = 0
    windows = [job.open_windows() for job in jobs]
    waits_for, leads_to = _pairs(jobs)
    worth = np.array(
        [
            job.value * problem.prices.value_s + (LOCK_WORTH_S if job.locked_crew_id is not None else 0.0)
            for job in jobs
        ],
        dtype=np.float64,
    )
    widest = max((len(w) for w in windows), default=1)
    opens = np.zeros((count, widest), dtype=np.int64)
    closes = np.zeros((count, widest), dtype=np.int64)
    for index, some in enumerate(windows):
        for w, (a, b) in enumerate(some):
            opens[index, w], closes[index, w] = a, b
    crew_index = {crew.crew_id: index for index, crew in enumerate(crews)}
    homes = [-1 if job.prefer_crew_id is None else crew_index.get(job.prefer_crew_id, -1) for job in jobs]
    return Day(
        drive=drive,
        drive_to=np.ascontiguousarray(drive.T),
        service=np.array([min(job.service_s, NO_DRIVE_S) for job in jobs], dtype=np.int64),
        opens=opens,
        closes=closes,
        windows=np.array([len(w) for w in windows], dtype=np.int64),
        worth=worth,
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
        cut=np.array([job.is_cut for job in jobs], dtype=np.bool_),
        room=_room(most=problem.cuts_an_hour, cuts=cuts, last_s=max((c.last_end_s for c in crews), default=0)),
        waits_for=waits_for,
        leads_to=leads_to,
        lead=_lead(worth=worth, waits_for=waits_for),
        parts=supplies.parts,
        stock=supplies.stock,
        lacks=supplies.lacks,
        yard=supplies.yard,
        fetches=supplies.fetches,
        twin=_twins(jobs),
        alike=_alike(crews=crews, heads=heads, carried=carried, allowed=allowed, homes=set(homes)),
        far=drive[count : count + len(crews), :count].min(axis=0, initial=4 * NO_DRIVE_S).astype(np.int64),
        even=len(set(worth.tolist())) <= 1 and not any(job.locked_crew_id is not None for job in jobs),
        keep_home=float(problem.prices.keep_crew_s),
        overtime=float(problem.prices.overtime_s),
    )


def _pairs(jobs: Sequence[Job]) -> tuple[I32, I32]:
    """(jobs that each waits for, jobs that wait for each), filled up with -1."""
    number = {job.order_id: index for index, job in enumerate(jobs)}
    before = [sorted({number[i] for i in job.after_order_ids if i in number}) for job in jobs]
    behind: list[list[int]] = [[] for _ in jobs]
    for c, some in enumerate(before):
        for a in some:
            behind[a].append(c)
    return _filled(before), _filled(behind)


def _twins(jobs: Sequence[Job]) -> I32:
    """The other half of each visit of two crews; a job whose other half is not among the jobs has none."""
    number = {job.order_id: index for index, job in enumerate(jobs)}
    twin = np.full(len(jobs), -1, dtype=np.int32)
    for index, job in enumerate(jobs):
        if job.meets_order_id in number:
            other = number[job.meets_order_id]
            twin[index], twin[other] = other, index
    return twin if (twin >= 0).any() else np.zeros(0, dtype=np.int32)


def _filled(rows: Sequence[Sequence[int]]) -> I32:
    filled = np.full((len(rows), max((len(row) for row in rows), default=0)), -1, dtype=np.int32)
    for index, row in enumerate(rows):
        filled[index, : len(row)] = row
    return filled


def _lead(*, worth: F64, waits_for: I32) -> F64:
    """What all the jobs behind each are worth together (a job behind two counts for both)."""
    lead = np.zeros(len(worth), dtype=np.float64)
    for c in range(len(worth)):
        ahead = {int(a) for a in waits_for[c] if a >= 0}
        open_jobs = list(ahead)
        while open_jobs:
            more = {int(a) for a in waits_for[open_jobs.pop()] if a >= 0} - ahead
            ahead |= more
            open_jobs += more
        for a in ahead:
            lead[a] += worth[c]
    return lead


def _room(*, most: int | None, cuts: Sequence[int], last_s: int) -> I64:
    if most is None:
        return np.zeros(0, dtype=np.int64)
    hours = max(HOURS, last_s // HOUR_S + 1)
    taken = np.bincount([at // HOUR_S for at in cuts if 0 <= at < hours * HOUR_S], minlength=hours)
    return np.maximum(most - taken, 0).astype(np.int64)


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
