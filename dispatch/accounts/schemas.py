"""Shapes of payments and account holds on the wire."""

from typing import Literal

from dispatch.wire import Instant, Line, Note, Wire


class PaymentIn(Wire):
    amount_cents: int
    paid_at: Instant
    agent: Line
    reference: Line
    """The agent's receipt number; the same reference twice is the same payment."""


class PaymentOut(Wire):
    payment_id: int
    amount_cents: int
    paid_at: Instant
    past_due_cents: int
    recalled_orders: list[str]
    duplicate: bool


class HoldIn(Wire):
    kind: Literal["DISPUTE", "MEDICAL", "PLAN", "APPEAL", "BANKRUPTCY", "OFFICE"]
    reason: Note


class HoldOut(Wire):
    hold_id: int
    recalled_orders: list[str]
