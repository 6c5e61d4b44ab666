"""What the field told and how it was judged."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class FieldOperationJudged(Event):
    """An operation of a tablet got its receipt."""

    op_id: str
    device_id: str
    kind: str
    answer: str
    receipt: int
    order_id: int | None = None
    crew_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class FieldOperationHeld(Event):
    """An operation waits for a person."""

    op_id: str
    device_id: str
    code: str
    order_id: int | None = None
    crew_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class HeldOperationDecided(Event):
    held_id: int
    decision: str
    order_id: int | None = None
    crew_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ClearanceIssued(Event):
    """A clearance was signed for one order and one tablet."""

    order_id: int
    device_id: str
    moment: str
    jti: str


@dataclass(frozen=True, kw_only=True)
class ClearanceRefusedByRules(Event):
    """A crew asked and the rules said no."""

    order_id: int
    device_id: str
    moment: str
    rule_ids: str


@dataclass(frozen=True, kw_only=True)
class CodeGiven(Event):
    """The office read out a six-digit code."""

    order_id: int
    device_id: str
    challenge: str


@dataclass(frozen=True, kw_only=True)
class AttachmentStored(Event):
    """All bytes of a photo are there."""

    sha256: str
    order_id: int | None = None
