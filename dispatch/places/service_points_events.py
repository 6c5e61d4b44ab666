"""What became known of where a service is."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class PinMeasured(Event):
    """A position of a meter box came in, and its pin was computed anew."""

    service_point_id: int
    fixes: int


@dataclass(frozen=True, kw_only=True)
class PinNoted(Event):
    """The office wrote down where a box is."""

    service_point_id: int
