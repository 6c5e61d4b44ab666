"""Other planners on the same days, as a yardstick: PyVRP, VROOM and OR-Tools, each as well as it can be asked.

PyVRP knows no lunch, and OR-Tools is far better without its break intervals. Where all crews share one lunch there is
an exact trick for both: take the lunch out of the clock (shifts become shorter, windows move), so that it falls into
the first gap at or after `NOON_S`. VROOM has breaks of its own. Skills and people are load dimensions for PyVRP, skills
for VROOM and lists of crews for OR-Tools. Orders off the network, with several windows or that no crew can do are left
out. Every engine has one thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyvrp
import pyvrp.stop
import vroom
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dispatch.routes import planner

NOON_S = 12 * 3600
LATEST_S = 2 * 86_400
MOST_VROOM_PRIORITY = 100


@dataclass(frozen=True)
class Found:
    """Order ids by crew id, and how many iterations the engine tells of (0 where it tells nothing)."""

    sequences: dict[int, list[int]]
    iterations: int = 0


def _squeezed(opens_s: int, closes_s: int, lunch_s: int) -> tuple[int, int]:
    low = opens_s if opens_s <= NOON_S else max(NOON_S + 1, opens_s - lunch_s)
    high = closes_s if closes_s <= NOON_S else max(NOON_S, closes_s - lunch_s)
    return low, high


def _can(crew: planner.Crew, job: planner.Job) -> bool:
    return job.skills <= crew.skills and job.people <= crew.people


def _asked(problem: planner.Problem) -> list[planner.Job]:
    return [
        job
        for job in problem.jobs
        if job.place >= 0 and len(job.open_windows()) == 1 and any(_can(crew, job) for crew in problem.crews)
    ]


def _lunch_s(problem: planner.Problem) -> int:
    return max((crew.lunch_s for crew in problem.crews if crew.has_lunch), default=0)


def pyvrp_found(*, problem: planner.Problem, seed: int, seconds: float) -> Found:
    """What PyVRP plans within `seconds`, model building not counted."""
    lunch_s = _lunch_s(problem)
    crews, jobs = problem.crews, _asked(problem)
    needs = sorted({(job.skills, job.people) for job in jobs if job.skills or job.people > 1}, key=repr)
    drive: Any = problem.travel_s.astype(np.int64)
    np.fill_diagonal(drive, 0)
    clients = []
    for job in jobs:
        opens, closes = _squeezed(*job.open_windows()[0], lunch_s)
        clients.append(
            pyvrp.Client(
                job.place,
                delivery=[1 if (job.skills, job.people) == need else 0 for need in needs] or [0],
                service_duration=job.service_s,
                tw_early=opens,
                tw_late=max(opens, min(closes, LATEST_S)),
                prize=round(job.value * problem.prices.value_s),
                required=False,
            )
        )
    vehicles = [
        pyvrp.VehicleType(
            capacity=[len(jobs) if skills <= crew.skills and people <= crew.people else 0 for skills, people in needs]
            or [0],
            start_depot=2 * index,
            end_depot=2 * index + 1,
            tw_early=crew.start_s,
            tw_late=crew.end_s - lunch_s,
        )
        for index, crew in enumerate(crews)
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(len(drive))],
        clients=clients,
        depots=[pyvrp.Depot(place) for crew in crews for place in (crew.start_place, crew.end_place)],
        vehicle_types=vehicles,
        distance_matrices=[drive],
        duration_matrices=[drive],
    )
    result = pyvrp.solve(data, stop=pyvrp.stop.MaxRuntime(seconds), seed=seed)
    sequences: dict[int, list[int]] = {crew.crew_id: [] for crew in crews}
    if result.best.is_feasible():
        for route in result.best.routes():
            visits = [activity.idx for activity in route.schedule() if activity.is_client()]
            sequences[crews[route.vehicle_type()].crew_id] = [jobs[index].order_id for index in visits]
    return Found(sequences, result.num_iterations)


def vroom_found(*, problem: planner.Problem, seconds: float, level: int) -> Found:
    """What VROOM plans at an exploration level; at low levels it stops by itself before `seconds` are over.

    Its priorities, 0 to 100, weigh more than any driving, so they carry the values. It knows no seed.
    """
    crews, jobs = problem.crews, _asked(problem)
    needs = sorted({(job.skills, job.people) for job in jobs if job.skills or job.people > 1}, key=repr)
    number = {need: index + 1 for index, need in enumerate(needs)}
    most = max((job.value for job in jobs), default=1.0)
    by_value = MOST_VROOM_PRIORITY / max(most, MOST_VROOM_PRIORITY)
    model = vroom.Input()
    drive = np.minimum(problem.travel_s, planner.NO_DRIVE_S).astype(np.uint32)
    np.fill_diagonal(drive, 0)
    model.set_durations_matrix(profile="car", matrix_input=drive)
    for index, crew in enumerate(crews):
        breaks = []
        if crew.has_lunch:
            spans = [vroom.TimeWindow(crew.lunch_earliest_s or 0, crew.lunch_latest_s)]
            breaks.append(vroom.Break(index, spans, service=crew.lunch_s))
        model.add_vehicle(
            vroom.Vehicle(
                index,
                start=crew.start_place,
                end=crew.end_place,
                time_window=vroom.TimeWindow(crew.start_s, crew.end_s),
                skills={
                    skill
                    for (skills, people), skill in number.items()
                    if skills <= crew.skills and people <= crew.people
                },
                breaks=breaks,
            )
        )
    for index, job in enumerate(jobs):
        ((opens, closes),) = job.open_windows()
        skill = number.get((job.skills, job.people))
        model.add_job(
            vroom.Job(
                index,
                location=job.place,
                default_service=job.service_s,
                skills=set() if skill is None else {skill},
                priority=round(job.value * by_value),
                time_windows=[vroom.TimeWindow(opens, min(closes, LATEST_S))],
            )
        )
    solution = model.solve(exploration_level=level, nb_threads=1, timeout=timedelta(seconds=seconds))
    sequences: dict[int, list[int]] = {crew.crew_id: [] for crew in crews}
    steps = solution.routes
    for index, step, kind in zip(steps["vehicle_id"], steps["id"], steps["type"], strict=True):
        if kind == "job":
            sequences[crews[int(index)].crew_id].append(jobs[int(step)].order_id)
    return Found(sequences)


def ortools_found(*, problem: planner.Problem, seconds: float) -> Found:
    """What OR-Tools plans within `seconds` by guided local search, lunch taken out of the clock. It knows no seed."""
    lunch_s = _lunch_s(problem)
    crews, jobs = problem.crews, _asked(problem)
    nodes = [job.place for job in jobs]
    nodes += [crew.start_place for crew in crews] + [crew.end_place for crew in crews]
    drive = np.minimum(problem.travel_s[np.ix_(nodes, nodes)], planner.NO_DRIVE_S).astype(np.int64)
    drive[np.equal.outer(nodes, nodes)] = 0
    service = np.array([job.service_s for job in jobs] + [0] * (2 * len(crews)))
    starts = [len(jobs) + v for v in range(len(crews))]
    manager = pywrapcp.RoutingIndexManager(len(nodes), len(crews), starts, [start + len(crews) for start in starts])
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(drive.tolist()))
    spent = routing.RegisterTransitMatrix((drive + service[:, None]).tolist())
    routing.AddDimension(spent, LATEST_S, LATEST_S, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for v, crew in enumerate(crews):
        clock.CumulVar(routing.Start(v)).SetRange(crew.start_s, crew.end_s)
        clock.CumulVar(routing.End(v)).SetRange(crew.start_s, crew.end_s - lunch_s)
    for index, job in enumerate(jobs):
        at = manager.NodeToIndex(index)
        opens, closes = _squeezed(*job.open_windows()[0], lunch_s)
        clock.CumulVar(at).SetRange(max(0, opens), max(0, opens, min(closes, LATEST_S)))
        able = [v for v, crew in enumerate(crews) if _can(crew, job)]
        if len(able) < len(crews):
            routing.VehicleVar(at).SetValues([-1, *able])
        routing.AddDisjunction([at], round(job.value * problem.prices.value_s))
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    options.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    options.time_limit.FromTimedelta(timedelta(seconds=seconds))
    found = routing.SolveWithParameters(options)
    return Found({crew.crew_id: _driven(routing, manager, found, v, jobs) for v, crew in enumerate(crews)})


def _driven(routing: Any, manager: Any, found: Any, v: int, jobs: Sequence[planner.Job]) -> list[int]:
    visits: list[int] = []
    if found is None:
        return visits
    at = found.Value(routing.NextVar(routing.Start(v)))
    while not routing.IsEnd(at):
        visits.append(jobs[manager.IndexToNode(at)].order_id)
        at = found.Value(routing.NextVar(at))
    return visits
