"""Clearances and codes for a non-payment shutoff: given only while every rule passes, checked against the cut."""

import base64
import uuid
from datetime import datetime, timedelta

from dispatch import errors
from dispatch.accounts import queries as accounts
from dispatch.auth import models as people
from dispatch.orders import checks, fieldwork, kinds, lifecycle
from dispatch.orders import models as order_models
from dispatch.orders.kinds.visit import Cleared
from dispatch.policies import clearances, evaluator
from dispatch.policies import queries as policies
from dispatch.sync import events, models, queries, schemas
from dispatch.transaction import Tx

SKEW_S = 90
"""How far a cut may seem to lie before its clearance: two clocks are never quite the same."""
ONLINE_S = 300
"""A clearance asked for at the moment of the cut and used within this time was an online one."""
RENEW_S = 600


class NotThisOrder(errors.Refusal):
    """The order cannot be cleared for this tablet."""

    code = "not_this_order"
    status = 409


class CodeRefused(errors.Refusal):
    """What was read over the phone cannot be answered."""

    code = "code_refused"
    status = 422


def ask(tx: Tx, *, order: order_models.ServiceOrder, device_id: str, moment: str) -> schemas.ClearanceOut:
    """Ask the rules for one shutoff and sign a clearance when all pass. `moment`: sync, start, cut.

    Refuses with NotThisOrder an order that needs no clearance.
    """
    verdict = _verdict(tx, order=order, moment=moment)
    facts_en, facts_es = _facts(verdict)
    if verdict.result != "pass" or order.state not in lifecycle.WITH_CREW:
        if order.state not in lifecycle.WITH_CREW:
            facts_en.insert(0, order.recall_en or f"The order is {lifecycle.STATES[order.state].name_en.lower()}")
            facts_es.insert(0, order.recall_es or f"La orden está: {lifecycle.STATES[order.state].name_es.lower()}")
        if moment != "sync":
            tx.record(
                events.ClearanceRefusedByRules(
                    order_id=order.id, device_id=device_id, moment=moment,
                    rule_ids=" ".join(one.rule_id for one in verdict.results if one.result in ("block", "warn")),
                )
            )  # fmt: skip
        return schemas.ClearanceOut(
            token=None, issued_at=None, expires_at=None,
            result="block" if verdict.result == "pass" else verdict.result, facts_en=facts_en, facts_es=facts_es,
        )  # fmt: skip
    utility = policies.get_utility(tx.session)
    known = queries.newest_clearance(tx.session, order_id=order.id, device_id=device_id)
    again = moment == "sync" and known is not None and (tx.now - known.issued_at).total_seconds() < RENEW_S
    if again and known is not None:
        grant = clearances.Clearance(
            order_id=order.id, device_id=device_id, issued_at=known.issued_at, expires_at=known.expires_at,
            rules_hash=verdict.rules_hash, jti=known.jti,
        )  # fmt: skip
    else:
        grant = clearances.grant(
            order_id=order.id, device_id=device_id, at=tx.now, rules_hash=verdict.rules_hash, jti=str(uuid.uuid4()),
            minutes=utility.clearance_minutes,
        )  # fmt: skip
        tx.session.add(
            models.ClearanceIssue(
                jti=grant.jti, order_id=order.id, device_id=device_id, moment=moment, issued_at=grant.issued_at,
                expires_at=grant.expires_at,
            )
        )  # fmt: skip
        tx.session.flush()
        if moment != "sync":
            tx.record(events.ClearanceIssued(order_id=order.id, device_id=device_id, moment=moment, jti=grant.jti))
    return schemas.ClearanceOut(
        token=clearances.sign(clearance=grant, private_pem=utility.clearance_key_pem), issued_at=grant.issued_at,
        expires_at=grant.expires_at, result="pass", facts_en=facts_en, facts_es=facts_es,
    )  # fmt: skip


def give_code(tx: Tx, *, order: order_models.ServiceOrder, device: people.Device, challenge: str) -> schemas.CodeOut:
    """Run the rules once more and answer a challenge with six digits. Refuses with CodeRefused."""
    try:
        tidy = clearances.tidy_challenge(challenge)
    except ValueError:
        raise CodeRefused(
            "The check cannot be read.",
            reasons=[errors.Reason("challenge", "Type the check as read out: two letters, two digits (KD 42).",
                                   "Escriba la clave como la leen: dos letras, dos dígitos (KD 42).", "challenge")],
        ) from None  # fmt: skip
    verdict = _verdict(tx, order=order, moment="cut")
    facts_en, facts_es = _facts(verdict)
    if verdict.result != "pass" or order.state not in lifecycle.WITH_CREW:
        return schemas.CodeOut(
            code=None, expires_at=None, result="block" if verdict.result == "pass" else verdict.result,
            facts_en=facts_en, facts_es=facts_es,
        )  # fmt: skip
    known = queries.find_code(tx.session, device_id=device.id, order_id=order.id, challenge=tidy)
    if known is not None and known.used_op_id is not None:
        raise CodeRefused(
            "The check was used.",
            reasons=[errors.Reason("code_used", "This check was used. Ask the crew for a new one.",
                                   "Esta clave ya se usó. Pida una nueva a la cuadrilla.", "challenge")],
        )  # fmt: skip
    if known is None:
        known = models.CodeIssue(
            order_id=order.id, device_id=device.id, challenge=tidy, issued_by=tx.actor.name, issued_at=tx.now,
            expires_at=tx.now,
        )  # fmt: skip
        tx.session.add(known)
    known.issued_at, known.expires_at = tx.now, tx.now + timedelta(minutes=clearances.CODE_MINUTES)
    tx.session.flush()
    tx.record(events.CodeGiven(order_id=order.id, device_id=device.id, challenge=tidy))
    return schemas.CodeOut(
        code=_code(device, order, tidy), expires_at=known.expires_at, result="pass", facts_en=facts_en,
        facts_es=facts_es,
    )  # fmt: skip


