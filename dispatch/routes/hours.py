"""Times the routes of a day with its limit on cuts: so many may begin within each hour of the clock.

Where an hour is full a crew waits for the next one, the last to come first, as long as that makes nobody late. The
search has found an hour for every cut it placed; those hours hold where waiting alone does not find them again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.routes import problem, timing
from dispatch.routes.arrays import HOUR_S

Sequences = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    start_s: int
    order_id: int
    crew_id: int


def timed(
    *, day: problem.Problem, sequences: Sequences, hour_of: Mapping[int, int] | None = None
) -> tuple[problem.RoutePlan, ...]:
    """One route per crew of the day for the order ids given by crew id, with every rule that is broken.

    `hour_of` is the hour that the search took for each cut (hours after midnight by order id).
    """
    jobs = {job.order_id: job for job in day.jobs}
    clock = _Clock(day=day, jobs=jobs, sequences=sequences)
    if day.cuts_an_hour is None:
        return tuple(clock.routes({}).values())
    found = _told(day=day, jobs=jobs, routes=_by_waiting(day=day, jobs=jobs, clock=clock))
    if hour_of and any(route.violations for route in found.values()):
        spans = {order_id: (hour * HOUR_S, hour * HOUR_S + HOUR_S - 1) for order_id, hour in hour_of.items()}
        searched = _told(day=day, jobs=jobs, routes=clock.routes(spans))
        found = min((found, searched), key=lambda routes: sum(_harm(route) for route in routes.values()))
    return tuple(found.values())


def fixed_cuts(*, day: problem.Problem, fixed: Mapping[int, Sequence[problem.Job]]) -> list[int]:
    """The seconds at which the cuts begin that people fixed at the beginning of a crew's day."""
    if day.cuts_an_hour is None:
        return []
    starts = []
    for crew in day.crews:
        jobs = fixed[crew.crew_id]
        route = timing.time_route(day=day, crew=crew, jobs=jobs)
        starts += [stop.start_s for stop, job in zip(route.stops, jobs, strict=True) if job.is_cut]
    return starts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    day: problem.Problem
    jobs: Mapping[int, problem.Job]
    sequences: Sequences

    def routes(self, spans: Mapping[int, tuple[int, int]]) -> dict[int, problem.RoutePlan]:
        return {crew.crew_id: self.route(crew, spans) for crew in self.day.crews}

    def route(self, crew: problem.Crew, spans: Mapping[int, tuple[int, int]]) -> problem.RoutePlan:
        """The route of a crew whose jobs begin within the spans given by order id."""
        some = [self.jobs[order_id] for order_id in self.sequences.get(crew.crew_id, ())]
        return timing.time_route(day=self.day, crew=crew, jobs=[_within(job, spans.get(job.order_id)) for job in some])


def _within(job: problem.Job, span: tuple[int, int] | None) -> problem.Job:
    if span is None:
        return job
    open_spans = [(max(a, span[0]), min(b, span[1])) for a, b in job.open_windows()]
    left = tuple((a, b) for a, b in open_spans if a <= b)
    return replace(job, windows=left) if left else job


def _by_waiting(
    *, day: problem.Problem, jobs: Mapping[int, problem.Job], clock: _Clock
) -> dict[int, problem.RoutePlan]:
    routes = clock.routes({})
    crews = {crew.crew_id: crew for crew in day.crews}
    waits: dict[int, tuple[int, int]] = {}
    hopeless: set[int] = set()
    while True:
        cuts = _cuts(jobs, routes)
        full = min((hour for hour in _over(day, cuts) if hour not in hopeless), default=None)
        if full is None:
            return routes
        hopeless.add(full)
        for cut in sorted(_in_hour(cuts, full), key=lambda cut: -cut.start_s):
            if jobs[cut.order_id].is_fixed:
                continue
            trial = waits | {cut.order_id: ((full + 1) * HOUR_S, problem.NO_DRIVE_S)}
            route = clock.route(crews[cut.crew_id], trial)
            moved = next(stop.start_s for stop in route.stops if stop.order_id == cut.order_id) // HOUR_S > full
            if moved and _harm(route) <= _harm(routes[cut.crew_id]):
                waits, routes[cut.crew_id] = trial, route
                hopeless.discard(full)
                break


def _told(
    *, day: problem.Problem, jobs: Mapping[int, problem.Job], routes: Mapping[int, problem.RoutePlan]
) -> dict[int, problem.RoutePlan]:
    """The routes with a violation for every cut too many: those that people gave to a crew, else the last ones."""
    told = dict(routes)
    cuts = _cuts(jobs, routes)
    taken = _taken(day, cuts)
    for hour, over in _over(day, cuts).items():
        some = sorted(_in_hour(cuts, hour), key=lambda cut: (jobs[cut.order_id].locked_crew_id is None, -cut.start_s))
        for cut in some[:over]:
            facts: problem.Facts = {"hour_s": hour * HOUR_S, "cuts": taken[hour], "most": _most(day)}
            violation = problem.Violation(code="TOO_MANY_CUTS", crew_id=cut.crew_id, order_id=cut.order_id, facts=facts)
            route = told[cut.crew_id]
            told[cut.crew_id] = replace(route, violations=(*route.violations, violation))
    return told


def _cuts(jobs: Mapping[int, problem.Job], routes: Mapping[int, problem.RoutePlan]) -> list[_Cut]:
    return [
        _Cut(start_s=stop.start_s, order_id=stop.order_id, crew_id=crew_id)
        for crew_id, route in routes.items()
        for stop in route.stops
        if jobs[stop.order_id].is_cut
    ]


def _in_hour(cuts: Sequence[_Cut], hour: int) -> list[_Cut]:
    return [cut for cut in cuts if cut.start_s // HOUR_S == hour]


def _taken(day: problem.Problem, cuts: Sequence[_Cut]) -> Counter[int]:
    starts = [*(cut.start_s for cut in cuts), *day.cuts_elsewhere_s]
    return Counter(start_s // HOUR_S for start_s in starts)


def _over(day: problem.Problem, cuts: Sequence[_Cut]) -> dict[int, int]:
    """How many cuts too many begin here, by hour; what is full by cuts elsewhere alone is nobody's fault here."""
    here = Counter(cut.start_s // HOUR_S for cut in cuts)
    taken = _taken(day, cuts)
    return {hour: min(here[hour], taken[hour] - _most(day)) for hour in here if taken[hour] > _most(day)}


def _most(day: problem.Problem) -> int:
    return day.cuts_an_hour or 0


def _harm(route: problem.RoutePlan) -> int:
    """Seconds late and over of a route; anything else that is broken weighs more than any of them."""
    total = 0
    for violation in route.violations:
        seconds = [violation.facts.get(name) for name in ("late_s", "over_s")]
        total += next((one for one in seconds if isinstance(one, int)), problem.NO_DRIVE_S)
    return total
