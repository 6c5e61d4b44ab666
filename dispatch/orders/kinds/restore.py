"""Restore after a shutoff. Any water used since the shutoff reading means tamper, and a person looks."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, FollowUp, Kind
from dispatch.orders.kinds.visit import VisitFacts

OWED_BY_US = ("CROSSED", "WRONGFUL", "UNCLEARED", "UTILITY_ERROR", "MEDICAL")
"""Reasons for which a restore is free."""


def effect(visit: VisitFacts) -> Effect:
    """RESTORE_SERVICE with a reading and the restore fee, which is not charged where the utility owed the restore."""
    done = visit.disposition == "DONE"
    base = effects.common(visit=visit, account_effect="RESTORE_SERVICE", requires_read=done)
    if visit.disposition == "ALREADY_ON":
        return effects.with_more(base, account_effect="RESTORE_SERVICE", add_reviews=effects.left_on(visit=visit))
    if base.account_effect == "NONE":
        return base
    base = effects.with_more(base, add_reviews=effects.left_on(visit=visit))
    if visit.reason not in OWED_BY_US:
        base = effects.with_more(base, add_fees=(effects.fee(visit=visit, code="RESTORE_FEE"),))
    shown = visit.reading()
    if done and visit.shutoff_digits and shown is not None and shown.digits != visit.shutoff_digits:
        base = effects.with_more(
            base,
            add_follow_ups=(FollowUp(kind="TAMPER", reason="USAGE_WHILE_OFF"),),
            add_reviews=(
                effects.reason(
                    "USAGE_WHILE_OFF",
                    f"Shut off at {visit.shutoff_digits}, now {shown.digits}: water used while off",
                    f"Se cortó en {visit.shutoff_digits}, ahora {shown.digits}: hubo consumo sin servicio",
                ),
            ),
        )
    return base


KIND = Kind(
    code="RESTORE",
    letter="R",
    name_en="Restore after payment",
    name_es="Reconexión",
    priority=2,
    minutes=10,
    people=1,
    skills=frozenset({"LOCK_PULL"}),
    reasons=("PAID", "PLAN", *OWED_BY_US),
    steps=(
        steps.meter(),
        steps.hazards(),
        steps.reading(role="check"),
        steps.knock(required=False),
        steps.open_valve(seal_removed=True),
        steps.flow(limit_gal=effects.OPEN_LINE_GAL, watch_s=60),
        steps.photos("register"),
    ),
    dispositions=(
        "DONE", "OPEN_LINE", "ALREADY_ON", "LOCK_CUT_TAMPER", "USAGE_WHILE_OFF",
        *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON,
    ),
    needs_meter=True,
    valve_left="ON",
    account_effect="RESTORE_SERVICE",
    read_types={"check": "A"},
    effect=effect,
)  # fmt: skip
