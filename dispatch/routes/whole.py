"""Routes as a whole, compiled: emptied, filled, kept as the best so far, put back to work."""

from typing import Any

import numpy as np

from dispatch.routes import compiled, meeting, supplies, tours
from dispatch.routes.arrays import HOUR, MEET, SINCE


@compiled.jit
def reset(day: Any, routes: Any) -> None:
    """Take every job out of every route."""
    for c in range(routes.crew_of.shape[0]):
        tours.give_back(routes, c)
    for v in range(day.end.shape[0]):
        routes.length[v] = 0
        tours.refresh(day, routes, v)


@compiled.jit
def append(day: Any, routes: Any, c: Any, v: Any) -> bool:
    """Put job c at the end of route v if the day allows it; False when it does not."""
    if routes.crew_of[c] >= 0:
        return False
    if meeting.is_half(day, c):
        return meeting.append(day, routes, c, v)
    if supplies.is_yard(day, c):
        return supplies.append_yard(day, routes, c, v)
    only = np.zeros(day.end.shape[0], dtype=np.bool_)
    only[v] = True
    _, found, p, hour = tours.place(day, routes, c, False, 0.0, only, True, np.zeros(1, dtype=np.uint64))
    if found < 0:
        return False
    tours.insert(day, routes, c, v, p, hour)
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
            if routes.crew_of[c] < 0 and meeting.is_half(day, c):
                if meeting.fill(day, routes, c, everywhere, state):
                    more = more or day.waits_for.shape[1] > 0
            elif routes.crew_of[c] < 0 and not supplies.is_yard(day, c):
                _, v, p, hour = tours.place(day, routes, c, False, 0.0, everywhere, False, state)
                if v < 0 and tours.is_supplied(day, c):
                    more = supplies.fill(day, routes, c, everywhere, state) or more
                if v >= 0:
                    tours.insert(day, routes, c, v, p, hour)
                    # What waited for this one may have a place now.
                    more = more or day.waits_for.shape[1] > 0


@compiled.jit
def keep(routes: Any, best: Any, cost: Any) -> None:
    """Remember the routes as the best."""
    stops, length = routes.stops, routes.length
    for v in range(routes.length.shape[0]):
        best.length[v] = length[v]
        for p in range(length[v]):
            best.stops[v, p] = stops[v, p]
    best.marks[:] = routes.marks
    best.cost[1] = cost


@compiled.jit
def _restore(day: Any, routes: Any, marks: Any) -> None:
    """Give the jobs that are on routes the hours and seconds they had; the routes must be timed anew after it."""
    for c in range(routes.crew_of.shape[0]):
        if routes.crew_of[c] >= 0:
            routes.marks[c, SINCE] = marks[c, SINCE]
            routes.marks[c, MEET] = marks[c, MEET]
            if marks[c, HOUR] >= 0:
                tours.take_hour(day, routes, c, marks[c, HOUR])
    for c in range(routes.crew_of.shape[0]):
        if routes.crew_of[c] >= 0:
            tours.bound(day, routes, c)


@compiled.jit
def load(day: Any, routes: Any, best: Any) -> None:
    """Put the best routes back to work."""
    for c in range(routes.crew_of.shape[0]):
        tours.give_back(routes, c)
    for v in range(routes.length.shape[0]):
        routes.length[v] = best.length[v]
        for p in range(best.length[v]):
            routes.stops[v, p] = best.stops[v, p]
            routes.crew_of[best.stops[v, p]] = v
    _restore(day, routes, best.marks)
    for v in range(routes.length.shape[0]):
        tours.refresh(day, routes, v)
    best.cost[0] = tours.total(routes)
