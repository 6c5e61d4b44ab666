"""Why an order found no place when a day in force was changed: asked of the routes as they will be driven. Pure."""

import dataclasses
from collections.abc import Mapping, Sequence

from dispatch.routes import planner


def as_plan(*, routes: Mapping[int, planner.RoutePlan]) -> planner.Plan:
    """Routes as a plan to begin a search from."""
    return planner.Plan(
        routes=tuple(routes.values()), unplanned=(), iterations=0, seed=0, seconds=0.0,
        travel_s_total=sum(route.travel_s for route in routes.values()), value_served=0.0,
    )  # fmt: skip


def as_it_stands(*, problem: planner.Problem, routes: Mapping[int, planner.RoutePlan]) -> planner.Problem:
    """The day in which nothing of these routes is late: what is late already may be so, and no more.

    A search that must keep every window would throw out the stops of a crew that runs late.
    """
    late: dict[int, int] = {}
    over: dict[int, int] = {}
    hungry: dict[int, int] = {}
    for route in routes.values():
        starts = {stop.order_id: stop.start_s for stop in route.stops}
        for one in route.violations:
            if one.code == "LATE" and one.order_id is not None:
                late[one.order_id] = starts[one.order_id]
            elif one.code == "SHIFT_OVERRUN":
                over[route.crew_id] = route.finish_s
            elif one.code == "LUNCH_LATE" and route.lunch is not None:
                hungry[route.crew_id] = route.lunch[0]
    jobs = tuple(
        job
        if job.order_id not in late
        else dataclasses.replace(
            job, windows=(*job.windows, (late[job.order_id], late[job.order_id])) if job.windows else (),
            latest_start_s=None,
        )
        for job in problem.jobs
    )  # fmt: skip
    crews = tuple(
        dataclasses.replace(
            crew, end_s=max(crew.end_s, over.get(crew.crew_id, 0)),
            lunch_latest_s=max(crew.lunch_latest_s, hungry.get(crew.crew_id, 0)),
        )
        for crew in problem.crews
    )  # fmt: skip
    return dataclasses.replace(problem, jobs=jobs, crews=crews)


def unplaced(
    *, problem: planner.Problem, routes: Mapping[int, planner.RoutePlan], left: Mapping[int, str]
) -> tuple[planner.Unplanned, ...]:
    """Each order that is `left`, with what the routes say of it. One that would fit says so: a person may put it there."""
    stands = as_it_stands(problem=problem, routes=routes)
    on_routes = {stop.order_id for route in routes.values() for stop in route.stops}
    jobs = {job.order_id: job for job in problem.jobs}
    found: dict[int, planner.Unplanned] = {}
    asked = [order_id for order_id in left if order_id in jobs]
    while asked:
        some = tuple(job for job in stands.jobs if job.order_id in on_routes or job.order_id in asked)
        day = dataclasses.replace(stands, jobs=some)
        plan = planner.solve(problem=day, iterations=0, start=as_plan(routes=routes))
        fits = {
            stop.order_id: route.crew_id for route in plan.routes for stop in route.stops if stop.order_id in set(asked)
        }
        for order_id, crew_id in fits.items():
            code = left[order_id] if left[order_id] != "NO_PLACE" else "GAVE_WAY"
            found[order_id] = planner.Unplanned(order_id=order_id, code=code, facts={"crew_id": crew_id})
        if not fits:
            found |= {one.order_id: one for one in plan.unplanned if one.order_id in set(asked)}
        # What one that fits takes away from another must not be held against that other.
        asked = [order_id for order_id in asked if order_id not in found] if fits else []
    return _in_order(found, left)


def _in_order(
    found: Mapping[int, planner.Unplanned], left: Sequence[int] | Mapping[int, str]
) -> tuple[planner.Unplanned, ...]:
    return tuple(found[order_id] for order_id in left if order_id in found)
