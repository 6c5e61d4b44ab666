"""Plans and routes as the screens see them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch.crews import queries as crews
from dispatch.journal import queries as journal
from dispatch.orders import kinds
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from dispatch.routes import (
    counterfactuals,
    day,
    eta,
    facts,
    if_words,
    learned_queries,
    models,
    moves,
    queries,
    schemas,
    wording,
)

REPLANS_SHOWN = 8


def plan_out(session: Session, *, plan: models.DayPlan, with_unplanned: bool = True) -> schemas.PlanOut:
    """One plan. `with_unplanned` lists the orders that it left, each with its reason."""
    stage_en, stage_es = wording.STAGES[plan.status]
    left = queries.unplanned_of(session, plan_id=plan.id) if with_unplanned else ()
    rows = orders.by_ids(session, [one.order_id for one in left])
    words = _words(session, plan.on_day)
    fits_if = _if_words(session, on=plan.on_day, words=words, left=left)
    return schemas.PlanOut(
        plan_id=plan.id,
        on=plan.on_day.isoformat(),
        status=plan.status,  # type: ignore[arg-type]
        stage_en=stage_en,
        stage_es=stage_es,
        progress=plan.progress,
        orders=plan.orders,
        planned=plan.planned,
        crews=plan.crews,
        travel_minutes=None if plan.travel_s is None else round(plan.travel_s / 60),
        seconds=plan.seconds,
        error_en=plan.error_en,
        error_es=plan.error_es,
        proposal=plan.status == "draft" and queries.find_replan_of(session, plan_id=plan.id) is not None,
        unplanned=[
            _unplanned(
                rows[one.order_id],
                words.unplanned(code=one.code, facts=one.facts),
                one.code,
                fits_if=fits_if(one.facts),
            )
            for one in left
        ],
    )


def day_routes(session: Session, *, on: date, now: datetime, public: bool = False) -> schemas.DayRoutesOut:
    """A day: its newest plan, the routes to look at, and every order due that has no stop, with the reason.

    `public`: only what is in force, without names; shutoffs for non-payment appear as service calls.
    """
    seq = journal.last_seq(session)
    utility = policies.get_utility(session)
    zone = ZoneInfo(utility.time_zone)
    newest = queries.newest_plan(session, on=on)
    drawn = queries.shown_plan(session, on=on, published_only=public)
    routes = queries.routes_of(session, plan_id=drawn.id) if drawn else ()
    stops = queries.stops_of(session, plan_id=drawn.id) if drawn else {}
    rows = orders.by_ids(session, [stop.order_id for some in stops.values() for stop in some])
    visits = queries.visits(session, list(rows))
    shifts = {shift.crew_id: shift for shift in crews.shifts_on(session, on=on)}
    members = crews.members(session, [shift.id for shift in shifts.values()])
    crew_rows = crews.crews(session, [route.crew_id for route in routes])
    today = now.astimezone(zone).date() == on
    where = facts.seen(session, routes=routes, on=on, now=now, zone=zone)
    paces = learned_queries.paces(session)
    say = if_words.IfWords(
        words=_words(session, on), call_signs=_call_signs(session, on), places={i: row.place for i, row in rows.items()}
    )
    shown: list[schemas.RouteOut] = []
    on_routes: set[int] = set()
    for route in sorted(routes, key=lambda route: (crew_rows[route.crew_id].letter, route.crew_id)):
        crew, shift = crew_rows[route.crew_id], shifts.get(route.crew_id)
        planned = [
            one
            for one in facts.planned_stops(
                stops.get(route.id, []), orders=rows, visits=visits, on=on, pace=paces.get(crew.id)
            )
            if moves.in_sight(one.state, route.status)
        ]
        locked = {stop.order_id for stop in stops.get(route.id, []) if stop.locked}
        pinned = {stop.order_id for stop in stops.get(route.id, []) if stop.pinned}
        whys = {
            stop.order_id: say.why_here(stop.why, order_id=stop.order_id)
            for stop in stops.get(route.id, [])
            if stop.why is not None and not public
        }
        likely = eta.likely(
            stops=planned, now=now, live=today and route.status == "published", seen=where.get(route.crew_id)
        )
        on_routes |= {one.order_id for one in planned}
        shown.append(
            schemas.RouteOut(
                route_id=route.id,
                crew_id=crew.id,
                letter=crew.letter,
                crew=crew.call_sign,
                people=[] if public or shift is None else [member.name for member in members[shift.id]],
                status="published" if route.status == "published" else "draft",
                version=route.version,
                shift_from=shift.start_at if shift else _at(route, likely, now),
                shift_to=shift.end_at if shift else _at(route, likely, now),
                lunch_from=route.lunch_from_at,
                lunch_to=route.lunch_to_at,
                finish_at=_finish(route, planned, likely),
                changes_left=moves.changes_left(route, utility),
                stops=[
                    _stop(rows[one.order_id], position=position, times=one, window=plan.window, public=public,
                          pinned=one.order_id in pinned, why=whys.get(one.order_id),
                          locked=one.done or plan.state in day.STARTED or (one.order_id in locked and plan.state in day.OVER))
                    for position, (one, plan) in enumerate(zip(likely, planned, strict=True))
                ],
                line=[(float(lon), float(lat)) for lon, lat in route.line],
            )
        )  # fmt: skip
    return schemas.DayRoutesOut(
        on=on.isoformat(),
        plan=None if newest is None or public else plan_out(session, plan=newest, with_unplanned=False),
        routes=shown,
        unassigned=[] if public else _unassigned(session, on=on, drawn=drawn, on_routes=on_routes),
        replans=[] if public else [_replan(one) for one in queries.replans_on(session, on=on, limit=REPLANS_SHOWN)],
        last_shutoff_at=day.local_time(utility.last_shutoff, on=on, zone=zone),
        seq=seq,
    )


def trial_out(session: Session, *, row: models.Trial) -> schemas.TrialOut:
    """A comparison with its figures, as far as it is."""
    zone = policies.zone(session)

    def figures(name: str) -> schemas.FiguresOut | None:
        found = row.figures.get(name)
        if found is None:
            return None
        back = day.instant_of(found["finish_s"], on=row.on_day, zone=zone) if found["finish_s"] else None
        told = {key: value for key, value in found.items() if key != "finish_s"}
        return schemas.FiguresOut(**told, finish_at=back)

    return schemas.TrialOut(
        trial_id=row.id, on=row.on_day.isoformat(), status=row.status,  # type: ignore[arg-type]
        progress=row.progress, now=figures("now"), then=figures("then"), error_en=row.error_en, error_es=row.error_es,
    )  # fmt: skip


def _replan(row: models.Replan) -> schemas.ReplanOut:
    return schemas.ReplanOut(
        replan_id=row.id,
        at=row.finished_at or row.asked_at,
        status=row.status,  # type: ignore[arg-type]
        outcome=row.outcome,  # type: ignore[arg-type]
        plan_id=row.plan_id,
        text_en=row.text_en,
        text_es=row.text_es,
        changes=[
            schemas.ReplanChangeOut(
                order_id=one["order_id"], from_crew_id=one["from_crew_id"], to_crew_id=one["to_crew_id"],
                text_en=one["text_en"], text_es=one["text_es"], beyond=bool(one["over"]),
            )
            for one in row.changes
        ],
        left=list(row.left),
    )  # fmt: skip


def _at(route: models.Route, likely: tuple[eta.Likely, ...], now: datetime) -> datetime:
    return route.finish_at or (likely[-1].finish_at if likely else now)


def _finish(route: models.Route, planned: list[eta.Planned], likely: tuple[eta.Likely, ...]) -> datetime | None:
    """When the crew is likely back: the planned return, pushed on as much as its last stop is."""
    if route.finish_at is None or not likely:
        return route.finish_at
    return max(route.finish_at + (likely[-1].finish_at - planned[-1].finish_at), likely[-1].finish_at)


def _stop(
    order: ServiceOrder,
    *,
    position: int,
    times: eta.Likely,
    window: tuple[datetime, datetime] | None,
    public: bool,
    locked: bool,
    pinned: bool,
    why: wording.Both | None,
) -> schemas.StopOut:
    return schemas.StopOut(
        order_id=order.id,
        number=order.number,
        kind=shown_kind(order.kind, public=public),
        state=order.state,
        place=order.place,
        position=position,
        arrive_at=times.arrive_at,
        start_at=times.start_at,
        finish_at=times.finish_at,
        window_from=window[0] if window else None,
        window_to=window[1] if window else None,
        locked=locked,
        pinned=pinned,
        done=times.done,
        why_here=None if why is None else schemas.SaidOut(text_en=why[0], text_es=why[1]),
        late_min=times.late_min,
        lon=order.lon or 0.0,
        lat=order.lat or 0.0,
    )


def shown_kind(kind: str, *, public: bool) -> str:
    """The kind as it may be shown: on a public screen a shutoff for non-payment is a service call."""
    return (kinds.get(code=kind).public_code or kind) if public else kind


def _unassigned(
    session: Session, *, on: date, drawn: models.DayPlan | None, on_routes: set[int]
) -> list[schemas.UnplannedOut]:
    told = {one.order_id: one for one in queries.unplanned_of(session, plan_id=drawn.id)} if drawn else {}
    words = _words(session, on)
    fits_if = _if_words(session, on=on, words=words, left=tuple(told.values()))
    due = [order for order in orders.plannable(session, on) if order.id not in on_routes]
    due.sort(key=lambda order: (order.priority, order.due_on, order.id))
    found = []
    for order in due:
        one = told.get(order.id)
        if one is not None:
            reason = words.unplanned(code=one.code, facts=one.facts)
            found.append(_unplanned(order, reason, one.code, fits_if=fits_if(one.facts)))
        elif drawn is not None:
            found.append(_unplanned(order, wording.NEW_SINCE, "NEW_SINCE_PLAN"))
        else:
            found.append(_unplanned(order, wording.NOT_YET, "NO_PLAN_YET"))
    return found


def _unplanned(
    order: ServiceOrder, reason: wording.Both, code: str, *, fits_if: Sequence[schemas.FitsIfOut] = ()
) -> schemas.UnplannedOut:
    return schemas.UnplannedOut(
        order_id=order.id,
        number=order.number,
        kind=order.kind,
        place=order.place,
        window=order.window,
        code=code,
        reason_en=reason[0],
        reason_es=reason[1],
        fits_if=list(fits_if),
        lon=order.lon,
        lat=order.lat,
    )


def _words(session: Session, on: date) -> wording.Words:
    return wording.Words(on=on, zone=policies.zone(session), call_signs=_call_signs(session, on))


def _call_signs(session: Session, on: date) -> dict[int, str]:
    shifts = crews.shifts_on(session, on=on)
    return {crew.id: crew.call_sign for crew in crews.crews(session, [shift.crew_id for shift in shifts]).values()}


def _if_words(
    session: Session, *, on: date, words: wording.Words, left: Sequence[models.UnplannedOrder]
) -> Callable[[wording.Facts], list[schemas.FitsIfOut]]:
    """Says what stands among the facts beside a reason."""
    told = [one for row in left for one in counterfactuals.written(row.facts)]
    named = {i for one in told for i in counterfactuals.orders_named(one)}
    places = {order.id: order.place for order in orders.by_ids(session, sorted(named)).values()}
    say = if_words.IfWords(words=words, call_signs=_call_signs(session, on), places=places)

    def fits_if(facts: wording.Facts) -> list[schemas.FitsIfOut]:
        pairs = [(str(one.get("code")), say.said(one)) for one in counterfactuals.written(facts)]
        return [schemas.FitsIfOut(code=code, text_en=en, text_es=es) for code, (en, es) in pairs]

    return fits_if
