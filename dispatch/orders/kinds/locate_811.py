"""Mark the utility's lines for a digger."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the response to the ticket at the desk",
        text_es="Registre en oficina la respuesta al boleto",
    )


KIND = Kind(
    code="LOCATE_811",
    letter="U",
    name_en="Utility locate (811)",
    name_es="Localización (811)",
    priority=5,
    minutes=30,
    people=1,
    skills=frozenset({"VALVE"}),
    reasons=("NORMAL", "EMERGENCY", "UPDATE", "CONTRACTOR"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
