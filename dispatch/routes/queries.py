"""Every SELECT about plans, routes and the ground they run on."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.orders.models import ServiceOrder, Visit
from dispatch.policies import queries as policies
from dispatch.routes import causes, models
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


def shown_plan(session: Session, *, on: date, published_only: bool = False) -> models.DayPlan | None:
    """The plan whose routes are looked at: a draft that somebody asked for, else the one in force. What a re-plan
    proposes does not take the place of the day as it is driven."""
    plan, replan = models.DayPlan, models.Replan
    shown = ("published",) if published_only else ("draft", "published")
    proposed = select(replan.plan_id).where(replan.plan_id.is_not(None))
    return session.execute(
        select(plan)
        .where(plan.on_day == on, plan.status.in_(shown), (plan.status == "published") | plan.id.not_in(proposed))
        .order_by(plan.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def published_plan(session: Session, *, on: date) -> models.DayPlan | None:
    """The plan in force on a day."""
    return shown_plan(session, on=on, published_only=True)


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
    """The stop of an order in the newest plan that is in force, or a draft that somebody asked for."""
    stop, plan, replan = models.RouteStop, models.DayPlan, models.Replan
    proposed = select(replan.plan_id).where(replan.plan_id.is_not(None))
    return session.execute(
        select(stop)
        .join(plan, plan.id == stop.plan_id)
        .where(
            stop.order_id == order_id,
            (plan.status == "published") | ((plan.status == "draft") & plan.id.not_in(proposed)),
        )
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


def hold_day(session: Session, *, on: date) -> None:
    """Wait until nobody else changes the plans of a day, and keep others waiting until the end of the transaction.

    What was read before must be read again. (PostgreSQL; SQLite has one writer anyway.)
    """
    plan = models.DayPlan
    session.execute(
        select(plan)
        .where(plan.on_day == on, plan.status.in_(("draft", "published")))
        .order_by(plan.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars().all()


def pins(session: Session, *, plan_ids: Collection[int]) -> dict[int, int]:
    """Crew of each order that a person put on its route, by order id; of several plans the newest counts."""
    stop, route = models.RouteStop, models.Route
    rows = session.execute(
        select(stop.order_id, route.crew_id)
        .join(route, route.id == stop.route_id)
        .where(stop.plan_id.in_(set(plan_ids)), stop.pinned.is_(True))
        .order_by(stop.plan_id)
    )
    return {row.order_id: row.crew_id for row in rows}


class NoReplan(errors.NotFound):
    """There is no such re-plan."""

    code = "no_replan"


def get_replan(session: Session, replan_id: int) -> models.Replan:
    """The re-plan, or NoReplan."""
    found = session.get(models.Replan, replan_id)
    if found is None:
        raise NoReplan(f"There is no re-plan {replan_id}.")
    return found


def replan_policy(session: Session) -> models.ReplanPolicy:
    """What the utility has said about re-plans, or what holds where it has said nothing (a row of no table then)."""
    return session.get(models.ReplanPolicy, 1) or models.ReplanPolicy(
        id=1, at_once=list(causes.AT_ONCE), change_price_s=causes.CHANGE_PRICE_S, search_s=causes.SEARCH_S
    )


def find_waiting_replan(session: Session, *, key: str) -> models.Replan | None:
    """The re-plan of a day that waits for further events."""
    row = models.Replan
    return session.execute(select(row).where(row.waiting_key == key).with_for_update()).scalar_one_or_none()


def due_replans(session: Session, *, now: datetime) -> Sequence[int]:
    """Re-plans whose time has come and whose day nobody works on, the most urgent first."""
    row = models.Replan
    busy = select(row.on_day).where(row.status == "working")
    return (
        session.execute(
            select(row.id)
            .where(row.status == "waiting", row.due_at <= now, row.on_day.not_in(busy))
            .order_by(row.at_once.desc(), row.due_at, row.id)
        )
        .scalars()
        .all()
    )


def working_replans(session: Session) -> Sequence[models.Replan]:
    """Re-plans that a worker has (or had) in hand."""
    row = models.Replan
    return session.execute(select(row).where(row.status == "working").order_by(row.id)).scalars().all()


def replans_on(session: Session, *, on: date, limit: int) -> Sequence[models.Replan]:
    """The last re-plans of a day, the newest first."""
    row = models.Replan
    found = select(row).where(row.on_day == on).order_by(row.id.desc()).limit(limit)
    return session.execute(found).scalars().all()


def find_replan_of(session: Session, *, plan_id: int) -> models.Replan | None:
    """The re-plan that a plan holds the changes of."""
    row = models.Replan
    return session.execute(select(row).where(row.plan_id == plan_id)).scalar_one_or_none()


class NoTrial(errors.NotFound):
    """There is no such comparison."""

    code = "no_trial"


def get_trial(session: Session, trial_id: int) -> models.Trial:
    """The comparison, or NoTrial."""
    found = session.get(models.Trial, trial_id)
    if found is None:
        raise NoTrial(f"There is no comparison {trial_id}.")
    return found


def open_trials(session: Session) -> Sequence[models.Trial]:
    """Comparisons that a worker has (or should have) in hand."""
    row = models.Trial
    found = select(row).where(row.status.in_(("queued", "working"))).order_by(row.id)
    return session.execute(found).scalars().all()
