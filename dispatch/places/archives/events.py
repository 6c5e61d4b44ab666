"""What happened to the map archive."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class MapBuildAsked(Event):
    """The archive is to be built from the rows as they are now."""

    build_id: int


@dataclass(frozen=True, kw_only=True)
class MapArchiveBuilt(Event):
    """A new archive lies in place of the old; tablets fetch it anew."""

    build_id: int


@dataclass(frozen=True, kw_only=True)
class MapBuildFailed(Event):
    """No archive came of it; the old one stays."""

    build_id: int
