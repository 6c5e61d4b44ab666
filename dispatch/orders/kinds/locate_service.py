"""Find a curb stop or box that nobody finds; the new ties are entered at the desk."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the new ties at the desk",
        text_es="Registre en oficina las nuevas medidas",
    )


KIND = Kind(
    code="LOCATE_SERVICE",
    letter="U",
    name_en="Find the service",
    name_es="Localizar el servicio",
    priority=5,
    minutes=40,
    people=1,
    skills=frozenset({"VALVE"}),
    reasons=("VALVE_NOT_FOUND", "NO_TIES"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
