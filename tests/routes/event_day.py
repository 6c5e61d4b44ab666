"""A day that is driven while things happen to it: crews go on by the clock, events come, the routes answer."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from dispatch.routes import answering, day, planner, stability

HOUR_S = 3600
Kind = Literal["emergency", "restore", "same_day", "cancelled", "crew_home", "late"]
KINDS: tuple[tuple[Kind, float], ...] = (
    ("emergency", 0.2), ("restore", 0.25), ("same_day", 0.2), ("cancelled", 0.2), ("late", 0.1), ("crew_home", 0.05),
)  # fmt: skip
FIRST_NEW = 100_000


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What one event brought."""

    kind: Kind
    at_s: int
    seconds: float
    first_s: float
    in_force: int
    stayed: int
    changes: tuple[stability.Change, ...]
    left: int
    searched: bool
    locks_broken: int
    rest: "Rest | None"


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The rest of a day as it was settled, and as a plan from nothing would have it that need not keep anything."""

    travel_s: int
    value: float
    free_travel_s: int
    free_value: float


@dataclass
class EventDay:
    """A planned day under way. `used` changes by crew, `over` those made for an emergency beyond the limit."""

    problem: planner.Problem
    sequences: dict[int, list[int]]
    changes_a_day: int = 3
    at_s: int = 0
    used: Counter[int] = field(default_factory=Counter)
    over: Counter[int] = field(default_factory=Counter)
    behind: dict[int, list[planner.Stop]] = field(default_factory=dict)
    fed: dict[int, tuple[int, int]] = field(default_factory=dict)
    held_up_s: Counter[int] = field(default_factory=Counter)
    home: set[int] = field(default_factory=set)
    log: list[Answered] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def now(self) -> planner.Problem:
        """The rest of the day as it stands at this moment, the next two stops of each crew fixed."""
        places = {job.order_id: job.place for job in self.problem.jobs}
        crews = []
        for crew in self.problem.crews:
            if crew.crew_id in self.home:
                continue
            past = self.behind.get(crew.crew_id, [])
            start_s = max(crew.start_s, self.at_s, past[-1].finish_s if past else 0) + self.held_up_s[crew.crew_id]
            eaten = self.fed.get(crew.crew_id)
            crews.append(
                replace(
                    crew, start_s=min(max(start_s, eaten[1] if eaten else 0), crew.end_s),
                    start_place=places[past[-1].order_id] if past else crew.start_place,
                    lunch_earliest_s=None if eaten else crew.lunch_earliest_s,
                )
            )  # fmt: skip
        fixed = {
            order_id: (crew_id, at)
            for crew_id, some in self.sequences.items()
            for at, order_id in enumerate(some[: day.NEXT_STOPS_KEPT])
        }
        open_ids = {i for some in self.sequences.values() for i in some} | set(self.waiting)
        home = {i: crew_id for crew_id, some in self.sequences.items() for i in some}
        jobs = tuple(
            replace(
                job, locked_crew_id=fixed[job.order_id][0] if job.order_id in fixed else None,
                locked_position=fixed[job.order_id][1] if job.order_id in fixed else None,
                prefer_crew_id=home.get(job.order_id),
            )
            for job in self.problem.jobs
            if job.order_id in open_ids
        )  # fmt: skip
        return replace(self.problem, crews=tuple(crews), jobs=jobs)

    def drive_on(self, *, to_s: int) -> None:
        """Let the crews work until a second of the day."""
        problem = self.now()
        timed = planner.evaluate(
            problem=problem, sequences={c.crew_id: self.sequences[c.crew_id] for c in problem.crews}
        )
        for route in timed.routes:
            begun = [stop for stop in route.stops if stop.start_s - stop.travel_s <= to_s]
            self.behind.setdefault(route.crew_id, []).extend(begun)
            self.sequences[route.crew_id] = [stop.order_id for stop in route.stops[len(begun) :]]
            if begun:
                self.held_up_s[route.crew_id] = 0
            if route.lunch is not None and route.lunch[0] <= to_s:
                self.fed[route.crew_id] = route.lunch
        self.at_s = to_s

    def happen(
        self,
        kind: Kind,
        *,
        rng: random.Random,
        search_s: float | None = None,
        iterations: int | None = None,
        free_iterations: int | None = None,
    ) -> None:
        """One event, and the answer to it; with `free_iterations` also what keeping to the plan in force costs."""
        began = time.perf_counter()
        displaced: dict[int, int] = {}
        new: list[int] = []
        ahead = [i for some in self.sequences.values() for i in some[day.NEXT_STOPS_KEPT :]]
        if kind in ("emergency", "restore", "same_day"):
            new = [self._new(kind, rng)]
            self.waiting += new
        elif kind == "cancelled":
            if not ahead:
                return
            gone = rng.choice(ahead)
            for some in self.sequences.values():
                if gone in some:
                    some.remove(gone)
        elif kind == "late":
            self.held_up_s[rng.choice(sorted(self.sequences))] += 2400
        else:
            crew_id = rng.choice(sorted(self.sequences))
            displaced = dict.fromkeys(self.sequences.pop(crew_id), crew_id)
            self.home.add(crew_id)
            self.waiting += displaced
        problem = self.now()
        priority = {job.order_id: job.priority for job in problem.jobs}
        emergencies = frozenset(i for i in (*new, *displaced) if priority[i] <= 1)
        terms = stability.Terms(
            changes_left={c.crew_id: max(0, self.changes_a_day - self.used[c.crew_id]) for c in problem.crews},
            emergencies=emergencies, owed=frozenset((*new, *displaced)),
            only_owed=kind in ("emergency", "restore", "crew_home"),
        )  # fmt: skip
        before = {crew_id: tuple(some) for crew_id, some in self.sequences.items()}
        waiting = [i for i in self.waiting if i not in displaced and (not terms.only_owed or i in new)]
        given = tuple(
            job for job in problem.jobs if job.order_id not in set(self.waiting) - set(waiting) - set(displaced)
        )
        answered = answering.answer(
            problem=replace(problem, jobs=given), in_force=before, displaced=displaced, waiting=waiting, terms=terms,
            search_s=search_s, iterations=iterations,
        )  # fmt: skip
        first_s = time.perf_counter() - began
        settled = answered.settled
        for change in settled.changes:
            for seen in {change.from_crew_id, change.to_crew_id} - set(displaced.values()):
                if seen is not None:
                    (self.over if seen in change.over else self.used)[seen] += 1
        self.sequences = {crew_id: list(some) for crew_id, some in settled.sequences.items()}
        placed = {i for some in self.sequences.values() for i in some}
        self.waiting = sorted((set(self.waiting) | set(settled.left)) - placed)
        broken = sum(
            1 for crew_id, some in before.items()
            if list(some[: day.NEXT_STOPS_KEPT]) != self.sequences[crew_id][: len(some[: day.NEXT_STOPS_KEPT])]
        )  # fmt: skip
        total = sum(len(some) for some in before.values())
        stayed = sum(len(set(some) & set(self.sequences[crew_id])) for crew_id, some in before.items())
        self.log.append(
            Answered(
                kind=kind, at_s=self.at_s, seconds=time.perf_counter() - began, first_s=first_s, in_force=total,
                stayed=stayed, changes=settled.changes, left=len(answered.left), searched=answered.searched,
                locks_broken=broken,
                rest=None if free_iterations is None else self._rest(problem, iterations=free_iterations),
            )
        )  # fmt: skip

    def _rest(self, problem: planner.Problem, *, iterations: int) -> Rest:
        kept = planner.evaluate(problem=problem, sequences=self.sequences)
        free = tuple(
            replace(job, locked_crew_id=None, locked_position=None, prefer_crew_id=None) for job in problem.jobs
        )
        start = planner.Plan(
            routes=kept.routes, unplanned=(), iterations=0, seed=0, seconds=0.0, travel_s_total=0, value_served=0.0
        )
        found = planner.solve(problem=replace(problem, jobs=free), iterations=iterations, start=start, anew=True)
        return Rest(
            travel_s=kept.travel_s_total, value=kept.value_served, free_travel_s=found.travel_s_total,
            free_value=found.value_served,
        )  # fmt: skip

    def _new(self, kind: Kind, rng: random.Random) -> int:
        order_id = FIRST_NEW + len(self.problem.jobs)
        priority, value = {"emergency": (rng.choice((0, 1)), 1000.0), "restore": (2, 30.0)}.get(kind, (4, 4.0))
        job = planner.Job(
            order_id=order_id, place=rng.randrange(self.problem.travel_s.shape[0]), service_s=rng.choice((900, 1200, 1800)),
            value=value, priority=priority,
        )  # fmt: skip
        self.problem = replace(self.problem, jobs=(*self.problem.jobs, job))
        return order_id

    def promises(self) -> tuple[int, int]:
        """(kept, all) of the windows promised, by what was driven and by what is planned."""
        windows = {job.order_id: job.windows[-1][1] for job in self.problem.jobs if job.windows}
        problem = self.now()
        ahead = planner.evaluate(problem=problem, sequences=self.sequences).routes
        starts = [stop for some in self.behind.values() for stop in some] + [s for r in ahead for s in r.stops]
        told = [stop for stop in starts if stop.order_id in windows]
        return sum(1 for stop in told if stop.start_s <= windows[stop.order_id]), len(told)


def planned(*, problem: planner.Problem, iterations: int | None = None, seconds: float | None = None) -> EventDay:
    """The day with its first plan in force."""
    plan = planner.solve(problem=problem, iterations=iterations, seconds=seconds)
    return EventDay(
        problem=problem,
        sequences={crew_id: list(some) for crew_id, some in plan.sequences().items()},
        waiting=sorted(one.order_id for one in plan.unplanned),
    )


def driven(
    *,
    problem: planner.Problem,
    seed: int,
    events: int,
    iterations: int,
    kinds: Sequence[tuple[Kind, float]] = KINDS,
    free_iterations: int | None = None,
) -> EventDay:
    """A whole day with so many events between eight and three; `free_iterations` as for `EventDay.happen`."""
    rng = random.Random(seed)
    found = planned(problem=problem, iterations=iterations)
    for at_s in sorted(rng.randrange(8 * HOUR_S, 15 * HOUR_S) for _ in range(events)):
        found.drive_on(to_s=at_s)
        kind = rng.choices([one for one, _ in kinds], weights=[share for _, share in kinds])[0]
        if kind == "crew_home" and len(found.sequences) < 3:
            kind = "emergency"
        found.happen(kind, rng=rng, iterations=max(1, iterations // 5), free_iterations=free_iterations)
    return found
