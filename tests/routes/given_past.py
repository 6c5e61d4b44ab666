"""Days that lie behind: crews that went from home to home and reported what they did."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from dispatch.orders.models import ServiceOrder, Visit
from dispatch.routes import ground
from dispatch.transaction import reading
from tests import given
from tests.routes import given_day

CORNERS = ((0.0, 0.0), (0.018, 0.0), (0.018, 0.018), (0.0, 0.018))
"""Degrees from the yard; one and a half kilometres and more lie between them."""


def homes(*, kind: str = "LEAK_CHECK") -> list[int]:
    """Four orders at four corners of the town, done long ago."""
    found = [given_day.an_order(kind=kind) for _ in CORNERS]
    with given.edge() as tx:
        for order_id, (east, north) in zip(found, CORNERS, strict=True):
            order = tx.session.get_one(ServiceOrder, order_id)
            order.lon, order.lat, order.state, order.open_key = (
                given.YARD[0] + east,
                given.YARD[1] + north,
                "POSTED",
                None,
            )
    return found


def street_s(from_order: int, to_order: int) -> int:
    """Seconds between two orders by the street network."""
    with reading() as session:
        orders = [session.get_one(ServiceOrder, one) for one in (from_order, to_order)]
        places = [(order.id, (order.lon or 0.0, order.lat or 0.0)) for order in orders]
        driving = ground.get(session).driving(places)
        return int(driving.travel_s[driving.place_of[from_order], driving.place_of[to_order]])


def days(
    orders: Sequence[int],
    *,
    crew_id: int,
    count: int = 12,
    work_min: float = 20.0,
    drive: float = 1.0,
    disposition: str = "DONE",
    last: date = given.WORKDAY - timedelta(days=1),
) -> None:
    """So many days until `last` on which a crew went through the orders from 9:00 on."""
    legs = [street_s(a, b) for a, b in pairwise(orders)]
    for back in range(count):
        a_day(
            orders, crew_id=crew_id, on=last - timedelta(days=back), legs_s=[one * drive for one in legs],
            work_min=work_min, disposition=disposition,
        )  # fmt: skip


def a_day(
    orders: Sequence[int],
    *,
    crew_id: int,
    on: date,
    legs_s: Sequence[float],
    work_min: float = 20.0,
    disposition: str = "DONE",
) -> None:
    """One day of a crew: work of so many minutes at each order, drives of so many seconds between them."""
    at = datetime.combine(on, time(9), tzinfo=given.PACIFIC)
    with given.edge() as tx:
        for order_id, drive_s in zip(orders, (0.0, *legs_s), strict=True):
            arrived = at + timedelta(seconds=drive_s)
            finished = arrived + timedelta(minutes=work_min)
            tx.session.add(
                Visit(
                    id=str(uuid.uuid4()), order_id=order_id, crew_id=crew_id, en_route_at=at, arrived_at=arrived,
                    started_at=arrived, finished_at=finished, disposition=disposition, facts={}, posted_at=finished,
                )
            )  # fmt: skip
            at = finished + timedelta(seconds=30)
