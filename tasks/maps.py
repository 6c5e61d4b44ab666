"""Jobs that build maps."""

from flask import current_app

from dispatch.config import Settings
from dispatch.places.archives import workflow
from tasks import celery


@celery.job("maps.build_archive", redelivered="again")
def build_archive(*, build_id: int, again: bool = False) -> None:
    """Build the map archive that somebody, or an import, asked for."""
    settings: Settings = current_app.extensions["curbstop_settings"]
    workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir, again=again)
