"""What became known at a meter."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ReadingRecorded(Event):
    reading_id: int
    meter_id: int
    account_id: int | None = None
    status: str


@dataclass(frozen=True, kw_only=True)
class ReadingDecided(Event):
    reading_id: int
    meter_id: int
    status: str


@dataclass(frozen=True, kw_only=True)
class ValveTurned(Event):
    service_point_id: int
    valve_state: str
