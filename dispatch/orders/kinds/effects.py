"""What follows from any visit, whatever its kind: disposition, readings, valve, fees, follow-ups, and what is missing.

A kind's `effect` starts from `common` and adds what is its own.
"""

import dataclasses
import re
from decimal import Decimal
from typing import Literal

from dispatch.orders.kinds import dispositions
from dispatch.orders.kinds.kind import (
    AccountEffect,
    Effect,
    FeeEffect,
    FollowUp,
    ReadingEffect,
    ReviewReason,
)
from dispatch.orders.kinds.visit import VisitFacts

OPEN_LINE_GAL = 10
"""More than this with nobody home is an open line."""
_GALLONS = re.compile(r"[0-9]+(\.[0-9]+)?")
_READ_TYPES = {"final": "F", "initial": "I", "check": "A", "verify": "V", "leak_a": "A", "leak_b": "A"}


class UnknownDisposition(ValueError):  # noqa: N818 - named like the refusals of the house
    """The visit names a disposition that is not in the table."""


def common(
    *,
    visit: VisitFacts,
    account_effect: AccountEffect = "NONE",
    read_types: dict[str, str] | None = None,
    required_photos: tuple[str, ...] = (),
    requires_read: bool = False,
    requires_seal: bool = False,
) -> Effect:
    """The effect that the disposition alone brings. `required_*` hold only when the visit counts as complete: what is
    missing then is a review reason, never a lost visit."""
    row = dispositions.TABLE.get(visit.disposition)
    if row is None:
        raise UnknownDisposition(f"disposition {visit.disposition!r} is not in the table")
    finishing = row.outcome == "complete"
    types = {**_READ_TYPES, **(read_types or {})}
    return Effect(
        outcome=row.outcome,
        counts_as_complete=row.counts_as_complete,
        readings=tuple(
            ReadingEffect(digits=one.digits, read_type=types[one.role], visit_reading=index)
            for index, one in enumerate(visit.readings)
            if one.digits
        ),
        valve_state=visit.valve_left or visit.valve_found,
        account_effect=account_effect if row.applies_kind else "NONE",
        fees=() if row.fee_code is None else (fee(visit=visit, code=row.fee_code),),
        follow_ups=() if row.follow_up_kind is None else (FollowUp(kind=row.follow_up_kind, reason=row.code),),
        reviews=(
            *_meter(visit),
            *_missing(
                visit,
                read=row.requires_read or (finishing and requires_read),
                photo=row.requires_photo,
                photos=required_photos if finishing else (),
                seal=row.requires_seal or (finishing and row.applies_kind and requires_seal),
            ),
            *(reason("LOOK", row.name_en, row.name_es) for _ in range(row.review)),
            *_readings(visit),
        ),
    )


def with_more(effect: Effect, **changes: object) -> Effect:
    """The effect with fields replaced; tuples given under `add_*` are appended (`add_fees`, `add_reviews` ...)."""
    plain = {name: value for name, value in changes.items() if not name.startswith("add_")}
    for name, value in changes.items():
        if name.startswith("add_"):
            field = name.removeprefix("add_")
            plain[field] = (*getattr(effect, field), *value)  # type: ignore[misc]
    return dataclasses.replace(effect, **plain)  # type: ignore[arg-type]


def fee(*, visit: VisitFacts, code: str) -> FeeEffect:
    """A fee of this order: however often it is reported, it is charged once."""
    return FeeEffect(code=code, event_key=f"order-{visit.order_id}:{code}")


def reason(code: str, text_en: str, text_es: str) -> ReviewReason:
    return ReviewReason(code=code, text_en=text_en, text_es=text_es)


def left_on(*, visit: VisitFacts) -> tuple[ReviewReason, ...]:
    """A review when water should be on now and is not, or ran unwatched into an empty house."""
    found = []
    if visit.valve_left != "ON":
        found.append(reason("VALVE", "Water was not left on", "El agua no quedó conectada"))
    elif over_limit(flow_gal=visit.flow_gal) and not visit.adult_present:
        found.append(
            reason(
                "OPEN_LINE",
                f"{visit.flow_gal} gallons ran, nobody home, left on",
                f"Corrieron {visit.flow_gal} galones, nadie en casa, quedó conectada",
            )
        )
    return tuple(found)


