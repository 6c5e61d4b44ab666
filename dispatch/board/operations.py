"""What the watch writes down by itself."""

from datetime import timedelta

from dispatch.board import alerts, events, queries
from dispatch.transaction import Tx


def note_unanswered_recalls(tx: Tx) -> int:
    """Put on record, once for each recall, that its crew has not answered for three minutes; answers how many."""
    rows = [
        order
        for order in queries.unanswered_recalls(tx.session)
        if order.recalled_at is not None and tx.now - order.recalled_at >= timedelta(seconds=alerts.RECALL_ALARM_S)
    ]
    told = queries.told_unanswered(tx.session, order_ids=[order.id for order in rows])
    new = [
        order
        for order in rows
        if order.recalled_at is not None and (order.id not in told or told[order.id] < order.recalled_at)
    ]
    for order in new:
        tx.record(events.RecallUnanswered(order_id=order.id, crew_id=order.crew_id))
    return len(new)
