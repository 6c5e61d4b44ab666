"""A person moves an order: what would follow (asked at every place of the drag), and the move itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.crews import queries as crews
from dispatch.orders import kinds, lifecycle
from dispatch.orders import operations as order_operations
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder
from dispatch.policies import models as policy_models
from dispatch.policies import queries as policies
from dispatch.routes import (
    day,
    eta,
    events,
    facts,
    ground,
    learned_queries,
    models,
    operations,
    planner,
    queries,
    ripples,
    telling,
    wording,
)
from dispatch.transaction import Tx

MOVABLE = lifecycle.PLANNABLE | {"DISPATCHED"}
"""From the moment a crew has set off, the order is moved by recall alone."""


class RouteChangedMeanwhile(errors.Stale):
    """Somebody else changed the route."""

    code = "stale_route"


class CannotMove(errors.Refusal):
    """The order cannot go there; all reasons are listed."""

    code = "cannot_move"


@dataclass(kw_only=True)
class _Side:
    """One of the (at most two) routes that a move touches."""

    route: models.Route
    sign: str
    crew: day.CrewFacts
    stops: list[models.RouteStop]
    planned: dict[int, eta.Planned]
    before: list[int]
    after: list[int]

    @property
    def behind(self) -> list[int]:
        return [stop.order_id for stop in self.crew.kept]


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move as it would be: every affected route timed anew, and what to tell about it."""

    order: ServiceOrder
    plan: models.DayPlan
    sides: tuple[_Side, ...]
    target: _Side | None
    source: _Side | None
    ripple: ripples.Ripple
    timed: Mapping[int, planner.RoutePlan]
    zone: ZoneInfo
    yard: day.Point
    at: Mapping[int, day.Point]
    streets: ground.Ground


def find(
    session: Session, *, order_id: int, to_route_id: int | None, position: int, version: int, now: datetime
) -> Move:
    """What follows when the order goes to that place. `position` counts the other stops in sight on the target route;
    it is moved behind stops that are over or under way.

    Refuses: order or route not there, the route changed since `version`, the order is under way or ended.
    """
    order = orders.get_order(session, order_id)
    target_route = None if to_route_id is None else queries.get_route(session, to_route_id)
    plan = _plan_of(session, order=order, target=target_route)
    if target_route is not None and target_route.version != version:
        text = ("The route changed meanwhile. Look again.", "La ruta cambió mientras tanto. Véala de nuevo.")
        raise RouteChangedMeanwhile(text[0], reasons=[errors.Reason("stale_version", *text, "version")])
    if order.state not in MOVABLE:
        text = (f"The order is {order.state.lower().replace('_', ' ')}; it cannot be moved.",
                "La orden ya está en curso o terminada; no se puede mover.")  # fmt: skip
        raise CannotMove(text[0], reasons=[errors.Reason("order_state", *text, "order_id")])
    utility = policies.get_utility(session)
    sides = _sides(session, plan=plan, order_id=order_id, target=target_route, now=now)
    source = next((side for side in sides if order_id in side.before), None)
    target = next((side for side in sides if target_route is not None and side.route.id == target_route.id), None)
    if source is None and target is None:
        raise _no_stop(order)
    _put(sides, order_id=order_id, target=target, position=position)
    rows = orders.by_ids(session, {i for side in sides for i in (*side.before, *side.after, *side.behind)})
    known = tuple(facts.order_facts(rows[i], utility=utility, on=plan.on_day) for i in sorted(rows))
    zone = ZoneInfo(utility.time_zone)
    live = plan.status == "published"
    about = day.DayFacts(
        on=plan.on_day, zone=zone, now=now if live else min(side.crew.start_at for side in sides),
        yard=(utility.yard_lon, utility.yard_lat), crews=tuple(side.crew for side in sides), orders=known,
        cuts_an_hour=utility.shutoffs_an_hour,
        cuts_elsewhere=(
            _cuts_of_others(session, plan=plan, sides=sides, now=now, zone=zone) if utility.shutoffs_an_hour else ()
        ),
    )  # fmt: skip
    about = facts.with_learned(session, found=about)
    streets = ground.get(session)
    driving = streets.driving(about.places())
    problem = day.problem(facts=about, place_of=driving.place_of, travel_s=driving.travel_s)
    before = planner.evaluate(problem=problem, sequences={side.crew.crew_id: side.before for side in sides})
    after = planner.evaluate(problem=problem, sequences={side.crew.crew_id: side.after for side in sides})
    forbidden = None
    if live and target is not None and order.crew_id is None:
        forbidden = facts.blocked_by_rules(session, order=order, on=plan.on_day, now=now)
    ripple = ripples.ripple(
        order_id=order_id, before=before, after=after, forbidden=forbidden, zone=zone, on=plan.on_day,
        names={i: rows[i].place for i in rows}, windows={o.order_id: o.window is not None for o in known},
        cuts=frozenset(i for i in rows if kinds.get(code=rows[i].kind).needs_clearance),
        signs={side.crew.crew_id: side.sign for side in sides},
        next_stops=_next_stops(sides, live=live),
        spent=[side.sign for side in sides if live and side.route.changes_used >= utility.changes_a_day],
        changes_a_day=utility.changes_a_day,
    )  # fmt: skip
    return Move(
        order=order, plan=plan, sides=tuple(sides), target=target, source=source, ripple=ripple, zone=zone,
        timed={route.crew_id: route for route in after.routes}, yard=about.yard, at=dict(about.places()), streets=streets,
    )  # fmt: skip


