"""Meter exchange: old and new meter are entered at the desk from the crew's photos before anything is posted."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the old and the new meter at the desk",
        text_es="Registre en oficina el medidor viejo y el nuevo",
    )


KIND = Kind(
    code="METER_EXCHANGE",
    letter="M",
    name_en="Meter exchange",
    name_es="Cambio de medidor",
    priority=5,
    minutes=30,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("STOPPED", "AGE", "SIZE", "REQUEST"),
    steps=steps.generic(),
    dispositions=("DONE", "DONE_LEFT_OFF", *dispositions.METER, *dispositions.VALVE, *dispositions.COMMON),
    needs_meter=True,
    effect=effect,
)
