"""What happened at the door."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class LoggedIn(Event):
    person_id: int


@dataclass(frozen=True, kw_only=True)
class LoggedOut(Event):
    person_id: int


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(Event):
    person_id: int
    device_id: str


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    person_id: int


@dataclass(frozen=True, kw_only=True)
class AccessTokenMade(Event):
    person_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class AccessTokenRevoked(Event):
    person_id: int
    token_id: int
