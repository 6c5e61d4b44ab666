"""Visits of two crews at the same time, compiled: two jobs on two routes that begin at the same second.

Where they meet is settled when they are put in, both at once, and kept for as long as they stay; so the routes never
have to be timed against each other. When one is taken out, the other goes too.
"""

from typing import Any

import numpy as np

from dispatch.routes import compiled, tours
from dispatch.routes.arrays import FED, HUNGRY, LEG, MEET, NEVER


@compiled.inlined
def is_half(day: Any, c: Any) -> Any:
    """True for a job that has a place only together with its other half."""
    return day.twin.shape[0] > 0 and day.twin[c] >= 0


@compiled.jit
def _begins(day: Any, routes: Any, c: Any, v: Any, p: Any) -> Any:
    """The first second at which c can begin before position p of route v, NEVER if it does not fit there."""
    n = day.service.shape[0]
    before = routes.stops[v, p - 1] if p > 0 else n + v
    here = np.int64(day.drive[before, c])
    at_hungry, at_fed = routes.timing[v, p, HUNGRY] + here, routes.timing[v, p, FED] + here
    if routes.timing[v, p, HUNGRY] <= day.lunch_to[v]:
        at_fed = min(at_fed, max(at_hungry, day.lunch_from[v]) + day.lunch[v])
    first = tours.earliest_start(day.opens, day.closes, day.windows, c, min(at_hungry, at_fed))
    if first < NEVER and tours.fits_between(day, routes, c, v, p, first, first):
        return np.int64(first)
    first = tours.earliest_start(day.opens, day.closes, day.windows, c, max(at_hungry, at_fed))
    if first < NEVER and tours.fits_between(day, routes, c, v, p, first, first):
        return np.int64(first)
    return np.int64(NEVER)


@compiled.jit
def _places(day: Any, routes: Any, c: Any, blink: Any, state: Any, added: Any, where: Any, first: Any) -> Any:
    """Fill in (seconds added, route and position, first second) of every place for c alone; returns how many."""
    n, crews = day.service.shape[0], routes.length.shape[0]
    count = 0
    for v in range(crews):
        full = routes.load[v] + day.need[c] > day.capacity[v] or day.service[c] > routes.slack[v]
        if full or not day.allowed[v, c]:
            continue
        bonus = day.keep_home if day.home[c] == v else 0.0
        for p in range(routes.length[v] + 1):
            start = _begins(day, routes, c, v, p)
            if start >= NEVER or (blink > 0.0 and tours.random(state) < blink):
                continue
            before = routes.stops[v, p - 1] if p > 0 else n + v
            after = routes.stops[v, p] if p < routes.length[v] else n + crews + v
            more = np.int64(day.drive[before, c]) + np.int64(day.drive[c, after]) - routes.timing[v, p, LEG]
            added[count] = more - bonus
            where[count, 0] = v
            where[count, 1] = p
            first[count] = start
            count += 1
    return count


@compiled.jit
def _together(day: Any, a: Any, b: Any, at: Any) -> Any:
    """The first second from `at` that lies in a window of both."""
    for _ in range(2 * (day.windows[a] + day.windows[b])):
        later = tours.earliest_start(day.opens, day.closes, day.windows, a, at)
        later = tours.earliest_start(day.opens, day.closes, day.windows, b, later)
        if later == at or later >= NEVER:
            return np.int64(later)
        at = later
    return np.int64(NEVER)


