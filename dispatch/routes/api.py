"""Plans, routes and hand moves over HTTP."""

import time
from datetime import date

from dispatch import clock, errors
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.policies import queries as policies
from dispatch.routes import moves, operations, queries, schemas, shown, trying, what_if, workflow
from dispatch.transaction import reading, transaction
from dispatch.wire import Wire


class DayQuery(Wire):
    """Which day; today when left out."""

    on: str = ""


@endpoint("POST", "/plans", needs="routes.plan", body=schemas.PlanIn, answer=schemas.PlanOut, status=202)
def request_plan(*, body: schemas.PlanIn) -> schemas.PlanOut:
    """Ask for a plan of a day; ask for it again to see how far it is."""
    with transaction(actor=guard.actor()) as tx:
        tx.command("plan", body.model_dump(mode="json"))
        plan = operations.request_plan(tx, on=day_of(body.on), seconds=body.seconds)
        return shown.plan_out(tx.session, plan=plan)


@endpoint("GET", "/plans/<int:plan_id>", needs="routes.see", answer=schemas.PlanOut)
def show_plan(plan_id: int) -> schemas.PlanOut:
    """How far a plan is, and what it leaves."""
    with reading() as session:
        return shown.plan_out(session, plan=queries.get_plan(session, plan_id))


@endpoint("POST", "/plans/<int:plan_id>/publication", needs="routes.publish", answer=schemas.PlanOut)
def publish_plan(plan_id: int) -> schemas.PlanOut:
    """Send a draft to the crews."""
    workflow.publish(plan_id=plan_id, actor=guard.actor())
    with reading() as session:
        return shown.plan_out(session, plan=queries.get_plan(session, plan_id))


@endpoint("POST", "/trials", needs="routes.plan", body=schemas.TrialIn, answer=schemas.TrialOut, status=202)
def try_day(*, body: schemas.TrialIn) -> schemas.TrialOut:
    """Ask how a day would be with more crews, other hours or more orders; nothing in force changes."""
    options = what_if.Options(
        more_crews=body.more_crews, longer_min=body.longer_min, more_orders_percent=body.more_orders_percent
    )
    with transaction(actor=guard.actor()) as tx:
        row = trying.ask(tx, on=day_of(body.on), options=options)
        return shown.trial_out(tx.session, row=row)


@endpoint("GET", "/trials/<int:trial_id>", needs="routes.see", answer=schemas.TrialOut)
def show_trial(trial_id: int) -> schemas.TrialOut:
    """How far a comparison is, and its figures side by side."""
    with reading() as session:
        return shown.trial_out(session, row=queries.get_trial(session, trial_id))


@endpoint("GET", "/routes", needs="routes.see", query=DayQuery, answer=schemas.DayRoutesOut)
def show_routes(*, query: DayQuery) -> schemas.DayRoutesOut:
    """The routes of a day, with likely times."""
    with reading() as session:
        on = day_of(query.on) if query.on else clock.today(policies.zone(session))
        return shown.day_routes(session, on=on, now=clock.now(), public=not guard.may("board.names"))


@endpoint("POST", "/routes/moves", needs="routes.move", body=schemas.MoveIn, answer=schemas.MoveOut)
def move_order(*, body: schemas.MoveIn) -> schemas.MoveOut:
    """What a move of one order would do (`dry_run`), or the move itself."""
    began = time.perf_counter()
    now = clock.now()
    asked = {
        "order_id": body.order_id, "to_route_id": body.to_route_id, "position": body.position, "version": body.version,
    }  # fmt: skip
    if body.dry_run:
        with reading() as session:
            move = moves.find(session, **asked, now=now)  # type: ignore[arg-type]
            return _move_out(move, moved=False, began=began)
    with transaction(actor=guard.actor(), now=now) as tx:
        tx.command("move_order", body.model_dump(mode="json"))
        operations.hold_days(tx, order_id=body.order_id)
        move = moves.find(tx.session, **asked, now=now)  # type: ignore[arg-type]
        moves.make(tx, move=move, reason=body.reason)
        return _move_out(move, moved=True, began=began)


def _move_out(move: moves.Move, *, moved: bool, began: float) -> schemas.MoveOut:
    ripple = move.ripple
    return schemas.MoveOut(
        moved=moved,
        lines=[
            schemas.RippleLine(result=line.result, text_en=line.text_en, text_es=line.text_es) for line in ripple.lines
        ],
        start_at=ripple.start_at,
        later_min=ripple.later_min,
        travel_min_change=round(ripple.travel_change_s / 60, 1),
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def day_of(text: str) -> date:
    """A day as the caller wrote it. Refuses what is no ISO day."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        words = ("Write the day as 2026-08-26.", "Escriba el día así: 2026-08-26.")
        raise errors.Malformed(
            f"{text[:40]!r} is no day.", reasons=[errors.Reason("day", *words, field="on")]
        ) from fault
