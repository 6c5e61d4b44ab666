"""The search: ruin and recreate over crew routes, compiled.

Strings of neighbouring stops are torn out of a few routes and what lies open around them is put back greedily,
accepted by annealing (after Christiaens & Vanden Berghe, "Slack induction by string removals", 2020).
"""

from typing import Any

import numpy as np

from dispatch.routes import arrays, compiled, meeting, supplies, tours, whole
from dispatch.routes.arrays import HOUR, MEET, SINCE

BLINK = 0.01
STRINGS_MEAN = 4
STRING_LONGEST = 10
# Open jobs are sought among so many nearest neighbours of each job torn out.
NEAR_OPEN = 15
# One iteration in this many looks at every open job and every position instead of the near ones only.
WIDE_EVERY = 50
# A job that needs parts is tried with a way by the yard this often though it has a place without.
WITH_YARD = 0.1


@compiled.jit
def _touch(bounded: Any, routes: Any, kept: Any, v: Any, count: Any) -> Any:
    """Note route v as changed in this iteration, with a copy to go back to; returns how many are changed now."""
    if kept.is_touched[v]:
        return count
    stops, old_stops = routes.stops, kept.stops
    length = routes.length[v]
    kept.is_touched[v] = True
    kept.touched[count] = v
    kept.length[v] = length
    for p in range(length):
        old_stops[v, p] = stops[v, p]
    if bounded:
        for p in range(length):
            kept.marks[stops[v, p]] = routes.marks[stops[v, p]]
    return count + 1


@compiled.jit
def _go_back(day: Any, routes: Any, kept: Any, count: Any) -> None:
    """Put the changed routes back as they were."""
    stops, length, crew_of = routes.stops, routes.length, routes.crew_of
    old_stops = kept.stops
    bounded = tours.is_bounded(day)
    for k in range(count):
        v = kept.touched[k]
        for p in range(length[v]):
            crew_of[stops[v, p]] = -1
            if bounded:
                tours.give_back(routes, stops[v, p])
    for k in range(count):
        v = kept.touched[k]
        length[v] = kept.length[v]
        for p in range(length[v]):
            c = old_stops[v, p]
            stops[v, p] = c
            crew_of[c] = v
            if bounded:
                routes.marks[c, SINCE] = kept.marks[c, SINCE]
                routes.marks[c, MEET] = kept.marks[c, MEET]
                if kept.marks[c, HOUR] >= 0:
                    tours.take_hour(day, routes, c, kept.marks[c, HOUR])
    if day.waits_for.shape[1] > 0 or day.twin.shape[0] > 0:
        for k in range(count):
            v = kept.touched[k]
            for p in range(length[v]):
                tours.bound(day, routes, stops[v, p])
    for k in range(count):
        tours.refresh(day, routes, kept.touched[k])


@compiled.jit
def _tear_what_belongs(day: Any, routes: Any, kept: Any, count: Any, out: Any, out_count: Any) -> Any:
    """Take out the jobs that wait for those taken out, the other halves of visits of two crews, and what lacks its parts.

    Returns (how many routes are changed, how many jobs are out).
    """
    crew_of = routes.crew_of
    twins = 1 if day.twin.shape[0] > 0 else 0
    k = 0
    while k < out_count:
        c = out[k]
        k += 1
        if supplies.is_yard(day, c):
            # What its crew lacks without the stop at the yard goes too.
            v = day.fetches[c]
            p = supplies.short(day, routes, v, False)
            while p >= 0:
                count = _touch(True, routes, kept, v, count)
                out[out_count] = routes.stops[v, p]
                meeting.take_out(day, routes, out[out_count])
                out_count += 1
                p = supplies.short(day, routes, v, False)
        for m in range(day.leads_to.shape[1] + twins):
            b = day.leads_to[c, m] if m < day.leads_to.shape[1] else day.twin[c]
            if b < 0 or crew_of[b] < 0:
                continue
            count = _touch(True, routes, kept, crew_of[b], count)
            meeting.take_out(day, routes, b)
            out[out_count] = b
            out_count += 1
    for k in range(out_count):
        count = _touch_what_leads(day, routes, kept, out[k], -1, count)
        tours.free_before(day, routes, out[k])
    return count, out_count


@compiled.jit
def _touch_what_leads(day: Any, routes: Any, kept: Any, c: Any, v: Any, count: Any) -> Any:
    """Note the routes other than v as changed that hold what c waits for; returns how many are changed now."""
    for m in range(day.waits_for.shape[1]):
        a = day.waits_for[c, m]
        if a >= 0 and routes.crew_of[a] >= 0 and routes.crew_of[a] != v:
            count = _touch(True, routes, kept, routes.crew_of[a], count)
    return count


