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
from dispatch.routes.arrays import AFTER, BY_FED, BY_HUNGRY, FED, HOUR, HOUR_S, HUNGRY, LEG, MEET, NEVER, SINCE, UNTIL


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


@compiled.inlined
def is_bounded(day: Any) -> Any:
    """True on a day with rules across routes; on others nothing is spent on them."""
    return day.room.shape[0] > 0 or day.waits_for.shape[1] > 0 or day.twin.shape[0] > 0 or day.yard.shape[0] > 0


@compiled.jit
def bound(day: Any, routes: Any, c: Any) -> None:
    """Set the seconds between which c begins: within its hour, after what it waits for, before what waits for it, and
    at the second at which two crews meet."""
    low = np.int64(-NEVER)
    high = np.int64(NEVER)
    if routes.marks[c, HOUR] >= 0:
        low = routes.marks[c, HOUR] * HOUR_S
        high = low + HOUR_S - 1
    low = max(low, routes.marks[c, SINCE])
    for k in range(day.leads_to.shape[1]):
        b = day.leads_to[c, k]
        if (
            b >= 0
            and routes.crew_of[b] >= 0
            and routes.marks[b, SINCE] > -NEVER
            and routes.crew_of[b] != routes.crew_of[c]
        ):
            high = min(high, routes.marks[b, SINCE] - day.service[c])
    if routes.marks[c, MEET] > -NEVER:
        low = max(low, routes.marks[c, MEET])
        high = min(high, routes.marks[c, MEET])
    routes.marks[c, AFTER] = low
    routes.marks[c, UNTIL] = high


@compiled.jit
def take_hour(day: Any, routes: Any, c: Any, h: Any) -> None:
    """Let cut c begin in hour h and no other."""
    routes.marks[c, HOUR] = h
    routes.used[h] += 1
    bound(day, routes, c)


@compiled.jit
def give_back(routes: Any, c: Any) -> None:
    """Job c is open again, its hour free for another."""
    routes.crew_of[c] = -1
    routes.marks[c, SINCE] = -NEVER
    routes.marks[c, MEET] = -NEVER
    routes.marks[c, AFTER] = -NEVER
    routes.marks[c, UNTIL] = NEVER
    if routes.marks[c, HOUR] >= 0:
        routes.used[routes.marks[c, HOUR]] -= 1
        routes.marks[c, HOUR] = -1


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
        start = earliest_start(day.opens, day.closes, day.windows, c, max(at_hungry, routes.marks[c, AFTER]))
        first = min(first, np.int64(start))
    if at_fed <= routes.timing[v, p, BY_FED]:
        start = earliest_start(day.opens, day.closes, day.windows, c, max(at_fed, routes.marks[c, AFTER]))
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
def is_supplied(day: Any, c: Any) -> bool:
    """True for a job that uses up parts or needs a tool that some crew lacks."""
    if day.yard.shape[0] == 0:
        return False
    for k in range(day.parts.shape[1]):
        if day.parts[c, k] > 0:
            return True
    return bool(day.lacks[:, c].any())


@compiled.jit
def from_position(day: Any, routes: Any, c: Any, v: Any) -> Any:
    """The first position of route v at which crew v has the tools and parts for c on board; NEVER for none."""
    enough = not day.lacks[v, c]
    for k in range(day.parts.shape[1]):
        enough = enough and (day.parts[c, k] == 0 or routes.spent[v, k] + day.parts[c, k] <= day.stock[v, k])
    if enough:
        return np.int64(0)
    y = day.yard[v]
    if y >= 0 and routes.crew_of[y] == v:
        return np.int64(routes.position[y] + 1)
    return np.int64(NEVER)


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
    marks = routes.marks
    bounded = is_bounded(day)
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
        if bounded:
            there_hungry = max(there_hungry, marks[here, AFTER])
            there_fed = max(there_fed, marks[here, AFTER])
        hungry = earliest_start(opens, closes, windows, here, there_hungry)
        fed = earliest_start(opens, closes, windows, here, there_fed)
        if bounded and hungry > marks[here, UNTIL]:
            hungry = NEVER
        if bounded and fed > marks[here, UNTIL]:
            fed = NEVER
        hungry = min(hungry + service[here], NEVER)
        fed = min(fed + service[here], NEVER)
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
        latest_hungry = done_hungry - service[here]
        latest_fed = by_fed - drive - service[here]
        if bounded:
            latest_hungry = min(latest_hungry, marks[here, UNTIL])
            latest_fed = min(latest_fed, marks[here, UNTIL])
        by_hungry = _latest_start(opens, closes, windows, here, latest_hungry)
        by_fed = _latest_start(opens, closes, windows, here, latest_fed)
        if bounded and by_hungry < marks[here, AFTER]:
            by_hungry = np.int64(-NEVER)
        if bounded and by_fed < marks[here, AFTER]:
            by_fed = np.int64(-NEVER)
        times[v, p, BY_HUNGRY] = by_hungry
        times[v, p, BY_FED] = by_fed
        slack = max(slack, max(by_hungry, by_fed) - min(times[v, p, HUNGRY], times[v, p, FED]))
    if day.parts.shape[1] > 0:
        routes.spent[v, :] = 0
        for p in range(count):
            here = stops[v, p]
            if day.fetches[here] == v:
                break
            for k in range(day.parts.shape[1]):
                routes.spent[v, k] += day.parts[here, k]
    routes.slack[v] = slack
    routes.cost[v] = cost
    routes.worth[v] = worth
    routes.load[v] = load


