"""What waits for a person: visits in review and held operations, and the photos that prove them."""

from typing import Any

from flask import Response, current_app, send_file
from sqlalchemy.orm import Session

from dispatch import transaction
from dispatch.auth import guard
from dispatch.auth import models as people_models
from dispatch.auth import queries as people
from dispatch.endpoint import endpoint
from dispatch.meters import queries as meters
from dispatch.meters import validation
from dispatch.orders import api as orders_api
from dispatch.orders import models as order_models
from dispatch.orders import queries as orders
from dispatch.orders import reviews, schemas
from dispatch.policies import queries as policies
from dispatch.sync import attachments, held, models, queries


@endpoint("GET", "/reviews", needs="reviews.see", answer=schemas.ReviewList)
def list_reviews() -> schemas.ReviewList:
    """Visits and operations that wait for a decision, oldest first."""
    with transaction.reading() as session:
        waiting = reviews.undecided(session)
        rows = held.newest_of_each_visit(session, list(queries.undecided(session)))
        known = orders.by_ids(
            session, {one.order_id for one in waiting} | {one.order_id for one in rows if one.order_id is not None}
        )
        lines = {line.id: line for line in orders.rows(session, list(known.values()))}
        return schemas.ReviewList(
            reviews=[_review(session, one, known[one.order_id], lines) for one in waiting],
            held=_held(session, rows, lines),
        )


@endpoint(
    "POST", "/reviews/<int:review_id>/decision", needs="reviews.decide", body=schemas.ReviewDecisionIn,
    answer=schemas.OrderOut,
)  # fmt: skip
def decide_review(review_id: int, body: schemas.ReviewDecisionIn) -> schemas.OrderOut:
    """Post a visit, discard its reading, or have it read again."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("reviews.decide", {"review_id": review_id, **body.model_dump()})
        order = reviews.decide(
            tx, review=reviews.get_review(tx.session, review_id), decision=body.decision, note=body.note
        )
        order_id = order.id
    return orders_api.order_out(order_id)


@endpoint("POST", "/held/<int:held_id>/decision", needs="reviews.decide", body=schemas.HeldDecisionIn)
def decide_held(held_id: int, body: schemas.HeldDecisionIn) -> None:
    """Apply a held operation or set it aside."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("held.decide", {"held_id": held_id, **body.model_dump()})
        held.decide(tx, held=queries.get_held(tx.session, held_id), decision=body.decision, note=body.note)


@endpoint("GET", "/attachments/<string:sha256>", needs="orders.see", media="image/*")
def get_attachment(sha256: str) -> Response:
    """A photo. Its name is its hash, so it never changes."""
    path = attachments.path_of(current_app.extensions["curbstop_settings"].attachments_dir, sha256)
    if not path.is_file():
        raise attachments.NoAttachment("This photo is not here yet.")
    answer: Response = send_file(
        path.resolve(), mimetype=attachments.media_type_of(path), conditional=True, etag=sha256
    )
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _review(
    session: Session, review: order_models.Review, order: order_models.ServiceOrder, lines: dict[int, schemas.OrderRow]
) -> schemas.ReviewRow:
    visit = next(one for one in orders_api.visits_out(session, order) if one.visit_id == review.visit_id)
    previous, low, high, unit = _range(session, order, visit)
    return schemas.ReviewRow(
        review_id=review.id, order=lines[order.id], opened_at=review.opened_at,
        reasons=[
            schemas.RuleOut(
                rule_id=one["code"], result="warn", fact_en=one["text_en"], fact_es=one["text_es"], evidence="",
                source="",
            )
            for one in review.reasons
        ],
        visit=visit, previous_reading=previous, expected_low=low, expected_high=high, unit=unit,
    )  # fmt: skip


def _range(
    session: Session, order: order_models.ServiceOrder, visit: schemas.VisitOut
) -> tuple[str | None, str | None, str | None, str | None]:
    readings = visit.facts.get("readings") or []
    if not readings or order.service_point_id is None:
        return None, None, None, None
    meter = meters.meters_at(session, [order.service_point_id]).get(order.service_point_id)
    if meter is None:
        return None, None, None, None
    on = policies.rules(session).calendar.day_of(visit.finished_at or order.opened_at)
    previous, expected = meters.expected(session, meter, on=on)
    if previous is None:
        return None, None, None, meter.unit
    judged = validation.judge_reading(
        register=meters.register_of(meter), previous=previous, digits=str(readings[-1]["digits"]), read_on=on,
        expected=expected, active=True, zero_confirmed=True,
    )  # fmt: skip
    return previous.digits, judged.low_digits, judged.high_digits, meter.unit


def _held(
    session: Session, rows: list[models.HeldOperation], lines: dict[int, schemas.OrderRow]
) -> list[schemas.HeldRow]:
    known = queries.operations_by_id(session, [row.op_id for row in rows])
    names = people.names(session, {one.person_id for one in known.values() if one.person_id is not None})
    devices = {row.device_id: session.get(people_models.Device, row.device_id) for row in rows}
    found = []
    for row in rows:
        operation = known.get(row.op_id)
        raw: dict[str, Any] = {} if operation is None else operation.payload
        device = devices[row.device_id]
        found.append(
            schemas.HeldRow(
                held_id=row.id, op_id=row.op_id, kind="?" if operation is None else operation.kind,
                order=lines.get(row.order_id or 0),
                technician="" if operation is None else names.get(operation.person_id or 0, ""),
                device=row.device_id if device is None else device.name,
                occurred_at=row.held_at if operation is None or operation.occurred_at is None
                else operation.occurred_at,
                received_at=row.held_at, reason_en=row.reason_en, reason_es=row.reason_es,
                payload={name: value for name, value in raw.items() if name not in ("clearance", "svg")},
            )
        )  # fmt: skip
    return found
