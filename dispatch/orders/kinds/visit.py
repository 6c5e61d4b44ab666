"""What a crew brings back from one visit: frozen facts, as the tablet recorded them. Input of every kind's `effect`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dispatch.meters.units import Register

ReadingRole = Literal["final", "initial", "check", "leak_a", "leak_b", "verify"]
PhotoOf = Literal["register", "lock", "tag", "site", "leak"]
Cleared = Literal["NOT_NEEDED", "ONLINE", "OFFLINE", "CODE", "NONE"]
"""How a shutoff was cleared at the moment of the cut: asked online, by a signed clearance still valid offline, by a
spoken code that was valid, or not at all (missing, expired, foreign)."""

OFF: frozenset[str] = frozenset({"OFF_LOCKED", "OFF_UNLOCKED", "OFF_PLUGGED", "METER_PULLED", "OFF_AT_MAIN"})
"""Valve states without water."""


@dataclass(frozen=True, kw_only=True)
class ReadingTaken:
    """Digits as shown. `must_confirm` and `blocked` are what the judgement of the reading said (meters.validation)."""

    digits: str
    role: ReadingRole
    taken_at: datetime
    meter_id: int | None = None
    zero_confirmed: bool = False
    blocked: bool = False
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PhotoTaken:
    sha256: str
    what: PhotoOf


@dataclass(frozen=True, kw_only=True)
class LeakTest:
    """A leak test as recorded. Digits are those of the register at the two times; psi in whole pounds."""

    digits_a: str
    at_a: datetime
    digits_b: str
    at_b: datetime
    house_valve: Literal["moving", "stopped", "not_tested"] = "not_tested"
    irrigation: Literal["moving", "stopped", "not_tested"] = "not_tested"
    dye_in_bowl: int = 0
    utility_side_wet: bool = False
    psi_static: int | None = None
    psi_flowing: int | None = None
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class VisitFacts:
    """One visit. `cut_at`: when the valve was closed. `paid_at`: when the customer paid (any authorised agent), and
    `payment_known_at`: when the server had that payment; both None when nothing was paid."""

    order_id: int
    visit_id: str
    kind: str
    disposition: str
    started_at: datetime
    finished_at: datetime
    reason: str = ""
    expected_serial: str | None = None
    serial_seen: str | None = None
    readings: tuple[ReadingTaken, ...] = ()
    photos: tuple[PhotoTaken, ...] = ()
    valve_found: str | None = None
    valve_left: str | None = None
    seal_no: str | None = None
    contacted: bool = False
    adult_present: bool = False
    tag_left: bool = False
    flow_gal: str | None = None
    flow_s: int | None = None
    leak_test: LeakTest | None = None
    cleared: Cleared = "NOT_NEEDED"
    cut_at: datetime | None = None
    paid_at: datetime | None = None
    payment_known_at: datetime | None = None
    shutoff_digits: str | None = None
    register: Register | None = None
    successor_account: bool = False
    notes: str = ""

    def reading(self, *roles: ReadingRole) -> ReadingTaken | None:
        """The last reading taken in one of these roles (any role when none is named)."""
        found = [one for one in self.readings if not roles or one.role in roles]
        return found[-1] if found else None

    def has_photo(self, *what: PhotoOf) -> bool:
        return any(not what or photo.what in what for photo in self.photos)
