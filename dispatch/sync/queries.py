"""Reading the log of field operations, its receipts and what is held."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.auth import models as people
from dispatch.crews import models as crew_models
from dispatch.sync import models


class NoHeldOperation(errors.NotFound):
    """There is no such held operation."""

    code = "no_held_operation"


def find_operation(session: Session, *, op_id: str) -> models.FieldOperation | None:
    return session.get(models.FieldOperation, op_id)


def find_by_seq(session: Session, *, device_id: str, seq: int) -> models.FieldOperation | None:
    """The operation with a number of a device."""
    operation = models.FieldOperation
    return session.execute(
        select(operation).where(operation.device_id == device_id, operation.seq == seq)
    ).scalar_one_or_none()


def waiting_for(session: Session, *, op_id: str) -> Sequence[str]:
    """Operations that wait for this one, by their number."""
    operation = models.FieldOperation
    return (
        session.execute(
            select(operation.op_id)
            .where(operation.after == op_id, operation.answer == "waiting")
            .order_by(operation.seq, operation.op_id)
        )
        .scalars()
        .all()
    )


def find_receipt(session: Session, *, op_key: str) -> models.FieldReceipt | None:
    return session.execute(select(models.FieldReceipt).where(models.FieldReceipt.op_key == op_key)).scalar_one_or_none()


def receipts(session: Session, *, device_id: str) -> Sequence[models.FieldReceipt]:
    """All receipts of a device, in order."""
    receipt = models.FieldReceipt
    return (
        session.execute(select(receipt).where(receipt.device_id == device_id).order_by(receipt.receipt)).scalars().all()
    )


def find_log(session: Session, *, device_id: str) -> models.DeviceLog | None:
    return session.get(models.DeviceLog, device_id)


def logs(session: Session, device_ids: Collection[str]) -> dict[str, models.DeviceLog]:
    """State of the chains of several devices."""
    if not device_ids:
        return {}
    rows = session.execute(select(models.DeviceLog).where(models.DeviceLog.device_id.in_(set(device_ids)))).scalars()
    return {row.device_id: row for row in rows}


def get_held(session: Session, held_id: int) -> models.HeldOperation:
    """The held operation, or NoHeldOperation."""
    found = session.get(models.HeldOperation, held_id)
    if found is None:
        raise NoHeldOperation(f"There is no held operation {held_id}.")
    return found


def undecided(session: Session, *, limit: int = 500) -> Sequence[models.HeldOperation]:
    """Held operations that wait for a person, oldest first."""
    held = models.HeldOperation
    return (
        session.execute(select(held).where(held.decided_at.is_(None)).order_by(held.held_at, held.id).limit(limit))
        .scalars()
        .all()
    )


def held_of_visit(session: Session, *, visit_id: str) -> Sequence[models.HeldOperation]:
    """Undecided held operations of one visit, in the order of their device."""
    held, operation = models.HeldOperation, models.FieldOperation
    return (
        session.execute(
            select(held)
            .join(operation, operation.op_id == held.op_key)
            .where(operation.visit_id == visit_id, held.decided_at.is_(None))
            .order_by(operation.seq, held.id)
        )
        .scalars()
        .all()
    )


def operations_by_id(session: Session, op_ids: Collection[str]) -> dict[str, models.FieldOperation]:
    if not op_ids:
        return {}
    operation = models.FieldOperation
    rows = session.execute(select(operation).where(operation.op_id.in_(set(op_ids)))).scalars()
    return {row.op_id: row for row in rows}


def find_clearance(session: Session, *, jti: str) -> models.ClearanceIssue | None:
    return session.get(models.ClearanceIssue, jti)


def newest_clearance(session: Session, *, order_id: int, device_id: str) -> models.ClearanceIssue | None:
    """The clearance given last to a device for an order."""
    issue = models.ClearanceIssue
    return session.execute(
        select(issue)
        .where(issue.order_id == order_id, issue.device_id == device_id)
        .order_by(issue.issued_at.desc(), issue.jti)
        .limit(1)
    ).scalar_one_or_none()


def find_code(session: Session, *, device_id: str, order_id: int, challenge: str) -> models.CodeIssue | None:
    code = models.CodeIssue
    return session.execute(
        select(code).where(code.device_id == device_id, code.order_id == order_id, code.challenge == challenge)
    ).scalar_one_or_none()


def find_device_of_crew(session: Session, *, crew_id: int, on: date) -> people.Device | None:
    """The tablet of a crew on a day: of those of its people, the one heard last."""
    device, log, member = people.Device, models.DeviceLog, crew_models.ShiftMember
    return session.execute(
        select(device)
        .join(crew_models.Technician, crew_models.Technician.person_id == device.person_id)
        .join(member, member.technician_id == crew_models.Technician.id)
        .join(crew_models.Shift, crew_models.Shift.id == member.shift_id)
        .outerjoin(log, log.device_id == device.id)
        .where(crew_models.Shift.crew_id == crew_id, crew_models.Shift.on_day == on, device.revoked_at.is_(None))
        .order_by(log.heard_at.desc().nulls_last(), device.enrolled_at.desc(), device.id)
        .limit(1)
    ).scalar_one_or_none()
