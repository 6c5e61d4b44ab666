"""Map files that GDAL opens: GeoPackage, Shapefile, FileGDB, GeoJSON, FlatGeobuf."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from maps.sources import placing
from maps.sources.columns import LayerColumns, joined, match_columns
from maps.sources.reading import Found, Hints, SourceFileError, SourceRow

LATITUDE = ("latitude", "lat", "y_lat", "intptlat")
LONGITUDE = ("longitude", "lon", "long", "lng", "x_lon", "intptlon")


def read_features(
    file: Path, columns: LayerColumns, hints: Hints, *, path: str | None = None, layer: str | None = None
) -> Found:
    """The rows of a map file; `path` is where GDAL finds it inside a zip, `layer` the layer there."""
    where: Any = path or file
    layer = layer if path else columns.source_layer
    if file.suffix.lower() == ".shp" and not file.with_suffix(".dbf").exists():
        raise SourceFileError(file=file, problem="its .dbf is missing, so no row has a number; add it beside the .shp")
    with warnings.catch_warnings():
        # GDAL remarks on odd cells and missing fields; what matters of that is said row by row here.
        warnings.simplefilter("ignore")
        try:
            if layer is None:
                layer = _only_layer(file, where)
            info = pyogrio.read_info(where, layer=layer)
            present = [str(name) for name in info["fields"]]
            named = match_columns(file, columns, present)
            own = _own_degrees(present)
            wanted = list(dict.fromkeys([*named.values(), *(own or ())]))
            meta, _, wkb, cells = pyogrio.raw.read(where, layer=layer, columns=wanted, force_2d=True)
        except DataLayerError as wrong:
            raise SourceFileError(
                file=file, problem=f"layer '{layer}' is not in the file ({_first_line(wrong)})"
            ) from None
        except (DataSourceError, FeatureError, FieldError, UnicodeDecodeError, RuntimeError) as broken:
            raise SourceFileError(
                file=file, problem=f"the file cannot be read as map data ({_first_line(broken)})"
            ) from None
    order = [str(name) for name in meta["fields"]]
    texts = {name: [_text(value) for value in cells[order.index(name)]] for name in wanted}
    found = Found(has_shapes=wkb is not None)
    count = len(wkb) if wkb is not None else len(next(iter(texts.values()), []))
    shapes: Any = [None] * count
    if wkb is not None:
        # A damaged geometry is that row's problem (no shape), not the file's.
        placed = placing.to_degrees(
            file=file,
            shapes=shapely.from_wkb(wkb, on_invalid="ignore"),
            named=meta.get("crs"),
            hints=hints,
            beside=_beside(own, texts),
            degrees_expected=file.suffix.lower() in (".geojson", ".json"),
        )
        shapes = placed.shapes
        found.notes.extend(placed.notes)
        found.corrected = placed.corrected
    found.rows = [
        SourceRow(
            at + 1,
            {
                name: joined(name, [texts[named[column]][at] or "" for column in wanted_columns])
                for name, wanted_columns in columns.fields.items()
            },
            shapes[at],
        )
        for at in range(count)
    ]
    return found


def _only_layer(file: Path, where: Any) -> str | None:
    """The first layer that has shapes; refuses where several have."""
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(where)]
    shaped = [name for name, kind in listed if kind is not None]
    if len(shaped) > 1:
        raise SourceFileError(
            file=file, problem=f"the file holds several layers ({', '.join(shaped[:12])}); name one with --source-layer"
        )
    return shaped[0] if shaped else (listed[0][0] if listed else None)


def _own_degrees(present: list[str]) -> tuple[str, str] | None:
    """The columns in which the rows tell their longitude and latitude besides their shape."""
    lower = {name.lower(): name for name in present}
    lon = next((lower[name] for name in LONGITUDE if name in lower), None)
    lat = next((lower[name] for name in LATITUDE if name in lower), None)
    return (lon, lat) if lon and lat else None


def _beside(own: tuple[str, str] | None, texts: dict[str, list[str | None]]) -> Any:
    if own is None:
        return None
    return np.array([[_number(lon), _number(lat)] for lon, lat in zip(texts[own[0]], texts[own[1]], strict=True)])


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else "damaged"


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
