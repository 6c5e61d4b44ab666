"""Inspect a hydrant."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings."""
    return effects.common(visit=visit)


KIND = Kind(
    code="HYDRANT_INSPECT",
    letter="Y",
    name_en="Hydrant inspection",
    name_es="Inspección de hidrante",
    priority=6,
    minutes=20,
    people=1,
    skills=frozenset({"HYDRANT"}),
    reasons=("ROUTINE", "REPORT"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