@compiled.jit
def place(day: Any, routes: Any, a: Any, b: Any, blink: Any, only: Any, state: Any) -> Any:
    """(seconds added less the bonuses, crew and position of a, crew and position of b, second); crew -1 if nowhere.

    The cheapest two places on different routes, at least one of which `only` marks.
    """
    n, crews = day.service.shape[0], routes.length.shape[0]
    most = n + crews
    added_a, added_b = np.zeros(most, dtype=np.float64), np.zeros(most, dtype=np.float64)
    where_a, where_b = np.zeros((most, 2), dtype=np.int64), np.zeros((most, 2), dtype=np.int64)
    first_a, first_b = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    best = np.float64(NEVER)
    found = np.full(5, -1, dtype=np.int64)
    count_a = _places(day, routes, a, blink, state, added_a, where_a, first_a)
    count_b = _places(day, routes, b, blink, state, added_b, where_b, first_b) if count_a > 0 else 0
    order_a, order_b = np.argsort(added_a[:count_a]), np.argsort(added_b[:count_b])
    for i in order_a:
        if count_b == 0 or added_a[i] + added_b[order_b[0]] >= best:
            break
        for j in order_b:
            price = added_a[i] + added_b[j]
            if price >= best:
                break
            v, p, w, q = where_a[i, 0], where_a[i, 1], where_b[j, 0], where_b[j, 1]
            if v == w or not (only[v] or only[w]):
                continue
            at = _together(day, a, b, max(first_a[i], first_b[j]))
            if at >= NEVER:
                continue
            if tours.fits_between(day, routes, a, v, p, at, at) and tours.fits_between(day, routes, b, w, q, at, at):
                best = price
                found[0], found[1], found[2], found[3], found[4] = v, p, w, q, at
    return best, found[0], found[1], found[2], found[3], found[4]


@compiled.jit
def insert(day: Any, routes: Any, a: Any, v: Any, p: Any, b: Any, w: Any, q: Any, at: Any) -> None:
    """Put a at position p of route v and b at position q of route w; both begin at the second `at`."""
    routes.marks[a, MEET] = at
    routes.marks[b, MEET] = at
    tours.bound(day, routes, a)
    tours.bound(day, routes, b)
    tours.insert(day, routes, a, v, p, -1)
    tours.insert(day, routes, b, w, q, -1)


@compiled.jit
def fill(day: Any, routes: Any, c: Any, only: Any, state: Any) -> bool:
    """Put c and its other half in where they fit best; False where they do not."""
    b = day.twin[c]
    _, v, p, w, q, at = place(day, routes, c, b, 0.0, only, state)
    if v < 0:
        return False
    insert(day, routes, c, v, p, b, w, q, at)
    return True


@compiled.jit
def append(day: Any, routes: Any, c: Any, v: Any) -> bool:
    """Put c at the end of route v: as a half that waits for the other, or beginning together with it."""
    p = routes.length[v]
    first = _begins(day, routes, c, v, p)
    full = routes.load[v] + day.need[c] > day.capacity[v]
    if full or not day.allowed[v, c] or first >= NEVER:
        return False
    b = day.twin[c]
    w = routes.crew_of[b]
    if w == v:
        return False
    if w >= 0:
        at = _together(day, c, b, max(first, tours.begin(day, routes, b)))
        if at >= NEVER or not tours.fits_between(day, routes, c, v, p, at, at):
            return False
        routes.marks[b, MEET] = at
        tours.bound(day, routes, b)
        tours.refresh(day, routes, w)
        if tours.begin(day, routes, b) >= NEVER:
            routes.marks[b, MEET] = -NEVER
            tours.bound(day, routes, b)
            tours.refresh(day, routes, w)
            return False
        routes.marks[c, MEET] = at
        tours.bound(day, routes, c)
    tours.insert(day, routes, c, v, p, -1)
    return True


@compiled.jit
def take_out(day: Any, routes: Any, c: Any) -> None:
    """Take c out of its route."""
    v = routes.crew_of[c]
    routes.length[v] -= 1
    for p in range(routes.position[c], routes.length[v]):
        routes.stops[v, p] = routes.stops[v, p + 1]
    tours.give_back(routes, c)
    tours.refresh(day, routes, v)


@compiled.jit
def drop_halves(day: Any, routes: Any) -> None:
    """Take out the jobs whose other half has no stop."""
    for c in range(day.twin.shape[0]):
        if day.twin[c] >= 0 and routes.crew_of[c] >= 0 and routes.crew_of[day.twin[c]] < 0:
            take_out(day, routes, c)
