"""Shapes of the map archive on the wire."""

from typing import Literal

from dispatch.wire import Instant, Wire


class MapBuildOut(Wire):
    """A build: `progress` from 0 to 1, and the stage in words."""

    id: int
    status: Literal["queued", "building", "done", "failed"]
    progress: float
    stage_en: str
    stage_es: str
    asked_at: Instant
    finished_at: Instant | None
    features: dict[str, int]


class MapArchiveOut(Wire):
    """The archive in force (`bytes` 0: none yet) and the last build."""

    url: str
    bytes: int
    build: MapBuildOut | None
