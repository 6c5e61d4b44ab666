"""Visits that wait for a person before they touch the account, and what the person decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.meters import models as meter_models
from dispatch.meters import operations as meters
from dispatch.orders import followups, models, operations, posting, visit_events
from dispatch.orders.kinds.kind import FollowUp
from dispatch.transaction import Tx

READING_IS_THE_WORK = frozenset({"FINAL_BILL", "REPLACE_READING", "START_SERVICE"})
"""Account effects that mean nothing without a reading."""


class AlreadyDecided(errors.Refusal):
    """Somebody decided this before."""

    code = "already_decided"
    status = 409


class NoteNeeded(errors.Refusal):
    """A decision carries its reason."""

    code = "note_needed"
    status = 422


class NeedsReading(errors.Refusal):
    """Without the reading there is nothing to post."""

    code = "needs_reading"
    status = 422


def open_review(tx: Tx, *, order: models.ServiceOrder, visit: models.Visit, effect: Mapping[str, Any]) -> models.Review:
    """Keep a visit for a person, with its reasons and the effect that waits."""
    review = models.Review(
        order_id=order.id, visit_id=visit.id, opened_at=tx.now, reasons=[dict(one) for one in effect["reviews"]],
        effect={
            "account_effect": effect["account_effect"],
            "fees": [dict(one) for one in effect["fees"]],
            "cut": effect["cut"],
        },
    )  # fmt: skip
    tx.session.add(review)
    tx.session.flush()
    tx.record(visit_events.ReviewOpened(order_id=order.id, review_id=review.id))
    return review


def get_review(session: Session, review_id: int) -> models.Review:
    """The review, or NotFound."""
    found = session.get(models.Review, review_id)
    if found is None:
        raise errors.NotFound(f"There is no review {review_id}.")
    return found


def undecided(session: Session, *, limit: int = 200) -> Sequence[models.Review]:
    """Reviews that wait, oldest first."""
    review = models.Review
    return (
        session.execute(
            select(review).where(review.decided_at.is_(None)).order_by(review.opened_at, review.id).limit(limit)
        )
        .scalars()
        .all()
    )  # fmt: skip


def decide(tx: Tx, *, review: models.Review, decision: str, note: str) -> models.ServiceOrder:
    """Decide: `post` everything, `discard_reading` and post the rest, or `reread` (a new visit reads again).

    Refuses with AlreadyDecided, NoteNeeded, NeedsReading.
    """
    if review.decided_at is not None:
        raise AlreadyDecided(
            "This visit was decided before.",
            reasons=[
                errors.Reason(
                    "already_decided", f"{review.decided_by} decided this: {review.decision}.",
                    f"{review.decided_by} ya decidió: {review.decision}.",
                )
            ],
        )  # fmt: skip
    if not note.strip():
        raise NoteNeeded(
            "Say why.",
            reasons=[errors.Reason("note_needed", "Write why you decide so.", "Escriba por qué decide así.", "note")],
        )
    order = tx.session.get_one(models.ServiceOrder, review.order_id)
    visit = tx.session.get_one(models.Visit, review.visit_id)
    effect = review.effect
    needs_reading = effect["account_effect"] in READING_IS_THE_WORK
    if decision == "discard_reading" and needs_reading:
        raise NeedsReading(
            "This order is about its reading.",
            reasons=[
                errors.Reason(
                    "needs_reading", "Without a reading there is nothing to post here. Ask for a reread instead.",
                    "Sin lectura no hay nada que registrar. Pida otra lectura.", "decision",
                )
            ],
        )  # fmt: skip
    _readings(tx, visit_id=visit.id, status="POSTED" if decision == "post" else "DISCARDED")
    if order.state == "REVIEW":
        if decision == "reread" and needs_reading:
            operations.step(tx, order=order, action="send_back", side="office")
            order.finished_at, order.disposition = None, None
        else:
            posting.touch_account(
                tx, order=order, visit=visit, account_effect=effect["account_effect"], charges=effect["fees"]
            )
            operations.step(tx, order=order, action="post", side="office", groups=())
            if decision == "reread":
                followups.open_all(tx, order=order, wanted=[FollowUp(kind="REREAD", reason="DOUBTFUL", note_en=note)])
    review.decided_at, review.decided_by, review.decision, review.note = tx.now, tx.actor.name, decision, note
    tx.record(visit_events.ReviewDecided(order_id=order.id, review_id=review.id, decision=decision))
    return order


def _readings(tx: Tx, *, visit_id: str, status: str) -> None:
    reading = meter_models.Reading
    rows = tx.session.execute(
        select(reading).where(reading.visit_id == visit_id, reading.status == "REVIEW").order_by(reading.id)
    ).scalars()
    for row in rows.all():
        meters.decide_reading(tx, reading=row, status=status)
