"""Vector tiles of a district: one PMTiles archive with every layer, written beside the old one and then put in its place.

GDAL cuts each layer by itself; a tile of the archive is the tiles of its layers one after the other, which is what a
vector tile with several layers is (Mapbox Vector Tile 2.1: a tile is a list of layers).
"""

import fcntl
import gzip
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pmtiles import tile as pm
from pmtiles.reader import MmapSource, Reader
from pmtiles.writer import Writer
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from maps import stores, tracts

Progress = Callable[[float, str], None]
Rows = Iterator[dict[str, Any]]

NAME = "district.pmtiles"
# Without these two limits GDAL thins the low zooms and only warns.
LARGEST_TILE_BYTES = 2_000_000
MOST_FEATURES = 200_000
# A grid of a tenth of a metre at the latitudes of the United States: one pixel on the largest scale that is drawn.
FINEST = 16

_OF_OLD = ("parcels.pmtiles", "lots.pmtiles", "streets.pmtiles", "water.pmtiles")
"""One file a layer, as earlier versions wrote them."""
_BIG_STREETS = ("arterial", "ramp")
_HOUSE_NUMBER = re.compile(r"\s*(\d+[A-Z]?(?:\s+1/2)?)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A finished archive: its file, size, and how many features each layer holds."""

    path: Path
    size_bytes: int
    features: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class _Piece:
    # One layer over some zooms. A layer may come in pieces that hold more rows the closer one looks.
    layer: str
    rows: Callable[[Session, int], Rows]
    min_zoom: int
    max_zoom: int = FINEST


def build(
    session: Session, *, district: stores.District, out_dir: Path, progress: Progress | None = None
) -> Archive | None:
    """Write `district.pmtiles` into `out_dir`; None (and no file) where the district has nothing to draw.

    Layers and their properties: parcels id, number, address; parcel_labels number; lots and tracts id, label;
    streets id, name, class, oneway, signal; addresses number; mains id, label, diameter_in; hydrants id, label, status,
    colour; valves id, label, status. A reader of the old file never sees half a new one; two builds wait for each other.
    """
    tell = progress or _silent
    out_dir.mkdir(parents=True, exist_ok=True)
    features: dict[str, int] = {}
    with _alone(out_dir), tempfile.TemporaryDirectory(dir=out_dir, prefix=".tiles-") as name:
        folder = Path(name)
        cut: list[tuple[_Piece, Path]] = []
        for at, piece in enumerate(_PIECES):
            tell(0.9 * at / len(_PIECES), piece.layer)
            rows = list(piece.rows(session, district.id))
            if rows:
                features[piece.layer] = max(features.get(piece.layer, 0), len(rows))
                cut.append((piece, _cut(rows, piece=piece, file=folder / f"{at}.pmtiles")))
        tell(0.9, "archive")
        target = out_dir / NAME
        if cut:
            fresh = folder / NAME
            _join(cut, fresh)
            os.replace(fresh, target)  # noqa: PTH105
        else:
            target.unlink(missing_ok=True)
    for old in _OF_OLD:
        (out_dir / old).unlink(missing_ok=True)
    tell(1.0, "archive")
    return Archive(path=target, size_bytes=target.stat().st_size, features=features) if cut else None


def _silent(_share: float, _stage: str) -> None:
    pass


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    # The one who began later saw the newer rows, and is the one whose file stays.
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cut(rows: list[dict[str, Any]], *, piece: _Piece, file: Path) -> Path:
    # Loaded by whoever draws a map; the desk, which only knows where it lies, does without.
    import geopandas
    import pyogrio

    frame = geopandas.GeoDataFrame(rows, geometry="shape", crs="EPSG:4326")
    pyogrio.write_dataframe(
        frame,
        file,
        driver="PMTiles",
        layer=piece.layer,
        dataset_options={
            "MINZOOM": str(piece.min_zoom),
            "MAXZOOM": str(piece.max_zoom),
            "MAX_SIZE": str(LARGEST_TILE_BYTES),
            "MAX_FEATURES": str(MOST_FEATURES),
        },
    )
    return file


def _join(cut: Sequence[tuple[_Piece, Path]], target: Path) -> None:
    """Write one archive whose tiles hold the layers of all."""
    sources = []
    try:
        for _, file in cut:
            stream = file.open("rb")
            get = MmapSource(stream)
            header = Reader(get).header()
            sources.append((stream, get, header, _entries(get, header)))
        with target.open("wb") as out:
            writer = Writer(out)
            for tile_id in sorted(set().union(*(entries for _, _, _, entries in sources))):
                data = b"".join(
                    gzip.decompress(get(header["tile_data_offset"] + at[0], at[1]))
                    for _, get, header, entries in sources
                    if (at := entries.get(tile_id)) is not None
                )
                writer.write_tile(tile_id, gzip.compress(data, 6, mtime=0))
            writer.finalize(_header([header for _, _, header, _ in sources]), _described(cut))
    finally:
        for stream, *_ in sources:
            stream.close()


def _entries(get: Callable[[int, int], bytes], header: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """Tile id -> (offset, length) of every tile of an archive."""
    found: dict[int, tuple[int, int]] = {}
    left = [(header["root_offset"], header["root_length"])]
    while left:
        offset, length = left.pop()
        for entry in pm.deserialize_directory(get(offset, length)):
            if entry.run_length == 0:
                left.append((header["leaf_directory_offset"] + entry.offset, entry.length))
            for tile_id in range(entry.tile_id, entry.tile_id + entry.run_length):
                found[tile_id] = (entry.offset, entry.length)
    return found


def _header(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    west, south = (min(part[key] for part in parts) for key in ("min_lon_e7", "min_lat_e7"))
    east, north = (max(part[key] for part in parts) for key in ("max_lon_e7", "max_lat_e7"))
    return {
        "version": 3,
        "tile_type": pm.TileType.MVT,
        "tile_compression": pm.Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 14,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _described(cut: Sequence[tuple[_Piece, Path]]) -> dict[str, Any]:
    zooms: dict[str, tuple[int, int]] = {}
    for piece, _ in cut:
        low, high = zooms.get(piece.layer, (piece.min_zoom, piece.max_zoom))
        zooms[piece.layer] = (min(low, piece.min_zoom), max(high, piece.max_zoom))
    return {
        "name": "Curbstop district",
        "type": "baselayer",
        "vector_layers": [
            {"id": name, "fields": {}, "minzoom": low, "maxzoom": high} for name, (low, high) in zooms.items()
        ],
    }


def _parcels(session: Session, district_id: int) -> Rows:
    for parcel_id, number, address, shape in _land(session, district_id):
        yield {"id": parcel_id, "number": number, "address": address or "", "shape": shape}


def _parcel_labels(session: Session, district_id: int) -> Rows:
    rows = _land(session, district_id)
    for (_, number, _, _), place in zip(rows, shapely.point_on_surface([row[3] for row in rows]), strict=True):
        yield {"number": number, "shape": place}


def _land(session: Session, district_id: int) -> Sequence[Any]:
    parcel = stores.Parcel
    statement = (
        select(parcel.id, parcel.number_canonical, parcel.situs_address, parcel.shape)
        .where(parcel.district_id == district_id, parcel.retired_on.is_(None))
        .order_by(parcel.id)
    )
    # Some sources give a point where they know no more: there is nothing to draw.
    return [row for row in session.execute(statement) if row[3].geom_type in ("Polygon", "MultiPolygon")]


def _addresses(session: Session, district_id: int) -> Rows:
    """A number a house: its units stand on one place. Where no list of addresses says it, the parcel's own."""
    address, parcel = stores.Address, stores.Parcel
    listed = (
        select(address.number, address.number_suffix, address.lon, address.lat, address.parcel_id)
        .where(address.district_id == district_id, address.number.is_not(None), address.lon.is_not(None))
        .order_by(address.id)
    )
    told: set[tuple[str, float, float]] = set()
    housed: set[int | None] = set()
    for number, suffix, lon, lat, parcel_id in session.execute(listed):
        assert lon is not None
        assert lat is not None
        label = f"{number} {suffix}" if suffix else str(number)
        place = (label, round(lon, 5), round(lat, 5))
        housed.add(parcel_id)
        if place not in told:
            told.add(place)
            yield {"number": label, "shape": shapely.Point(lon, lat)}
    bare = (
        select(parcel.id, parcel.situs_address, parcel.shape)
        .where(parcel.district_id == district_id, parcel.retired_on.is_(None), parcel.situs_address.is_not(None))
        .order_by(parcel.id)
    )
    for parcel_id, situs, shape in session.execute(bare):
        if (
            parcel_id not in housed
            and (found := _HOUSE_NUMBER.match(situs or ""))
            and int(re.sub(r"\D.*", "", found[1]))
        ):
            yield {"number": found[1].upper(), "shape": shape.representative_point()}


def _tracts(session: Session, district_id: int) -> Rows:
    tract = stores.TractMap
    outlines = select(tract).where(tract.district_id == district_id, tract.shape.is_not(None)).order_by(tract.id)
    for row in session.scalars(outlines):
        label = f"Tract {row.tract_no}" if row.tract_no[:1].isdigit() else row.name
        yield {"id": row.id, "label": label, "shape": row.shape}


def _lots(session: Session, district_id: int) -> Rows:
    tract = stores.TractMap
    lots = (
        select(stores.Lot, tract)
        .join(tract, tract.id == stores.Lot.tract_id)
        .where(tract.district_id == district_id, stores.Lot.shape.is_not(None))
        .order_by(stores.Lot.id)
    )
    for lot, its_tract in session.execute(lots):
        yield {"id": lot.id, "label": tracts.lot_label(tract=its_tract, lot=lot), "shape": lot.shape}


def _big_streets(session: Session, district_id: int) -> Rows:
    return _street_rows(session, district_id, stores.Street.street_class.in_(_BIG_STREETS))


def _through_streets(session: Session, district_id: int) -> Rows:
    return _street_rows(session, district_id, stores.Street.street_class.in_((*_BIG_STREETS, "collector")))


def _streets(session: Session, district_id: int) -> Rows:
    return _street_rows(session, district_id)


def _street_rows(session: Session, district_id: int, *which: ColumnElement[bool]) -> Rows:
    street = stores.Street
    statement = (
        select(street.id, street.name, street.street_class, street.oneway, street.signal, street.shape)
        .where(street.district_id == district_id, *which)
        .order_by(street.id)
    )
    for street_id, name, street_class, oneway, signal, shape in session.execute(statement):
        yield {
            "id": street_id, "name": name, "class": street_class, "oneway": oneway, "signal": int(signal), "shape": shape,
        }  # fmt: skip


def _mains(session: Session, district_id: int) -> Rows:
    main = stores.WaterMain
    for row in session.scalars(select(main).where(main.district_id == district_id).order_by(main.id)):
        label = f"{row.diameter_in:g} in {row.material or ''}".strip() if row.diameter_in else (row.material or "")
        yield {"id": row.id, "label": label, "diameter_in": row.diameter_in or 0.0, "shape": row.shape}


def _hydrants(session: Session, district_id: int) -> Rows:
    table = stores.Hydrant
    statement = select(table).where(table.district_id == district_id, table.status != "retired").order_by(table.id)
    for row in session.scalars(statement):
        yield {
            "id": row.id, "label": row.hydrant_no, "status": row.status, "colour": row.colour or "",
            "shape": shapely.Point(row.lon, row.lat),
        }  # fmt: skip


def _valves(session: Session, district_id: int) -> Rows:
    table = stores.Valve
    statement = select(table).where(table.district_id == district_id, table.status != "retired").order_by(table.id)
    for row in session.scalars(statement):
        yield {"id": row.id, "label": row.valve_no, "status": row.status, "shape": shapely.Point(row.lon, row.lat)}


_PIECES: tuple[_Piece, ...] = (
    _Piece(layer="streets", rows=_big_streets, min_zoom=9, max_zoom=10),
    _Piece(layer="streets", rows=_through_streets, min_zoom=11, max_zoom=11),
    _Piece(layer="streets", rows=_streets, min_zoom=12),
    _Piece(layer="parcels", rows=_parcels, min_zoom=14),
    _Piece(layer="parcel_labels", rows=_parcel_labels, min_zoom=16),
    _Piece(layer="tracts", rows=_tracts, min_zoom=13),
    _Piece(layer="lots", rows=_lots, min_zoom=15),
    _Piece(layer="addresses", rows=_addresses, min_zoom=16),
    _Piece(layer="mains", rows=_mains, min_zoom=13),
    _Piece(layer="valves", rows=_valves, min_zoom=15),
    _Piece(layer="hydrants", rows=_hydrants, min_zoom=14),
)
