"""Proves a plan, sharing no code with the planner: it reads the values and reasons about the clock by itself.

What a person fixed (locked to a crew) may break a rule if the plan says so; nothing else may.
"""

from collections.abc import Sequence
from typing import Any

CANNOT_DRIVE_S = 1_000_000
OVERTIME_S = 7200


def faults(problem: Any, plan: Any) -> list[str]:
    """Everything that is wrong with a plan, in words; empty when it holds."""
    found: list[str] = []
    jobs = {job.order_id: job for job in problem.jobs}
    crews = {crew.crew_id: crew for crew in problem.crews}
    seen: list[int] = [stop.order_id for route in plan.routes for stop in route.stops]
    left = [one.order_id for one in plan.unplanned]
    # A stop at the yard that nobody needs is neither planned nor missed.
    left += [i for i, job in jobs.items() if job.fetch_for_crew_id is not None and i not in seen + left]
    if sorted(seen + left) != sorted(jobs):
        found.append(f"planned {sorted(seen)} and left {sorted(left)} are not the orders {sorted(jobs)}, each once")
        return found
    found.extend(f"order {one.order_id} is left without a reason" for one in plan.unplanned if not one.code)
    if [route.crew_id for route in plan.routes] != [crew.crew_id for crew in problem.crews]:
        found.append("not one route for each crew")
        return found
    for route in plan.routes:
        found.extend(_route_faults(problem, crews[route.crew_id], route, [jobs[s.order_id] for s in route.stops]))
    value = sum(jobs[order_id].value for order_id in seen)
    if abs(value - plan.value_served) > 1e-6 * max(1.0, value):
        found.append(f"value served is {value}, not {plan.value_served}")
    if plan.travel_s_total != sum(route.travel_s for route in plan.routes):
        found.append("the travel of the routes does not add up")
    found.extend(_lock_faults(problem, plan))
    found.extend(_hour_faults(problem, plan, jobs))
    found.extend(_turn_faults(plan, jobs))
    found.extend(_meeting_faults(plan, jobs))
    return found


def _turn_faults(plan: Any, jobs: dict[int, Any]) -> list[str]:
    """Orders that begin before one they wait for is finished; a person's lock on either excuses what the plan names."""
    stops = {stop.order_id: stop for route in plan.routes for stop in route.stops}
    named = {v.order_id for route in plan.routes for v in route.violations if v.code == "TOO_SOON"}
    found = []
    for order_id, stop in stops.items():
        for before_id in jobs[order_id].after_order_ids:
            if before_id not in jobs or (before_id in stops and stops[before_id].finish_s <= stop.start_s):
                continue
            locked = any(jobs[i].locked_crew_id is not None for i in (order_id, before_id))
            if not (locked and order_id in named):
                found.append(f"order {order_id} begins at {stop.start_s}, before order {before_id} is finished")
    return found


def _meeting_faults(plan: Any, jobs: dict[int, Any]) -> list[str]:
    """Two crews at one visit: both halves at the same second with different crews, or neither has a stop."""
    where = {stop.order_id: (route.crew_id, stop.start_s) for route in plan.routes for stop in route.stops}
    named = {v.order_id for route in plan.routes for v in route.violations if v.code == "APART"}
    found = []
    for job in jobs.values():
        if job.meets_order_id is None:
            continue
        one, other = where.get(job.order_id), where.get(job.meets_order_id)
        if one is None and other is None:
            continue
        if one is not None and other is not None and one[0] != other[0] and one[1] == other[1]:
            continue
        some = {i for i in (job.order_id, job.meets_order_id) if i in jobs}
        if not (any(jobs[i].locked_crew_id is not None for i in some) and some & named):
            found.append(f"orders {job.order_id} and {job.meets_order_id} meet as {one} and {other}")
    return found


