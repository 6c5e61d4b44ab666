"""Visits: what crews do at orders. Facts are kept as they come; an ended visit is posted or reviewed.

The sync slice judges first (`sync.judge`) and calls these with the verdict; nothing here doubts a fact.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from dispatch import errors
from dispatch.accounts import models as account_models
from dispatch.accounts import operations as accounts
from dispatch.meters import models as meter_models
from dispatch.meters import queries as meter_queries
from dispatch.orders import followups, kinds, models, operations, posting, reviews, visit_events
from dispatch.orders.kinds.kind import Effect
from dispatch.orders.kinds.visit import Cleared, LeakTest, PhotoTaken, ReadingTaken, VisitFacts
from dispatch.transaction import Tx

TIMES: dict[str, str] = {"en_route": "en_route_at", "arrive": "arrived_at", "start": "started_at"}
LISTS: dict[str, str] = {
    "reading": "readings",
    "photo": "photos",
    "verify_meter": "meters_seen",
    "leak_test": "leak_tests",
    "note": "notes",
    "signature": "signatures",
    "hazard": "hazards",
}
"""Kind of operation -> list in the visit's facts."""


class OtherOrdersVisit(errors.Refusal):
    """The visit belongs to another order."""

    code = "other_orders_visit"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One deed at an order: which operation told it, by whom, and when it happened on the server's clock."""

    op_id: str
    visit_id: str
    kind: str
    at: datetime
    payload: Mapping[str, Any]
    crew_id: int | None
    person_id: int | None
    device_id: str


@dataclass(frozen=True, kw_only=True)
class Clearing:
    """How a shutoff was cleared and what was paid when, as far as known now."""

    cleared: Cleared = "NOT_NEEDED"
    cut_at: datetime | None = None
    paid_at: datetime | None = None
    payment_known_at: datetime | None = None


def visit_for(tx: Tx, *, order: models.ServiceOrder, deed: Deed) -> models.Visit:
    """The visit of a deed, begun by its first one. Refuses with OtherOrdersVisit."""
    visit = tx.session.get(models.Visit, deed.visit_id)
    if visit is None:
        visit = models.Visit(
            id=deed.visit_id, order_id=order.id, crew_id=deed.crew_id, person_id=deed.person_id,
            device_id=deed.device_id, facts={}, notes="",
        )  # fmt: skip
        tx.session.add(visit)
        tx.session.flush()
    elif visit.order_id != order.id:
        raise OtherOrdersVisit(f"Visit {deed.visit_id} belongs to another order.")
    return visit


def keep_fact(tx: Tx, *, order: models.ServiceOrder, deed: Deed) -> models.Visit:
    """Store what was seen, whatever becomes of the order."""
    visit = visit_for(tx, order=order, deed=deed)
    column = TIMES.get(deed.kind)
    if column is not None:
        known = getattr(visit, column)
        setattr(visit, column, deed.at if known is None else min(known, deed.at))
    if deed.kind == "arrive":
        _put(visit, "arrived_where", {key: deed.payload.get(key) for key in ("lon", "lat", "accuracy_m")})
    elif deed.kind in LISTS:
        name = LISTS[deed.kind]
        kept = [*visit.facts.get(name, []), {"op_id": deed.op_id, "at": deed.at.isoformat(), **deed.payload}]
        _put(visit, name, kept)
    if deed.kind == "note":
        visit.notes = "\n".join(part for part in (visit.notes, str(deed.payload["text"])) if part)
    if deed.kind == "photo":
        _keep_photo(tx, order=order, deed=deed)
    if deed.kind == "hazard":
        _keep_hazard(tx, order=order, deed=deed)
    if deed.kind in LISTS:
        tx.record(visit_events.VisitFact(order_id=order.id, crew_id=deed.crew_id, visit_id=visit.id, kind=deed.kind))
    return visit


def take_step(tx: Tx, *, order: models.ServiceOrder, deed: Deed, action: str) -> None:
    """Move the order by a crew's step that was judged to hold."""
    operations.step(tx, order=order, action=action, side="field")
    if action in ("en_route", "arrive"):
        order.visit_id = deed.visit_id
    if action == "recall_ack":
        order.recall_acked_at = order.recall_acked_at or deed.at
        order.recall_answer = str(deed.payload.get("answer") or "stopped")
    tx.record(
        visit_events.VisitStep(
            order_id=order.id, crew_id=deed.crew_id, visit_id=deed.visit_id or None, step=action, state=order.state
        )
    )


