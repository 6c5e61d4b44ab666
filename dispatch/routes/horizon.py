"""Several days planned at once: an order that may wait is done on the day on which it costs least. Pure.

Each day is a `Problem` of its own with the orders that may be done on it (an order may stand in several) and its crews;
places, prices and driving times are shared. For the search the days follow one another on one clock, every crew of every
day a crew of its own, so that all its rules hold as on a single day.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dispatch.routes import planner

DAY_S = 86_400
# Share of the time in which the days are planned one after the other, for the search over all of them to begin from.
GREEDY_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A plan for each day, and the orders that none of them takes, each with its reason.

    Seconds among the facts of a reason count from the midnight of `last_day`, the last day on which that order may be
    done (a position in `days`).
    """

    days: tuple[planner.Plan, ...]
    unplanned: tuple[planner.Unplanned, ...]
    last_day: Mapping[int, int]

    def day_of(self) -> dict[int, int]:
        """The position of the day on which each planned order is done, by order id."""
        return {stop.order_id: at for at, plan in enumerate(self.days) for route in plan.routes for stop in route.stops}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joint:
    problem: planner.Problem
    crews: Mapping[int, tuple[int, int]]
    """(position of the day, crew id) by the crew id of the joint problem."""


def solve(
    *,
    days: Sequence[planner.Problem],
    seed: int = 1,
    seconds: float | None = None,
    iterations: int | None = None,
    on_progress: planner.Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Spread:
    """The best shares of the days found within `seconds` or `iterations`.

    Every order is on one route of one day or in `unplanned`. Hard rules are those of the single days; what a person
    fixed on a day stands there. Raises ValueError when the days do not share their driving times, or when an order is
    fixed on one day and free on another.
    """
    joint = _joint(days)
    share = GREEDY_SHARE / len(days)
    greedy = _one_after_the_other(
        days=days,
        joint=joint,
        seed=seed,
        seconds=None if seconds is None else share * seconds,
        iterations=None if iterations is None else int(share * iterations),
        should_stop=should_stop,
    )
    rest = 1.0 - GREEDY_SHARE

    def told(fraction: float, message: str) -> None:
        if on_progress is not None:
            on_progress(GREEDY_SHARE + rest * fraction, message)

    found = planner.solve(
        problem=joint.problem,
        seed=seed,
        seconds=None if seconds is None else rest * seconds,
        iterations=None if iterations is None else iterations - int(share * iterations) * len(days),
        start=greedy,
        anew=True,
        on_progress=told,
        should_stop=should_stop,
    )
    sequences: list[dict[int, tuple[int, ...]]] = [{crew.crew_id: () for crew in day.crews} for day in days]
    for joint_id, order_ids in found.sequences().items():
        at, crew_id = joint.crews[joint_id]
        sequences[at][crew_id] = order_ids
    last = {job.order_id: at for at, day in enumerate(days) for job in day.jobs}
    return Spread(
        days=tuple(
            _of_day(day=day, at=at, sequences=sequences[at], found=found, joint=joint) for at, day in enumerate(days)
        ),
        unplanned=tuple(_unplanned(one, joint=joint, last=last) for one in found.unplanned),
        last_day=last,
    )


def _joint(days: Sequence[planner.Problem]) -> _Joint:
    if not days:
        raise ValueError("give at least one day")
    first = days[0]
    for day in days[1:]:
        if day.travel_s is not first.travel_s and not np.array_equal(day.travel_s, first.travel_s):
            raise ValueError("the days do not share their driving times")
    crews: list[planner.Crew] = []
    known: dict[int, tuple[int, int]] = {}
    number: dict[tuple[int, int], int] = {}
    for at, day in enumerate(days):
        for crew in day.crews:
            joint_id = len(crews) + 1
            known[joint_id], number[at, crew.crew_id] = (at, crew.crew_id), joint_id
            crews.append(_on_day(crew, at=at, crew_id=joint_id))
    jobs: dict[int, planner.Job] = {}
    may: dict[int, set[int]] = {}
    for at, day in enumerate(days):
        here = {crew.crew_id for crew in day.crews}
        for job in day.jobs:
            later = _job_on_day(job, at=at, number=number)
            before = jobs.get(job.order_id)
            if before is None:
                jobs[job.order_id] = later
            elif before.is_fixed or later.is_fixed or before.locked_crew_id != later.locked_crew_id:
                raise ValueError(f"order {job.order_id} is given to a crew on one day and free on another")
            else:
                jobs[job.order_id] = replace(
                    before, windows=(*before.windows, *later.windows),
                    prefer_crew_id=before.prefer_crew_id or later.prefer_crew_id,
                )  # fmt: skip
            allowed = may.setdefault(job.order_id, set())
            allowed |= {number[at, crew_id] for crew_id in here if crew_id not in job.barred_crew_ids}
    every = frozenset(known)
    return _Joint(
        problem=planner.Problem(
            crews=tuple(crews),
            jobs=tuple(
                replace(job, barred_crew_ids=frozenset() if job.locked_crew_id is not None else every - may[job.order_id])
                for job in jobs.values()
            ),
            travel_s=first.travel_s,
            prices=first.prices,
            cuts_an_hour=first.cuts_an_hour,
            cuts_elsewhere_s=tuple(s + at * DAY_S for at, day in enumerate(days) for s in day.cuts_elsewhere_s),
        ),
        crews=known,
    )  # fmt: skip


def _one_after_the_other(
    *,
    days: Sequence[planner.Problem],
    joint: _Joint,
    seed: int,
    seconds: float | None,
    iterations: int | None,
    should_stop: Callable[[], bool] | None,
) -> planner.Plan:
    """The days planned each by itself, what one leaves going to the next: routes for the joint search to begin from."""
    number = {named: joint_id for joint_id, named in joint.crews.items()}
    done: set[int] = set()
    routes: list[planner.RoutePlan] = []
    for at, day in enumerate(days):
        left = replace(day, jobs=tuple(job for job in day.jobs if job.order_id not in done))
        plan = planner.solve(problem=left, seed=seed, seconds=seconds, iterations=iterations, should_stop=should_stop)
        done |= {stop.order_id for route in plan.routes for stop in route.stops}
        routes += [replace(route, crew_id=number[at, route.crew_id]) for route in plan.routes]
    return planner.Plan(
        routes=tuple(routes), unplanned=(), iterations=0, seed=seed, seconds=0.0,
        travel_s_total=sum(route.travel_s for route in routes), value_served=0.0,
    )  # fmt: skip


def _on_day(crew: planner.Crew, *, at: int, crew_id: int) -> planner.Crew:
    shift = at * DAY_S
    return replace(
        crew, crew_id=crew_id, start_s=crew.start_s + shift, end_s=crew.end_s + shift,
        lunch_earliest_s=None if crew.lunch_earliest_s is None else crew.lunch_earliest_s + shift,
        lunch_latest_s=crew.lunch_latest_s + shift,
    )  # fmt: skip


def _job_on_day(job: planner.Job, *, at: int, number: Mapping[tuple[int, int], int]) -> planner.Job:
    """The job with its windows (a whole day where it has none) on the clock of all days."""
    shift = at * DAY_S
    spans = [(opens, min(closes, DAY_S - 1)) for opens, closes in job.open_windows()]
    # A window that no hour of its day keeps stays empty: it must not become "any time".
    windows = tuple((a + shift, b + shift) for a, b in spans if a <= b) or ((shift, shift - 1),)

    def crew(crew_id: int | None) -> int | None:
        return None if crew_id is None else number.get((at, crew_id), 0)

    return replace(
        job, windows=windows, latest_start_s=None, locked_crew_id=crew(job.locked_crew_id),
        prefer_crew_id=crew(job.prefer_crew_id),
    )  # fmt: skip


def _of_day(
    *,
    day: planner.Problem,
    at: int,
    sequences: Mapping[int, Sequence[int]],
    found: planner.Plan,
    joint: _Joint,
) -> planner.Plan:
    """The routes of one day on its own clock, as the joint plan timed them; orders done on other days are left out."""
    shift = at * DAY_S
    timed = {joint.crews[route.crew_id]: route for route in found.routes}
    routes = []
    for crew in day.crews:
        route = timed[at, crew.crew_id]
        routes.append(
            replace(
                route,
                crew_id=crew.crew_id,
                stops=tuple(
                    replace(
                        stop, arrive_s=stop.arrive_s - shift, start_s=stop.start_s - shift,
                        finish_s=stop.finish_s - shift,
                    )
                    for stop in route.stops
                ),
                lunch=None if route.lunch is None else (route.lunch[0] - shift, route.lunch[1] - shift),
                finish_s=route.finish_s - shift,
                violations=tuple(
                    replace(one, crew_id=crew.crew_id, facts=_facts(one.facts, at=at, joint=joint))
                    for one in route.violations
                ),
            )
        )  # fmt: skip
    planned = {order_id for some in sequences.values() for order_id in some}
    return planner.Plan(
        routes=tuple(routes), unplanned=(), iterations=found.iterations, seed=found.seed, seconds=found.seconds,
        travel_s_total=sum(route.travel_s for route in routes),
        value_served=sum(job.value for job in day.jobs if job.order_id in planned),
    )  # fmt: skip


def _unplanned(one: planner.Unplanned, *, joint: _Joint, last: Mapping[int, int]) -> planner.Unplanned:
    return replace(one, facts=_facts(one.facts, at=last[one.order_id], joint=joint))


CLOCK_FACTS = ("latest_s", "first_shift_s", "earliest_s", "hour_s", "finish_s", "end_s", "other_start_s")
CREW_FACTS = ("crew_id", "locked_crew_id", "nearest_crew_id", "other_crew_id")


def _facts(facts: planner.Facts, *, at: int, joint: _Joint) -> planner.Facts:
    """The facts of a reason with the seconds of one day and the crews as the house knows them."""
    told: planner.Facts = {}
    for name, value in facts.items():
        if name in CLOCK_FACTS and isinstance(value, int):
            told[name] = value - at * DAY_S
        elif name in CREW_FACTS and isinstance(value, int) and value in joint.crews:
            told[name] = joint.crews[value][1]
        elif name == "crew_ids" and isinstance(value, list):
            told[name] = sorted({joint.crews[i][1] for i in value if i in joint.crews})
        else:
            told[name] = value
    return told