def judge_cut(tx: Tx, *, row: models.FieldOperation, order: order_models.ServiceOrder) -> fieldwork.Clearing:
    """How a shutoff was cleared at the moment of the cut, and what was paid when.

    A clearance must be signed by this office for this order and tablet and hold at the cut; a code must have been given
    for this order and tablet, not used by another operation, within its ten minutes.
    """
    if not kinds.get(code=order.kind).needs_clearance:
        return fieldwork.Clearing()
    cut_at = _cut_at(tx, row=row)
    paid_at, known_at = _paid(tx, order=order, cut_at=cut_at)
    how: Cleared | None = _by_token(tx, row=row, order=order, cut_at=cut_at, known_at=known_at)
    if how is None and _by_code(tx, row=row, order=order, cut_at=cut_at):
        how = "CODE"
    return fieldwork.Clearing(
        cleared=how or "NONE",
        cut_at=cut_at,
        paid_at=paid_at,
        payment_known_at=known_at,
    )


def _by_token(
    tx: Tx, *, row: models.FieldOperation, order: order_models.ServiceOrder, cut_at: datetime, known_at: datetime | None
) -> Cleared | None:
    token = row.payload.get("clearance")
    if not token:
        return None
    public_pem = clearances.keypair(private_pem=policies.get_utility(tx.session).clearance_key_pem).public_pem
    try:
        clearance = clearances.verify(
            token=str(token), public_pem=public_pem, at=cut_at, order_id=order.id, device_id=row.device_id,
            skew_s=SKEW_S,
        )  # fmt: skip
    except clearances.ClearanceRefused:
        return None
    issue = queries.find_clearance(tx.session, jti=clearance.jti)
    if issue is None:
        return None
    online = issue.moment == "cut" and (cut_at - clearance.issued_at).total_seconds() <= ONLINE_S
    # A payment that the server learned of after it had answered crossed the clearance; it was not overlooked.
    return "ONLINE" if online and (known_at is None or known_at <= clearance.issued_at) else "OFFLINE"


def _by_code(tx: Tx, *, row: models.FieldOperation, order: order_models.ServiceOrder, cut_at: datetime) -> bool:
    told = row.payload.get("code")
    device = tx.session.get(people.Device, row.device_id)
    if not told or device is None:
        return False
    try:
        tidy = clearances.tidy_challenge(str(told.get("challenge", "")))
    except ValueError:
        return False
    issue = queries.find_code(tx.session, device_id=row.device_id, order_id=order.id, challenge=tidy)
    if issue is None or issue.used_op_id not in (None, row.op_id):
        return False
    begins, ends = issue.issued_at - timedelta(seconds=SKEW_S), issue.expires_at + timedelta(seconds=SKEW_S)
    if not begins <= cut_at <= ends:
        return False
    if not clearances.same_code(typed=str(told.get("code", "")), expected=_code(device, order, tidy)):
        return False
    issue.used_op_id = row.op_id
    return True


def _cut_at(tx: Tx, *, row: models.FieldOperation) -> datetime:
    """When the valve was closed: as told, else when the lock or the tag was photographed, else the end of the visit."""
    told = row.payload.get("cut_at")
    if told and row.occurred_at is not None:
        # Told by the tablet's clock: moved as the operation itself was.
        return min(datetime.fromisoformat(told) + (row.placed_at - row.occurred_at), row.placed_at)
    visit = tx.session.get(order_models.Visit, row.visit_id)
    photos = [] if visit is None else visit.facts.get("photos", [])
    taken = [datetime.fromisoformat(one["at"]) for one in photos if one.get("what") in ("lock", "tag")]
    return min([*taken, row.placed_at])


def _paid(tx: Tx, *, order: order_models.ServiceOrder, cut_at: datetime) -> tuple[datetime | None, datetime | None]:
    """When the payment that stopped this shutoff was made, and since when the server knows it."""
    if order.paid_at is None:
        return None, None
    known_at = accounts.payment_known_at(tx.session, account_id=order.account_id, paid_at=order.paid_at)
    return order.paid_at, known_at or order.recalled_at


def _verdict(tx: Tx, *, order: order_models.ServiceOrder, moment: str) -> evaluator.Verdict:
    if not kinds.get(code=order.kind).needs_clearance or order.premise_id is None:
        raise NotThisOrder(f"Order {order.number} needs no clearance.")
    point: evaluator.Point = "cut" if moment == "cut" else "start" if moment == "start" else "release"
    return checks.verdict(
        tx.session, kind=order.kind, premise_id=order.premise_id, account_id=order.account_id,
        service_point_id=order.service_point_id, at=tx.now, point=point, reason=order.reason,
        leave_out_order_id=order.id,
    )  # fmt: skip


def _facts(verdict: evaluator.Verdict) -> tuple[list[str], list[str]]:
    told = [one for one in verdict.results if one.result in ("block", "warn")]
    return [one.fact_en for one in told], [one.fact_es for one in told]


def _code(device: people.Device, order: order_models.ServiceOrder, challenge: str) -> str:
    secret = base64.urlsafe_b64decode(device.code_secret + "=" * (-len(device.code_secret) % 4))
    return clearances.code(device_secret=secret, order_number=order.number, challenge=challenge)
