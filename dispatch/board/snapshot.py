"""The whole board in one answer: routes, crews, what needs a person, and the day in numbers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch.board import alerts, queries, schemas
from dispatch.crews import models as crew_models
from dispatch.crews import queries as crews
from dispatch.policies import queries as policies
from dispatch.routes import day, ground, shown
from dispatch.routes.schemas import DayRoutesOut, RouteOut, StopOut

CUTS = "SHUTOFF_NONPAY"
RESTORES = ("RESTORE",)


def board(session: Session, *, on: date, now: datetime, public: bool) -> schemas.BoardOut:
    """The board of a day. `public` hides names, phones and why anybody's water is shut off."""
    zone = policies.zone(session)
    day_out = shown.day_routes(session, on=on, now=now, public=public)
    # Numbers are counted on what is in force, whatever draft somebody looks at.
    real = day_out if not public else shown.day_routes(session, on=on, now=now)
    shifts = crews.shifts_on(session, on=on)
    members = crews.members(session, [shift.id for shift in shifts])
    people = {member.person_id for some in members.values() for member in some}
    tablets = queries.tablets(session, person_ids=people)
    crew_rows = crews.crews(session, [shift.crew_id for shift in shifts])
    positions = crews.last_positions(session, list(crew_rows))
    streets = ground.get(session) if positions else None
    now_of: dict[int, schemas.CrewNow] = {}
    for shift in shifts:
        row, position = crew_rows[shift.crew_id], positions.get(shift.crew_id)
        if position is not None and position.at.astimezone(zone).date() != on:
            # Where the truck stood on another day says nothing about this one.
            position = None
        own = [tablets[m.person_id] for m in members[shift.id] if m.person_id in tablets]
        heard = [tablet.heard_at for tablet in own if tablet.heard_at is not None]
        route = next((one for one in real.routes if one.crew_id == row.id), None)
        now_of[row.id] = schemas.CrewNow(
            crew_id=row.id,
            letter=row.letter,
            crew=row.call_sign,
            people=[] if public else [member.name for member in members[shift.id]],
            lon=position.lon if position else None,
            lat=position.lat if position else None,
            accuracy_m=position.accuracy_m if position else None,
            seen_at=position.at if position else None,
            usual_dead_zone=bool(position and streets and streets.in_dead_zone(position.lon, position.lat)),
            doing_order_id=_doing(route),
            state=_state(shift, route, now=now),
            not_sent=sum(tablet.not_sent for tablet in own),
            heard_at=max(heard) if heard else None,
            checked_in_at=shift.checked_in_at,
        )
    found = [] if public else _alerts(session, routes=real.routes, now_of=now_of, shifts=shifts, members=members,
                                      now=now, zone=zone, on=on)  # fmt: skip
    in_review, _ = queries.open_reviews(session)
    return schemas.BoardOut(
        day=day_out,
        crews=sorted(now_of.values(), key=lambda crew: (crew.letter, crew.crew_id)),
        alerts=found,
        kpis=_kpis(session, real=real, crews_now=list(now_of.values()), in_review=in_review, on=on, now=now, zone=zone),
        public=public,
        at=now,
        seq=day_out.seq,
    )


def _doing(route: RouteOut | None) -> int | None:
    stops = route.stops if route else []
    here = [stop for stop in stops if stop.state == "ON_SITE"] or [stop for stop in stops if stop.state == "EN_ROUTE"]
    return here[0].order_id if here else None


def _state(shift: crew_models.Shift, route: RouteOut | None, *, now: datetime) -> str:
    if shift.ended_at is not None:
        return "done"
    stops = route.stops if route else []
    if any(stop.state == "ON_SITE" for stop in stops):
        return "on_site"
    if any(stop.state == "EN_ROUTE" for stop in stops):
        return "driving"
    if shift.checked_in_at is None:
        return "off"
    if now > shift.end_at and all(stop.done for stop in stops):
        return "done"
    if route is not None and route.lunch_from and route.lunch_to and route.lunch_from <= now <= route.lunch_to:
        return "break"
    return "driving"