def make(tx: Tx, *, move: Move, reason: str) -> None:
    """Move the order. Refuses with every blocking reason; nothing is moved then."""
    blocks = [line for line in move.ripple.lines if line.result == "block"]
    if blocks:
        reasons = [errors.Reason("cannot_move", line.text_en, line.text_es) for line in blocks]
        raise CannotMove("The order cannot go there.", reasons=reasons)
    order, plan, source, target = move.order, move.plan, move.source, move.target
    live = plan.status == "published"
    stop = queries.find_stop(tx.session, plan_id=plan.id, order_id=order.id)
    left = queries.find_unplanned(tx.session, plan_id=plan.id, order_id=order.id)
    if target is None and stop is not None:
        tx.session.delete(stop)
        tx.session.add(
            models.UnplannedOrder(plan_id=plan.id, order_id=order.id, code="TAKEN_OFF", facts={"reason": reason})
        )
        plan.planned -= 1
    elif target is not None:
        if stop is None:
            stop = models.RouteStop(
                plan_id=plan.id, route_id=target.route.id, order_id=order.id, position=0, arrive_at=tx.now,
                start_at=tx.now, finish_at=tx.now,
            )  # fmt: skip
            tx.session.add(stop)
            plan.planned += 1
            if left is None:
                plan.orders += 1
        if left is not None:
            tx.session.delete(left)
        stop.route_id, stop.pinned = target.route.id, True
        if stop not in target.stops:
            target.stops.append(stop)
        if source is not None and source is not target:
            source.stops.remove(stop)
    if live:
        crew_id = None if target is None else target.route.crew_id
        if crew_id is None:
            order_operations.assign(tx, order=order, crew_id=None, action="take_off_route")
        elif order.crew_id != crew_id:
            order_operations.assign(tx, order=order, crew_id=crew_id, action="publish")
    operations.forget_found(
        tx, plan_id=plan.id, crew_ids={side.route.crew_id for side in move.sides},
        # What is taken off waits with the others; a cut that moves changes how full the hours are.
        all_of_them=target is None or kinds.get(code=order.kind).needs_clearance,
    )  # fmt: skip
    for side in move.sides:
        _retime(move, side)
        side.route.version += 1
        if live:
            side.route.changes_used += 1
            tx.record(
                events.RouteChanged(
                    crew_id=side.route.crew_id, route_id=side.route.id, order_id=order.id, version=side.route.version
                )
            )
        else:
            tx.record(events.DraftChanged(route_id=side.route.id, order_id=order.id, plan_id=plan.id))
    if live:
        _tell(tx, move)
    plan.travel_s = (plan.travel_s or 0) + move.ripple.travel_change_s
    tx.session.flush()


