"""Vector tiles of a district: one PMTiles file a layer, written beside the old one and then put in its place."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import stores, tracts

Progress = Callable[[float, str], None]

# Without these two limits GDAL thins the low zooms and only warns.
LARGEST_TILE_BYTES = 2_000_000
MOST_FEATURES = 200_000

# A column of floats keeps its type where no row has a value.
NO_DIAMETER = float("nan")


@dataclass(frozen=True, kw_only=True)
class TileFile:
    """One layer's file; the source layer inside has the same name."""

    layer: str
    path: Path
    features: int
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class _Layer:
    rows: Callable[[Session, int], Iterator[dict[str, Any]]]
    min_zoom: int
    max_zoom: int


def build(
    session: Session, *, district: stores.District, out_dir: Path, progress: Progress | None = None
) -> tuple[TileFile, ...]:
    """Writes parcels.pmtiles, lots.pmtiles, streets.pmtiles and water.pmtiles into `out_dir`.

    Properties: parcels id, number, address; lots kind (lot, tract), id, label; streets id, name, class, oneway, signal;
    water kind (main, hydrant), id, label, status, colour, diameter_in. A layer without rows gets no file, and an old
    one is taken away. A reader of the old file never sees half a new one.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[TileFile] = []
    for at, (name, layer) in enumerate(_LAYERS.items()):
        if progress is not None:
            progress(at / len(_LAYERS), f"tiles: {name}")
        target = out_dir / f"{name}.pmtiles"
        rows = list(layer.rows(session, district.id))
        if not rows:
            target.unlink(missing_ok=True)
            continue
        _write(rows, name=name, layer=layer, target=target)
        written.append(TileFile(layer=name, path=target, features=len(rows), size_bytes=target.stat().st_size))
    if progress is not None:
        progress(1.0, "tiles")
    return tuple(written)


def _write(rows: list[dict[str, Any]], *, name: str, layer: _Layer, target: Path) -> None:
    frame = geopandas.GeoDataFrame(rows, geometry="shape", crs="EPSG:4326")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tiles-") as folder:
        fresh = Path(folder) / f"{name}.pmtiles"
        pyogrio.write_dataframe(
            frame,
            fresh,
            driver="PMTiles",
            layer=name,
            dataset_options={
                "MINZOOM": str(layer.min_zoom),
                "MAXZOOM": str(layer.max_zoom),
                "MAX_SIZE": str(LARGEST_TILE_BYTES),
                "MAX_FEATURES": str(MOST_FEATURES),
            },
        )
        os.replace(fresh, target)  # noqa: PTH105


def _parcels(session: Session, district_id: int) -> Iterator[dict[str, Any]]:
    parcel = stores.Parcel
    statement = (
        select(parcel.id, parcel.number_canonical, parcel.situs_address, parcel.shape)
        .where(parcel.district_id == district_id, parcel.retired_on.is_(None))
        .order_by(parcel.id)
    )
    for parcel_id, number, address, shape in session.execute(statement):
        yield {"id": parcel_id, "number": number, "address": address or "", "shape": shape}


def _lots(session: Session, district_id: int) -> Iterator[dict[str, Any]]:
    tract = stores.TractMap
    outlines = select(tract).where(tract.district_id == district_id, tract.shape.is_not(None)).order_by(tract.id)
    for row in session.scalars(outlines):
        label = f"Tract {row.tract_no}" if row.tract_no[:1].isdigit() else row.name
        yield {"kind": "tract", "id": row.id, "label": label, "shape": row.shape}
    lots = (
        select(stores.Lot, tract)
        .join(tract, tract.id == stores.Lot.tract_id)
        .where(tract.district_id == district_id, stores.Lot.shape.is_not(None))
        .order_by(stores.Lot.id)
    )
    for lot, its_tract in session.execute(lots):
        yield {"kind": "lot", "id": lot.id, "label": tracts.lot_label(tract=its_tract, lot=lot), "shape": lot.shape}


def _streets(session: Session, district_id: int) -> Iterator[dict[str, Any]]:
    street = stores.Street
    statement = (
        select(street.id, street.name, street.street_class, street.oneway, street.signal, street.shape)
        .where(street.district_id == district_id)
        .order_by(street.id)
    )
    for street_id, name, street_class, oneway, signal, shape in session.execute(statement):
        yield {
            "id": street_id,
            "name": name,
            "class": street_class,
            "oneway": oneway,
            "signal": int(signal),
            "shape": shape,
        }


def _water(session: Session, district_id: int) -> Iterator[dict[str, Any]]:
    main, hydrant = stores.WaterMain, stores.Hydrant
    mains = select(main).where(main.district_id == district_id).order_by(main.id)
    for row in session.scalars(mains):
        label = f"{row.diameter_in:g} in {row.material or ''}".strip() if row.diameter_in else (row.material or "")
        yield {
            "kind": "main",
            "id": row.id,
            "label": label,
            "status": "",
            "colour": "",
            "diameter_in": row.diameter_in or NO_DIAMETER,
            "shape": row.shape,
        }
    hydrants = (
        select(hydrant).where(hydrant.district_id == district_id, hydrant.status != "retired").order_by(hydrant.id)
    )
    for row_ in session.scalars(hydrants):
        yield {
            "kind": "hydrant",
            "id": row_.id,
            "label": row_.hydrant_no,
            "status": row_.status,
            "colour": row_.colour or "",
            "diameter_in": NO_DIAMETER,
            "shape": geopandas.points_from_xy([row_.lon], [row_.lat])[0],
        }


_LAYERS: dict[str, _Layer] = {
    "parcels": _Layer(rows=_parcels, min_zoom=12, max_zoom=15),
    "lots": _Layer(rows=_lots, min_zoom=12, max_zoom=16),
    "streets": _Layer(rows=_streets, min_zoom=10, max_zoom=15),
    "water": _Layer(rows=_water, min_zoom=12, max_zoom=15),
}
