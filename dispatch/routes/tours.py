"""Crew routes as arrays, compiled: their timing with the lunch inside, and where a job fits at what price.

The lunch break is part of every timing test, so an insertion is judged in constant time with the break already in
its best gap.

Per route and position p: `hungry[p]` / `fed[p]` is the earliest second the crew is done before p with lunch still to
come / already taken; `by_hungry[p]` / `by_fed[p]` the latest arrival at p from which the rest of the day still works.

A cut keeps the hour of the clock in which it begins for as long as it stays on a route, so that a limit on the cuts of
an hour holds whatever is done to the stops before it; a crew that comes too soon waits. A job that waits for one of
another crew keeps the second `since` from which it may begin, and that other job must be finished by then; so the routes
never have to be timed against each other.
"""

from typing import Any

import numpy as np

from dispatch.routes import compiled
from dispatch.routes.arrays import BY_FED, BY_HUNGRY, FED, HOUR_S, HUNGRY, LEG, NEVER


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
def earliest_start(opens: Any, closes: Any, windows: Any, c: Any, t: Any) -> Any:
    """The first second from t at which job c may begin, NEVER when its windows are over."""
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
def bound(day: Any, routes: Any, c: Any) -> None:
    """Set the seconds between which c begins: within its hour, after what it waits for, before what waits for it."""
    low = np.int64(-NEVER)
    high = np.int64(NEVER)
    if routes.hour[c] >= 0:
        low = routes.hour[c] * HOUR_S
        high = low + HOUR_S - 1
    low = max(low, routes.since[c])
    for k in range(day.leads_to.shape[1]):
        b = day.leads_to[c, k]
        if b >= 0 and routes.crew_of[b] >= 0 and routes.since[b] > -NEVER and routes.crew_of[b] != routes.crew_of[c]:
            high = min(high, routes.since[b] - day.service[c])
    routes.after[c] = low
    routes.until[c] = high


@compiled.jit
def take_hour(day: Any, routes: Any, c: Any, h: Any) -> None:
    """Let cut c begin in hour h and no other."""
    routes.hour[c] = h
    routes.used[h] += 1
    bound(day, routes, c)


@compiled.jit
def give_back(routes: Any, c: Any) -> None:
    """Job c is open again, its hour free for another."""
    routes.crew_of[c] = -1
    routes.since[c] = -NEVER
    routes.after[c] = -NEVER
    routes.until[c] = NEVER
    if routes.hour[c] >= 0:
        routes.used[routes.hour[c]] -= 1
        routes.hour[c] = -1


@compiled.jit
def begin(day: Any, routes: Any, c: Any) -> Any:
    """The first second at which job c, as it stands on its route, can begin so that the rest of the day works."""
    v, p = routes.crew_of[c], routes.position[c]
    hungry = routes.timing[v, p, HUNGRY]
    at_hungry = hungry + routes.timing[v, p, LEG]
    at_fed = routes.timing[v, p, FED] + routes.timing[v, p, LEG]
    if hungry <= day.lunch_to[v]:
        at_fed = min(at_fed, max(at_hungry, day.lunch_from[v]) + day.lunch[v])
    first = np.int64(NEVER)
    if at_hungry <= routes.timing[v, p, BY_HUNGRY]:
        start = earliest_start(day.opens, day.closes, day.windows, c, max(at_hungry, routes.after[c]))
        first = min(first, np.int64(start))
    if at_fed <= routes.timing[v, p, BY_FED]:
        start = earliest_start(day.opens, day.closes, day.windows, c, max(at_fed, routes.after[c]))
        first = min(first, np.int64(start))
    return first


@compiled.jit
def ready(day: Any, routes: Any, c: Any, v: Any) -> Any:
    """(position, second) from which job c may stand on route v after what it waits for; second NEVER if it cannot."""
    low = np.int64(0)
    since = np.int64(-NEVER)
    for k in range(day.waits_for.shape[1]):
        a = day.waits_for[c, k]
        if a < 0:
            continue
        if routes.crew_of[a] < 0:
            return low, np.int64(NEVER)
        if routes.crew_of[a] == v:
            low = max(low, routes.position[a] + 1)
        else:
            since = max(since, begin(day, routes, a) + day.service[a])
    return low, since


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
    after, until = routes.after, routes.until
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
        begin_hungry = earliest_start(opens, closes, windows, here, max(there_hungry, after[here]))
        begin_fed = earliest_start(opens, closes, windows, here, max(there_fed, after[here]))
        hungry = min(begin_hungry + service[here], NEVER) if begin_hungry <= until[here] else NEVER
        fed = min(begin_fed + service[here], NEVER) if begin_fed <= until[here] else NEVER
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
        latest_hungry = min(done_hungry - service[here], until[here])
        latest_fed = min(by_fed - drive - service[here], until[here])
        by_hungry = _latest_start(opens, closes, windows, here, latest_hungry)
        by_fed = _latest_start(opens, closes, windows, here, latest_fed)
        if by_hungry < after[here]:
            by_hungry = np.int64(-NEVER)
        if by_fed < after[here]:
            by_fed = np.int64(-NEVER)
        times[v, p, BY_HUNGRY] = by_hungry
        times[v, p, BY_FED] = by_fed
        slack = max(slack, max(by_hungry, by_fed) - min(times[v, p, HUNGRY], times[v, p, FED]))
    routes.slack[v] = slack
    routes.cost[v] = cost
    routes.worth[v] = worth
    routes.load[v] = load


