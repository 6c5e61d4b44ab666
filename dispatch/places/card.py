"""The property card: everything the desk shows of one place, composed in one answer."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import shapely
from sqlalchemy.orm import Session

from dispatch.accounts import queries as account_queries
from dispatch.meters import models as meters
from dispatch.meters import queries as meter_queries
from dispatch.orders import checks
from dispatch.orders import queries as order_queries
from dispatch.orders.schemas import VerdictOut
from dispatch.places import names, queries, schemas, service_points_queries, sheets_queries, use
from dispatch.policies import queries as policies
from maps import sheets, tracts

UNSERVED_KINDS = ("LOCATE_SERVICE", "LEAK_CHECK", "TURN_ON", "WATER_QUALITY", "LOW_PRESSURE")
RUNNING = frozenset({"ON", "RESTRICTED"})
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
_STAGES = {
    "OFF": ("Shut off", "Cortada"),
    "SHUTOFF_48H": ("48-hour notice", "Aviso de 48 h"),
    "DELINQUENCY": ("Letter sent", "Carta enviada"),
    "PAST_DUE": ("Past due", "Vencida"),
    "CURRENT": ("None", "Ninguna"),
}


def property_card(
    session: Session, *, ref: str, now: datetime, language: str, with_customer: bool
) -> schemas.PropertyOut:
    """All of one property. `with_customer` False leaves the account out (the person may not see customers)."""
    place = queries.get_place(session, ref=ref)
    today = now.astimezone(policies.zone(session)).date()
    premise = place.premise
    points = _in_order(meter_queries.service_points_of(session, premise.id)) if premise is not None else []
    hazards = account_queries.hazards_of(session, [premise.id]).get(premise.id, []) if premise is not None else []
    facts = None
    if with_customer and premise is not None:
        facts = queries.find_account(session, premise_id=premise.id, on=today)
    title = tracts.lot_label(tract=place.tract, lot=place.lot) if place.tract and place.lot else ""
    address, city, zip_code = _address(session, place)
    if not title and place.parcel is not None:
        title = f"APN {place.parcel.number_canonical}"
    lon, lat = place.lonlat
    return schemas.PropertyOut(
        ref=place.ref,
        premise_id=premise.id if premise else None,
        parcel_id=place.parcel.id if place.parcel else None,
        lot_id=place.lot.id if place.lot else None,
        address=address,
        title=title or address,
        city=city,
        zip=zip_code,
        apn=place.parcel.number_canonical if place.parcel else None,
        tract=_tract(place),
        zone=(premise.zone or None) if premise else None,
        cycle=(premise.cycle or None) if premise else None,
        customer_class=premise.customer_class if premise else None,
        water=water_state([point.valve_state for point in points]),
        lon=lon,
        lat=lat,
        parcel_shape=_shape(place),
        names=[
            schemas.PlaceNameOut(text=one.text, kind=cast(Any, one.kind)) for one in names.names_of(session, place=place)
        ],
        hazards=[
            schemas.HazardOut(
                kind=one.kind, text_en=one.text_en, text_es=one.text_es,
                noted_on=one.noted_on.isoformat() if one.noted_on else None,
            )
            for one in hazards
        ],
        account=_account(facts, place, language) if facts else None,
        service_points=_points(session, points),
        open_orders=order_queries.rows(session, queries.open_orders(session, place=place)),
        verdicts=_verdicts(session, place, now),
        sheets=_sheets(session, place),
        as_of=now,
    )  # fmt: skip


def water_state(valve_states: Sequence[str]) -> str | None:
    """on, off or mixed; None when there is no service point or nobody knows."""
    known = [state in RUNNING for state in valve_states if state != "UNKNOWN"]
    if not known:
        return None
    return "on" if all(known) else "mixed" if any(known) else "off"


def stage_of(*, past_due_cents: int, notices: frozenset[str], off_reason: str | None, language: str) -> str:
    """Where the account stands on the way to a shutoff, in the person's language."""
    if off_reason == "NONPAY":
        code = "OFF"
    elif past_due_cents <= 0:
        code = "CURRENT"
    else:
        code = next((kind for kind in ("SHUTOFF_48H", "DELINQUENCY") if kind in notices), "PAST_DUE")
    return _STAGES[code][1 if language == "es" else 0]


def _address(session: Session, place: queries.Place) -> tuple[str, str, str]:
    if place.premise is not None and place.premise.address:
        return place.premise.address, place.premise.city, place.premise.zip
    if place.parcel is None:
        return "", "", ""
    listed = queries.address_of(session, parcel_id=place.parcel.id)
    text = place.parcel.situs_address or (listed.full_text if listed else "")
    return text, (listed.city or "") if listed else "", (listed.zip or "") if listed else ""


def _tract(place: queries.Place) -> schemas.TractOut | None:
    if place.tract is None:
        return None
    return schemas.TractOut(
        tract_no=place.tract.tract_no, lot=place.lot.lot if place.lot else None, map_book=place.tract.map_book,
        map_page=place.tract.map_page, name=place.tract.name,
    )  # fmt: skip


def _shape(place: queries.Place) -> dict[str, Any] | None:
    shape = place.parcel.shape if place.parcel is not None else place.lot.shape if place.lot is not None else None
    return None if shape is None else dict(json.loads(shapely.to_geojson(shape)))


