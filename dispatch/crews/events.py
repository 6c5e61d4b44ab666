"""What happens to crews."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CrewCheckedIn(Event):
    crew_id: int
    shift_id: int


@dataclass(frozen=True, kw_only=True)
class CrewOnBreak(Event):
    crew_id: int
    shift_id: int
    minutes: int


@dataclass(frozen=True, kw_only=True)
class ShiftEnded(Event):
    """`counted`: operations that the tablet says it made."""

    crew_id: int
    shift_id: int
    counted: int | None
