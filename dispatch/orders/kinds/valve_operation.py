"""Operate a valve in the street."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter turns, direction and customers without water at the desk",
        text_es="Registre en oficina vueltas, sentido y clientes sin agua",
    )


KIND = Kind(
    code="VALVE_OPERATION",
    letter="U",
    name_en="Valve operation",
    name_es="Operación de válvula",
    priority=5,
    minutes=25,
    people=2,
    skills=frozenset({"VALVE"}),
    reasons=("EXERCISE", "ISOLATE", "REPAIR"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.VALVE, *dispositions.COMMON),
    effect=effect,
)
