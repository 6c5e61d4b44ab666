"""SELECTs for other programs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.meters.models import Meter, Reading
from dispatch.policies import queries as policies
from maps import stores


def find_district(session: Session) -> stores.District | None:
    """The utility's district, once a map was imported."""
    district_id = policies.get_utility(session).district_id
    return None if district_id is None else session.get(stores.District, district_id)


def readings_of(session: Session, *, visit_ids: Sequence[str]) -> Sequence[Any]:
    """(visit id, meter serial, digits, read type, status) of the readings of visits, in order."""
    if not visit_ids:
        return []
    found = (
        select(Reading.visit_id, Meter.serial, Reading.digits, Reading.read_type, Reading.status)
        .join(Meter, Meter.id == Reading.meter_id)
        .where(Reading.visit_id.in_(list(visit_ids)), Reading.status != "DISCARDED")
        .order_by(Reading.visit_id, Reading.id)
    )
    return session.execute(found).all()
