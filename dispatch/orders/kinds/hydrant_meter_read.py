"""Read a hydrant meter whose holder has not reported."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the hydrant meter reading at the desk",
        text_es="Registre en oficina la lectura del medidor de hidrante",
    )


KIND = Kind(
    code="HYDRANT_METER_READ",
    letter="Y",
    name_en="Read hydrant meter",
    name_es="Leer medidor de hidrante",
    priority=5,
    minutes=20,
    people=1,
    skills=frozenset({"HYDRANT"}),
    reasons=("MISSED_READ",),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
