"""Stopped meter: find out whether the meter turns; an exchange is its own order."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter at the desk whether the meter is kept or exchanged",
        text_es="Registre en oficina si el medidor queda o se cambia",
    )


KIND = Kind(
    code="STOPPED_METER",
    letter="M",
    name_en="Stopped meter",
    name_es="Medidor parado",
    priority=5,
    minutes=25,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("NO_USAGE", "REVIEW"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON),
    needs_meter=True,
    effect=effect,
)
