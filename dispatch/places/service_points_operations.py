"""Learning where services really are: from visits, whose tablets stood at the box, and from what the office notes."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete

from dispatch import errors
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.places import (
    service_points_events,
    service_points_models,
    service_points_queries,
    service_points_schemas,
)
from dispatch.policies import queries as policies
from dispatch.transaction import Tx

NEAR_S = 45.0
"""A position of the trail this near in time to the reading of the serial was taken at the box."""
WALK_M = 15.0
"""Where the crew said that it arrived is the truck; the box may be so far from it."""
LONG_AGO = service_points_queries.LONG_AGO
_FROM_REGISTER = {"survey": "SURVEY", "gps": "VISIT", "map": "MAP", "parcel": "PARCEL", "address": "ADDRESS"}
_TO_REGISTER = {"SURVEY": "survey", "VISIT": "gps", "MAP": "map", "PARCEL": "parcel", "ADDRESS": "address"}
_BEST_FIRST = ("SURVEY", "VISIT", "MAP", "PARCEL", "ADDRESS")


class PinChanged(errors.Stale):
    """Somebody else noted something in the meantime."""

    code = "stale_version"


def take_visit(tx: Tx, *, visit_id: str) -> int:
    """Take the positions that a visit brings into the pins of the meters it saw; answers how many were new.

    Only a meter whose serial was read at the box counts: the tablet was there. A visit is taken once.
    """
    visit = tx.session.get(orders.Visit, visit_id)
    if visit is None:
        return 0
    new = 0
    for seen in visit.facts.get("meters_seen", []):
        point_id = seen.get("service_point_id")
        key = f"seen:{seen.get('op_id')}"
        if not seen.get("matches") or point_id is None or service_points_queries.has_fix(tx.session, source_key=key):
            continue
        point = tx.session.get(meters.ServicePoint, point_id)
        where = _where(tx, visit, seen)
        if point is None or where is None:
            continue
        lon, lat, accuracy_m, at = where
        _begin(tx, point)
        tx.session.add(
            service_points_models.PinFix(
                service_point_id=point.id, source_key=key, lon=lon, lat=lat, accuracy_m=accuracy_m, source="VISIT",
                device=visit.device_id, taken_at=at, person_id=visit.person_id, visit_id=visit.id,
            )
        )  # fmt: skip
        _set_pin(tx, point)
        new += 1
    return new


def note(
    tx: Tx, *, point: meters.ServicePoint, noted: service_points_schemas.PinIn, person_id: int
) -> None:  # fmt: skip
    """Write down what the office knows of the spot. Measures that stay the same keep who took them. Refuses with
    PinChanged."""
    site = tx.session.get(service_points_models.PinSite, point.id)
    if noted.version != (site.version if site is not None else 0):
        en = "Somebody else noted something about this box in the meantime. Load it again."
        es = "Otra persona anotó algo de esta caja mientras tanto. Cárguela otra vez."
        raise PinChanged(en, reasons=[errors.Reason("stale_version", en, es)])
    if site is None:
        site = service_points_models.PinSite(service_point_id=point.id, version=0, noted_at=tx.now, noted_by=person_id)
        tx.session.add(site)
    site.side, site.street = noted.side, noted.street or None
    site.cross_street, site.landmark = noted.cross_street or None, noted.landmark or None
    site.version, site.noted_at, site.noted_by = site.version + 1, tx.now, person_id
    _keep_ties(tx, point, noted, person_id)
    if noted.fix is not None:
        _begin(tx, point)
        tx.session.add(
            service_points_models.PinFix(
                service_point_id=point.id, source_key=f"desk:{point.id}:{site.version}", lon=noted.fix.lon,
                lat=noted.fix.lat, accuracy_m=noted.fix.accuracy_m, source=noted.fix.source, taken_at=tx.now,
                person_id=person_id,
            )
        )  # fmt: skip
        _set_pin(tx, point)
    tx.session.flush()
    tx.record(service_points_events.PinNoted(service_point_id=point.id))


def _where(tx: Tx, visit: orders.Visit, seen: dict[str, Any]) -> tuple[float, float, float, datetime] | None:
    """Where the tablet was when the serial was read: as it said, else by the crew's trail, else where it arrived."""
    at = datetime.fromisoformat(str(seen["at"]))
    if seen.get("lon") is not None and seen.get("lat") is not None and seen.get("accuracy_m") is not None:
        return float(seen["lon"]), float(seen["lat"]), float(seen["accuracy_m"]), at
    if visit.crew_id is not None:
        near = service_points_queries.find_trail_point(tx.session, crew_id=visit.crew_id, at=at, within_s=NEAR_S)
        if near is not None:
            return near.lon, near.lat, near.accuracy_m, near.at
    arrived = visit.facts.get("arrived_where") or {}
    if arrived.get("lon") is None or arrived.get("lat") is None:
        return None
    accuracy_m = (float(arrived.get("accuracy_m") or 30.0) ** 2 + WALK_M**2) ** 0.5
    return float(arrived["lon"]), float(arrived["lat"]), accuracy_m, visit.arrived_at or at


def _begin(tx: Tx, point: meters.ServicePoint) -> None:
    """What the register says of the pin becomes the first of its positions, before others join it."""
    key = f"register:{point.id}"
    if service_points_queries.has_fix(tx.session, source_key=key):
        return
    day, zone = point.pinned_on, policies.zone(tx.session)
    since = datetime(day.year, day.month, day.day, 12, tzinfo=zone) if day is not None else LONG_AGO
    tx.session.add(
        service_points_models.PinFix(
            service_point_id=point.id, source_key=key, lon=point.lon, lat=point.lat, accuracy_m=point.accuracy_m,
            source=_FROM_REGISTER.get(point.pin_source, "ADDRESS"), device=None, taken_at=min(since, tx.now),
        )
    )  # fmt: skip
    tx.session.flush()


def _set_pin(tx: Tx, point: meters.ServicePoint) -> None:
    tx.session.flush()
    fixes = service_points_queries.fixes_of(tx.session, service_point_id=point.id)
    made = service_points_queries.combined(fixes)
    if made is None:
        return
    used = {fixes[at].source for at in made.used}
    point.lon, point.lat, point.accuracy_m = made.lon, made.lat, round(made.accuracy_m, 2)
    point.pin_source = _TO_REGISTER[next(source for source in _BEST_FIRST if source in used)]
    point.pinned_on = max(fixes[at].taken_at for at in made.used).astimezone(policies.zone(tx.session)).date()
    tx.record(service_points_events.PinMeasured(service_point_id=point.id, fixes=len(fixes)))


def _keep_ties(
    tx: Tx, point: meters.ServicePoint, noted: service_points_schemas.PinIn, person_id: int
) -> None:  # fmt: skip
    tie = service_points_models.PinTie
    known = {
        (one.tenths_ft, one.relation, one.mark, one.note): (one.person_id, one.measured_on)
        for one in tx.session.query(tie).filter_by(service_point_id=point.id)
    }
    tx.session.execute(delete(tie).where(tie.service_point_id == point.id))
    today = tx.now.astimezone(policies.zone(tx.session)).date()
    for place, one in enumerate(noted.ties):
        key = (one.tenths_ft, one.relation, one.mark, one.note)
        who, on = known.get(key, (person_id, today))
        tx.session.add(
            tie(
                service_point_id=point.id, place=place, tenths_ft=one.tenths_ft, relation=one.relation, mark=one.mark,
                note=one.note, measured_on=on, person_id=who,
            )
        )  # fmt: skip
