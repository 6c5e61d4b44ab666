"""A day as it could be: more crews, other hours, more orders. Pure: a problem in, another problem out."""

import dataclasses
import random
from dataclasses import dataclass

from dispatch.routes import planner

MOST_CREWS = 10
MOST_MINUTES = 240
MOST_PERCENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """So many crews more (each like the ablest one of the day), so many minutes longer (or shorter, negative) for every
    shift, and so many percent more orders of the kinds and places that the day has."""

    more_crews: int = 0
    longer_min: int = 0
    more_orders_percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a plan comes to."""

    crews: int
    orders: int
    planned: int
    promised: int
    promised_planned: int
    drive_min: int
    finish_s: int
    """When the last crew is back, seconds after midnight; 0 without routes."""


def changed(*, problem: planner.Problem, options: Options, seed: int) -> planner.Problem:
    """The day with the options. New crews and orders have negative ids; the same seed gives the same day."""
    rng = random.Random(seed)
    crews = [_longer(crew, options.longer_min * 60) for crew in problem.crews]
    if crews:
        ablest = max(crews, key=lambda crew: (len(crew.skills), crew.people, crew.end_s - crew.start_s, -crew.crew_id))
        # A new crew begins at the yard, with nothing done yet.
        crews += [
            dataclasses.replace(ablest, crew_id=-number, start_place=ablest.end_place)
            for number in range(1, options.more_crews + 1)
        ]
    free = [job for job in problem.jobs if not job.is_fixed]
    count = round(len(problem.jobs) * options.more_orders_percent / 100)
    more = []
    for number in range(1, count + 1 if free else 0):
        like, where = rng.choice(free), rng.choice(free)
        more.append(
            dataclasses.replace(
                like, order_id=-number, place=where.place, locked_crew_id=None, locked_position=None, prefer_crew_id=None
            )
        )  # fmt: skip
    return dataclasses.replace(problem, crews=tuple(crews), jobs=(*problem.jobs, *more))


def _longer(crew: planner.Crew, seconds: int) -> planner.Crew:
    return dataclasses.replace(crew, end_s=max(crew.start_s, crew.end_s + seconds))


def figures(*, problem: planner.Problem, plan: planner.Plan) -> Figures:
    """What is compared side by side."""
    planned = {stop.order_id for route in plan.routes for stop in route.stops}
    promised = {job.order_id for job in problem.jobs if job.windows}
    return Figures(
        crews=len(problem.crews),
        orders=len(problem.jobs),
        planned=len(planned),
        promised=len(promised),
        promised_planned=len(promised & planned),
        drive_min=round(plan.travel_s_total / 60),
        finish_s=max((route.finish_s for route in plan.routes if route.stops), default=0),
    )
