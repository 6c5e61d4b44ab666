"""SELECTs of the board over all slices below it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.auth.models import Device, Person
from dispatch.journal.models import JournalEntry
from dispatch.orders import lifecycle
from dispatch.orders.models import Review, ServiceOrder
from dispatch.sync.models import DeviceLog, HeldOperation


@dataclass(frozen=True, kw_only=True)
class Tablet:
    """What a person's tablet last said: operations it still holds, and when it was heard."""

    not_sent: int
    heard_at: datetime | None


def tablets(session: Session, *, person_ids: Collection[int]) -> Mapping[int, Tablet]:
    """Tablets by person; of several the one heard last, with everything that all of them hold."""
    if not person_ids:
        return {}
    rows = session.execute(
        select(Device.person_id, DeviceLog.not_sent, DeviceLog.heard_at)
        .join(DeviceLog, DeviceLog.device_id == Device.id)
        .where(Device.person_id.in_(set(person_ids)), Device.revoked_at.is_(None))
        .order_by(DeviceLog.heard_at, Device.id)
    )
    found: dict[int, Tablet] = {}
    for person_id, not_sent, heard_at in rows:
        before = found.get(person_id)
        found[person_id] = Tablet(not_sent=not_sent + (before.not_sent if before else 0), heard_at=heard_at)
    return found


def phones(session: Session, *, person_ids: Collection[int]) -> Mapping[int, str]:
    """Phone numbers of people who have one."""
    if not person_ids:
        return {}
    rows = session.execute(select(Person.id, Person.phone).where(Person.id.in_(set(person_ids))))
    return {person_id: phone for person_id, phone in rows if phone}


def unanswered_recalls(session: Session) -> Sequence[ServiceOrder]:
    """Recalled orders whose crew has not answered, oldest first."""
    order = ServiceOrder
    return (
        session.execute(
            select(order)
            .where(
                order.state == "RECALLED",
                order.recalled_at.is_not(None),
                order.recall_acked_at.is_(None),
                order.crew_id.is_not(None),
            )
            .order_by(order.recalled_at, order.id)
        )
        .scalars()
        .all()
    )


def told_unanswered(session: Session, *, order_ids: Collection[int]) -> Mapping[int, datetime]:
    """When the journal last said of an order that its recall is not answered."""
    if not order_ids:
        return {}
    rows = session.execute(
        select(JournalEntry.order_id, func.max(JournalEntry.at))
        .where(JournalEntry.order_id.in_(set(order_ids)), JournalEntry.name == "RecallUnanswered")
        .group_by(JournalEntry.order_id)
    )
    # The maximum loses its column type on some engines.
    return {int(order_id): at for order_id, at in rows if order_id is not None and isinstance(at, datetime)}


def recalled_since(session: Session, *, since: datetime) -> int:
    """Orders recalled since an instant."""
    order = ServiceOrder
    return int(session.execute(select(func.count(order.id)).where(order.recalled_at >= since)).scalar_one())


def open_of_kinds(session: Session, *, kinds: Collection[str]) -> Sequence[ServiceOrder]:
    """Orders of some kinds for which a visit is still to come, oldest first."""
    order = ServiceOrder
    return (
        session.execute(
            select(order)
            .where(order.kind.in_(list(kinds)), order.state.in_(sorted(lifecycle.OPEN - {"DRAFT"})))
            .order_by(order.opened_at, order.id)
        )
        .scalars()
        .all()
    )


def water_given_back(
    session: Session, *, kinds: Collection[str], since: datetime, until: datetime
) -> Sequence[ServiceOrder]:
    """Orders of some kinds whose visit gave water back between two instants, in the order of time."""
    order = ServiceOrder
    return (
        session.execute(
            select(order)
            .where(
                order.kind.in_(list(kinds)),
                order.state.in_(("COMPLETED", "REVIEW", "POSTED", "CLOSED")),
                order.finished_at >= since,
                order.finished_at < until,
            )
            .order_by(order.finished_at, order.id)
        )
        .scalars()
        .all()
    )


def emergencies_without_crew(session: Session) -> Sequence[ServiceOrder]:
    """Orders of the first priority that nobody is on the way to, oldest first."""
    order = ServiceOrder
    return (
        session.execute(
            select(order)
            .where(order.priority == 0, order.state.in_(sorted(lifecycle.PLANNABLE)))
            .order_by(order.opened_at, order.id)
        )
        .scalars()
        .all()
    )


def open_reviews(session: Session) -> tuple[int, Review | None]:
    """How many visits wait for a person, and the one that waits longest."""
    count = session.execute(select(func.count(Review.id)).where(Review.decided_at.is_(None))).scalar_one()
    oldest = session.execute(
        select(Review).where(Review.decided_at.is_(None)).order_by(Review.opened_at, Review.id).limit(1)
    ).scalar_one_or_none()
    return int(count), oldest


def open_held(session: Session) -> tuple[int, HeldOperation | None]:
    """How many operations wait for a person, and the one that waits longest."""
    held = HeldOperation
    count = session.execute(select(func.count(held.id)).where(held.decided_at.is_(None))).scalar_one()
    oldest = session.execute(
        select(held).where(held.decided_at.is_(None)).order_by(held.held_at, held.id).limit(1)
    ).scalar_one_or_none()
    return int(count), oldest
