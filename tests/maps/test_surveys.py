"""Recorded surveys lead to a place by what their notes say, in whatever words that was written."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from sqlalchemy.orm import Session

from maps import imports, search, sheets, sources
from tests.maps.conftest import REFERENCE_DATA, given_district

NOW = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
LON, LAT = -123.2, 45.86
NOTES = {
    "S2-022": ("Subdivision", "WEST'S ADD TO VERNONIA", None),
    "CS5429": ("Survey", None, "Exterior Boundary Of Lots 1 & 2, Blk 3, West's Addition To Vernonia [S2-022]"),
    "CS5211": ("Survey", None, "Part Of Lot 5 & 6, Blk 3, West's Addition To Vernonia [S2-022]"),
    "CS4030": ("Survey", None, "Located In Lot 2, Block 4, West's Addition To Vernonia [S2-022]"),
    "CS5682": ("Survey", None, "Second Add. to Vernonia [SDV L-397], Lot 11 & 12, Blk. 20"),
    "CSL-1633": ("Survey", None, "Located in Lots 1-3 & 10-12, Block26, Second Addition to Vernonia [SDV L-397]"),
    "CS4263": ("Survey", None, "Two Tracts, Vernonia"),
}


@pytest.fixture
def vernonia(map_session: Session, tmp_path: Path) -> Session:
    district = given_district(map_session, code="vernonia", apn_format="as_written")
    features = [
        {
            "type": "Feature",
            "properties": {
                "SurveyId": name,
                "SurveyType": kind,
                "Subdivision": plat,
                "Comments": note,
                "FileDate": None,
            },
            "geometry": shapely.geometry.mapping(shapely.box(LON, LAT, LON + 0.001 * at, LAT + 0.001)),
        }
        for at, (name, (kind, plat, note)) in enumerate(NOTES.items(), start=1)
    ]
    file = tmp_path / "surveys.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    columns = sources.describe("vernonia_or").layers["surveys"]
    imports.load(map_session, district=district, layer="surveys", file=file, columns=columns, now=NOW)
    return map_session


def names(session: Session, typed: str) -> set[str]:
    return {hit.label.rpartition(" ")[2] for hit in search.find(session, typed).results}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("West's addition blk 3", {"CS5429", "CS5211"}),
        ("wests add block 3 lot 2", {"CS5429"}),
        ("lot 5 blk 3 west's addition", {"CS5211"}),
        ("lot 11 blk 20 second addition", {"CS5682"}),
        ("2nd add. to vernonia lot 11 block 26", {"CSL-1633"}),
        ("Lot 3, Block 26, Second Addition to Vernonia", {"CSL-1633"}),
    ],
)
def test_a_lot_is_found_in_the_notes_of_the_surveys_that_name_it(
    vernonia: Session, typed: str, found: set[str]
) -> None:
    assert names(vernonia, typed) == found


@pytest.mark.parametrize("typed", ["2-022", "S2-022", "s2 022"])
def test_a_plat_is_found_by_its_number_before_what_refers_to_it(vernonia: Session, typed: str) -> None:
    assert search.find(vernonia, typed).results[0].label == "Subdivision S2-022"


@pytest.mark.parametrize("typed", ["5682", "CS 5682", "cs5682"])
def test_a_survey_is_found_with_and_without_the_letters_before_its_number(vernonia: Session, typed: str) -> None:
    assert search.find(vernonia, typed).results[0].label == "Survey CS5682"


def test_surveys_are_among_the_sheets_that_cover_a_point(vernonia: Session) -> None:
    listed = [sheet.name for sheet in sheets.covering(vernonia, lon=LON + 0.0045, lat=LAT + 0.0005)]
    assert listed == ["CS5682", "CSL-1633", "CS4263"]


def test_every_lot_that_the_notes_of_vernonia_name_leads_to_its_survey(map_session: Session) -> None:
    file = REFERENCE_DATA / "vernonia_or" / "record_surveys.geojson"
    if not file.is_file():
        pytest.skip("the reference data is not there (CURBSTOP_REFERENCE_DATA)")
    district = given_district(map_session, code="vernonia", apn_format="as_written")
    columns = sources.describe("vernonia_or").layers["surveys"]
    report = imports.load(map_session, district=district, layer="surveys", file=file, columns=columns, now=NOW)
    assert (report.read, report.kept) == (629, 629)
    assert "CS5682" in names(map_session, "lot 11 blk 20 second addition")
    assert "CS5211" in names(map_session, "lot 6 block 3 wests addition")
    assert {"CS5619", "CSL-1332"} <= names(map_session, "Block 16 East Side Addition lot 7")
