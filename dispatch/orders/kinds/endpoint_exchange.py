"""Exchange of the radio on a register: the old id is retired and the new one registered at the desk."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="Enter the old and the new radio at the desk",
        text_es="Registre en oficina el radio viejo y el nuevo",
    )


KIND = Kind(
    code="ENDPOINT_EXCHANGE",
    letter="M",
    name_en="Radio exchange",
    name_es="Cambio de radio",
    priority=5,
    minutes=15,
    people=1,
    skills=frozenset({"AMI"}),
    reasons=("NO_SIGNAL", "AGE"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.METER, *dispositions.COMMON),
    needs_meter=True,
    effect=effect,
)
