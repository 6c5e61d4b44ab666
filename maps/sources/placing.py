"""Puts a file's coordinates on the ground, also when the file names no coordinate system or the wrong one.

What a file says is believed as long as the places it gives are plausible: degrees on the earth, inside the area the
named system is made for, and near the district where one is known. Else the system that does fit is looked for among
those used there, and the report says so. Nothing is guessed without something to hold it against.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.enums import PJType

from maps.sources.reading import Bounds, Hints, SourceFileError

# A parcel layer may reach beyond the district it is imported for, but not by a county's width.
MARGIN_DEG = 1.0
NEAR_DEG = 0.02
# Where a file without any other hint may lie: the United States with their islands.
HOME = ((-180.0, 13.0, -64.0, 72.0), (144.0, 13.0, 147.0, 21.0))
DEGREES = "EPSG:4326"
MERCATOR = "EPSG:3857"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Shapes in EPSG:4326, what was assumed in words, and the system used where the file names another."""

    shapes: Any
    notes: tuple[str, ...] = ()
    corrected: str | None = None


@dataclass
class _Case:
    file: Path
    shapes: Any
    middle: tuple[float, float]
    hints: Hints
    beside: Any
    notes: list[str] = field(default_factory=list)


def to_degrees(
    *,
    file: Path,
    shapes: Any,
    named: str | None,
    hints: Hints,
    beside: Any = None,
    degrees_expected: bool = False,
) -> Placed:
    """Turns an array of shapes into degrees. `named`: the system the file names; `beside`: (n, 2) longitudes and
    latitudes that the rows tell in columns of their own, NaN where they do not.

    Raises SourceFileError when nobody can tell where the coordinates lie.
    """
    middle = _middle(shapes)
    if middle is None:
        return Placed(shapes=shapes)
    case = _Case(file=file, shapes=shapes, middle=middle, hints=hints, beside=beside)
    if hints.crs is not None:
        return Placed(shapes=_turned(shapes, _system(file, hints.crs)), notes=(f"read as {hints.crs}, as told",))
    claimed = named or (DEGREES if _is_degrees(middle) or degrees_expected else None)
    if claimed is not None:
        system = _system(file, claimed)
        if _plausible(case, system):
            return Placed(shapes=_turned(shapes, system))
    fits = _fitting(case)
    if fits is None:
        if named is None and degrees_expected and _is_finite(middle):
            # Rows that are no degrees are named one by one; the file as a whole says it is in degrees.
            return Placed(shapes=shapes)
        raise SourceFileError(file=file, problem=_unplaced(case, named))
    code, because = fits
    said = f"says {_name_of(named)}" if named else "names no coordinate system"
    note = f"the file {said}, but its coordinates are those of {_name_of(code)} ({because}); read so"
    if code == "swapped":
        note = f"the file has latitude before longitude ({because}); read so"
        return Placed(shapes=_swapped(shapes), notes=(note,), corrected=code)
    return Placed(shapes=_turned(shapes, _system(file, code)), notes=(note,), corrected=code)


def _middle(shapes: Any) -> tuple[float, float] | None:
    """A coordinate in the thick of the shapes: medians do not follow a few wild rows."""
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    boxes = boxes[~(np.abs(boxes) < 1e-9).all(axis=1)]
    if not len(boxes):
        return None
    return float(np.median((boxes[:, 0] + boxes[:, 2]) / 2)), float(np.median((boxes[:, 1] + boxes[:, 3]) / 2))


def _is_degrees(middle: tuple[float, float]) -> bool:
    return abs(middle[0]) <= 180 and abs(middle[1]) <= 90


def _is_finite(middle: tuple[float, float]) -> bool:
    return bool(np.isfinite(middle).all())


