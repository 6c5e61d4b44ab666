"""Map sheets over HTTP: the list, uploads, pages with their points, and what covers a place."""

from pathlib import Path
from typing import Literal

from flask import Response, current_app, request, send_file
from pydantic import Field

from dispatch import errors, transaction
from dispatch.auth import guard
from dispatch.config import Settings
from dispatch.endpoint import endpoint
from dispatch.places import sheets_intake, sheets_models, sheets_operations, sheets_queries, sheets_schemas
from dispatch.transaction import reading
from dispatch.wire import Line, Wire
from maps import sheets

_MEDIA = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
_ORIGINALS = {
    "pdf": "application/pdf", "tiff": "image/tiff", "png": "image/png", "jpeg": "image/jpeg",
}  # fmt: skip


class SheetsQuery(Wire):
    q: str = Field(default="", max_length=200)
    state: Literal["", "placed", "unplaced"] = ""
    page: int = Field(default=1, ge=1, le=100_000)


class UploadQuery(Wire):
    file_name: Line = Field(min_length=1)


class ImageQuery(Wire):
    size: Literal["full", "overlay", "thumb"] = "full"


class PointQuery(Wire):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class NoDrawing(errors.NotFound):
    """The file is not on this installation."""

    code = "no_map_file"


@endpoint("GET", "/sheet-pages", needs="places.search", query=SheetsQuery, answer=sheets_schemas.SheetListOut)
def list_sheets(query: SheetsQuery) -> sheets_schemas.SheetListOut:
    """Map sheets that have an image, those without a place on the ground first."""
    with reading() as session:
        return sheets_queries.listed(session, text=query.q, state=query.state, page=query.page)


@endpoint(
    "POST", "/sheet-uploads", needs="sheets.manage", query=UploadQuery, answer=sheets_schemas.SheetUploadOut, status=201
)
def upload_sheets(query: UploadQuery) -> sheets_schemas.SheetUploadOut:
    """Take a PDF, TIFF, PNG or JPEG as the body of the request; its pages are made by a job."""
    settings = _settings()
    # A drawing may be larger than any other request; what is too large is refused before it is read.
    request.max_content_length = settings.max_sheet_bytes
    name = query.file_name.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "drawing"
    length = request.content_length
    sheets_intake.check_length(file_name=name, length=length, most_bytes=settings.max_sheet_bytes)
    with (
        sheets_intake.taken(
            request.stream, file_name=name, length=length or 0, most_bytes=settings.max_sheet_bytes,
            sheets_dir=settings.sheets_dir,
        ) as file,
        transaction.transaction(actor=guard.actor()) as tx,
    ):  # fmt: skip
        upload = sheets_intake.keep(
            tx, file=file, file_name=name, person_id=guard.person().id, sheets_dir=settings.sheets_dir
        )
        return sheets_queries.upload_out(tx.session, upload)


@endpoint(
    "GET", "/sheet-uploads/<int:upload_id>", needs="sheets.manage", answer=sheets_schemas.SheetUploadOut
)  # fmt: skip
def get_upload(upload_id: int) -> sheets_schemas.SheetUploadOut:
    """How far a file is on its way to pages."""
    with reading() as session:
        return sheets_queries.upload_out(session, sheets_queries.get_upload(session, upload_id=upload_id))


@endpoint("GET", "/sheet-pages/<ref>", needs="places.search", answer=sheets_schemas.SheetPageOut)
def get_sheet_page(ref: str) -> sheets_schemas.SheetPageOut:
    """One page, whole, by "page-3" or by the map sheet it became, "sheet-5"."""
    with reading() as session:
        return sheets_queries.page_out(session, sheets_queries.get_page(session, ref=ref))


@endpoint("GET", "/sheet-pages/<ref>/image", needs="places.search", query=ImageQuery, media="image/webp")
def get_sheet_image(ref: str, query: ImageQuery) -> Response:
    """The image of a page; its name is that of its bytes, so it never changes."""
    with reading() as session:
        page = sheets_queries.get_page(session, ref=ref)
        name = {"full": page.full, "overlay": page.overlay, "thumb": page.thumb}[query.size]
    return _sent(_settings().data_dir, name)


