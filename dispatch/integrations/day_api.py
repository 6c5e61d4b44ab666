"""A day to take along."""

import tempfile
from pathlib import Path

from flask import Response

from dispatch import clock
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.policies import queries as policies
from dispatch.routes.api import DayQuery, day_of
from dispatch.transaction import reading

MEDIA = "application/geopackage+sqlite3"


@endpoint("GET", "/exports/day.gpkg", needs="day.export", query=DayQuery, media=MEDIA, by_token=True)
def export_day(query: DayQuery) -> Response:
    """Routes, stops, orders with their results and crews of a day, as a GeoPackage."""
    # Loaded when it is first asked for: the desk does without pandas.
    from dispatch.integrations import day_file

    with reading() as session:
        on = day_of(query.on) if query.on else clock.today(policies.zone(session))
        day = day_file.read(session, on=on, now=clock.now(), with_names=guard.may("board.names"))
    with tempfile.TemporaryDirectory(prefix="curbstop-day-") as folder:
        file = Path(folder) / "day.gpkg"
        day_file.write(day, file=file)
        content = file.read_bytes()
    named = {"Content-Disposition": f'attachment; filename="curbstop-{on.isoformat()}.gpkg"'}
    return Response(content, mimetype=MEDIA, headers=named)
