"""PyVRP on the same days, as a yardstick for the planner.

PyVRP knows no lunch. Where all crews share one lunch, the exact trick: take the lunch out of the clock (shifts become
shorter, windows move), so that it falls into the first gap at or after `NOON_S`. Skills and people are load dimensions
of which an unable crew has none.
"""

from typing import Any

import numpy as np
import pyvrp
import pyvrp.stop

from dispatch.routes import planner

NOON_S = 12 * 3600


def _squeezed(opens_s: int, closes_s: int, lunch_s: int) -> tuple[int, int]:
    low = opens_s if opens_s <= NOON_S else max(NOON_S + 1, opens_s - lunch_s)
    high = closes_s if closes_s <= NOON_S else max(NOON_S, closes_s - lunch_s)
    return low, high


def pyvrp_sequences(*, problem: planner.Problem, seed: int, seconds: float) -> tuple[dict[int, list[int]], int]:
    """(order ids by crew id, iterations) as PyVRP plans them within `seconds`, model building not counted."""
    lunch_s = max((crew.lunch_s for crew in problem.crews), default=0)
    crews, jobs = problem.crews, [job for job in problem.jobs if job.place >= 0 and len(job.open_windows()) == 1]
    jobs = [job for job in jobs if any(job.skills <= crew.skills and job.people <= crew.people for crew in crews)]
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
                tw_late=max(opens, min(closes, 2 * 86_400)),
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
    return sequences, result.num_iterations
