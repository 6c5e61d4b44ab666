"""Streets of an OpenStreetMap extract (.osm.pbf), cut where ways meet."""

from collections import Counter
from pathlib import Path

import shapely

from maps.sources.columns import LayerColumns
from maps.sources.reading import Found, SourceFileError, SourceRow

CLASSES = {
    "motorway": "arterial", "trunk": "arterial", "primary": "arterial", "secondary": "arterial",
    "tertiary": "collector", "unclassified": "local", "residential": "local", "living_street": "local",
    "service": "alley", "road": "local", "track": "alley",
}  # fmt: skip
_LINKS = {f"{name}_link": "ramp" for name in ("motorway", "trunk", "primary", "secondary", "tertiary")}
_CLOSED = frozenset({"no", "private"})
KMH_PER_MPH = 1.609344


def read_streets(file: Path, columns: LayerColumns) -> Found:
    """Drivable ways as rows of the streets layer: name, class, oneway (1, -1, 0), speed_mph, from_node and to_node
    (numbered from 1 within the file). A way crossing others becomes several rows, one between each two crossings."""
    import osmium

    if columns.layer != "streets":
        raise SourceFileError(file=file, problem=f"an OpenStreetMap extract gives streets, not {columns.layer}")
    ways: list[tuple[dict[str, str | None], list[int], list[tuple[float, float]]]] = []
    uses: Counter[int] = Counter()
    try:
        for way in osmium.FileProcessor(str(file), osmium.osm.NODE | osmium.osm.WAY).with_locations():
            if not isinstance(way, osmium.osm.Way):
                continue
            values = _values(dict(way.tags))
            if values is None:
                continue
            known = [(node.ref, (node.lon, node.lat)) for node in way.nodes if node.location.valid()]
            if len(known) < 2:
                continue
            nodes = [ref for ref, _ in known]
            uses.update(nodes)
            uses.update((nodes[0], nodes[-1]))
            ways.append((values, nodes, [place for _, place in known]))
    except RuntimeError as broken:
        raise SourceFileError(file=file, problem=f"the extract cannot be read ({broken}); fetch it again") from None
    if not ways:
        raise SourceFileError(file=file, problem="the extract holds no drivable street")
    found = Found(has_shapes=True)
    numbers: dict[int, int] = {}
    for values, nodes, places in ways:
        start = 0
        for at in range(1, len(nodes)):
            if uses[nodes[at]] < 2:
                continue
            ends = {
                "from_node": str(numbers.setdefault(nodes[start], len(numbers) + 1)),
                "to_node": str(numbers.setdefault(nodes[at], len(numbers) + 1)),
            }
            line = shapely.LineString(places[start : at + 1])
            found.rows.append(SourceRow(len(found.rows) + 1, {**values, **ends}, line))
            start = at
    found.notes.append(f"{len(ways)} drivable ways, cut at their crossings into {len(found.rows)} streets")
    return found


def _values(tags: dict[str, str]) -> dict[str, str | None] | None:
    kind = tags.get("highway", "")
    street_class = CLASSES.get(kind) or _LINKS.get(kind)
    if street_class is None or tags.get("access") in _CLOSED or tags.get("motor_vehicle") in _CLOSED:
        return None
    if tags.get("area") == "yes" or tags.get("service") in ("parking_aisle", "drive-through"):
        return None
    around = tags.get("junction") in ("roundabout", "circular")
    oneway = {"yes": "1", "true": "1", "1": "1", "-1": "-1", "reverse": "-1", "no": "0"}.get(tags.get("oneway", ""))
    if oneway is None:
        oneway = "1" if around or kind.startswith("motorway") else "0"
    return {
        "name": " ".join(tags["name"].split()) if tags.get("name") else None,
        "class": street_class,
        "oneway": oneway,
        "speed_mph": _mph(tags.get("maxspeed")),
    }


def _mph(text: str | None) -> str | None:
    number = (text or "").strip().lower().removesuffix("mph").removesuffix("km/h").strip()
    if not number.isdigit() or int(number) == 0:
        return None
    mph = int(number) if "mph" in (text or "").lower() else round(int(number) / KMH_PER_MPH)
    return str(mph)
