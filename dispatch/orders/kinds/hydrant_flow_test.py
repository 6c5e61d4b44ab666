"""Flow test of a hydrant; figures are entered at the desk from the crew's note."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter static, residual and pitot pressure at the desk",
        text_es="Registre en oficina presión estática, residual y pitot",
    )


KIND = Kind(
    code="HYDRANT_FLOW_TEST",
    letter="Y",
    name_en="Hydrant flow test",
    name_es="Prueba de flujo de hidrante",
    priority=6,
    minutes=45,
    people=2,
    skills=frozenset({"HYDRANT"}),
    reasons=("ROUTINE", "DEVELOPER"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
