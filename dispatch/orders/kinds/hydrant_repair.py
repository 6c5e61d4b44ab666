"""Repair a hydrant; it comes back into service only with an acknowledged call to public safety."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Tell public safety that the hydrant is back",
        text_es="Avise a seguridad pública que el hidrante volvió",
    )


KIND = Kind(
    code="HYDRANT_REPAIR",
    letter="Y",
    name_en="Hydrant repair",
    name_es="Reparación de hidrante",
    priority=2,
    minutes=90,
    people=2,
    skills=frozenset({"HYDRANT"}),
    reasons=("OUT_OF_SERVICE", "STRUCK", "LEAK"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