@compiled.jit
def _tear(day: Any, routes: Any, c: Any, state: Any, out: Any, out_count: Any) -> Any:
    """Take a string of stops around c out of its route; returns how many stops are out now."""
    stops, crew_of = routes.stops, routes.crew_of
    bounded = tours.is_bounded(day)
    v = crew_of[c]
    at = routes.position[c]
    count = routes.length[v]
    size = 1 + int(tours.random(state) * min(STRING_LONGEST, count))
    kept = 0
    if size < count and size > 1 and tours.random(state) < 0.5:
        # A split string: one stop inside it stays.
        kept = 1
    span = size + kept
    first = max(0, at - int(tours.random(state) * span))
    first = min(first, count - span)
    skip = first + 1 + int(tours.random(state) * (size - 1)) if kept > 0 else -1
    write = first
    for p in range(first, count):
        here = stops[v, p]
        if p < first + span and p != skip:
            out[out_count] = here
            out_count += 1
            crew_of[here] = -1
            if bounded:
                tours.give_back(routes, here)
        else:
            stops[v, write] = here
            write += 1
    routes.length[v] = write
    tours.refresh(day, routes, v)
    return out_count


@compiled.jit
def _even_order(day: Any, jobs: Any, count: Any, state: Any, key: Any) -> Any:
    closes, opens, windows, need, far = day.closes, day.opens, day.windows, day.need, day.far
    way = int(tours.random(state) * 10)
    for k in range(count):
        c = jobs[k]
        luck = tours.random(state)
        if way <= 2:
            key[k] = luck
        elif way <= 4:
            key[k] = -need[c] + luck
        elif way == 5:
            key[k] = -far[c] + luck
        elif way == 6:
            key[k] = far[c] + luck
        elif way == 7:
            key[k] = closes[c, windows[c] - 1] - opens[c, 0] + luck
        elif way == 8:
            key[k] = opens[c, 0] + luck
        else:
            key[k] = luck - closes[c, windows[c] - 1]
    return np.argsort(key[:count])


@compiled.jit
def _order(day: Any, jobs: Any, count: Any, state: Any, key: Any) -> Any:
    """The order in which open jobs are put back: one of several ways, drawn anew each time.

    Where every job is worth the same, what is hard to place goes first: big, far, late or narrow ones.
    """
    worth, service, closes, opens, windows = day.worth, day.service, day.closes, day.opens, day.windows
    if day.even:
        return _even_order(day, jobs, count, state, key)
    way = int(tours.random(state) * 6)
    for k in range(count):
        c = jobs[k]
        luck = tours.random(state)
        if way == 0:
            key[k] = luck
        elif way == 1:
            key[k] = -worth[c] + luck
        elif way <= 3:
            key[k] = -worth[c] / (service[c] + 300.0) + luck * 1e-6
        elif way == 4:
            width = closes[c, windows[c] - 1] - opens[c, 0]
            key[k] = -worth[c] + width * 1e-5
        else:
            key[k] = -worth[c] * luck
    return np.argsort(key[:count])


