"""Crew routes as arrays, compiled: their timing with the lunch inside, and where a job fits at what price.

The lunch break is part of every timing test, so an insertion is judged in constant time with the break already in
its best gap.

Per route and position p: `hungry[p]` / `fed[p]` is the earliest second the crew is done before p with lunch still to
come / already taken; `by_hungry[p]` / `by_fed[p]` the latest arrival at p from which the rest of the day still works.
Jobs are 0..n-1, the start of crew v is node n + v, its end node n + V + v. Costs are seconds of driving.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.routes import compiled

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

# Columns of `Routes.timing`.
HUNGRY, FED, BY_HUNGRY, BY_FED, LEG = range(5)
NEVER = 1_000_000_000


class Day(NamedTuple):
    """The day as arrays; n jobs, V crews, W windows at most, K neighbours."""

    drive: I32  # [n + 2V, n + 2V]
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


class Best(NamedTuple):
    """The best routes seen and the two running totals."""

    stops: I32
    length: I64
    cost: F64  # [2] cost of the routes at work, cost of the best


def empty_routes(*, jobs: int, crews: int) -> Routes:
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
    )


def empty_best(*, jobs: int, crews: int) -> Best:
    """Room for the best routes."""
    return Best(
        stops=np.zeros((crews, max(jobs, 1)), dtype=np.int32),
        length=np.zeros(crews, dtype=np.int64),
        cost=np.full(2, 1e300, dtype=np.float64),
    )


@compiled.inlined
def random(state: Any) -> Any:
    """A number in [0, 1) from a xorshift generator whose state lives in the caller's array."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled.inlined
def _earliest_start(opens: Any, closes: Any, windows: Any, c: Any, t: Any) -> Any:
    for w in range(windows[c]):
        if t <= closes[c, w]:
            return max(t, opens[c, w])
    return NEVER


@compiled.inlined
def _latest_start(opens: Any, closes: Any, windows: Any, c: Any, t: Any) -> Any:
    for k in range(windows[c]):
        w = windows[c] - 1 - k
        if opens[c, w] <= t:
            return min(t, closes[c, w])
    return -NEVER


@compiled.jit
def refresh(day: Any, routes: Any, v: Any) -> None:
    """Recompute everything that is kept beside route v."""
    n = day.service.shape[0]
    crews = day.end.shape[0]
    times, stops, crew_of, position = routes.timing, routes.stops, routes.crew_of, routes.position
    drives, service, worths, home = day.drive, day.service, day.worth, day.home
    opens, closes, windows = day.opens, day.closes, day.windows
    lunch_from, lunch_to, lunch = day.lunch_from[v], day.lunch_to[v], day.lunch[v]
    count = routes.length[v]
    before = n + v
    hungry = day.hungry[v]
    fed = day.fed[v]
    cost = 0.0
    worth = 0.0
    load = np.int64(0)
    needs = day.need
    for p in range(count + 1):
        times[v, p, HUNGRY] = hungry
        times[v, p, FED] = fed
        here = stops[v, p] if p < count else n + crews + v
        drive = np.int64(drives[before, here])
        times[v, p, LEG] = drive
        cost += drive
        there_hungry = hungry + drive
        there_fed = fed + drive
        if hungry <= lunch_to:
            there_fed = min(there_fed, max(there_hungry, lunch_from) + lunch)
        if p == count:
            if count > 0 and there_fed > day.end[v]:
                cost += (there_fed - day.end[v]) * day.overtime
            break
        hungry = min(_earliest_start(opens, closes, windows, here, there_hungry) + service[here], NEVER)
        fed = min(_earliest_start(opens, closes, windows, here, there_fed) + service[here], NEVER)
        worth += worths[here]
        load += needs[here]
        if home[here] == v:
            cost -= day.keep_home
        crew_of[here] = v
        position[here] = p
        before = here
    by_hungry = np.int64(-NEVER)
    by_fed = day.last_end[v]
    times[v, count, BY_HUNGRY] = by_hungry
    times[v, count, BY_FED] = by_fed
    slack = by_fed - min(times[v, count, HUNGRY], times[v, count, FED])
    for k in range(count):
        p = count - 1 - k
        here = stops[v, p]
        drive = times[v, p + 1, LEG]
        done_hungry = by_hungry - drive
        if lunch_to >= 0 and lunch_from + lunch <= by_fed:
            done_hungry = max(done_hungry, min(lunch_to, by_fed - lunch - drive))
        by_hungry = _latest_start(opens, closes, windows, here, done_hungry - service[here])
        by_fed = _latest_start(opens, closes, windows, here, by_fed - drive - service[here])
        times[v, p, BY_HUNGRY] = by_hungry
        times[v, p, BY_FED] = by_fed
        slack = max(slack, max(by_hungry, by_fed) - min(times[v, p, HUNGRY], times[v, p, FED]))
    routes.slack[v] = slack
    routes.cost[v] = cost
    routes.worth[v] = worth
    routes.load[v] = load


