"""Move a hydrant meter to another hydrant."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the new hydrant and the reading at the desk",
        text_es="Registre en oficina el nuevo hidrante y la lectura",
    )


KIND = Kind(
    code="HYDRANT_METER_MOVE",
    letter="Y",
    name_en="Move hydrant meter",
    name_es="Mover medidor de hidrante",
    priority=5,
    minutes=30,
    people=2,
    skills=frozenset({"HYDRANT"}),
    reasons=("CONSTRUCTION",),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
