"""Tiles hold every feature of their layer and take the old file's place whole."""

import gzip
from pathlib import Path

import mapbox_vector_tile
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles
from sqlalchemy.orm import Session

from maps import stores, tiles
from tests.maps.test_stores import given_parcel


@pytest.fixture
def mapped(map_session: Session, fremont: stores.District) -> Session:
    """Three parcels, a street, a hydrant, a main and a lot."""
    for n in range(3):
        west = -121.98 + n * 0.001
        given_parcel(map_session, fremont, f"501-0521-00{n}-00", shapely.box(west, 37.55, west + 0.001, 37.551))
    tract = stores.TractMap(
        district_id=fremont.id, tract_no="8231", name="Willow Glen", shape=shapely.box(-121.98, 37.55, -121.977, 37.551)
    )
    map_session.add(tract)
    map_session.flush()
    map_session.add_all(
        [
            stores.Lot(
                tract_id=tract.id, lot="1", lon=-121.98, lat=37.55,
                shape=shapely.box(-121.98, 37.55, -121.979, 37.551),
            ),
            stores.Street(
                district_id=fremont.id, name="Mission Blvd", street_class="arterial", oneway=1, speed_kmh=48.0,
                shape=shapely.LineString([(-121.98, 37.55), (-121.97, 37.55)]), signal=False,
            ),
            stores.Hydrant(district_id=fremont.id, hydrant_no="77", lon=-121.979, lat=37.5505, status="active"),
            stores.WaterMain(
                district_id=fremont.id, shape=shapely.LineString([(-121.98, 37.5501), (-121.97, 37.5501)]),
                diameter_in=8.0, material="PVC",
            ),
        ]
    )  # fmt: skip
    map_session.flush()
    return map_session


def features(path: Path, zoom: int) -> list[dict]:
    with path.open("rb") as stream:
        reader = Reader(MmapSource(stream))
        found = []
        for (z, _x, _y), data in all_tiles(reader.get_bytes):
            if z == zoom:
                layers = mapbox_vector_tile.decode(_unzipped(data))
                found.extend(f["properties"] for layer in layers.values() for f in layer["features"])
        return found


def _unzipped(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def test_each_layer_holds_its_features(mapped: Session, fremont: stores.District, tmp_path: Path) -> None:
    written = tiles.build(mapped, district=fremont, out_dir=tmp_path)
    assert [(file.layer, file.features) for file in written] == [
        ("parcels", 3),
        ("lots", 2),
        ("streets", 1),
        ("water", 2),
    ]
    by_layer = {file.layer: features(file.path, 15) for file in written}
    assert {f["number"] for f in by_layer["parcels"]} == {f"501-0521-00{n}-00" for n in range(3)}
    assert {f["label"] for f in by_layer["lots"]} == {"Tract 8231", "Lot 1, Tract 8231"}
    assert {(f["name"], f["class"], f["oneway"], f["signal"]) for f in by_layer["streets"]} == {
        ("Mission Blvd", "arterial", 1, 0)
    }
    assert {(f["kind"], f["label"]) for f in by_layer["water"]} == {("main", "8 in PVC"), ("hydrant", "77")}


def test_a_new_file_takes_the_old_ones_place_and_nothing_is_left_beside_it(
    mapped: Session, fremont: stores.District, tmp_path: Path
) -> None:
    folder = tmp_path / "tiles"
    tiles.build(mapped, district=fremont, out_dir=folder)
    (folder / "streets.pmtiles").write_bytes(b"old")
    mapped.delete(mapped.query(stores.Hydrant).one())
    mapped.delete(mapped.query(stores.WaterMain).one())
    mapped.flush()
    tiles.build(mapped, district=fremont, out_dir=folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "lots.pmtiles",
        "parcels.pmtiles",
        "streets.pmtiles",
    ]
    assert len(features(folder / "streets.pmtiles", 15)) >= 1


def test_a_district_without_rows_has_no_files(map_session: Session, fremont: stores.District, tmp_path: Path) -> None:
    assert tiles.build(map_session, district=fremont, out_dir=tmp_path / "new") == ()
    assert list((tmp_path / "new").iterdir()) == []