@compiled.jit
def place(day: Any, routes: Any, c: Any, near: Any, blink: Any, only: Any, at_end: Any, state: Any) -> Any:
    """(seconds added less the bonus, crew, position) of the cheapest place for job c; crew -1 when there is none.

    Looks at the routes that `only` marks: at every position, or with `near` beside the nearest jobs and at both ends
    of a route, or with `at_end` at the end alone. Every candidate is overlooked with the chance `blink`.
    The loop is written out flat, since this is where nearly all of the time goes.
    """
    drive_out, drive_in, jobs_near = day.drive, day.drive_to, day.near
    opens, closes = day.opens, day.closes
    stops, length, times, slack = routes.stops, routes.length, routes.timing, routes.slack
    crew_of, position, load, capacity = routes.crew_of, routes.position, routes.load, day.capacity
    alike, need = day.alike, day.need[c]
    crews = length.shape[0]
    jobs = day.service.shape[0]
    neighbours = jobs_near.shape[1] if near else 0
    spans = neighbours + 2 * crews if near else crews
    service = day.service[c]
    windows = day.windows[c]
    first_opens = opens[c, 0]
    first_closes = closes[c, 0]
    best = np.float64(NEVER)
    best_v = -1
    best_p = -1
    for span in range(spans):
        if span < neighbours:
            other = jobs_near[c, span]
            v = crew_of[other]
            if v < 0:
                continue
            low = position[other]
            high = low + 1
        elif near and span >= neighbours + crews:
            v = span - neighbours - crews
            low = length[v]
            high = low
            # The end of an empty route is its beginning, and that was looked at.
            if low == 0:
                continue
        else:
            v = span - neighbours
            low = length[v] if at_end else 0
            high = 0 if near else length[v]
            # Of empty routes that are alike one is enough.
            if length[v] == 0 and alike[v] and length[v - 1] == 0 and only[v - 1]:
                continue
        if not only[v] or service > slack[v] or load[v] + need > capacity[v] or not day.allowed[v, c]:
            continue
        bonus = day.keep_home if day.home[c] == v else 0.0
        lunch_from = day.lunch_from[v]
        lunch_to = day.lunch_to[v]
        lunch = day.lunch[v]
        for p in range(low, high + 1):
            hungry = times[v, p, 0]
            fed = times[v, p, 1]
            by_hungry = times[v, p, 2]
            by_fed = times[v, p, 3]
            # Most positions fall out here, before any look into the matrix.
            if min(hungry, fed) + service > max(by_hungry, by_fed):
                continue
            before = stops[v, p - 1] if p > 0 else jobs + v
            after = stops[v, p] if p < length[v] else jobs + crews + v
            here = np.int64(drive_in[c, before])
            on = np.int64(drive_out[c, after])
            added = here + on - times[v, p, 4]
            if added - bonus >= best:
                continue
            at_hungry = hungry + here
            at_fed = fed + here
            if hungry <= lunch_to:
                at_fed = min(at_fed, max(at_hungry, lunch_from) + lunch)
            if windows == 1:
                done_hungry = max(at_hungry, first_opens) + service if at_hungry <= first_closes else NEVER
                done_fed = max(at_fed, first_opens) + service if at_fed <= first_closes else NEVER
            else:
                done_hungry = NEVER
                done_fed = NEVER
                for k in range(windows):
                    w = windows - 1 - k
                    if at_hungry <= closes[c, w]:
                        done_hungry = max(at_hungry, opens[c, w]) + service
                    if at_fed <= closes[c, w]:
                        done_fed = max(at_fed, opens[c, w]) + service
            next_hungry = done_hungry + on
            next_fed = done_fed + on
            if done_hungry <= lunch_to:
                next_fed = min(next_fed, max(next_hungry, lunch_from) + lunch)
            if next_hungry > by_hungry and next_fed > by_fed:
                continue
            if blink > 0.0 and random(state) < blink:
                continue
            best = added - bonus
            best_v = v
            best_p = p
    return best, best_v, best_p


@compiled.inlined
def insert(day: Any, routes: Any, c: Any, v: Any, p: Any) -> None:
    """Put job c at position p of route v."""
    stops, length = routes.stops, routes.length
    for k in range(length[v] - p):
        q = length[v] - k
        stops[v, q] = stops[v, q - 1]
    stops[v, p] = c
    length[v] += 1
    refresh(day, routes, v)


@compiled.jit
def reset(day: Any, routes: Any) -> None:
    """Take every job out of every route."""
    routes.crew_of[:] = -1
    for v in range(day.end.shape[0]):
        routes.length[v] = 0
        refresh(day, routes, v)


