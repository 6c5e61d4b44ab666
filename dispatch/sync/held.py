"""Held operations: what a person sees of them and decides about them."""

from datetime import datetime
from typing import Any

from dispatch import errors
from dispatch.crews import queries as crews
from dispatch.orders import models as order_models
from dispatch.orders import reviews
from dispatch.policies import queries as policies
from dispatch.sync import apply, events, models, queries
from dispatch.transaction import Tx


class CannotApply(errors.Refusal):
    """The operation cannot be worked in as it is."""

    code = "cannot_apply"
    status = 409


def decide(tx: Tx, *, held: models.HeldOperation, decision: str, note: str) -> None:
    """`apply` the operation and what its visit holds besides, in the order of the tablet, or `set_aside`.

    Facts stand either way. Refuses with AlreadyDecided, NoteNeeded, CannotApply (a forked store: nothing can say which
    side is right, so it can only be set aside once it was looked at).
    """
    if held.decided_at is not None:
        raise reviews.AlreadyDecided(f"{held.decided_by} decided this: {held.decision}.")
    if not note.strip():
        raise reviews.NoteNeeded(
            "Say why.",
            reasons=[errors.Reason("note_needed", "Write why you decide so.", "Escriba por qué decide así.", "note")],
        )
    row = queries.find_operation(tx.session, op_id=held.op_key)
    group = [held] if row is None or row.visit_id is None else list(
        queries.held_of_visit(tx.session, visit_id=row.visit_id)
    )  # fmt: skip
    if decision == "apply":
        for one in group:
            _apply(tx, one)
    for one in group:
        one.decided_at, one.decided_by, one.decision, one.note = tx.now, tx.actor.name, decision, note
        tx.record(events.HeldOperationDecided(held_id=one.id, decision=decision, order_id=one.order_id))


def _apply(tx: Tx, held: models.HeldOperation) -> None:
    row = queries.find_operation(tx.session, op_id=held.op_key)
    if row is None or held.code == "FORKED":
        raise _cannot("It comes from a forked store", "Viene de una memoria dividida")
    order = None if row.order_id is None else tx.session.get(order_models.ServiceOrder, row.order_id)
    if row.order_id is not None and order is None:
        raise _cannot("The office has no such order", "La oficina no tiene esa orden")
    if row.kind not in ("complete", "unable") and held.code != "SERVER_FAULT" and held.code != "NO_SHIFT":
        # Its facts stand since it came; the step itself has been overtaken by the end of the visit.
        return
    on = policies.rules(tx.session).calendar.day_of(row.placed_at)
    shift = crews.find_shift_of_person(tx.session, person_id=row.person_id or 0, on=on)
    settled = apply.settle(tx, row=row, shift=shift, force=True)
    if settled.answer != "applied":
        raise _cannot(settled.reason_en or "It does not fit", settled.reason_es or "No corresponde")
    row.order_version = settled.order_version


def _cannot(english: str, spanish: str) -> CannotApply:
    return CannotApply(
        f"{english}. Set it aside with a note.",
        reasons=[errors.Reason("cannot_apply", f"{english}: set it aside.", f"{spanish}: déjela aparte.", "decision")],
    )


def newest_of_each_visit(session: Any, rows: list[models.HeldOperation]) -> list[models.HeldOperation]:
    """One line a visit: the operation that says most (its end, else its newest step)."""
    known = queries.operations_by_id(session, [row.op_key for row in rows])
    lines: dict[str, models.HeldOperation] = {}
    for row in rows:
        operation = known.get(row.op_key)
        key = row.op_key if operation is None or operation.visit_id is None else operation.visit_id
        before = known.get(lines[key].op_key) if key in lines else None
        if before is None or operation is None or _weight(operation) >= _weight(before):
            lines[key] = row
    return sorted(lines.values(), key=lambda row: (row.held_at, row.id))


def _weight(operation: models.FieldOperation) -> tuple[bool, int, datetime]:
    return (operation.kind in ("complete", "unable"), operation.seq, operation.received_at)
