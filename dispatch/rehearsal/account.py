"""The account of a day: what became of every order, operation, reading, fee and photo, counted in the database.

Two independent sides stand behind each line: what the desk's answers and the tablets said, and what the rows say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.orders.kinds import dispositions
from dispatch.routes import models as routes
from dispatch.sync import models as sync
from dispatch.sync import receipts

COMPLETED = frozenset({"COMPLETED", "REVIEW", "POSTED", "CLOSED"})
UNABLE = frozenset({"CGI", "RETURN_NEEDED"})
WAITING = frozenset({"READY", "SCHEDULED"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """Two numbers that must be the same."""

    name: str
    left: int
    right: int
    parts: Mapping[str, int] = field(default_factory=dict)
    """What the right side is made of."""

    @property
    def difference(self) -> int:
        return self.left - self.right


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the office did, as its own answers said."""

    asked: int
    order_ids: Sequence[int]
    refused: Mapping[str, int]
    plan_id: int
    payments: int


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The whole account."""

    lines: tuple[Line, ...]
    not_planned: Mapping[str, int]
    opened_by_house: int
    """Orders that followed from visits: return visits, restores, leaks reported on."""

    @property
    def adds_up(self) -> bool:
        return all(line.difference == 0 for line in self.lines)


def balance(session: Session, *, made: Made, tablets: Sequence[Mapping[str, Any]], devices: Collection[str]) -> Balance:
    """Count. `tablets` are the reports of the crews' programs, `devices` the ids of their tablets."""
    not_planned = _not_planned(session, made)
    fates = _fates(session, made, not_planned)
    plan = session.get_one(routes.DayPlan, made.plan_id)
    unplanned = session.scalar(
        select(func.count()).select_from(routes.UnplannedOrder).where(routes.UnplannedOrder.plan_id == made.plan_id)
    )
    operations = _operations(session, devices)
    photos_named, photos_stored = _photos(session)
    lines = (
        Line(name="Orders asked for = opened + refused by the rules", left=made.asked,
             right=len(made.order_ids) + sum(made.refused.values()),
             parts={"opened": len(made.order_ids), **{f"refused {code}": n for code, n in made.refused.items()}}),
        Line(name="Orders made = what became of them", left=len(made.order_ids), right=sum(fates.values()), parts=fates),
        Line(name="Orders due = planned + not planned", left=plan.orders, right=plan.planned + int(unplanned or 0),
             parts={"planned": plan.planned, "not planned": int(unplanned or 0)}),
        Line(name="Operations on the tablets = receipts on the tablets",
             left=sum(int(one.get("ops_made", 0)) for one in tablets),
             right=sum(int(one.get("receipts", 0)) for one in tablets)),
        Line(name="Operations on the tablets = operations in the log",
             left=sum(int(one.get("ops_made", 0)) for one in tablets), right=sum(operations.values()), parts=operations),
        Line(name="Operations in the log = receipts given", left=sum(operations.values()),
             right=_receipts_given(session, devices)),
        Line(name="Chains of receipts = chains that are whole", left=len(devices), right=_whole_chains(session, devices)),
        _completions(session, tablets),
        _readings(session, devices),
        Line(name="Photos named = photos stored", left=photos_named, right=photos_stored),
        Line(name="Payments taken = payments in the books", left=made.payments, right=_payments(session)),
        Line(name="Nothing twice: readings, fees, effects of an order", left=_twice(session), right=0),
    )  # fmt: skip
    known = set(made.order_ids)
    every = session.scalars(select(orders.ServiceOrder.id)).all()
    return Balance(
        lines=lines, not_planned=dict(Counter(not_planned.values())),
        opened_by_house=sum(1 for one in every if one not in known),
    )  # fmt: skip


def _not_planned(session: Session, made: Made) -> dict[int, str]:
    row = routes.UnplannedOrder
    found = session.execute(select(row.order_id, row.code).where(row.plan_id == made.plan_id)).all()
    known = set(made.order_ids)
    return {one.order_id: one.code for one in found if one.order_id in known}


def _fates(session: Session, made: Made, not_planned: Mapping[int, str]) -> dict[str, int]:
    order = orders.ServiceOrder
    known = set(made.order_ids)
    tried = set(session.scalars(select(orders.Visit.order_id).where(orders.Visit.finished_at.is_not(None))))
    found: Counter[str] = Counter()
    for row in session.execute(select(order.id, order.state, order.recalled_at).order_by(order.id)):
        if row.id in known:
            found[
                _fate(row.id, row.state, recalled=row.recalled_at is not None, tried=tried, not_planned=not_planned)
            ] += 1
    return dict(sorted(found.items()))


def _fate(order_id: int, state: str, *, recalled: bool, tried: Collection[int], not_planned: Mapping[int, str]) -> str:
    if state in COMPLETED:
        return "completed"
    if state in UNABLE or (state in WAITING and order_id in tried):
        return "unable"
    if state == "RECALLED" or (state == "CANCELLED" and recalled):
        return "recalled"
    if state == "CANCELLED":
        return "cancelled"
    if state == "ON_HOLD":
        return "on hold"
    return "not planned, with reason" if order_id in not_planned and state in WAITING else "still open"


