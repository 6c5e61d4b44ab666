"""Writing plans: ask for one, save what the planner found, send it to the crews."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.crews import queries as crews
from dispatch.orders import lifecycle
from dispatch.orders import operations as order_operations
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from dispatch.routes import (
    causes,
    counterfactuals,
    day,
    events,
    models,
    planner,
    queries,
    replan_wording,
    telling,
    why_here,
    wording,
)
from dispatch.transaction import Tx

NIGHT_SECONDS = 60
MOST_SECONDS = 120


class PlanRefused(errors.Refusal):
    """The day cannot be planned as asked."""

    code = "plan_refused"


class PlanNotDraft(errors.Refusal):
    """Only a draft can be published."""

    code = "plan_not_draft"
    status = 409


class PlanOutrun(errors.Stale):
    """Crews have begun stops that this draft gives to others; the day must be planned again."""

    code = "plan_outrun"


def request_plan(tx: Tx, *, on: date, seconds: int) -> models.DayPlan:
    """Ask for a plan of a day. While one is being made, that one is the answer: two would only fight for the machine."""
    today = tx.now.astimezone(policies.zone(tx.session)).date()
    reasons = []
    if on < today:
        reasons.append(errors.Reason("day_past", "The day lies in the past.", "El día ya pasó.", "on"))
    if not 1 <= seconds <= MOST_SECONDS:
        text = (f"Between 1 and {MOST_SECONDS} seconds.", f"Entre 1 y {MOST_SECONDS} segundos.")
        reasons.append(errors.Reason("seconds", *text, "seconds"))
    if reasons:
        raise PlanRefused("The day cannot be planned as asked.", reasons=reasons)
    for plan in queries.working_plans(tx.session):
        if plan.on_day == on:
            return plan
    drafts = queries.drafts(tx.session, on=on)
    plan = models.DayPlan(
        on_day=on, seconds_allowed=seconds, requested_by=tx.actor.name, requested_at=tx.now, status="queued", seed=1,
        pins_from_id=drafts[-1].id if drafts else None,
    )  # fmt: skip
    tx.session.add(plan)
    tx.session.flush()
    # Another day's search should not repeat this one's luck; the seed stays with the plan, so that it can be repeated.
    plan.seed = plan.id
    tx.record(events.PlanRequested(plan_id=plan.id))
    return plan


def hold_days(tx: Tx, *, order_id: int) -> None:
    """Let nobody else change the plans of the days that an order is planned on or due until this is written."""
    stop = queries.find_drawn_stop(tx.session, order_id=order_id)
    on = (
        queries.get_plan(tx.session, stop.plan_id).on_day
        if stop is not None
        else tx.now.astimezone(policies.zone(tx.session)).date()
    )
    queries.hold_day(tx.session, on=on)
    tx.session.expire_all()


def crews_work(session: Session, *, on: date, now: datetime) -> bool:
    """True when some shift of the day is not over yet."""
    return any(shift.end_at > now and shift.ended_at is None for shift in crews.shifts_on(session, on=on))


def begin(tx: Tx, *, plan_id: int, again: bool) -> bool:
    """Take a queued plan in hand; False when somebody did before (`again` takes it from a planner that died)."""
    plan = models.DayPlan
    may = queries.WORKING if again else ("queued",)
    taken = tx.session.execute(
        update(plan).where(plan.id == plan_id, plan.status.in_(may)).values(status="reading", progress=0.0)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def note_progress(tx: Tx, *, plan_id: int, status: str, progress: float) -> None:
    """How far the planner is; a plan that was given up meanwhile stays so."""
    plan = models.DayPlan
    tx.session.execute(
        update(plan)
        .where(plan.id == plan_id, plan.status.in_(queries.WORKING))
        .values(status=status, progress=round(progress, 3))
    )


def fail(tx: Tx, *, plan_id: int, words: wording.Both) -> None:
    """No plan came of it, and why."""
    plan = queries.get_plan(tx.session, plan_id)
    if plan.status not in queries.WORKING:
        return
    plan.status, plan.progress = "failed", 1.0
    plan.error_en, plan.error_es = words
    tx.record(events.PlanFailed(plan_id=plan_id))


def save_draft(
    tx: Tx,
    *,
    plan_id: int,
    facts: day.DayFacts,
    found: planner.Plan,
    lines: Mapping[int, list[list[float]]],
    whys: Mapping[int, why_here.Why] | None = None,
) -> None:
    """Write down what the planner found: one route a crew on shift, and every order without a stop with its reason.

    `whys` are the stops of which a person may ask why they are with their crew, by order id. Orders that ended meanwhile are left out. Older drafts of the day are replaced.
    """
    plan = queries.get_plan(tx.session, plan_id)
    if plan.status not in queries.WORKING:
        return
    for older in queries.drafts(tx.session, on=plan.on_day):
        _supersede(tx, older)
    for table in (models.RouteStop, models.UnplannedOrder, models.Route):
        tx.session.execute(delete(table).where(table.plan_id == plan_id))
    kept = {stop.order_id: stop for crew in facts.crews for stop in crew.kept}
    wanted = [stop.order_id for route in found.routes for stop in route.stops]
    rows = orders.by_ids(tx.session, [*wanted, *kept, *(one.order_id for one in found.unplanned)])
    crew_of = {crew.crew_id: crew for crew in facts.crews}
    planned = 0
    for timed in found.routes:
        planned += _save_route(
            tx, plan=plan, crew=crew_of[timed.crew_id], timed=timed, facts=facts, rows=rows,
            line=lines.get(timed.crew_id, []), whys=whys or {},
        )  # fmt: skip
    left = [(one.order_id, one.code, plain(one.facts)) for one in found.unplanned if _takeable(rows.get(one.order_id))]
    left += [(order_id, "BLOCKED_BY_RULES", told) for order_id, told in facts.blocked]
    for order_id, code, told in left:
        tx.session.add(models.UnplannedOrder(plan_id=plan_id, order_id=order_id, code=code, facts=told))
    plan.status, plan.progress, plan.inputs_hash = "draft", 1.0, facts.fingerprint()
    plan.iterations, plan.seconds = found.iterations, round(found.seconds, 2)
    plan.travel_s, plan.crews = found.travel_s_total, len(facts.crews)
    plan.planned, plan.orders = planned, planned + len(left)
    tx.record(events.PlanDrafted(plan_id=plan_id))


def _save_route(
    tx: Tx,
    *,
    plan: models.DayPlan,
    crew: day.CrewFacts,
    timed: planner.RoutePlan,
    facts: day.DayFacts,
    rows: Mapping[int, ServiceOrder],
    line: list[list[float]],
    whys: Mapping[int, why_here.Why],
) -> int:
    def instant(second: int) -> datetime:
        return day.instant_of(second, on=facts.on, zone=facts.zone)

    lunch = crew.lunch_taken or ((instant(timed.lunch[0]), instant(timed.lunch[1])) if timed.lunch else None)
    route = models.Route(
        plan_id=plan.id, crew_id=crew.crew_id, on_day=plan.on_day, status="draft", travel_s=timed.travel_s, line=line,
        lunch_from_at=lunch[0] if lunch else None, lunch_to_at=lunch[1] if lunch else None,
        finish_at=instant(timed.finish_s),
    )  # fmt: skip
    tx.session.add(route)
    tx.session.flush()
    behind = [stop for stop in crew.kept if stop.behind]
    ahead = {stop.order_id for stop in crew.kept if not stop.behind}
    stops = [(stop.order_id, stop.arrive_at, stop.start_at, stop.finish_at, True) for stop in behind]
    pinned = {order.order_id for order in facts.orders if order.pinned_crew_id == crew.crew_id}
    stops += [
        (s.order_id, instant(s.arrive_s), instant(s.start_s), instant(s.finish_s), s.order_id in ahead)
        for s in timed.stops
        if _takeable(rows.get(s.order_id))
    ]
    for position, (order_id, arrive_at, start_at, finish_at, locked) in enumerate(stops):
        tx.session.add(
            models.RouteStop(
                plan_id=plan.id, route_id=route.id, order_id=order_id, position=position, arrive_at=arrive_at,
                start_at=start_at, finish_at=finish_at, locked=locked, pinned=order_id in pinned,
                why=plain(whys[order_id].as_json()) if order_id in whys else None,
            )
        )  # fmt: skip
    return len(stops)


def _takeable(order: ServiceOrder | None) -> bool:
    return order is not None and order.state in day.TAKEABLE


def plain(facts: planner.Facts) -> dict[str, object]:
    """Facts as JSON takes them (numpy's integers are not integers there)."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset | set | tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, bool | str) or value is None:
        return value
    return int(value)  # type: ignore[call-overload]


def forget_found(tx: Tx, *, plan_id: int, crew_ids: Collection[int], all_of_them: bool) -> None:
    """What would give orders a stop, and why stops are where they are, was found on routes that have changed since:
    those of these crews. `all_of_them`: nothing that would give an order a stop holds any more."""
    crew_of = {route.id: route.crew_id for route in queries.routes_of(tx.session, plan_id=plan_id)}
    for route_id, stops in queries.stops_of(tx.session, plan_id=plan_id).items():
        for stop in stops:
            if stop.why is not None and not {crew_of[route_id], stop.why["facts"]["crew_id"]}.isdisjoint(crew_ids):
                stop.why = None
    for one in queries.unplanned_of(tx.session, plan_id=plan_id):
        if counterfactuals.KEY in one.facts:
            kept = [] if all_of_them else counterfactuals.still_true(facts=one.facts, crew_ids=crew_ids)
            one.facts = {**one.facts, counterfactuals.KEY: kept}


def _supersede(tx: Tx, plan: models.DayPlan) -> None:
    plan.status = "superseded"
    tx.session.execute(update(models.Route).where(models.Route.plan_id == plan.id).values(status="superseded"))


def set_aside(tx: Tx, *, plan: models.DayPlan) -> None:
    """A draft that nobody can send any more."""
    _supersede(tx, plan)


@dataclass(frozen=True, kw_only=True)
class _Before:
    """What a crew had until now."""

    route: models.Route
    ahead: tuple[int, ...]


def publish(tx: Tx, *, plan: models.DayPlan, blocked: Mapping[int, dict[str, object]]) -> None:
    """Send a draft to the crews: it takes the place of the day's plan in force.

    Stops begun meanwhile stay with their crew, first. Shutoffs that the rules stop by now (`blocked`, by order id) are
    not sent, and listed with the rule. A crew hears in sentences what changed; the version of its route grows only when its stops changed.
    """
    queries.hold_day(tx.session, on=plan.on_day)
    if plan.status != "draft":
        text = ("This plan is no draft. Look again.", "Este plan no es un borrador. Véalo de nuevo.")
        raise PlanNotDraft(text[0], reasons=[errors.Reason("plan_not_draft", *text)])
    old = queries.published_plan(tx.session, on=plan.on_day)
    routes = queries.routes_of(tx.session, plan_id=plan.id)
    stops = queries.stops_of(tx.session, plan_id=plan.id)
    old_routes = queries.routes_of(tx.session, plan_id=old.id) if old else ()
    old_stops = queries.stops_of(tx.session, plan_id=old.id) if old else {}
    rows = orders.by_ids(tx.session, {s.order_id for some in (*stops.values(), *old_stops.values()) for s in some})
    crew_of_draft = {stop.order_id: route.crew_id for route in routes for stop in stops.get(route.id, [])}
    _check_not_outrun(old_routes, old_stops, rows, crew_of_draft)
    before = {
        route.crew_id: _Before(
            route=route,
            ahead=tuple(s.order_id for s in old_stops.get(route.id, []) if rows[s.order_id].crew_id == route.crew_id
                        and rows[s.order_id].state in ("DISPATCHED", "EN_ROUTE")),
        )
        for route in old_routes
    }  # fmt: skip
    replan = queries.find_replan_of(tx.session, plan_id=plan.id)
    if replan is not None:
        draft = {route.crew_id: [stop.order_id for stop in stops.get(route.id, [])] for route in routes}
        left = {one.order_id for one in queries.unplanned_of(tx.session, plan_id=plan.id)}
        _check_still_fits(left | {one["order_id"] for one in replan.changes}, before, draft)
    absent = _absent(tx.session, replan, there={route.crew_id for route in routes})
    if old is not None:
        _supersede(tx, old)
    told = telling.told(replan)
    sent: set[int] = set()
    for route in routes:
        sent |= _send_route(tx, plan=plan, route=route, stops=stops.get(route.id, []), rows=rows,
                            before=before.get(route.crew_id), blocked=blocked, told=told)  # fmt: skip
    for route in old_routes:
        for stop in old_stops.get(route.id, []):
            order = rows[stop.order_id]
            if order.id not in sent and order.state in ("DISPATCHED", "EN_ROUTE") and order.crew_id == route.crew_id:
                order_operations.assign(tx, order=order, crew_id=None, action="take_off_route")
        if route.crew_id not in {one.crew_id for one in routes}:
            telling.tell_withdrawn(
                tx, route=route, rows=rows, had_ahead=before[route.crew_id].ahead, absent=route.crew_id in absent
            )
            tx.record(events.RouteWithdrawn(crew_id=route.crew_id, route_id=route.id))
    plan.status, plan.published_at = "published", tx.now
    if replan is not None:
        replan.outcome = "published"
    tx.record(events.PlanPublished(plan_id=plan.id))


def take_back_left(tx: Tx, *, before: date) -> int:
    """Take orders off the routes of days before `before` that were not begun there; answers how many."""
    left = queries.left_with_crews(tx.session, before=before)
    for order in orders.by_ids(tx.session, left).values():
        order_operations.assign(tx, order=order, crew_id=None, action="take_off_route")
    return len(left)


def _check_not_outrun(
    old_routes: Sequence[models.Route],
    old_stops: Mapping[int, Sequence[models.RouteStop]],
    rows: Mapping[int, ServiceOrder],
    crew_of_draft: Mapping[int, int],
) -> None:
    begun = day.STARTED | day.OVER
    for route in old_routes:
        for stop in old_stops.get(route.id, []):
            if rows[stop.order_id].state in begun and crew_of_draft.get(stop.order_id) != route.crew_id:
                en = f"A crew has begun {rows[stop.order_id].place} since this draft was made. Plan again."
                es = f"Una cuadrilla ya empezó {rows[stop.order_id].place} después de este borrador. Planifique de nuevo."
                raise PlanOutrun(en, reasons=[errors.Reason("plan_outrun", en, es)])


def _check_still_fits(
    changed: Collection[int], before: Mapping[int, _Before], draft: Mapping[int, Sequence[int]]
) -> None:
    """A proposal goes out only onto the routes that it was made for: nobody's hand move is undone by it."""
    for crew_id, had in before.items():
        stand = [i for i in had.ahead if i not in changed]
        if [i for i in draft.get(crew_id, ()) if i in set(stand)] != stand:
            en = "The routes have changed since this was proposed. It is worked out anew."
            es = "Las rutas cambiaron después de esta propuesta. Se calcula de nuevo."
            raise PlanOutrun(en, reasons=[errors.Reason("plan_outrun", en, es)])


def _absent(session: Session, replan: models.Replan | None, *, there: Collection[int]) -> frozenset[int]:
    """Crews that a re-plan leaves out because they had not checked in. Refuses when one has by now."""
    some = [causes.of_json(one) for one in replan.causes] if replan is not None else []
    away = {one.crew_id for one in some if one.code == "CREW_ABSENT" and one.crew_id is not None} - set(there)
    for shift in crews.shifts_on(session, on=replan.on_day) if replan is not None and away else ():
        if shift.crew_id in away and shift.checked_in_at is not None:
            words = replan_wording.checked_in_since(sign=crews.get_crew(session, shift.crew_id).call_sign)
            raise PlanOutrun(words[0], reasons=[errors.Reason("plan_outrun", *words)])
    return frozenset(away)


def _send_route(
    tx: Tx,
    *,
    plan: models.DayPlan,
    route: models.Route,
    stops: Sequence[models.RouteStop],
    rows: Mapping[int, ServiceOrder],
    before: _Before | None,
    blocked: Mapping[int, dict[str, object]],
    told: telling.Told,
) -> set[int]:
    """Publish one route; answers the orders on it."""
    kept: list[models.RouteStop] = []
    for stop in stops:
        order = rows[stop.order_id]
        if order.state in day.OVER or order.state == "ON_SITE":
            kept.append(stop)
            continue
        rule = blocked.get(order.id) if _takeable(order) else None
        if not _takeable(order) or rule is not None:
            # Not sent: ended or stopped by the office meanwhile, or forbidden by now.
            tx.session.delete(stop)
            plan.planned -= 1
            if rule is None:
                plan.orders -= 1
            else:
                unplanned = models.UnplannedOrder(
                    plan_id=plan.id, order_id=order.id, code="BLOCKED_BY_RULES", facts=rule
                )
                tx.session.add(unplanned)
            continue
        if order.crew_id != route.crew_id or order.state in lifecycle.PLANNABLE:
            order_operations.assign(tx, order=order, crew_id=route.crew_id, action="publish")
        kept.append(stop)
    begun = [stop for stop in kept if rows[stop.order_id].state in day.OVER or rows[stop.order_id].state in day.STARTED]
    ahead = [stop for stop in kept if stop not in begun]
    for position, stop in enumerate([*begun, *ahead]):
        stop.position = position
    route.status, route.published_at = "published", tx.now
    now_ahead = tuple(s.order_id for s in [*begun, *ahead] if rows[s.order_id].state in ("DISPATCHED", "EN_ROUTE"))
    changed = before is None or before.ahead != now_ahead
    if before is not None:
        route.version = before.route.version + (1 if changed else 0)
        said = telling.tell_crew(tx, plan=plan, route=route, ahead=ahead, rows=rows, had_ahead=before.ahead, told=told)
        # A re-plan counts each stop that a crew sees change, a plan made whole counts once.
        route.changes_used = before.route.changes_used + (said if told else 1 if changed else 0)
    if changed:
        tx.record(
            events.RoutePublished(crew_id=route.crew_id, route_id=route.id, plan_id=plan.id, version=route.version)
        )
    return {stop.order_id for stop in kept}
