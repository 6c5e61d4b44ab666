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
            stores.Street(
                district_id=fremont.id, name="Elm Ct", street_class="local", oneway=0, speed_kmh=40.0,
                shape=shapely.LineString([(-121.98, 37.55), (-121.98, 37.551)]),
            ),
            stores.Hydrant(district_id=fremont.id, hydrant_no="77", lon=-121.979, lat=37.5505, status="active"),
            stores.Hydrant(district_id=fremont.id, hydrant_no="78", lon=-121.979, lat=37.5506, status="retired"),
            stores.Valve(district_id=fremont.id, valve_no="V-5", lon=-121.9795, lat=37.5501, status="open"),
            stores.Address(
                district_id=fremont.id, number="4100", street="MISSION BLVD", full_text="4100 MISSION BLVD", lon=-121.9795,
                lat=37.5505,
            ),
            stores.Address(
                district_id=fremont.id, number="4100", street="MISSION BLVD", unit="2", lon=-121.9795, lat=37.5505,
                full_text="4100 MISSION BLVD # 2",
            ),
            stores.WaterMain(
                district_id=fremont.id, shape=shapely.LineString([(-121.98, 37.5501), (-121.97, 37.5501)]),
                diameter_in=8.0, material="PVC",
            ),
        ]
    )  # fmt: skip
    map_session.flush()
    return map_session


Tile = tuple[int, int, int]


def tiles_of(path: Path) -> dict[Tile, dict[str, list[dict]]]:
    """Tile -> layer -> properties of its features, as a map screen reads the archive."""
    with path.open("rb") as stream:
        reader = Reader(MmapSource(stream))
        return {
            tile: {
                name: [feature["properties"] for feature in layer["features"]]
                for name, layer in mapbox_vector_tile.decode(gzip.decompress(data)).items()
            }
            for tile, data in all_tiles(reader.get_bytes)
        }


def at_zoom(path: Path, zoom: int) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for (z, _x, _y), layers in tiles_of(path).items():
        for name, rows in layers.items() if z == zoom else ():
            found.setdefault(name, []).extend(rows)
    return found


def test_one_archive_holds_every_layer(mapped: Session, fremont: stores.District, tmp_path: Path) -> None:
    archive = tiles.build(mapped, district=fremont, out_dir=tmp_path)
    assert archive is not None
    assert archive.path == tmp_path / "district.pmtiles"
    assert archive.size_bytes == archive.path.stat().st_size
    assert archive.features == {
        "streets": 2, "parcels": 3, "parcel_labels": 3, "tracts": 1, "lots": 1, "addresses": 1, "mains": 1, "valves": 1,
        "hydrants": 1,
    }  # fmt: skip
    near = at_zoom(archive.path, 16)
    assert {one["number"] for one in near["parcels"]} == {f"501-0521-00{n}-00" for n in range(3)}
    assert [one["number"] for one in near["addresses"]] == ["4100"]
    assert {one["label"] for one in near["lots"]} == {"Lot 1, Tract 8231"}
    assert {one["label"] for one in near["tracts"]} == {"Tract 8231"}
    assert {(one["name"], one["class"], one["oneway"], one["signal"]) for one in near["streets"]} == {
        ("Mission Blvd", "arterial", 1, 0),
        ("Elm Ct", "local", 0, 1),
    }
    assert {one["label"] for one in near["mains"]} == {"8 in PVC"}
    assert {one["label"] for one in near["hydrants"]} == {"77"}
    assert {one["label"] for one in near["valves"]} == {"V-5"}


def test_each_zoom_holds_what_can_be_seen_there(mapped: Session, fremont: stores.District, tmp_path: Path) -> None:
    archive = tiles.build(mapped, district=fremont, out_dir=tmp_path)
    assert archive is not None
    names = {zoom: set(at_zoom(archive.path, zoom)) for zoom in range(9, 17)}
    assert names[9] == names[12] == {"streets"}
    assert {one["name"] for one in at_zoom(archive.path, 10)["streets"]} == {"Mission Blvd"}
    assert {one["name"] for one in at_zoom(archive.path, 12)["streets"]} == {"Mission Blvd", "Elm Ct"}
    assert "parcels" in names[14]
    assert "addresses" not in names[15]
    with archive.path.open("rb") as stream:
        reader = Reader(MmapSource(stream))
        described = {one["id"]: (one["minzoom"], one["maxzoom"]) for one in reader.metadata()["vector_layers"]}
        assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (9, 16)
    assert described["streets"] == (9, 16)
    assert described["parcels"] == (14, 16)


def test_a_house_number_comes_from_the_parcel_where_no_list_tells_it(
    map_session: Session, fremont: stores.District, tmp_path: Path
) -> None:
    for n, situs in enumerate(("4100 ELM CT", "12 1/2 ELM CT", "0 ELM CT", "ELM CT", "77b Elm Ct")):
        west = -121.98 + n * 0.001
        given_parcel(map_session, fremont, f"501-0521-00{n}-00", shapely.box(west, 37.55, west + 0.001, 37.551))
        map_session.query(stores.Parcel).filter_by(number=f"501-0521-00{n}-00").one().situs_address = situs
    map_session.flush()
    archive = tiles.build(map_session, district=fremont, out_dir=tmp_path)
    assert archive is not None
    assert {one["number"] for one in at_zoom(archive.path, 16)["addresses"]} == {"4100", "12 1/2", "77B"}


def test_a_parcel_on_the_edge_of_tiles_is_in_all_of_them(
    mapped: Session, fremont: stores.District, tmp_path: Path
) -> None:
    edge = -180 + 10_563 * 360 / 2**16
    given_parcel(mapped, fremont, "501-0521-090-00", shapely.box(edge - 0.0004, 37.55, edge + 0.0004, 37.551))
    archive = tiles.build(mapped, district=fremont, out_dir=tmp_path)
    assert archive is not None
    held = [layers for (z, _, _), layers in tiles_of(archive.path).items() if z == 16 and "parcels" in layers]
    assert [one["number"] for tile in held for one in tile["parcels"]].count("501-0521-090-00") == 2


def test_a_new_archive_takes_the_old_ones_place_and_nothing_is_left_beside_it(
    mapped: Session, fremont: stores.District, tmp_path: Path
) -> None:
    folder = tmp_path / "tiles"
    archive = tiles.build(mapped, district=fremont, out_dir=folder)
    assert archive is not None
    (folder / "streets.pmtiles").write_bytes(b"of an earlier version")
    with archive.path.open("rb") as reader_of_the_old:
        before = archive.path.read_bytes()
        mapped.delete(mapped.query(stores.WaterMain).one())
        mapped.flush()
        again = tiles.build(mapped, district=fremont, out_dir=folder)
        assert again is not None
        assert reader_of_the_old.read() == before
    assert "mains" not in again.features
    assert sorted(path.name for path in folder.iterdir() if path.name != ".lock") == ["district.pmtiles"]


def test_the_same_rows_give_the_same_archive(mapped: Session, fremont: stores.District, tmp_path: Path) -> None:
    first, second = (tiles.build(mapped, district=fremont, out_dir=tmp_path / name) for name in "ab")
    assert first is not None
    assert second is not None
    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_district_without_rows_has_no_archive(map_session: Session, fremont: stores.District, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "district.pmtiles").write_bytes(b"old")
    assert tiles.build(map_session, district=fremont, out_dir=folder) is None
    assert not list(folder.glob("*.pmtiles"))
