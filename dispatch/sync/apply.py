"""Applies one operation that is in its turn: facts are stored whatever happens, the decision is judged and then taken."""

import dataclasses
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from dispatch.crews import models as crew_models
from dispatch.crews import operations as crews
from dispatch.orders import fieldwork, followups, kinds
from dispatch.orders import models as order_models
from dispatch.sync import clearing, judge, models
from dispatch.transaction import Tx

_log = structlog.get_logger()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settled:
    """How an operation ended. `order_version` is the order's version after it."""

    answer: judge.Answer
    code: str | None = None
    reason_en: str | None = None
    reason_es: str | None = None
    order_id: int | None = None
    order_version: int | None = None


FAULT = Settled(
    answer="held",
    code="SERVER_FAULT",
    reason_en="The server could not work this in. It is kept; the office looks at it.",
    reason_es="El servidor no pudo procesarla. Quedó guardada; la oficina la revisa.",
)


def settle(tx: Tx, *, row: models.FieldOperation, shift: crew_models.Shift | None, force: bool = False) -> Settled:
    """Judge and apply. An unforeseen fault undoes this operation's writes alone and holds it for a person, so that one
    bad operation never stops a crew's day; faults of the database are passed on. `force`: a person decided to apply it."""
    events = len(tx._events)
    try:
        with tx.session.begin_nested():
            return _settle(tx, row=row, shift=shift, force=force)
    except DBAPIError:
        raise
    except Exception:
        if force:
            raise
        _log.exception("field operation held", op_id=row.op_id, kind=row.kind)
        del tx._events[events:]
        known = row.order_id is not None and tx.session.get(order_models.ServiceOrder, row.order_id) is not None
        return dataclasses.replace(FAULT, order_id=row.order_id if known else None)


def _settle(tx: Tx, *, row: models.FieldOperation, shift: crew_models.Shift | None, force: bool) -> Settled:
    if row.kind in _OF_THE_SHIFT:
        return _of_the_shift(tx, row, shift)
    if row.kind == "field_order":
        return _found(tx, row)
    order = None if row.order_id is None else tx.session.get(order_models.ServiceOrder, row.order_id)
    crew_id = None if shift is None else shift.crew_id
    disposition = row.payload.get("disposition")
    if order is None and row.order_id is None:
        # A hazard or note beside the way: it stands in the log.
        return Settled(answer="applied")
    verdict = judge.decision(
        kind=row.kind, disposition=disposition, base_version=row.base_version, visit_id=row.visit_id, crew_id=crew_id,
        order=None if order is None else _now(order),
    )  # fmt: skip
    if order is None:
        return _as_settled(verdict, None)
    if _other_order(tx, row):
        return Settled(
            answer="held", code="OTHER_ORDERS_VISIT", order_id=order.id, order_version=order.version,
            reason_en="The visit belongs to another order.", reason_es="La visita es de otra orden.",
        )  # fmt: skip
    deed = fieldwork.Deed(
        op_id=row.op_id, visit_id=row.visit_id or "", kind=row.kind, at=row.placed_at, payload=row.payload,
        crew_id=crew_id, person_id=row.person_id, device_id=row.device_id,
    )  # fmt: skip
    if row.visit_id is not None:
        fieldwork.keep_fact(tx, order=order, deed=deed)
    if row.kind in ("complete", "unable"):
        return _ended(tx, row, order, deed, verdict, force)
    action = verdict.action
    if action is not None and verdict.answer == "applied":
        fieldwork.take_step(tx, order=order, deed=deed, action=action)
    return _as_settled(verdict, order)


def _ended(
    tx: Tx, row: models.FieldOperation, order: order_models.ServiceOrder, deed: fieldwork.Deed,
    verdict: judge.Judgement, force: bool,
) -> Settled:  # fmt: skip
    disposition = str(row.payload["disposition"])
    if disposition not in kinds.get(code=order.kind).dispositions:
        return Settled(
            answer="held", code="UNKNOWN_DISPOSITION", order_id=order.id, order_version=order.version,
            reason_en=f"{order.kind} cannot end as {disposition}.",
            reason_es=f"{order.kind} no puede terminar como {disposition}.",
        )  # fmt: skip
    action = "force" if force else verdict.action if verdict.answer == "applied" else None
    fieldwork.end_visit(
        tx, order=order, deed=deed, disposition=disposition, clearing=clearing.judge_cut(tx, row=row, order=order),
        action=action,
    )  # fmt: skip
    if action == "recall_ack":
        order.recall_acked_at = order.recall_acked_at or row.placed_at
        order.recall_answer = order.recall_answer or "stopped"
    return (
        Settled(answer="applied", order_id=order.id, order_version=order.version)
        if force
        else _as_settled(verdict, order)
    )


def _found(tx: Tx, row: models.FieldOperation) -> Settled:
    payload = row.payload
    try:
        order = followups.open_found(
            tx, kind=str(payload["kind"]), note=str(payload["note"]), lon=payload["lon"], lat=payload["lat"],
            property_ref=payload.get("property_ref"), op_id=row.op_id,
        )  # fmt: skip
    except kinds.UnknownKind:
        return Settled(
            answer="held", code="UNKNOWN_KIND", reason_en=f"There is no kind {payload['kind']}.",
            reason_es=f"No existe el tipo {payload['kind']}.",
        )  # fmt: skip
    return Settled(answer="applied", order_id=order.id, order_version=order.version)


def _check_in(tx: Tx, row: models.FieldOperation, shift: crew_models.Shift) -> None:
    crews.check_in(tx, shift=shift, at=row.placed_at)


def _break(tx: Tx, row: models.FieldOperation, shift: crew_models.Shift) -> None:
    crews.take_break(tx, shift=shift, minutes=int(row.payload["minutes"]))


def _end_of_day(tx: Tx, row: models.FieldOperation, shift: crew_models.Shift) -> None:
    crews.end_shift(tx, shift=shift, at=row.placed_at, counted=row.payload.get("counted"))


_OF_THE_SHIFT: dict[str, Callable[[Tx, models.FieldOperation, crew_models.Shift], None]] = {
    "check_in": _check_in,
    "break": _break,
    "end_of_day": _end_of_day,
}


def _of_the_shift(tx: Tx, row: models.FieldOperation, shift: crew_models.Shift | None) -> Settled:
    if shift is None:
        return Settled(
            answer="held", code="NO_SHIFT", reason_en="This person has no shift that day.",
            reason_es="Esta persona no tiene turno ese día.",
        )  # fmt: skip
    _OF_THE_SHIFT[row.kind](tx, row, shift)
    return Settled(answer="applied")


def _other_order(tx: Tx, row: models.FieldOperation) -> bool:
    visit = None if row.visit_id is None else tx.session.get(order_models.Visit, row.visit_id)
    return visit is not None and visit.order_id != row.order_id


def _now(order: order_models.ServiceOrder) -> judge.OrderNow:
    groups: dict[str, Any] = order.group_versions or {}
    return judge.OrderNow(
        state=order.state, version=order.version, group_versions={name: int(value) for name, value in groups.items()},
        crew_id=order.crew_id, visit_id=order.visit_id,
    )  # fmt: skip


def _as_settled(verdict: judge.Judgement, order: order_models.ServiceOrder | None) -> Settled:
    return Settled(
        answer=verdict.answer, code=verdict.code, reason_en=verdict.reason_en, reason_es=verdict.reason_es,
        order_id=None if order is None else order.id, order_version=None if order is None else order.version,
    )  # fmt: skip
