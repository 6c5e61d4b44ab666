"""The best routes of a search, compiled: kept as they are found, put back to work at its end."""

from typing import Any

from dispatch.routes import compiled, tours
from dispatch.routes.arrays import HOUR, SINCE


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