@compiled.jit
def place(day: Any, routes: Any, c: Any, near: Any, blink: Any, only: Any, at_end: Any, state: Any) -> Any:
    """(seconds added less the bonus, crew, position, hour) of the cheapest place for job c; crew -1 if there is none.

    The hour is the one in which a cut would begin, the first that still has room; -1 for other jobs.

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
    best_hour = -1
    room, used = day.room, routes.used
    waits = day.waits_for.shape[1] > 0 and day.waits_for[c, 0] >= 0
    since = np.int64(-NEVER)
    counted = day.cut[c] and room.shape[0] > 0
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
        if waits:
            soonest, since = ready(day, routes, c, v)
            if since >= NEVER:
                continue
            low = max(low, soonest)
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
            if waits:
                at_hungry = max(at_hungry, since)
                at_fed = max(at_fed, since)
            hour = -1
            if counted:
                # Hour by hour, the first with room from which the rest of the day still works.
                for h in range(max(0, min(at_hungry, at_fed)) // HOUR_S, room.shape[0]):
                    if used[h] >= room[h]:
                        continue
                    done_hungry = NEVER
                    done_fed = NEVER
                    for k in range(windows):
                        w = windows - 1 - k
                        low = max(opens[c, w], h * HOUR_S)
                        high = min(closes[c, w], h * HOUR_S + HOUR_S - 1)
                        if at_hungry <= high and low <= high:
                            done_hungry = max(at_hungry, low) + service
                        if at_fed <= high and low <= high:
                            done_fed = max(at_fed, low) + service
                    next_hungry = done_hungry + on
                    next_fed = done_fed + on
                    if done_hungry <= lunch_to:
                        next_fed = min(next_fed, max(next_hungry, lunch_from) + lunch)
                    if next_hungry <= by_hungry or next_fed <= by_fed:
                        hour = h
                        break
                if hour < 0:
                    continue
            elif windows == 1:
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
            if hour < 0 and next_hungry > by_hungry and next_fed > by_fed:
                continue
            if blink > 0.0 and random(state) < blink:
                continue
            best = added - bonus
            best_v = v
            best_p = p
            best_hour = hour
    return best, best_v, best_p, best_hour


@compiled.jit
def insert(day: Any, routes: Any, c: Any, v: Any, p: Any, hour: Any) -> None:
    """Put job c at position p of route v, a cut into its hour; what it waits for must be done by the time it begins."""
    if hour >= 0:
        take_hour(day, routes, c, hour)
    if day.waits_for.shape[1] > 0:
        _, since = ready(day, routes, c, v)
        routes.since[c] = since
        bound(day, routes, c)
    stops, length = routes.stops, routes.length
    for k in range(length[v] - p):
        q = length[v] - k
        stops[v, q] = stops[v, q - 1]
    stops[v, p] = c
    length[v] += 1
    refresh(day, routes, v)
    if routes.since[c] > -NEVER:
        # The other crew gets all the time there is until this job begins.
        routes.since[c] = begin(day, routes, c)
        bound(day, routes, c)
        refresh(day, routes, v)
        free_before(day, routes, c)


@compiled.jit
def free_before(day: Any, routes: Any, c: Any) -> None:
    """Time the routes anew of the jobs that c waits for, after c came or went."""
    for k in range(day.waits_for.shape[1]):
        a = day.waits_for[c, k]
        if a >= 0 and routes.crew_of[a] >= 0 and routes.crew_of[a] != routes.crew_of[c]:
            bound(day, routes, a)
            refresh(day, routes, routes.crew_of[a])


@compiled.jit
def reset(day: Any, routes: Any) -> None:
    """Take every job out of every route."""
    for c in range(routes.crew_of.shape[0]):
        give_back(routes, c)
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
    _, found, p, hour = place(day, routes, c, False, 0.0, only, True, np.zeros(1, dtype=np.uint64))
    if found < 0:
        return False
    insert(day, routes, c, v, p, hour)
    return True


@compiled.jit
def fill(day: Any, routes: Any, order: Any) -> None:
    """Put in, one after the other, every open job of `order` that fits anywhere."""
    everywhere = np.ones(day.end.shape[0], dtype=np.bool_)
    state = np.zeros(1, dtype=np.uint64)
    more = True
    while more:
        more = False
        for k in range(order.shape[0]):
            c = order[k]
            if routes.crew_of[c] < 0:
                _, v, p, hour = place(day, routes, c, False, 0.0, everywhere, False, state)
                if v >= 0:
                    insert(day, routes, c, v, p, hour)
                    # What waited for this one may have a place now.
                    more = more or day.waits_for.shape[1] > 0


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
    best.hour[:] = routes.hour
    best.since[:] = routes.since
    best.cost[1] = cost


@compiled.jit
def restore(day: Any, routes: Any, hour: Any, since: Any) -> None:
    """Give the jobs that are on routes the hours and seconds they had; the routes must be timed anew after it."""
    for c in range(routes.crew_of.shape[0]):
        if routes.crew_of[c] >= 0:
            routes.since[c] = since[c]
            if hour[c] >= 0:
                take_hour(day, routes, c, hour[c])
    for c in range(routes.crew_of.shape[0]):
        if routes.crew_of[c] >= 0:
            bound(day, routes, c)


@compiled.jit
def load(day: Any, routes: Any, best: Any) -> None:
    """Put the best routes back to work."""
    for c in range(routes.crew_of.shape[0]):
        give_back(routes, c)
    for v in range(routes.length.shape[0]):
        routes.length[v] = best.length[v]
        for p in range(best.length[v]):
            routes.stops[v, p] = best.stops[v, p]
            routes.crew_of[best.stops[v, p]] = v
    restore(day, routes, best.hour, best.since)
    for v in range(routes.length.shape[0]):
        refresh(day, routes, v)
    best.cost[0] = total(routes)
