"""The events for which a plan in force is looked at again. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Code = Literal["EMERGENCY", "RESTORE", "SAME_DAY", "FREED", "CREW_HOME", "CREW_ABSENT", "PROMISE_LATE"]
CODES: Mapping[str, float] = {
    "EMERGENCY": 1.0,
    "RESTORE": 2.0,
    "CREW_HOME": 2.0,
    "SAME_DAY": 5.0,
    "PROMISE_LATE": 5.0,
    "CREW_ABSENT": 5.0,
    "FREED": 10.0,
}
"""Cause -> seconds that it waits for others of the day to be answered together."""
AT_ONCE = ("EMERGENCY", "RESTORE", "CREW_HOME")
"""Where a utility has said nothing: these change the routes by themselves, the others propose."""
CHANGE_PRICE_S = 600
SEARCH_S = 2.0
EMERGENCY_PRIORITY = 1
"""Orders of this priority or above are emergencies: they alone may break the limit of changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One event: an order that came, fell away or will be late, or a crew that is away."""

    code: Code
    at: datetime
    order_id: int | None = None
    crew_id: int | None = None

    def is_of(self, other: "Cause") -> bool:
        """True when both tell of the same thing."""
        return (self.code, self.order_id, self.crew_id) == (other.code, other.order_id, other.crew_id)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "code": self.code, "at": self.at.isoformat(), "order_id": self.order_id, "crew_id": self.crew_id,
        }  # fmt: skip


def of_json(row: Mapping[str, Any]) -> Cause:
    """As it was kept."""
    return Cause(
        code=row["code"], at=datetime.fromisoformat(row["at"]), order_id=row["order_id"], crew_id=row["crew_id"]
    )


def of_order(*, kind: str, priority: int) -> Code:
    """What an order that came in for today is."""
    if priority <= EMERGENCY_PRIORITY:
        return "EMERGENCY"
    return "RESTORE" if kind == "RESTORE" else "SAME_DAY"


def joined(*, before: Iterable[Cause], new: Cause) -> tuple[Cause, ...]:
    """The events with one more; the same thing is told once."""
    some = tuple(before)
    return some if any(one.is_of(new) for one in some) else (*some, new)
