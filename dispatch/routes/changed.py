"""One change to a planned day that would give an order a stop: what it is, and the day with it. Pure.

A counterfactual says "the order would fit if": everything else that has a stop keeps one, all other facts stand.
"""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.routes import arrays, problem

NEW_CREW_ID = -1
"""The further crew of ONE_MORE_CREW; real crews count from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """What would have to be otherwise.

    Codes and facts (seconds after midnight):
    WINDOW_TO {"crew_id", "until_s"}: its last window ran until then; WINDOW_FROM {"crew_id", "from_s"}: its first one
        opened then; LAST_START_TO {"crew_id", "until_s"}: cuts could begin until then;
    OVERTIME {"crew_id", "until_s"}: that crew worked until then;
    SKILL_FOR {"crew_id", "skills"}: that crew had these as well; PEOPLE_FOR {"crew_id", "people"}: it had so many;
    OTHER_CREW {"crew_id"}: it might go to that crew, which is barred or not the one it is locked to;
    LOAD {"crew_id", "load"}: the vehicle of that crew carried so much;
    ONE_MORE_CREW {"skills", "people", "from_s", "to_s"}: a further crew came on shift at the yard;
    ONE_MORE_CUT {"hour_s"}: one more cut could begin in the hour from then;
    BEFORE_FIRST {"order_ids"}: these, for which it waits, were done;
    WITHOUT {"order_id"}: that one, worth no more, waited.
    `ahead`: true only if it goes before the other orders that wait as well; else it holds whatever they do.
    """

    code: str
    facts: problem.Facts = field(default_factory=dict)
    ahead: bool = False

    def as_json(self) -> dict[str, object]:
        """As it is written down beside the reason."""
        facts = {name: list(value) if isinstance(value, tuple) else value for name, value in self.facts.items()}
        return {"code": self.code, "facts": facts, "ahead": self.ahead}


def apply(*, day: problem.Problem, counterfactual: Counterfactual, order_id: int) -> problem.Problem:
    """The day as it would be. Raises ValueError for a code that is not known."""
    if counterfactual.ahead:
        day = _ahead(day, order_id)
    facts = counterfactual.facts
    match counterfactual.code:
        case "WINDOW_TO" | "WINDOW_FROM" | "LAST_START_TO" | "OTHER_CREW":
            return _with_job(day, order_id, counterfactual)
        case "OVERTIME":
            return _with_crew(day, facts, end_s=facts["until_s"])
        case "SKILL_FOR":
            crew = next(crew for crew in day.crews if crew.crew_id == facts["crew_id"])
            return _with_crew(day, facts, skills=crew.skills | _names(facts["skills"]))
        case "PEOPLE_FOR":
            return _with_crew(day, facts, people=facts["people"])
        case "LOAD":
            return _with_crew(day, facts, load=facts["load"])
        case "ONE_MORE_CREW":
            more = usual_crew(day=day, skills=_names(facts["skills"]), people=_whole(facts["people"]))
            if more is None:
                raise ValueError("a day without shifts has no usual crew")
            return dataclasses.replace(day, crews=(*day.crews, more))
        case "ONE_MORE_CUT":
            return _with_cut(day, _whole(facts["hour_s"]) // arrays.HOUR_S)
        case "BEFORE_FIRST" | "WITHOUT":
            gone = _whole_set(facts.get("order_ids", (facts.get("order_id"),)))
            return dataclasses.replace(day, jobs=tuple(job for job in day.jobs if job.order_id not in gone))
    raise ValueError(f"no counterfactual {counterfactual.code}")


def usual_crew(*, day: problem.Problem, skills: frozenset[str], people: int) -> problem.Crew | None:
    """A further crew from the yard, with the shift and the lunch that most crews have; None where nobody is on shift."""
    on_shift = [crew for crew in day.crews if crew.end_s > crew.start_s and crew.end_place >= 0]
    if not on_shift:
        return None
    like = Counter(_shift(crew) for crew in on_shift).most_common(1)[0][0]
    crew = next(crew for crew in on_shift if _shift(crew) == like)
    # The vehicle of a crew that is sent for a load is one that takes it.
    return dataclasses.replace(
        crew, crew_id=min(NEW_CREW_ID, *(one.crew_id - 1 for one in day.crews)), start_place=crew.end_place,
        skills=skills, people=people, load=None, overtime_ok=False,
    )  # fmt: skip


def _shift(crew: problem.Crew) -> tuple[int | None, ...]:
    return (crew.end_place, crew.start_s, crew.end_s, crew.lunch_earliest_s, crew.lunch_latest_s, crew.lunch_s)


def _with_job(day: problem.Problem, order_id: int, counterfactual: Counterfactual) -> problem.Problem:
    facts = counterfactual.facts

    def changed(job: problem.Job) -> problem.Job:
        windows = list(job.windows)
        if counterfactual.code == "WINDOW_TO":
            last = max(range(len(windows)), key=lambda at: windows[at][1])
            windows[last] = (windows[last][0], _whole(facts["until_s"]))
        elif counterfactual.code == "WINDOW_FROM":
            first = min(range(len(windows)), key=lambda at: windows[at][0])
            windows[first] = (_whole(facts["from_s"]), windows[first][1])
        elif counterfactual.code == "LAST_START_TO":
            return dataclasses.replace(job, latest_start_s=_whole(facts["until_s"]))
        else:
            others = frozenset(crew.crew_id for crew in day.crews) - {_whole(facts["crew_id"])}
            return dataclasses.replace(job, locked_crew_id=None, locked_position=None, barred_crew_ids=others)
        return dataclasses.replace(job, windows=tuple(windows))

    return _replaced(day, {job.order_id: changed(job) for job in day.jobs if job.order_id == order_id})


def _ahead(day: problem.Problem, order_id: int) -> problem.Problem:
    """The order is worth more than all others together, whatever their sizes."""
    everything = sum(abs(job.value) + 1.0 for job in day.jobs)
    longest_s = max((job.service_s for job in day.jobs), default=0) + 1
    jobs = {job.order_id: job for job in day.jobs}
    return _replaced(day, {order_id: dataclasses.replace(jobs[order_id], value=everything * longest_s)})


def _replaced(day: problem.Problem, jobs: Mapping[int, problem.Job]) -> problem.Problem:
    return dataclasses.replace(day, jobs=tuple(jobs.get(job.order_id, job) for job in day.jobs))


def _with_crew(day: problem.Problem, facts: problem.Facts, **changes: object) -> problem.Problem:
    crews = tuple(
        dataclasses.replace(crew, **changes) if crew.crew_id == facts["crew_id"] else crew  # type: ignore[arg-type]
        for crew in day.crews
    )
    return dataclasses.replace(day, crews=crews)


def _with_cut(day: problem.Problem, hour: int) -> problem.Problem:
    """One more cut in one hour: one more in each, and one elsewhere in all the others."""
    if day.cuts_an_hour is None:
        return day
    others = tuple(one * arrays.HOUR_S for one in range(arrays.HOURS) if one != hour)
    return dataclasses.replace(
        day, cuts_an_hour=day.cuts_an_hour + 1, cuts_elsewhere_s=(*day.cuts_elsewhere_s, *others)
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _whole_set(values: object) -> frozenset[int]:
    return frozenset(_whole(one) for one in values) if isinstance(values, tuple | list) else frozenset()


def _names(values: object) -> frozenset[str]:
    return frozenset(str(one) for one in values) if isinstance(values, tuple | list) else frozenset()
