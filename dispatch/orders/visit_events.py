"""What happens at the curb."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class VisitStep(Event):
    """A crew's step at an order: `step` is acknowledge, en_route, arrive, start, recall_ack."""

    order_id: int
    crew_id: int | None
    visit_id: str | None
    step: str
    state: str


@dataclass(frozen=True, kw_only=True)
class VisitFact(Event):
    """A reading, photo, note or other fact was recorded."""

    order_id: int
    crew_id: int | None
    visit_id: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class VisitEnded(Event):
    """The crew finished; `cut` judges a non-payment shutoff."""

    order_id: int
    crew_id: int | None
    visit_id: str
    disposition: str
    state: str
    cut: str | None = None


@dataclass(frozen=True, kw_only=True)
class VisitPosted(Event):
    """What the visit brought has reached the account."""

    order_id: int
    visit_id: str
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewOpened(Event):
    order_id: int
    review_id: int


@dataclass(frozen=True, kw_only=True)
class ReviewDecided(Event):
    order_id: int
    review_id: int
    decision: str


@dataclass(frozen=True, kw_only=True)
class ShutoffCrossed(Event):
    """Water was cut after the customer had paid; `cut` is CROSSED or WRONGFUL."""

    order_id: int
    visit_id: str
    cut: str
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class HazardTold(Event):
    """A crew told of a hazard at a place, or that one is gone."""

    premise_id: int
    kind: str
    present: bool
    order_id: int | None = None
