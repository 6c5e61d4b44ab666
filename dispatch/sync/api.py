"""Field sync over HTTP: the day, its changes, operations, clearances, positions, photos and the stream of news."""

import gzip
import json
import queue
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from flask import Flask, Response, current_app, request

from dispatch import clock, errors, transaction
from dispatch.auth import guard
from dispatch.config import Settings
from dispatch.crews import operations as crew_operations
from dispatch.crews import queries as crews
from dispatch.endpoint import SHAPES, endpoint
from dispatch.journal import queries as journal
from dispatch.orders import queries as orders
from dispatch.policies import queries as policies
from dispatch.sync import attachments, clearing, day, operations, queries, receipts, schemas
from dispatch.wire import Line, Wire

HEARTBEAT_S = 15
STREAM_S = 600


class NoTablet(errors.Refusal):
    """This call is made by an enrolled tablet."""

    code = "no_tablet"
    status = 403


class TooMany(errors.Refusal):
    """More at once than the contract allows."""

    code = "too_many"
    status = 413


class DayQuery(Wire):
    date: Line = ""


class ChangesQuery(Wire):
    cursor: int = 0


class ReceiptsQuery(Wire):
    device: Line


SHAPES.append(schemas.OperationIn)


@endpoint("GET", "/field/day", needs="field.work", query=DayQuery, answer=schemas.FieldDay)
def get_day(query: DayQuery) -> Response:
    """The whole day of the caller's crew."""
    with transaction.transaction(actor=guard.actor()) as tx:
        on = _day(query.date) or policies.rules(tx.session).calendar.day_of(tx.now)
        found = day.package(
            tx, person_id=guard.person().id, on=on, device_id=guard.device_id(), tiles_dir=_settings().tiles_dir
        )
    return _packed(found)


@endpoint("GET", "/field/changes", needs="field.work", query=ChangesQuery, answer=schemas.FieldChanges)
def get_changes(query: ChangesQuery) -> schemas.FieldChanges:
    """What changed for the caller's crew since a cursor."""
    with transaction.transaction(actor=guard.actor()) as tx:
        on = policies.rules(tx.session).calendar.day_of(tx.now)
        return day.changes(
            tx, person_id=guard.person().id, on=on, cursor=max(0, query.cursor), device_id=guard.device_id(),
            tiles_dir=_settings().tiles_dir,
        )  # fmt: skip


@endpoint("POST", "/field/operations", needs="field.work", body=schemas.OperationsIn, answer=schemas.ReceiptsOut)
def post_operations(body: schemas.OperationsIn) -> schemas.ReceiptsOut:
    """Take what a tablet recorded; every operation is answered."""
    if len(body.operations) > operations.BATCH:
        raise TooMany(f"At most {operations.BATCH} operations at once, not {len(body.operations)}.")
    device_id, actor = _device_id(), guard.actor()
    sender = operations.Sender(device_id=device_id, person_id=guard.person().id, actor=actor)
    answers = operations.receive(sender=sender, raws=body.operations)
    with transaction.transaction(actor=actor) as tx:
        receipts.told(tx, device_id=device_id, not_sent=body.not_sent)
        cursor = journal.last_seq(tx.session)
    return schemas.ReceiptsOut(receipts=answers, server_at=clock.now(), cursor=cursor)


@endpoint("GET", "/field/receipts", needs="field.work", query=ReceiptsQuery, answer=schemas.ReceiptPage)
def get_receipts(query: ReceiptsQuery) -> schemas.ReceiptPage:
    """Every receipt of the caller's tablet, to compare: "148 of 148 received"."""
    if query.device != _device_id():
        raise NoTablet("A tablet sees its own receipts.")
    with transaction.reading() as session:
        rows = queries.receipts(session, device_id=query.device)
        log = queries.find_log(session, device_id=query.device)
        known = queries.operations_by_id(session, [row.op_key for row in rows])
        return schemas.ReceiptPage(
            device_id=query.device, count=len(rows), last_seq=0 if log is None else log.last_seq,
            chain=log.chain if log is not None and rows else None,
            receipts=[
                schemas.Receipt(
                    op_id=row.op_id, seq=row.seq, answer=cast(Any, row.answer), receipt=row.receipt, chain=row.chain,
                    received_at=row.received_at,
                    order_version=known[row.op_key].order_version if row.op_key in known else None,
                    reason_en=known[row.op_key].reason_en if row.op_key in known else None,
                    reason_es=known[row.op_key].reason_es if row.op_key in known else None,
                )
                for row in rows
            ],
        )  # fmt: skip


