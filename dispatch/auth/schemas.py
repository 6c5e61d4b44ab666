"""Shapes of login, session and devices on the wire."""

from typing import Literal

from dispatch.wire import Instant, Line, LonLat, Wire

Role = Literal[
    "csr", "csr_senior", "dispatcher", "field_tech", "crew_lead", "supervisor", "cashier", "auditor", "admin"
]
Language = Literal["en", "es"]


class LoginIn(Wire):
    login: Line
    password: Line


class LanguageIn(Wire):
    language: Language


class Person(Wire):
    id: int
    login: str
    name: str
    role: Role
    language: Language


class Utility(Wire):
    """What every screen needs to know of the installation."""

    name: str
    agency_type: str
    time_zone: str
    today: str
    office_phone: str
    office_hours: str
    office_open: bool
    demo: bool
    district: str
    bounds: tuple[float, float, float, float]
    yard: LonLat
    last_shutoff: str


class SessionOut(Wire):
    person: Person
    permissions: list[str]
    csrf_token: str
    utility: Utility
    server_at: Instant


class DeviceIn(Wire):
    device_id: Line
    """UUID made on the device at first start; survives logins."""
    name: Line


class DeviceOut(Wire):
    device_id: str
    token: str
    """Sent as `Authorization: Bearer` by the crew app and its service worker; revocable at the office."""
    code_secret: str
    """Base64url secret of the six-digit codes."""
    clearance_key: dict[str, str]
    """Public ES256 key as JWK."""
    last_seq: int
    """Highest sequence number that the server holds of this device (0 when none)."""