def end_visit(
    tx: Tx, *, order: models.ServiceOrder, deed: Deed, disposition: str, clearing: Clearing, action: str | None
) -> Effect:
    """End a visit. `action` None: the decision is held, the facts and the valve stay, nothing is posted.

    Refuses with kinds.effects.UnknownDisposition an ending that the kind does not have.
    """
    visit = visit_for(tx, order=order, deed=deed)
    facts, judged = _facts(tx, order=order, visit=visit, deed=deed, disposition=disposition, clearing=clearing)
    effect = kinds.effect(visit=facts)
    _put(visit, "completion", {"op_id": deed.op_id, "held": action is None, **deed.payload})
    if effect.facts:
        _put(visit, "found", effect.facts)
    visit.finished_at, visit.disposition = facts.finished_at, disposition
    visit.started_at = visit.started_at or facts.started_at
    visit.valve_found, visit.valve_left, visit.cut = facts.valve_found, facts.valve_left, effect.cut
    posting.turn_valve(tx, order=order, state=effect.valve_state, at=facts.finished_at)
    if effect.cut in ("CROSSED", "WRONGFUL"):
        tx.record(
            visit_events.ShutoffCrossed(
                order_id=order.id, visit_id=visit.id, cut=effect.cut, account_id=order.account_id
            )
        )
    if action is None:
        # Nobody waits in the dry for a decision: what must be restored is ordered at once.
        followups.open_all(tx, order=order, wanted=[one for one in effect.follow_ups if one.kind == "RESTORE"])
        return effect
    _conclude(tx, order=order, visit=visit, effect=effect, judged=judged, action=action)
    tx.record(
        visit_events.VisitEnded(
            order_id=order.id, crew_id=deed.crew_id, visit_id=visit.id, disposition=disposition, state=order.state,
            cut=effect.cut,
        )
    )  # fmt: skip
    return effect


def _conclude(
    tx: Tx,
    *,
    order: models.ServiceOrder,
    visit: models.Visit,
    effect: Effect,
    judged: list[posting.Judged],
    action: str,
) -> None:
    plain = asdict(effect)
    waits = bool(effect.reviews) and (effect.outcome == "complete" or effect.cut not in (None, "CLEARED"))
    if action == "force":
        # A person decided to take a visit that the order's state would not allow.
        order.state = "COMPLETED" if effect.outcome == "complete" else order.state
        operations.bump(order, "status")
    else:
        operations.step(tx, order=order, action=action, side="field")
    order.visit_id, order.disposition, order.finished_at = None, visit.disposition, visit.finished_at
    posting.record_readings(tx, order=order, visit_id=visit.id, effects=plain["readings"], judged=judged, waits=waits)
    followups.open_all(tx, order=order, wanted=effect.follow_ups)
    if effect.outcome == "stop_and_hold" and visit.disposition == "HOLD_MEDICAL_CLAIMED":
        _hold_for_illness(tx, order)
    if waits:
        reviews.open_review(tx, order=order, visit=visit, effect=plain)
        if order.state == "COMPLETED":
            operations.step(tx, order=order, action="send_to_review", side="office", groups=())
    elif order.state == "COMPLETED":
        posting.touch_account(
            tx, order=order, visit=visit, account_effect=plain["account_effect"], charges=plain["fees"]
        )
        operations.step(tx, order=order, action="post", side="office", groups=())
    if order.state in ("COMPLETED", "REVIEW", "POSTED", "CANCELLED", "CLOSED"):
        order.open_key = None


