"""What happened to an order."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderOpened(Event):
    order_id: int
    account_id: int | None
    kind: str


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    order_id: int
    account_id: int | None
    crew_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderHeld(Event):
    order_id: int
    account_id: int | None
    crew_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderReleased(Event):
    order_id: int
    account_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderRecalled(Event):
    order_id: int
    account_id: int | None
    crew_id: int | None
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class OrderAssigned(Event):
    order_id: int
    crew_id: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class OrderDayChosen(Event):
    """An order that may be done on several days has another day now."""

    order_id: int
    from_on: str
    to_on: str


@dataclass(frozen=True, kw_only=True)
class OrderMoved(Event):
    """The state of an order moved by a step of the field or the office."""

    order_id: int
    crew_id: int | None
    action: str
    state: str
