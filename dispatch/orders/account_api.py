"""Payments and holds over HTTP. They stand here because both recall orders."""

from dispatch import transaction
from dispatch.accounts import schemas
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.orders import payments


@endpoint(
    "POST",
    "/accounts/<int:account_id>/payments",
    needs="payments.record",
    body=schemas.PaymentIn,
    answer=schemas.PaymentOut,
)
def record_payment(account_id: int, body: schemas.PaymentIn) -> schemas.PaymentOut:
    """Record a payment; shutoffs that it settles are recalled at once."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("accounts.pay", {"account_id": account_id, **body.model_dump(mode="json")})
        payment, recalled, owed, there = payments.record_payment(tx, account_id=account_id, **body.model_dump())
        return schemas.PaymentOut(
            payment_id=payment.id,
            amount_cents=payment.amount_cents,
            paid_at=payment.paid_at,
            past_due_cents=owed,
            recalled_orders=[order.number for order in recalled],
            duplicate=there,
        )


@endpoint("POST", "/accounts/<int:account_id>/holds", needs="holds.place", body=schemas.HoldIn, answer=schemas.HoldOut)
def place_hold(account_id: int, body: schemas.HoldIn) -> schemas.HoldOut:
    """Put a hold on an account; its non-payment shutoffs are recalled."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("accounts.hold", {"account_id": account_id, **body.model_dump(mode="json")})
        hold, recalled = payments.place_hold(tx, account_id=account_id, kind=body.kind, reason=body.reason)
        return schemas.HoldOut(hold_id=hold.id, recalled_orders=[order.number for order in recalled])
