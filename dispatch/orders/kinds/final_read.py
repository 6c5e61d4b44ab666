"""Final read (move-out, water left on): one reading with a photo closes the bill."""

from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts


def effect(visit: VisitFacts) -> Effect:
    """FINAL_BILL with the final reading; the valve stays as it was."""
    return effects.common(visit=visit, account_effect="FINAL_BILL", requires_read=True, required_photos=("register",))


KIND = Kind(
    code="FINAL_READ",
    letter="F",
    name_en="Final read, move-out",
    name_es="Lectura final",
    priority=4,
    minutes=5,
    people=1,
    skills=frozenset({"METER_SMALL"}),
    reasons=("MOVE_OUT", "OWNER_CHANGE"),
    steps=(steps.meter(), steps.hazards(), steps.reading(role="final", photo=True), steps.photos("register")),
    dispositions=("DONE", *dispositions.METER, *dispositions.COMMON),
    needs_meter=True,
    account_effect="FINAL_BILL",
    read_types={"final": "F"},
    effect=effect,
)
