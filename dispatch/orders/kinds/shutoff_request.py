"""Shutoff that the customer asked for (move-out): final reading, then locked, or left on for the next customer."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """STOP_SERVICE with the final reading. Left on (soft close, or a successor the same day) it is FINAL_BILL alone."""
    base = effects.common(visit=visit, account_effect="STOP_SERVICE", requires_read=True, required_photos=("register",))
    if visit.disposition == "ALREADY_OFF":
        return effects.with_more(base, account_effect="STOP_SERVICE")
    if base.account_effect == "STOP_SERVICE" and visit.valve_left in ("ON", None):
        return effects.with_more(base, account_effect="FINAL_BILL")
    return base


KIND = Kind(
    code="SHUTOFF_REQUEST",
    letter="F",
    name_en="Shutoff on request",
    name_es="Corte a solicitud",
    priority=4,
    minutes=8,
    people=1,
    skills=frozenset({"LOCK_PULL"}),
    reasons=("MOVE_OUT", "SEASONAL", "REPAIR"),
    steps=(
        steps.meter(),
        steps.hazards(),
        steps.reading(role="final", photo=True),
        steps.close_valve(clearance=False, seal=False, leave=("OFF_LOCKED", "OFF_UNLOCKED", "ON")),
        steps.photos("register"),
    ),
    dispositions=(
        "DONE", "ALREADY_OFF", "HOLD_MEDICAL_CLAIMED",
        *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON,
    ),
    needs_meter=True,
    valve_left="OFF_LOCKED",
    account_effect="STOP_SERVICE",
    read_types={"final": "F"},
    effect=effect,
)  # fmt: skip