def _hour_faults(problem: Any, plan: Any, jobs: dict[int, Any]) -> list[str]:
    """More cuts in an hour of the clock than may begin; a person's lock excuses those that the plan names."""
    if problem.cuts_an_hour is None:
        return []
    per_hour: dict[int, int] = {}
    for start in problem.cuts_elsewhere_s:
        per_hour[start // 3600] = per_hour.get(start // 3600, 0) + 1
    found = []
    here: dict[int, int] = {}
    for route in plan.routes:
        named = {violation.order_id for violation in route.violations if violation.code == "TOO_MANY_CUTS"}
        for stop in route.stops:
            if not jobs[stop.order_id].is_cut:
                continue
            if stop.order_id in named and jobs[stop.order_id].locked_crew_id is not None:
                continue
            hour = stop.start_s // 3600
            here[hour] = here.get(hour, 0) + 1
            if here[hour] + per_hour.get(hour, 0) > problem.cuts_an_hour:
                found.append(
                    f"order {stop.order_id} is cut {here[hour]} of hour {hour}, at most {problem.cuts_an_hour}"
                )
    return found


def _lock_faults(problem: Any, plan: Any) -> list[str]:
    found = []
    where = {s.order_id: (route.crew_id, at) for route in plan.routes for at, s in enumerate(route.stops)}
    on_shift = {crew.crew_id for crew in problem.crews}
    fixed_of: dict[int, list[tuple[int, int]]] = {}
    for job in problem.jobs:
        if job.locked_crew_id is None:
            continue
        at = where.get(job.order_id)
        if at is not None and at[0] != job.locked_crew_id:
            found.append(f"order {job.order_id} is locked to crew {job.locked_crew_id} but rides with {at[0]}")
        if job.locked_position is not None and job.locked_crew_id in on_shift:
            fixed_of.setdefault(job.locked_crew_id, []).append((job.locked_position, job.order_id))
    for crew_id, fixed in fixed_of.items():
        expected = [(crew_id, at) for at in range(len(fixed))]
        stands = [where.get(order_id, (0, -1)) for _, order_id in sorted(fixed)]
        if stands != expected:
            found.append(f"the fixed beginning of crew {crew_id} does not stand: {stands}")
    return found


def _route_faults(problem: Any, crew: Any, route: Any, jobs: Sequence[Any]) -> list[str]:
    found: list[str] = []
    told = {(violation.code, violation.order_id) for violation in route.violations}
    by_person = {job.order_id for job in jobs if job.locked_crew_id is not None}
    some_fixed = any(job.locked_crew_id is not None and job.locked_position is not None for job in jobs)

    def wrong(code: str, order_id: int | None, words: str) -> None:
        """A broken rule counts unless a person's lock explains it and the plan names it."""
        excused = (order_id in by_person if order_id is not None else some_fixed) and (code, order_id) in told
        if not excused:
            found.append(f"crew {crew.crew_id}, order {order_id}: {words}")

    for violation in route.violations:
        if violation.order_id is not None and violation.order_id not in by_person:
            found.append(f"crew {crew.crew_id} breaks {violation.code} at order {violation.order_id} without a lock")
    if not jobs:
        if route.travel_s or route.lunch is not None:
            found.append(f"crew {crew.crew_id} has no stops but drives or eats")
        return found

    lunch = _lunch_faults(crew, route, wrong)
    on_board, fetched = dict(crew.parts), False
    for job in jobs:
        if job.fetch_for_crew_id is not None and job.fetch_for_crew_id != crew.crew_id:
            wrong("OTHER_CREW_FETCHES", job.order_id, "stops at the yard for another crew")
        fetched = fetched or job.fetch_for_crew_id == crew.crew_id
        for part, many in job.parts:
            on_board[part] = on_board.get(part, 0) - many
        short = [part for part, many in job.parts if on_board[part] < 0]
        if not fetched and (short or set(job.tools) - set(crew.tools)):
            wrong("NO_PARTS", job.order_id, f"lacks parts {short} or tools of {sorted(job.tools)}")
    carried = 0
    for job in jobs:
        carried += job.load
    if crew.load is not None and carried > crew.load:
        wrong("OVERLOADED", None, f"carries {carried}, its vehicle takes {crew.load}")
    place, free_s, travel = crew.start_place, crew.start_s, 0
    for stop, job in zip(route.stops, jobs, strict=True):
        order = job.order_id
        drive = _drive_s(problem, place, job.place)
        if drive is None:
            wrong("OFF_NETWORK" if job.place < 0 else "CANNOT_BE_DRIVEN", order, "cannot be driven to")
            drive = 0
        if stop.travel_s != drive:
            found.append(f"order {order}: the drive is {drive} s, not {stop.travel_s}")
        travel += drive
        eaten = _shared_s((free_s, stop.arrive_s), lunch)
        if stop.arrive_s - free_s < drive + eaten:
            found.append(f"order {order}: reached after {stop.arrive_s - free_s} s, drive {drive} and lunch {eaten}")
        approach = 0 if job.place < 0 or job.place == place else job.approach_s
        if stop.start_s < stop.arrive_s:
            found.append(f"order {order}: begins before the crew arrives")
        if stop.start_s - stop.arrive_s - _shared_s((stop.arrive_s, stop.start_s), lunch) < approach:
            found.append(f"order {order}: begins {stop.start_s - stop.arrive_s} s after arrival, approach {approach}")
        if stop.finish_s - stop.start_s != job.service_s:
            found.append(f"order {order}: takes {stop.finish_s - stop.start_s} s, not {job.service_s}")
        if _shared_s((stop.start_s, stop.finish_s), lunch) > 0:
            found.append(f"order {order}: lunch falls into the work")
        windows = job.windows or ((0, CANNOT_DRIVE_S),)
        last = CANNOT_DRIVE_S if job.latest_start_s is None else job.latest_start_s
        if not any(opens <= stop.start_s <= min(closes, last) for opens, closes in windows):
            wrong("LATE", order, f"begins at {stop.start_s}, outside {windows} up to {last}")
        if not set(job.skills) <= set(crew.skills):
            wrong("MISSING_SKILL", order, "the crew lacks a skill")
        if crew.crew_id in job.barred_crew_ids:
            wrong("CREW_BARRED", order, "the crew must not be sent there")
        if job.people > crew.people:
            wrong("NOT_ENOUGH_PEOPLE", order, "the crew is too small")
        free_s = stop.finish_s
        place = job.place if job.place >= 0 else place
    home = _drive_s(problem, place, crew.end_place)
    if home is None:
        wrong("CANNOT_BE_DRIVEN", None, "the crew cannot drive back")
        home = 0
    if travel + home != route.travel_s:
        found.append(f"crew {crew.crew_id}: drives {travel + home} s, not {route.travel_s}")
    if route.finish_s - free_s < home + _shared_s((free_s, route.finish_s), lunch):
        found.append(f"crew {crew.crew_id}: is back sooner than it can drive")
    end_s = crew.end_s + (OVERTIME_S if crew.overtime_ok else 0)
    if max(route.finish_s, lunch[1] if lunch else 0) > end_s:
        wrong("SHIFT_OVERRUN", None, f"is back at {route.finish_s} after the shift ends at {end_s}")
    return found


def _lunch_faults(crew: Any, route: Any, wrong: Any) -> tuple[int, int] | None:
    needs = (
        crew.lunch_earliest_s is not None
        and crew.lunch_s > 0
        and crew.lunch_earliest_s <= crew.lunch_latest_s
        and crew.start_s <= crew.lunch_latest_s
        and max(crew.start_s, crew.lunch_earliest_s) + crew.lunch_s <= crew.end_s
    )
    if route.lunch is None:
        if needs:
            wrong("LUNCH_MISSED", None, "works without lunch")
        return None
    begins, ends = route.lunch
    if not needs:
        wrong("LUNCH_UNASKED", None, "has a lunch it does not need")
    if ends - begins != crew.lunch_s:
        wrong("LUNCH_SHORT", None, f"eats {ends - begins} s, not {crew.lunch_s}")
    if not (crew.lunch_earliest_s or 0) <= begins <= crew.lunch_latest_s:
        wrong("LUNCH_LATE", None, f"eats at {begins}")
    return begins, ends


def _drive_s(problem: Any, a: int, b: int) -> int | None:
    if a < 0 or b < 0:
        return None
    seconds = 0 if a == b else int(problem.travel_s[a][b])
    return None if seconds >= CANNOT_DRIVE_S else seconds


def _shared_s(span: tuple[int, int], lunch: tuple[int, int] | None) -> int:
    if lunch is None:
        return 0
    return max(0, min(span[1], lunch[1]) - max(span[0], lunch[0]))
