"""Times the routes of a day under the rules that hold across crews: so many cuts an hour, one order before another,
two crews at one visit.

Where an hour is full a crew waits for the next one, the last to come first; where an order waits for one of another
crew, its crew waits too; of two crews that meet the first waits for the other; all as long as that makes nobody late. The search has found seconds for all that it placed;
those hold where waiting alone does not find them again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.routes import problem, timing
from dispatch.routes.arrays import HOUR_S

Sequences = Mapping[int, Sequence[int]]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    start_s: int
    order_id: int
    crew_id: int


def timed(
    *, day: problem.Problem, sequences: Sequences, searched: Mapping[int, Span] | None = None
) -> tuple[problem.RoutePlan, ...]:
    """One route per crew of the day for the order ids given by crew id, with every rule that is broken.

    `searched` are the seconds between which the search lets orders begin, by order id.
    """
    jobs = {job.order_id: job for job in day.jobs}
    clock = _Clock(day=day, jobs=jobs, sequences=sequences)
    if day.cuts_an_hour is None and not any(job.after_order_ids or job.meets_order_id for job in day.jobs):
        return tuple(clock.routes({}).values())
    found = _told(day=day, jobs=jobs, routes=_by_waiting(day=day, jobs=jobs, clock=clock))
    if searched and any(route.violations for route in found.values()):
        other = _told(day=day, jobs=jobs, routes=clock.routes(searched))
        found = min((found, other), key=lambda routes: sum(_harm(route) for route in routes.values()))
    return tuple(found.values())


def plannable(
    *, day: problem.Problem, jobs: Sequence[problem.Job], fixed: Mapping[int, Sequence[problem.Job]]
) -> tuple[problem.Job, ...]:
    """The jobs without those that wait for one that has no stop, the others bounded by the stops that people fixed.

    `jobs` are those that some crew could do, `fixed` the beginning of every crew's day, by crew id.
    """
    spans = _fixed_spans(day=day, fixed=fixed)
    known = {job.order_id for job in day.jobs}
    able = {job.order_id: job for job in _with_the_other(day=day, jobs=jobs, fixed=fixed)}
    other = day.others()
    while lost := {
        i
        for i, job in able.items()
        if any(a in known - set(able) - set(spans) for a in job.after_order_ids)
        or (job.meets_order_id is not None and other[i] not in able)
    }:
        able = {i: job for i, job in able.items() if i not in lost}
    last: dict[int, int] = {}
    for some in fixed.values():
        for behind in some:
            for a in behind.after_order_ids:
                last[a] = min(last.get(a, problem.NO_DRIVE_S), spans[behind.order_id][0])
    found = []
    for job in able.values():
        since = max((spans[a][1] for a in job.after_order_ids if a in spans), default=0)
        until = last.get(job.order_id, problem.NO_DRIVE_S + job.service_s) - job.service_s
        bounded = within(job, (since, until)) if since or job.order_id in last else job
        if bounded is not None:
            found.append(bounded)
    gone = set(able) - {job.order_id for job in found}
    return plannable(day=day, jobs=found, fixed=fixed) if gone else tuple(found)


def _with_the_other(
    *, day: problem.Problem, jobs: Sequence[problem.Job], fixed: Mapping[int, Sequence[problem.Job]]
) -> list[problem.Job]:
    """The jobs, with the other half of each visit of two crews named by both; where a person fixed one half, the other
    must begin when that one begins, with another crew."""
    other = day.others()
    if not other:
        return list(jobs)
    fixed_at: dict[int, tuple[int, int]] = {}
    for crew in day.crews:
        some = fixed[crew.crew_id]
        if any(job.order_id in other for job in some):
            route = timing.time_route(day=day, crew=crew, jobs=some)
            fixed_at |= {stop.order_id: (stop.start_s, crew.crew_id) for stop in route.stops}
    found = []
    for job in jobs:
        other_id = other.get(job.order_id)
        if other_id in fixed_at:
            start_s, crew_id = fixed_at[other_id]
            barred = job.barred_crew_ids | {crew_id}
            bounded = within(replace(job, meets_order_id=None, barred_crew_ids=barred), (start_s, start_s))
            if bounded is not None:
                found.append(bounded)
        else:
            found.append(replace(job, meets_order_id=other_id))
    return found


def _fixed_spans(*, day: problem.Problem, fixed: Mapping[int, Sequence[problem.Job]]) -> dict[int, Span]:
    spans: dict[int, Span] = {}
    if any(job.after_order_ids for job in day.jobs):
        for crew in day.crews:
            some = fixed[crew.crew_id]
            found = timing.possible_spans(day=day, crew=crew, jobs=some)
            spans.update(zip((job.order_id for job in some), found, strict=True))
    return spans


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

    def routes(self, spans: Mapping[int, Span]) -> dict[int, problem.RoutePlan]:
        return {crew.crew_id: self.route(crew, spans) for crew in self.day.crews}

    def route(self, crew: problem.Crew, spans: Mapping[int, Span]) -> problem.RoutePlan:
        """The route of a crew whose jobs begin within the spans given by order id."""
        some = [self.jobs[order_id] for order_id in self.sequences.get(crew.crew_id, ())]
        bounded = [within(job, spans[job.order_id]) or job if job.order_id in spans else job for job in some]
        return timing.time_route(day=self.day, crew=crew, jobs=bounded)


def within(job: problem.Job, span: Span) -> problem.Job | None:
    """The job with its windows cut down to the span; None where none is left."""
    open_spans = [(max(a, span[0]), min(b, span[1])) for a, b in job.open_windows()]
    left = tuple((a, b) for a, b in open_spans if a <= b)
    return replace(job, windows=left) if left else None


def _by_waiting(
    *, day: problem.Problem, jobs: Mapping[int, problem.Job], clock: _Clock
) -> dict[int, problem.RoutePlan]:
    routes = clock.routes({})
    crews = {crew.crew_id: crew for crew in day.crews}
    waits: dict[int, Span] = {}

    def wait(order_id: int, crew_id: int, until_s: int) -> bool:
        """Let the crew wait with an order, unless that does harm."""
        if jobs[order_id].is_fixed:
            return False
        trial = waits | {order_id: (until_s, problem.NO_DRIVE_S)}
        route = clock.route(crews[crew_id], trial)
        starts_s = next(stop.start_s for stop in route.stops if stop.order_id == order_id)
        if starts_s < until_s or _harm(route) > _harm(routes[crew_id]):
            return False
        waits[order_id], routes[crew_id] = trial[order_id], route
        return True

    hopeless: set[tuple[int, int] | int] = set()
    while True:
        pair = next((one for one in _apart(day, routes) if one.pair not in hopeless and one.later_s is not None), None)
        if pair is not None and pair.later_s is not None:
            if not wait(pair.order_id, pair.crew_id, pair.later_s):
                hopeless.add(pair.pair)
            continue
        soon = next(
            (one for one in _too_soon(jobs, routes) if one.pair not in hopeless and one.finish_s is not None), None
        )
        if soon is not None and soon.finish_s is not None:
            if not wait(soon.order_id, soon.crew_id, soon.finish_s):
                hopeless.add(soon.pair)
            continue
        cuts = _cuts(jobs, routes)
        full = min((hour for hour in _over(day, cuts) if hour not in hopeless), default=None)
        if full is None:
            return routes
        some = sorted(_in_hour(cuts, full), key=lambda cut: -cut.start_s)
        if not any(wait(cut.order_id, cut.crew_id, (full + 1) * HOUR_S) for cut in some):
            hopeless.add(full)


def _told(
    *, day: problem.Problem, jobs: Mapping[int, problem.Job], routes: Mapping[int, problem.RoutePlan]
) -> dict[int, problem.RoutePlan]:
    """The routes with a violation for every order that begins too soon, every half of a visit of two crews that begins
    without the other, and every cut too many.

    Too many are those that people gave to a crew, else the last ones.
    """
    told = dict(routes)
    for half in _apart(day, routes):
        route = told[half.crew_id]
        apart: problem.Facts = {"other_order_id": half.pair[1], "other_start_s": half.later_s}
        violation = problem.Violation(code="APART", crew_id=half.crew_id, order_id=half.order_id, facts=apart)
        told[half.crew_id] = replace(route, violations=(*route.violations, violation))
    for one in _too_soon(jobs, routes):
        route = told[one.crew_id]
        violation = problem.Violation(
            code="TOO_SOON",
            crew_id=one.crew_id,
            order_id=one.order_id,
            facts={"after_order_id": one.pair[0], "finish_s": one.finish_s},
        )
        told[one.crew_id] = replace(route, violations=(*route.violations, violation))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Soon:
    """An order that begins before another is finished; `finish_s` None where that one has no stop."""

    pair: tuple[int, int]
    crew_id: int
    finish_s: int | None

    @property
    def order_id(self) -> int:
        return self.pair[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apart:
    """The half of a visit of two crews that begins first, or alone: `later_s` None where the other has no stop."""

    pair: tuple[int, int]
    crew_id: int
    later_s: int | None

    @property
    def order_id(self) -> int:
        return self.pair[0]


def _apart(day: problem.Problem, routes: Mapping[int, problem.RoutePlan]) -> list[_Apart]:
    other = day.others()
    if not other:
        return []
    stops = {stop.order_id: (crew_id, stop.start_s) for crew_id, route in routes.items() for stop in route.stops}
    found = []
    for order_id, other_id in other.items():
        if order_id not in stops:
            continue
        crew_id, start_s = stops[order_id]
        other_crew_id, later_s = stops.get(other_id, (None, None))
        if later_s is None or start_s < later_s or (start_s == later_s and crew_id == other_crew_id):
            found.append(_Apart(pair=(order_id, other_id), crew_id=crew_id, later_s=later_s))
    return found


def _too_soon(jobs: Mapping[int, problem.Job], routes: Mapping[int, problem.RoutePlan]) -> list[_Soon]:
    stops = {stop.order_id: (crew_id, stop) for crew_id, route in routes.items() for stop in route.stops}
    found = []
    for order_id, (crew_id, stop) in stops.items():
        for before_id in jobs[order_id].after_order_ids:
            if before_id not in jobs:
                continue
            finish_s = stops[before_id][1].finish_s if before_id in stops else None
            if finish_s is None or stop.start_s < finish_s:
                found.append(_Soon(pair=(before_id, order_id), crew_id=crew_id, finish_s=finish_s))
    return found


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
    if day.cuts_an_hour is None:
        return {}
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
