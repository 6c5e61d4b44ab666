"""Payments that the server learns of after the cut: paid before it, the cut was crossed; paid after it, water is owed."""

from datetime import datetime

from sqlalchemy import select

from dispatch.accounts import models as account_models
from dispatch.orders import followups, models, reviews, visit_events
from dispatch.orders.kinds.kind import FollowUp
from dispatch.transaction import Tx

CROSSED_EN = "Paid before the cut; the payment reached the office after it"
CROSSED_ES = "Pagó antes del corte; el pago llegó a la oficina después"


def after_payment(tx: Tx, *, account: account_models.Account, paid_at: datetime) -> list[models.ServiceOrder]:
    """Set right what an account with nothing past due has suffered: answers the restores that were opened.

    A cut made after `paid_at` counts as crossed from now on: its fee is taken back, a person looks at it, and the water
    is restored first. A cut made before it is restored because it was paid for.
    """
    if account.off_reason != "NONPAY":
        return []
    visit, order = models.Visit, models.ServiceOrder
    found = tx.session.execute(
        select(visit, order)
        .join(order, order.id == visit.order_id)
        .where(order.account_id == account.id, order.kind == "SHUTOFF_NONPAY", visit.cut == "CLEARED")
        .order_by(visit.finished_at.desc(), visit.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return []
    cut, shutoff = found
    if cut.finished_at is None or cut.finished_at < paid_at:
        wanted = FollowUp(kind="RESTORE", reason="PAID", note_en="Paid after the shutoff", note_es="Pagó tras el corte")
        return followups.open_all(tx, order=shutoff, wanted=[wanted])
    cut.cut = "CROSSED"
    _take_back(tx, order=shutoff)
    known = tx.session.execute(select(models.Review.id).where(models.Review.visit_id == cut.id)).scalar_one_or_none()
    if known is None:
        reviews.open_review(
            tx,
            order=shutoff,
            visit=cut,
            effect={
                "reviews": [{"code": "CROSSED", "text_en": CROSSED_EN, "text_es": CROSSED_ES}],
                "account_effect": "NONE",
                "fees": [],
                "cut": "CROSSED",
            },
        )
    tx.record(visit_events.ShutoffCrossed(order_id=shutoff.id, visit_id=cut.id, cut="CROSSED", account_id=account.id))
    wanted = FollowUp(kind="RESTORE", reason="CROSSED", priority=1, note_en=CROSSED_EN, note_es=CROSSED_ES)
    return followups.open_all(tx, order=shutoff, wanted=[wanted])


def _take_back(tx: Tx, *, order: models.ServiceOrder) -> None:
    charge = account_models.Charge
    rows = tx.session.execute(
        select(charge).where(charge.event_key.startswith(f"order-{order.id}:"), charge.reversed_at.is_(None))
    ).scalars()
    for row in rows:
        row.reversed_at = tx.now
