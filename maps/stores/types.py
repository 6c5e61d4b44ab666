"""Column types that answer alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class Shape(TypeDecorator[BaseGeometry]):
    """A geometry in EPSG:4326 (lon, lat), kept as two-dimensional WKB and read back as a Shapely geometry."""

    impl = LargeBinary
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return BaseGeometry

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        wkb = shapely.to_wkb(value, output_dimension=2)
        return bytes(wkb) if isinstance(wkb, bytes) else None

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(bytes(value))

    def compare_values(self, x: Any, y: Any) -> bool:
        if x is None or y is None:
            return x is y
        return bool(shapely.equals_identical(x, y))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; aware in UTC on the way in and on the way out (SQLite by itself would answer a naive one)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its time zone, got the naive {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
