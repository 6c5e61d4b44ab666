"""Routes from PyVRP for the search to begin from: fast on big days, blind to lunch gaps and second windows.

Nothing here is trusted: the caller puts the stops in one by one under its own rules and drops what does not fit.
Lunch is taken out of the clock (shifts become shorter, windows move by it) as if every crew ate at the same hour, of
several windows the widest is used, and overtime and bonuses are left out. Who may do what is a load of which the
others have no room.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.routes import arrays

# Stands for an hour that never comes, and for a load without bound.
LONGEST_S = 1 << 40


def sequences(
    *, day: arrays.Day, must_s: float, seed: int, should_stop: Callable[[], bool]
) -> tuple[npt.NDArray[np.int64], ...]:
    """Job numbers by crew, in order, as found when `should_stop()` turns true; empty when nothing was found.

    Jobs worth at least `must_s` have to be served, the others are served where their worth pays for the way.
    """
    # Loaded where routes are searched and nowhere else: web processes never do.
    import pyvrp

    data = _model(day=day, must_s=must_s)
    result = pyvrp.solve(data, stop=lambda _: should_stop(), seed=seed % (1 << 31), collect_stats=False)
    crews = len(day.end)
    found: list[list[int]] = [[] for _ in range(crews)]
    heads = _heads(day)
    used = [0] * len(heads)
    if result.best.is_feasible():
        for route in result.best.routes():
            visits = [activity.idx for activity in route.schedule() if activity.is_client()]
            found[heads[route.vehicle_type()] + used[route.vehicle_type()]] = visits
            used[route.vehicle_type()] += 1
    return tuple(np.array(visits, dtype=np.int64) for visits in found)


def is_plain(day: arrays.Day) -> bool:
    """True when PyVRP models the day in full: alike crews without lunch or overtime that may do everything, one window
    and the same worth for every job, and no rule across routes."""
    return bool(
        day.even
        and (day.lunch_to < 0).all()
        and (day.windows <= 1).all()
        and (day.end == day.last_end).all()
        and (day.home < 0).all()
        and day.allowed.all()
        and day.alike[1:].all()
        and day.waits_for.shape[1] == 0
        and day.twin.shape[0] == 0
        and day.yard.shape[0] == 0
        and not (day.cut.any() and len(day.room))
    )


def _model(*, day: arrays.Day, must_s: float) -> Any:
    import pyvrp

    jobs, crews = len(day.service), len(day.end)
    drive: Any = day.drive.astype(np.int64)
    np.fill_diagonal(drive, 0)
    noon_s, lunch_s = _lunch(day)
    groups, group_of = np.unique(day.allowed, axis=1, return_inverse=True)
    closed = [g for g in range(groups.shape[1]) if not groups[:, g].all()]
    clients = []
    for c in range(jobs):
        spans = [(int(day.opens[c, w]), int(day.closes[c, w])) for w in range(int(day.windows[c]))]
        opens, closes = max(spans, key=lambda span: span[1] - span[0])
        low = opens if opens <= noon_s else max(noon_s + 1, opens - lunch_s)
        high = closes if closes <= noon_s else max(noon_s, closes - lunch_s)
        clients.append(
            pyvrp.Client(
                c,
                delivery=[int(day.need[c]), *(1 if group_of[c] == g else 0 for g in closed)],
                service_duration=int(day.service[c]),
                tw_early=low,
                tw_late=max(low, high),
                prize=0 if day.worth[c] >= must_s else round(float(day.worth[c])),
                required=bool(day.worth[c] >= must_s),
            )
        )
    depots: list[Any] = []
    vehicles: list[Any] = []
    heads = _heads(day)
    for v, following in zip(heads, [*heads[1:], crews], strict=True):
        eats = bool(day.lunch_to[v] >= 0 and day.hungry[v] < arrays.NEVER)
        start_s = int(min(day.hungry[v], day.fed[v]))
        depots += [pyvrp.Depot(jobs + v), pyvrp.Depot(jobs + crews + v)]
        vehicles.append(
            pyvrp.VehicleType(
                capacity=[
                    max(0, min(int(day.capacity[v]), LONGEST_S)),
                    *(jobs if groups[v, g] else 0 for g in closed),
                ],
                num_available=following - v,
                start_depot=len(depots) - 2,
                end_depot=len(depots) - 1,
                tw_early=start_s,
                tw_late=max(start_s, int(day.end[v]) - (lunch_s if eats else 0)),
            )
        )
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * len(drive),
        clients=clients,
        depots=depots,
        vehicle_types=vehicles,
        distance_matrices=[drive],
        duration_matrices=[drive],
    )


def _heads(day: arrays.Day) -> list[int]:
    """The first crew of every run of crews that are alike."""
    return [v for v in range(len(day.end)) if not day.alike[v]]


def _lunch(day: arrays.Day) -> tuple[int, int]:
    """(the hour at which lunch is taken out of the clock, its length); no lunch is an hour that never comes."""
    eating = day.lunch_to >= 0
    if not eating.any():
        return LONGEST_S, 0
    middle = (day.lunch_from[eating] + day.lunch_to[eating]) // 2
    return int(np.median(middle)), int(np.median(day.lunch[eating]))
