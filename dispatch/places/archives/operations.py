"""Asking for a build of the map archive, and what becomes of it."""

from datetime import timedelta

from dispatch import errors
from dispatch.places.archives import events, models, queries
from dispatch.transaction import Tx
from maps import tiles

LOST_AFTER = timedelta(hours=1)
"""A build that has been at work for longer died with its worker."""


class NoDistrict(errors.Refusal):
    """There is no map to build an archive of."""

    code = "no_district"
    status = 409


def request(tx: Tx) -> models.MapBuild:
    """Ask for a build. One that nobody has begun yet will see the same rows: that one is answered then."""
    if queries.find_district(tx.session) is None:
        raise NoDistrict("No map has been imported yet: there is nothing to draw.")
    waiting = queries.find_queued(tx.session)
    if waiting is not None:
        return waiting
    build = models.MapBuild(status="queued", asked_at=tx.now, asked_by=tx.actor.name[:80])
    tx.session.add(build)
    tx.session.flush()
    tx.record(events.MapBuildAsked(build_id=build.id))
    return build


def begin(tx: Tx, *, build_id: int, again: bool) -> bool:
    """Take up a build; False when it is done, or another worker is at it. `again`: its job came back from the dead."""
    build = tx.session.get(models.MapBuild, build_id)
    if build is None or build.status in ("done", "failed"):
        return False
    lost = build.started_at is None or build.started_at < tx.now - LOST_AFTER
    if build.status == "building" and not (again or lost):
        return False
    build.status, build.started_at, build.progress, build.stage = "building", tx.now, 0.0, ""
    return True


def tell(tx: Tx, *, build_id: int, progress: float, stage: str) -> None:
    """Say how far a build is: a share from 0 to 1, and the layer it is at."""
    build = tx.session.get_one(models.MapBuild, build_id)
    build.progress, build.stage = progress, stage


def finish(tx: Tx, *, build_id: int, archive: tiles.Archive | None) -> None:
    """The archive lies in its place (or there is nothing to draw)."""
    build = tx.session.get_one(models.MapBuild, build_id)
    build.status, build.progress, build.finished_at = "done", 1.0, tx.now
    build.size_bytes = archive.size_bytes if archive else 0
    build.features = dict(archive.features) if archive else {}
    tx.record(events.MapArchiveBuilt(build_id=build_id))


def fail(tx: Tx, *, build_id: int, words: str) -> None:
    """The build came to nothing; the old archive stays."""
    build = tx.session.get_one(models.MapBuild, build_id)
    build.status, build.finished_at, build.error = "failed", tx.now, words
    tx.record(events.MapBuildFailed(build_id=build_id))
