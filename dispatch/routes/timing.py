"""The clock of one route: when each stop of a given sequence is reached, where lunch falls, which rules break.

Sequences made by people may be impossible; they are timed all the same (late stops start on arrival) and every
broken rule is named. A sequence that can be kept is always timed so that it is kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.routes import eligibility, problem, stock

NEVER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a crew stands after the fixed beginning of its day.

    `hungry_s` / `fed_s`: earliest second it is free there without / with its lunch taken (NEVER_S when impossible).
    """

    place: int
    hungry_s: int
    fed_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    stops: tuple[problem.Stop, ...]
    lunch: tuple[int, int] | None
    finish_s: int
    travel_s: int
    late: tuple[tuple[int, int], ...]  # (index of the stop, seconds late)
    overrun_s: int
    lunch_late_s: int


def time_route(*, day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job]) -> problem.RoutePlan:
    """Times of the jobs in the order given, with the lunch placed where it does least harm, and all violations."""
    if not jobs:
        return problem.RoutePlan(crew_id=crew.crew_id, stops=(), lunch=None, finish_s=crew.start_s, travel_s=0)
    gaps: Sequence[int | None] = range(len(jobs) + 1) if crew.has_lunch else (None,)
    timed = min((_timed(day=day, crew=crew, jobs=jobs, lunch_gap=gap) for gap in gaps), key=lambda t: _harm(t, jobs))
    return problem.RoutePlan(
        crew_id=crew.crew_id,
        stops=timed.stops,
        lunch=timed.lunch,
        finish_s=timed.finish_s,
        travel_s=timed.travel_s,
        violations=tuple(_violations(day=day, crew=crew, jobs=jobs, timed=timed)),
    )


def possible_spans(
    *, day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job]
) -> tuple[tuple[int, int], ...]:
    """(soonest start, latest finish) of each job in the order given, wherever lunch falls, or after all of them."""
    gaps: Sequence[int | None] = [None, *range(len(jobs) + 1)] if crew.has_lunch else [None]
    ways = [_timed(day=day, crew=crew, jobs=jobs, lunch_gap=gap).stops for gap in gaps]
    return tuple(
        (min(stops[p].start_s for stops in ways), max(stops[p].finish_s for stops in ways)) for p in range(len(jobs))
    )


def head(*, day: problem.Problem, crew: problem.Crew, fixed: Sequence[problem.Job]) -> Head:
    """The state of a crew after its fixed jobs, each done as soon as it can be, late or not."""
    place, hungry, fed = crew.start_place, crew.start_s, NEVER_S
    if not crew.has_lunch:
        hungry, fed = NEVER_S, crew.start_s
    earliest = crew.lunch_earliest_s or 0
    for job in fixed:
        drive = _drive_s(day, place, job.place) + _approach_s(place, job)
        hungry_at, fed_at = hungry + drive, fed + drive
        if crew.has_lunch and hungry <= crew.lunch_latest_s:
            fed_at = min(fed_at, max(hungry_at, earliest) + crew.lunch_s)
        hungry, fed = _done_s(job, hungry_at), _done_s(job, fed_at)
        place = job.place if job.place >= 0 else place
    if crew.has_lunch and fed >= NEVER_S and hungry > crew.lunch_latest_s:
        # The fixed stops ran past the lunch hour: it is taken late rather than never.
        hungry, fed = NEVER_S, hungry + crew.lunch_s
    return Head(place=place, hungry_s=min(hungry, NEVER_S), fed_s=min(fed, NEVER_S))


def start_s(job: problem.Job, at_s: int) -> tuple[int, int]:
    """(start, seconds late) of a job reached at `at_s`: in the first window still open, or at once and late."""
    for opens, closes in job.open_windows():
        if at_s <= closes:
            return max(at_s, opens), 0
    return at_s, max(1, at_s - job.last_start_s)


def _done_s(job: problem.Job, at_s: int) -> int:
    if at_s >= NEVER_S:
        return NEVER_S
    return start_s(job, at_s)[0] + job.service_s


def _drive_s(day: problem.Problem, a: int, b: int) -> int:
    """A drive nobody can make takes no time here; it is reported as broken instead of moving the day by weeks."""
    return day.drive_s(a, b) or 0


def _approach_s(place: int, job: problem.Job) -> int:
    """What comes between the halt and the work, coming from another place."""
    return 0 if job.place < 0 or job.place == place else job.approach_s