def _alerts(
    session: Session,
    *,
    routes: Sequence[RouteOut],
    now_of: dict[int, schemas.CrewNow],
    shifts: Sequence[crew_models.Shift],
    members: dict[int, list[crews.Member]],
    now: datetime,
    zone: ZoneInfo,
    on: date,
) -> list[schemas.AlertOut]:
    if now.astimezone(zone).date() != on:
        return []
    people = {member.person_id for some in members.values() for member in some}
    numbers = queries.phones(session, person_ids=people)
    phones: dict[int, str] = {}
    for shift in shifts:
        known = [numbers[m.person_id] for m in members[shift.id] if m.person_id in numbers]
        if known:
            phones[shift.crew_id] = known[0]
    recalled = [
        alerts.Recall(
            order_id=order.id, crew_id=order.crew_id, place=order.place, recalled_at=order.recalled_at or now,
            paid_at=order.paid_at, why_en=order.recall_en or "", why_es=order.recall_es or "",
        )
        for order in queries.unanswered_recalls(session)
    ]  # fmt: skip
    urgent = [
        alerts.Emergency(order_id=order.id, place=order.place, opened_at=order.opened_at)
        for order in queries.emergencies_without_crew(session)
    ]
    held_count, held = queries.open_held(session)
    review_count, review = queries.open_reviews(session)
    live = [route for route in routes if route.status == "published"]
    return alerts.sorted_by_harm(
        [
            *alerts.recalls(rows=recalled, crews=now_of, phones=phones, now=now, zone=zone),
            *alerts.emergencies(rows=urgent),
            *alerts.check_ins(routes=live, crews=now_of, phones=phones, now=now),
            *alerts.windows(routes=live, crews=now_of, now=now, zone=zone),
            *alerts.sync_gaps(crews=now_of.values(), phones=phones, now=now),
            *alerts.queues(
                held=alerts.Waiting(count=held_count, since_at=held.held_at, order_id=held.order_id) if held else None,
                reviews=alerts.Waiting(count=review_count, since_at=review.opened_at, order_id=review.order_id)
                if review
                else None,
            ),
        ]
    )


def _kpis(
    session: Session,
    *,
    real: DayRoutesOut,
    crews_now: Sequence[schemas.CrewNow],
    in_review: int,
    on: date,
    now: datetime,
    zone: ZoneInfo,
) -> schemas.Kpis:
    stops = [stop for route in real.routes for stop in route.stops]
    promised = [stop for stop in stops if stop.window_to is not None]
    judged = [stop for stop in promised if stop.done or (stop.window_to is not None and stop.window_to <= now)]
    cuts = [stop for stop in stops if stop.kind == CUTS and stop.state != "RECALLED"]
    waiting = [order for order in queries.open_of_kinds(session, kinds=RESTORES) if order.opened_at <= now]
    waits_s = [(now - (order.paid_at or order.opened_at)).total_seconds() for order in waiting]
    begins = day.midnight(on=on, zone=zone)
    ends = day.midnight(on=on + timedelta(days=1), zone=zone)
    restored = queries.water_given_back(session, kinds=RESTORES, since=begins, until=ends)
    took_s = [((one.finished_at or now) - (one.paid_at or one.opened_at)).total_seconds() for one in restored]
    holding = [crew.not_sent for crew in crews_now if crew.not_sent > 0]
    return schemas.Kpis(
        done=sum(1 for stop in stops if stop.done),
        of=sum(1 for stop in stops if stop.state != "RECALLED"),
        windows_kept=sum(1 for stop in judged if _kept(stop)),
        windows_of=len(judged),
        likely_late=sum(1 for stop in stops if stop.late_min > 0 and not stop.done),
        shutoffs_done=sum(1 for stop in cuts if stop.state in ("COMPLETED", "REVIEW", "POSTED", "CLOSED")),
        shutoffs_of=len(cuts),
        recalled=queries.recalled_since(session, since=begins),
        paid_waiting=len(waiting),
        longest_wait_min=int(max(waits_s, default=0) // 60),
        restored=len(restored),
        paid_to_on_min=int(max(0, median(took_s)) // 60) if took_s else None,
        no_access=sum(1 for stop in stops if stop.state in ("CGI", "RETURN_NEEDED")),
        not_sent=sum(holding),
        not_sent_tablets=len(holding),
        in_review=in_review,
    )


def _kept(stop: StopOut) -> bool:
    return stop.done and stop.window_to is not None and stop.start_at <= stop.window_to
