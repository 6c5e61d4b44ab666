"""Changing a plan in force for an event: read (tx), think (no tx), save if the day is still the same, else once more.

Events come through the journal's reactions and the watch; each asks for a re-plan as a row, further ones join it, and a
job that looks at the rows every second does it. A dispatcher's moves and locks stand: the plan in force is read as they
left it, and what they change while this thinks makes it think again.
"""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from dispatch import clock
from dispatch.routes import (
    answering,
    causes,
    counterfactuals,
    day,
    ground,
    in_force,
    planner,
    queries,
    reasons,
    replan_names,
    replan_operations,
    replan_wording,
    stability,
    wording,
)
from dispatch.transaction import Actor, reading, transaction

PLANNER = Actor("planner")
HAS_ROOM = frozenset({"CHANGES_SPENT", "NOT_WORTH_IT", "GAVE_WAY"})
"""Reasons of orders that would fit as the day stands: nothing has to be otherwise."""
WOULD_FIT_S = 1.0
"""At most so long is asked what would give the orders that are left a stop."""
LOST_AFTER_S = 120
LOOKS = 3
_log = structlog.get_logger()


def run_due() -> int:
    """Do every re-plan whose time has come; answers how many were done here."""
    with reading() as session:
        due = queries.due_replans(session, now=clock.now())
    return sum(1 for replan_id in due if run(replan_id=replan_id))


def run(*, replan_id: int, iterations: int | None = None) -> bool:
    """Do one re-plan; True when this call did the work. A job that comes twice does it once.

    `iterations` bounds the search by work instead of time, so that it repeats exactly.
    """
    try:
        with transaction(actor=PLANNER) as tx:
            if not replan_operations.begin(tx, replan_id=replan_id):
                return False
    except IntegrityError:
        return False  # Another one works on this day; this one waits.
    try:
        _run(replan_id, iterations)
    except _NoAnswer as told:
        _put_back(replan_id, told.words)
    except Exception:
        _log.exception("re-plan failed", replan_id=replan_id)
        _put_back(replan_id, replan_wording.FAILED)
    return True


def give_up_lost() -> int:
    """Re-plans whose worker died are tried again, and after the third time marked as failed; answers how many."""
    with transaction(actor=PLANNER) as tx:
        patience = timedelta(seconds=LOST_AFTER_S * clock.rate())
        lost = [
            one.id for one in queries.working_replans(tx.session) if one.begun_at and tx.now - one.begun_at > patience
        ]
        for replan_id in lost:
            replan_operations.put_back(tx, replan_id=replan_id, words=replan_wording.FAILED_LOST)
        return len(lost)


class _NoAnswer(Exception):  # noqa: N818 - told to the dispatcher, not a fault
    def __init__(self, words: wording.Both) -> None:
        super().__init__(words[0])
        self.words = words


def _run(replan_id: int, iterations: int | None) -> None:
    began = time.monotonic()
    with reading() as session:
        replan = queries.get_replan(session, replan_id)
        on, at_once = replan.on_day, replan.at_once
        some = tuple(causes.of_json(one) for one in replan.causes)
        if not at_once:
            # What is proposed and not answered yet is part of the question.
            for draft in queries.drafts(session, on=on):
                proposed = queries.find_replan_of(session, plan_id=draft.id)
                for one in proposed.causes if proposed is not None else ():
                    some = causes.joined(before=some, new=causes.of_json(one))
    for _ in range(LOOKS):
        with reading() as session:
            seen = in_force.see(session, on=on, some=some, all_waiting=not at_once)
            streets = ground.get(session)
            policy = queries.replan_policy(session)
            change_s, search_s = float(policy.change_price_s), policy.search_s
            words = replan_names.read(session, on=on, seen=seen, some=some)
        outcome = None
        if seen is not None:
            outcome = _think(seen, streets, (change_s, search_s), words, some, at_once, iterations, began)
        with transaction(actor=PLANNER) as tx:
            queries.hold_day(tx.session, on=on)
            later = in_force.see(tx.session, on=on, some=some, all_waiting=not at_once, ask_rules=False)
            if (seen is None) != (later is None) or (seen is not None and later is not None and not seen.same(later)):
                continue
            row = queries.get_replan(tx.session, replan_id)
            if row.status != "working":
                return
            if outcome is None:
                outcome = _nothing(words, began)
            replan_operations.finish(tx, replan=row, outcome=outcome)
            return
    raise _NoAnswer(replan_wording.FAILED_CHANGED)


