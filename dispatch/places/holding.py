"""Keeping a place in a window: held while the rep talks, looked at once more when the order is opened."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.orders import kinds
from dispatch.orders import models as order_models
from dispatch.orders import operations as orders
from dispatch.orders import schemas as order_schemas
from dispatch.places import booking, models, queries, schemas, windows
from dispatch.transaction import Tx

HELD_FOR = timedelta(minutes=5)
"""As long as a call takes from the choice of a window to the booking."""


class WindowTaken(errors.Refusal):
    """The window has no room for one more visit of the kind (any more)."""

    code = "window_taken"
    status = 409


class NoSuchWindow(errors.Refusal):
    """The day and window are none of those offered for the kind."""

    code = "no_such_window"


def hold(tx: Tx, *, person_id: int, request: schemas.WindowHoldIn) -> models.WindowHold:
    """Keep one place in a window for this person and property; what they held here before is given back.

    A hold that goes on keeps its number. Refuses with WindowTaken or NoSuchWindow. Raises IntegrityError when somebody
    took the same seat in this very moment: try again.
    """
    booking.get_kind(code=request.kind)
    place = queries.get_place(tx.session, ref=request.ref)
    on = _day(request.on)
    row = _seat(tx, person_id=person_id, ref=place.ref, kind=request.kind, on=on, window=request.window)
    found = _offered(tx, person_id=person_id, ref=place.ref, kind=request.kind, on=on, window=request.window)
    if found is None:
        raise NoSuchWindow(f"{request.kind[:40]} has no window {request.window} on {on}.")
    if found.state != "open":
        raise _taken(found)
    return row


def release(tx: Tx, *, person_id: int, ref: str) -> None:
    """Give back what this person holds at a property; nothing happens when it is nothing."""
    held = models.WindowHold
    tx.session.execute(delete(held).where(held.person_id == person_id, held.ref == ref))


def open_order(tx: Tx, *, person_id: int, request: order_schemas.OrderIn) -> order_models.ServiceOrder:
    """Open an order. When it promises one of the windows that are offered, there must be room in it at this moment.

    Refuses as `orders.operations.open_order` does, and with WindowTaken. Raises IntegrityError as `hold` does.
    """
    ref = _ref(request)
    narrow = request.window in windows.SPANS["ALL_DAY"]
    if ref is None or request.due_on is None or not narrow or request.kind not in kinds.catalogue():
        return orders.open_order(tx, request=request)
    ref = queries.get_place(tx.session, ref=ref).ref
    try:
        on = date.fromisoformat(request.due_on)
    except ValueError:
        return orders.open_order(tx, request=request)
    # The seat is taken before room is counted: whoever else wants the last place waits here until this one is booked.
    row = _seat(tx, person_id=person_id, ref=ref, kind=request.kind, on=on, window=request.window)
    found = _offered(tx, person_id=person_id, ref=ref, kind=request.kind, on=on, window=request.window)
    order = orders.open_order(tx, request=request, number=row.number)
    if found is not None and found.state != "open":
        raise _taken(found)
    tx.session.delete(row)
    return order


def _ref(request: order_schemas.OrderIn) -> str | None:
    for kind, row_id in (("premise", request.premise_id), ("lot", request.lot_id), ("parcel", request.parcel_id)):
        if row_id is not None:
            return f"{kind}-{row_id}"
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise errors.Malformed("Write the day as 2026-08-26 (field `on`).") from None


def _seat(tx: Tx, *, person_id: int, ref: str, kind: str, on: date, window: str) -> models.WindowHold:
    """Move this person's hold at the property to the lowest free seat of the window, or make one there."""
    held = models.WindowHold
    # Bookings go one at a time (PostgreSQL; SQLite has one writer anyway): each counts room as the last one left it.
    tx.session.execute(select(order_models.OrderNumber.id).with_for_update())
    tx.session.execute(delete(held).where(held.until_at <= tx.now))
    own = queries.find_hold(tx.session, person_id=person_id, ref=ref)
    taken = set(
        tx.session.scalars(
            select(held.seat).where(held.on_day == on, held.window == window, held.id != (own.id if own else 0))
        )
    )
    seat = next(number for number in range(1, len(taken) + 2) if number not in taken)
    if own is None:
        own = held(person_id=person_id, ref=ref, number=orders.take_number(tx))
        tx.session.add(own)
    own.kind, own.on_day, own.window, own.seat, own.until_at = kind, on, window, seat, tx.now + HELD_FOR
    tx.session.flush()
    return own


def _offered(tx: Tx, *, person_id: int, ref: str, kind: str, on: date, window: str) -> schemas.WindowOut | None:
    out = booking.windows_at(tx.session, ref=ref, kind_code=kind, now=tx.now, person_id=person_id)
    return next((one for one in out.windows if (one.on, one.window) == (on.isoformat(), window)), None)


def _taken(found: schemas.WindowOut) -> WindowTaken:
    return WindowTaken(
        f"The window {found.window} on {found.on} is not open: {found.why_en}.",
        reasons=[
            errors.Reason(
                "window_taken",
                f"The window is not free any more: {found.why_en}. Choose another one.",
                f"El horario ya no está libre: {found.why_es}. Elija otro.",
                "window",
            )
        ],
    )


def find(session: Session, *, person_id: int, ref: str, kind_code: str, now: datetime) -> schemas.WindowHoldOut | None:
    """What a person holds at a property for a kind at this moment."""
    row = queries.find_hold(session, person_id=person_id, ref=queries.get_place(session, ref=ref).ref)
    return as_out(row, now=now) if row is not None and row.until_at > now and row.kind == kind_code else None


def as_out(row: models.WindowHold, *, now: datetime) -> schemas.WindowHoldOut:
    """A hold as the desk sees it."""
    return schemas.WindowHoldOut(
        ref=row.ref, kind=row.kind, on=row.on_day.isoformat(), window=row.window, number=row.number, until=row.until_at,
        as_of=now,
    )  # fmt: skip
