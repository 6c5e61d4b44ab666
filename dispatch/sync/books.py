"""The books as one hash, and a day replayed: what was recorded must give the same orders, readings, valves and fees."""

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.db.base import metadata
from dispatch.meters import models as meter_models
from dispatch.orders import models as order_models
from dispatch.transaction import Tx

Snapshot = dict[str, list[dict[str, Any]]]


def fingerprint(session: Session) -> str:
    """SHA-256 over what the field does to the books. Numbers that only tell who came first (ids, order numbers, journal
    and receipt numbers, instants of writing) stay out: they may differ between two deliveries of the same work."""
    body = json.dumps(lines(session), sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def lines(session: Session) -> list[list[Any]]:
    """The lines of the books, sorted."""
    order, visit, photo = order_models.ServiceOrder, order_models.Visit, order_models.Photo
    reading, point = meter_models.Reading, meter_models.ServicePoint
    account, charge, review = account_models.Account, account_models.Charge, order_models.Review
    queries = (
        ("order", select(order.kind, order.place, order.service_point_id, order.state, order.disposition,
                         order.finished_at, order.reason, order.priority, order.recall_answer)),
        ("visit", select(visit.id, visit.disposition, visit.valve_found, visit.valve_left, visit.cut, visit.notes,
                         visit.en_route_at, visit.arrived_at, visit.started_at, visit.finished_at)),
        ("photo", select(photo.op_id, photo.sha256, photo.what)),
        ("reading", select(reading.source_key, reading.meter_id, reading.read_on, reading.read_type, reading.digits,
                           reading.usage_ccf, reading.status)),
        ("valve", select(point.id, point.valve_state, point.valve_changed_at)),
        ("account", select(account.id, account.status, account.off_reason, account.service_off_since)),
        ("charge", select(charge.account_id, charge.code, charge.amount_cents, charge.event_key)),
        ("review", select(review.visit_id, review.reasons, review.decision)),
    )  # fmt: skip
    found: list[list[Any]] = []
    for name, query in queries:
        found += [[name, *(str(value) for value in row)] for row in session.execute(query)]
    return sorted(found)


def snapshot(session: Session) -> Snapshot:
    """Every row of the house, to go back to."""
    return {
        table.name: [dict(row._mapping) for row in session.execute(table.select())] for table in metadata.sorted_tables
    }


def restore(tx: Tx, *, rows: Snapshot) -> None:
    """Put a snapshot in place of everything that is there. Only for rehearsals and tests: it empties the database."""
    for table in reversed(metadata.sorted_tables):
        tx.session.execute(table.delete())
    for table in metadata.sorted_tables:
        if rows[table.name]:
            tx.session.execute(table.insert(), rows[table.name])