def _think(
    seen: in_force.Seen,
    streets: ground.Ground,
    prices: tuple[float, float],
    words: replan_names.Named,
    some: Sequence[causes.Cause],
    at_once: bool,
    iterations: int | None,
    began: float,
) -> replan_operations.Outcome:
    known = seen.facts
    if streets.network.edge_count == 0:
        raise _NoAnswer(replan_wording.NO_STREETS)
    driving = streets.driving(known.places())
    if driving.place_of[day.YARD] < 0:
        raise _NoAnswer(replan_wording.NO_STREETS)
    problem = day.problem(facts=known, place_of=driving.place_of, travel_s=driving.travel_s)
    about = {one.order_id for one in some if one.order_id is not None} | set(seen.displaced)
    priority = {job.order_id: job.priority for job in problem.jobs}
    terms = stability.Terms(
        changes_left=seen.changes_left,
        emergencies=frozenset(one for one in about if priority.get(one, 9) <= causes.EMERGENCY_PRIORITY),
        owed=frozenset(about),
        change_s=prices[0],
        value_s=problem.prices.value_s,
        only_owed=at_once,
    )

    answered = answering.answer(
        problem=problem, in_force=seen.in_force, displaced=seen.displaced, waiting=seen.waiting, terms=terms,
        search_s=prices[1], iterations=iterations,
    )  # fmt: skip
    settled = answered.settled
    left = _would_fit(
        problem,
        settled.routes,
        answered.left,
        others_wait=at_once,
        most_s=None if iterations is not None else WOULD_FIT_S,
    )
    told = {one.order_id for one in left}
    on_routes = {stop.order_id for route in settled.routes.values() for stop in route.stops}
    value = sum(job.value for job in problem.jobs if job.order_id in on_routes)
    before = [
        # What would have helped was found on the routes as they were.
        dataclasses.replace(one, facts={name: fact for name, fact in one.facts.items() if name != counterfactuals.KEY})
        for i, one in seen.reasons_before.items()
        if i not in told and i not in on_routes
    ]
    found = planner.Plan(
        routes=tuple(settled.routes[crew.crew_id] for crew in known.crews), unplanned=(*left, *before),
        iterations=0, seed=1, seconds=time.monotonic() - began,
        travel_s_total=sum(route.travel_s for route in settled.routes.values()), value_served=value,
    )  # fmt: skip
    event_left = [one.order_id for one in left if one.order_id in about]
    before_count = sum(len(one) for one in seen.in_force.values())
    stayed = before_count - sum(
        1 for one in settled.changes if one.from_crew_id in seen.in_force and one.from_crew_id != one.to_crew_id
    )
    return replan_operations.Outcome(
        facts=known,
        found=found,
        lines=_lines(seen, settled, streets),
        changes=words.changes(settled),
        left=left,
        event_left=event_left,
        in_force=before_count,
        stayed=stayed,
        seconds=time.monotonic() - began,
        text=replan_wording.outcome(
            head=words.heads, changes=len(settled.changes), stayed=stayed, in_force=before_count, left=len(event_left)
        ),
    )


def _would_fit(
    problem: planner.Problem,
    routes: Mapping[int, planner.RoutePlan],
    left: Sequence[planner.Unplanned],
    *,
    others_wait: bool,
    most_s: float | None,
) -> tuple[planner.Unplanned, ...]:
    """The orders that are left, with what would give each a stop, as far as `most_s` reach (None: all of them)."""
    asked = [one.order_id for one in left if one.code not in HAS_ROOM]
    plan = dataclasses.replace(reasons.as_plan(routes=routes), unplanned=tuple(left))
    if not asked:
        return plan.unplanned
    until = time.monotonic() + (most_s or 0.0)
    found = counterfactuals.find(
        problem=reasons.as_it_stands(problem=problem, routes=routes), plan=plan, order_ids=asked,
        others_wait=others_wait, should_stop=lambda: most_s is not None and time.monotonic() > until,
    )  # fmt: skip
    return counterfactuals.told(plan=plan, found=found).unplanned


def _nothing(words: replan_names.Named, began: float) -> replan_operations.Outcome:
    """No plan is in force any more."""
    none = planner.Plan(
        routes=(), unplanned=(), iterations=0, seed=1, seconds=0.0, travel_s_total=0, value_served=0.0
    )  # fmt: skip
    return replan_operations.Outcome(
        facts=words.empty, found=none, lines={}, changes=(), left=(), event_left=(), in_force=0, stayed=0,
        seconds=time.monotonic() - began,
        text=replan_wording.outcome(head=words.heads, changes=0, stayed=0, in_force=0, left=0),
    )  # fmt: skip


def _lines(seen: in_force.Seen, settled: stability.Settled, streets: ground.Ground) -> dict[int, list[list[float]]]:
    """The way along the streets; where the stops of a crew stayed the same it is not searched again."""
    at = dict(seen.facts.places())
    found: dict[int, list[list[float]]] = {}
    for crew in seen.facts.crews:
        ids = (*(stop.order_id for stop in crew.kept if stop.behind), *settled.sequences.get(crew.crew_id, ()))
        old_ids, old_line = seen.old_lines.get(crew.crew_id, ((), []))
        if tuple(ids) == old_ids:
            found[crew.crew_id] = old_line
            continue
        points = [at[i] for i in ids if i in at]
        found[crew.crew_id] = streets.line([seen.facts.yard, *points, seen.facts.yard]) if points else []
    return found


def _put_back(replan_id: int, words: wording.Both) -> None:
    with transaction(actor=PLANNER) as tx:
        replan_operations.put_back(tx, replan_id=replan_id, words=words)
