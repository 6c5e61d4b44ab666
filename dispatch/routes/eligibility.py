"""Which crew may do which job at all: one row per rule, asked before any route is tried.

A further rule of this sort (a certificate, an area) is one more function and one more row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.routes import problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule:
    """`holds(crew, job)` decides; `facts(crew, job)` says what is missing when it does not."""

    code: str
    holds: Callable[[problem.Crew, problem.Job], bool]
    facts: Callable[[problem.Crew, problem.Job], problem.Facts]


def _has_skills(crew: problem.Crew, job: problem.Job) -> bool:
    return job.skills <= crew.skills


def _missing_skills(crew: problem.Crew, job: problem.Job) -> problem.Facts:
    return {"skills": sorted(job.skills - crew.skills)}


def _has_people(crew: problem.Crew, job: problem.Job) -> bool:
    return crew.people >= job.people


def _missing_people(crew: problem.Crew, job: problem.Job) -> problem.Facts:
    return {"people_needed": job.people, "people_in_crew": crew.people}


def _lock_allows(crew: problem.Crew, job: problem.Job) -> bool:
    return job.locked_crew_id is None or job.locked_crew_id == crew.crew_id


def _lock_facts(crew: problem.Crew, job: problem.Job) -> problem.Facts:
    return {"locked_crew_id": job.locked_crew_id}


def _not_barred(crew: problem.Crew, job: problem.Job) -> bool:
    return crew.crew_id not in job.barred_crew_ids


def _barred_facts(crew: problem.Crew, job: problem.Job) -> problem.Facts:
    return {"barred_crew_ids": sorted(job.barred_crew_ids)}


def _own_yard_stop(crew: problem.Crew, job: problem.Job) -> bool:
    return job.fetch_for_crew_id in (None, crew.crew_id)


def _yard_facts(crew: problem.Crew, job: problem.Job) -> problem.Facts:
    return {"fetch_for_crew_id": job.fetch_for_crew_id}


SKILLS = PairRule(code="MISSING_SKILL", holds=_has_skills, facts=_missing_skills)
PEOPLE = PairRule(code="NOT_ENOUGH_PEOPLE", holds=_has_people, facts=_missing_people)
LOCK = PairRule(code="OTHER_CREW_LOCKED", holds=_lock_allows, facts=_lock_facts)
BARRED = PairRule(code="CREW_BARRED", holds=_not_barred, facts=_barred_facts)

OWN_YARD_STOP = PairRule(code="OTHER_CREW_FETCHES", holds=_own_yard_stop, facts=_yard_facts)

RULES: tuple[PairRule, ...] = (SKILLS, PEOPLE, BARRED, LOCK, OWN_YARD_STOP)


def broken(*, crew: problem.Crew, job: problem.Job) -> tuple[PairRule, ...]:
    """The rules that this crew breaks by doing this job; empty when it may."""
    return tuple(rule for rule in RULES if not rule.holds(crew, job))


def may_plan(*, crew: problem.Crew, job: problem.Job) -> bool:
    """True when the planner may give the job to the crew.

    A job that a person locked to a crew belongs there whatever else speaks against it; the broken rules are shown,
    not enforced.
    """
    if job.locked_crew_id is not None:
        return job.locked_crew_id == crew.crew_id
    return not broken(crew=crew, job=job)