def _operations(session: Session, devices: Collection[str]) -> dict[str, int]:
    row = sync.FieldOperation
    found = session.execute(
        select(row.answer, func.count()).where(row.device_id.in_(devices)).group_by(row.answer).order_by(row.answer)
    ).all()
    return {answer: int(count) for answer, count in found}


def _receipts_given(session: Session, devices: Collection[str]) -> int:
    row = sync.FieldReceipt
    return int(session.scalar(select(func.count()).select_from(row).where(row.device_id.in_(devices))) or 0)


def _whole_chains(session: Session, devices: Collection[str]) -> int:
    """Tablets whose receipts run 1, 2, 3 ... and whose hashes can be worked out again from the operations."""
    hashes = {
        row.op_id: row.body_sha256
        for row in session.execute(select(sync.FieldOperation.op_id, sync.FieldOperation.body_sha256))
    }
    whole = 0
    for device_id in sorted(devices):
        log = session.get(sync.DeviceLog, device_id)
        chain = ""
        row = sync.FieldReceipt
        given = session.scalars(select(row).where(row.device_id == device_id).order_by(row.receipt)).all()
        for number, one in enumerate(given, start=1):
            chain = receipts.link(
                before=chain, number=number, op_id=one.op_id, seq=one.seq, answer=one.answer,
                body_sha256=hashes.get(one.op_key, ""),
            )  # fmt: skip
            if one.receipt != number or one.chain != chain:
                break
        else:
            whole += log is not None and log.receipts == len(given) and log.chain == chain
    return whole


def _readings(session: Session, devices: Collection[str]) -> Line:
    """Readings that tablets sent, against the rows they became or the visit in whose log they stay."""
    row = sync.FieldOperation
    sent = session.execute(
        select(row.op_id, row.visit_id).where(
            row.device_id.in_(devices), row.kind == "reading", row.answer.in_(("applied", "held"))
        )
    ).all()
    status = {
        one.source_key: one.status
        for one in session.execute(
            select(meters.Reading.source_key, meters.Reading.status).where(meters.Reading.source_key.like("op:%"))
        )
    }
    visits = {one.id: one for one in session.scalars(select(orders.Visit))}
    found: Counter[str] = Counter()
    names = {"POSTED": "posted", "REVIEW": "in review", "DISCARDED": "discarded by a person"}
    for op_id, visit_id in sent:
        kept = status.get(f"op:{op_id}")
        if kept is not None:
            found[names[kept]] += 1
        elif _set_aside(visits.get(visit_id or "")):
            found["kept with a visit that was not posted"] += 1
    return Line(name="Readings sent = posted + in review", left=len(sent), right=sum(found.values()), parts=dict(found))


def _completions(session: Session, tablets: Sequence[Mapping[str, Any]]) -> Line:
    """Work that tablets say is done, against orders that the house holds for done (each counted once)."""
    order, visit = orders.ServiceOrder, orders.Visit
    completed: set[int] = set()
    other: Counter[str] = Counter()
    for one, state in session.execute(select(visit, order.state).join(order, order.id == visit.order_id)):
        outcome = dispositions.TABLE.get(one.disposition or "")
        if outcome is None or outcome.outcome != "complete":
            continue
        if (one.facts.get("completion") or {}).get("held"):
            other["overruled by the office"] += 1
        elif state in COMPLETED:
            completed.add(one.order_id)
        else:
            other["sent back"] += 1
    return Line(
        name="Completed on the tablets = orders completed + overruled",
        left=sum(int(one.get("completed", 0)) for one in tablets), right=len(completed) + sum(other.values()),
        parts={"orders completed": len(completed), **other},
    )  # fmt: skip


def _set_aside(visit: orders.Visit | None) -> bool:
    """True when the visit was not taken as an outcome: it was not ended, was overruled, or nothing was done there."""
    if visit is None:
        return False
    completion = visit.facts.get("completion")
    if completion is None or completion.get("held"):
        return True
    outcome = dispositions.TABLE.get(visit.disposition or "")
    return outcome is not None and outcome.outcome != "complete"


def _photos(session: Session) -> tuple[int, int]:
    named = set(session.scalars(select(orders.Photo.sha256)))
    stored = set(session.scalars(select(orders.Attachment.sha256).where(orders.Attachment.stored_at.is_not(None))))
    return len(named), len(named & stored)


def _payments(session: Session) -> int:
    row = accounts.Payment
    return int(session.scalar(select(func.count()).select_from(row).where(row.agent == AGENT)) or 0)


AGENT = "Rehearsal counter"


def _twice(session: Session) -> int:
    """Whatever exists more than once for one cause."""
    visit, reading, charge = orders.Visit, meters.Reading, accounts.Charge
    posted = (
        select(visit.order_id).where(visit.posted_at.is_not(None)).group_by(visit.order_id).having(func.count() > 1)
    )
    sources = select(reading.source_key).group_by(reading.source_key).having(func.count() > 1)
    fees = select(charge.event_key).group_by(charge.event_key).having(func.count() > 1)
    keys = select(sync.FieldReceipt.op_key).group_by(sync.FieldReceipt.op_key).having(func.count() > 1)
    return sum(len(session.execute(one).all()) for one in (posted, sources, fees, keys))
