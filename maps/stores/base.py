"""The metadata every table of the installation hangs on, and what tables with a shape have in common."""

from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from maps.stores.types import Shape

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class MapBase(DeclarativeBase):
    """Base of the map tables; other packages may hang their own bases on the same `metadata`."""

    metadata = metadata


def bounds_of(shape: BaseGeometry) -> dict[str, float]:
    """The four bounding-box columns of a shape, ready for a bulk insert."""
    min_lon, min_lat, max_lon, max_lat = (float(edge) for edge in shape.bounds)
    return {"min_lon": min_lon, "min_lat": min_lat, "max_lon": max_lon, "max_lat": max_lat}


class Shaped:
    """A required shape with its bounding box; setting `shape` on an object sets the box too."""

    shape: Mapped[BaseGeometry] = mapped_column(Shape)
    min_lon: Mapped[float]
    min_lat: Mapped[float]
    max_lon: Mapped[float]
    max_lat: Mapped[float]

    @validates("shape")
    def _box_follows_shape(self, _key: str, shape: Any) -> Any:
        if shape is not None:
            for column, edge in bounds_of(shape).items():
                setattr(self, column, edge)
        return shape
