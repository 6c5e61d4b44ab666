"""Planning a day: read (tx), think (no tx), save if the day is still the same (tx). Progress is told on the way."""

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from dispatch import clock
from dispatch.policies import queries as policies
from dispatch.routes import (
    counterfactuals,
    day,
    facts,
    ground,
    operations,
    planner,
    queries,
    replan_operations,
    spreading,
    why_here,
    wording,
)
from dispatch.transaction import Actor, bus, reading, transaction

PLANNER = Actor("planner")
SECOND_LOOK = 0.25
"""Share of the allowed time for a second search, when the day changed during the first."""
FIRST_SHARE = 0.6
"""Share of the search that goes into sharing a light day out; the rest fits in what that left."""
WOULD_FIT_S = 5.0
"""At most so long is asked what would give the orders that are left a stop, the most urgent first."""
LOST_AFTER_S = 300
_TELL_S, _WRITE_S = 0.4, 2.0
_log = structlog.get_logger()


class _CannotPlan(Exception):  # noqa: N818 - told to the dispatcher, not a fault
    def __init__(self, *, words: wording.Both) -> None:
        super().__init__(words[0])
        self.words = words


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the planner found: on which facts, and the way along the streets of each crew."""

    facts: day.DayFacts
    plan: planner.Plan
    lines: Mapping[int, list[list[float]]]
    whys: Mapping[int, why_here.Why]


def plan_day(*, plan_id: int, again: bool = False, iterations: int | None = None) -> bool:
    """Plan the day of a requested plan; True when this call did the work.

    A job that comes twice does it once. `again` takes over from a planner that died (its job came back).
    `iterations` bounds the search by work instead of time, so that it repeats exactly. Whatever goes wrong is written
    to the plan in both languages; nothing of the day changes then.
    """
    with transaction(actor=PLANNER) as tx:
        if not operations.begin(tx, plan_id=plan_id, again=again):
            return False
    teller = _Teller(plan_id)
    try:
        _plan(plan_id, teller, iterations)
    except _CannotPlan as told:
        _failed(plan_id, told.words)
    except Exception:
        _log.exception("planning failed", plan_id=plan_id)
        _failed(plan_id, wording.FAILED_FAULT)
    return True


def _plan(plan_id: int, teller: "_Teller", iterations: int | None) -> None:
    with reading() as session:
        plan = queries.get_plan(session, plan_id)
        on, allowed_s, seed, pins = plan.on_day, float(plan.seconds_allowed), plan.seed, plan.pins_from_id
    teller.tell("reading", 0.02)
    answer: Answer | None = None
    for look in range(2):
        with reading() as session:
            known = facts.read(session, on=on, now=clock.now(), pins_from_id=pins)
            streets = ground.get(session)
        share = 1.0 if look == 0 else SECOND_LOOK
        answer = _think(known, streets, teller, answer, seed, allowed_s * share, iterations)
        teller.tell("saving", 0.95)
        with reading() as session:
            later = facts.read(session, on=on, now=clock.now(), pins_from_id=pins)
        if later.fingerprint() == known.fingerprint() and known.allows(later):
            break
    assert answer is not None
    with transaction(actor=PLANNER) as tx:
        later = facts.read(tx.session, on=on, now=tx.now, ask_rules=False, pins_from_id=pins)
        # What came in during the second search is shown as new; what crews began must not be torn from them.
        if not answer.facts.allows(later):
            raise _CannotPlan(words=wording.FAILED_CHANGED)
        operations.save_draft(
            tx, plan_id=plan_id, facts=answer.facts, found=answer.plan, lines=answer.lines, whys=answer.whys
        )
    teller.tell("draft", 1.0, write=False)


def _think(
    known: day.DayFacts,
    streets: ground.Ground,
    teller: "_Teller",
    before: Answer | None,
    seed: int,
    seconds: float,
    iterations: int | None,
) -> Answer:
    teller.tell("travel", 0.06)
    if streets.network.edge_count == 0:
        raise _CannotPlan(words=wording.FAILED_NO_STREETS)
    driving = streets.driving(known.places())
    if driving.place_of[day.YARD] < 0:
        raise _CannotPlan(words=wording.FAILED_NO_YARD)
    problem = day.problem(facts=known, place_of=driving.place_of, travel_s=driving.travel_s)
    teller.tell("solving", 0.15)
    plan = _search(
        problem,
        teller,
        start=None if before is None else before.plan,
        seed=seed,
        seconds=seconds,
        iterations=iterations,
    )
    teller.tell("saving", 0.91)
    plan = _would_fit(problem, plan, None if iterations is not None else min(WOULD_FIT_S, seconds))
    at = dict(known.places())
    lines: dict[int, list[list[float]]] = {}
    for crew, route in zip(known.crews, plan.routes, strict=True):
        ids = [stop.order_id for stop in crew.kept if stop.behind] + [stop.order_id for stop in route.stops]
        points = [at[i] for i in ids if i in at]
        lines[crew.crew_id] = streets.line([known.yard, *points, known.yard]) if points else []
    whys = why_here.surprises(problem=problem, plan=plan)
    return Answer(facts=known, plan=plan, lines=lines, whys=whys)


def _would_fit(problem: planner.Problem, plan: planner.Plan, most_s: float | None) -> planner.Plan:
    """The plan with what would give each order that it leaves a stop, as far as `most_s` reach (None: all of them)."""
    until = time.monotonic() + (most_s or 0.0)
    found = counterfactuals.find(
        problem=problem, plan=plan, should_stop=lambda: most_s is not None and time.monotonic() > until
    )
    return counterfactuals.told(plan=plan, found=found)


def _search(
    problem: planner.Problem,
    teller: "_Teller",
    *,
    start: planner.Plan | None,
    seed: int,
    seconds: float,
    iterations: int | None,
) -> planner.Plan:
    """The best plan; on a day with time to spare the work is first shared among all crews, then the rest fitted in."""
    short = day.shared_out(problem)
    first = FIRST_SHARE if short is not None else 0.0

    def run(part: planner.Problem, share: float, begun: float, start: planner.Plan | None) -> planner.Plan:
        return planner.solve(
            problem=part,
            seed=seed,
            seconds=None if iterations is not None else seconds * share,
            iterations=None if iterations is None else max(1, int(iterations * share)),
            start=start,
            on_progress=lambda done, _: teller.tell("solving", 0.15 + 0.75 * (begun + share * done)),
        )

    if short is None:
        return run(problem, 1.0, 0.0, start)
    shared = run(short, first, 0.0, start)
    full = run(day.with_homes(problem, shared), 1.0 - first, first, shared)
    return dataclasses.replace(
        full, iterations=full.iterations + shared.iterations, seconds=full.seconds + shared.seconds
    )


def publish(*, plan_id: int, actor: Actor) -> None:
    """Send a draft to the crews. The rules are asked before the transaction, so that nobody waits for them."""
    with reading() as session:
        blocked = facts.blocked_of_plan(session, plan_id=plan_id, now=clock.now())
    try:
        with transaction(actor=actor) as tx:
            tx.command("publish_plan", {"plan_id": plan_id})
            operations.publish(tx, plan=queries.get_plan(tx.session, plan_id), blocked=blocked)
    except operations.PlanOutrun:
        with transaction(actor=PLANNER) as tx:
            # A proposal that the day has overtaken is made anew on the routes as they are.
            replan_operations.ask_anew(tx, plan_id=plan_id)
        raise


def take_back_left() -> int:
    """From the utility's planning hour on: what crews of earlier days did not reach waits for the next plan again.

    Answers how many orders came back. A tablet that did one of them without network still brings it: its facts are kept,
    and a person decides.
    """
    with reading() as session:
        zone = policies.zone(session)
        local = clock.now().astimezone(zone)
        on = local.date()
        due = local >= day.local_time(policies.get_utility(session).plan_time, on=on, zone=zone)
        if not due or not queries.left_with_crews(session, before=on):
            return 0
    with transaction(actor=PLANNER) as tx:
        return operations.take_back_left(tx, before=on)


def request_due() -> int | None:
    """The nightly plan: asked for once a day from the utility's hour on, when crews work that day and nobody asked yet."""
    with reading() as session:
        utility = policies.get_utility(session)
        zone = policies.zone(session)
        local = clock.now().astimezone(zone)
        on = local.date()
        due = local >= day.local_time(utility.plan_time, on=on, zone=zone)
        if not due or queries.any_plan(session, on=on) or not operations.crews_work(session, on=on, now=local):
            return None
    try:
        # What may wait has its day before the day is planned.
        spreading.spread(since=on)
    except Exception:
        # Such orders keep the day they had; the plan of the day must not wait for a better one.
        _log.exception("spreading failed", on=on.isoformat())
    with transaction(actor=PLANNER) as tx:
        if queries.any_plan(tx.session, on=on):
            return None
        return operations.request_plan(tx, on=on, seconds=operations.NIGHT_SECONDS).id