@compiled.jit
def fits_between(day: Any, routes: Any, c: Any, v: Any, p: Any, low_s: Any, high_s: Any) -> Any:
    """True when job c fits before position p of route v if it begins between two seconds."""
    n = day.service.shape[0]
    before = routes.stops[v, p - 1] if p > 0 else n + v
    after = routes.stops[v, p] if p < routes.length[v] else n + routes.length.shape[0] + v
    here, on = np.int64(day.drive[before, c]), np.int64(day.drive[c, after])
    at_hungry, at_fed = routes.timing[v, p, HUNGRY] + here, routes.timing[v, p, FED] + here
    if routes.timing[v, p, HUNGRY] <= day.lunch_to[v]:
        at_fed = min(at_fed, max(at_hungry, day.lunch_from[v]) + day.lunch[v])
    done_hungry = earliest_start(day.opens, day.closes, day.windows, c, max(at_hungry, low_s)) + day.service[c]
    done_fed = earliest_start(day.opens, day.closes, day.windows, c, max(at_fed, low_s)) + day.service[c]
    done_hungry = done_hungry if done_hungry <= high_s + day.service[c] else NEVER
    done_fed = done_fed if done_fed <= high_s + day.service[c] else NEVER
    next_hungry, next_fed = done_hungry + on, done_fed + on
    if done_hungry <= day.lunch_to[v]:
        next_fed = min(next_fed, max(next_hungry, day.lunch_from[v]) + day.lunch[v])
    return next_hungry <= routes.timing[v, p, BY_HUNGRY] or next_fed <= routes.timing[v, p, BY_FED]


@compiled.jit
def _place_bounded(day: Any, routes: Any, c: Any, blink: Any, only: Any, at_end: Any, state: Any) -> Any:
    """As `place`, for a job under a rule across routes: a cut goes into the first hour with room that works."""
    n, crews = day.service.shape[0], routes.length.shape[0]
    by_hour = day.cut[c] and day.room.shape[0] > 0
    supplied = is_supplied(day, c)
    best = np.float64(NEVER)
    best_v = -1
    best_p = -1
    best_hour = -1
    for v in range(crews):
        full = routes.load[v] + day.need[c] > day.capacity[v] or day.service[c] > routes.slack[v]
        if not only[v] or full or not day.allowed[v, c]:
            continue
        soonest, since = ready(day, routes, c, v)
        if since >= NEVER:
            continue
        if supplied:
            soonest = max(soonest, from_position(day, routes, c, v))
        bonus = day.keep_home if day.home[c] == v else 0.0
        for p in range(max(soonest, routes.length[v]) if at_end else soonest, routes.length[v] + 1):
            before = routes.stops[v, p - 1] if p > 0 else n + v
            after = routes.stops[v, p] if p < routes.length[v] else n + crews + v
            added = np.int64(day.drive[before, c]) + np.int64(day.drive[c, after]) - routes.timing[v, p, LEG]
            if added - bonus >= best:
                continue
            hour = -1
            if by_hour:
                first = max(0, min(routes.timing[v, p, HUNGRY], routes.timing[v, p, FED])) // HOUR_S
                for h in range(first, day.room.shape[0]):
                    low_s = max(since, h * HOUR_S)
                    if routes.used[h] < day.room[h] and fits_between(day, routes, c, v, p, low_s, (h + 1) * HOUR_S - 1):
                        hour = h
                        break
                if hour < 0:
                    continue
            elif not fits_between(day, routes, c, v, p, since, NEVER - 1):
                continue
            if blink > 0.0 and random(state) < blink:
                continue
            best = added - bonus
            best_v = v
            best_p = p
            best_hour = hour
    return best, best_v, best_p, best_hour


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
    if is_bounded(day):
        if day.twin.shape[0] > 0 and day.twin[c] >= 0:
            # It has a place together with its other half only.
            return best, best_v, best_p, -1
        if day.yard.shape[0] > 0 and day.fetches[c] >= 0:
            # A stop at the yard comes with the first job that needs it.
            return best, best_v, best_p, -1
        if day.cut[c] or is_supplied(day, c) or (day.waits_for.shape[1] > 0 and day.waits_for[c, 0] >= 0):
            return _place_bounded(day, routes, c, blink, only, at_end, state)
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
    return best, best_v, best_p, -1


@compiled.inlined
def insert(day: Any, routes: Any, c: Any, v: Any, p: Any, hour: Any) -> None:
    """Put job c at position p of route v, a cut into its hour; what it waits for must be done by the time it begins."""
    if hour >= 0:
        take_hour(day, routes, c, hour)
    if day.waits_for.shape[1] > 0:
        _, since = ready(day, routes, c, v)
        routes.marks[c, SINCE] = since
        bound(day, routes, c)
    stops, length = routes.stops, routes.length
    for k in range(length[v] - p):
        q = length[v] - k
        stops[v, q] = stops[v, q - 1]
    stops[v, p] = c
    length[v] += 1
    refresh(day, routes, v)
    if routes.marks[c, SINCE] > -NEVER:
        # The other crew gets all the time there is until this job begins.
        routes.marks[c, SINCE] = begin(day, routes, c)
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
def total(routes: Any) -> Any:
    """The cost of the routes: driving and overtime, less bonuses and the worth of what is served."""
    costs, worths = routes.cost, routes.worth
    cost = 0.0
    for v in range(routes.length.shape[0]):
        cost += costs[v] - worths[v]
    return cost
