"""Emergency shutoff (burst pipe, flooding, hazard): close first, papers later. The account does not change."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import OFF, VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """The valve state alone; a done visit that did not leave the water off is looked at by a person."""
    base = effects.common(visit=visit, required_photos=("site",))
    if visit.disposition == "DONE" and visit.valve_left not in OFF:
        odd = effects.reason("VALVE", "Water was not left off", "El agua no quedó cortada")
        return effects.with_more(base, add_reviews=(odd,))
    return base


KIND = Kind(
    code="SHUTOFF_EMERGENCY",
    letter="E",
    name_en="Emergency shutoff",
    name_es="Corte de emergencia",
    priority=1,
    minutes=20,
    people=1,
    skills=frozenset({"VALVE"}),
    reasons=("BURST", "FLOOD", "FIRE", "HAZARD"),
    steps=(
        steps.hazards(),
        steps.close_valve(
            clearance=False, seal=False, leave=("OFF_UNLOCKED", "OFF_LOCKED", "OFF_AT_MAIN", "OFF_PLUGGED")
        ),
        steps.reading(role="check", required=False),
        steps.photos("site"),
        steps.note(title_en="What happened", title_es="Qué pasó", required=True),
    ),
    dispositions=("DONE", "ALREADY_OFF", "LEAK_UTILITY", *dispositions.VALVE, *dispositions.COMMON),
    valve_left="OFF_UNLOCKED",
    effect=effect,
)
