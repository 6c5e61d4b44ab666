"""Notice on the door, with a photo of the tag."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """What the disposition brings."""
    return effects.common(visit=visit, required_photos=("tag",))


KIND = Kind(
    code="NOTICE_VISIT",
    letter="N",
    name_en="Notice, door tag",
    name_es="Aviso en puerta",
    priority=6,
    minutes=4,
    people=1,
    skills=frozenset(),
    reasons=("SHUTOFF_48H", "TENANTS", "MAIL_RETURNED", "FINAL_PLAN"),
    steps=steps.generic(),
    dispositions=("DONE", *dispositions.COMMON),
    effect=effect,
)
