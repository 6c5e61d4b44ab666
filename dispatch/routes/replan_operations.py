"""Writing re-plans: events that ask for one, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update

from dispatch import clock, errors
from dispatch.policies import queries as policies
from dispatch.routes import causes, day, events, models, operations, planner, queries
from dispatch.routes.wording import Both
from dispatch.transaction import Tx

MOST_TRIES = 3
MOST_CHANGES = 50
MOST_PRICE_S = 4 * 3600


def set_policy(
    tx: Tx, *, at_once: Sequence[str] | None = None, changes_a_day: int | None = None, change_price_s: int | None = None
) -> None:
    """Say which events change the routes at once, how often a crew may see a change in a day, and what a change costs in
    seconds of driving. What is None stays. Refuses with every reason."""
    wrong: list[errors.Reason] = []
    unknown = sorted(set(at_once or ()) - set(causes.CODES))
    if unknown:
        names = ", ".join(causes.CODES)
        text = (f"There is no event {unknown[0][:40]!r}; there are {names}.",
                f"No hay evento {unknown[0][:40]!r}; hay {names}.")  # fmt: skip
        wrong.append(errors.Reason("at_once", *text, "at_once"))
    if changes_a_day is not None and not 0 <= changes_a_day <= MOST_CHANGES:
        text = (f"Between 0 and {MOST_CHANGES} changes a day.", f"Entre 0 y {MOST_CHANGES} cambios al día.")
        wrong.append(errors.Reason("changes_a_day", *text, "changes_a_day"))
    if change_price_s is not None and not 0 <= change_price_s <= MOST_PRICE_S:
        text = (f"Between 0 and {MOST_PRICE_S} seconds.", f"Entre 0 y {MOST_PRICE_S} segundos.")
        wrong.append(errors.Reason("change_price_s", *text, "change_price_s"))
    if wrong:
        raise errors.Refusal("; ".join(one.text_en for one in wrong), reasons=wrong)
    tx.command("replan_policy", {"at_once": None if at_once is None else list(at_once), "changes_a_day": changes_a_day,
                                 "change_price_s": change_price_s})  # fmt: skip
    row = queries.replan_policy(tx.session)
    if at_once is not None:
        row.at_once = list(dict.fromkeys(at_once))
    if change_price_s is not None:
        row.change_price_s = change_price_s
    tx.session.add(row)
    if changes_a_day is not None:
        policies.get_utility(tx.session).changes_a_day = changes_a_day
    tx.session.flush()


def ask(tx: Tx, *, on: date, cause: causes.Cause) -> models.Replan:
    """Let the plan in force of a day be looked at again. An event joins those that wait already; it is due no later.

    Raises IntegrityError when another event asks in this very moment: try again.
    """
    at_once = cause.code in queries.replan_policy(tx.session).at_once
    key = f"{on.isoformat()}{'!' if at_once else ''}"
    due_at = tx.now + timedelta(seconds=causes.CODES[cause.code] * clock.rate())
    row = queries.find_waiting_replan(tx.session, key=key)
    if row is None:
        row = models.Replan(
            on_day=on, at_once=at_once, waiting_key=key, causes=[cause.as_json()], asked_at=tx.now, due_at=due_at,
            changes=[], left=[],
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        tx.record(events.ReplanAsked(replan_id=row.id))
        return row
    some = causes.joined(before=[causes.of_json(one) for one in row.causes], new=cause)
    row.causes = [one.as_json() for one in some]
    row.due_at = min(row.due_at, due_at)
    return row


def ask_anew(tx: Tx, *, plan_id: int) -> None:
    """Set a proposal aside and let its events be answered again; nothing happens with any other plan."""
    replan = queries.find_replan_of(tx.session, plan_id=plan_id)
    plan = queries.get_plan(tx.session, plan_id)
    if replan is None or plan.status != "draft":
        return
    operations.set_aside(tx, plan=plan)
    for one in replan.causes:
        ask(tx, on=plan.on_day, cause=causes.of_json(one))


def begin(tx: Tx, *, replan_id: int) -> bool:
    """Take a waiting re-plan in hand; False when somebody did. Raises IntegrityError while another works on the day."""
    row = models.Replan
    found = tx.session.get(row, replan_id)
    if found is None:
        return False
    taken = tx.session.execute(
        update(row)
        .where(row.id == replan_id, row.status == "waiting")
        .values(
            status="working", waiting_key=None, working_key=found.on_day.isoformat(), begun_at=tx.now,
            tries=row.tries + 1,
        )
    )  # fmt: skip
    return bool(taken.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a re-plan found: the day as it read it, the plan, and everything to be told of it."""

    facts: day.DayFacts
    found: planner.Plan
    lines: Mapping[int, list[list[float]]]
    changes: Sequence[Mapping[str, object]]
    left: Sequence[planner.Unplanned]
    event_left: Sequence[int]
    in_force: int
    stayed: int
    seconds: float
    text: Both


