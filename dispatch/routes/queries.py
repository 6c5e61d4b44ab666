"""Every SELECT about plans, routes and the ground they run on."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.orders.models import ServiceOrder, Visit
from dispatch.policies import queries as policies
from dispatch.routes import models
from maps import stores

WORKING = ("queued", "reading", "travel", "solving", "saving")
"""A planner is at work (or will be in a second)."""


class NoPlan(errors.NotFound):
    """There is no such plan."""

    code = "no_plan"


class NoRoute(errors.NotFound):
    """There is no such route."""

    code = "no_route"


def get_plan(session: Session, plan_id: int) -> models.DayPlan:
    """The plan, or NoPlan."""
    found = session.get(models.DayPlan, plan_id)
    if found is None:
        raise NoPlan(f"There is no plan {plan_id}.")
    return found


def get_route(session: Session, route_id: int) -> models.Route:
    """The route, or NoRoute."""
    found = session.get(models.Route, route_id)
    if found is None:
        raise NoRoute(f"There is no route {route_id}.")
    return found


def newest_plan(session: Session, *, on: date) -> models.DayPlan | None:
    """The newest plan of a day that was not replaced."""
    plan = models.DayPlan
    return session.execute(
        select(plan).where(plan.on_day == on, plan.status != "superseded").order_by(plan.id.desc()).limit(1)
    ).scalar_one_or_none()


def newest_drawn_plan(session: Session, *, on: date, published_only: bool = False) -> models.DayPlan | None:
    """The newest plan of a day that has routes to look at: a draft, or else the published one."""
    plan = models.DayPlan
    shown = ("published",) if published_only else ("draft", "published")
    return session.execute(
        select(plan).where(plan.on_day == on, plan.status.in_(shown)).order_by(plan.id.desc()).limit(1)
    ).scalar_one_or_none()


def published_plan(session: Session, *, on: date) -> models.DayPlan | None:
    """The plan in force on a day."""
    return newest_drawn_plan(session, on=on, published_only=True)


def working_plans(session: Session) -> Sequence[models.DayPlan]:
    """Plans that a planner is (or should be) at work on, oldest first."""
    plan = models.DayPlan
    return session.execute(select(plan).where(plan.status.in_(WORKING)).order_by(plan.id)).scalars().all()


def any_plan(session: Session, *, on: date) -> bool:
    """True when somebody or the clock has asked for a plan of this day before."""
    plan = models.DayPlan
    return session.execute(select(plan.id).where(plan.on_day == on).limit(1)).first() is not None


def drafts(session: Session, *, on: date) -> Sequence[models.DayPlan]:
    """Drafts of a day, oldest first."""
    plan = models.DayPlan
    found = select(plan).where(plan.on_day == on, plan.status == "draft").order_by(plan.id)
    return session.execute(found).scalars().all()


def routes_of(session: Session, *, plan_id: int) -> Sequence[models.Route]:
    """Routes of a plan, by crew."""
    route = models.Route
    found = select(route).where(route.plan_id == plan_id).order_by(route.crew_id)
    return session.execute(found).scalars().all()


def stops_of(session: Session, *, plan_id: int) -> dict[int, list[models.RouteStop]]:
    """Stops of a plan by route id, in the order they are visited."""
    stop = models.RouteStop
    found: dict[int, list[models.RouteStop]] = {}
    rows = session.execute(select(stop).where(stop.plan_id == plan_id).order_by(stop.route_id, stop.position, stop.id))
    for row in rows.scalars():
        found.setdefault(row.route_id, []).append(row)
    return found


def find_stop(session: Session, *, plan_id: int, order_id: int) -> models.RouteStop | None:
    """The stop of an order in a plan."""
    stop = models.RouteStop
    return session.execute(select(stop).where(stop.plan_id == plan_id, stop.order_id == order_id)).scalar_one_or_none()


def unplanned_of(session: Session, *, plan_id: int) -> Sequence[models.UnplannedOrder]:
    """Orders that a plan has no stop for, in the planner's order (most urgent first)."""
    row = models.UnplannedOrder
    return session.execute(select(row).where(row.plan_id == plan_id).order_by(row.id)).scalars().all()


def find_drawn_stop(session: Session, *, order_id: int) -> models.RouteStop | None:
    """The stop of an order in the newest plan that is a draft or in force."""
    stop, plan = models.RouteStop, models.DayPlan
    return session.execute(
        select(stop)
        .join(plan, plan.id == stop.plan_id)
        .where(stop.order_id == order_id, plan.status.in_(("draft", "published")))
        .order_by(plan.on_day.desc(), plan.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def left_with_crews(session: Session, *, before: date) -> Sequence[int]:
    """Orders that a crew of an earlier day took along and did not reach, and that no later published route holds."""
    stop, route = models.RouteStop, models.Route
    later = (
        select(stop.order_id)
        .join(route, route.id == stop.route_id)
        .where(route.status == "published", route.on_day >= before)
    )
    return (
        session.execute(
            select(ServiceOrder.id)
            .join(stop, stop.order_id == ServiceOrder.id)
            .join(route, route.id == stop.route_id)
            .where(
                ServiceOrder.state.in_(("DISPATCHED", "EN_ROUTE")), ServiceOrder.crew_id == route.crew_id,
                route.status == "published", route.on_day < before, ServiceOrder.id.not_in(later),
            )
            .distinct()
            .order_by(ServiceOrder.id)
        )
        .scalars()
        .all()
    )  # fmt: skip


def find_unplanned(session: Session, *, plan_id: int, order_id: int) -> models.UnplannedOrder | None:
    """The row of an order without a stop."""
    row = models.UnplannedOrder
    return session.execute(select(row).where(row.plan_id == plan_id, row.order_id == order_id)).scalar_one_or_none()


def visits(session: Session, order_ids: Collection[int]) -> dict[int, Visit]:
    """The newest visit of each order that has one."""
    if not order_ids:
        return {}
    rows = session.execute(
        select(Visit).where(Visit.order_id.in_(set(order_ids))).order_by(Visit.arrived_at, Visit.id)
    ).scalars()
    return {row.order_id: row for row in rows}


def changes(session: Session, *, crew_id: int, on: date) -> Sequence[models.RouteChange]:
    """What changed for a crew after publishing, oldest first."""
    row = models.RouteChange
    found = select(row).where(row.crew_id == crew_id, row.on_day == on).order_by(row.at, row.id)
    return session.execute(found).scalars().all()


def map_state(session: Session) -> tuple[object, ...]:
    """What names the present streets: another import, or other rows, give another value."""
    district_id = policies.get_utility(session).district_id
    newest = session.execute(
        select(func.max(stores.Import.id)).where(stores.Import.district_id == district_id)
    ).scalar()
    count, last = session.execute(
        select(func.count(stores.Street.id), func.max(stores.Street.id)).where(stores.Street.district_id == district_id)
    ).one()
    return (str(session.get_bind().engine.url), district_id, newest, count, last)


def streets(session: Session) -> Sequence[stores.Street]:
    """Street rows of the utility's district."""
    street = stores.Street
    district_id = policies.get_utility(session).district_id
    return session.execute(select(street).where(street.district_id == district_id).order_by(street.id)).scalars().all()
