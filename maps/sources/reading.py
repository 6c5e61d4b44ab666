"""Reads a county file whole: rows of text values with a shape in EPSG:4326, or one clear error and nothing."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry

from maps.sources.columns import LayerColumns

csv.field_size_limit(1_000_000)


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
    """A file that was read."""

    file: Path
    sha256: str
    rows: Sequence[SourceRow]
    has_shapes: bool


def read(file: Path, columns: LayerColumns) -> SourceTable:
    """Reads GeoPackage, GeoJSON, Shapefile (also zipped), FlatGeobuf, FileGDB, CSV and CSV.gz.

    Raises SourceFileError when the file is missing, damaged, lacks a column or has coordinates nobody can place.
    """
    if not file.exists():
        raise SourceFileError(file=file, problem=f"there is no such file at {file}")
    if file.is_file() and file.stat().st_size == 0:
        raise SourceFileError(file=file, problem="the file is empty")
    name = file.name.lower()
    if name.endswith((".csv", ".csv.gz", ".txt", ".txt.gz")):
        return _read_csv(file, columns)
    return _read_shapes(file, columns)


def checksum(file: Path) -> str:
    """SHA-256 of the file; of a folder (FileGDB), of its files in order of name."""
    digest = hashlib.sha256()
    for part in sorted(file.iterdir()) if file.is_dir() else [file]:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _read_csv(file: Path, columns: LayerColumns) -> SourceTable:
    try:
        data = gzip.decompress(file.read_bytes()) if file.name.lower().endswith(".gz") else file.read_bytes()
    except (OSError, EOFError, zlib.error) as broken:
        raise SourceFileError(file=file, problem=f"the compressed file is damaged ({broken}); fetch it again") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = data[: bad.start].count(b"\n") + 1
        raise SourceFileError(
            file=file, problem=f"line {line} is not UTF-8 text; save the file as CSV in UTF-8"
        ) from None
    if "\0" in text[:4096]:
        raise SourceFileError(file=file, problem="this is not a text file of rows and columns")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        _check_columns(file, columns, headings)
        places = {name: [headings.index(column) for column in wanted] for name, wanted in columns.fields.items()}
        at = _coordinate_columns(headings)
        rows: list[SourceRow] = []
        for number, cells in enumerate((cells for cells in reader if cells), start=1):
            values = {
                name: _joined([cells[place] if place < len(cells) else "" for place in wanted])
                for name, wanted in places.items()
            }
            rows.append(SourceRow(number, values, _point(cells, at)))
    except csv.Error as bad:
        raise SourceFileError(file=file, problem=f"line {reader.line_num} cannot be read as CSV ({bad})") from None
    return SourceTable(file=file, sha256=checksum(file), rows=rows, has_shapes=at is not None)


def _coordinate_columns(headings: Sequence[str]) -> tuple[int, int] | None:
    lower = [heading.lower() for heading in headings]
    for lon, lat in (("lon", "lat"), ("longitude", "latitude"), ("long", "lat")):
        if lon in lower and lat in lower:
            return lower.index(lon), lower.index(lat)
    return None


def _point(cells: Sequence[str], at: tuple[int, int] | None) -> BaseGeometry | None:
    if at is None or max(at) >= len(cells):
        return None
    try:
        return shapely.Point(float(cells[at[0]]), float(cells[at[1]]))
    except ValueError:
        return None


def _read_shapes(file: Path, columns: LayerColumns) -> SourceTable:
    try:
        info = pyogrio.read_info(file, layer=columns.source_layer)
        _check_columns(file, columns, [str(name) for name in info["fields"]])
        meta, _, wkb, cells = pyogrio.raw.read(
            file, layer=columns.source_layer, columns=list(columns.named()), force_2d=True
        )
    except DataLayerError as wrong:
        raise SourceFileError(
            file=file, problem=f"layer '{columns.source_layer}' is not in the file ({wrong})"
        ) from None
    except (DataSourceError, pyogrio.errors.FeatureError, UnicodeDecodeError) as broken:
        first = str(broken).splitlines()[0] if str(broken) else "damaged"
        raise SourceFileError(file=file, problem=f"the file cannot be read as map data ({first})") from None
    shapes = _shapes(file, wkb, meta.get("crs"))
    order = [str(name) for name in meta["fields"]]
    texts = {name: [_text(value) for value in cells[order.index(name)]] for name in columns.named()}
    count = len(shapes) if shapes is not None else len(next(iter(texts.values()), []))
    rows = [
        SourceRow(
            at + 1,
            {name: _joined([texts[column][at] or "" for column in wanted]) for name, wanted in columns.fields.items()},
            shapes[at] if shapes is not None else None,
        )
        for at in range(count)
    ]
    return SourceTable(file=file, sha256=checksum(file), rows=rows, has_shapes=shapes is not None)


def _shapes(file: Path, wkb: Any, crs: str | None) -> list[BaseGeometry | None] | None:
    if wkb is None:
        return None
    # A damaged geometry is that row's problem (no shape), not the file's.
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    if crs and pyproj.CRS.from_user_input(crs) != pyproj.CRS.from_epsg(4326):
        turn = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
    bounds = shapely.total_bounds(shapes)
    if crs is None and np.isfinite(bounds).all() and (np.abs(bounds) > (180.0, 90.0, 180.0, 90.0)).any():
        raise SourceFileError(
            file=file,
            problem="the file names no coordinate system and its coordinates are no degrees; add its .prj or set a CRS",
        )
    return list(shapes)


def _check_columns(file: Path, columns: LayerColumns, present: Sequence[str]) -> None:
    missing = [column for column in columns.named() if column not in present]
    if missing:
        shown = ", ".join(present[:40]) or "none"
        raise SourceFileError(
            file=file, problem=f"no column {', '.join(missing)} for layer {columns.layer}; the file has: {shown}"
        )


def _joined(values: Sequence[str]) -> str | None:
    text = " ".join(" ".join(values).split())
    return text or None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    return str(value)
