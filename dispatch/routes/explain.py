"""Why an order has no stop: one code and the facts a person needs to change that.

Nothing is guessed: each reason is tried against the crews and the final routes. The order of the questions is the
order in which a dispatcher would ask them; the first one that settles the matter is the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.routes import eligibility, problem, stock, timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The place in the final routes where a job comes closest to fitting.

    `over_s`: seconds by which the job or the rest of that crew's day would be late; `adds_s`: driving it adds;
    `over_load`: what the vehicle would carry too much; `by_hour`: a cut that needs an hour with room for one more.
    """

    crew_id: int
    over_s: int
    adds_s: int
    over_load: int = 0
    by_hour: bool = False


ClosestMiss = Callable[[problem.Job], Miss | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    day: problem.Problem
    job: problem.Job
    able: Sequence[problem.Crew]
    closest_miss: ClosestMiss
    left: frozenset[int]


def unplanned(
    *, day: problem.Problem, jobs: Sequence[problem.Job], closest_miss: ClosestMiss
) -> tuple[problem.Unplanned, ...]:
    """The reasons of the jobs without a stop, most urgent first.

    Codes and facts:
    OFF_NETWORK: no street near enough {} or {"island": True} when no crew can drive there and back;
    NO_CREW_ON_SHIFT {"crews"}; LOCKED_CREW_ABSENT {"locked_crew_id"};
    EVERY_CREW_BARRED {"crew_ids"}: the crews that could do it are those that must not be sent there;
    NO_CREW_WITH_SKILL {"skills": nobody has these, or no one crew has them together, "nearest_crew_id", "missing"};
    NEEDS_TWO_PEOPLE {"people_needed", "most_people"};
    WINDOW_PAST {"latest_s", "first_shift_s"}: the last window closes before any able crew begins;
    TOO_LONG {"service_s", "longest_s", "crew_id"}: longer than any able crew has in one piece,
        drive and lunch counted;
    WINDOW_CANNOT_BE_REACHED {"latest_s", "earliest_s", "crew_id"}: even with nothing else to do;
    TOO_HEAVY {"load", "most_load", "crew_id"}: more than the vehicle of any able crew carries;
    WAITS_FOR {"order_ids"}: these have no stop, or are finished too late;
    TOO_LATE_FOR {"order_ids"}: these stand fixed at an hour before which it cannot be finished;
    NO_PARTS {"tools", "parts", "crew_id"}: none of the able crews has these on board or may fetch them at the yard;
    YARD_FIRST {"crews_able"}: there is room for it, but not for the way by the yard where its tools or parts are;
    NO_OTHER_HALF {"order_id"}: the other half of a visit of two crews cannot have a stop, for its own reason;
    NO_MEETING {"order_id"}: no two crews can be there at the same second;
    VEHICLE_FULL {"crews_able", "crew_id", "adds_s", "over_load"}: there is time for it, but no load left;
    HOUR_FULL {"crews_able", "cuts_an_hour", "crew_id", "adds_s"}: the cuts of every hour in which it could be done are
        full, with "over_s" where there is no room for it either;
    NO_ROOM {"crews_able", "crew_id", "adds_s", "over_s"}: the closest miss in the routes as they stand, with
        "over_load" where that vehicle is full as well.
    """
    left = frozenset(job.order_id for job in jobs)
    found = [_reason(day=day, job=job, closest_miss=closest_miss, left=left) for job in jobs]
    urgency = {job.order_id: (job.priority, -job.value, job.order_id) for job in jobs}
    return tuple(sorted(found, key=lambda one: urgency[one.order_id]))


def fixed_jobs(day: problem.Problem) -> dict[int, tuple[problem.Job, ...]]:
    """The fixed beginning of every crew's day, by crew id."""
    fixed: dict[int, list[problem.Job]] = {crew.crew_id: [] for crew in day.crews}
    for job in day.jobs:
        if job.is_fixed and job.locked_crew_id in fixed:
            fixed[job.locked_crew_id].append(job)
    return {
        crew_id: tuple(sorted(jobs, key=lambda job: (job.locked_position or 0, job.order_id)))
        for crew_id, jobs in fixed.items()
    }


def _reason(
    *, day: problem.Problem, job: problem.Job, closest_miss: ClosestMiss, left: frozenset[int]
) -> problem.Unplanned:
    code, facts = _code_and_facts(day=day, job=job, closest_miss=closest_miss, left=left)
    return problem.Unplanned(order_id=job.order_id, code=code, facts=facts)


def _code_and_facts(
    *, day: problem.Problem, job: problem.Job, closest_miss: ClosestMiss, left: frozenset[int]
) -> tuple[str, problem.Facts]:
    if job.place < 0:
        return "OFF_NETWORK", {}
    on_shift = [crew for crew in day.crews if crew.end_s > crew.start_s]
    if not on_shift:
        return "NO_CREW_ON_SHIFT", {"crews": len(day.crews)}
    if job.locked_crew_id is not None and job.locked_crew_id not in {crew.crew_id for crew in on_shift}:
        return "LOCKED_CREW_ABSENT", {"locked_crew_id": job.locked_crew_id}
    able = [crew for crew in on_shift if eligibility.may_plan(crew=crew, job=job)]
    if not able:
        return _nobody_able(on_shift=on_shift, job=job)
    strong = [crew for crew in able if crew.load is None or job.load <= crew.load]
    if not strong:
        most, crew_id = max((crew.load or 0, crew.crew_id) for crew in able)
        return "TOO_HEAVY", {"load": job.load, "most_load": most, "crew_id": crew_id}
    able = [crew for crew in strong if stock.can_have(day=day, crew=crew, job=job)]
    if not able:
        tools, parts = stock.missing(crew=strong[0], job=job)
        return "NO_PARTS", {"tools": tools, "parts": parts, "crew_id": strong[0].crew_id}
    case = _Case(day=day, job=job, able=able, closest_miss=closest_miss, left=left)
    if not any(_can_drive(case=case, crew=crew) for crew in able):
        if any(crew.start_place < 0 or crew.end_place < 0 for crew in able):
            return "NO_CREW_ON_SHIFT", {"crews_off_network": [c.crew_id for c in able if c.start_place < 0]}
        return "OFF_NETWORK", {"island": True}
    return _too_late_or_long(case) or _waits(case) or _meets(case) or _no_room(case)


def _meets(case: _Case) -> tuple[str, problem.Facts] | None:
    """The reason where the job is one half of a visit of two crews."""
    other_id = case.day.others().get(case.job.order_id)
    if other_id is None:
        return None
    other = next((job for job in case.day.jobs if job.order_id == other_id), None)
    if other is None or (
        other_id in case.left
        and (other.place < 0 or not any(eligibility.may_plan(crew=crew, job=other) for crew in case.day.crews))
    ):
        return "NO_OTHER_HALF", {"order_id": other_id}
    return "NO_MEETING", {"order_id": other_id}


def _waits(case: _Case) -> tuple[str, problem.Facts] | None:
    """The reason where an order before this one has no stop, or where a fixed one leaves no time for it."""
    known = {job.order_id for job in case.day.jobs}
    before = [i for i in case.job.after_order_ids if i in known]
    missing = [i for i in before if i in case.left]
    if missing:
        return "WAITS_FOR", {"order_ids": missing}
    behind = [j.order_id for j in case.day.jobs if j.is_fixed and case.job.order_id in j.after_order_ids]
    if (before or behind) and case.closest_miss(case.job) is None:
        return ("TOO_LATE_FOR", {"order_ids": behind}) if behind else ("WAITS_FOR", {"order_ids": before})
    return None


def _nobody_able(*, on_shift: Sequence[problem.Crew], job: problem.Job) -> tuple[str, problem.Facts]:
    skilled = [crew for crew in on_shift if eligibility.SKILLS.holds(crew, job)]
    barred = [crew.crew_id for crew in skilled if eligibility.PEOPLE.holds(crew, job)]
    if barred:
        return "EVERY_CREW_BARRED", {"crew_ids": barred}
    if skilled or not job.skills:
        most = max(crew.people for crew in (skilled or on_shift))
        return "NEEDS_TWO_PEOPLE", {"people_needed": job.people, "most_people": most}
    nearest = min(on_shift, key=lambda crew: (len(job.skills - crew.skills), crew.crew_id))
    nobody_has = job.skills - frozenset().union(*(crew.skills for crew in on_shift))
    return "NO_CREW_WITH_SKILL", {
        "skills": sorted(nobody_has or job.skills),
        "nearest_crew_id": nearest.crew_id,
        "missing": sorted(job.skills - nearest.skills),
    }


def _can_drive(*, case: _Case, crew: problem.Crew) -> bool:
    there = case.day.drive_s(crew.start_place, case.job.place)
    back = case.day.drive_s(case.job.place, crew.end_place)
    return there is not None and back is not None


def _too_late_or_long(case: _Case) -> tuple[str, problem.Facts] | None:
    """The reason that holds even on an empty day; None when some able crew could do the job if it had no other."""
    job = case.job
    windows = job.open_windows()
    first_shift = min(crew.start_s for crew in case.able)
    latest = windows[-1][1] if windows else job.last_start_s
    if not windows or latest < first_shift:
        return "WINDOW_PAST", {"latest_s": latest, "first_shift_s": first_shift}
    reachable = [crew for crew in case.able if _can_drive(case=case, crew=crew)]
    alone = {crew.crew_id: _alone(case=case, crew=crew) for crew in reachable}
    if any(not route.violations for route in alone.values()):
        return None
    longest, crew_id = max((_longest_s(case=case, crew=crew), crew.crew_id) for crew in reachable)
    if job.service_s > longest:
        return "TOO_LONG", {"service_s": job.service_s, "longest_s": longest, "crew_id": crew_id}
    earliest, crew_id = min((route.stops[-1].start_s, crew_id) for crew_id, route in alone.items())
    return "WINDOW_CANNOT_BE_REACHED", {"latest_s": latest, "earliest_s": earliest, "crew_id": crew_id}


def _alone(*, case: _Case, crew: problem.Crew) -> problem.RoutePlan:
    return timing.time_route(day=case.day, crew=crew, jobs=[_unlocked(case.job)])


def _longest_s(*, case: _Case, crew: problem.Crew) -> int:
    """The longest work at this place, at any hour, that a whole day of the crew has room for (by halving)."""
    fits, fails = 0, crew.last_end_s - crew.start_s + 1
    while fails - fits > 1:
        middle = (fits + fails) // 2
        trial = problem.Job(
            order_id=case.job.order_id, place=case.job.place, service_s=middle, approach_s=case.job.approach_s
        )
        if timing.time_route(day=case.day, crew=crew, jobs=[trial]).violations:
            fails = middle
        else:
            fits = middle
    return fits


def _unlocked(job: problem.Job) -> problem.Job:
    """The job as any crew would find it, so that locks and skills (settled before) do not count as broken again."""
    return problem.Job(
        order_id=job.order_id,
        place=job.place,
        service_s=job.service_s,
        windows=job.windows,
        latest_start_s=job.latest_start_s,
        approach_s=job.approach_s,
    )


def _no_room(case: _Case) -> tuple[str, problem.Facts]:
    facts: problem.Facts = {"crews_able": len(case.able)}
    miss = case.closest_miss(case.job)
    if miss is not None and miss.over_s == 0 and miss.over_load == 0 and (case.job.tools or case.job.parts):
        return "YARD_FIRST", facts
    if miss is not None:
        facts |= {"crew_id": miss.crew_id, "adds_s": miss.adds_s}
        if miss.by_hour:
            facts["cuts_an_hour"] = case.day.cuts_an_hour
            if miss.over_s > 0:
                facts["over_s"] = miss.over_s
            if miss.over_load > 0:
                facts["over_load"] = miss.over_load
            return "HOUR_FULL", facts
        if miss.over_load > 0:
            facts["over_load"] = miss.over_load
            if miss.over_s == 0:
                return "VEHICLE_FULL", facts
        facts["over_s"] = miss.over_s
    return "NO_ROOM", facts