def _system(file: Path, text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise SourceFileError(
            file=file, problem=f"its coordinate system cannot be read ('{text[:80]}'); set it with --crs EPSG:NNNN"
        ) from None


def _place(case: _Case, system: pyproj.CRS) -> tuple[float, float] | None:
    turn = pyproj.Transformer.from_crs(system, DEGREES, always_xy=True)
    lon, lat = turn.transform(*case.middle)
    return (float(lon), float(lat)) if np.isfinite([lon, lat]).all() else None


def _plausible(case: _Case, system: pyproj.CRS) -> bool:
    place = _place(case, system)
    if place is None or not _is_degrees(place):
        return False
    if case.hints.area is not None:
        return _inside(place, case.hints.area, MARGIN_DEG)
    if _tells(case) is not None:
        return _agrees(case, system)
    made_for = system.area_of_use
    if made_for is None and (code := system.to_epsg(min_confidence=25)):
        made_for = pyproj.CRS.from_epsg(code).area_of_use
    return made_for is None or _inside(
        place, (made_for.west, made_for.south, made_for.east, made_for.north), MARGIN_DEG
    )


def _fitting(case: _Case) -> tuple[str, str] | None:
    """(system, the evidence) that puts the coordinates where they must be."""
    x, y = case.middle
    told = _tells(case)
    area = case.hints.area
    around: Bounds | None = None
    because = ""
    if told is not None:
        around, because = (told[0], told[1], told[0], told[1]), "it agrees with the rows' own longitude and latitude"
    elif area is not None:
        around, because = area, "it puts them into the district"
    if abs(x) <= 90 and abs(y) <= 180 and not _is_degrees(case.middle):
        return "swapped", "90 degrees of latitude are the most there are"
    if around is None:
        place = _place(case, pyproj.CRS.from_user_input(MERCATOR))
        large = abs(x) > 1e6 and abs(y) > 1e6
        if large and place is not None and any(_inside(place, home, 0) for home in HOME):
            return MERCATOR, "it puts them into the United States"
        return None
    margin = NEAR_DEG if told is not None else MARGIN_DEG
    if _is_degrees(case.middle):
        return ("swapped", because) if _inside((y, x), around, margin) else None
    for code in (MERCATOR, *_systems_in_use(around)):
        place = _place(case, pyproj.CRS.from_user_input(code))
        if place is not None and _inside(place, around, margin):
            return code, because
    return None


def _systems_in_use(around: Bounds) -> list[str]:
    """EPSG codes of plane systems made for the area, the plain NAD 83 ones (state plane, then UTM) first."""
    west, south, east, north = around
    found = pyproj.database.query_crs_info(
        auth_name="EPSG",
        pj_types=[PJType.PROJECTED_CRS],
        area_of_interest=AreaOfInterest(west - 0.01, south - 0.01, east + 0.01, north + 0.01),
        contains=True,
    )
    listed = [
        info
        for info in found
        if info.name.startswith(("NAD83", "NAD27", "WGS 84", "NAD83(2011)", "NAD83(HARN)"))
        and "deprecated" not in info.name
    ]
    listed.sort(key=lambda info: (not info.name.startswith("NAD83 /"), "UTM" in info.name, len(info.name), info.code))
    return [f"EPSG:{info.code}" for info in listed[:400]]


def _tells(case: _Case) -> tuple[float, float] | None:
    """The middle of what the rows' own columns say, where they say degrees."""
    if case.beside is None:
        return None
    known = case.beside[np.isfinite(case.beside).all(axis=1)]
    known = known[(np.abs(known[:, 0]) <= 180) & (np.abs(known[:, 1]) <= 90) & (np.abs(known).sum(axis=1) > 1e-6)]
    return (float(np.median(known[:, 0])), float(np.median(known[:, 1]))) if len(known) else None


def _agrees(case: _Case, system: pyproj.CRS) -> bool:
    told, place = _tells(case), _place(case, system)
    return told is not None and place is not None and _inside(place, (*told, *told), 10 * NEAR_DEG)


def _inside(place: tuple[float, float], box: Bounds, margin: float) -> bool:
    return box[0] - margin <= place[0] <= box[2] + margin and box[1] - margin <= place[1] <= box[3] + margin


def _turned(shapes: Any, system: pyproj.CRS) -> Any:
    if system == pyproj.CRS.from_epsg(4326) or (system.is_geographic and system.to_epsg() in (4326, 4269, 4979)):
        return shapes
    turn = pyproj.Transformer.from_crs(system, DEGREES, always_xy=True)
    return shapely.transform(shapes, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))


def _swapped(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


def _name_of(text: str | None) -> str:
    if text in (None, "swapped"):
        return str(text)
    system = pyproj.CRS.from_user_input(text)
    return text if text and len(text) < 20 else f"'{system.name}'"


def _unplaced(case: _Case, named: str | None) -> str:
    x, y = case.middle
    if named is None:
        return (
            f"the file names no coordinate system and its coordinates (about {x:.1f}, {y:.1f}) are no degrees; add its "
            ".prj or set it with --crs EPSG:NNNN"
        )
    place = _place(case, _system(case.file, named))
    seen = f"that puts them at longitude {place[0]:.3f}, latitude {place[1]:.3f}" if place else "that puts them nowhere"
    area = case.hints.area
    where = f"; the district lies at {area[0]:.2f}..{area[2]:.2f}, {area[1]:.2f}..{area[3]:.2f}" if area else ""
    return (
        f"the file says its coordinates (about {x:.1f}, {y:.1f}) are {_name_of(named)}, but {seen}, where they cannot "
        f"be{where}; set the true one with --crs EPSG:NNNN"
    )
