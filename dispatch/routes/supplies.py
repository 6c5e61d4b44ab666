"""Tools and parts within a route, compiled: what is on board is used up, and a stop at the yard fetches the rest.

A crew's stop at the yard goes in together with the first job that needs it and goes out when nothing does any more.
"""

from typing import Any

import numpy as np

from dispatch.routes import compiled, meeting, tours
from dispatch.routes.arrays import LEG, NEVER


@compiled.inlined
def is_yard(day: Any, c: Any) -> Any:
    """True for a job that is a crew's stop at the yard."""
    return day.fetches.shape[0] > 0 and day.fetches[c] >= 0


@compiled.jit
def short(day: Any, routes: Any, v: Any, leave: Any) -> Any:
    """The last position of route v at which something is missing, -1 for none; without the stop at the yard if `leave`."""
    found = -1
    kinds = day.parts.shape[1]
    used = np.zeros(kinds, dtype=np.int64)
    for p in range(routes.length[v]):
        c = routes.stops[v, p]
        if day.fetches[c] == v and not leave:
            return found
        lacks = day.lacks[v, c]
        for k in range(kinds):
            used[k] += day.parts[c, k]
            lacks = lacks or (day.parts[c, k] > 0 and used[k] > day.stock[v, k])
        if lacks:
            found = p
    return found


@compiled.jit
def drop_idle(day: Any, routes: Any, v: Any) -> None:
    """Take the stop at the yard out of route v where nothing needs it."""
    y = day.yard[v]
    if y >= 0 and routes.crew_of[y] == v and short(day, routes, v, True) < 0:
        meeting.take_out(day, routes, y)


@compiled.jit
def place_with_yard(day: Any, routes: Any, c: Any, only: Any, state: Any) -> Any:
    """(seconds added, crew, position of the stop at the yard, position of c behind it); crew -1 where there is none."""
    n, crews = day.service.shape[0], routes.length.shape[0]
    best = np.float64(NEVER)
    best_v, best_q, best_p = -1, -1, -1
    one = np.zeros(crews, dtype=np.bool_)
    for v in range(crews):
        y = day.yard[v]
        if y < 0 or routes.crew_of[y] >= 0 or not only[v] or not day.allowed[v, c] or not day.allowed[v, y]:
            continue
        at = -1
        least = np.float64(NEVER)
        for p in range(routes.length[v] + 1):
            before = routes.stops[v, p - 1] if p > 0 else n + v
            after = routes.stops[v, p] if p < routes.length[v] else n + crews + v
            added = np.float64(day.drive[before, y]) + day.drive[y, after] - routes.timing[v, p, LEG]
            if added < least and tours.fits_between(day, routes, y, v, p, -NEVER, NEVER - 1):
                least = added
                at = p
        if at < 0 or least >= best:
            continue
        tours.insert(day, routes, y, v, at, -1)
        one[v] = True
        price, found, p, _ = tours.place(day, routes, c, False, 0.0, one, False, state)
        one[v] = False
        meeting.take_out(day, routes, y)
        if found >= 0 and p > at and least + price < best:
            best = least + price
            best_v, best_q, best_p = v, at, p
    return best, best_v, best_q, best_p


@compiled.jit
def append_yard(day: Any, routes: Any, c: Any, v: Any) -> bool:
    """Put the stop at the yard at the end of its route, as far as it fits."""
    p = routes.length[v]
    if day.fetches[c] != v or not tours.fits_between(day, routes, c, v, p, -NEVER, NEVER - 1):
        return False
    tours.insert(day, routes, c, v, p, -1)
    return True


@compiled.jit
def fill(day: Any, routes: Any, c: Any, only: Any, state: Any) -> bool:
    """Put c in behind a stop at the yard that comes with it; False where there is no room for both."""
    _, v, q, p = place_with_yard(day, routes, c, only, state)
    if v < 0:
        return False
    tours.insert(day, routes, day.yard[v], v, q, -1)
    tours.insert(day, routes, c, v, p, -1)
    return True
