"""Where a job that has no stop comes closest to one, compiled: the question behind the reasons and what would help."""

from typing import Any

import numpy as np

from dispatch.routes import compiled, tours
from dispatch.routes.arrays import BY_FED, BY_HUNGRY, FED, HOUR_S, HUNGRY, LEG, NEVER


@compiled.jit
def _open_spans(day: Any, routes: Any, c: Any, any_hour: Any) -> Any:
    """(opens, closes, [how many]): the windows of c after what it waits for, of a cut only in hours with room."""
    count = day.windows[c]
    by_hour = day.cut[c] and not any_hour and day.room.shape[0] > 0
    hours = day.room.shape[0] if by_hour else 1
    spans = np.zeros(1, dtype=np.int64)
    _, since = tours.ready(day, routes, c, -1)
    opens = np.zeros((1, count * hours), dtype=np.int64)
    closes = np.zeros((1, count * hours), dtype=np.int64)
    for h in range(hours):
        if by_hour and routes.used[h] >= day.room[h]:
            continue
        for w in range(count):
            low = max(day.opens[c, w], since)
            high = day.closes[c, w]
            if by_hour:
                low = max(low, h * HOUR_S)
                high = min(high, h * HOUR_S + HOUR_S - 1)
            if low <= high:
                opens[0, spans[0]] = low
                closes[0, spans[0]] = high
                spans[0] += 1
    return opens, closes, spans


@compiled.jit
def closest_miss(day: Any, routes: Any, c: Any, any_hour: Any) -> Any:
    """Where c comes closest to fitting: (seconds missing there, seconds of driving added, crew, load too much).

    Missing seconds are those by which c itself would start late plus those by which the rest of that day would.
    A cut is late where it does not begin in an hour that has room; `any_hour` asks as if all of them had.
    A full vehicle is named only where nothing but load is missing, or where there is no other. Crew -1 if nowhere.
    """
    n = day.service.shape[0]
    service = day.service[c]
    opens, closes, windows = _open_spans(day, routes, c, any_hour)
    if windows[0] == 0:
        return np.int64(NEVER), np.int64(NEVER), np.int64(-1), np.int64(0)
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
            last = closes[0, windows[0] - 1]
            late_hungry = max(0, at_hungry - last)
            late_fed = max(0, at_fed - last)
            done_hungry = (
                tours.earliest_start(opens, closes, windows, 0, at_hungry - late_hungry) + late_hungry + service
            )
            done_fed = tours.earliest_start(opens, closes, windows, 0, at_fed - late_fed) + late_fed + service
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
