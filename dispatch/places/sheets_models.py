"""Rows of the sheets that people bring in: the file, its pages, and the points that place a page on the ground."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, UtcDateTime


class SheetUpload(Base):
    """A file as it came, kept by its SHA-256; the same file brought twice is one upload."""

    __tablename__ = "sheet_upload"
    __table_args__ = (
        UniqueConstraint("district_id", "sha256"),
        CheckConstraint("state IN ('WAITING','WORKING','DONE','REFUSED')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(10))
    """pdf, tiff, png or jpeg, by its own first bytes."""
    bytes: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="WAITING")
    pages_done: Mapped[int] = mapped_column(default=0)
    pages_of: Mapped[int | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason_code: Mapped[str | None] = mapped_column(String(30))
    reason_page: Mapped[int | None]
    reason_en: Mapped[str | None] = mapped_column(String(500))
    reason_es: Mapped[str | None] = mapped_column(String(500))


class SheetPage(Base):
    """One page of a drawing: its images in the data folder, what it is filed under, and the map sheet it became.

    `full` is the image that people read and put points on (width_px by height_px), `overlay` the copy that maps lay over
    the ground; both are paths inside the data folder. `turn_deg` (0, 90, 180, 270, clockwise) sets its text upright.
    `upload_id` is None for a sheet that came with the town's data. `sheet_id` is None until the page has been placed.
    """

    __tablename__ = "sheet_page"
    __table_args__ = (
        UniqueConstraint("upload_id", "page"),
        UniqueConstraint("district_id", "name"),
        CheckConstraint("turn_deg IN (0, 90, 180, 270)", name="turn_deg"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_upload.id"))
    page: Mapped[int] = mapped_column(default=1)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("map_sheet.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    full: Mapped[str] = mapped_column(String(400))
    overlay: Mapped[str] = mapped_column(String(400))
    thumb: Mapped[str] = mapped_column(String(400))
    width_px: Mapped[int]
    height_px: Mapped[int]
    overlay_width_px: Mapped[int]
    overlay_height_px: Mapped[int]
    turn_deg: Mapped[int] = mapped_column(default=0)
    tract_no: Mapped[str | None] = mapped_column(String(40))
    map_book: Mapped[str | None] = mapped_column(String(20))
    map_page: Mapped[str | None] = mapped_column(String(40))
    survey_id: Mapped[str | None] = mapped_column(String(60))
    place: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    rms_ft: Mapped[float | None]
    placed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SheetPoint(Base):
    """A place that somebody saw both on a page (pixels of its full image) and on the ground."""

    __tablename__ = "sheet_point"
    __table_args__ = (UniqueConstraint("page_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("sheet_page.id"), index=True)
    number: Mapped[int]
    x_px: Mapped[float]
    y_px: Mapped[float]
    lon: Mapped[float]
    lat: Mapped[float]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    put_at: Mapped[datetime] = mapped_column(UtcDateTime)
