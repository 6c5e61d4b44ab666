"""What might give an order without a stop one: read off the gaps of a plan, the cheapest to do first. Pure.

Nothing here is proved; `counterfactuals` does that.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dispatch.routes import arrays, changed, eligibility, gaps, planner, timing

# People say times in steps of five minutes.
STEP_S = 300
# No shift is made longer by more than so many steps.
STEPS = 24
MOST_OF_A_CODE = 2
# Rough trouble of each, in minutes of somebody's time; the cheapest is tried first.
TROUBLE = {
    "BEFORE_FIRST": 0.0,
    "OTHER_CREW": 5.0,
    "WINDOW_TO": 10.0,
    "WINDOW_FROM": 10.0,
    "OVERTIME": 15.0,
    "LOAD": 30.0,
    "ONE_MORE_CUT": 45.0,
    "WITHOUT": 60.0,
    "SKILL_FOR": 90.0,
    "PEOPLE_FOR": 90.0,
    "LAST_START_TO": 180.0,
    "ONE_MORE_CREW": 240.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A change that might help. `crew_id` is the crew whose route would take the order; `minutes` how far something is moved."""

    code: str
    crew_id: int
    facts: planner.Facts
    minutes: float = 0.0

    @property
    def trouble(self) -> float:
        return TROUBLE[self.code] + self.minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Reads remedies off a plan of this day."""

    day: planner.Problem
    plan: planner.Plan
    jobs: Mapping[int, planner.Job]
    routes: Mapping[int, gaps.Route]  # by crew id
    between: gaps.Gaps
    instead: gaps.Gaps
    room: Mapping[int, int] | None
    pairs: Mapping[int, int]  # visits of two crews: one gap is not enough for them
    longer: dict[tuple[int, int], gaps.Gaps] = field(default_factory=dict)

    @classmethod
    def of(cls, *, problem: planner.Problem, plan: planner.Plan) -> "Finder":
        """`plan` must be a plan of this day."""
        routes = gaps.routes(day=problem, plan=plan)
        return cls(
            day=problem,
            plan=plan,
            jobs={job.order_id: job for job in problem.jobs},
            routes={route.crew.crew_id: route for route in routes},
            between=gaps.between(day=problem, routes=routes),
            instead=gaps.instead(day=problem, routes=routes),
            pairs=problem.others(),
            room=gaps.room_by_hour(day=problem, plan=plan),
        )

    def remedies(self, *, job: planner.Job) -> Sequence[Remedy]:
        """What might give the job a stop, the least trouble first."""
        if job.place < 0:
            return ()
        return sorted(self._tries(job), key=lambda one: (one.trouble, one.code, one.crew_id))

    def _tries(self, job: planner.Job) -> Iterator[Remedy]:
        left = {one.order_id for one in self.plan.unplanned}
        if awaited := tuple(i for i in job.after_order_ids if i in left):
            yield Remedy(code="BEFORE_FIRST", crew_id=0, facts={"order_ids": awaited})
            return
        if job.order_id in self.pairs:
            yield from self._one_more_crew(job)
            return
        crews = [route.crew for route in self.routes.values()]
        able = [crew for crew in crews if eligibility.may_plan(crew=crew, job=job)]
        light = frozenset(crew.crew_id for crew in able if self._over_load(crew, job) <= 0)
        yield from self._windows(job, light)
        yield from self._overtime(job, light)
        yield from self._loads(job, frozenset(crew.crew_id for crew in able) - light)
        yield from self._cuts(job, light)
        yield from self._without(job, able)
        yield from self._other_crews(job, crews)
        yield from self._one_more_crew(job)

    def _windows(self, job: planner.Job, crew_ids: frozenset[int]) -> Iterator[Remedy]:
        last = planner.NO_DRIVE_S if job.latest_start_s is None else job.latest_start_s
        if job.windows:
            windows = sorted(job.windows, key=lambda window: window[1])
            opens, closes = windows[-1]
            start, crew_id = self._soonest(self.between, job, ((opens, last),), crew_ids)
            until = -(-start // STEP_S) * STEP_S
            if closes < until <= last:
                facts: planner.Facts = {"crew_id": crew_id, "until_s": until}
                yield Remedy(code="WINDOW_TO", crew_id=crew_id, facts=facts, minutes=(until - closes) / 60)
            opens = min(a for a, _ in job.windows)
            latest = gaps.latest_s(day=self.day, gaps=self.between, job=job)
            latest = np.where(self._of_crews(self.between, crew_ids), latest, -gaps.NEVER_S)
            at = int(np.argmax(latest)) if len(latest) else -1
            since = int(latest[at]) // STEP_S * STEP_S if at >= 0 else -1
            if 0 <= since < opens:
                crew_id = self._crew_id(self.between, at)
                facts = {"crew_id": crew_id, "from_s": since}
                yield Remedy(code="WINDOW_FROM", crew_id=crew_id, facts=facts, minutes=(opens - since) / 60)
        if job.latest_start_s is not None:
            spans = dataclasses.replace(job, latest_start_s=None).open_windows()
            start, crew_id = self._soonest(self.between, job, spans, crew_ids)
            until = -(-start // STEP_S) * STEP_S
            if job.latest_start_s < until < planner.NO_DRIVE_S:
                facts = {"crew_id": crew_id, "until_s": until}
                minutes = (until - job.latest_start_s) / 60
                yield Remedy(code="LAST_START_TO", crew_id=crew_id, facts=facts, minutes=minutes)

    def _overtime(self, job: planner.Job, crew_ids: frozenset[int]) -> Iterator[Remedy]:
        for crew_id in sorted(crew_ids):
            crew = self.routes[crew_id].crew
            if crew.overtime_ok or not self._fits_until(job, crew, STEPS):
                continue
            short, enough = 0, STEPS
            while enough - short > 1:
                middle = (short + enough) // 2
                short, enough = (short, middle) if self._fits_until(job, crew, middle) else (middle, enough)
            until = _until_s(crew, enough)
            facts: planner.Facts = {"crew_id": crew_id, "until_s": until}
            yield Remedy(code="OVERTIME", crew_id=crew_id, facts=facts, minutes=(until - crew.end_s) / 60)

    def _fits_until(self, job: planner.Job, crew: planner.Crew, steps: int) -> bool:
        key = (crew.crew_id, steps)
        if key not in self.longer:
            longer = dataclasses.replace(crew, end_s=_until_s(crew, steps))
            route = dataclasses.replace(self.routes[crew.crew_id], crew=longer)
            self.longer[key] = gaps.between(day=self.day, routes=[route])
        start, _ = self._soonest(self.longer[key], job, job.open_windows(), frozenset({crew.crew_id}))
        return start < gaps.NEVER_S

    def _loads(self, job: planner.Job, crew_ids: frozenset[int]) -> Iterator[Remedy]:
        for crew_id in sorted(crew_ids):
            route = self.routes[crew_id]
            start, _ = self._soonest(self.between, job, job.open_windows(), frozenset({crew_id}))
            if start < gaps.NEVER_S:
                facts: planner.Facts = {"crew_id": crew_id, "load": route.load + job.load}
                over = float(self._over_load(route.crew, job))
                yield Remedy(code="LOAD", crew_id=crew_id, facts=facts, minutes=over)

    def _cuts(self, job: planner.Job, crew_ids: frozenset[int]) -> Iterator[Remedy]:
        if not job.is_cut or self.room is None:
            return
        full = [hour for hour, room in self.room.items() if room <= 0]
        spans = _within_hours(job.open_windows(), full)
        start, crew_id = self._soonest(self.between, job, spans, crew_ids, any_hour=True)
        if start < gaps.NEVER_S:
            hour_s = start // arrays.HOUR_S * arrays.HOUR_S
            yield Remedy(code="ONE_MORE_CUT", crew_id=crew_id, facts={"hour_s": hour_s})

    def _without(self, job: planner.Job, able: Sequence[planner.Crew]) -> Iterator[Remedy]:
        free = gaps.ask(day=self.day, gaps=self.instead, job=job, spans=self._spans(job, job.open_windows()))
        awaited = {i for one in self.jobs.values() for i in one.after_order_ids}
        able_ids = frozenset(crew.crew_id for crew in able)
        rows = np.flatnonzero((free.start_s < gaps.NEVER_S) & self._of_crews(self.instead, able_ids))
        some = []
        for at in rows.tolist():
            other = self.jobs[int(self.instead.instead_of[at])]
            crew = self.routes[self._crew_id(self.instead, at)].crew
            free_to_go = (
                other.fetch_for_crew_id is None
                and other.locked_crew_id is None
                and other.order_id not in awaited | set(self.pairs)
            )
            ours = free_to_go and other.value <= job.value
            if ours and self._over_load(crew, job) <= other.load:
                rank = (other.value, -other.priority, int(free.adds_s[at]), other.order_id)
                some.append((rank, crew.crew_id, other.order_id))
        for number, (_, crew_id, order_id) in enumerate(sorted(some)[:MOST_OF_A_CODE]):
            yield Remedy(code="WITHOUT", crew_id=crew_id, facts={"order_id": order_id}, minutes=number)

    def _other_crews(self, job: planner.Job, crews: Sequence[planner.Crew]) -> Iterator[Remedy]:
        spans = job.open_windows()
        found: list[tuple[tuple[float, int], Remedy]] = []
        for crew in crews:
            if self._over_load(crew, job) > 0 or eligibility.may_plan(crew=crew, job=job):
                continue
            broken = {rule.code for rule in eligibility.broken(crew=crew, job=job)}
            lifted: tuple[str, planner.Facts, float]
            if broken <= {eligibility.BARRED.code, eligibility.LOCK.code}:
                lifted = ("OTHER_CREW", {"crew_id": crew.crew_id}, 0.0)
            elif broken == {eligibility.SKILLS.code}:
                missing = tuple(sorted(job.skills - crew.skills))
                lifted = ("SKILL_FOR", {"crew_id": crew.crew_id, "skills": missing}, 60.0 * (len(missing) - 1))
            elif broken == {eligibility.PEOPLE.code}:
                missed = job.people - crew.people - 1
                lifted = ("PEOPLE_FOR", {"crew_id": crew.crew_id, "people": job.people}, 60.0 * missed)
            else:
                continue
            gap = self._cheapest(job, spans, crew.crew_id)
            if gap is not None:
                code, facts, minutes = lifted
                one = Remedy(code=code, crew_id=crew.crew_id, facts=facts, minutes=minutes + min(gap, 3600) / 3600)
                found.append(((one.trouble, crew.crew_id), one))
        yield from (one for _, one in sorted(found, key=lambda pair: pair[0])[:MOST_OF_A_CODE])

    def _one_more_crew(self, job: planner.Job) -> Iterator[Remedy]:
        more = changed.usual_crew(day=self.day, skills=job.skills, people=job.people)
        if more is None or job.locked_crew_id is not None:
            return
        if timing.time_route(day=self.day, crew=more, jobs=[job]).violations:
            return
        facts: planner.Facts = {
            "skills": tuple(sorted(job.skills)), "people": job.people, "from_s": more.start_s, "to_s": more.end_s,
        }  # fmt: skip
        yield Remedy(code="ONE_MORE_CREW", crew_id=more.crew_id, facts=facts)

    # Questions to the gaps.

    def _soonest(
        self, some: gaps.Gaps, job: planner.Job, spans: gaps.Spans, crew_ids: frozenset[int], *, any_hour: bool = False
    ) -> tuple[int, int]:
        """(soonest start, crew id) in a gap of these crews; (NEVER_S, 0) where there is none."""
        spans = self._spans(job, spans, any_hour=any_hour)
        start = gaps.ask(day=self.day, gaps=some, job=job, spans=spans).start_s
        start = np.where(self._of_crews(some, crew_ids), start, gaps.NEVER_S)
        at = int(np.argmin(start)) if len(start) else -1
        if at < 0 or start[at] >= gaps.NEVER_S:
            return gaps.NEVER_S, 0
        return int(start[at]), self._crew_id(some, at)

    def _cheapest(self, job: planner.Job, spans: gaps.Spans, crew_id: int) -> int | None:
        """The least driving that the job adds to the day of a crew, None where it does not fit."""
        free = gaps.ask(day=self.day, gaps=self.between, job=job, spans=self._spans(job, spans))
        fits = (free.start_s < gaps.NEVER_S) & self._of_crews(self.between, frozenset({crew_id}))
        return int(free.adds_s[fits].min()) if fits.any() else None

    def _spans(self, job: planner.Job, spans: gaps.Spans, *, any_hour: bool = False) -> gaps.Spans:
        """The spans after what the job waits for, of a cut only in hours with room."""
        stops = {stop.order_id: stop for route in self.plan.routes for stop in route.stops}
        since = max((stops[i].finish_s for i in job.after_order_ids if i in stops), default=0)
        left = [(max(a, since), b) for a, b in spans if max(a, since) <= b]
        if job.is_cut and self.room is not None and not any_hour:
            left = _within_hours(left, [hour for hour, room in self.room.items() if room > 0])
        return left

    def _of_crews(self, some: gaps.Gaps, crew_ids: frozenset[int]) -> gaps.Bool:
        among = np.array([crew.crew_id in crew_ids for crew in self.day.crews], dtype=np.bool_)
        return among[some.crew] if len(some.crew) else np.zeros(0, dtype=np.bool_)

    def _crew_id(self, some: gaps.Gaps, at: int) -> int:
        return self.day.crews[int(some.crew[at])].crew_id

    def _over_load(self, crew: planner.Crew, job: planner.Job) -> int:
        return 0 if crew.load is None else self.routes[crew.crew_id].load + job.load - crew.load


def _until_s(crew: planner.Crew, steps: int) -> int:
    return (crew.end_s // STEP_S + steps) * STEP_S


def _within_hours(spans: gaps.Spans, hours: Sequence[int]) -> list[tuple[int, int]]:
    cut = [(max(a, hour * arrays.HOUR_S), min(b, (hour + 1) * arrays.HOUR_S - 1)) for a, b in spans for hour in hours]
    return sorted((a, b) for a, b in cut if a <= b)
