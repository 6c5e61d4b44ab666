"""Money and holds that touch orders: a payment recalls shutoffs wherever they are, in the same transaction."""

from datetime import datetime

from dispatch.accounts import models as account_models
from dispatch.accounts import operations as accounts
from dispatch.accounts import queries as account_queries
from dispatch.orders import crossings, models, operations
from dispatch.policies import queries as policies
from dispatch.policies import wording
from dispatch.transaction import Tx

_HOLDS = {
    "DISPUTE": ("Bill in dispute", "Factura en disputa"),
    "MEDICAL": ("Medical claim", "Reclamo médico"),
    "PLAN": ("Payment plan", "Plan de pago"),
    "APPEAL": ("Appeal filed", "Apelación presentada"),
    "BANKRUPTCY": ("Bankruptcy notice", "Aviso de bancarrota"),
    "OFFICE": ("Hold by the office", "Retenida por la oficina"),
}


def record_payment(
    tx: Tx, *, account_id: int, amount_cents: int, paid_at: datetime, agent: str, reference: str
) -> tuple[account_models.Payment, list[models.ServiceOrder], int, bool]:
    """Record a payment. When nothing is past due after it, open non-payment shutoffs are recalled.

    Answers (payment, recalled orders, cents still past due, was it there before).
    """
    account = account_queries.get_account(tx.session, account_id)
    payment, there = accounts.record_payment(
        tx, account=account, amount_cents=amount_cents, paid_at=paid_at, agent=agent, reference=reference
    )
    zone = policies.zone(tx.session)
    owed, _ = account_queries.past_due(tx.session, account.id, on=tx.now.astimezone(zone).date())
    recalled: list[models.ServiceOrder] = []
    if not there and owed == 0:
        local = paid_at.astimezone(zone).time()
        money = wording.money(cents=amount_cents)
        recalled = operations.recall_shutoffs(
            tx,
            account_id=account.id,
            recall_en=f"Paid {money} at {wording.clock(at=local, language='en')}",
            recall_es=f"Pagó {money} a las {wording.clock(at=local, language='es')}",
            paid_cents=amount_cents,
            paid_at=paid_at,
        )
        crossings.after_payment(tx, account=account, paid_at=paid_at)
    return payment, recalled, owed, there


def place_hold(
    tx: Tx, *, account_id: int, kind: str, reason: str
) -> tuple[account_models.AccountHold, list[models.ServiceOrder]]:
    """Put a hold on an account; its open non-payment shutoffs are recalled."""
    account = account_queries.get_account(tx.session, account_id)
    hold = accounts.place_hold(tx, account=account, kind=kind, reason=reason)
    text_en, text_es = _HOLDS[kind]
    return hold, operations.recall_shutoffs(tx, account_id=account.id, recall_en=text_en, recall_es=text_es)
