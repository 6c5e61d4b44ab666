"""Tables of the map: districts, parcels and their lineage, addresses, recorded maps, streets, water assets, imports.

Coordinates are EPSG:4326 degrees. Shapes carry their bounding box in four float columns, so that a box query never
opens a shape.
"""

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maps.stores.base import MapBase, Shaped
from maps.stores.types import Shape, UtcDateTime


class District(MapBase):
    """A map area of the utility; `apn_format` names the county's way of writing parcel numbers (`maps.apn`)."""

    __tablename__ = "map_district"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    apn_format: Mapped[str] = mapped_column(String(40))
    min_lon: Mapped[float | None]
    min_lat: Mapped[float | None]
    max_lon: Mapped[float | None]
    max_lat: Mapped[float | None]
    demo: Mapped[bool] = mapped_column(default=False)


class Parcel(Shaped, MapBase):
    """A tax parcel. `number` is as the source wrote it, `number_canonical` is how the county prints it, `number_key`
    is its upper-case letters and digits alone; `other_number` is a second number the county keeps for it (a property
    number beside a geographic id). A parcel that vanished from the source is retired, never deleted. Its shape is a
    point, and its area 0, where the source gives no more."""

    __tablename__ = "map_parcel"
    __table_args__ = (
        UniqueConstraint("district_id", "number_canonical"),
        Index(None, "district_id", "number_key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(60))
    number_canonical: Mapped[str] = mapped_column(String(60))
    area_m2: Mapped[float]
    situs_address: Mapped[str | None] = mapped_column(String(200))
    use_text: Mapped[str | None] = mapped_column(String(200))
    other_number: Mapped[str | None] = mapped_column(String(60))
    legal_text: Mapped[str | None] = mapped_column(String(400))
    retired_on: Mapped[date | None]
    source_row: Mapped[int]


class ParcelLineage(MapBase):
    """An older parcel number that now lives on as `parcel_id`: the land was split, merged or renumbered."""

    __tablename__ = "map_parcel_lineage"
    __table_args__ = (
        UniqueConstraint("old_number_key", "parcel_id"),
        CheckConstraint("kind IN ('split', 'merge', 'renumber')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    old_number: Mapped[str] = mapped_column(String(60))
    old_number_key: Mapped[str] = mapped_column(String(60))
    parcel_id: Mapped[int] = mapped_column(ForeignKey("map_parcel.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    since_on: Mapped[date | None]


class Address(MapBase):
    """A postal address of the source's list; `street` and `full_text` are normalised (`maps.addresses`).
    `place_name` is what the place is called besides (a school, a shop); several are parted by semicolons."""

    __tablename__ = "map_address"
    __table_args__ = (UniqueConstraint("district_id", "full_text", "parcel_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("map_parcel.id"), index=True)
    number: Mapped[str | None] = mapped_column(String(20))
    number_suffix: Mapped[str | None] = mapped_column(String(10))
    street: Mapped[str] = mapped_column(String(120), index=True)
    unit: Mapped[str | None] = mapped_column(String(40))
    full_text: Mapped[str] = mapped_column(String(240))
    city: Mapped[str | None] = mapped_column(String(80))
    zip: Mapped[str | None] = mapped_column(String(10))
    place_name: Mapped[str | None] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]


class TractMap(MapBase):
    """A recorded subdivision map: tract number or subdivision name, book and page, and its outline if known."""

    __tablename__ = "map_tract"
    __table_args__ = (UniqueConstraint("district_id", "tract_no", "map_book", "map_page"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    tract_no: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    map_book: Mapped[str | None] = mapped_column(String(20))
    map_page: Mapped[str | None] = mapped_column(String(40))
    recorded_on: Mapped[date | None]
    shape: Mapped[BaseGeometry | None] = mapped_column(Shape)


class Lot(MapBase):
    """A lot of a recorded map; it may be known before any parcel number or street address is."""

    __tablename__ = "map_lot"
    __table_args__ = (UniqueConstraint("tract_id", "block", "lot"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tract_id: Mapped[int] = mapped_column(ForeignKey("map_tract.id"))
    lot: Mapped[str] = mapped_column(String(20))
    block: Mapped[str | None] = mapped_column(String(20))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("map_parcel.id"), index=True)
    lon: Mapped[float]
    lat: Mapped[float]
    shape: Mapped[BaseGeometry | None] = mapped_column(Shape)


class MapSheet(Shaped, MapBase):
    """A drawn sheet (assessor page, tract map, record drawing) and where it lies on the ground.

    `file` is a path inside the data folder, None where only the outline is known. `corners` holds [lon, lat] of the
    image's top-left, top-right, bottom-right and bottom-left, None until someone has placed the sheet. `kind` is what
    it is (sheet, survey, partition, subdivision ...), `note` what its record says besides.
    """

    __tablename__ = "map_sheet"
    __table_args__ = (UniqueConstraint("district_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    tract_id: Mapped[int | None] = mapped_column(ForeignKey("map_tract.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    file: Mapped[str | None] = mapped_column(String(400))
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    corners: Mapped[list[list[float]] | None] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(40), default="sheet", server_default="sheet")
    note: Mapped[str | None] = mapped_column(Text)
    recorded_on: Mapped[date | None]


class Street(Shaped, MapBase):
    """A street segment between two junctions; `oneway` is 0 both ways, 1 along the line, -1 against it.
    `signal` is False where a tablet gets no mobile signal."""

    __tablename__ = "map_street"
    __table_args__ = (
        Index(None, "district_id", "name"),
        CheckConstraint("oneway IN (-1, 0, 1)", name="oneway"),
        CheckConstraint("street_class IN ('arterial', 'collector', 'local', 'alley', 'ramp')", name="street_class"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    name: Mapped[str] = mapped_column(String(120))
    street_class: Mapped[str] = mapped_column(String(10))
    from_node: Mapped[int | None]
    to_node: Mapped[int | None]
    oneway: Mapped[int] = mapped_column(default=0)
    speed_kmh: Mapped[float]
    left_from: Mapped[int | None]
    left_to: Mapped[int | None]
    right_from: Mapped[int | None]
    right_to: Mapped[int | None]
    signal: Mapped[bool] = mapped_column(default=True)


class Intersection(MapBase):
    """A street corner; `node` is the number the street segments use."""

    __tablename__ = "map_intersection"
    __table_args__ = (UniqueConstraint("district_id", "node"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    node: Mapped[int]
    name: Mapped[str] = mapped_column(String(240), index=True)
    lon: Mapped[float]
    lat: Mapped[float]


class Hydrant(MapBase):
    """A fire hydrant as the utility's list has it."""

    __tablename__ = "map_hydrant"
    __table_args__ = (UniqueConstraint("district_id", "hydrant_no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    hydrant_no: Mapped[str] = mapped_column(String(40))
    lon: Mapped[float]
    lat: Mapped[float]
    status: Mapped[str] = mapped_column(String(20))
    colour: Mapped[str | None] = mapped_column(String(40))
    flow_gpm: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


class Valve(MapBase):
    """A valve on a main, as the utility's list has it; the size is in inches."""

    __tablename__ = "map_valve"
    __table_args__ = (UniqueConstraint("district_id", "valve_no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"))
    valve_no: Mapped[str] = mapped_column(String(40))
    lon: Mapped[float]
    lat: Mapped[float]
    status: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str | None] = mapped_column(String(40))
    size_in: Mapped[float | None]
    note: Mapped[str | None] = mapped_column(Text)


class WaterMain(Shaped, MapBase):
    """A stretch of water main; the diameter is in inches, as US records have it."""

    __tablename__ = "map_main"
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"), index=True)
    diameter_in: Mapped[float | None]
    material: Mapped[str | None] = mapped_column(String(40))
    installed_year: Mapped[int | None]


class Import(MapBase):
    """One run of reading a source file into a layer; rows_read = rows_kept + rows_rejected."""

    __tablename__ = "map_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("map_district.id"), index=True)
    layer: Mapped[str] = mapped_column(String(40))
    file: Mapped[str] = mapped_column(String(400))
    file_sha256: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows_read: Mapped[int]
    rows_kept: Mapped[int]
    rows_repaired: Mapped[int]
    rows_rejected: Mapped[int]
    retired: Mapped[int]
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON)


class RejectedRow(MapBase):
    """A source row that was not taken, or was taken after a repair, with the reason and the row's own number."""

    __tablename__ = "map_rejected_row"
    __table_args__ = (CheckConstraint("outcome IN ('rejected', 'repaired')", name="outcome"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("map_import.id"), index=True)
    row: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(10), default="rejected")
    reason: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(Text)
