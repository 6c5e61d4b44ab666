"""Text tables (CSV, tab-separated, gzipped): the place of a row is in columns of degrees, of a plane, or in WKT."""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps.sources import placing
from maps.sources.columns import LayerColumns, joined, match_columns
from maps.sources.reading import Found, Hints, SourceFileError, SourceRow

csv.field_size_limit(200_000_000)  # a multipolygon written out in a cell

LON_LAT = (
    ("lon", "lat"), ("longitude", "latitude"), ("long", "lat"), ("lng", "lat"), ("x_lon", "y_lat"),
    ("intptlon", "intptlat"), ("centroid_lon", "centroid_lat"), ("x", "y"), ("point_x", "point_y"),
    ("xcoord", "ycoord"), ("x_coord", "y_coord"), ("easting", "northing"), ("longitude_x", "latitude_y"),
)  # fmt: skip
WKT = ("wkt", "the_geom", "geometry", "geom", "shape_wkt", "wkt_geom", "shape")
_WKT_STARTS = ("POINT", "POLYGON", "MULTI", "LINESTRING", "SRID=", "GEOMETRYCOLLECTION")


def read_table(file: Path, columns: LayerColumns, hints: Hints) -> Found:
    """The rows of a text table on disk."""
    try:
        data = gzip.decompress(file.read_bytes()) if file.name.lower().endswith(".gz") else file.read_bytes()
    except (OSError, EOFError, zlib.error) as broken:
        raise SourceFileError(file=file, problem=f"the compressed file is damaged ({broken}); fetch it again") from None
    return read_bytes(file, data, columns, hints)


def read_bytes(file: Path, data: bytes, columns: LayerColumns, hints: Hints) -> Found:
    """The rows of a text table's bytes; `file` is only named in messages."""
    text = _decoded(file, data, hints.encoding)
    if "\0" in text[:4096]:
        raise SourceFileError(file=file, problem="this is not a text file of rows and columns")
    first = text[: text.find("\n")] if "\n" in text else text
    mark = max((",", ";", "\t", "|"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    found = Found()
    cells_of: list[list[str]] = []
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        named = match_columns(file, columns, headings)
        places = {name: [headings.index(named[column]) for column in wanted] for name, wanted in columns.fields.items()}
        wanted_rows = [cells for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as bad:
        raise SourceFileError(file=file, problem=f"line {reader.line_num} cannot be read as CSV ({bad})") from None
    wkt, pair = _where(columns, headings, named, wanted_rows)
    for number, cells in enumerate(wanted_rows, start=1):
        values = {
            name: joined(name, [cells[place] if place < len(cells) else "" for place in wanted])
            for name, wanted in places.items()
        }
        found.rows.append(SourceRow(number, values, None))
        cells_of.append(cells)
    if wkt is not None or pair is not None:
        found.has_shapes = True
        shapes = np.array([_shape(cells, wkt, pair) for cells in cells_of], dtype=object)
        placed = placing.to_degrees(
            file=file, shapes=shapes, named=None, hints=hints, degrees_expected=pair is not None
        )
        found.notes.extend(placed.notes)
        found.corrected = placed.corrected
        found.rows = [
            SourceRow(row.row, row.values, shape) for row, shape in zip(found.rows, placed.shapes, strict=True)
        ]
    return found


def _decoded(file: Path, data: bytes, encoding: str | None) -> str:
    if encoding is None and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        return data.decode(encoding or "utf-8-sig")
    except LookupError:
        raise SourceFileError(file=file, problem=f"there is no text encoding '{encoding}'") from None
    except UnicodeDecodeError as bad:
        line = data[: bad.start].count(b"\n") + 1
        named = "UTF-8" if encoding is None else encoding
        raise SourceFileError(
            file=file,
            problem=f"line {line} is not {named} text (byte {data[bad.start]:#04x}); save the file as CSV in UTF-8, or "
            "name its encoding (--encoding cp1252)",
        ) from None


def _where(
    columns: LayerColumns, headings: Sequence[str], named: dict[str, str], rows: Sequence[Sequence[str]]
) -> tuple[int | None, tuple[int, int] | None]:
    """Which cells hold the shape: (a WKT cell, None) or (None, a pair of coordinate cells)."""
    given = {name: headings.index(named[wanted[0]]) for name, wanted in columns.fields.items() if wanted}
    if "wkt" in given:
        return given["wkt"], None
    if "lon" in given and "lat" in given:
        return None, (given["lon"], given["lat"])
    lower = [heading.lower().strip() for heading in headings]
    for name in WKT:
        if name in lower and _holds_wkt([row[lower.index(name)] for row in rows[:50] if lower.index(name) < len(row)]):
            return lower.index(name), None
    for lon, lat in LON_LAT:
        if lon in lower and lat in lower:
            return None, (lower.index(lon), lower.index(lat))
    return None, None


def _holds_wkt(cells: Sequence[str]) -> bool:
    said = [cell for cell in cells if cell.strip()]
    return bool(said) and all(cell.strip().upper().startswith(_WKT_STARTS) for cell in said)


def _shape(cells: Sequence[str], wkt: int | None, pair: tuple[int, int] | None) -> BaseGeometry | None:
    if wkt is not None:
        text = cells[wkt].strip() if wkt < len(cells) else ""
        text = text.partition(";")[2] if text.upper().startswith("SRID=") else text
        try:
            return shapely.from_wkt(text) if text else None
        except shapely.errors.ShapelyError:
            return None  # that row has no shape, and is named so
    if pair is None or max(pair) >= len(cells):
        return None
    try:
        x, y = float(cells[pair[0]].replace(",", "")), float(cells[pair[1]].replace(",", ""))
    except ValueError:
        return None
    return shapely.Point(x, y) if np.isfinite([x, y]).all() else None
