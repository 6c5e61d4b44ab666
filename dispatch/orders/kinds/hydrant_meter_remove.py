"""Remove a hydrant meter."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the final reading and damage at the desk",
        text_es="Registre en oficina la lectura final y los daños",
    )


KIND = Kind(
    code="HYDRANT_METER_REMOVE",
    letter="Y",
    name_en="Remove hydrant meter",
    name_es="Quitar medidor de hidrante",
    priority=5,
    minutes=25,
    people=2,
    skills=frozenset({"HYDRANT"}),
    reasons=("RETURN", "MISUSE"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