def _facts(
    tx: Tx, *, order: models.ServiceOrder, visit: models.Visit, deed: Deed, disposition: str, clearing: Clearing
) -> tuple[VisitFacts, list[posting.Judged]]:
    kept, payload = visit.facts, deed.payload
    seen = kept.get("meters_seen", [])
    meter = _meter_of(tx, order)
    matches = not seen or bool(seen[-1].get("matches", True))
    judged = posting.judge_readings(tx, order=order, taken=kept.get("readings", []), serial_matches=matches)
    # The tablet ends a visit at the moment of this operation, which stands on the server's clock already.
    finished_at = deed.at
    started_at = visit.started_at or visit.arrived_at or finished_at
    photos = [PhotoTaken(sha256=one["sha256"], what=one["what"]) for one in kept.get("photos", [])]
    if payload.get("photo") and all(one.sha256 != payload["photo"] for one in photos):
        photos.append(PhotoTaken(sha256=str(payload["photo"]), what="site"))
    return VisitFacts(
        order_id=order.id, visit_id=visit.id, kind=order.kind, disposition=disposition,
        started_at=min(started_at, finished_at), finished_at=finished_at, reason=order.reason,
        expected_serial=None if meter is None else meter.serial,
        serial_seen=seen[-1]["serial_seen"] if seen else None,
        readings=tuple(
            ReadingTaken(
                digits=one.digits, role=cast(Any, one.role), taken_at=one.taken_at,
                meter_id=None if one.meter is None else one.meter.id, zero_confirmed=one.zero_confirmed,
                blocked=one.blocked, exceptions=one.exceptions,
            )
            for one in judged
        ),
        photos=tuple(photos),
        valve_found=payload.get("valve_found"), valve_left=payload.get("valve_left"), seal_no=payload.get("seal_no"),
        contacted=bool(payload.get("contacted")), adult_present=bool(payload.get("adult_present")),
        tag_left=bool(payload.get("tag_left")), flow_gal=payload.get("flow_gal"), flow_s=payload.get("flow_s"),
        leak_test=_leak_test(kept.get("leak_tests", [])), cleared=clearing.cleared, cut_at=clearing.cut_at,
        paid_at=clearing.paid_at, payment_known_at=clearing.payment_known_at,
        shutoff_digits=order.extra.get("shutoff_digits"),
        register=None if meter is None else meter_queries.register_of(meter),
        successor_account=bool(order.extra.get("successor_account")), notes=visit.notes,
    ), judged  # fmt: skip


def _meter_of(tx: Tx, order: models.ServiceOrder) -> meter_models.Meter | None:
    if order.service_point_id is None:
        return None
    return meter_queries.meters_at(tx.session, [order.service_point_id]).get(order.service_point_id)


def _leak_test(tests: list[dict[str, Any]]) -> LeakTest | None:
    if not tests:
        return None
    last = tests[-1]
    return LeakTest(
        digits_a=last["digits_a"], at_a=datetime.fromisoformat(last["at_a"]), digits_b=last["digits_b"],
        at_b=datetime.fromisoformat(last["at_b"]), house_valve=last.get("house_valve", "not_tested"),
        irrigation=last.get("irrigation", "not_tested"),
        dye_in_bowl=sum(1 for one in last.get("dye", []) if one.get("result") == "leak"),
        utility_side_wet=bool(last.get("utility_side_wet")), psi_static=last.get("psi_static"),
        psi_flowing=last.get("psi_flowing"), advice=str(last.get("advice") or ""),
    )  # fmt: skip


def _keep_photo(tx: Tx, *, order: models.ServiceOrder, deed: Deed) -> None:
    tx.session.add(
        models.Photo(
            order_id=order.id, visit_id=deed.visit_id, sha256=deed.payload["sha256"], what=deed.payload["what"],
            taken_at=_instant(deed.payload.get("taken_at")), op_id=deed.op_id,
        )
    )  # fmt: skip
    if tx.session.get(models.Attachment, deed.payload["sha256"]) is None:
        tx.session.add(models.Attachment(sha256=deed.payload["sha256"], bytes=int(deed.payload["bytes"])))
    tx.session.flush()


def _keep_hazard(tx: Tx, *, order: models.ServiceOrder, deed: Deed) -> None:
    if order.premise_id is None:
        return
    kind, text, present = str(deed.payload["kind"]), str(deed.payload.get("text") or ""), bool(deed.payload["present"])
    tx.record(visit_events.HazardTold(premise_id=order.premise_id, kind=kind, present=present, order_id=order.id))
    known = followups.find_hazard(tx.session, premise_id=order.premise_id, kind=kind)
    if present and known is None and text:
        tx.session.add(
            account_models.Hazard(
                premise_id=order.premise_id, kind=kind.lower()[:20], text_en=text[:200], text_es=text[:200],
                noted_on=deed.at.date(),
            )
        )  # fmt: skip


def _hold_for_illness(tx: Tx, order: models.ServiceOrder) -> None:
    account = None if order.account_id is None else tx.session.get(account_models.Account, order.account_id)
    if account is not None:
        accounts.place_hold(tx, account=account, kind="MEDICAL", reason="Illness told at the door")


def _put(visit: models.Visit, name: str, value: Any) -> None:
    visit.facts = {**visit.facts, name: value}


def _instant(text: object) -> datetime | None:
    if isinstance(text, datetime):
        return text
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
