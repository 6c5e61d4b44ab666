"""Reading meters, registers and their history."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.meters import models, units, validation


def service_points_of(session: Session, premise_id: int) -> Sequence[models.ServicePoint]:
    point = models.ServicePoint
    return session.execute(select(point).where(point.premise_id == premise_id).order_by(point.id)).scalars().all()


def meters_at(session: Session, service_point_ids: Iterable[int]) -> dict[int, models.Meter]:
    """Service point id -> the meter that hangs there now."""
    meter = models.Meter
    rows = session.execute(
        select(meter)
        .where(meter.service_point_id.in_(list(service_point_ids)), meter.removed_on.is_(None))
        .order_by(meter.id)
    ).scalars()
    return {cast(int, row.service_point_id): row for row in rows}


def find_meter(session: Session, *, serial: str) -> models.Meter | None:
    return session.execute(select(models.Meter).where(models.Meter.serial == serial)).scalar_one_or_none()


def history(session: Session, meter_id: int, *, limit: int = 20) -> Sequence[models.Reading]:
    """Posted readings of a meter, newest first."""
    reading = models.Reading
    return (
        session.execute(
            select(reading)
            .where(reading.meter_id == meter_id, reading.status == "POSTED")
            .order_by(reading.read_on.desc(), reading.id.desc())
            .limit(limit)
        )
        .scalars()
        .all()
    )


def histories(session: Session, meter_ids: Iterable[int], *, since: date) -> dict[int, list[models.Reading]]:
    """Posted readings since a day, oldest first, of many meters at once."""
    reading = models.Reading
    found: dict[int, list[models.Reading]] = {}
    for row in session.execute(
        select(reading)
        .where(reading.meter_id.in_(list(meter_ids)), reading.status == "POSTED", reading.read_on >= since)
        .order_by(reading.read_on, reading.id)
    ).scalars():
        found.setdefault(row.meter_id, []).append(row)
    return found


def register_of(meter: models.Meter) -> units.Register:
    """The register of a meter as the rules want it."""
    return units.Register(
        unit=cast(units.Unit, meter.unit),
        dials=meter.dials,
        fixed_zeros=meter.fixed_zeros,
        decimals=meter.decimals,
        multiplier=meter.multiplier,
    )


def expected_from(
    meter: models.Meter, readings: Sequence[models.Reading], *, on: date
) -> tuple[validation.PreviousRead | None, validation.Expected | None]:
    """Previous reading and expected use at a day; `readings` oldest first."""
    before = [row for row in readings if row.read_on <= on]
    if not before:
        return None, None
    last = before[-1]
    uses = validation.uses(register=register_of(meter), reads=[(row.read_on, row.digits) for row in before])
    days = max(1, (on - last.read_on).days)
    return (
        validation.PreviousRead(digits=last.digits, read_on=last.read_on),
        validation.expected_range(history=uses, on=on, days=days),
    )


def expected(
    session: Session, meter: models.Meter, *, on: date
) -> tuple[validation.PreviousRead | None, validation.Expected | None]:
    """Previous reading and expected use of one meter at a day."""
    rows = list(reversed(history(session, meter.id, limit=30)))
    return expected_from(meter, rows, on=on)
