"""Set a hydrant meter."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter meter, hydrant and start reading at the desk",
        text_es="Registre en oficina medidor, hidrante y lectura inicial",
    )


KIND = Kind(
    code="HYDRANT_METER_SET",
    letter="Y",
    name_en="Set hydrant meter",
    name_es="Poner medidor de hidrante",
    priority=5,
    minutes=25,
    people=2,
    skills=frozenset({"HYDRANT"}),
    reasons=("CONSTRUCTION",),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