@compiled.jit
def append(day: Any, routes: Any, c: Any, v: Any) -> bool:
    """Put job c at the end of route v if the day allows it; False when it does not."""
    if routes.crew_of[c] >= 0:
        return False
    only = np.zeros(day.end.shape[0], dtype=np.bool_)
    only[v] = True
    _, found, p = place(day, routes, c, False, 0.0, only, True, np.zeros(1, dtype=np.uint64))
    if found < 0:
        return False
    insert(day, routes, c, v, p)
    return True


@compiled.jit
def closest_miss(day: Any, routes: Any, c: Any) -> Any:
    """Where c comes closest to fitting: (seconds missing there, seconds of driving added, crew, load too much).

    Missing seconds are those by which c itself would start late plus those by which the rest of that day would.
    A full vehicle is named only where nothing but load is missing, or where there is no other. Crew -1 if nowhere.
    """
    n = day.service.shape[0]
    opens, closes, windows, service = day.opens, day.closes, day.windows, day.service[c]
    # First crews with load left, then full ones.
    least = np.full(2, NEVER, dtype=np.int64)
    least_added = np.full(2, NEVER, dtype=np.int64)
    least_v = np.full(2, -1, dtype=np.int64)
    for v in range(day.end.shape[0]):
        if not day.allowed[v, c]:
            continue
        full = 1 if routes.load[v] + day.need[c] > day.capacity[v] else 0
        count = routes.length[v]
        for p in range(count + 1):
            before = routes.stops[v, p - 1] if p > 0 else n + v
            after = routes.stops[v, p] if p < count else n + day.end.shape[0] + v
            here = np.int64(day.drive[before, c])
            on = np.int64(day.drive[c, after])
            at_hungry = routes.timing[v, p, HUNGRY] + here
            at_fed = routes.timing[v, p, FED] + here
            if routes.timing[v, p, HUNGRY] <= day.lunch_to[v]:
                at_fed = min(at_fed, max(at_hungry, day.lunch_from[v]) + day.lunch[v])
            last = day.closes[c, day.windows[c] - 1]
            late_hungry = max(0, at_hungry - last)
            late_fed = max(0, at_fed - last)
            done_hungry = _earliest_start(opens, closes, windows, c, at_hungry - late_hungry) + late_hungry + service
            done_fed = _earliest_start(opens, closes, windows, c, at_fed - late_fed) + late_fed + service
            next_hungry = done_hungry + on
            next_fed = done_fed + on
            if done_hungry <= day.lunch_to[v]:
                lunch_fed = max(next_hungry, day.lunch_from[v]) + day.lunch[v]
                if lunch_fed + late_hungry < next_fed + late_fed:
                    next_fed = lunch_fed
                    late_fed = late_hungry
            missing = min(
                late_hungry + max(0, next_hungry - routes.timing[v, p, BY_HUNGRY]),
                late_fed + max(0, next_fed - routes.timing[v, p, BY_FED]),
            )
            added = here + on - routes.timing[v, p, LEG]
            if missing < least[full] or (missing == least[full] and added < least_added[full]):
                least[full] = missing
                least_added[full] = added
                least_v[full] = v
    full = 1 if least_v[0] < 0 or (least_v[1] >= 0 and least[1] == 0) else 0
    v = least_v[full]
    over_load = max(0, routes.load[v] + day.need[c] - day.capacity[v]) if v >= 0 else 0
    return least[full], least_added[full], v, over_load


@compiled.jit
def fill(day: Any, routes: Any, order: Any) -> None:
    """Put in, one after the other, every open job of `order` that fits anywhere."""
    everywhere = np.ones(day.end.shape[0], dtype=np.bool_)
    state = np.zeros(1, dtype=np.uint64)
    for k in range(order.shape[0]):
        c = order[k]
        if routes.crew_of[c] < 0:
            _, v, p = place(day, routes, c, False, 0.0, everywhere, False, state)
            if v >= 0:
                insert(day, routes, c, v, p)


@compiled.jit
def total(routes: Any) -> Any:
    """The cost of the routes: driving and overtime, less bonuses and the worth of what is served."""
    costs, worths = routes.cost, routes.worth
    cost = 0.0
    for v in range(routes.length.shape[0]):
        cost += costs[v] - worths[v]
    return cost


@compiled.jit
def keep(routes: Any, best: Any, cost: Any) -> None:
    """Remember the routes as the best."""
    stops, length = routes.stops, routes.length
    for v in range(routes.length.shape[0]):
        best.length[v] = length[v]
        for p in range(length[v]):
            best.stops[v, p] = stops[v, p]
    best.cost[1] = cost


@compiled.jit
def load(day: Any, routes: Any, best: Any) -> None:
    """Put the best routes back to work."""
    routes.crew_of[:] = -1
    for v in range(routes.length.shape[0]):
        routes.length[v] = best.length[v]
        for p in range(best.length[v]):
            routes.stops[v, p] = best.stops[v, p]
        refresh(day, routes, v)
    best.cost[0] = total(routes)
