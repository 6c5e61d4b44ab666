"""What one import has taken, repaired and rejected so far."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from maps import stores
from maps.sources import LayerColumns, SourceRow, SourceTable

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Why a row was rejected, or what was repaired on it."""

    row: int
    key: str | None
    outcome: str
    reason: str
    detail: str


@dataclass
class Intake:
    """The state of one import. A row that is not rejected is kept; `joined` counts rows kept as part of another."""

    session: Session
    district: stores.District
    columns: LayerColumns
    on: date
    progress: Progress
    remarks: list[Remark] = field(default_factory=list)
    joined: Counter[str] = field(default_factory=Counter)
    retired: int = 0
    former_situs: dict[int, str] = field(default_factory=dict)
    """Situs addresses by parcel id as they stood before this import."""

    def reject(self, row: int, *, key: str | None, reason: str, detail: str) -> None:
        """Leaves the row out."""
        self.remarks.append(Remark(row=row, key=key, outcome="rejected", reason=reason, detail=detail))

    def repair(self, row: int, *, key: str | None, reason: str, detail: str) -> None:
        """Keeps the row, changed."""
        self.remarks.append(Remark(row=row, key=key, outcome="repaired", reason=reason, detail=detail))

    def join(self, reason: str) -> None:
        """Keeps the row as part of an earlier one that says the same."""
        self.joined[reason] += 1

    def rows(self, table: SourceTable, stage: str) -> Iterator[SourceRow]:
        """The rows, telling the progress every few hundred of them."""
        count = max(1, len(table.rows))
        for at, row in enumerate(table.rows):
            if at % 500 == 0:
                self.progress(0.7 * at / count, stage)
            yield row

    def meaning(self, name: str, value: str | None) -> str | None:
        """What the source's code for this field means, by the column map; None for codes it does not tell."""
        return self.columns.values.get(name, {}).get(value or "")


def on_earth(shape: BaseGeometry) -> bool:
    """True when every coordinate is a finite longitude and latitude, and the shape is not at null island."""
    min_lon, min_lat, max_lon, max_lat = shape.bounds
    inside = min_lon >= -180 and max_lon <= 180 and min_lat >= -90 and max_lat <= 90
    return inside and not (abs(min_lon) < 1e-9 and abs(min_lat) < 1e-9 and max_lon - min_lon < 1e-9)


def point_problem(shape: BaseGeometry | None) -> tuple[str, str] | None:
    """(reason, detail) when a row's shape gives no place to put a point at."""
    if shape is None or shape.is_empty:
        return "no_shape", "the row has no coordinates"
    if not on_earth(shape):
        return "not_on_earth", f"{shape.centroid.wkt} is no place of longitude and latitude"
    return None


def day_of(text: str | None) -> date | None:
    """The day a text holds (2007-11-13, 11/13/2007, 20071113, epoch milliseconds); None when it holds none."""
    plain = (text or "").strip()
    for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d"):
        try:
            return datetime.strptime(plain.split("T")[0].split(" ")[0], pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    number = whole_number(plain)
    if number is None or not 10**11 < abs(number) < 10**13:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)).date()


def whole_number(text: str | None) -> int | None:
    """The integer a text holds, None when it holds none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return int(number) if number == number and abs(number) < 1e15 else None


def polygons_of(shape: BaseGeometry) -> BaseGeometry | None:
    """The polygons in a shape as one polygon or multipolygon; None when it has none."""
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return None if shape.is_empty else shape
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon | shapely.MultiPolygon)]
    if not parts:
        return None
    union: BaseGeometry = shapely.union_all(parts)
    return union
