"""Lots of recorded maps are found by what their deeds say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import imports, indexing, search, stores, tracts
from tests.maps.test_stores import given_parcel


@pytest.fixture
def recorded(map_session: Session, fremont: stores.District) -> Session:
    """Tract 8231 and a later phase, a parcel map and a subdivision with blocks."""
    maps = {
        "8231": ("Willow Glen", "12", "34-36", [("1", None), ("2", None), ("10", None), ("23", None), ("A", None)]),
        "8231-2": ("Willow Glen Phase 2", "13", "1", [("1", None)]),
        "PM 5432": ("Parcel Map 5432", "200", "7", [("1", None), ("2", None)]),
        "WB": ("Willow Bend", "C", "88", [("5R", "A"), ("5R", "B")]),
    }
    for at, (tract_no, (name, book, page, lots)) in enumerate(maps.items()):
        west = -121.98 + at * 0.01
        tract = stores.TractMap(
            district_id=fremont.id,
            tract_no=tract_no,
            name=name,
            map_book=book,
            map_page=page,
            shape=shapely.box(west, 37.5, west + 0.005, 37.505),
        )
        map_session.add(tract)
        map_session.flush()
        map_session.add_all(
            stores.Lot(tract_id=tract.id, lot=lot, block=block, lon=west, lat=37.5) for lot, block in lots
        )
    map_session.flush()
    return map_session


def found(session: Session, district: stores.District, text: str) -> list[str]:
    matches = tracts.find_lots(session, district_id=district.id, text=text)
    return [tracts.lot_label(tract=match.tract, lot=match.lot) for match in matches]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Lot 23, Tract 8231", ["Lot 23, Tract 8231"]),
        ("L1 T8231", ["Lot 1, Tract 8231"]),
        ("Lot 1 Tract 8231-2", ["Lot 1, Tract 8231-2"]),
        ("Lots 1-2, Tract 8231", ["Lot 1, Tract 8231", "Lot 2, Tract 8231"]),
        ("Lot A of Tract 8231", ["Lot A, Tract 8231"]),
        ("Parcel 2, PM 5432", ["Lot 2, Parcel Map 5432"]),
        ("Willow Bend, Blk B, Lot 5R", ["Lot 5R, Block B, Willow Bend"]),
        ("Willow Bend, Lot 5R", ["Lot 5R, Block A, Willow Bend", "Lot 5R, Block B, Willow Bend"]),
        ("Lot 99, Tract 8231", []),
        ("123 Main St", []),
    ],
)
def test_a_description_leads_to_its_lots(
    recorded: Session, fremont: stores.District, text: str, labels: list[str]
) -> None:
    assert found(recorded, fremont, text) == labels


def test_lots_are_listed_as_a_person_counts(recorded: Session, fremont: stores.District) -> None:
    first = tracts.find_tracts(recorded, district_id=fremont.id, tract_no="8231")[0]
    assert [lot.lot for lot in tracts.lots_of(recorded, first.id)] == ["A", "1", "2", "10", "23"]


def test_a_tract_number_finds_its_phases_too(recorded: Session, fremont: stores.District) -> None:
    listed = tracts.find_tracts(recorded, district_id=fremont.id, tract_no="08231")
    assert [tract.tract_no for tract in listed] == ["8231", "8231-2"]


def test_a_page_within_a_range_of_pages_finds_the_map(recorded: Session, fremont: stores.District) -> None:
    (tract,) = tracts.find_by_page(recorded, district_id=fremont.id, map_book="12", map_page="35")
    assert tract.tract_no == "8231"
    assert tracts.find_by_page(recorded, district_id=fremont.id, map_book="12", map_page="37") == []


def test_a_lot_without_address_or_parcel_is_found_in_the_search_box(
    recorded: Session, fremont: stores.District
) -> None:
    indexing.index(recorded, district=fremont, kinds=["lot", "tract"])
    hit = search.find(recorded, "lot 23 tract 8231").results[0]
    assert (hit.label, hit.kind, hit.why) == ("Lot 23, Tract 8231", "lot", "exact")
    assert hit.ref.startswith("lot-")
    assert (hit.lon, hit.lat) == pytest.approx((-121.98, 37.5))
    assert search.find(recorded, "willow bend", kinds=["tract"]).results[0].label == "WB · Willow Bend"


def test_lots_of_a_parcel_are_told(recorded: Session, fremont: stores.District) -> None:
    parcel = given_parcel(recorded, fremont, "1-1", shapely.box(-121.98, 37.5, -121.97, 37.51))
    lots = tracts.find_lots(recorded, district_id=fremont.id, text="Lots 1-2, Tract 8231")
    for match in lots:
        match.lot.parcel_id = parcel.id
    recorded.flush()
    assert [match.lot.lot for match in tracts.lots_of_parcel(recorded, parcel.id)] == ["1", "2"]


def test_lots_of_a_file_are_kept_or_named_and_make_their_tract(
    map_session: Session, fremont: stores.District, tmp_path: Path
) -> None:
    file = tmp_path / "lots.csv"
    file.write_text(
        "TRACT,BLOCK,LOT,lon,lat\nTR-08231,,23,-121.97,37.53\n8231,,Lot 24,-121.9701,37.53\n"
        "West's Addition,Block 3,5,-121.9702,37.53\n,,7,-121.97,37.53\n8231,,,-121.97,37.53\n8231,,25,,\n"
    )
    columns = {"tract": "TRACT", "block": "BLOCK", "lot": "LOT", "lon": "lon", "lat": "lat"}
    now = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    for _ in range(2):
        report = imports.load(map_session, district=fremont, layer="lots", file=file, columns=columns, now=now)
        assert (report.read, report.kept, report.rejected) == (6, 3, 3)
        assert report.reasons == {"blank_number": 1, "no_lot": 1, "no_shape": 1}
    assert map_session.scalar(select(func.count()).select_from(stores.Lot)) == 3
    for typed in ("lot 24 tract 8231", "lot 5 blk 3 wests addition"):
        (hit,) = search.find(map_session, typed, kinds=["lot"]).results
        assert hit.ref.startswith("lot-"), typed
