"""Turn on for a new customer. Water that runs into an empty house is an open line: shut again, tag left, no service."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import OFF, VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """START_SERVICE with the initial reading; OPEN_LINE starts nothing and must leave the valve off with a tag."""
    done = visit.disposition == "DONE"
    base = effects.common(
        visit=visit, account_effect="START_SERVICE", requires_read=done, read_types={"final": "I", "check": "I"}
    )
    if visit.disposition == "OPEN_LINE":
        missing = []
        if visit.valve_left not in OFF:
            missing.append(effects.reason("VALVE", "Open line, but not shut off", "Línea abierta sin cerrar"))
        if not visit.has_photo("tag"):
            missing.append(effects.reason("NO_PHOTO", "No photo of the door tag", "Sin foto del aviso"))
        return effects.with_more(base, add_reviews=missing)
    if visit.disposition == "ALREADY_ON":
        # The customer has water: service starts once a person has looked at why it was on.
        return effects.with_more(base, account_effect="START_SERVICE", add_reviews=effects.left_on(visit=visit))
    if not done:
        return base
    return effects.with_more(
        base,
        add_reviews=effects.left_on(visit=visit),
        add_fees=(effects.fee(visit=visit, code="ACCOUNT_FEE"),),
    )


KIND = Kind(
    code="TURN_ON",
    letter="T",
    name_en="Turn on, move-in",
    name_es="Conexión",
    priority=4,
    minutes=13,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("MOVE_IN", "NEW_SERVICE"),
    steps=(
        steps.meter(),
        steps.hazards(),
        steps.reading(role="initial"),
        steps.knock(required=False),
        steps.open_valve(seal_removed=False),
        steps.flow(limit_gal=effects.OPEN_LINE_GAL, watch_s=60),
        steps.photos("register"),
    ),
    dispositions=(
        "DONE", "DONE_LEFT_OFF", "OPEN_LINE", "ALREADY_ON", "LOCK_CUT_TAMPER",
        *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON,
    ),
    needs_meter=True,
    valve_left="ON",
    account_effect="START_SERVICE",
    read_types={"initial": "I"},
    effect=effect,
)  # fmt: skip