@endpoint("POST", "/field/clearances", needs="field.work", body=schemas.ClearanceAsk, answer=schemas.ClearanceOut)
def ask_clearance(body: schemas.ClearanceAsk) -> schemas.ClearanceOut:
    """Run the rules for a shutoff at this moment and sign a clearance when all pass."""
    device_id = _device_id()
    with transaction.transaction(actor=guard.actor()) as tx:
        order = orders.get_order(tx.session, body.order_id)
        shift = crews.find_shift_of_person(
            tx.session, person_id=guard.person().id, on=policies.rules(tx.session).calendar.day_of(tx.now)
        )
        if shift is None or order.crew_id != shift.crew_id:
            raise clearing.NotThisOrder(
                "The order is not this crew's.",
                reasons=[errors.Reason("not_this_crew", "The order is not on your route.", "La orden no está en su ruta.")],
            )  # fmt: skip
        return clearing.ask(tx, order=order, device_id=device_id, moment=body.moment)


@endpoint("POST", "/codes", needs="codes.give", body=schemas.CodeAsk, answer=schemas.CodeOut)
def give_code(body: schemas.CodeAsk) -> schemas.CodeOut:
    """Run the rules again and read out six digits for one order, one tablet, one use."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("codes.give", body.model_dump())
        order = orders.find_by_number(tx.session, "".join(body.order_number.split()))
        crew = crews.find_crew_by_sign(tx.session, call_sign=body.crew)
        on = policies.rules(tx.session).calendar.day_of(tx.now)
        device = None if crew is None else queries.find_device_of_crew(tx.session, crew_id=crew.id, on=on)
        if order is None or device is None or crew is None or order.crew_id != crew.id:
            raise _unknown_call(order is not None, crew is not None)
        return clearing.give_code(tx, order=order, device=device, challenge=body.challenge)


@endpoint("POST", "/field/positions", needs="field.work", body=schemas.PositionsIn)
def post_positions(body: schemas.PositionsIn) -> None:
    """Where the crew is, in a batch; kept only within the shift."""
    device_id = _device_id()
    if body.device_id != device_id:
        raise NoTablet("A tablet tells its own positions.")
    if len(body.positions) > 500:
        raise TooMany(f"At most 500 positions at once, not {len(body.positions)}.")
    with transaction.transaction(actor=guard.actor()) as tx:
        shift = crews.find_shift_of_person(
            tx.session, person_id=guard.person().id, on=policies.rules(tx.session).calendar.day_of(tx.now)
        )
        fixes = [
            crew_operations.Fix(one.at, one.lon, one.lat, one.accuracy_m)
            for one in body.positions
            if -180 <= one.lon <= 180 and -90 <= one.lat <= 90 and one.accuracy_m >= 0
        ]
        newest = None if shift is None else crew_operations.keep_positions(tx, shift=shift, fixes=fixes)
        receipts.told(tx, device_id=device_id, not_sent=body.not_sent)
        crew_id = None if shift is None else shift.crew_id
    if newest is not None:
        transaction.bus().publish(
            {
                "position": {
                    "crew_id": crew_id, "lon": newest.lon, "lat": newest.lat, "accuracy_m": newest.accuracy_m,
                    "at": newest.at.isoformat(),
                }
            }
        )  # fmt: skip


@endpoint("PUT", "/field/attachments/<string:sha256>", needs="field.work", answer=schemas.AttachmentOut)
def put_attachment(sha256: str) -> schemas.AttachmentOut:
    """Take a photo, whole or from where it broke off (Content-Range)."""
    body = request.get_data(cache=False)
    part = attachments.part_of(header=request.headers.get("Content-Range"), length=len(body))
    folder = _settings().attachments_dir
    here, stored = attachments.take(folder, sha256=sha256, part=part, body=body)
    if stored:
        media = attachments.media_type_of(attachments.path_of(folder, sha256))
        with transaction.transaction(actor=guard.actor()) as tx:
            attachments.keep(tx, sha256=sha256, size=here, media_type=media)
    return schemas.AttachmentOut(sha256=sha256, bytes=here, stored=stored)


@endpoint("HEAD", "/field/attachments/<string:sha256>", needs="field.work")
def head_attachment(sha256: str) -> Response:
    """How many bytes of a photo are here (`Upload-Offset`)."""
    folder = _settings().attachments_dir
    here, stored = attachments.so_far(folder, sha256)
    if stored:
        # The bytes may have come and the server died before it wrote that down.
        with transaction.transaction(actor=guard.actor()) as tx:
            media = attachments.media_type_of(attachments.path_of(folder, sha256))
            attachments.keep(tx, sha256=sha256, size=here, media_type=media)
    return Response(status=200, headers={"Upload-Offset": str(here)})


@endpoint("GET", "/field/stream", needs="field.work", media="text/event-stream")
def stream() -> Response:
    """News for the caller's crew: only that there is some; the truth is `changes`."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    person_id = guard.person().id
    with transaction.reading() as session:
        on = policies.rules(session).calendar.day_of(clock.now())
        shift = crews.find_shift_of_person(session, person_id=person_id, on=on)
        crew_id = None if shift is None else shift.crew_id
        seq = journal.last_seq(session)
    answer = Response(_news(app, crew_id, seq), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _news(app: Flask, crew_id: int | None, seq: int) -> Iterator[str]:
    ends = time.monotonic() + STREAM_S
    with app.app_context(), transaction.bus().subscribed() as inbox:
        yield f"event: news\ndata: {json.dumps({'cursor': seq})}\n\n"
        while time.monotonic() < ends:
            try:
                message = inbox.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                message = {}
            # A lost wake loses nothing: every heartbeat looks into the journal too.
            if message and "seq" not in message:
                continue
            newest = None
            if crew_id is not None:
                with transaction.reading() as session:
                    newest = day.concerns(session, crew_id=crew_id, after=seq)
            if newest is None:
                if not message:
                    yield ": still here\n\n"
                continue
            seq = newest
            yield f"event: news\ndata: {json.dumps({'cursor': seq})}\n\n"


def _packed(value: Wire) -> Response:
    """JSON, squeezed where the client takes that: a day goes over a weak network."""
    body = value.model_dump_json().encode()
    answer = Response(body, mimetype="application/json")
    answer.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > 1000:
        answer.set_data(gzip.compress(body, 6))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["curbstop_settings"])


def _device_id() -> str:
    device_id = guard.device_id()
    if device_id is None:
        raise NoTablet(
            "This call is made by an enrolled tablet.",
            reasons=[errors.Reason("no_tablet", "Enrol this tablet first.", "Registre primero esta tableta.")],
        )
    return device_id


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise errors.Malformed("Write the day as 2026-08-26 (parameter `date`).") from None


def _unknown_call(order_known: bool, crew_known: bool) -> clearing.CodeRefused:
    if not order_known:
        reason = errors.Reason("order_number", "There is no order with this number.", "No hay orden con ese número.",
                               "order_number")  # fmt: skip
    elif not crew_known:
        reason = errors.Reason("crew", "There is no crew with this name.", "No hay cuadrilla con ese nombre.", "crew")
    else:
        reason = errors.Reason("crew", "This crew has no such order, or no tablet.",
                               "Esa cuadrilla no tiene esa orden, o no tiene tableta.", "crew")  # fmt: skip
    return clearing.CodeRefused("The call does not fit an order on a route.", reasons=[reason])
