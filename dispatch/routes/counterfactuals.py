"""What would give an order without a stop one: found in the gaps of the plan, proved by solving the changed day. Pure.

`remedies` are tried, the cheapest to do first. Each is proved by the planner itself, which begins from the plan, puts in
what fits, and must end with that order and everything that had a stop. What it does not prove is not said.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.routes import changed, planner, remedies

Counterfactual = changed.Counterfactual
apply = changed.apply

MOST_PER_ORDER = 2
KEY = "counterfactuals"
"""Where they stand among the facts beside a reason."""
# These change nothing for other orders that wait: they still have no room.
_ABOUT_THE_ORDER = frozenset({"WINDOW_TO", "WINDOW_FROM", "OTHER_CREW", "LAST_START_TO"})
# These change more than one route.
_OF_THE_DAY = frozenset({"BEFORE_FIRST", "ONE_MORE_CUT"})


def find(
    *,
    problem: planner.Problem,
    plan: planner.Plan,
    order_ids: Collection[int] | None = None,
    others_wait: bool = False,
    should_stop: Callable[[], bool] | None = None,
) -> Mapping[int, tuple[Counterfactual, ...]]:
    """What would give each order of `plan.unplanned` a stop, by order id, the cheapest first, at most two.

    `plan` must be a plan of this very day. Asked of `order_ids` (all when None), the most urgent first; when
    `should_stop()` turns true the rest is not asked and not in the answer. With `others_wait` more orders wait than the
    day knows: of every change that makes room it is said that the order must go before them. An order that nothing simple would help has
    an empty answer. Every answer comes true: `planner.solve` of the day of `apply`, begun from `plan`, gives the order
    a stop and takes none from another (but for WITHOUT, from the one that is named).
    """
    finder = remedies.Finder.of(problem=problem, plan=plan)
    cuts = frozenset(job.order_id for job in problem.jobs if job.is_cut)
    fetches = frozenset(job.order_id for job in problem.jobs if job.fetch_for_crew_id is not None)
    proof = _Proof(
        day=problem, plan=plan, related=_related(problem), cuts=cuts, fetches=fetches, others_wait=others_wait
    )  # fmt: skip
    found: dict[int, tuple[Counterfactual, ...]] = {}
    for one in plan.unplanned:
        if should_stop is not None and should_stop():
            break
        if (order_ids is None or one.order_id in order_ids) and one.order_id in finder.jobs:
            job = finder.jobs[one.order_id]
            found[one.order_id] = _of_order(job=job, some=finder.remedies(job=job), proof=proof)
    return found


def told(*, plan: planner.Plan, found: Mapping[int, Sequence[Counterfactual]]) -> planner.Plan:
    """The plan with what was found written beside the reasons, under `KEY`."""
    left = tuple(
        one
        if not found.get(one.order_id)
        else dataclasses.replace(one, facts={**one.facts, KEY: [each.as_json() for each in found[one.order_id]]})
        for one in plan.unplanned
    )
    return dataclasses.replace(plan, unplanned=left)


def written(facts: Mapping[str, object]) -> list[Mapping[str, object]]:
    """What was written down beside a reason, as JSON."""
    found = facts.get(KEY)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def orders_named(one: Mapping[str, object]) -> tuple[int, ...]:
    """The other orders that a counterfactual, as it was written down, speaks of."""
    facts = one.get("facts")
    found = (facts.get("order_ids") or [facts.get("order_id")]) if isinstance(facts, Mapping) else ()
    return tuple(i for i in found if isinstance(i, int))


def still_true(*, facts: Mapping[str, object], crew_ids: Collection[int]) -> list[Mapping[str, object]]:
    """Of what was written down beside a reason, that which the routes of these crews have no part in."""

    def holds(one: Mapping[str, object]) -> bool:
        named = one.get("facts")
        crew_id = named.get("crew_id") if isinstance(named, Mapping) else None
        return one.get("code") == "ONE_MORE_CREW" or (crew_id is not None and crew_id not in crew_ids)

    return [one for one in written(facts) if holds(one)]


def _of_order(*, job: planner.Job, some: Sequence[remedies.Remedy], proof: "_Proof") -> tuple[Counterfactual, ...]:
    found: list[Counterfactual] = []
    for one in some:
        if len(found) == MOST_PER_ORDER:
            break
        if one.code not in {each.code for each in found}:
            said = proof.of(job, one)
            found += [] if said is None else [said]
    return tuple(found)


def _related(day: planner.Problem) -> frozenset[int]:
    """Orders whose time hangs on another order: they wait for it, it waits for them, or two crews meet."""
    known = {job.order_id for job in day.jobs}
    waits = {job.order_id: known.intersection(job.after_order_ids) for job in day.jobs}
    return frozenset(day.others()) | {i for i, some in waits.items() if some} | frozenset().union(*waits.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """Solves changed days. `related` orders hang on others, so that no part of the day that has them stands alone."""

    day: planner.Problem
    plan: planner.Plan
    related: frozenset[int]
    cuts: frozenset[int]
    fetches: frozenset[int]
    others_wait: bool
    served: dict[tuple[object, ...], frozenset[int]] = field(default_factory=dict)

    def of(self, job: planner.Job, one: remedies.Remedy) -> Counterfactual | None:
        """What was tried, once the planner gave the order a stop by it; None when it did not."""
        at_once = Counterfactual(code=one.code, facts=one.facts)
        if not (self.others_wait and one.code not in _ABOUT_THE_ORDER) and self._comes_true(job, one, at_once):
            return at_once
        ahead = dataclasses.replace(at_once, ahead=True)
        if one.code not in _ABOUT_THE_ORDER and self._comes_true(job, one, ahead):
            return ahead
        return None

    def _comes_true(self, job: planner.Job, one: remedies.Remedy, said: Counterfactual) -> bool:
        alone = said.ahead or one.code in _ABOUT_THE_ORDER
        waits = {job.order_id} if alone else {each.order_id for each in self.plan.unplanned}
        # What changes for all orders that wait is solved once for all of them.
        who = job.order_id if alone else 0
        here = {stop.order_id for route in self.plan.routes if route.crew_id == one.crew_id for stop in route.stops}
        if one.code in _OF_THE_DAY or (here | waits) & self.related:
            return self._holds(job, one, said, whole=True, who=who, only=None)
        if not self._holds(job, one, said, whole=False, who=who, only=here | waits):
            return False
        # The hours of cuts are shared by all crews: where one may come or go the whole day is asked.
        by_hour = self.day.cuts_an_hour is not None and (waits & self.cuts or one.code == "WITHOUT")
        return not by_hour or self._holds(job, one, said, whole=True, who=who, only=None)

    def _holds(
        self,
        job: planner.Job,
        one: remedies.Remedy,
        said: Counterfactual,
        *,
        whole: bool,
        who: int,
        only: set[int] | None,
    ) -> bool:
        key = (one.code, repr(one.facts), said.ahead, whole, who)
        routes = self.plan.routes if whole else tuple(r for r in self.plan.routes if r.crew_id == one.crew_id)
        if key not in self.served:
            day = apply(day=self.day, counterfactual=said, order_id=job.order_id)
            if only is not None:
                day = self._part(day, one.crew_id, only)
            self.served[key] = planner.would_serve(problem=day, start=dataclasses.replace(self.plan, routes=routes))
        stops = {stop.order_id for route in routes for stop in route.stops}
        # A stop at the yard that nobody needs any more is not missed.
        kept = stops - self.fetches - {one.facts.get("order_id")}
        return job.order_id in self.served[key] and kept <= self.served[key]

    def _part(self, day: planner.Problem, crew_id: int, only: set[int]) -> planner.Problem:
        """The crew's part of a changed day, with the cuts of the other crews where the plan has them.

        A route does not feel what happens to another, and what waits has no room elsewhere: the one route that changes,
        with what waits for it, is the whole question.
        """
        others = [stop for route in self.plan.routes if route.crew_id != crew_id for stop in route.stops]
        return dataclasses.replace(
            day, crews=tuple(crew for crew in day.crews if crew.crew_id == crew_id),
            jobs=tuple(job for job in day.jobs if job.order_id in only or job.fetch_for_crew_id == crew_id),
            cuts_elsewhere_s=(*day.cuts_elsewhere_s, *(stop.start_s for stop in others if stop.order_id in self.cuts)),
        )  # fmt: skip
