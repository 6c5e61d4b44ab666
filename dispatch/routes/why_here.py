"""Why an order rides with a crew that is not the one a person would expect: the nearer one, or the one that had it. Pure.

Nothing is guessed: the order is put on the other route where it would cost least driving, and timed there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dispatch.routes import eligibility, gaps, planner, timing

# A crew is nearer when the order would add so much less driving to its day.
NEARER_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What speaks against the crew `facts["crew_id"]`, which is nearer ("less_s" less driving) or "had" the order.

    Codes and facts: LACKS_SKILL {"skills"}; TOO_FEW {"people_needed", "people_in_crew"}; BARRED {};
    FULL {"over_load"}: its vehicle is full; WOULD_BE_LATE {"late_s", "order_id"}: it would be there, or at that order,
    so late; WOULD_RUN_OVER {"over_s"}: its shift would be overrun; WOULD_MISS_LUNCH {"late_s"}.
    """

    code: str
    facts: planner.Facts = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As it is written down with the stop."""
        return {"code": self.code, "facts": {n: list(v) if isinstance(v, tuple) else v for n, v in self.facts.items()}}


def surprises(
    *, problem: planner.Problem, plan: planner.Plan, should_stop: Callable[[], bool] | None = None
) -> Mapping[int, Why]:
    """Why orders of a plan of this day ride where they do, by order id, where a person would have expected another crew.

    Not asked: what a person gave to its crew, and visits of two crews. No answer where nothing speaks against the other
    crew (the day as a whole is shorter as it is). When `should_stop()` turns true the rest is not asked.
    """
    routes = gaps.routes(day=problem, plan=plan)
    table = _Table(
        day=problem,
        routes={route.index: route for route in routes},
        between=gaps.between(day=problem, routes=routes),
    )
    pairs = problem.others()
    left_s = _left_s(day=problem, own=gaps.instead(day=problem, routes=routes))
    jobs = {job.order_id: job for job in problem.jobs}
    found: dict[int, Why] = {}
    for route in routes:
        for bounded in route.jobs[route.fixed :]:
            if should_stop is not None and should_stop():
                return found
            job = jobs[bounded.order_id]
            asked = job.locked_crew_id is None and job.fetch_for_crew_id is None
            if asked and job.order_id not in pairs and job.order_id in left_s:
                why = table.why(job, here=route.index, costs_s=left_s[job.order_id])
                if why is not None:
                    found[job.order_id] = why
    return found


def _left_s(*, day: planner.Problem, own: gaps.Gaps) -> Mapping[int, int]:
    """The driving that each stop costs its crew: what is left out when it is not driven to."""
    straight = np.where(own.before == own.after, 0, day.travel_s[own.before, own.after].astype(np.int64) + own.approach)
    return dict(zip(own.instead_of.tolist(), (own.leg - straight).tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    day: planner.Problem
    routes: Mapping[int, gaps.Route]  # by row of the crew
    between: gaps.Gaps

    def why(self, job: planner.Job, *, here: int, costs_s: int) -> Why | None:
        answer = gaps.ask(day=self.day, gaps=self.between, job=job, spans=job.open_windows())
        adds = np.where(self.between.crew == here, gaps.NEVER_S, answer.adds_s)
        had = next((r.index for r in self.routes.values() if r.crew.crew_id == job.prefer_crew_id), here)
        if had != here:
            adds = np.where(self.between.crew == had, adds, gaps.NEVER_S)
        at = int(np.argmin(adds)) if len(adds) else -1
        if at < 0 or adds[at] >= planner.NO_DRIVE_S or (had == here and adds[at] > costs_s - NEARER_S):
            return None
        other = self.routes[int(self.between.crew[at])]
        facts: planner.Facts = {"crew_id": other.crew.crew_id, "less_s": costs_s - int(adds[at])}
        facts |= {"had": True} if had != here else {}
        possible = (self.between.crew == other.index) & (answer.start_s < gaps.NEVER_S)
        rows = np.flatnonzero(self.between.crew == other.index)
        positions = [other.fixed + at for at in np.flatnonzero(adds[rows] == adds[at]).tolist()]
        return self._against(job, other, positions, facts, fits=bool(possible.any()))

    def _against(
        self, job: planner.Job, other: gaps.Route, positions: Sequence[int], facts: planner.Facts, *, fits: bool
    ) -> Why | None:
        crew = other.crew
        if not eligibility.SKILLS.holds(crew, job):
            return Why(code="LACKS_SKILL", facts=facts | {"skills": tuple(sorted(job.skills - crew.skills))})
        if not eligibility.PEOPLE.holds(crew, job):
            return Why(code="TOO_FEW", facts=facts | {"people_needed": job.people, "people_in_crew": crew.people})
        if not eligibility.BARRED.holds(crew, job):
            return Why(code="BARRED", facts=facts)
        if crew.load is not None and other.load + job.load > crew.load:
            return Why(code="FULL", facts=facts | {"over_load": other.load + job.load - crew.load})
        if fits:
            return None
        # Of places that cost the same the one where least breaks.
        found = [self._late(job, other, position, facts) for position in positions]
        return min((pair for pair in found if pair is not None), key=lambda pair: pair[0], default=(0, None))[1]

    def _late(self, job: planner.Job, other: gaps.Route, position: int, facts: planner.Facts) -> tuple[int, Why] | None:
        """The worst that breaks there, with its seconds."""
        jobs = (*other.jobs[:position], job, *other.jobs[position:])
        before = timing.time_route(day=self.day, crew=other.crew, jobs=other.jobs).violations
        stood = {(one.code, one.order_id) for one in before}
        found: list[tuple[int, Why]] = []
        for one in timing.time_route(day=self.day, crew=other.crew, jobs=jobs).violations:
            if (one.code, one.order_id) in stood:
                continue
            seconds = one.facts.get("over_s" if one.code == "SHIFT_OVERRUN" else "late_s")
            if not isinstance(seconds, int):
                return None
            if one.code == "LATE":
                told = Why(code="WOULD_BE_LATE", facts=facts | {"late_s": seconds, "order_id": one.order_id})
            elif one.code == "SHIFT_OVERRUN":
                told = Why(code="WOULD_RUN_OVER", facts=facts | {"over_s": seconds})
            else:
                told = Why(code="WOULD_MISS_LUNCH", facts=facts | {"late_s": seconds})
            found.append((seconds, told))
        return max(found, key=lambda pair: pair[0], default=None)
