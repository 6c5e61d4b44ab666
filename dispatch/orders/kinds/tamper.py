"""Tamper check: photos before touching; a supervisor decides what follows."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings; the details are completed at the desk."""
    return effects.for_the_desk(
        visit=visit,
        text_en="A supervisor decides about the tamper",
        text_es="Un supervisor decide sobre la manipulación",
    )


KIND = Kind(
    code="TAMPER",
    letter="X",
    name_en="Tamper check",
    name_es="Revisión por manipulación",
    priority=5,
    minutes=30,
    people=1,
    skills=frozenset({"LOCK_PULL"}),
    reasons=("USAGE_WHILE_OFF", "LOCK_CUT", "REPORT"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.METER, *dispositions.COMMON),
    effect=effect,
)
