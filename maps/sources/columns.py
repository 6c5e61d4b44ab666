"""Which column of a source file holds which of our fields, as data."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

# What each layer can take; the names marked True must be mapped.
FIELDS: Mapping[str, Mapping[str, bool]] = {
    "parcels": {
        "number": True, "other_number": False, "address": False, "city": False, "zip": False, "use": False,
        "legal": False, "subdivision": False, "block": False, "lot": False,
    },
    "tax_roll": {"number": True, "address": False, "use": False},
    "addresses": {
        "full": False, "house": False, "house_suffix": False, "street": False, "street_suffix": False,
        "direction": False, "unit": False, "parcel": False, "place_name": False, "city": False, "zip": False,
    },
    "streets": {
        "name": True, "from_node": False, "to_node": False, "oneway": False, "class": False, "speed_mph": False,
        "left_from": False, "left_to": False, "right_from": False, "right_to": False,
    },
    "intersections": {"node": True, "name": True},
    "hydrants": {"number": True, "status": False, "colour": False, "flow_gpm": False, "note": False},
    "valves": {"number": True, "status": False, "kind": False, "size_in": False, "note": False},
    "mains": {"diameter_in": False, "material": False, "installed_year": False},
    "sheets": {"name": True, "note": False, "kind": False, "recorded": False, "subdivision": False},
    "surveys": {"name": True, "note": False, "kind": False, "recorded": False, "subdivision": False},
    "tracts": {"tract": True, "name": False, "book": False, "page": False, "recorded": False},
    "lots": {"tract": True, "lot": True, "block": False, "book": False, "page": False},
}  # fmt: skip

# Every layer of a text table may say which columns hold its place; maps need no such columns.
PLACE_FIELDS = ("lon", "lat", "wkt")

# What the CLI and other tools may call a field besides its own name.
ALIASES = {
    "parcel_number": "number", "apn": "number", "pin": "number", "parcel_id": "number", "parcel_no": "number",
    "hydrant_no": "number", "valve_no": "number", "sheet": "name", "survey": "name", "survey_id": "name", "tract_no": "tract",
    "map_book": "book", "map_page": "page", "recorded_on": "recorded", "comments": "note", "title": "note",
    "geo_id": "other_number", "prop_id": "other_number", "alternate_number": "other_number",
    "situs": "address", "situs_address": "address", "site_address": "address", "full_address": "full",
    "legal_description": "legal", "legal_desc": "legal", "land_use": "use", "zip_code": "zip", "x": "lon", "y": "lat",
    "longitude": "lon", "latitude": "lat", "geometry": "wkt",
}  # fmt: skip
_ADDRESS_LIST = {"address": "full", "situs": "full", "number": "house", "parcel_number": "parcel", "apn": "parcel"}
# Fields that are kept letter by letter as the source wrote them.
VERBATIM = frozenset({"number", "other_number"})


@dataclass(frozen=True, kw_only=True)
class LayerColumns:
    """The columns of one layer: our field to source columns (several are joined by a blank), and for some fields what
    the source's codes mean. `source_layer` names the layer inside a file that holds several."""

    layer: str
    fields: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file: str | None = None
    source_layer: str | None = None

    def named(self) -> tuple[str, ...]:
        """Every source column that is asked for."""
        return tuple(dict.fromkeys(column for columns in self.fields.values() for column in columns))


@dataclass(frozen=True, kw_only=True)
class SourceDescription:
    """One town's set of files: what it is, how its parcel numbers are written, and its layers in import order."""

    name: str
    title: str
    apn_format: str
    time_zone: str
    city: str | None
    layers: Mapping[str, LayerColumns]


def names() -> tuple[str, ...]:
    """The sources that are described."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def describe(name: str) -> SourceDescription:
    """The description of a source by its name; raises ValueError naming those that exist."""
    path = FOLDER / f"{name}.toml"
    if name not in names():
        raise ValueError(f"no description of a source '{name}'; there are: {', '.join(names())}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    layers = {layer: _layer(layer, table) for layer, table in data["layers"].items()}
    return SourceDescription(
        name=name,
        title=data["title"],
        apn_format=data["apn_format"],
        time_zone=data["time_zone"],
        city=data.get("city"),
        layers=layers,
    )


def columns_of(
    layer: str, given: Mapping[str, str | list[str]], *, file: str | None = None, source_layer: str | None = None
) -> LayerColumns:
    """Columns given by hand ({"parcel_number": "SSL"}); raises ValueError for fields the layer does not have.
    An OpenStreetMap extract needs none: give `file` as its name."""
    return _layer(layer, {"columns": dict(given), "file": file, "source_layer": source_layer})


def joined(field_name: str, values: Sequence[str]) -> str | None:
    """One text of a field's cells: blanks tidied, except where the source's own writing counts; None when blank."""
    if field_name in VERBATIM and len(values) == 1:
        return values[0] if values[0].strip() else None
    text = " ".join(" ".join(values).split())
    return text or None


def match_columns(file: Path, columns: LayerColumns, present: Sequence[str]) -> dict[str, str]:
    """The file's own column for every column that is asked for: written so, else in other case, else as a shapefile
    cuts it to ten letters. Raises SourceFileError naming what is missing and what there is."""
    lower: dict[str, str] = {}
    for name in present:
        lower.setdefault(name.lower(), name)
    found: dict[str, str] = {}
    for column in columns.named():
        match = column if column in present else lower.get(column.lower())
        if match is None and file.suffix.lower() in (".shp", ".zip"):
            match = lower.get(column.lower()[:10])
        if match is not None:
            found[column] = match
    missing = [column for column in columns.named() if column not in found]
    if missing:
        from maps.sources.reading import SourceFileError

        shown = ", ".join(present[:60]) or "none"
        raise SourceFileError(
            file=file, problem=f"no column {', '.join(missing)} for layer {columns.layer}; the file has: {shown}"
        )
    return found


def _layer(layer: str, table: Mapping[str, Any]) -> LayerColumns:
    if layer not in FIELDS:
        raise ValueError(f"no layer '{layer}'; there are: {', '.join(sorted(FIELDS))}")
    known = FIELDS[layer]
    fields: dict[str, tuple[str, ...]] = {}
    for name, columns in table.get("columns", {}).items():
        ours = _our_name(layer, name)
        if ours not in known and ours not in PLACE_FIELDS:
            raise ValueError(f"layer {layer} has no field '{name}'; it takes: {', '.join((*known, *PLACE_FIELDS))}")
        # Several columns make one field: a list, or joined by a plus sign on the command line.
        fields[ours] = tuple(columns.split("+")) if isinstance(columns, str) else tuple(columns)
    missing = [name for name, required in known.items() if required and name not in fields]
    if missing and not str(table.get("file", "")).endswith(".pbf"):
        raise ValueError(f"layer {layer} needs a column for: {', '.join(missing)}")
    return LayerColumns(
        layer=layer,
        fields=fields,
        values=table.get("values", {}),
        file=table.get("file"),
        source_layer=table.get("source_layer"),
    )


def _our_name(layer: str, name: str) -> str:
    plain = name.strip().lower()
    if plain in FIELDS[layer]:
        return plain
    if layer == "addresses" and plain in _ADDRESS_LIST:
        return _ADDRESS_LIST[plain]
    return ALIASES.get(plain, plain)
