"""What the board's watch notices by itself."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class RecallUnanswered(Event):
    """A crew has not answered a recall for three minutes."""

    order_id: int
    crew_id: int | None