def _plan_of(session: Session, *, order: ServiceOrder, target: models.Route | None) -> models.DayPlan:
    if target is not None:
        plan = queries.get_plan(session, target.plan_id)
    else:
        stop = queries.find_drawn_stop(session, order_id=order.id)
        if stop is None:
            raise _no_stop(order)
        plan = queries.get_plan(session, stop.plan_id)
    if plan.status not in ("draft", "published"):
        text = ("This plan was replaced by a newer one.", "Este plan fue reemplazado por otro.")
        raise RouteChangedMeanwhile(text[0], reasons=[errors.Reason("stale_version", *text, "to_route_id")])
    return plan


def _no_stop(order: ServiceOrder) -> CannotMove:
    text = (f"{order.place} is on no route.", f"{order.place} no está en ninguna ruta.")
    return CannotMove(text[0], reasons=[errors.Reason("no_stop", *text, "order_id")])


def _sides(
    session: Session, *, plan: models.DayPlan, order_id: int, target: models.Route | None, now: datetime
) -> list[_Side]:
    stops = queries.stops_of(session, plan_id=plan.id)
    routes = [
        route
        for route in queries.routes_of(session, plan_id=plan.id)
        if (target is not None and route.id == target.id)
        or any(stop.order_id == order_id for stop in stops.get(route.id, []))
    ]
    rows = orders.by_ids(session, {stop.order_id for route in routes for stop in stops.get(route.id, [])})
    visits = queries.visits(session, list(rows))
    shifts = {shift.crew_id: shift for shift in crews.shifts_on(session, on=plan.on_day)}
    members = crews.members(session, [shift.id for shift in shifts.values()])
    signs = {crew.id: crew.call_sign for crew in crews.crews(session, [route.crew_id for route in routes]).values()}
    paces = learned_queries.paces(session)
    found: list[_Side] = []
    for route in routes:
        shift = shifts.get(route.crew_id)
        if shift is None:
            text = (f"{signs[route.crew_id]} is not on shift.", f"{signs[route.crew_id]} no está en turno.")
            raise CannotMove(text[0], reasons=[errors.Reason("no_shift", *text, "to_route_id")])
        mine = stops.get(route.id, [])
        planned = facts.planned_stops(mine, orders=rows, visits=visits, on=plan.on_day, pace=paces.get(route.crew_id))
        crew = facts.crew_facts(shift, members[shift.id], route=route, planned=planned, now=now, keep_next=False)
        behind = {stop.order_id for stop in crew.kept}
        ahead = [one.order_id for one in planned if one.order_id not in behind and goes_there(one.state, plan.status)]
        found.append(
            _Side(
                route=route, sign=signs[route.crew_id], crew=crew, stops=list(mine),
                planned={one.order_id: one for one in planned}, before=ahead, after=list(ahead),
            )
        )  # fmt: skip
    return found


def _cuts_of_others(
    session: Session, *, plan: models.DayPlan, sides: Sequence[_Side], now: datetime, zone: ZoneInfo
) -> tuple[datetime, ...]:
    """When the shutoffs are likely to begin, or began, on the routes of the plan that the move does not touch."""
    touched = {side.route.id for side in sides}
    others = [route for route in queries.routes_of(session, plan_id=plan.id) if route.id not in touched]
    stops = queries.stops_of(session, plan_id=plan.id)
    rows = orders.by_ids(session, {stop.order_id for route in others for stop in stops.get(route.id, [])})
    cuts = {
        i
        for i, row in rows.items()
        if kinds.get(code=row.kind).needs_clearance
        and (goes_there(row.state, plan.status) or row.state in day.OVER | day.STARTED)
    }
    if not cuts:
        return ()
    live = plan.status == "published" and now.astimezone(zone).date() == plan.on_day
    visits = queries.visits(session, list(rows))
    where = facts.seen(session, routes=others, on=plan.on_day, now=now, zone=zone) if live else {}
    paces = learned_queries.paces(session) if live else {}
    found: list[datetime] = []
    for route in others:
        planned = [
            one
            for one in facts.planned_stops(
                stops.get(route.id, []), orders=rows, visits=visits, on=plan.on_day, pace=paces.get(route.crew_id)
            )
            if in_sight(one.state, plan.status)
        ]
        times = eta.likely(stops=planned, now=now, live=live, seen=where.get(route.crew_id))
        found += [one.start_at for one in times if one.order_id in cuts]
    return tuple(found)


