"""Control points: read from a table or a drawing's side file, fitted by least squares, with the point that stands out."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyproj

from maps import ground
from maps.sheets import SheetPlacementError

FEET_PER_METRE = 1 / 0.3048
X = ("x_px", "px", "pixel_x", "pixelx", "image_x", "source_x", "sourcex", "col", "column", "sample", "x")
Y = ("y_px", "py", "pixel_y", "pixely", "image_y", "source_y", "sourcey", "row", "line", "y")
GROUND_X = (
    "lon",
    "longitude",
    "map_x",
    "mapx",
    "ground_x",
    "target_x",
    "easting",
    "e",
    "world_x",
    "geo_x",
    "x_map",
    "X",
)
GROUND_Y = (
    "lat",
    "latitude",
    "map_y",
    "mapy",
    "ground_y",
    "target_y",
    "northing",
    "n",
    "world_y",
    "geo_y",
    "y_map",
    "Y",
)
RARE = 0.01
"""A point stands out when honest errors would put one so far off in fewer than this share of drawings."""
SMALLEST_FT = 0.01
"""Nobody clicks or digitises better than this."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """(n, 2) places on the image and on the ground; `unit` is degree, foot or metre, `feet` how long one is (0 for
    degrees)."""

    image: Any
    ground: Any
    unit: str
    feet: float


@dataclass(frozen=True, kw_only=True)
class Residual:
    """How far the fit is off at a point, numbered from 1 in the order given; `alone_ft` how far a fit without the point
    would be off there."""

    point: int
    x: float
    y: float
    residual_ft: float
    dx_ft: float
    dy_ft: float
    alone_ft: float | None


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """ground_x = a*x + b*y + c, ground_y = d*x + e*y + f in the points' own units; residuals in feet. `outlier` is the
    number of the point that stands out, if one does."""

    affine: tuple[float, float, float, float, float, float]
    residuals: tuple[Residual, ...]
    rms_ft: float
    unit: str
    outlier: int | None

    def as_json(self) -> dict[str, Any]:
        """The fit as data."""
        return {
            "affine": list(self.affine),
            "rms_ft": round(self.rms_ft, 6),
            "unit": self.unit,
            "outlier": self.outlier,
            "residuals": [
                {
                    "point": one.point, "x": one.x, "y": one.y, "residual_ft": round(one.residual_ft, 6),
                    "dx_ft": round(one.dx_ft, 6), "dy_ft": round(one.dy_ft, 6),
                    "alone_ft": None if one.alone_ft is None else round(one.alone_ft, 6),
                }
                for one in self.residuals
            ],
        }  # fmt: skip


def read(file: Path, *, crs: str | None = None) -> Points:
    """The points of a CSV (columns for the image and the ground, with or without headings; QGIS .points too) or of an
    .aux.xml. Raises ValueError naming the file and the row that cannot be read."""
    if not file.is_file():
        raise ValueError(f"{file}: there is no such file")
    if file.suffix.lower() == ".xml":
        return _of_side_file(file, crs)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as bad:
        raise ValueError(f"{file.name}: is not UTF-8 text (byte {bad.start})") from None
    lines = text.splitlines()
    if lines and lines[0].startswith("#CRS:") and crs is None:
        crs = lines[0].removeprefix("#CRS:").strip()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    if not kept:
        raise ValueError(f"{file.name}: is empty; it needs three control points or more")
    mark = max((",", ";", "\t"), key=kept[0].count)
    rows = list(csv.reader(io.StringIO("\n".join(kept)), delimiter=mark))
    places, first = _columns(file, rows[0])
    image, on_ground = [], []
    for at, cells in enumerate(rows[first:], start=1):
        try:
            x, y, east, north = (float(cells[place]) for place in places)
        except (ValueError, IndexError):
            raise ValueError(f"{file.name}: row {at} is no control point: {mark.join(cells)[:80]!r}") from None
        if not np.isfinite([x, y, east, north]).all():
            raise ValueError(f"{file.name}: row {at} is no control point: {mark.join(cells)[:80]!r}")
        image.append((x, y))
        on_ground.append((east, north))
    return _points(np.array(image), np.array(on_ground), crs)


def fit(points: Points) -> Fitted:
    """The least-squares affine. Raises SheetPlacementError for fewer than three points or points on one line."""
    count = len(points.image)
    if count < 3:
        raise SheetPlacementError(f"three control points or more are needed, got {count}")
    solved = _solve(points.image, points.ground)
    if solved is None:
        raise SheetPlacementError("the control points lie on one line; put one off it")
    scale = _feet(points)
    off = (_at(solved, points.image) - points.ground) * scale
    alone = _left_out(points, scale) if count > 3 else [None] * count
    residuals = tuple(
        Residual(
            point=at + 1, x=float(points.image[at, 0]), y=float(points.image[at, 1]),
            residual_ft=hypot(*off[at]), dx_ft=float(off[at, 0]), dy_ft=float(off[at, 1]), alone_ft=alone[at],
        )
        for at in range(count)
    )  # fmt: skip
    rms = float(np.sqrt((off**2).sum(axis=1).mean()))
    a, b, c = (float(value) for value in solved[:, 0])
    d, e, f = (float(value) for value in solved[:, 1])
    return Fitted(
        affine=(a, b, c, d, e, f), residuals=residuals, rms_ft=rms, unit=points.unit, outlier=_outlier(points, scale)
    )


def _columns(file: Path, head: Sequence[str]) -> tuple[list[int], int]:
    """Places of image x, image y, ground x, ground y, and the row the points begin at."""
    try:
        numbers = [float(cell) for cell in head]
    except ValueError:
        numbers = []
    if len(numbers) >= 4:
        return [0, 1, 2, 3], 0
    names = [cell.strip() for cell in head]
    lower = [name.lower() for name in names]
    east, north = _named(names, lower, GROUND_X), _named(names, lower, GROUND_Y)
    x, y = _named(names, lower, X, but=east), _named(names, lower, Y, but=north)
    places = [x, y, east, north]
    if None not in places:
        return [place for place in places if place is not None], 1
    if len(names) == 4:
        return [0, 1, 2, 3], 1
    raise ValueError(
        f"{file.name}: no columns for the image and the ground; name them x_px, y_px and lon, lat (or map_x, map_y); "
        f"the file has: {', '.join(names)}"
    )


def _named(names: list[str], lower: list[str], wanted: Sequence[str], *, but: int | None = None) -> int | None:
    for name in wanted:
        for at, (written, small) in enumerate(zip(names, lower, strict=True)):
            if at != but and (written == name or (small == name and not name.isupper())):
                return at
    return None


def _of_side_file(file: Path, crs: str | None) -> Points:
    try:
        tree = ElementTree.parse(file)  # noqa: S314 - a file the operator names; no outside entities are read
    except ElementTree.ParseError as broken:
        raise ValueError(f"{file.name}: is no XML ({broken})") from None
    values = {
        name: [float(one.text or "nan") for one in node.findall("Double")]
        for name in ("SourceGCPs", "TargetGCPs")
        for node in tree.iter(name)
    }
    source, target = values.get("SourceGCPs", []), values.get("TargetGCPs", [])
    if not source or len(source) != len(target) or len(source) % 2:
        raise ValueError(f"{file.name}: holds no control points")
    wkt = next((node.text for node in tree.iter("WKT") if node.text), None)
    return _points(np.array(source).reshape(-1, 2), np.array(target).reshape(-1, 2), crs or wkt)


def _points(image: Any, on_ground: Any, crs: str | None) -> Points:
    if crs:
        try:
            system = pyproj.CRS.from_user_input(crs)
        except pyproj.exceptions.CRSError:
            raise ValueError(f"'{crs[:80]}' is no coordinate system; name it like EPSG:2227") from None
        if system.is_geographic:
            return Points(image=image, ground=on_ground, unit="degree", feet=0.0)
        metres = system.axis_info[0].unit_conversion_factor
        return Points(
            image=image, ground=on_ground, unit="metre" if metres == 1 else "foot", feet=metres * FEET_PER_METRE
        )
    if len(on_ground) and (np.abs(on_ground) <= (180.0, 90.0)).all():
        return Points(image=image, ground=on_ground, unit="degree", feet=0.0)
    # Plane coordinates of US records are in feet unless a system says otherwise.
    return Points(image=image, ground=on_ground, unit="foot", feet=1.0)


def _feet(points: Points) -> Any:
    if points.unit != "degree":
        return np.array([points.feet, points.feet])
    return np.array(ground.metres_per_degree(float(points.ground[:, 1].mean()))) * FEET_PER_METRE


def _solve(image: Any, on_ground: Any) -> Any:
    """(3, 2) coefficients by least squares on centred points, so that large numbers lose no digits; None on a line."""
    middle, aim = image.mean(axis=0), on_ground.mean(axis=0)
    spread = float(np.abs(image - middle).max()) or 1.0
    scaled = np.column_stack([(image - middle) / spread, np.ones(len(image))])
    if np.linalg.matrix_rank(scaled, tol=1e-6) < 3:
        return None
    solved, *_ = np.linalg.lstsq(scaled, on_ground - aim, rcond=None)
    linear = solved[:2] / spread
    return np.vstack([linear, solved[2] + aim - middle @ linear])


def _at(solved: Any, image: Any) -> Any:
    return image @ solved[:2] + solved[2]


def _left_out(points: Points, scale: Any) -> list[float | None]:
    """For each point, how many feet the fit of all others is off there; None where the others lie on one line."""
    found: list[float | None] = []
    for at in range(len(points.image)):
        others = np.arange(len(points.image)) != at
        solved = _solve(points.image[others], points.ground[others])
        if solved is None:
            found.append(None)
            continue
        found.append(hypot(*((_at(solved, points.image[at : at + 1])[0] - points.ground[at]) * scale)))
    return found


def _outlier(points: Points, scale: Any) -> int | None:
    """The point that the others, agreeing as well as they do, would hardly ever leave so far off; None when none is.

    Under honest errors the squared miss of a point left out, over the others' variance and its own leverage, is twice
    an F(2, d) value, whose tail is (1 + F 2/d) ** (-d/2); with n points looked at, n times that must stay rare.
    """
    count = len(points.image)
    free = 2 * (count - 1) - 6
    if free < 1:
        return None
    worst: tuple[float, int] | None = None
    for at in range(count):
        others = np.arange(count) != at
        solved = _solve(points.image[others], points.ground[others])
        if solved is None:
            continue
        rest = (_at(solved, points.image[others]) - points.ground[others]) * scale
        variance = max(float((rest**2).sum()) / free, SMALLEST_FT**2)
        design = np.column_stack([points.image[others] - points.image[at], np.ones(count - 1)])
        leverage = float(np.linalg.pinv(design.T @ design)[2, 2])
        miss = (_at(solved, points.image[at : at + 1])[0] - points.ground[at]) * scale
        chance = (1 + float((miss**2).sum()) / (variance * (1 + leverage)) / free) ** (-free / 2)
        if worst is None or chance < worst[0]:
            worst = (chance, at + 1)
    return worst[1] if worst is not None and count * worst[0] < RARE else None
