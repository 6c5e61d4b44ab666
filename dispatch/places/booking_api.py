"""Booking over HTTP: a place in a window is held, and an order is opened on it."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from dispatch import errors, transaction
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.orders import api as orders_api
from dispatch.orders import schemas as order_schemas
from dispatch.places import holding, schemas
from dispatch.transaction import Tx

_TRIES = 20
T = TypeVar("T")


class Crowded(errors.Refusal):
    """Too many people take the same window in the same moment."""

    code = "try_again"
    status = 409


@endpoint(
    "POST", "/window-holds", needs="orders.open", body=schemas.WindowHoldIn, answer=schemas.WindowHoldOut, status=201
)
def hold_window(body: schemas.WindowHoldIn) -> schemas.WindowHoldOut:
    """Keep a place in a window for five minutes; 409 when the last one is gone."""

    def held(tx: Tx) -> schemas.WindowHoldOut:
        return holding.as_out(holding.hold(tx, person_id=guard.person().id, request=body), now=tx.now)

    return _again_when_met(held)


@endpoint("DELETE", "/window-holds/<ref>", needs="orders.open", status=204)
def release_window(ref: str) -> None:
    """Give back the place that the caller holds at a property."""
    with transaction.transaction(actor=guard.actor()) as tx:
        holding.release(tx, person_id=guard.person().id, ref=ref)


@endpoint("POST", "/orders", needs="orders.open", body=order_schemas.OrderIn, answer=order_schemas.OrderOut, status=201)
def open_order(body: order_schemas.OrderIn) -> order_schemas.OrderOut:
    """Open an order; a refusal lists every rule that stands against it. 409 when its window has no room any more."""

    def opened(tx: Tx) -> int:
        tx.command("orders.open", body.model_dump(mode="json"))
        return holding.open_order(tx, person_id=guard.person().id, request=body).id

    return orders_api.order_out(_again_when_met(opened))


def _again_when_met(do: Callable[[Tx], T]) -> T:
    """Runs in a transaction of its own, and again when somebody else took the same seat in the same moment."""
    for _ in range(_TRIES):
        try:
            with transaction.transaction(actor=guard.actor()) as tx:
                return do(tx)
        except IntegrityError:
            continue
    raise Crowded(
        "Others are booking the same window at this moment. Try again.",
        reasons=[
            errors.Reason(
                "try_again",
                "Others are booking the same window at this moment. Try again.",
                "Otras personas están citando el mismo horario ahora. Pruebe otra vez.",
            )
        ],
    )