def goes_there(state: str, plan_status: str) -> bool:
    """True when a crew will still go to a stop in that state."""
    return state in day.TAKEABLE if plan_status == "draft" else state in ("DISPATCHED", "EN_ROUTE")


def in_sight(state: str, plan_status: str) -> bool:
    """True when a stop is shown on its route: still to visit, under way, over, or recalled."""
    return goes_there(state, plan_status) or state in day.OVER or state in ("ON_SITE", "RECALLED")


def _put(sides: Sequence[_Side], *, order_id: int, target: _Side | None, position: int) -> None:
    for side in sides:
        side.after = [i for i in side.before if i != order_id]
    if target is None:
        return
    shown = [
        stop.order_id
        for stop in target.stops
        if stop.order_id != order_id and in_sight(target.planned[stop.order_id].state, target.route.status)
    ]
    ahead = set(target.after)
    place = sum(1 for i in shown[: max(0, position)] if i in ahead)
    target.after.insert(place, order_id)


def _next_stops(sides: Sequence[_Side], *, live: bool) -> list[tuple[str, int]]:
    """Stops that a crew is about to drive to and that change places: (call sign, order id)."""
    if not live:
        return []
    told: list[tuple[str, int]] = []
    for side in sides:
        for place, before_id in enumerate(side.before[: day.NEXT_STOPS_KEPT]):
            now_there = side.after[place] if place < len(side.after) else None
            if now_there != before_id:
                told.append((side.sign, before_id))
                break
    return told


def _retime(move: Move, side: _Side) -> None:
    """New times and places of the stops of one route; stops that are over keep theirs."""
    timed = move.timed[side.route.crew_id]

    def instant(second: int) -> datetime:
        return day.instant_of(second, on=move.plan.on_day, zone=move.zone)

    rows = {stop.order_id: stop for stop in side.stops}
    rest = [s.order_id for s in side.stops if s.order_id not in side.after and s.order_id != move.order.id]
    for position, order_id in enumerate([*rest, *side.after]):
        rows[order_id].position = position
    for stop in timed.stops:
        row = rows[stop.order_id]
        row.arrive_at, row.start_at = instant(stop.arrive_s), instant(stop.start_s)
        row.finish_at, row.locked = instant(stop.finish_s), False
    if timed.lunch is not None:
        side.route.lunch_from_at, side.route.lunch_to_at = instant(timed.lunch[0]), instant(timed.lunch[1])
    side.route.finish_at, side.route.travel_s = instant(timed.finish_s), timed.travel_s
    ids = [*(i for i in side.behind), *side.after]
    points = [move.at[i] for i in ids if i in move.at]
    side.route.line = move.streets.line([move.yard, *points, move.yard]) if points else []


def _tell(tx: Tx, move: Move) -> None:
    place, on = move.order.place, move.plan.on_day
    start = move.ripple.start_at
    at = wording.clock(start, zone=move.zone) if start else ""
    if move.source is not None and move.source is not move.target:
        telling.tell(tx, crew_id=move.source.route.crew_id, on=on, words=wording.removed(place=place))
    if move.target is not None:
        say = wording.moved if move.target is move.source else wording.added
        telling.tell(tx, crew_id=move.target.route.crew_id, on=on, words=say(place=place, at=at))


def changes_left(route: models.Route, utility: policy_models.Utility) -> int:
    """How often this published route may still change today before crews lose trust in it."""
    return max(0, utility.changes_a_day - route.changes_used)