def finish(tx: Tx, *, replan: models.Replan, outcome: Outcome) -> None:
    """Save what a re-plan found: routes changed at once, or proposed as a draft; or only why an order has no place."""
    on = replan.on_day
    _end(tx, replan, status="done", text=outcome.text)
    replan.changes, replan.left = [dict(one) for one in outcome.changes], list(outcome.event_left)
    replan.in_force, replan.stayed, replan.seconds = outcome.in_force, outcome.stayed, round(outcome.seconds, 2)
    in_force = queries.published_plan(tx.session, on=on)
    if not outcome.changes or in_force is None:
        replan.outcome = "nothing"
        if in_force is not None:
            stopped = [
                planner.Unplanned(order_id=i, code="BLOCKED_BY_RULES", facts=rule) for i, rule in outcome.facts.blocked
            ]
            _tell_left(tx, plan=in_force, left=[*outcome.left, *stopped])
        tx.record(events.DayReplanned(replan_id=replan.id, plan_id=None, outcome="nothing"))
        return
    proposals = {
        one.id: queries.find_replan_of(tx.session, plan_id=one.id) for one in queries.drafts(tx.session, on=on)
    }
    set_aside = [one for one in queries.drafts(tx.session, on=on) if proposals[one.id] is None]
    plan = models.DayPlan(
        on_day=on, seconds_allowed=1, requested_by=tx.actor.name, requested_at=tx.now, status="saving", seed=1
    )
    tx.session.add(plan)
    tx.session.flush()
    replan.plan_id = plan.id
    operations.save_draft(tx, plan_id=plan.id, facts=outcome.facts, found=outcome.found, lines=outcome.lines)
    if replan.at_once:
        operations.publish(tx, plan=plan, blocked={})
    replan.outcome = "published" if replan.at_once else "proposed"
    tx.record(events.DayReplanned(replan_id=replan.id, plan_id=plan.id, outcome=replan.outcome))
    for before in proposals.values():
        # A proposal that nobody has answered yet is made anew on the routes as they are now.
        for one in before.causes if before is not None and replan.at_once else ():
            ask(tx, on=on, cause=causes.of_json(one))
    for draft in set_aside[-1:]:
        # A person was at work on a draft that does not know of this: it is made anew, with what they moved by hand.
        again = operations.request_plan(tx, on=on, seconds=max(1, draft.seconds_allowed))
        again.pins_from_id, again.requested_by = draft.id, draft.requested_by


def put_back(tx: Tx, *, replan_id: int, words: Both) -> None:
    """A re-plan that could not be finished waits for another try; after the third it has failed, and says so."""
    replan = queries.get_replan(tx.session, replan_id)
    if replan.status != "working":
        return
    key = f"{replan.on_day.isoformat()}{'!' if replan.at_once else ''}"
    waiting = queries.find_waiting_replan(tx.session, key=key)
    if replan.tries >= MOST_TRIES:
        _end(tx, replan, status="failed", text=words)
        tx.record(events.DayReplanned(replan_id=replan.id, plan_id=None, outcome="failed"))
    elif waiting is not None:
        some = tuple(causes.of_json(one) for one in waiting.causes)
        for one in replan.causes:
            some = causes.joined(before=some, new=causes.of_json(one))
        waiting.causes, waiting.tries = [one.as_json() for one in some], replan.tries
        waiting.due_at = min(waiting.due_at, tx.now)
        tx.session.flush()
        tx.session.delete(replan)
    else:
        replan.status, replan.working_key, replan.waiting_key = "waiting", None, key
        replan.due_at = tx.now + timedelta(seconds=2 * clock.rate())


def _end(tx: Tx, replan: models.Replan, *, status: str, text: Both) -> None:
    replan.status, replan.working_key, replan.finished_at = status, None, tx.now
    replan.text_en, replan.text_es = text


def _tell_left(tx: Tx, *, plan: models.DayPlan, left: Sequence[planner.Unplanned]) -> None:
    """Why orders that came in have no stop, on the list of the plan in force."""
    for one in left:
        row = queries.find_unplanned(tx.session, plan_id=plan.id, order_id=one.order_id)
        if row is None:
            row = models.UnplannedOrder(plan_id=plan.id, order_id=one.order_id, code=one.code)
            tx.session.add(row)
            plan.orders += 1
        row.code, row.facts = one.code, operations.plain(one.facts)