def _account(facts: queries.AccountFacts, place: queries.Place, language: str) -> schemas.AccountOut:
    account, customer = facts.account, facts.customer
    plan = facts.plan
    return schemas.AccountOut(
        id=account.id,
        number=account.number,
        status=account.status,
        customer=customer.name,
        owner_since=_month(account.opened_on, language),
        relation=_relation(account.relation, language),
        phones=[str(phone) for phone in customer.phones],
        email=customer.email,
        language=customer.language,
        ok_to_text=customer.ok_to_text,
        customer_class=place.premise.customer_class if place.premise else "",
        past_due_cents=facts.past_due_cents,
        days_past_due=facts.days_past_due,
        collection_stage=stage_of(
            past_due_cents=facts.past_due_cents, notices=facts.notices, off_reason=account.off_reason,
            language=language,
        ),
        plan=None
        if plan is None
        else schemas.AccountPlanOut(kind=plan.kind, kept=plan.kept, total=plan.instalments, status=plan.status),
        holds=list(facts.holds),
    )  # fmt: skip


def _month(on: date, language: str) -> str:
    return f"{_MONTHS['es' if language == 'es' else 'en'][on.month - 1]} {on.year}"


def _relation(relation: str, language: str) -> str:
    spanish = {"owner": "Propietario", "tenant": "Inquilino"}
    return spanish.get(relation, relation) if language == "es" else relation.capitalize()


def _in_order(points: Sequence[meters.ServicePoint]) -> list[meters.ServicePoint]:
    return sorted(points, key=lambda point: (point.kind != "DOMESTIC", point.id))


def _points(session: Session, points: Sequence[meters.ServicePoint]) -> list[schemas.ServicePointOut]:
    all_meters = queries.meters_of(session, service_point_ids=[point.id for point in points])
    readings = queries.newest_readings(session, meter_ids=[meter.id for meter in all_meters])
    by_meter: dict[int, list[meters.Reading]] = {}
    for reading in readings:
        by_meter.setdefault(reading.meter_id, []).append(reading)
    walks = service_points_queries.walking(session, points=points)
    told = []
    for point in points:
        here = [meter for meter in all_meters if meter.service_point_id == point.id]
        current = next((meter for meter in here if meter.removed_on is None), None)
        shown = sorted(
            (reading for meter in here for reading in by_meter.get(meter.id, [])),
            key=lambda reading: (reading.read_on, reading.id),
            reverse=True,
        )[: queries.MOST_READINGS]
        told.append(_point(point, current, by_meter.get(current.id, []) if current else [], shown, walks[point.id]))
    return told


def _point(
    point: meters.ServicePoint,
    meter: meters.Meter | None,
    own: Sequence[meters.Reading],
    shown: Sequence[meters.Reading],
    walk: tuple[str, str],
) -> schemas.ServicePointOut:
    posted = [one for one in own if one.status == "POSTED"]
    facts = use.UseFacts()
    if meter is not None:
        facts = use.judge(
            register=meter_queries.register_of(meter),
            newest_first=[use.Read(read_on=r.read_on, read_type=r.read_type, digits=r.digits) for r in posted],
        )
    return schemas.ServicePointOut(
        id=point.id,
        kind=point.kind,
        lon=point.lon,
        lat=point.lat,
        accuracy_m=point.accuracy_m,
        pin_source=point.pin_source,
        position_text=point.position_text,
        walk_en=walk[0],
        walk_es=walk[1],
        valve_state=point.valve_state,
        meter=None if meter is None else _meter(meter, posted[0] if posted else None),
        readings=[
            schemas.ReadingOut(
                read_on=one.read_on.isoformat(), read_type=one.read_type, digits=one.digits, usage=one.usage_ccf,
                quality=", ".join(str(code) for code in one.qualities), bill_cents=one.bill_cents,
                in_review=one.status == "REVIEW",
            )
            for one in shown
        ],
        usual_low=facts.low,
        usual_high=facts.high,
        use_alert_en=facts.alert_en,
        use_alert_es=facts.alert_es,
    )  # fmt: skip


def _meter(meter: meters.Meter, last: meters.Reading | None) -> schemas.MeterOut:
    return schemas.MeterOut(
        id=meter.id, serial=meter.serial, endpoint=meter.endpoint, size=meter.size_in, unit=meter.unit,
        dials=meter.dials, decimals=meter.decimals, fixed_zeros=meter.fixed_zeros, multiplier=meter.multiplier,
        last_digits=last.digits if last else None, last_read_on=last.read_on.isoformat() if last else None,
    )  # fmt: skip


def _verdicts(session: Session, place: queries.Place, now: datetime) -> list[VerdictOut]:
    if place.premise is not None:
        found = checks.verdicts(session, premise_id=place.premise.id, at=now)
        return [checks.as_out(verdict) for verdict in found.values()]
    # The rules ask about an account and a service; where neither is, only kinds that need neither are offered.
    return [
        VerdictOut(
            kind=code, result="pass", summary_en="No service here yet", summary_es="Aún sin servicio aquí",
            first_allowed_on=None, rules=[],
        )
        for code in UNSERVED_KINDS
    ]  # fmt: skip


def _sheets(session: Session, place: queries.Place) -> list[schemas.SheetOut]:
    if place.parcel is not None:
        found = sheets.covering_shape(session, shape=place.parcel.shape, district_id=place.parcel.district_id)
    else:
        lon, lat = place.lonlat
        found = sheets.covering(session, lon=lon, lat=lat)
    own = place.tract.id if place.tract is not None else None
    # The sheet of the place's own tract map comes first; the rest as they cover it.
    found = sorted(found, key=lambda sheet: sheet.tract_id != own)
    return sheets_queries.sheets_out(session, found)
