"""Where shapes are kept: one set of SQLAlchemy tables for SQLite and PostgreSQL.

`metadata` is what the rest of the installation hangs its own tables on. `install` makes the search and bounding-box
side tables after a migration; `metadata.create_all` does so by itself.
"""

from maps.stores.base import MapBase, Shaped, bounds_of, metadata
from maps.stores.engines import holds_all, in_box, install, is_side_object, uninstall
from maps.stores.files import VersionError, open_file
from maps.stores.models import (
    Address,
    District,
    Hydrant,
    Import,
    Intersection,
    Lot,
    MapSheet,
    Parcel,
    ParcelLineage,
    RejectedRow,
    Street,
    TractMap,
    Valve,
    WaterMain,
)
from maps.stores.search_models import SearchEntry, SearchKey, SearchStreet, SearchWord
from maps.stores.types import Shape, UtcDateTime

__all__ = [
    "Address",
    "District",
    "Hydrant",
    "Import",
    "Intersection",
    "Lot",
    "MapBase",
    "MapSheet",
    "Parcel",
    "ParcelLineage",
    "RejectedRow",
    "SearchEntry",
    "SearchKey",
    "SearchStreet",
    "SearchWord",
    "Shape",
    "Shaped",
    "Street",
    "TractMap",
    "UtcDateTime",
    "Valve",
    "VersionError",
    "WaterMain",
    "bounds_of",
    "holds_all",
    "in_box",
    "install",
    "is_side_object",
    "metadata",
    "open_file",
    "uninstall",
]
