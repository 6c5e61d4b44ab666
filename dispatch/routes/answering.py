"""The whole answer to an event, without rows: new work between the stops as they stand first, a free search only where
that is not enough, and the true reason of whatever found no place. Pure but for the search's own clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.routes import planner, reasons, stability


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The routes after the event, and why orders are left."""

    settled: stability.Settled
    left: tuple[planner.Unplanned, ...]
    searched: bool


def answer(
    *,
    problem: planner.Problem,
    in_force: Mapping[int, Sequence[int]],
    displaced: Mapping[int, int],
    waiting: Sequence[int],
    terms: stability.Terms,
    search_s: float | None = None,
    iterations: int | None = None,
) -> Answer:
    """See `stability.settle`; the free search runs for `search_s` or for so many `iterations`."""

    def settle(proposed: planner.Plan | None) -> stability.Settled:
        return stability.settle(
            problem=problem, in_force=in_force, displaced=displaced, waiting=waiting, answer=proposed, terms=terms
        )

    settled = settle(None)
    jobs = {job.order_id: job for job in problem.jobs}
    urgent = [one for one in settled.left if one in terms.owed and jobs[one].priority <= stability.ROOM_PRIORITY]
    searched = bool(urgent) or not terms.only_owed
    if searched:
        before = planner.evaluate(problem=problem, sequences=in_force)
        routes = {route.crew_id: route for route in before.routes}
        stands = reasons.as_it_stands(problem=problem, routes=routes)
        proposed = planner.solve(
            problem=stands, start=reasons.as_plan(routes=routes), iterations=iterations,
            seconds=None if iterations is not None else search_s,
        )  # fmt: skip
        settled = settle(proposed)
    asked = {order_id: code for order_id, code in settled.left.items() if code != "AS_BEFORE"}
    left = reasons.unplaced(problem=problem, routes=settled.routes, left=asked)
    return Answer(settled=settled, left=left, searched=searched)
