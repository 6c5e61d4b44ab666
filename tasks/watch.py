"""Jobs that look after what nobody does in time."""

from datetime import timedelta

from flask import current_app

from dispatch.board import operations as board
from dispatch.config import Settings
from dispatch.crews import operations as crews
from dispatch.transaction import Actor, transaction
from tasks import celery

WATCH = Actor("watch")


@celery.job("watch.recalls")
def recalls() -> None:
    """Put unanswered recalls on record."""
    with transaction(actor=WATCH) as tx:
        board.note_unanswered_recalls(tx)


@celery.job("watch.forget_trails")
def forget_trails() -> None:
    """Delete trails older than their stated retention."""
    settings: Settings = current_app.extensions["curbstop_settings"]
    with transaction(actor=WATCH) as tx:
        crews.forget_trails(tx, before=tx.now - timedelta(days=settings.trail_days))
