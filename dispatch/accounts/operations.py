"""Writing accounts: payments, holds, service stopped and restored, charges. Money is integer cents."""

from datetime import datetime

from sqlalchemy import select, update

from dispatch import errors
from dispatch.accounts import events, models, queries
from dispatch.transaction import Tx


class PaymentRefused(errors.Refusal):
    """The payment cannot be recorded as given."""

    code = "payment_refused"


def record_payment(
    tx: Tx, *, account: models.Account, amount_cents: int, paid_at: datetime, agent: str, reference: str
) -> tuple[models.Payment, bool]:
    """Record a payment, oldest bill first. Answers (payment, was it there before).

    `paid_at` is when the customer paid, at any authorised agent; it may lie before now, never after.
    """
    found = queries.find_payment(tx.session, agent=agent, reference=reference)
    if found is not None:
        if found.account_id != account.id or found.amount_cents != amount_cents:
            raise PaymentRefused(
                f"Receipt {reference} of {agent} is already recorded with another account or amount.",
                reasons=[
                    errors.Reason(
                        "receipt_used",
                        f"Receipt {reference} of {agent} was used for another payment.",
                        f"El recibo {reference} de {agent} ya se usó para otro pago.",
                        field="reference",
                    )
                ],
            )
        return found, True
    reasons = []
    if amount_cents <= 0 or amount_cents > 100_000_00:
        reasons.append(
            errors.Reason(
                "amount",
                "The amount must be between $0.01 and $100,000.",
                "El monto va de $0.01 a $100,000.",
                "amount_cents",
            )
        )
    if paid_at > tx.now:
        reasons.append(
            errors.Reason(
                "paid_in_future",
                "The time of payment lies in the future.",
                "La hora de pago está en el futuro.",
                "paid_at",
            )
        )
    if reasons:
        raise PaymentRefused("The payment cannot be recorded.", reasons=reasons)
    payment = models.Payment(
        account_id=account.id,
        amount_cents=amount_cents,
        paid_at=paid_at,
        posted_at=tx.now,
        agent=agent,
        reference=reference,
    )
    tx.session.add(payment)
    left = amount_cents
    for bill in queries.unpaid_bills(tx.session, account.id):
        part = min(left, bill.amount_cents - bill.paid_cents)
        bill.paid_cents += part
        left -= part
        if left == 0:
            break
    tx.session.flush()
    tx.record(events.PaymentRecorded(account_id=account.id, payment_id=payment.id))
    return payment, False


def place_hold(tx: Tx, *, account: models.Account, kind: str, reason: str) -> models.AccountHold:
    """Put a hold on an account; a person releases it. The same hold in force is the answer: asked twice, placed once."""
    # The row is held until the transaction ends, so that two who ask in one moment do not both find none.
    tx.session.execute(update(models.Account).where(models.Account.id == account.id).values(id=models.Account.id))
    for there in queries.holds_of(tx.session, account.id):
        if there.kind == kind and there.reason.strip() == reason.strip():
            return there
    hold = models.AccountHold(account_id=account.id, kind=kind, reason=reason, placed_at=tx.now)
    tx.session.add(hold)
    tx.session.flush()
    tx.record(events.HoldPlaced(account_id=account.id, hold_id=hold.id))
    return hold


def stop_service(tx: Tx, *, account: models.Account, at: datetime, reason: str) -> None:
    """The water was shut off (`reason`: NONPAY, REQUEST, EMERGENCY)."""
    account.service_off_since, account.off_reason = at, reason
    tx.record(events.ServiceStopped(account_id=account.id, reason=reason))


def restore_service(tx: Tx, *, account: models.Account, at: datetime) -> None:
    """The water is on again."""
    account.service_off_since, account.off_reason = None, None
    tx.record(events.ServiceRestored(account_id=account.id))


def start_service(tx: Tx, *, account: models.Account, at: datetime) -> None:
    """New service: the account becomes active with the water on."""
    account.status, account.service_off_since, account.off_reason = "ACTIVE", None, None
    tx.record(events.ServiceStarted(account_id=account.id))


def close_account(tx: Tx, *, account: models.Account, at: datetime, soft: bool) -> None:
    """End an account; `soft` leaves the valve on for whoever comes next."""
    account.status = "SOFT_CLOSED" if soft else "CLOSED"
    account.closed_on = at.date()
    tx.record(events.AccountClosed(account_id=account.id))


def charge(tx: Tx, *, account: models.Account, code: str, amount_cents: int, event_key: str) -> models.Charge:
    """Charge a fee once for its event, whatever is sent how often."""
    found = tx.session.execute(select(models.Charge).where(models.Charge.event_key == event_key)).scalar_one_or_none()
    if found is not None:
        return found
    row = models.Charge(
        account_id=account.id, code=code, amount_cents=amount_cents, event_key=event_key, charged_at=tx.now
    )
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.Charged(account_id=account.id, charge_id=row.id))
    return row


def serve_notice(
    tx: Tx, *, account: models.Account, kind: str, method: str, recipient: str, details: dict[str, object]
) -> models.Notice:
    """A notice was served: a fact of the account that the rules ask about."""
    row = models.Notice(
        account_id=account.id, kind=kind, method=method, recipient=recipient, served_at=tx.now, details=details
    )
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.NoticeServed(account_id=account.id, notice_id=row.id))
    return row
