"""Low pressure complaint: static and flowing pressure at the hose bib."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Read the pressures: under 20 psi is an emergency",
        text_es="Revise las presiones: menos de 20 psi es emergencia",
    )


KIND = Kind(
    code="LOW_PRESSURE",
    letter="Q",
    name_en="Low pressure",
    name_es="Baja presión",
    priority=3,
    minutes=30,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("COMPLAINT",),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.VALVE, *dispositions.COMMON),
    effect=effect,
)