def give_up_lost() -> int:
    """Plans whose planner has been silent for too long are marked as failed, so that nobody waits for them."""
    with transaction(actor=PLANNER) as tx:
        lost = 0
        for plan in queries.working_plans(tx.session):
            patience_s = (plan.seconds_allowed * 2 + LOST_AFTER_S) * clock.rate()
            if tx.now - plan.requested_at > timedelta(seconds=patience_s):
                operations.fail(tx, plan_id=plan.id, words=wording.FAILED_LOST)
                lost += 1
        return lost


def _failed(plan_id: int, words: wording.Both) -> None:
    with transaction(actor=PLANNER) as tx:
        operations.fail(tx, plan_id=plan_id, words=words)
    en, es = wording.STAGES["failed"]
    bus().publish({"plan": {"plan_id": plan_id, "progress": 1.0, "stage_en": en, "stage_es": es}})


class _Teller:
    """Tells how far it is: on the bus a few times a second, in the database now and then (for who comes later)."""

    def __init__(self, plan_id: int) -> None:
        self._plan_id = plan_id
        self._stage = ""
        self._told = self._written = 0.0

    def tell(self, stage: str, progress: float, *, write: bool = True) -> None:
        now = time.monotonic()
        fresh = stage != self._stage
        if write and (fresh or now - self._written > _WRITE_S):
            with transaction(actor=PLANNER) as tx:
                operations.note_progress(tx, plan_id=self._plan_id, status=stage, progress=progress)
            self._written = now
        if fresh or now - self._told > _TELL_S:
            en, es = wording.STAGES[stage]
            bus().publish(
                {"plan": {"plan_id": self._plan_id, "progress": round(progress, 3), "stage_en": en, "stage_es": es}}
            )
            self._told = now
        self._stage = stage
