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
    proof = _Proof(
        day=problem, plan=plan, others_wait=others_wait,
        across=problem.cuts_an_hour is not None or any(job.after_order_ids or job.meets_order_id for job in problem.jobs),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """Solves changed days. `across`: rules hold across crews, so that no part of the day stands alone."""

    day: planner.Problem
    plan: planner.Plan
    across: bool
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
        # What changes for all orders that wait is solved once for all of them.
        key = (one.code, repr(one.facts), said.ahead, job.order_id if alone else 0)
        if key not in self.served:
            day = apply(day=self.day, counterfactual=said, order_id=job.order_id)
            self.served[key] = self._planned(day, one, {job.order_id} if alone else None)
        return job.order_id in self.served[key] and self._kept(one) <= self.served[key]

    def _planned(self, day: planner.Problem, one: remedies.Remedy, only: set[int] | None) -> frozenset[int]:
        """The orders with a stop in the changed day, begun from the plan.

        Without rules across crews a route does not feel what happens to another, and what waits has no room elsewhere:
        the one route that changes, with what waits for it, is the whole question. Of what waits, `only` these can get
        in its way.
        """
        routes = self.plan.routes
        if not self.across:
            routes = tuple(route for route in routes if route.crew_id == one.crew_id)
            asked = {stop.order_id for route in routes for stop in route.stops}
            asked |= {each.order_id for each in self.plan.unplanned} if only is None else only
            day = dataclasses.replace(
                day, crews=tuple(crew for crew in day.crews if crew.crew_id == one.crew_id),
                jobs=tuple(job for job in day.jobs if job.order_id in asked),
            )  # fmt: skip
        solved = planner.solve(problem=day, start=dataclasses.replace(self.plan, routes=routes), iterations=0)
        return frozenset(stop.order_id for route in solved.routes for stop in route.stops)

    def _kept(self, one: remedies.Remedy) -> set[int]:
        """The orders that must keep a stop."""
        routes = [route for route in self.plan.routes if self.across or route.crew_id == one.crew_id]
        return {stop.order_id for route in routes for stop in route.stops} - {one.facts.get("order_id")}
