"""Reads a county file whole: rows of text values with a shape in EPSG:4326, or one clear error and nothing."""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from maps.sources.columns import LayerColumns

Bounds = tuple[float, float, float, float]
"""min_lon, min_lat, max_lon, max_lat in degrees."""

TABLES = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".tsv.gz")
MAPS_INSIDE = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".gml", ".sqlite")


class SourceFileError(ValueError):
    """A file that cannot be taken at all; the message names the file, what is wrong and what to do."""

    def __init__(self, *, file: Path, problem: str) -> None:
        super().__init__(f"{file.name}: {problem}")
        self.file = file
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Row number from 1 (headings not counted), our fields as text (None where blank), the shape if there is one."""

    row: int
    values: Mapping[str, str | None]
    shape: BaseGeometry | None


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A file that was read. `notes` say what was assumed of the file as a whole, in words; `corrected` is the
    coordinate system its rows were read in where that is another one than the file names."""

    file: Path
    sha256: str
    rows: Sequence[SourceRow]
    has_shapes: bool
    notes: tuple[str, ...] = ()
    corrected: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What is known of a file besides itself. `area`: where the district lies. `crs`: the coordinate system, told by a
    person. `encoding`: of a text table."""

    area: Bounds | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass
class Found:
    """What a reader has made of a file so far."""

    rows: list[SourceRow] = field(default_factory=list)
    has_shapes: bool = False
    notes: list[str] = field(default_factory=list)
    corrected: str | None = None


def read(file: Path, columns: LayerColumns, *, hints: Hints | None = None) -> SourceTable:
    """Reads GeoPackage, GeoJSON, Shapefile, FileGDB, FlatGeobuf (each also zipped), CSV (also .gz) and OSM PBF.

    Raises SourceFileError when the file is missing, damaged, lacks a column or has coordinates nobody can place.
    """
    # Read late: GDAL and osmium take a second to load and many commands never need them.
    from maps.sources import features, osm, tables

    hints = hints or Hints()
    if not file.exists():
        raise SourceFileError(file=file, problem=f"there is no such file at {file}")
    if file.is_file() and file.stat().st_size == 0:
        raise SourceFileError(file=file, problem="the file is empty")
    name = file.name.lower()
    if name.endswith(".pbf"):
        found = osm.read_streets(file, columns)
    elif name.endswith(".zip"):
        found = _read_zip(file, columns, hints)
    elif name.endswith(TABLES):
        found = tables.read_table(file, columns, hints)
    else:
        found = features.read_features(file, columns, hints)
    return SourceTable(
        file=file, sha256=checksum(file), rows=found.rows, has_shapes=found.has_shapes, notes=tuple(found.notes),
        corrected=found.corrected,
    )  # fmt: skip


def checksum(file: Path) -> str:
    """SHA-256 of the file; of a folder (FileGDB), of its files in order of name."""
    digest = hashlib.sha256()
    for part in sorted(file.iterdir()) if file.is_dir() else [file]:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _read_zip(file: Path, columns: LayerColumns, hints: Hints) -> Found:
    from maps.sources import features, tables

    try:
        with zipfile.ZipFile(file) as archive:
            damaged = archive.testzip()
            inside = [name for name in archive.namelist() if "__MACOSX" not in name]
    except (zipfile.BadZipFile, OSError, EOFError) as broken:
        raise SourceFileError(file=file, problem=f"the zip is damaged ({broken}); fetch it again") from None
    except (RuntimeError, NotImplementedError) as locked:
        raise SourceFileError(
            file=file, problem=f"the zip cannot be opened ({locked}); pack it anew without a password"
        ) from None
    if damaged is not None:
        raise SourceFileError(file=file, problem=f"the zip is damaged at {damaged}; fetch it again")
    maps = sorted(name for name in inside if name.lower().endswith(MAPS_INSIDE))
    bases = sorted({name.split(".gdb/")[0] + ".gdb" for name in inside if ".gdb/" in name})
    texts = sorted(name for name in inside if name.lower().endswith(TABLES))
    chosen = _choose(file, maps or bases or texts, columns.source_layer, inside)
    if chosen in texts and not maps and not bases:
        with zipfile.ZipFile(file) as archive:
            return tables.read_bytes(file, archive.read(chosen), columns, hints)
    # A FileGDB's or GeoPackage's layer has its own name; a shapefile's is the file's, and choosing it was enough.
    layer = columns.source_layer if chosen.lower().endswith((".gdb", ".gpkg", ".sqlite", ".kml", ".gml")) else None
    return features.read_features(file, columns, hints, path=f"/vsizip/{file.resolve()}/{chosen}", layer=layer)


def _choose(file: Path, candidates: list[str], layer: str | None, inside: list[str]) -> str:
    if not candidates:
        shown = ", ".join(inside[:8]) or "nothing"
        raise SourceFileError(
            file=file,
            problem=f"the zip holds no .shp, .gdb, .gpkg, .geojson, .fgb or .csv; it holds: {shown}",
        )
    named = [name for name in candidates if layer and Path(name).stem.lower() == layer.lower()]
    if len(named) == 1:
        return named[0]
    if len(candidates) > 1:
        raise SourceFileError(
            file=file,
            problem=f"the zip holds several maps ({', '.join(candidates[:8])}); name one with --source-layer",
        )
    return candidates[0]
