"""Reading orders."""

import math
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.crews import models as crew_models
from dispatch.orders import lifecycle, models, schemas

PAGE = 50


def get_order(session: Session, order_id: int) -> models.ServiceOrder:
    found = session.get(models.ServiceOrder, order_id)
    if found is None:
        raise errors.NotFound(f"There is no order {order_id}.")
    return found


def find_order(session: Session, order_id: int) -> models.ServiceOrder | None:
    return session.get(models.ServiceOrder, order_id)


def find_by_number(session: Session, number: str) -> models.ServiceOrder | None:
    """An order by its spoken number, blanks and all."""
    plain = "".join(character for character in number if character.isdigit())
    return session.execute(select(models.ServiceOrder).where(models.ServiceOrder.number == plain)).scalar_one_or_none()


def find_by_open_key(session: Session, key: str) -> models.ServiceOrder | None:
    return session.execute(select(models.ServiceOrder).where(models.ServiceOrder.open_key == key)).scalar_one_or_none()


def open_at(session: Session, *, premise_id: int) -> Sequence[models.ServiceOrder]:
    """Orders at a premise for which a visit is still to come."""
    order = models.ServiceOrder
    return (
        session.execute(
            select(order).where(order.premise_id == premise_id, order.state.in_(lifecycle.OPEN)).order_by(order.id)
        )
        .scalars()
        .all()
    )


def open_of_account(session: Session, *, account_id: int, kinds: Iterable[str]) -> Sequence[models.ServiceOrder]:
    """Open orders of some kinds of an account, wherever they are."""
    order = models.ServiceOrder
    return (
        session.execute(
            select(order)
            .where(order.account_id == account_id, order.kind.in_(list(kinds)), order.state.in_(lifecycle.OPEN))
            .order_by(order.id)
        )
        .scalars()
        .all()
    )


def open_near(
    session: Session, *, lon: float, lat: float, metres: float, kinds: Iterable[str]
) -> Sequence[models.ServiceOrder]:
    """Open orders of some kinds within a distance, by a box around the place."""
    order = models.ServiceOrder
    high = metres / 110_540
    wide = metres / (111_320 * max(0.1, math.cos(math.radians(lat))))
    return (
        session.execute(
            select(order)
            .where(
                order.kind.in_(list(kinds)),
                order.state.in_(lifecycle.OPEN),
                order.lon.between(lon - wide, lon + wide),
                order.lat.between(lat - high, lat + high),
            )
            .order_by(order.id)
            .limit(20)
        )
        .scalars()
        .all()
    )


def plannable(session: Session, on: date) -> Sequence[models.ServiceOrder]:
    """Orders due on or before a day that the planner may place."""
    order = models.ServiceOrder
    return (
        session.execute(
            select(order).where(order.state.in_(lifecycle.PLANNABLE), order.due_on <= on).order_by(order.id)
        )
        .scalars()
        .all()
    )


def that_may_wait(session: Session, *, first: date, last: date) -> Sequence[models.ServiceOrder]:
    """Orders that the planner may place on more than one day, some of them from the first to the last."""
    order = models.ServiceOrder
    found = select(order).where(
        order.state.in_(lifecycle.PLANNABLE), order.crew_id.is_(None), order.latest_on.is_not(None),
        order.earliest_on <= last, or_(order.latest_on >= first, order.due_on <= last),
    )  # fmt: skip
    return session.execute(found.order_by(order.id)).scalars().all()


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, models.ServiceOrder]:
    wanted = list(ids)
    found: dict[int, models.ServiceOrder] = {}
    for start in range(0, len(wanted), 900):
        part = wanted[start : start + 900]
        for row in session.execute(select(models.ServiceOrder).where(models.ServiceOrder.id.in_(part))).scalars():
            found[row.id] = row
    return found


def visits_of(session: Session, order_id: int) -> Sequence[models.Visit]:
    """Visits of an order, oldest first."""
    visit = models.Visit
    return (
        session.execute(select(visit).where(visit.order_id == order_id).order_by(visit.arrived_at, visit.id))
        .scalars()
        .all()
    )


def photos_of(session: Session, order_id: int) -> Sequence[tuple[models.Photo, bool]]:
    """Photos that an order's visits name, and whether their bytes are here."""
    rows = session.execute(
        select(models.Photo, models.Attachment.stored_at)
        .outerjoin(models.Attachment, models.Attachment.sha256 == models.Photo.sha256)
        .where(models.Photo.order_id == order_id)
        .order_by(models.Photo.id)
    )
    return [(photo, stored is not None) for photo, stored in rows]


def listed(
    session: Session, *, state: str, kind: str, text: str, on: date | None, page: int
) -> tuple[Sequence[models.ServiceOrder], int]:
    """One page of orders, newest first, and how many there are. `state`: open, done, all, or one state."""
    order = models.ServiceOrder
    query = select(order)
    if state == "open":
        query = query.where(order.state.in_(lifecycle.OPEN))
    elif state == "done":
        query = query.where(order.state.in_(["COMPLETED", "REVIEW", "POSTED", "CLOSED"]))
    elif state not in ("", "all"):
        query = query.where(order.state == state.upper())
    if kind:
        query = query.where(order.kind == kind)
    if on is not None:
        query = query.where(order.due_on == on)
    if text:
        plain = text.replace(" ", "")
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(order.number == plain, order.place.ilike(like, escape="\\")))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(order.id.desc()).offset((page - 1) * PAGE).limit(PAGE)).scalars().all()
    return rows, int(total)


def ref_of(order: models.ServiceOrder) -> str:
    """What the desk opens for an order's place."""
    if order.premise_id is not None:
        return f"premise-{order.premise_id}"
    if order.lot_id is not None:
        return f"lot-{order.lot_id}"
    return f"parcel-{order.parcel_id}" if order.parcel_id is not None else ""


def rows(session: Session, orders: Sequence[models.ServiceOrder]) -> list[schemas.OrderRow]:
    """Orders as lines of a list."""
    crew_ids = {order.crew_id for order in orders if order.crew_id is not None}
    crews: dict[int, str] = {}
    if crew_ids:
        found = session.execute(
            select(crew_models.Crew.id, crew_models.Crew.call_sign).where(crew_models.Crew.id.in_(crew_ids))
        )
        crews = {row[0]: row[1] for row in found}
    return [
        schemas.OrderRow(
            id=order.id,
            number=order.number,
            kind=order.kind,
            state=order.state,
            priority=order.priority,
            place=order.place,
            property_ref=ref_of(order),
            due_on=order.due_on.isoformat(),
            latest_on=order.latest_on.isoformat() if order.latest_on else None,
            window=order.window,
            crew=crews.get(order.crew_id) if order.crew_id else None,
            opened_at=order.opened_at,
            lon=order.lon,
            lat=order.lat,
            version=order.version,
        )
        for order in orders
    ]
