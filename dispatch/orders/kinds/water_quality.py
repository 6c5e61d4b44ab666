"""Water quality complaint: sample and field tests; a person reads every result."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="A supervisor reads the results",
        text_es="Un supervisor revisa los resultados",
    )


KIND = Kind(
    code="WATER_QUALITY",
    letter="Q",
    name_en="Water quality",
    name_es="Calidad del agua",
    priority=3,
    minutes=40,
    people=1,
    skills=frozenset({"SAMPLER"}),
    reasons=("COLOR", "TASTE_ODOR", "AIR", "PARTICLES", "ILLNESS"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
