"""Receives what tablets send: each operation in its own transaction, kept once, judged, answered with a receipt.

Nothing is thrown away. An operation that came before is answered with its first receipt; one that waits for another is
kept and released by it; one that cannot be read is a log entry with a receipt; a fault that passes is answered `retry`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from dispatch import clock, transaction, wire
from dispatch.crews import queries as crews
from dispatch.policies import queries as policies
from dispatch.sync import apply, events, judge, models, payloads, queries, receipts, schemas
from dispatch.transaction import Actor, Tx

BATCH = 100
_TRIES = 3
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The tablet and the person logged in on it."""

    device_id: str
    person_id: int
    actor: Actor


def receive(*, sender: Sender, raws: Sequence[dict[str, Any]], now: datetime | None = None) -> list[schemas.Receipt]:
    """Take operations in the order in which they came and answer each. What was `waiting` and has been released by a
    later one of the same batch is answered with its receipt."""
    answers = [_one(sender=sender, raw=raw, now=now) for raw in raws]
    if any(one.answer == "waiting" for one in answers):
        with transaction.reading() as session:
            for index, one in enumerate(answers):
                if one.answer == "waiting":
                    row = queries.find_operation(session, op_id=one.op_id)
                    receipt = queries.find_receipt(session, op_key=one.op_id)
                    if row is not None and receipt is not None:
                        answers[index] = _as_out(receipt, row, first=True)
    return answers


def _one(*, sender: Sender, raw: dict[str, Any], now: datetime | None) -> schemas.Receipt:
    unreadable = ""
    for _ in range(_TRIES):
        try:
            answer, judged = _judge(sender=sender, raw=raw, now=now, unreadable=unreadable)
            if judged is not None:
                _release(sender=sender, op_id=judged, now=now)
            return answer
        except IntegrityError:
            # Another request brought the same operation in this very moment: look again, it is there now.
            continue
        except DataError as fault:
            _log.warning("field operation does not fit", fault=str(fault.orig)[:200])
            unreadable = "a value is larger than its field can keep"
        except OperationalError as fault:
            _log.warning("field operation waits for the database", fault=str(fault.orig)[:200])
            break
    return _answer(raw, "retry", "The server is busy. Nothing was kept; send it again.",
                   "El servidor está ocupado. No se guardó nada; envíelo otra vez.")  # fmt: skip