@endpoint("GET", "/sheet-pages/<ref>/original", needs="places.search", media="application/pdf")
def get_sheet_original(ref: str) -> Response:
    """The file that a page came in, as it was."""
    settings = _settings()
    with reading() as session:
        page = sheets_queries.get_page(session, ref=ref)
        upload = session.get(sheets_models.SheetUpload, page.upload_id) if page.upload_id is not None else None
        if upload is None:
            raise NoDrawing("This sheet came with the town's data; there is no other file of it.")
        file, media = sheets_intake.original_of(upload, sheets_dir=settings.sheets_dir), _ORIGINALS[upload.media]
        name = upload.file_name
    if not file.is_file():
        raise NoDrawing(f"The file {name} is not in the data folder.")
    return send_file(file, mimetype=media, as_attachment=True, download_name=name, conditional=True)


@endpoint(
    "POST", "/sheet-fits", needs="sheets.manage", body=sheets_schemas.SheetFitIn, answer=sheets_schemas.SheetFitOut
)
def fit_points(body: sheets_schemas.SheetFitIn) -> sheets_schemas.SheetFitOut:
    """Where the points would put a sheet, how far each is off in feet, and which stands out. Keeps nothing."""
    judged = sheets_operations.fitted(body.points)
    return sheets_queries.fit_out(judged, width_px=body.width_px, height_px=body.height_px)


@endpoint(
    "POST",
    "/sheet-pages/<int:page_id>/placement",
    needs="sheets.manage",
    body=sheets_schemas.SheetPlacementIn,
    answer=sheets_schemas.SheetPageOut,
)
def place_sheet(page_id: int, body: sheets_schemas.SheetPlacementIn) -> sheets_schemas.SheetPageOut:
    """Put a page on the ground by its control points."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("sheets.place", {"page_id": page_id, **body.model_dump()})
        page = sheets_queries.get_page(tx.session, ref=f"page-{page_id}")
        sheets_operations.place(
            tx, page=page, version=body.version, points=body.points, person_id=guard.person().id
        )  # fmt: skip
        return sheets_queries.page_out(tx.session, page)


@endpoint(
    "POST",
    "/sheet-pages/<int:page_id>/details",
    needs="sheets.manage",
    body=sheets_schemas.SheetDetailsIn,
    answer=sheets_schemas.SheetPageOut,
)
def describe_sheet(page_id: int, body: sheets_schemas.SheetDetailsIn) -> sheets_schemas.SheetPageOut:
    """File a page under its tract, book and page, survey and place, and turn it upright."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("sheets.describe", {"page_id": page_id, **body.model_dump()})
        page = sheets_queries.get_page(tx.session, ref=f"page-{page_id}")
        sheets_operations.describe(tx, page=page, details=body)
        return sheets_queries.page_out(tx.session, page)


@endpoint("GET", "/map/sheets", needs="places.search", query=PointQuery, answer=sheets_schemas.SheetsHereOut)
def sheets_here(query: PointQuery) -> sheets_schemas.SheetsHereOut:
    """Placed sheets that cover a point, the most detailed first."""
    with reading() as session:
        found = sheets.covering(session, lon=query.lon, lat=query.lat)
        return sheets_schemas.SheetsHereOut(sheets=sheets_queries.sheets_out(session, found))


def _sent(folder: Path, name: str) -> Response:
    folder = folder.resolve()
    file = (folder / name).resolve()
    if folder not in file.parents or not file.is_file():
        raise NoDrawing("The image of this sheet is not in the data folder.")
    answer = send_file(file, mimetype=_MEDIA.get(file.suffix, "application/octet-stream"), conditional=True, etag=True)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _settings() -> Settings:
    found: Settings = current_app.extensions["curbstop_settings"]
    return found
