"""Map sheets on the ground: the affine from image pixels to lon/lat, by corners or by control points."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import ground, stores


class SheetPlacementError(ValueError):
    """The points given do not place a sheet: too few, all on one line, or a sheet without size."""


@dataclass(frozen=True, kw_only=True)
class ControlPoint:
    """A place seen both on the image (pixels from the top left) and on the ground (degrees)."""

    x_px: float
    y_px: float
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class Placement:
    """lon = a*x + b*y + c and lat = d*x + e*y + f, x and y in pixels from the image's top left."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def to_ground(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The (lon, lat) of a pixel."""
        return self.a * x_px + self.b * y_px + self.c, self.d * x_px + self.e * y_px + self.f

    def to_image(self, lon: float, lat: float) -> tuple[float, float]:
        """The (x, y) pixel of a place; it may lie outside the image."""
        determinant = self.a * self.e - self.b * self.d
        u, v = lon - self.c, lat - self.f
        return (self.e * u - self.b * v) / determinant, (self.a * v - self.d * u) / determinant

    def corners(self, *, width_px: int, height_px: int) -> list[list[float]]:
        """[lon, lat] of top-left, top-right, bottom-right, bottom-left: what `MapSheet.corners` holds."""
        pixels = ((0, 0), (width_px, 0), (width_px, height_px), (0, height_px))
        return [list(self.to_ground(x, y)) for x, y in pixels]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A placement by control points; `residuals_m` is how far each point is off, in the order given."""

    placement: Placement
    residuals_m: tuple[float, ...]
    rms_m: float


def from_corners(*, corners: Sequence[Sequence[float]], width_px: int, height_px: int) -> Placement:
    """The placement of a sheet whose four corners are known (least squares, should they be no parallelogram)."""
    if len(corners) != 4 or width_px <= 0 or height_px <= 0:
        raise SheetPlacementError("a sheet is placed by its four corners and its width and height in pixels")
    pixels = ((0, 0), (width_px, 0), (width_px, height_px), (0, height_px))
    points = [
        ControlPoint(x_px=x, y_px=y, lon=lonlat[0], lat=lonlat[1])
        for (x, y), lonlat in zip(pixels, corners, strict=True)
    ]
    return fit(points).placement


def fit(points: Sequence[ControlPoint]) -> Fit:
    """The least-squares affine through three or more control points, and how far each is off it in metres."""
    if len(points) < 3:
        raise SheetPlacementError(f"three control points or more are needed to place a sheet, got {len(points)}")
    pixels = np.array([(point.x_px, point.y_px, 1.0) for point in points])
    centre = pixels[:, :2].mean(axis=0)
    spread = float(np.abs(pixels[:, :2] - centre).max()) or 1.0
    scaled = np.column_stack([(pixels[:, :2] - centre) / spread, np.ones(len(points))])
    if np.linalg.matrix_rank(scaled, tol=1e-6) < 3:
        raise SheetPlacementError("the control points lie on one line; put one off it")
    lat0 = float(np.mean([point.lat for point in points]))
    east_m, north_m = ground.metres_per_degree(lat0)
    places = np.array([(point.lon, point.lat) for point in points])
    solved, *_ = np.linalg.lstsq(scaled, places, rcond=None)
    linear = solved[:2] / spread
    shift = solved[2] - centre @ linear
    placement = Placement(
        a=float(linear[0, 0]), b=float(linear[1, 0]), c=float(shift[0]),
        d=float(linear[0, 1]), e=float(linear[1, 1]), f=float(shift[1]),
    )  # fmt: skip
    if abs(placement.a * placement.e - placement.b * placement.d) < 1e-24:
        raise SheetPlacementError("the control points put the whole sheet on one line; check their places on the map")
    residuals = []
    for point in points:
        lon, lat = placement.to_ground(point.x_px, point.y_px)
        residuals.append(hypot((lon - point.lon) * east_m, (lat - point.lat) * north_m))
    rms = (sum(residual**2 for residual in residuals) / len(residuals)) ** 0.5
    return Fit(placement=placement, residuals_m=tuple(residuals), rms_m=rms)


def covering(session: Session, *, lon: float, lat: float, district_id: int | None = None) -> list[stores.MapSheet]:
    """Sheets whose outline holds the point, the most detailed (smallest) first."""
    point = shapely.Point(lon, lat)
    statement = select(stores.MapSheet).where(
        stores.in_box(session, "map_sheet", min_lon=lon, min_lat=lat, max_lon=lon, max_lat=lat)
    )
    if district_id is not None:
        statement = statement.where(stores.MapSheet.district_id == district_id)
    found = [sheet for sheet in session.scalars(statement) if sheet.shape.intersects(point)]
    return sorted(found, key=lambda sheet: (sheet.shape.area, sheet.id))


def covering_shape(session: Session, *, shape: BaseGeometry, district_id: int | None = None) -> list[stores.MapSheet]:
    """Sheets that overlap the shape, the one covering most of it first."""
    min_lon, min_lat, max_lon, max_lat = shape.bounds
    statement = select(stores.MapSheet).where(
        stores.in_box(session, "map_sheet", min_lon=min_lon, min_lat=min_lat, max_lon=max_lon, max_lat=max_lat)
    )
    if district_id is not None:
        statement = statement.where(stores.MapSheet.district_id == district_id)
    shared = [(sheet, float(sheet.shape.intersection(shape).area)) for sheet in session.scalars(statement)]
    overlapping = [(sheet, area) for sheet, area in shared if area > 0]
    return [sheet for sheet, _ in sorted(overlapping, key=lambda pair: (-pair[1], pair[0].id))]


def outline(corners: Sequence[Sequence[float]]) -> shapely.Polygon:
    """The ground outline of a sheet with these four corners."""
    return shapely.Polygon([(corner[0], corner[1]) for corner in corners])
