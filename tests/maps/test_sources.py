"""Files as counties hand them over: every format, in any coordinate system, also when the file lies about it."""

import json
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import imports, parcels, sources, stores
from tests.maps.conftest import REFERENCE_DATA, given_district

NOW = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
LON, LAT, STEP = -121.98, 37.53, 0.0005


@pytest.fixture
def town(map_session: Session) -> stores.District:
    return given_district(map_session, code="newtown", apn_format="auto")


def frame(crs: str = "EPSG:4326", count: int = 12) -> geopandas.GeoDataFrame:
    boxes = [shapely.box(LON + n * STEP, LAT, LON + (n + 1) * STEP, LAT + STEP) for n in range(count)]
    numbers = [f"501-0521-{n + 1:03d}-00" for n in range(count)]
    situs = [f"{100 + n} MISSION BLVD FREMONT CA 94539" for n in range(count)]
    return geopandas.GeoDataFrame({"APN": numbers, "SITUSADDRESS": situs}, geometry=boxes, crs="EPSG:4326").to_crs(crs)


def write(data: geopandas.GeoDataFrame, file: Path, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shapefiles cut long names, which is part of what is tested
        data.to_file(file, engine="pyogrio", **options)
    return file


def load(session: Session, district: stores.District, file: Path, **options: Any) -> imports.Report:
    columns = {"parcel_number": "APN", "address": "SITUSADDRESS"}
    return imports.load(session, district=district, layer="parcels", file=file, columns=columns, now=NOW, **options)


def stands_right(session: Session) -> bool:
    found = parcels.at_point(session, lon=LON + 0.5 * STEP, lat=LAT + 0.5 * STEP)
    return [parcel.number for parcel in found] == ["501-0521-001-00"]


@pytest.mark.parametrize(
    ("name", "driver", "crs"),
    [
        ("land.gpkg", "GPKG", "EPSG:2227"),
        ("land.shp", "ESRI Shapefile", "EPSG:26910"),
        ("land.gdb", "OpenFileGDB", "EPSG:2227"),
        ("land.geojson", "GeoJSON", "EPSG:4326"),
        ("land.fgb", "FlatGeobuf", "EPSG:3857"),
    ],
)
def test_every_kind_of_file_brings_its_parcels_to_their_place(
    map_session: Session, town: stores.District, tmp_path: Path, name: str, driver: str, crs: str
) -> None:
    report = load(map_session, town, write(frame(crs), tmp_path / name, driver=driver))
    assert (report.read, report.kept, report.repaired, report.rejected) == (12, 12, 0, 0)
    assert stands_right(map_session)
    assert town.apn_format == "alameda"


@pytest.mark.parametrize("kind", ["shp", "gdb", "geojson"])
def test_a_zip_is_read_without_unpacking_it(
    map_session: Session, town: stores.District, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(frame("EPSG:2227" if kind != "geojson" else "EPSG:4326"), folder / f"land.{kind}")
    file = tmp_path / "land.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for part in sorted(folder.rglob("*")):
            if part.is_file():
                archive.write(part, Path("county") / part.relative_to(folder))
    assert load(map_session, town, file).kept == 12
    assert stands_right(map_session)


def test_a_table_gives_places_by_degrees_by_a_plane_or_by_its_wkt(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    flat = frame("EPSG:2227")
    for at, (head, cells) in enumerate(
        [
            ("longitude,latitude", lambda n: f"{LON + (n + 0.5) * STEP},{LAT + 0.5 * STEP}"),
            ("the_geom", lambda n: f'"{frame().geometry[n].wkt}"'),
            ("X,Y", lambda n: f"{flat.geometry[n].centroid.x},{flat.geometry[n].centroid.y}"),
        ]
    ):
        file = tmp_path / f"{at}.csv"
        lines = [f"501-0521-{n + 1:03d}-00,{100 + n} MISSION BLVD,{cells(n)}" for n in range(12)]
        file.write_text("\n".join([f"APN,SITUSADDRESS,{head}", *lines]))
        assert load(map_session, town, file).kept == 12
        (found,) = map_session.scalars(select(stores.Parcel).where(stores.Parcel.number == "501-0521-001-00"))
        middle = found.shape.centroid
        assert (middle.x, middle.y) == pytest.approx((LON + 0.5 * STEP, LAT + 0.5 * STEP), abs=1e-5)


def test_a_file_that_lies_about_its_coordinates_is_found_out_by_its_own_columns(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    data = frame()
    data["Latitude"], data["Longitude"] = data.bounds.miny, data.bounds.minx
    flat = data.to_crs("EPSG:2227").set_crs("EPSG:4326", allow_override=True)
    report = load(map_session, town, write(flat, tmp_path / "lie.geojson"))
    assert stands_right(map_session)
    assert report.reasons["coordinate_system_corrected"] == 12
    assert "says EPSG:4326" in report.notes[0]


def test_a_lying_prj_is_found_out_by_where_the_district_lies(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    load(map_session, town, write(frame(), tmp_path / "good.gpkg"))
    # Feet of California zone 3, said to be metres of UTM zone 10.
    lie = frame("EPSG:2227").set_crs("EPSG:26910", allow_override=True)
    report = load(map_session, town, write(lie, tmp_path / "lie.shp"))
    assert (report.kept, report.retired) == (12, 0)
    assert stands_right(map_session)
    assert "EPSG:2227" in report.notes[0]


def test_a_lie_nobody_can_find_out_is_refused_and_the_map_stays(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    load(map_session, town, write(frame(), tmp_path / "good.gpkg"))
    far = frame().set_geometry(frame().geometry.translate(xoff=30.0))
    with pytest.raises(sources.SourceFileError, match="the district lies at"):
        load(map_session, town, write(far, tmp_path / "far.gpkg"))
    assert stands_right(map_session)
    assert load(map_session, town, write(frame(), tmp_path / "good.gpkg"), crs="EPSG:4326").kept == 12


def test_latitude_before_longitude_is_put_right(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    file = tmp_path / "swapped.csv"
    lines = [f"501-0521-{n + 1:03d}-00,1 A ST,POINT ({LAT} {LON + n * STEP})" for n in range(12)]
    file.write_text("\n".join(["APN,SITUSADDRESS,wkt", *lines]))
    assert load(map_session, town, file).kept == 12
    assert town.min_lon == pytest.approx(LON)


def test_rows_in_the_sea_are_named_and_the_others_kept(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    data = frame()
    shapes = list(data.geometry)
    shapes[3] = shapely.box(-140.0, 30.0, -139.999, 30.001)
    report = load(map_session, town, write(data.set_geometry(shapes, crs="EPSG:4326"), tmp_path / "sea.gpkg"))
    assert (report.kept, report.reasons["far_from_the_rest"]) == (11, 1)
    (row,) = imports.rejected_rows(map_session, report.import_id)
    assert (row.row, row.key) == (4, "501-0521-004-00")
    assert "-139.99" in row.detail


def test_a_drawing_of_a_million_vertices_is_thinned_or_named(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    data = frame()
    shapes = list(data.geometry)
    shapes[0] = shapely.segmentize(shapes[0], 2e-9)
    # A saw of a hundred and fifty thousand teeth, each far too deep to be thinned away.
    teeth = [(LON + n * STEP / 150_000, LAT - 0.01 - (n % 2) * STEP) for n in range(150_001)]
    shapes[1] = shapely.Polygon([(LON, LAT - 0.02), *teeth, (LON + STEP, LAT - 0.02)])
    assert shapely.get_num_coordinates(shapes[0]) > 900_000
    report = load(map_session, town, write(data.set_geometry(shapes, crs="EPSG:4326"), tmp_path / "million.gpkg"))
    assert (report.reasons["vertices_thinned"], report.reasons["too_many_vertices"]) == (1, 1)
    assert report.kept == 11
    (rejected,) = [row for row in imports.rejected_rows(map_session, report.import_id) if row.outcome == "rejected"]
    assert (rejected.row, rejected.key) == (2, "501-0521-002-00")
    assert stands_right(map_session)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (["readme.txt.bak", "land.dbf"], "holds no .shp"),
        (["a.shp", "b.shp"], "several maps .a.shp, b.shp"),
        ([], "holds no .shp"),
    ],
)
def test_a_zip_without_a_map_says_what_it_holds(
    map_session: Session, town: stores.District, tmp_path: Path, inside: list[str], message: str
) -> None:
    load(map_session, town, write(frame(), tmp_path / "good.gpkg"))
    file = tmp_path / "county.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in inside:
            archive.writestr(name, b"x")
    with pytest.raises(sources.SourceFileError, match=message) as refused:
        load(map_session, town, file)
    assert str(refused.value).startswith("county.zip")
    assert stands_right(map_session)


def test_a_whole_map_in_the_sea_is_refused_and_the_map_before_it_stays(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    load(map_session, town, write(frame(), tmp_path / "good.gpkg"))
    at_sea = frame().set_geometry(frame().geometry.translate(xoff=-12.0))
    with pytest.raises(sources.SourceFileError, match=r"sea\.gpkg") as refused:
        load(map_session, town, write(at_sea, tmp_path / "sea.gpkg"))
    assert "-133.9" in str(refused.value)
    assert stands_right(map_session)


def test_a_damaged_zip_and_a_shapefile_without_its_table_are_named(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 cut off here")
    with pytest.raises(sources.SourceFileError, match="damaged"):
        load(map_session, town, broken)
    bare = write(frame(), tmp_path / "bare.shp")
    bare.with_suffix(".dbf").unlink()
    with pytest.raises(sources.SourceFileError, match=r"\.dbf is missing"):
        load(map_session, town, bare)


def test_a_table_in_another_encoding_is_taken_when_it_is_named(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes("APN,SITUSADDRESS,lon,lat\n501-0521-001-00,12 PEÑA ST,-121.98,37.53\n".encode("cp1252"))
    with pytest.raises(sources.SourceFileError, match="line 2 is not UTF-8"):
        load(map_session, town, file)
    assert load(map_session, town, file, encoding="cp1252").kept == 1
    assert map_session.scalar(select(stores.Address.full_text)) == "12 PENA ST"


def test_columns_are_found_in_other_case_and_as_a_shapefile_cuts_them(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    data = frame().rename(columns={"APN": "apn"})
    assert load(map_session, town, write(data, tmp_path / "cut.shp")).kept == 12
    assert map_session.scalar(select(func.count()).select_from(stores.Address)) == 12
    assert map_session.scalar(select(stores.Address.city).limit(1)) == "FREMONT"


def test_a_number_stays_as_its_source_wrote_it(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    file = tmp_path / "washington.csv"
    file.write_text(
        "APN,SITUSADDRESS,lon,lat\n0542S   0023,1 A ST SW,-77.0,38.9\n0001    0800,2 A ST NW,-77.0,38.9\n"
        "PAR 01250060,3 A ST NW,-77.0,38.9\n"
    )
    report = load(map_session, town, file)
    assert report.reasons == {"point_without_outline": 3}
    assert town.apn_format == "washington_ssl"
    assert set(map_session.scalars(select(stores.Parcel.number))) == {"0542S   0023", "0001    0800", "PAR 01250060"}
    for typed in ("542S-23", "Square 542S Lot 23", "0542s 0023", "542 S 0023"):
        found = parcels.find_by_number(map_session, district=town, text=typed)
        assert [match.parcel.number for match in found] == ["0542S   0023"], typed


def test_streets_of_an_openstreetmap_extract_meet_at_their_corners(map_session: Session) -> None:
    folder = REFERENCE_DATA / "osm_extracts"
    if not folder.is_dir():
        pytest.skip("the reference data is not there (CURBSTOP_REFERENCE_DATA)")
    bangor = given_district(map_session, code="bangor", apn_format="as_written")
    report = imports.load(
        map_session, district=bangor, layer="streets", file=folder / "bangor_me.osm.pbf", columns={}, now=NOW
    )
    assert report.read == report.kept
    ends = select(stores.Street.from_node, stores.Street.to_node, stores.Street.shape)
    places: dict[int, tuple[float, float]] = {}
    for from_node, to_node, shape in map_session.execute(ends):
        assert places.setdefault(from_node, shape.coords[0]) == shape.coords[0]
        assert places.setdefault(to_node, shape.coords[-1]) == shape.coords[-1]
    assert map_session.scalar(select(func.count()).where(stores.SearchEntry.kind == "intersection")) > 100


def test_sites_that_say_degrees_and_hold_metres_stand_where_their_columns_say(map_session: Session) -> None:
    folder = REFERENCE_DATA / "alameda_county_ca_sites"
    if not folder.is_dir():
        pytest.skip("the reference data is not there (CURBSTOP_REFERENCE_DATA)")
    for name, rows in (("fremont", 469), ("newark", 56)):
        described = sources.describe(f"{name}_ca")
        district = given_district(map_session, code=name, apn_format=described.apn_format)
        columns = described.layers["parcels"]
        file = folder / str(columns.file)
        report = imports.load(map_session, district=district, layer="parcels", file=file, columns=columns, now=NOW)
        assert (report.read, report.kept) == (rows, rows)
        assert report.reasons["coordinate_system_corrected"] == rows
        told = {}
        for feature in json.loads(file.read_text())["features"]:
            values = feature["properties"]
            told[values["AssessorParcelNumber"]] = (values["Longitude"], values["Latitude"])
        for parcel in map_session.scalars(select(stores.Parcel).where(stores.Parcel.district_id == district.id)):
            lon, lat = told[parcel.number]
            assert (parcel.shape.x, parcel.shape.y) == pytest.approx((lon, lat), abs=2e-3)


def test_tracts_are_found_by_the_pipes_that_were_built_for_them(map_session: Session) -> None:
    folder = REFERENCE_DATA / "san_jose_ca_sanitary"
    if not folder.is_dir():
        pytest.skip("the reference data is not there (CURBSTOP_REFERENCE_DATA)")
    described = sources.describe("san_jose_ca")
    city = given_district(map_session, code="sanjose", apn_format=described.apn_format)
    columns = described.layers["tracts"]
    report = imports.load(
        map_session, district=city, layer="tracts", file=folder / str(columns.file), columns=columns, now=NOW
    )
    assert (report.read, report.kept) == (45_954, 25_161)
    assert report.reasons["not_a_tract"] == report.rejected
    (tract,) = map_session.scalars(select(stores.TractMap).where(stores.TractMap.tract_no == "5187"))
    assert tract.shape is not None
    assert tract.shape.is_valid
