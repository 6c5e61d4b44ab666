"""Jobs that make drawings into pages."""

from flask import current_app

from dispatch.config import Settings
from dispatch.places import sheets_intake
from tasks import celery


@celery.job("sheets.make_pages")
def make_pages(*, upload_id: int) -> None:
    """After a drawing was uploaded."""
    settings: Settings = current_app.extensions["curbstop_settings"]
    sheets_intake.make_pages(upload_id=upload_id, sheets_dir=settings.sheets_dir, data_dir=settings.data_dir)