def _timed(*, day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job], lunch_gap: int | None) -> _Timed:
    now, place, travel = crew.start_s, crew.start_place, 0
    stops: list[problem.Stop] = []
    late: list[tuple[int, int]] = []
    lunch: tuple[int, int] | None = None
    lunch_late = 0
    for index, job in enumerate(jobs):
        drive = _drive_s(day, place, job.place)
        approach = _approach_s(place, job)
        arrive, ready = now + drive, now + drive + approach
        if index == lunch_gap:
            # Lunch may fall into the approach or come after it: the crew is there before it eats.
            lunch, _, ready, lunch_late = _lunch(crew=crew, leaves_s=now, drive_s=drive + approach)
            if lunch[0] < arrive:
                arrive += crew.lunch_s
        begin, seconds_late = start_s(job, ready)
        if seconds_late > 0:
            late.append((index, seconds_late))
        now = begin + job.service_s
        stops.append(problem.Stop(order_id=job.order_id, arrive_s=arrive, start_s=begin, finish_s=now, travel_s=drive))
        travel += drive
        place = job.place if job.place >= 0 else place
    drive = _drive_s(day, place, crew.end_place)
    finish = over = now + drive
    if lunch_gap == len(jobs):
        lunch, finish, over, lunch_late = _lunch(crew=crew, leaves_s=now, drive_s=drive, at_end=True)
    return _Timed(
        stops=tuple(stops),
        lunch=lunch,
        finish_s=finish,
        travel_s=travel + drive,
        late=tuple(late),
        overrun_s=max(0, over - crew.last_end_s),
        lunch_late_s=lunch_late,
    )


def _lunch(
    *, crew: problem.Crew, leaves_s: int, drive_s: int, at_end: bool = False
) -> tuple[tuple[int, int], int, int, int]:
    """Lunch between two stops: ((start, end), arrival, ready to work, seconds late)."""
    earliest = crew.lunch_earliest_s or 0
    there = leaves_s + drive_s
    if leaves_s > crew.lunch_latest_s:
        begin = leaves_s
        arrive = ready = begin + crew.lunch_s + drive_s
    elif there <= crew.lunch_latest_s and (at_end or leaves_s < earliest):
        begin, arrive = max(there, earliest), there
        ready = begin + crew.lunch_s
    else:
        # Before the drive when it is already lunch time, else a halt on the way.
        begin = max(leaves_s, earliest)
        arrive = ready = there + crew.lunch_s
    return (begin, begin + crew.lunch_s), arrive, ready, max(0, begin - crew.lunch_latest_s)


def _harm(timed: _Timed, jobs: Sequence[problem.Job]) -> tuple[int, int, int, int]:
    free = sum(seconds for index, seconds in timed.late if not jobs[index].is_fixed)
    fixed = sum(seconds for index, seconds in timed.late if jobs[index].is_fixed)
    # Where the day ends at the same second, work comes before lunch.
    return free + timed.overrun_s, fixed + timed.lunch_late_s, timed.finish_s, sum(s.start_s for s in timed.stops)


def _violations(
    *, day: problem.Problem, crew: problem.Crew, jobs: Sequence[problem.Job], timed: _Timed
) -> list[problem.Violation]:
    def broken(code: str, order_id: int | None, facts: problem.Facts) -> None:
        found.append(problem.Violation(code=code, crew_id=crew.crew_id, order_id=order_id, facts=facts))

    found: list[problem.Violation] = []
    late = dict(timed.late)
    place = crew.start_place
    free_seen = False
    last_position = -1
    used: Counter[str] = Counter()
    fetched = False
    for index, job in enumerate(jobs):
        fetched = fetched or job.fetch_for_crew_id == crew.crew_id
        if not fetched and (job.tools or job.parts):
            tools, parts = stock.missing(crew=crew, job=job, used=used)
            if tools or parts:
                broken("NO_PARTS", job.order_id, {"tools": tools, "parts": parts})
            used.update(dict(job.parts))
        for rule in eligibility.broken(crew=crew, job=job):
            broken(rule.code, job.order_id, rule.facts(crew, job))
        if job.place < 0:
            broken("OFF_NETWORK", job.order_id, {})
        elif day.drive_s(place, job.place) is None:
            broken("CANNOT_BE_DRIVEN", job.order_id, {})
        if index in late:
            broken("LATE", job.order_id, {"late_s": late[index], "latest_s": job.last_start_s})
        if job.is_fixed and job.locked_crew_id == crew.crew_id and job.locked_position is not None:
            if free_seen or job.locked_position < last_position:
                broken("LOCK_ORDER", job.order_id, {"locked_position": job.locked_position, "position": index})
            last_position = job.locked_position
        else:
            free_seen = True
        place = job.place if job.place >= 0 else place
    if day.drive_s(place, crew.end_place) is None:
        broken("CANNOT_BE_DRIVEN", None, {})
    if timed.overrun_s > 0:
        broken("SHIFT_OVERRUN", None, {"over_s": timed.overrun_s, "end_s": crew.last_end_s})
    if timed.lunch_late_s > 0:
        broken("LUNCH_LATE", None, {"late_s": timed.lunch_late_s, "latest_s": crew.lunch_latest_s})
    load = sum(job.load for job in jobs)
    if crew.load is not None and load > crew.load:
        broken("OVERLOADED", None, {"load": load, "most_load": crew.load, "over_load": load - crew.load})
    return found
