"""Routes in force as a re-plan changes them: where one more stop fits without making anything worse. Pure.

What is late or over already is held against nobody; a change may only leave each of these as it is or better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.routes import eligibility, planner

NEVER_S = 1_000_000_000
_Key = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place for a stop: with that crew, so many stops before it. `adds_s` of driving; work begins about `start_s`."""

    crew_id: int
    position: int
    adds_s: int
    start_s: int


@dataclass(frozen=True, slots=True)
class _Work:
    place: int
    service_s: int
    windows: tuple[tuple[int, int], ...]
    late_until_s: int
    """A start so late is no worse than in the plan in force (-1: it is in time there)."""


class Lines:
    """The sequences of a day, changed one by one; the fixed beginning of each crew's day never moves."""

    def __init__(
        self,
        *,
        problem: planner.Problem,
        sequences: Mapping[int, Sequence[int]],
        urgent: Mapping[int, float] | None = None,
    ) -> None:
        """`urgent`: what a second that an order waits weighs against a second of driving, by order id.

        Raises ValueError for a crew or an order that is not in the problem.
        """
        self.problem = problem
        self.urgent = urgent or {}
        self.jobs = {job.order_id: job for job in problem.jobs}
        self.crews = {crew.crew_id: crew for crew in problem.crews}
        self.sequences = {crew_id: list(sequences.get(crew_id, ())) for crew_id in self.crews}
        found = planner.evaluate(problem=problem, sequences=self.sequences)
        self.routes = {route.crew_id: route for route in found.routes}
        self._held = {_key(one): _size(one) for one in found.violations}
        self._drive = problem.travel_s.tolist()
        starts = {stop.order_id: stop.start_s for route in found.routes for stop in route.stops}
        late = {one.order_id for one in found.violations if one.code == "LATE"}
        self._work = {
            job.order_id: _Work(
                job.place,
                job.service_s,
                job.open_windows(),
                starts.get(job.order_id, -1) if job.order_id in late else -1,
            )
            for job in problem.jobs
        }
        self._ends = {
            crew_id: crew.last_end_s + self._held.get(("SHIFT_OVERRUN", crew_id, None), 0)
            for crew_id, crew in self.crews.items()
        }
        self._eats = {
            crew_id: crew.lunch_latest_s + self._held.get(("LUNCH_LATE", crew_id, None), 0)
            for crew_id, crew in self.crews.items()
        }

    def crew_of(self, order_id: int) -> int | None:
        """The crew that has the order now."""
        return next((crew_id for crew_id, some in self.sequences.items() if order_id in some), None)

    def late(self) -> list[tuple[int, int]]:
        """Stops that begin after their time, worst first: (order id, seconds late). Fixed ones are left out."""
        found = [
            (one.order_id, _size(one))
            for route in self.routes.values()
            for one in route.violations
            if one.code == "LATE" and one.order_id is not None and not self.jobs[one.order_id].is_fixed
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def head(self, crew_id: int) -> int:
        """How many stops at the beginning of the crew's day stand fast."""
        some = self.sequences[crew_id]
        return next((at for at, order_id in enumerate(some) if not self.jobs[order_id].is_fixed), len(some))

    def saved_s(self, order_id: int) -> int:
        """Seconds of driving that its crew saves without the order."""
        crew_id = self.crew_of(order_id)
        if crew_id is None:
            return 0
        some = self.sequences[crew_id]
        at = some.index(order_id)
        return self._detour_s(crew_id, [*some[:at], *some[at + 1 :]], at, order_id)

    def find(
        self,
        order_id: int,
        *,
        crews: Iterable[int],
        hurry: float = 0.0,
        without: Mapping[int, int] | None = None,
        most: int = 12,
    ) -> tuple[Place, planner.RoutePlan] | None:
        """The cheapest place for an order with one of the crews, and that crew's day with it; None when there is none.

        Urgent stops of the crew that would wait for it count. `hurry`: what a second of waiting weighs against a second of driving. `without` takes one order off a crew for
        the trial (crew id -> order id). So many of the places that look possible as `most` are timed to the second.
        """
        job = self.jobs[order_id]
        work = self._work[order_id]
        found: list[tuple[float, Place, list[int]]] = []
        for crew_id in crews:
            if not eligibility.may_plan(crew=self.crews[crew_id], job=job) or job.place < 0:
                continue
            gone = (without or {}).get(crew_id)
            some = [one for one in self.sequences[crew_id] if one not in (gone, order_id)]
            finish = {stop.order_id: stop.finish_s for stop in self.routes[crew_id].stops}
            free_s = self.crews[crew_id].start_s
            pushed = self._pushed(some)
            for position in range(self.head(crew_id), len(some) + 1):
                before = some[position - 1] if position else None
                left_s = free_s if before is None else finish.get(before, free_s)
                adds_s = self._detour_s(crew_id, some, position, order_id)
                if adds_s >= planner.NO_DRIVE_S:
                    continue
                start_s = left_s + self._leg_s(crew_id, before, work.place)
                if (
                    gone is None
                    and crew_id != self.crew_of(order_id)
                    and work.windows
                    and start_s > work.windows[-1][1]
                ):
                    break
                start_s = max(start_s, next((a for a, b in work.windows if start_s <= b), start_s))
                place = Place(crew_id=crew_id, position=position, adds_s=adds_s, start_s=start_s)
                cost_s = adds_s + hurry * start_s + pushed[position] * (adds_s + work.service_s)
                found.append((cost_s, place, some))
        tried = 0
        for _, place, some in sorted(found, key=lambda one: (one[0], one[1].crew_id, one[1].position)):
            trial = [*some[: place.position], order_id, *some[place.position :]]
            if not self.may_keep(place.crew_id, trial):
                continue
            route = self.timed(place.crew_id, trial)
            if route is not None:
                return place, route
            tried += 1
            if tried >= most:
                break
        return None

    def _pushed(self, some: Sequence[int]) -> list[float]:
        """What a second more before each place of a sequence costs the urgent stops that come after it."""
        found = [0.0]
        for order_id in reversed(some):
            found.append(found[-1] + self.urgent.get(order_id, 0.0))
        return found[::-1]

    def timed(self, crew_id: int, sequence: Sequence[int]) -> planner.RoutePlan | None:
        """The crew's day with that sequence; None when it breaks a rule more than the plan in force does."""
        crew = self.crews[crew_id]
        alone = replace(self.problem, crews=(crew,), cuts_elsewhere_s=self._cuts_elsewhere(crew_id))
        route = planner.evaluate(problem=alone, sequences={crew_id: sequence}).routes[0]
        worse = any(_size(one) > self._held.get(_key(one), 0) for one in route.violations)
        return None if worse else route

    def set(self, route: planner.RoutePlan) -> None:
        """Take a crew's day as `find` or `timed` gave it."""
        self.routes[route.crew_id] = route
        self.sequences[route.crew_id] = [stop.order_id for stop in route.stops]

    def take(self, order_id: int) -> bool:
        """Take an order off its crew; False when that cannot be (a crew that drives another way may come late)."""
        crew_id = self.crew_of(order_id)
        if crew_id is None:
            return True
        route = self.timed(crew_id, [one for one in self.sequences[crew_id] if one != order_id])
        if route is None:
            return False
        self.set(route)
        return True

    def _cuts_elsewhere(self, crew_id: int) -> tuple[int, ...]:
        if self.problem.cuts_an_hour is None:
            return self.problem.cuts_elsewhere_s
        others = [
            stop.start_s
            for route in self.routes.values()
            if route.crew_id != crew_id
            for stop in route.stops
            if self.jobs[stop.order_id].is_cut
        ]
        return (*self.problem.cuts_elsewhere_s, *others)

    def _leg_s(self, crew_id: int, before: int | None, place: int) -> int:
        start = self.crews[crew_id].start_place if before is None else self.jobs[before].place
        return self._seconds(start, place)

    def _detour_s(self, crew_id: int, some: Sequence[int], position: int, order_id: int) -> int:
        place = self.jobs[order_id].place
        before = some[position - 1] if position else None
        crew = self.crews[crew_id]
        after = self.jobs[some[position]].place if position < len(some) else crew.end_place
        there, back = self._leg_s(crew_id, before, place), self._seconds(place, after)
        if max(there, back) >= planner.NO_DRIVE_S:
            return planner.NO_DRIVE_S
        return there + back - self._leg_s(crew_id, before, after)

    def _seconds(self, a: int, b: int) -> int:
        return 0 if a < 0 or b < 0 or a == b else int(self._drive[a][b])

    def may_keep(self, crew_id: int, sequence: Sequence[int], *, in_time: int | None = None) -> bool:
        """A quick look: could this sequence be kept, lunch taken somewhere? (`timed` then says it to the second.)

        The order `in_time` must not be late, even if it is in the plan in force.
        """
        crew, eats, ends = self.crews[crew_id], self._eats[crew_id], self._ends[crew_id]
        hungry, fed = (crew.start_s, NEVER_S) if crew.has_lunch else (NEVER_S, crew.start_s)
        earliest, place = crew.lunch_earliest_s or 0, crew.start_place
        for order_id in sequence:
            work = self._work[order_id]
            drive = self._seconds(place, work.place)
            hungry_at, fed_at = hungry + drive, fed + drive
            if hungry <= eats:
                fed_at = min(fed_at, max(hungry_at, earliest) + crew.lunch_s)
            stands = False if order_id == in_time else self.jobs[order_id].is_fixed or None
            hungry, fed = _done_s(work, hungry_at, stands), _done_s(work, fed_at, stands)
            if hungry >= NEVER_S and fed >= NEVER_S:
                return False
            place = work.place if work.place >= 0 else place
        home = self._seconds(place, crew.end_place)
        if crew.has_lunch and hungry <= eats:
            fed = min(fed, max(hungry, earliest - home) + crew.lunch_s)
        return min(fed, hungry if not crew.has_lunch else NEVER_S) + home <= ends


def _done_s(work: _Work, at_s: int, may_be_late: bool | None) -> int:
    """`may_be_late`: however late, as late as in the plan in force (None), or not at all."""
    if at_s >= NEVER_S:
        return NEVER_S
    for opens, closes in work.windows:
        if at_s <= closes:
            return max(at_s, opens) + work.service_s
    late = at_s <= work.late_until_s if may_be_late is None else may_be_late
    return at_s + work.service_s if late else NEVER_S


def _key(violation: planner.Violation) -> _Key:
    return violation.code, violation.crew_id, violation.order_id


def _size(violation: planner.Violation) -> int:
    for name in ("late_s", "over_s", "over_load"):
        value = violation.facts.get(name)
        if isinstance(value, int):
            return value
    return 1
