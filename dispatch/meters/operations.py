"""Writing readings and valve states. A reading exists once by its source key."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from dispatch.meters import events, models
from dispatch.transaction import Tx


def record_reading(
    tx: Tx,
    *,
    meter: models.Meter,
    digits: str,
    read_at: datetime | None,
    read_on: date,
    read_type: str,
    usage_ccf: str | None,
    qualities: Sequence[str],
    source_key: str,
    visit_id: str | None = None,
    status: str = "POSTED",
    account_id: int | None = None,
) -> models.Reading:
    """Put a reading down; the same source again answers the row that is there."""
    found = tx.session.execute(
        select(models.Reading).where(models.Reading.source_key == source_key)
    ).scalar_one_or_none()
    if found is not None:
        return found
    row = models.Reading(
        meter_id=meter.id,
        digits=digits,
        read_at=read_at,
        read_on=read_on,
        read_type=read_type,
        usage_ccf=usage_ccf,
        qualities=list(qualities),
        source_key=source_key,
        visit_id=visit_id,
        status=status,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.ReadingRecorded(reading_id=row.id, meter_id=meter.id, account_id=account_id, status=status))
    return row


def decide_reading(tx: Tx, *, reading: models.Reading, status: str) -> None:
    """Post or discard a reading that waited for a person."""
    if reading.status == status:
        return
    reading.status = status
    tx.record(events.ReadingDecided(reading_id=reading.id, meter_id=reading.meter_id, status=status))


def set_valve(tx: Tx, *, service_point: models.ServicePoint, state: str, at: datetime) -> None:
    """Keep the valve state as left; an older report never overwrites a newer one."""
    if service_point.valve_changed_at is not None and service_point.valve_changed_at > at:
        return
    service_point.valve_state, service_point.valve_changed_at = state, at
    tx.record(events.ValveTurned(service_point_id=service_point.id, valve_state=state))
