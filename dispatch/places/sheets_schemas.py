"""Shapes of map sheets on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from dispatch.places.schemas import SheetOut
from dispatch.wire import Instant, Line, LonLat, Wire

Turn = Literal[0, 90, 180, 270]
Pixel = Annotated[float, Field(ge=-20_000, le=40_000)]


class SheetUploadOut(Wire):
    """A file on its way to pages; a refused one says why, in both languages."""

    id: int
    file_name: str
    bytes: int
    state: Literal["WAITING", "WORKING", "DONE", "REFUSED"]
    pages_done: int
    pages_of: int | None
    reason_en: str | None
    reason_es: str | None
    uploaded_by: str
    uploaded_at: Instant
    page_ids: list[int]


class SheetRow(Wire):
    """A page in the list."""

    id: int
    sheet_id: int | None
    name: str
    tract_no: str | None
    map_book: str | None
    map_page: str | None
    survey_id: str | None
    place: str | None
    state: Literal["unplaced", "placed"]
    points: int
    rms_ft: float | None
    placed_by: str | None
    placed_at: Instant | None


class SheetListOut(Wire):
    sheets: list[SheetRow]
    total: int
    unplaced: int
    page: int
    pages: int
    uploads: list[SheetUploadOut]
    """Files that are still being read, and those refused on this working day."""


class SheetPointIn(Wire):
    """A place seen both on the page (pixels from its top left) and on the ground."""

    x_px: Pixel
    y_px: Pixel
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-85, le=85)]


class SheetPointOut(Wire):
    x_px: float
    y_px: float
    lon: float
    lat: float
    put_by: str
    put_at: Instant


class SheetFitIn(Wire):
    points: Annotated[list[SheetPointIn], Field(max_length=200)]
    width_px: Annotated[int, Field(ge=1, le=40_000)]
    height_px: Annotated[int, Field(ge=1, le=40_000)]


class SheetFitOut(Wire):
    """The placement that the points give; lengths in feet. `outlier` is the index of the point that stands out: the
    fit of all others misses it by more than they could by chance."""

    corners: list[LonLat]
    """Top left, top right, bottom right, bottom left."""
    residuals_ft: list[float]
    alone_ft: list[float | None]
    rms_ft: float
    outlier: int | None
    north_deg: float
    feet_per_px: float
    mirrored: bool
    one_is_off: bool
    stretched: bool


class SheetPageOut(Wire):
    """One page, whole."""

    id: int
    sheet_id: int | None
    version: int
    name: str
    tract_no: str | None
    map_book: str | None
    map_page: str | None
    survey_id: str | None
    place: str | None
    turn_deg: Turn
    width_px: int
    height_px: int
    file_name: str | None
    """The file it came in, to be fetched again as it was."""
    page: int
    corners: list[LonLat]
    """Where its corners lie on the ground; empty while it is not placed."""
    points: list[SheetPointOut]
    fit: SheetFitOut | None
    placed_by: str | None
    placed_at: Instant | None
    look_at: list[float]
    """West, south, east, north of the ground it most likely shows: its own, that of its tract or survey, or the town."""


class SheetPlacementIn(Wire):
    version: int
    points: Annotated[list[SheetPointIn], Field(min_length=3, max_length=200)]


class SheetDetailsIn(Wire):
    """What a page is filed under."""

    version: int
    name: Annotated[Line, Field(min_length=1, max_length=120)]
    tract_no: Annotated[Line, Field(max_length=40)] = ""
    map_book: Annotated[Line, Field(max_length=20)] = ""
    map_page: Annotated[Line, Field(max_length=40)] = ""
    survey_id: Annotated[Line, Field(max_length=60)] = ""
    place: Annotated[Line, Field(max_length=200)] = ""
    turn_deg: Turn = 0


class SheetsHereOut(Wire):
    """Placed sheets that cover a point, the most detailed first."""

    sheets: list[SheetOut]