def over_limit(*, flow_gal: str | None, limit_gal: int = OPEN_LINE_GAL) -> bool:
    """Whether more water ran through an opened line than a refilling house takes. `flow_gal` is decimal text; a text
    that is no number runs nothing (as on the tablet)."""
    return flow_gal is not None and bool(_GALLONS.fullmatch(flow_gal.strip())) and Decimal(flow_gal.strip()) > limit_gal


def for_the_desk(*, visit: VisitFacts, text_en: str, text_es: str) -> Effect:
    """A visit whose records a person completes at the desk: nothing is posted before that."""
    base = common(visit=visit)
    if base.outcome != "complete":
        return base
    return with_more(base, add_reviews=(reason("DESK", text_en, text_es),))


def judge_cut(*, visit: VisitFacts) -> Literal["CLEARED", "CROSSED", "WRONGFUL", "UNCLEARED"]:
    """Judges a cut for non-payment against its clearance and the payment.

    Nothing paid before the cut: CLEARED, or UNCLEARED without a valid clearance or code. Paid before: WRONGFUL when
    there was no valid clearance or code, or when the cut was allowed online after the server had the payment;
    otherwise CROSSED (the payment crossed a clearance that was still valid).
    """
    cut_at = visit.cut_at or visit.finished_at
    paid = visit.paid_at is not None and visit.paid_at <= cut_at
    if visit.cleared in ("NONE", "NOT_NEEDED"):
        return "WRONGFUL" if paid else "UNCLEARED"
    if not paid:
        return "CLEARED"
    known = visit.payment_known_at is not None and visit.payment_known_at <= cut_at
    return "WRONGFUL" if visit.cleared == "ONLINE" and known else "CROSSED"


def _meter(visit: VisitFacts) -> tuple[ReviewReason, ...]:
    seen, expected = _bare(visit.serial_seen), _bare(visit.expected_serial)
    if seen and expected and seen != expected:
        return (
            reason(
                "SERIAL_MISMATCH",
                f"Meter {visit.serial_seen} seen, {visit.expected_serial} expected",
                f"Se vio el medidor {visit.serial_seen}, se esperaba {visit.expected_serial}",
            ),
        )
    return ()


def _bare(serial: str | None) -> str:
    # As on the tablet: case, blanks, dashes and leading zeros tell no two meters apart.
    bare = "".join(sign for sign in serial or "" if sign.isascii() and sign.isalnum()).upper()
    return bare.lstrip("0") or bare[-1:]


def _missing(
    visit: VisitFacts, *, read: bool, photo: bool, photos: tuple[str, ...], seal: bool
) -> tuple[ReviewReason, ...]:
    found = []
    if read and not any(one.digits for one in visit.readings):
        found.append(reason("NO_READ", "No reading", "Sin lectura"))
    if photo and not visit.photos:
        found.append(reason("NO_PHOTO", "No photo", "Sin foto"))
    for what in photos:
        if not any(one.what == what for one in visit.photos):
            name_en, name_es = _PHOTOS[what]
            found.append(reason("NO_PHOTO", f"No photo of {name_en}", f"Sin foto de {name_es}"))
    if seal and not visit.seal_no:
        found.append(reason("NO_SEAL", "No lock or seal number", "Sin número de candado o sello"))
    return tuple(found)


_PHOTOS = {
    "register": ("the register", "el registro"),
    "lock": ("the lock", "el candado"),
    "tag": ("the door tag", "el aviso"),
    "site": ("the site", "el lugar"),
    "leak": ("the leak", "la fuga"),
}


def _readings(visit: VisitFacts) -> tuple[ReviewReason, ...]:
    found = []
    for one in visit.readings:
        if one.blocked:
            codes = ", ".join(one.exceptions) or "?"
            found.append(
                reason("READING", f"Reading {one.digits or '?'}: {codes}", f"Lectura {one.digits or '?'}: {codes}")
            )
    return tuple(found)
