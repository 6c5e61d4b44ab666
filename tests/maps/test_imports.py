"""Imports: every row of a messy file is kept or named with its reason; a file that cannot be read writes nothing."""

import gzip
import json
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import imports, parcels, search, sources, stores
from tests.maps.conftest import given_district

NOW = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 7, 1, 15, 0, tzinfo=UTC)
LON, LAT, STEP = -71.11, 42.37, 0.0005


@pytest.fixture
def town(map_session: Session) -> stores.District:
    return given_district(map_session, code="newtown", apn_format="massachusetts")


def square(at: int, wide: float = 1.0) -> dict[str, Any]:
    west = LON + at * STEP
    return shapely.geometry.mapping(shapely.box(west, LAT, west + wide * STEP, LAT + STEP))


def bow_tie(at: int) -> dict[str, Any]:
    west = LON + at * STEP
    ring = [(west, LAT), (west + STEP, LAT + STEP), (west + STEP, LAT), (west, LAT + STEP), (west, LAT)]
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(path: Path, rows: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> Path:
    features = [{"type": "Feature", "properties": values, "geometry": shape} for values, shape in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def load(session: Session, district: stores.District, layer: str, file: Path, now: datetime = NOW, **columns: str):
    return imports.load(session, district=district, layer=layer, file=file, columns=columns, now=now)


MESS = [
    ({"ML": "7-18"}, square(0)),
    ({"ML": "7-19"}, bow_tie(1)),
    ({"ML": "267.3-275"}, square(2)),
    ({"ML": "267.3-275"}, square(3)),
    ({"ML": None}, square(4)),
    ({"ML": "  "}, square(4)),
    ({"ML": "---"}, square(5)),
    ({"ML": "ROAD"}, square(6)),
    ({"ML": "9--"}, square(6)),
    ({"ML": "7-20"}, None),
    ({"ML": "7-21"}, square(7, wide=1e-9)),
    ({"ML": "7-22"}, {"type": "LineString", "coordinates": [[LON, LAT], [LON + STEP, LAT]]}),
    ({"ML": "7-23"}, {"type": "Polygon", "coordinates": [[[500, 1], [501, 1], [501, 2], [500, 1]]]}),
]


def test_every_row_of_a_messy_parcel_file_is_kept_or_named(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    report = load(map_session, town, "parcels", geojson(tmp_path / "mess.geojson", MESS), parcel_number="ML")
    assert (report.read, report.kept, report.repaired, report.rejected) == (13, 4, 2, 9)
    assert report.reasons == {
        "blank_number": 2,
        "no_shape": 1,
        "not_a_parcel": 2,
        "not_a_polygon": 1,
        "not_on_earth": 1,
        "polygon_repaired": 1,
        "same_number_joined": 1,
        "sliver": 1,
        "unreadable_number": 1,
    }
    listed = imports.rejected_rows(map_session, report.import_id)
    assert [(row.row, row.reason) for row in listed if row.outcome == "rejected"] == [
        (5, "blank_number"),
        (6, "blank_number"),
        (7, "not_a_parcel"),
        (8, "not_a_parcel"),
        (9, "unreadable_number"),
        (10, "no_shape"),
        (11, "sliver"),
        (12, "not_a_polygon"),
        (13, "not_on_earth"),
    ]
    assert map_session.scalar(select(func.count()).select_from(stores.Parcel)) == 3


def test_pieces_of_one_number_become_one_parcel(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    load(map_session, town, "parcels", geojson(tmp_path / "mess.geojson", MESS), parcel_number="ML")
    for at in (2.5, 3.5):
        (parcel,) = parcels.at_point(map_session, lon=LON + at * STEP, lat=LAT + STEP / 2)
        assert parcel.number_canonical == "267.3-275"


def test_a_repaired_polygon_is_valid(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    load(map_session, town, "parcels", geojson(tmp_path / "mess.geojson", MESS), parcel_number="ML")
    shapes = map_session.scalars(select(stores.Parcel.shape)).all()
    assert all(shape.is_valid for shape in shapes)


def test_loading_again_changes_in_place_and_retires_what_vanished(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    first = geojson(tmp_path / "a.geojson", [({"ML": f"7-{n}"}, square(n)) for n in range(1, 5)])
    load(map_session, town, "parcels", first, parcel_number="ML")
    ids = {p.number_canonical: p.id for p in map_session.scalars(select(stores.Parcel))}
    # 7-3 and 7-4 are merged into 7-9; 7-2 grew over a strip of 7-1.
    rows = [({"ML": "7-1"}, square(1)), ({"ML": "7-2"}, square(2)), ({"ML": "7-9"}, square(3, wide=2))]
    report = load(
        map_session, town, "parcels", geojson(tmp_path / "b.geojson", rows), now=NEXT_YEAR, parcel_number="ML"
    )
    assert (report.read, report.kept, report.retired) == (3, 3, 2)
    now = {p.number_canonical: p for p in map_session.scalars(select(stores.Parcel))}
    assert now["7-1"].id == ids["7-1"]
    assert now["7-3"].retired_on == NEXT_YEAR.date()
    assert [match.parcel.number_canonical for match in parcels.find_by_number(map_session, district=town, text="7-4")][
        -1:
    ] == ["7-9"]
    hits = search.find(map_session, "7-3").results
    assert [(hit.label, hit.ref) for hit in hits] == [("7-3", f"parcel-{now['7-9'].id}")]


def test_the_number_of_land_that_went_into_a_street_still_says_where_it_was(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    both = geojson(tmp_path / "a.geojson", [({"ML": "7-1"}, square(1)), ({"ML": "7-2"}, square(2))])
    one = geojson(tmp_path / "b.geojson", [({"ML": "7-1"}, square(1))])
    load(map_session, town, "parcels", both, parcel_number="ML")
    load(map_session, town, "parcels", one, now=NEXT_YEAR, parcel_number="ML")
    hit = search.find(map_session, "7-2").results[0]
    assert (hit.label, hit.why, hit.detail) == ("7-2", "exact", "retired 2027-07-01")
    assert hit.lon == pytest.approx(LON + 2.5 * STEP)
    load(map_session, town, "parcels", both, now=NEXT_YEAR, parcel_number="ML")
    assert search.find(map_session, "7-2").results[0].detail == ""


def test_a_parcel_that_comes_back_is_in_use_again(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    both = geojson(tmp_path / "a.geojson", [({"ML": "7-1"}, square(1)), ({"ML": "7-2"}, square(2))])
    one = geojson(tmp_path / "b.geojson", [({"ML": "7-1"}, square(1))])
    for file in (both, one, both):
        load(map_session, town, "parcels", file, parcel_number="ML")
    in_use = select(stores.Parcel.number_canonical).where(stores.Parcel.retired_on.is_(None))
    assert set(map_session.scalars(in_use)) == {"7-1", "7-2"}


def test_loading_the_same_file_twice_changes_nothing(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    file = geojson(tmp_path / "mess.geojson", MESS)
    reports = [load(map_session, town, "parcels", file, parcel_number="ML") for _ in range(2)]
    assert reports[0].reasons == reports[1].reasons
    assert reports[1].retired == 0
    assert map_session.scalar(select(func.count()).select_from(stores.Parcel)) == 3
    assert map_session.scalar(select(func.count()).select_from(stores.SearchEntry)) == 3


def test_the_roll_gives_parcels_their_address_and_each_unit_a_line(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    load(map_session, town, "parcels", geojson(tmp_path / "p.geojson", MESS), parcel_number="ML")
    roll = tmp_path / "roll.csv.gz"
    roll.write_bytes(
        gzip.compress(
            b"ML,Location,Use\n7-18,303  THIRD ST  #508,CONDO\n7-18,303 THIRD ST #509,CONDO\n"
            b"7-18,303 THIRD ST #509,SHOP\n7-19,48-50 CREIGHTON ST,TWO-FAM\n99-1,1 NOWHERE ST,X\n---,,ROAD\n"
        )
    )
    report = load(map_session, town, "tax_roll", roll, number="ML", address="Location", use="Use")
    assert (report.read, report.kept, report.rejected) == (6, 4, 2)
    assert report.reasons == {"no_such_parcel": 1, "not_a_parcel": 1, "same_address_joined": 1}
    parcel = map_session.scalars(select(stores.Parcel).where(stores.Parcel.number_canonical == "7-18")).one()
    assert (parcel.situs_address, parcel.use_text) == ("303 3RD ST", "CONDO")
    first = search.find(map_session, "303 third street 509").results[0]
    assert (first.label, first.ref) == ("303 3RD ST # 509", f"parcel-{parcel.id}")


def test_addresses_stand_in_their_parcel_else_on_their_street(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    load(map_session, town, "parcels", geojson(tmp_path / "p.geojson", MESS), parcel_number="ML")
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + 10 * STEP, LAT]]}
    streets = geojson(
        tmp_path / "s.geojson", [({"N": "Main Street", "LF": 101, "LT": 199, "RF": 100, "RT": 200, "D": "0"}, line)]
    )
    load(
        map_session, town, "streets", streets,
        name="N", left_from="LF", left_to="LT", right_from="RF", right_to="RT", oneway="D",
    )  # fmt: skip
    listed = tmp_path / "a.csv"
    listed.write_text(
        "no,suf,street,type,parcel,poi\n12,A,MAIN,ST,7-18,Fire House\n12,A,MAIN,ST,7-18,Museum\n"
        "150,,MAIN,ST,,\n332,1,BROADWAY,,88-1,\n,,,,7-18,\n"
    )
    report = load(
        map_session, town, "addresses", listed,
        house="no", house_suffix="suf", street="street", street_suffix="type", parcel="parcel", place_name="poi",
    )  # fmt: skip
    assert (report.read, report.kept, report.rejected) == (5, 4, 1)
    assert report.reasons == {
        "no_place": 1, "no_street": 1, "parcel_unknown": 1, "placed_on_street": 1, "same_address_joined": 1,
    }  # fmt: skip
    kept = {row.full_text: row for row in map_session.scalars(select(stores.Address))}
    assert set(kept) == {"12A MAIN ST", "150 MAIN ST", "332-1 BROADWAY"}
    assert kept["12A MAIN ST"].place_name == "Fire House; Museum"
    assert LON < kept["12A MAIN ST"].lon < LON + STEP
    assert kept["150 MAIN ST"].lon == pytest.approx(LON + 5 * STEP)
    assert kept["332-1 BROADWAY"].lon is None
    assert search.find(map_session, "fire house").results[0].label == "12A MAIN ST"


def test_streets_keep_their_direction_and_say_what_was_guessed(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    def line(*xs: float) -> dict[str, Any]:
        return {"type": "LineString", "coordinates": [[LON + x * STEP, LAT] for x in xs]}

    pieces = {"type": "MultiLineString", "coordinates": [line(0, 1)["coordinates"], line(2, 5)["coordinates"]]}
    rows = [
        ({"N": "A St", "D": "1", "F": 1, "T": 2, "LF": -1, "C": "1"}, line(0, 1)),
        ({"N": "B St", "D": "-1", "F": 2, "T": 3, "LF": 12, "C": "9"}, line(1, 2)),
        ({"N": "C St", "D": None, "F": None, "T": 3, "LF": 0, "C": None}, pieces),
        ({"N": "D St", "D": "0", "F": 1, "T": 2, "LF": 0, "C": None}, None),
    ]
    columns = sources.LayerColumns(
        layer="streets",
        fields={
            "name": ("N",), "oneway": ("D",), "from_node": ("F",), "to_node": ("T",), "left_from": ("LF",),
            "class": ("C",),
        },
        values={"class": {"1": "arterial"}},
    )  # fmt: skip
    report = imports.load(
        map_session,
        district=town,
        layer="streets",
        file=geojson(tmp_path / "s.geojson", rows),
        columns=columns,
        now=NOW,
    )
    assert (report.kept, report.rejected) == (3, 1)
    assert report.reasons == {"direction_missing": 1, "line_in_pieces": 1, "no_shape": 1, "node_missing": 1}
    kept = {row.name: row for row in map_session.scalars(select(stores.Street))}
    assert [(kept[name].oneway, kept[name].street_class) for name in ("A St", "B St", "C St")] == [
        (1, "arterial"),
        (-1, "local"),
        (0, "local"),
    ]
    assert kept["A St"].left_from is None
    assert kept["B St"].left_from == 12
    assert kept["C St"].shape.length == pytest.approx(3 * STEP)


def test_hydrants_without_a_number_or_twice_are_named(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    rows = [
        ({"ID": "3051", "C": "ORANGE ", "G": 760}, point),
        ({"ID": "3051", "C": "red", "G": 1}, point),
        ({"ID": None, "C": "red", "G": 1}, point),
        ({"ID": "7", "C": "MUELLER", "G": -5}, point),
        ({"ID": "8", "C": None, "G": None}, {"type": "Point", "coordinates": [0, 0]}),
    ]
    report = load(
        map_session, town, "hydrants", geojson(tmp_path / "h.geojson", rows), number="ID", colour="C", flow_gpm="G"
    )
    assert report.reasons == {"blank_number": 1, "duplicate_number": 1, "not_a_colour": 1, "not_on_earth": 1}
    kept = {row.hydrant_no: row for row in map_session.scalars(select(stores.Hydrant))}
    assert (kept["3051"].colour, kept["3051"].flow_gpm) == ("orange", 760)
    assert (kept["7"].colour, kept["7"].flow_gpm) == (None, None)


def test_a_corner_without_a_name_is_named_by_its_streets(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + STEP, LAT]]}
    streets = geojson(tmp_path / "s.geojson", [({"N": "Elm St", "F": 1, "T": 2}, line)])
    load(map_session, town, "streets", streets, name="N", from_node="F", to_node="T")
    point = {"type": "Point", "coordinates": [LON, LAT]}
    rows = [({"K": 1, "N": None}, point), ({"K": 9, "N": None}, point), ({"K": 3, "N": "Elm St & Oak St"}, point)]
    report = load(map_session, town, "intersections", geojson(tmp_path / "i.geojson", rows), node="K", name="N")
    assert report.reasons == {"named_by_streets": 1, "no_street": 1}
    assert set(map_session.scalars(select(stores.Intersection.name))) == {"Elm St (end)", "Elm St & Oak St"}


def test_rows_of_another_coordinate_system_are_turned_to_degrees(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    frame = geopandas.GeoDataFrame(
        {"ML": ["7-1"]}, geometry=[shapely.box(LON, LAT, LON + STEP, LAT + STEP)], crs="EPSG:4326"
    )
    file = tmp_path / "metres.gpkg"
    frame.to_crs(26986).to_file(file, engine="pyogrio")
    load(map_session, town, "parcels", file, parcel_number="ML")
    (parcel,) = parcels.at_point(map_session, lon=LON + STEP / 2, lat=LAT + STEP / 2)
    assert parcel.number == "7-1"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.geojson", None, "no such file"),
        ("empty.geojson", b"", "empty"),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [', "cannot be read"),
        ("photo.gpkg", b"\x89PNG not a database", "cannot be read"),
        ("roll.csv.gz", b"not gzip", "damaged"),
        ("latin.csv", "ML,Location\n7-1,Peña\n".encode("latin-1"), "line 2 is not UTF-8"),
        ("other.csv", b"PIN,Address\n1,2\n", "no column ML"),
        ("other.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"PIN":1},'
         b'"geometry":{"type":"Point","coordinates":[0,1]}}]}', "no column ML"),
        ("table.csv", b"ML\n7-1\n", "needs shapes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_gives_one_clear_error_and_writes_nothing(
    map_session: Session, town: stores.District, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    load(map_session, town, "parcels", geojson(tmp_path / "good.geojson", MESS), parcel_number="ML")
    before = map_session.scalar(select(func.count()).select_from(stores.Parcel))
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(sources.SourceFileError, match=message) as refused:
        load(map_session, town, "parcels", file, parcel_number="ML")
    assert name in str(refused.value)
    assert not map_session.new
    assert map_session.scalar(select(func.count()).select_from(stores.Parcel)) == before
    assert map_session.scalar(select(func.count()).select_from(stores.Import)) == 1


def test_points_that_are_no_degrees_are_named(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    file = tmp_path / "feet.csv"
    file.write_text("ML,lon,lat\n7-1,760000,2950000\n")
    report = load(map_session, town, "hydrants", file, number="ML")
    assert report.reasons == {"not_on_earth": 1}


def test_a_file_without_coordinate_system_and_without_degrees_is_refused(
    map_session: Session, town: stores.District, tmp_path: Path
) -> None:
    file = tmp_path / "feet.shp"
    frame = geopandas.GeoDataFrame({"ML": ["7-1"]}, geometry=[shapely.box(760000, 2950000, 760100, 2950100)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the writer remarks on what this test is about
        frame.to_file(file, engine="pyogrio")
    with pytest.raises(sources.SourceFileError, match="coordinate system"):
        load(map_session, town, "parcels", file, parcel_number="ML")


@pytest.mark.parametrize(
    ("layer", "columns", "message"),
    [
        ("sewers", {"number": "ML"}, "parcels"),
        ("parcels", {"owner": "X"}, "no field 'owner'"),
        ("parcels", {"address": "X"}, "needs a column for: number"),
    ],
)
def test_an_unknown_layer_or_field_names_those_there_are(
    map_session: Session, town: stores.District, tmp_path: Path, layer: str, columns: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load(map_session, town, layer, geojson(tmp_path / "x.geojson", MESS), **columns)


def test_progress_goes_from_nothing_to_all(map_session: Session, town: stores.District, tmp_path: Path) -> None:
    told: list[float] = []
    imports.load(
        map_session,
        district=town,
        layer="parcels",
        file=geojson(tmp_path / "mess.geojson", MESS),
        columns={"parcel_number": "ML"},
        now=NOW,
        progress=lambda share, _stage: told.append(share),
    )
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("name", sources.names())
def test_every_described_source_fits_the_layers(name: str) -> None:
    description = sources.describe(name)
    assert set(description.layers) <= set(imports.layers())
    assert all(columns.file for columns in description.layers.values())
