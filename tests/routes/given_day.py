"""A small town with streets, crews and orders, for days that are really planned."""

from datetime import date, datetime, time, timedelta

from shapely.geometry import LineString

from dispatch.orders import models as orders
from dispatch.orders import operations as order_operations
from dispatch.routes import models, operations, queries, workflow
from dispatch.transaction import HOUSE, reading
from maps import stores
from tests import given

STEP = 0.002
ACROSS = 12


def streets(*, dead: bool = False) -> None:
    """A grid of streets around the yard, 12 blocks each way, drivable both ways; `dead`: one street has no signal."""
    lon0, lat0 = given.YARD[0] - STEP, given.YARD[1] - STEP
    with given.edge() as tx:
        for row in range(ACROSS):
            for column in range(ACROSS):
                here = (lon0 + column * STEP, lat0 + row * STEP)
                for to_column, to_row in ((column + 1, row), (column, row + 1)):
                    if to_column >= ACROSS or to_row >= ACROSS:
                        continue
                    line = LineString([here, (lon0 + to_column * STEP, lat0 + to_row * STEP)])
                    tx.session.add(
                        stores.Street(
                            district_id=1, name=f"{row} and {column}", street_class="local", oneway=0, speed_kmh=40.0,
                            from_node=row * ACROSS + column, to_node=to_row * ACROSS + to_column, shape=line,
                            min_lon=line.bounds[0], min_lat=line.bounds[1], max_lon=line.bounds[2],
                            max_lat=line.bounds[3], signal=not (dead and row == 5),
                        )
                    )  # fmt: skip


def an_order(
    *, kind: str = "LEAK_CHECK", window: str = "ALL_DAY", today: date = given.WORKDAY, home: given.Home | None = None
) -> int:
    """An open order due today, at a home of its own or at `home`."""
    home = home or given.a_home()
    start_hour = {"8-10": 8, "10-12": 10, "12-14": 12, "14-16": 14}.get(window)
    start = None if start_hour is None else datetime.combine(today, time(start_hour), tzinfo=given.PACIFIC)
    from dispatch.orders import kinds

    with given.edge() as tx:
        order = orders.ServiceOrder(
            number=order_operations.take_number(tx), kind=kind, state="READY" if start is None else "SCHEDULED",
            group_versions={}, priority=kinds.get(code=kind).priority, premise_id=home.premise_id,
            service_point_id=home.service_point_id, account_id=home.account_id, place=home.address, due_on=today,
            window=window, window_from=start, window_to=start + timedelta(hours=2) if start else None,
            opened_at=given.NOW, opened_by="Dana", open_key=f"sp-{home.service_point_id}:{kind}",
        )  # fmt: skip
        premise = tx.session.get_one(given.accounts.Premise, home.premise_id)
        order.lon, order.lat = premise.lon, premise.lat
        tx.session.add(order)
        tx.session.flush()
        return order.id


def a_shutoff() -> int:
    """A shutoff that the rules let go out: money is owed and every notice was given."""
    return an_order(kind="SHUTOFF_NONPAY", home=given.a_home(owes_cents=24310, noticed=True))


def asked(*, seconds: int = 1, on: date = given.WORKDAY) -> int:
    """A plan that somebody asked for."""
    with given.edge() as tx:
        return operations.request_plan(tx, on=on, seconds=seconds).id


def planned(*, on: date = given.WORKDAY) -> int:
    """A day that was asked for and planned."""
    plan_id = asked(on=on)
    assert workflow.plan_day(plan_id=plan_id, iterations=300)
    return plan_id


def published() -> int:
    """A day that was planned and sent to the crews."""
    plan_id = planned()
    workflow.publish(plan_id=plan_id, actor=HOUSE)
    return plan_id


def plan(plan_id: int) -> models.DayPlan:
    """The row of a plan."""
    with given.edge() as tx:
        return queries.get_plan(tx.session, plan_id)


def order(order_id: int) -> orders.ServiceOrder:
    """The row of an order."""
    with given.edge() as tx:
        return tx.session.get_one(orders.ServiceOrder, order_id)


def stops(plan_id: int) -> dict[int, list[int]]:
    """Order ids by crew, in the order they are visited."""
    with reading() as session:
        rows = queries.stops_of(session, plan_id=plan_id)
        return {
            route.crew_id: [stop.order_id for stop in rows.get(route.id, [])]
            for route in queries.routes_of(session, plan_id=plan_id)
        }


def left(plan_id: int) -> dict[int, str]:
    """Codes of the orders without a stop."""
    with reading() as session:
        return {one.order_id: one.code for one in queries.unplanned_of(session, plan_id=plan_id)}


def set_state(order_id: int, *, state: str, **values: object) -> None:
    """Put an order into a state as if its visit had brought it there."""
    with given.edge() as tx:
        row = tx.session.get_one(orders.ServiceOrder, order_id)
        row.state = state
        for name, value in values.items():
            setattr(row, name, value)
