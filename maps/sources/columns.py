"""Which column of a source file holds which of our fields, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

# What each layer can take; the names marked True must be mapped.
FIELDS: Mapping[str, Mapping[str, bool]] = {
    "parcels": {"number": True, "address": False, "use": False},
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
    "mains": {"diameter_in": False, "material": False, "installed_year": False},
    "sheets": {"name": True},
}  # fmt: skip

# What the CLI and other tools may call a field besides its own name.
ALIASES = {"parcel_number": "number", "apn": "number", "hydrant_no": "number", "sheet": "name"}


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


def columns_of(layer: str, given: Mapping[str, str | list[str]]) -> LayerColumns:
    """Columns given by hand ({"parcel_number": "SSL"}); raises ValueError for fields the layer does not have."""
    return _layer(layer, {"columns": dict(given)})


def _layer(layer: str, table: Mapping[str, Any]) -> LayerColumns:
    if layer not in FIELDS:
        raise ValueError(f"no layer '{layer}'; there are: {', '.join(sorted(FIELDS))}")
    known = FIELDS[layer]
    fields: dict[str, tuple[str, ...]] = {}
    for name, columns in table["columns"].items():
        ours = name if name in known else ALIASES.get(name, name)
        if ours not in known:
            raise ValueError(f"layer {layer} has no field '{name}'; it takes: {', '.join(known)}")
        fields[ours] = (columns,) if isinstance(columns, str) else tuple(columns)
    missing = [name for name, required in known.items() if required and name not in fields]
    if missing:
        raise ValueError(f"layer {layer} needs a column for: {', '.join(missing)}")
    return LayerColumns(
        layer=layer,
        fields=fields,
        values=table.get("values", {}),
        file=table.get("file"),
        source_layer=table.get("source_layer"),
    )
