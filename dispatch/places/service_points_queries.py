"""Reading where services really are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.places import pins_combined, service_points_models, service_points_schemas, service_points_wording
from maps import ground

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
"""When nobody wrote down the day of a position."""
FEET_PER_METRE = 1 / 0.3048
_KINDS: dict[str, pins_combined.Kind] = {
    "SURVEY": "survey", "VISIT": "phone", "MAP": "phone", "PARCEL": "guess", "ADDRESS": "guess",
}  # fmt: skip


class UnknownServicePoint(errors.NotFound):
    """There is no such service point."""

    code = "unknown_service_point"


def get_point(session: Session, *, service_point_id: int) -> meters.ServicePoint:
    """Refuses with UnknownServicePoint."""
    found = session.get(meters.ServicePoint, service_point_id)
    if found is None:
        raise UnknownServicePoint(f"There is no service point {service_point_id}.")
    return found


def fixes_of(session: Session, *, service_point_id: int) -> list[service_points_models.PinFix]:
    """Positions of a box, oldest first."""
    fix = service_points_models.PinFix
    return list(
        session.scalars(select(fix).where(fix.service_point_id == service_point_id).order_by(fix.taken_at, fix.id))
    )


def has_fix(session: Session, *, source_key: str) -> bool:
    """True when that measurement is counted already."""
    fix = service_points_models.PinFix
    return session.scalar(select(fix.id).where(fix.source_key == source_key)) is not None


def combined(fixes: Sequence[service_points_models.PinFix]) -> pins_combined.Combined | None:
    """The pin that these positions make."""
    return pins_combined.combine(
        [
            pins_combined.Position(
                lon=one.lon, lat=one.lat, accuracy_m=one.accuracy_m, kind=_KINDS[one.source], device=one.device
            )
            for one in fixes
        ]
    )


def spots(session: Session, *, service_point_ids: Sequence[int]) -> dict[int, service_points_wording.Spot]:
    """What is known around these boxes; those of which nothing is known are left out."""
    site, tie = service_points_models.PinSite, service_points_models.PinTie
    sites = session.scalars(select(site).where(site.service_point_id.in_(service_point_ids))).all()
    ties: dict[int, list[service_points_wording.Tie]] = {}
    for row in session.scalars(select(tie).where(tie.service_point_id.in_(service_point_ids)).order_by(tie.place)):
        ties.setdefault(row.service_point_id, []).append(
            service_points_wording.Tie(
                tenths_ft=row.tenths_ft, relation=row.relation, mark=row.mark, note=row.note
            )
        )  # fmt: skip
    return {
        row.service_point_id: service_points_wording.Spot(
            side=row.side, street=row.street, cross_street=row.cross_street, landmark=row.landmark,
            ties=tuple(ties.get(row.service_point_id, ())),
        )
        for row in sites
    }  # fmt: skip


def walking(session: Session, *, points: Sequence[meters.ServicePoint]) -> dict[int, tuple[str, str]]:
    """Service point -> the walking hint in English and Spanish."""
    known = spots(session, service_point_ids=[one.id for one in points])
    return {
        one.id: service_points_wording.walking(
            known.get(one.id, service_points_wording.Spot()), before=one.position_text
        )
        for one in points
    }


def pin_out(session: Session, *, point: meters.ServicePoint) -> service_points_schemas.PinOut:
    """All about one box."""
    site = session.get(service_points_models.PinSite, point.id)
    tie = service_points_models.PinTie
    ties = session.scalars(select(tie).where(tie.service_point_id == point.id).order_by(tie.place)).all()
    fixes = fixes_of(session, service_point_id=point.id)
    made = combined(fixes)
    used = set(made.used) if made is not None else set()
    people = {one.person_id for one in ties} | {one.person_id for one in fixes if one.person_id is not None}
    names: dict[int, str] = {
        row[0]: row[1]
        for row in session.execute(select(auth.Person.id, auth.Person.name).where(auth.Person.id.in_(people)))
    }
    hint = walking(session, points=[point])[point.id]
    return service_points_schemas.PinOut(
        service_point_id=point.id, version=site.version if site is not None else 0, lon=point.lon, lat=point.lat,
        accuracy_m=point.accuracy_m, pin_source=point.pin_source, position_text=point.position_text,
        walk_en=hint[0], walk_es=hint[1],
        side=site.side if site is not None else None,  # type: ignore[arg-type]
        street=site.street if site is not None else None,
        cross_street=site.cross_street if site is not None else None,
        landmark=site.landmark if site is not None else None,
        photo_sha256=_photo(session, point.id),
        ties=[
            service_points_schemas.TieOut(
                tenths_ft=one.tenths_ft, relation=one.relation, mark=one.mark, note=one.note,  # type: ignore[arg-type]
                measured_on=one.measured_on.isoformat(), by=names.get(one.person_id, ""),
            )
            for one in ties
        ],
        fixes=[
            service_points_schemas.FixOut(
                lon=one.lon, lat=one.lat, accuracy_m=one.accuracy_m, source=one.source,  # type: ignore[arg-type]
                taken_at=None if one.taken_at == LONG_AGO else one.taken_at, by=names.get(one.person_id or 0, ""), used=at in used,
                off_ft=round(ground.distance_m(one.lon, one.lat, point.lon, point.lat) * FEET_PER_METRE, 1),
            )
            for at, one in reversed(list(enumerate(fixes)))
        ],
    )  # fmt: skip


def _photo(session: Session, service_point_id: int) -> str | None:
    photo, order, attachment = orders.Photo, orders.ServiceOrder, orders.Attachment
    return session.scalar(
        select(photo.sha256)
        .join(order, order.id == photo.order_id)
        .join(attachment, attachment.sha256 == photo.sha256)
        .where(order.service_point_id == service_point_id, photo.what == "site", attachment.stored_at.is_not(None))
        .order_by(photo.id.desc())
        .limit(1)
    )


def find_trail_point(session: Session, *, crew_id: int, at: datetime, within_s: float) -> crews.TrailPoint | None:
    """Where a crew was at an instant, by its trail; None when no point of it is near in time."""
    point, near = crews.TrailPoint, timedelta(seconds=within_s)
    found = session.scalars(
        select(point).where(point.crew_id == crew_id, point.at >= at - near, point.at <= at + near)
    ).all()
    return min(found, key=lambda one: (abs(one.at - at), one.id), default=None)