def _judge(
    *, sender: Sender, raw: dict[str, Any], now: datetime | None, unreadable: str = ""
) -> tuple[schemas.Receipt, str | None]:
    """One operation in one transaction: its answer, and its op_id when others may have waited for it."""
    body = canonical(raw)
    sha = hashlib.sha256(body.encode()).hexdigest()
    with transaction.transaction(actor=sender.actor, now=now) as tx:
        log = receipts.lock(tx, device_id=sender.device_id)
        try:
            if unreadable:
                raise payloads.CannotRead(unreadable)
            envelope, payload = payloads.read(raw=raw, device_id=sender.device_id)
        except payloads.CannotRead as fault:
            return _malformed(tx, log=log, sender=sender, raw=raw, body=body, sha=sha, why=str(fault))
        by_id = queries.find_operation(tx.session, op_id=envelope.op_id)
        by_seq = queries.find_by_seq(tx.session, device_id=sender.device_id, seq=envelope.seq)
        arrival = judge.arrival(
            op_id=envelope.op_id, body_sha256=sha, by_id=_seen(by_id), by_seq=_seen(by_seq)
        )  # fmt: skip
        if arrival == "forked":
            return _forked(tx, log=log, envelope=envelope, body=body, sha=sha), None
        if by_id is not None:
            return _again(tx, log=log, row=by_id)
        row = models.FieldOperation(
            op_id=envelope.op_id, device_id=envelope.device_id, seq=envelope.seq, after=envelope.after,
            order_id=envelope.order_id, visit_id=envelope.visit_id, kind=envelope.kind,
            base_version=envelope.base_version, occurred_at=envelope.occurred_at,
            placed_at=payloads.placed_at(
                occurred_at=envelope.occurred_at, received_at=tx.now, heard_at=log.heard_at,
                elapsed_ms=envelope.elapsed_ms,
            ),
            elapsed_ms=_counted_ms(envelope.elapsed_ms), payload=payload.model_dump(mode="json"), body=body, body_sha256=sha,
            person_id=sender.person_id, received_at=tx.now, answer="waiting",
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        if not _ready(tx, row):
            return _waits(row), None
        return _as_out(_settle(tx, log=log, row=row), row, first=True), row.op_id


def _again(tx: Tx, *, log: models.DeviceLog, row: models.FieldOperation) -> tuple[schemas.Receipt, str | None]:
    """The very same operation once more: its first receipt; one that waited may go on by now."""
    if row.answer == "waiting":
        if not _ready(tx, row):
            return _waits(row), None
        return _as_out(_settle(tx, log=log, row=row), row, first=True), row.op_id
    receipt = queries.find_receipt(tx.session, op_key=row.op_id)
    if receipt is None:
        raise LookupError(f"operation {row.op_id} was judged and has no receipt")
    # Whoever waited for it and was cut off by a crash of the server goes on now.
    return _as_out(receipt, row, first=False), row.op_id


def _ready(tx: Tx, row: models.FieldOperation) -> bool:
    if row.after is None:
        return True
    before = queries.find_operation(tx.session, op_id=row.after)
    return before is not None and before.answer != "waiting"


def _settle(tx: Tx, *, log: models.DeviceLog, row: models.FieldOperation) -> models.FieldReceipt:
    """Judge and apply one kept operation, and give its receipt."""
    on = policies.rules(tx.session).calendar.day_of(row.placed_at)
    shift = crews.find_shift_of_person(tx.session, person_id=row.person_id or 0, on=on)
    crew_id = None if shift is None else shift.crew_id
    verdict = apply.settle(tx, row=row, shift=shift)
    row.answer, row.reason_en, row.reason_es = verdict.answer, verdict.reason_en, verdict.reason_es
    row.order_version = verdict.order_version
    receipt = receipts.give(
        tx, log=log, op_key=row.op_id, op_id=row.op_id, seq=row.seq, answer=row.answer, body_sha256=row.body_sha256
    )
    if row.answer == "held":
        _hold(tx, op_key=row.op_id, op_id=row.op_id, order_id=verdict.order_id, device_id=row.device_id, body=row.body,
              code=verdict.code or "HELD", reason_en=row.reason_en or "", reason_es=row.reason_es or "",
              crew_id=crew_id)  # fmt: skip
    tx.record(
        events.FieldOperationJudged(
            op_id=row.op_id, device_id=row.device_id, kind=row.kind, answer=row.answer, receipt=receipt.receipt,
            order_id=verdict.order_id, crew_id=crew_id,
        )
    )  # fmt: skip
    return receipt


def _release(*, sender: Sender, op_id: str, now: datetime | None) -> None:
    """Let operations go on that waited for this one, and those that waited for them: each in its own transaction."""
    ready = [op_id]
    while ready:
        with transaction.reading() as session:
            waiting = queries.waiting_for(session, op_id=ready.pop(0))
        for one in waiting:
            with transaction.transaction(actor=sender.actor, now=now) as tx:
                log = receipts.lock(tx, device_id=sender.device_id)
                row = queries.find_operation(tx.session, op_id=one)
                if row is not None and row.device_id == sender.device_id and row.answer == "waiting":
                    _settle(tx, log=log, row=row)
                    ready.append(one)


def _malformed(
    tx: Tx, *, log: models.DeviceLog, sender: Sender, raw: dict[str, Any], body: str, sha: str, why: str
) -> tuple[schemas.Receipt, str | None]:
    op_id = wire.kept(str(raw.get("op_id") or "")[:60])
    named = _is_name(op_id) and raw.get("device_id") == sender.device_id
    seq = raw.get("seq")
    numbered = isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq < 2**31
    mine = numbered and raw.get("device_id") == sender.device_id
    key = op_id if named else "bad:" + sha
    receipt = queries.find_receipt(tx.session, op_key=key)
    by_id = queries.find_operation(tx.session, op_id=key[:36])
    if receipt is not None and by_id is not None and by_id.body_sha256 == sha:
        return _as_out(receipt, by_id, first=False), None
    taken = mine and queries.find_by_seq(tx.session, device_id=sender.device_id, seq=cast(int, seq)) is not None
    if by_id is not None:
        key = "bad:" + sha
        receipt = queries.find_receipt(tx.session, op_key=key)
        if receipt is not None:
            found = queries.find_operation(tx.session, op_id=key[:36])
            return _as_out(receipt, found, first=False), None
    used = cast(int, seq) if mine and not taken else -(log.receipts + 1)
    text_en, text_es = f"The server cannot read this: {why}", f"El servidor no puede leer esto: {why}"
    row = models.FieldOperation(
        op_id=key[:36], device_id=sender.device_id, seq=used, kind=wire.kept(str(raw.get("kind") or "?")[:20]),
        placed_at=tx.now, payload={}, body=body, body_sha256=sha, person_id=sender.person_id, received_at=tx.now,
        answer="malformed", reason_en=text_en, reason_es=text_es,
    )  # fmt: skip
    tx.session.add(row)
    receipt = receipts.give(
        tx, log=log, op_key=key, op_id=op_id, seq=cast(int, seq) if numbered else used, answer="malformed",
        body_sha256=sha,
    )  # fmt: skip
    tx.record(
        events.FieldOperationJudged(
            op_id=key[:36], device_id=sender.device_id, kind=row.kind, answer="malformed", receipt=receipt.receipt
        )
    )
    return _as_out(receipt, row, first=True), row.op_id if named else None


def _forked(tx: Tx, *, log: models.DeviceLog, envelope: payloads.Envelope, body: str, sha: str) -> schemas.Receipt:
    """The same name with other bytes, or a used number: both sides are kept for a person."""
    key = f"fork:{envelope.op_id}:{sha}"
    receipt = queries.find_receipt(tx.session, op_key=key)
    first = receipt is None
    if receipt is None:
        receipt = receipts.give(
            tx, log=log, op_key=key, op_id=envelope.op_id, seq=envelope.seq, answer="held", body_sha256=sha
        )
        _hold(tx, op_key=key, op_id=envelope.op_id, order_id=None, device_id=envelope.device_id, body=body,
              code="FORKED", reason_en=judge.FORKED_EN, reason_es=judge.FORKED_ES, crew_id=None)  # fmt: skip
    return schemas.Receipt(
        op_id=envelope.op_id, seq=envelope.seq, answer="held" if first else "duplicate", receipt=receipt.receipt,
        chain=receipt.chain, received_at=receipt.received_at, order_version=None, reason_en=judge.FORKED_EN,
        reason_es=judge.FORKED_ES,
    )  # fmt: skip


def _hold(
    tx: Tx, *, op_key: str, op_id: str, order_id: int | None, device_id: str, body: str, code: str, reason_en: str,
    reason_es: str, crew_id: int | None,
) -> None:  # fmt: skip
    tx.session.add(
        models.HeldOperation(
            op_key=op_key, op_id=op_id, order_id=order_id, device_id=device_id, code=code, reason_en=reason_en,
            reason_es=reason_es, body=body, held_at=tx.now,
        )
    )  # fmt: skip
    tx.record(
        events.FieldOperationHeld(op_id=op_id, device_id=device_id, code=code, order_id=order_id, crew_id=crew_id)
    )


def canonical(raw: dict[str, Any]) -> str:
    """The bytes that count for "the same operation": JSON with sorted keys."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"))


def _counted_ms(elapsed_ms: int | None) -> int | None:
    """What the log keeps of the tablet's own count: nothing past 24 days, where it can place nothing any more
    (the body keeps it as it came)."""
    return None if elapsed_ms is None or elapsed_ms >= 2**31 else elapsed_ms


def _seen(row: models.FieldOperation | None) -> judge.Seen | None:
    return None if row is None else judge.Seen(op_id=row.op_id, body_sha256=row.body_sha256)


def _is_name(op_id: str) -> bool:
    return 8 <= len(op_id) <= 36 and all(sign in "0123456789abcdefABCDEF-" for sign in op_id)


def _waits(row: models.FieldOperation) -> schemas.Receipt:
    return schemas.Receipt(
        op_id=row.op_id, seq=row.seq, answer="waiting", receipt=None, chain=None, received_at=row.received_at,
        order_version=None, reason_en="Kept; the one before it has not arrived yet.",
        reason_es="Guardada; falta que llegue la anterior.",
    )  # fmt: skip


def _answer(raw: dict[str, Any], answer: str, english: str, spanish: str) -> schemas.Receipt:
    seq = raw.get("seq")
    return schemas.Receipt(
        op_id=str(raw.get("op_id") or "")[:60], seq=seq if isinstance(seq, int) else 0, answer=cast(Any, answer),
        receipt=None, chain=None, received_at=clock.now(), order_version=None, reason_en=english, reason_es=spanish,
    )  # fmt: skip


def _as_out(receipt: models.FieldReceipt, row: models.FieldOperation | None, *, first: bool) -> schemas.Receipt:
    return schemas.Receipt(
        op_id=receipt.op_id, seq=receipt.seq, answer=cast(Any, receipt.answer if first else "duplicate"),
        receipt=receipt.receipt, chain=receipt.chain, received_at=receipt.received_at,
        order_version=None if row is None else row.order_version, reason_en=None if row is None else row.reason_en,
        reason_es=None if row is None else row.reason_es,
    )  # fmt: skip
