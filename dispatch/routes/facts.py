"""Reads a day of the house into the planner's facts. Loads in bulk; decides nothing but what the rules say of a cut."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch.crews import models as crew_models
from dispatch.crews import queries as crews
from dispatch.orders import checks, kinds
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder, Visit
from dispatch.policies import models as policy_models
from dispatch.policies import queries as policies
from dispatch.routes import day, eta, learned_queries, learning, models, queries


def read(
    session: Session,
    *,
    on: date,
    now: datetime,
    ask_rules: bool = True,
    ask_of: Collection[int] | None = None,
    away: Collection[int] = (),
    pins_from_id: int | None = None,
) -> day.DayFacts:
    """The facts of a day, for a plan that begins at `now`.

    `ask_rules` False leaves the rules out (orders that they stop count as plannable): quick enough for a transaction;
    `ask_of` asks them of these orders alone. Crews that are `away` are left out. `pins_from_id` is a draft whose hand
    moves stand, as those of the plan in force do.
    """
    utility = policies.get_utility(session)
    zone = ZoneInfo(utility.time_zone)
    published = queries.published_plan(session, on=on)
    routes = queries.routes_of(session, plan_id=published.id) if published else ()
    stops = queries.stops_of(session, plan_id=published.id) if published else {}
    on_routes = orders.by_ids(session, [stop.order_id for some in stops.values() for stop in some])
    visits = queries.visits(session, list(on_routes))
    shifts = [shift for shift in crews.shifts_on(session, on=on) if shift.crew_id not in away]
    members = crews.members(session, [shift.id for shift in shifts])
    pinned = queries.pins(
        session, plan_ids=[i for i in (published.id if published else None, pins_from_id) if i is not None]
    )
    there = {shift.crew_id for shift in shifts if shift.ended_at is None}
    where = seen(session, routes=routes, on=on, now=now, zone=zone)
    route_of = {route.crew_id: route for route in routes}
    paces = learned_queries.paces(session)
    found: list[day.CrewFacts] = []
    for shift in shifts:
        route = route_of.get(shift.crew_id)
        planned = (
            []
            if route is None
            else planned_stops(
                stops.get(route.id, []), orders=on_routes, visits=visits, on=on, pace=paces.get(shift.crew_id)
            )
        )
        found.append(crew_facts(shift, members[shift.id], route=route, planned=planned, now=now, keep_next=True,
                                where=where.get(shift.crew_id)))  # fmt: skip
    kept = {stop.order_id for crew in found for stop in crew.kept}
    home = {s.order_id: route.crew_id for route in routes for s in stops.get(route.id, [])}
    with_crew = [o for o in on_routes.values() if o.state in ("DISPATCHED", "EN_ROUTE") or o.id in kept]
    due = {order.id: order for order in [*orders.plannable(session, on), *with_crew]}
    blocked: list[tuple[int, dict[str, object]]] = []
    rows: list[day.OrderFacts] = []
    for order in due.values():
        ask = ask_rules and order.id not in kept and (ask_of is None or order.id in ask_of)
        stopped = blocked_by_rules(session, order=order, on=on, now=now) if ask else None
        if stopped is not None:
            blocked.append((order.id, stopped))
        else:
            pin = pinned.get(order.id)
            rows.append(
                order_facts(
                    order, utility=utility, on=on, prefer_crew_id=home.get(order.id),
                    pinned_crew_id=pin if pin in there else None,
                )
            )  # fmt: skip
    known = day.DayFacts(
        on=on,
        zone=zone,
        now=now,
        yard=(utility.yard_lon, utility.yard_lat),
        crews=tuple(found),
        orders=tuple(sorted(rows, key=lambda row: row.order_id)),
        cuts_an_hour=utility.shutoffs_an_hour,
        blocked=tuple(sorted(blocked, key=lambda row: row[0])),
    )
    return with_learned(session, found=known)


def with_learned(session: Session, *, found: day.DayFacts) -> day.DayFacts:
    """The facts with the minutes of work and the driving that were learned for such a day."""
    shifts = crews.shifts_on(session, on=found.on)
    drive = learning.factor_of_day(learned_queries.hours(session), hours=_worked_hours(shifts, zone=found.zone))
    return dataclasses.replace(found, work_s=learned_queries.work_s(session), drive=drive)


def _worked_hours(shifts: Sequence[crew_models.Shift], *, zone: ZoneInfo) -> frozenset[int]:
    """Local hours of the day in which some crew of these shifts works."""
    found: set[int] = set()
    for shift in shifts:
        at = shift.start_at
        while at < shift.end_at and len(found) < len(learning.HOURS):
            found.add(at.astimezone(zone).hour)
            at += timedelta(minutes=30)
    return frozenset(found)


def order_facts(
    order: ServiceOrder,
    *,
    utility: policy_models.Utility,
    on: date,
    prefer_crew_id: int | None = None,
    pinned_crew_id: int | None = None,
) -> day.OrderFacts:
    """One order as the planner sees it."""
    cut = kinds.get(code=order.kind).needs_clearance
    zone = ZoneInfo(utility.time_zone)
    return day.OrderFacts(
        order_id=order.id,
        kind=order.kind,
        state=order.state,
        priority=order.priority,
        at=None if order.lon is None or order.lat is None else (order.lon, order.lat),
        window=day.window_of(due_on=order.due_on, window_from=order.window_from, window_to=order.window_to, on=on),
        not_after_at=day.local_time(utility.last_shutoff, on=on, zone=zone) if cut else None,
        prefer_crew_id=prefer_crew_id,
        pinned_crew_id=pinned_crew_id,
    )


def crew_facts(
    shift: crew_models.Shift,
    members: Sequence[crews.Member],
    *,
    route: models.Route | None,
    planned: Sequence[eta.Planned],
    now: datetime,
    keep_next: bool,
    where: eta.Seen | None = None,
) -> day.CrewFacts:
    """One crew: its shift, what it can do together, and what of its route stays (`keep_next`: the next two too)."""
    live = route is not None and route.status == "published"
    times = {one.order_id: one for one in eta.likely(stops=planned, now=now, live=live, seen=where)}
    stops = [
        day.KeptStop(
            order_id=stop.order_id,
            state=stop.state,
            arrive_at=times[stop.order_id].arrive_at,
            start_at=times[stop.order_id].start_at,
            finish_at=times[stop.order_id].finish_at,
        )
        for stop in planned
    ]
    # A crew that went home goes nowhere any more.
    kept = (
        day.kept_stops(stops)
        if keep_next and live and shift.ended_at is None
        else tuple(stop for stop in stops if stop.behind)
    )
    eaten = None
    if live and route is not None and route.lunch_from_at and route.lunch_to_at and route.lunch_to_at <= now:
        eaten = (route.lunch_from_at, route.lunch_to_at)
    return day.CrewFacts(
        crew_id=shift.crew_id,
        start_at=shift.start_at,
        end_at=min(shift.end_at, shift.ended_at) if shift.ended_at else shift.end_at,
        lunch_from_at=shift.lunch_from_at,
        lunch_to_at=shift.lunch_to_at,
        lunch_s=shift.lunch_s,
        skills=frozenset(skill for member in members for skill in member.skills),
        people=len(members),
        kept=kept,
        lunch_taken=eaten,
    )


def seen(
    session: Session, *, routes: Sequence[models.Route], on: date, now: datetime, zone: ZoneInfo
) -> dict[int, eta.Seen]:
    """Where the crews of routes of today were last seen, by crew id; nothing of another day."""
    if now.astimezone(zone).date() != on:
        return {}
    lines = {route.crew_id: route.line for route in routes}
    drive = learning.factor_of_day(learned_queries.hours(session), hours=(now.astimezone(zone).hour,))
    return {
        crew_id: eta.Seen(
            at=row.at, place=(row.lon, row.lat), accuracy_m=row.accuracy_m,
            off_route_m=eta.off_route_m(line=lines[crew_id], place=(row.lon, row.lat)), drive=drive,
        )
        for crew_id, row in crews.last_positions(session, list(lines)).items()
        if now - row.at <= eta.FRESH and row.accuracy_m <= eta.GOOD_TO_M
    }  # fmt: skip


def planned_stops(
    stops: Sequence[models.RouteStop],
    *,
    orders: Mapping[int, ServiceOrder],
    visits: Mapping[int, Visit],
    on: date,
    pace: Mapping[str, float] | None = None,
) -> list[eta.Planned]:
    """Stops of one route with the state of their orders and what the visits reported; stops that fell away are left out.

    A stop falls away when its order was cancelled, held or given back; a recalled one stays in sight. `pace` is how
    long the crew takes against all crews, by kind (`learned_queries.paces`).
    """
    found: list[eta.Planned] = []
    for stop in stops:
        order, visit = orders[stop.order_id], visits.get(stop.order_id)
        # A visit of another day says nothing about this route.
        seen = visit if visit is not None and (order.visit_id == visit.id or order.state in day.OVER) else None
        found.append(
            eta.Planned(
                order_id=stop.order_id,
                state=order.state,
                arrive_at=stop.arrive_at,
                start_at=stop.start_at,
                finish_at=stop.finish_at,
                window=day.window_of(
                    due_on=order.due_on, window_from=order.window_from, window_to=order.window_to, on=on
                ),
                set_off_at=seen.en_route_at if seen else None,
                arrived_at=seen.arrived_at if seen else None,
                started_at=seen.started_at if seen else None,
                finished_at=(seen.finished_at if seen else None)
                or (order.finished_at if order.state in day.OVER else None),
                place=None if order.lon is None or order.lat is None else (order.lon, order.lat),
                pace=(pace or {}).get(order.kind, 1.0),
            )
        )
    return found


def blocked_by_rules(session: Session, *, order: ServiceOrder, on: date, now: datetime) -> dict[str, object] | None:
    """The first rule that forbids a shutoff for non-payment on a day, with its fact; None when it may go out."""
    if not kinds.get(code=order.kind).needs_clearance or order.premise_id is None:
        return None
    calendar = policies.rules(session).calendar
    opens = (calendar.office_hours(on) or (time(9), time(16)))[0]
    verdict = checks.verdict(
        session,
        kind=order.kind,
        premise_id=order.premise_id,
        account_id=order.account_id,
        service_point_id=order.service_point_id,
        at=max(now, calendar.moment(on, opens)),
        reason=order.reason if order.reason.isupper() else "",
        leave_out_order_id=order.id,
    )
    if verdict.result != "block":
        return None
    first = next(one for one in verdict.results if one.result == "block")
    return {"rule_id": first.rule_id, "fact_en": first.fact_en, "fact_es": first.fact_es}


def blocked_of_plan(session: Session, *, plan_id: int, now: datetime) -> dict[int, dict[str, object]]:
    """Orders of a plan that the rules stop by now, each with the rule and its fact."""
    plan = queries.get_plan(session, plan_id)
    ids = [stop.order_id for some in queries.stops_of(session, plan_id=plan_id).values() for stop in some]
    found: dict[int, dict[str, object]] = {}
    for order in orders.by_ids(session, ids).values():
        if order.state in day.OVER or order.state == "ON_SITE":
            continue
        told = blocked_by_rules(session, order=order, on=plan.on_day, now=now)
        if told is not None:
            found[order.id] = told
    return found
