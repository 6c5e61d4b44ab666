"""The map archive over HTTP: the file itself, how it is, and a wish for a new one."""

from flask import Response, current_app, send_file

from dispatch import errors
from dispatch.auth import guard
from dispatch.config import Settings
from dispatch.endpoint import ANY, endpoint
from dispatch.places.archives import models, operations, queries, schemas
from dispatch.transaction import reading, transaction
from maps import tiles

MEDIA = "application/vnd.pmtiles"
_STAGES = {
    "streets": ("Streets", "Calles"),
    "parcels": ("Parcels", "Parcelas"),
    "parcel_labels": ("Parcel numbers", "Números de parcela"),
    "tracts": ("Tracts", "Fraccionamientos"),
    "lots": ("Lots", "Lotes"),
    "addresses": ("House numbers", "Números de casa"),
    "mains": ("Mains", "Tuberías"),
    "valves": ("Valves", "Válvulas"),
    "hydrants": ("Hydrants", "Hidrantes"),
    "archive": ("Putting it together", "Armando el archivo"),
}


class NoArchive(errors.NotFound):
    """There is no such archive."""

    code = "no_map_file"


def _out(build: models.MapBuild) -> schemas.MapBuildOut:
    stage_en, stage_es = _STAGES.get(build.stage, ("", ""))
    return schemas.MapBuildOut(
        id=build.id, status=build.status, progress=build.progress, stage_en=stage_en, stage_es=stage_es,  # type: ignore[arg-type]
        asked_at=build.asked_at, finished_at=build.finished_at, features=build.features,
    )  # fmt: skip


@endpoint("GET", "/map-archive", needs="places.search", answer=schemas.MapArchiveOut)
def get_archive() -> schemas.MapArchiveOut:
    """The map archive in force, and how far its last build is."""
    settings: Settings = current_app.extensions["curbstop_settings"]
    file = settings.tiles_dir / tiles.NAME
    with reading() as session:
        build = queries.newest(session)
        told = _out(build) if build else None
    return schemas.MapArchiveOut(
        url=f"/tiles/{tiles.NAME}", bytes=file.stat().st_size if file.is_file() else 0, build=told
    )


@endpoint("POST", "/map-archive/builds", needs="maps.build", answer=schemas.MapBuildOut, status=202)
def build_archive() -> schemas.MapBuildOut:
    """Ask for a new map archive. Ask how far it is at /map-archive."""
    with transaction(actor=guard.actor()) as tx:
        return _out(operations.request(tx))


@endpoint("GET", "/tiles/<name>.pmtiles", needs=ANY, media=MEDIA)
def get_tiles(name: str) -> Response:
    """The vector map archive of the district; readers ask for ranges of it."""
    settings: Settings = current_app.extensions["curbstop_settings"]
    if f"{name}.pmtiles" != tiles.NAME:
        raise NoArchive(f"No map archive is named {name[:60]}; there is: {tiles.NAME}.")
    file = settings.tiles_dir / tiles.NAME
    if not file.is_file():
        raise NoArchive("The map archive has not been built yet (curbstop maps tiles).")
    answer = send_file(file, mimetype=MEDIA, conditional=True, etag=True)
    # Asked each time: ranges of an archive that was built anew must not mix with those of the old one.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
