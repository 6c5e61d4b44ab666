"""Re-read: verify a reading that was doubted; the new one, with its photo, keeps or replaces the old."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """REPLACE_READING with a reading of type R."""
    return effects.common(
        visit=visit,
        account_effect="REPLACE_READING",
        requires_read=True,
        required_photos=("register",),
        read_types={"verify": "R", "check": "R", "final": "R"},
    )


KIND = Kind(
    code="REREAD",
    letter="V",
    name_en="Verify reading",
    name_es="Verificar lectura",
    priority=5,
    minutes=5,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("HIGH_BILL", "ESTIMATED", "AMI_DIFFERS", "REVIEW"),
    steps=(steps.meter(), steps.hazards(), steps.reading(role="verify", photo=True), steps.photos("register")),
    dispositions=("DONE", *dispositions.METER, *dispositions.COMMON),
    needs_meter=True,
    account_effect="REPLACE_READING",
    read_types={"verify": "R"},
    effect=effect,
)
