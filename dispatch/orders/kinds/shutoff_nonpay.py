"""Shutoff for non-payment. The crew cuts only on a clearance that holds at that moment; a cut that was paid for before,
or that nobody cleared, is recorded, reviewed, charged nothing and restored first."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, FollowUp, Kind
from dispatch.orders.kinds.visit import OFF, VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """STOP_NONPAY and the shutoff fee when the cut was CLEARED; else a review, no fee, and a P1 restore if paid."""
    # Water found on and left off is a cut, whatever the crew calls it.
    found_on = visit.valve_found in (None, "ON", "RESTRICTED", "UNKNOWN")
    left_off = visit.valve_left in OFF
    cut = visit.disposition == "DONE" or (found_on and left_off)
    base = effects.common(
        visit=visit,
        account_effect="STOP_NONPAY",
        # The account goes on: a reading at a shutoff closes no bill.
        read_types={"final": "A"},
        requires_read=cut,
        required_photos=("register", "lock", "tag") if cut else (),
        requires_seal=cut and visit.valve_left == "OFF_LOCKED",
    )
    if not cut:
        # A lock found cut is told and reviewed, but without a cut of ours service has not stopped.
        return effects.with_more(base, account_effect="NONE")
    judged = effects.judge_cut(visit=visit)
    if judged == "CLEARED":
        if not visit.tag_left:
            base = effects.with_more(base, add_reviews=(effects.reason("NO_TAG", "No door tag left", "Sin aviso"),))
        return effects.with_more(base, cut=judged, add_fees=(effects.fee(visit=visit, code="SHUTOFF_FEE"),))
    english, spanish = {
        "CROSSED": ("Paid before the cut, clearance still valid", "Pagó antes del corte, autorización vigente"),
        "WRONGFUL": ("Paid before the cut", "Pagó antes del corte"),
        "UNCLEARED": ("Cut without a valid clearance or code", "Corte sin autorización ni código válido"),
    }[judged]
    restore = FollowUp(kind="RESTORE", reason=judged, priority=1, note_en=english, note_es=spanish)
    return effects.with_more(
        base,
        cut=judged,
        counts_as_complete=False,
        account_effect="NONE",
        fees=(),
        add_reviews=(effects.reason(judged, english, spanish),),
        add_follow_ups=() if judged == "UNCLEARED" else (restore,),
    )


KIND = Kind(
    code="SHUTOFF_NONPAY",
    letter="S",
    name_en="Shutoff, non-pay",
    name_es="Corte por falta de pago",
    priority=6,
    minutes=7,
    people=1,
    skills=frozenset({"LOCK_PULL"}),
    reasons=("NONPAYMENT", "UNAUTHORISED_USE", "SEWER_REQUEST"),
    steps=(
        steps.meter(),
        steps.hazards(),
        steps.reading(role="final"),
        steps.knock(),
        steps.close_valve(clearance=True, seal=True, leave=("OFF_LOCKED", "OFF_PLUGGED", "METER_PULLED")),
        steps.tag("register", "lock", "tag", restore_steps=True),
    ),
    dispositions=(
        "DONE", "PAID_AT_DOOR", "HOLD_MEDICAL_CLAIMED", "ALREADY_OFF", "LOCK_CUT_TAMPER",
        *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON,
    ),
    needs_clearance=True,
    needs_meter=True,
    valve_left="OFF_LOCKED",
    account_effect="STOP_NONPAY",
    read_types={"final": "A"},
    public_code="NOTICE_VISIT",
    effect=effect,
)  # fmt: skip
