"""Leak on the utility's side: isolate, call out, repair."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings."""
    return effects.common(visit=visit, required_photos=("site",))


KIND = Kind(
    code="MAIN_LEAK",
    letter="E",
    name_en="Emergency leak, main break",
    name_es="Emergencia",
    priority=0,
    minutes=120,
    people=2,
    skills=frozenset({"VALVE"}),
    reasons=("MAIN_BREAK", "SERVICE_LEAK", "LEAK_UTILITY", "REPORT"),
    steps=steps.generic(),
    dispositions=("DONE", "NO_LEAK", *dispositions.VALVE, *dispositions.COMMON),
    effect=effect,
)
