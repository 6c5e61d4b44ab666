"""The chain of receipts of a device: 1, 2, 3 ... without gaps, each with a hash over the one before."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import update

from dispatch.auth import models as auth
from dispatch.sync import models
from dispatch.transaction import Tx


def lock(tx: Tx, *, device_id: str) -> models.DeviceLog:
    """The chain of a device, held by this transaction until it ends: one operation of a device at a time."""
    log = models.DeviceLog
    found = tx.session.execute(
        update(log).where(log.device_id == device_id).values(receipts=log.receipts).returning(log.device_id)
    ).scalar_one_or_none()
    if found is None:
        device = tx.session.get(auth.Device, device_id)
        # A tablet that has sent nothing yet was heard when it was enrolled: from there its monotonic clock counts.
        heard_at = None if device is None else device.enrolled_at
        tx.session.add(log(device_id=device_id, receipts=0, last_seq=0, chain="", not_sent=0, heard_at=heard_at))
        tx.session.flush()
    return tx.session.get_one(log, device_id, populate_existing=True)


def give(
    tx: Tx, *, log: models.DeviceLog, op_key: str, op_id: str, seq: int, answer: str, body_sha256: str
) -> models.FieldReceipt:
    """The next receipt. Call only under `lock`."""
    number = log.receipts + 1
    chain = link(before=log.chain, number=number, op_id=op_id, seq=seq, answer=answer, body_sha256=body_sha256)
    row = models.FieldReceipt(
        device_id=log.device_id, receipt=number, op_key=op_key[:140], op_id=op_id[:60], seq=seq, answer=answer,
        chain=chain, received_at=tx.now,
    )  # fmt: skip
    log.receipts, log.chain, log.last_seq = number, chain, max(log.last_seq, seq)
    tx.session.add(row)
    tx.session.flush()
    return row


def link(*, before: str, number: int, op_id: str, seq: int, answer: str, body_sha256: str) -> str:
    """The hash of one receipt: SHA-256 over the hash before it and its own facts as JSON."""
    body = json.dumps([number, op_id, seq, answer, body_sha256], separators=(",", ":"))
    return hashlib.sha256((before + body).encode()).hexdigest()


def told(tx: Tx, *, device_id: str, not_sent: int) -> None:
    """The device says how many operations it still holds."""
    log = models.DeviceLog
    tx.session.execute(update(log).where(log.device_id == device_id).values(not_sent=max(0, not_sent), heard_at=tx.now))


def silence_s(log: models.DeviceLog, *, now: datetime) -> float | None:
    """Seconds since the device was heard."""
    return None if log.heard_at is None else (now - log.heard_at).total_seconds()
