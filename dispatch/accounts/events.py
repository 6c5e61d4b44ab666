"""What happened to an account."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(Event):
    account_id: int
    payment_id: int


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event):
    account_id: int
    hold_id: int


@dataclass(frozen=True, kw_only=True)
class ServiceStopped(Event):
    account_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(Event):
    account_id: int


@dataclass(frozen=True, kw_only=True)
class ServiceStarted(Event):
    account_id: int


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    account_id: int


@dataclass(frozen=True, kw_only=True)
class Charged(Event):
    account_id: int
    charge_id: int


@dataclass(frozen=True, kw_only=True)
class NoticeServed(Event):
    account_id: int
    notice_id: int
