"""What happened to map sheets."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class SheetUploaded(Event):
    """A file waits to be made into pages."""

    upload_id: int


@dataclass(frozen=True, kw_only=True)
class SheetPagesMade(Event):
    """The pages of a file are there."""

    upload_id: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class SheetRefused(Event):
    """A file could not be made into pages."""

    upload_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SheetPlaced(Event):
    """A page was put on the ground, or put there better."""

    page_id: int
    sheet_id: int
    points: int


@dataclass(frozen=True, kw_only=True)
class SheetDescribed(Event):
    """A page was filed under other words."""

    page_id: int