@compiled.jit
def search(
    day: Any,
    routes: Any,
    best: Any,
    state: Any,
    iterations: Any,
    done: Any,
    fraction: Any,
    step: Any,
    hot: Any,
    cold: Any,
    wide_places: Any,
) -> Any:
    """Run iterations of ruin and recreate on `routes`, keeping the best in `best`.

    Iteration i anneals at hot * (cold / hot) ** (fraction + i * step). `done` numbers the first iteration.
    """
    n = day.service.shape[0]
    crews = day.end.shape[0]
    # Arrays are taken out of their tuples once: inside a loop that would cost more than the work itself.
    crew_of = routes.crew_of
    near, worth, lead = day.near, day.worth, day.lead
    neighbours = near.shape[1]
    kept = arrays.Kept(
        np.zeros((crews, max(n, 1)), dtype=np.int32),
        np.zeros(crews, dtype=np.int64),
        np.zeros((n, 5), dtype=np.int64),
        np.zeros(crews, dtype=np.int64),
        np.zeros(crews, dtype=np.bool_),
    )
    touched, is_touched = kept.touched, kept.is_touched
    bounded = tours.is_bounded(day)
    paired = day.waits_for.shape[1] > 0
    meets = day.twin.shape[0] > 0
    supplied = day.yard.shape[0] > 0
    was_ruined = np.zeros(crews, dtype=np.bool_)
    out = np.zeros(n + 1, dtype=np.int64)
    key = np.zeros(n + 1, dtype=np.float64)
    seen = np.full(n, -1, dtype=np.int64)
    everywhere = np.ones(crews, dtype=np.bool_)
    current = best.cost[0]
    cooling = np.log(cold / hot)
    for i in range(iterations):
        number = done + i
        temperature = hot * np.exp(cooling * min(1.0, fraction + i * step))
        wide = number % WIDE_EVERY == 0
        # Ruin.
        count_touched = 0
        removed = 0
        strings = 1 + int(tours.random(state) * STRINGS_MEAN)
        seed = int(tours.random(state) * n)
        if crew_of[seed] >= 0:
            v = crew_of[seed]
            count_touched = _touch(bounded, routes, kept, v, count_touched)
            removed = _tear(day, routes, seed, state, out, removed)
        for k in range(neighbours):
            if count_touched >= strings:
                break
            j = near[seed, k]
            v = crew_of[j]
            if v >= 0 and not is_touched[v]:
                count_touched = _touch(bounded, routes, kept, v, count_touched)
                removed = _tear(day, routes, j, state, out, removed)
        if paired or meets or supplied:
            count_touched, removed = _tear_what_belongs(day, routes, kept, count_touched, out, removed)
        for k in range(count_touched):
            was_ruined[touched[k]] = True
        ruined = count_touched
        # The open jobs worth a try now: those torn out, and those that lie near them.
        waiting = removed
        for k in range(removed):
            seen[out[k]] = number
        if wide:
            for c in range(n):
                if crew_of[c] < 0 and seen[c] != number:
                    seen[c] = number
                    out[waiting] = c
                    waiting += 1
        else:
            if crew_of[seed] < 0 and seen[seed] != number:
                seen[seed] = number
                out[waiting] = seed
                waiting += 1
            for k in range(removed):
                for m in range(min(NEAR_OPEN, neighbours)):
                    c = near[out[k], m]
                    if crew_of[c] < 0 and seen[c] != number:
                        seen[c] = number
                        out[waiting] = c
                        waiting += 1
        # Recreate.
        order = _order(day, out, waiting, state, key)
        for turn in range(waiting * 3 if paired else waiting):
            index = order[turn % waiting]
            c = out[index]
            # What waits for another comes after it: those that were too soon have two more turns.
            if turn >= waiting and (crew_of[c] >= 0 or day.waits_for[c, 0] < 0):
                continue
            # A job that was open before has been tried elsewhere: only the torn routes have new room, and there every
            # position is looked at (they are few).
            old = index >= removed
            where = was_ruined if old and ruined > 0 else everywhere
            near_only = not (wide or wide_places or old)
            if supplied and day.fetches[c] >= 0:
                continue
            if meets and day.twin[c] >= 0:
                b = day.twin[c]
                if crew_of[c] < 0:
                    price, v, p, w, q, at = meeting.place(day, routes, c, b, BLINK, where, state)
                    if v >= 0 and price < worth[c] + worth[b] + lead[c] + lead[b]:
                        count_touched = _touch(bounded, routes, kept, v, count_touched)
                        count_touched = _touch(bounded, routes, kept, w, count_touched)
                        meeting.insert(day, routes, c, v, p, b, w, q, at)
                continue
            price, v, p, hour = tours.place(day, routes, c, near_only, BLINK, where, False, state)
            if supplied and tours.is_supplied(day, c) and (v < 0 or tours.random(state) < WITH_YARD):
                with_yard, w, q, at = supplies.place_with_yard(day, routes, c, where, state)
                if w >= 0 and with_yard < price and with_yard < worth[c] + lead[c]:
                    count_touched = _touch(bounded, routes, kept, w, count_touched)
                    tours.insert(day, routes, day.yard[w], w, q, -1)
                    tours.insert(day, routes, c, w, at, -1)
                    continue
            if v >= 0 and price < worth[c] + lead[c]:
                count_touched = _touch(bounded, routes, kept, v, count_touched)
                if paired:
                    count_touched = _touch_what_leads(day, routes, kept, c, v, count_touched)
                tours.insert(day, routes, c, v, p, hour)
        if supplied:
            for k in range(count_touched):
                supplies.drop_idle(day, routes, touched[k])
        cost = tours.total(routes)
        if cost < current - temperature * np.log(max(tours.random(state), 1e-300)):
            current = cost
            if cost < best.cost[1] - 1e-6:
                whole.keep(routes, best, cost)
        else:
            _go_back(day, routes, kept, count_touched)
        for k in range(count_touched):
            is_touched[touched[k]] = False
            was_ruined[touched[k]] = False
    best.cost[0] = current
    return current
