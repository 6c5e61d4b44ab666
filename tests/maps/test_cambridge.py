"""The reference town comes in whole: Cambridge's files with all their mess."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import geocoding, imports, parcels, search, sheets, sources, stores
from tests.maps.conftest import given_district

pytestmark = pytest.mark.reference
NOW = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)


@pytest.mark.timeout(600)
def test_cambridge_comes_in_with_every_row_accounted_for(map_session: Session, cambridge_folder: Path) -> None:
    city = given_district(map_session, code="cambridge", apn_format="massachusetts")
    described = sources.describe("cambridge_ma")
    reports = {}
    for layer, columns in described.layers.items():
        assert columns.file is not None
        reports[layer] = imports.load(
            map_session, district=city, layer=layer, file=cambridge_folder / columns.file, columns=columns, now=NOW
        )
    for layer, report in reports.items():
        assert report.read == report.kept + report.rejected, layer
        rejected = select(func.count(stores.RejectedRow.row.distinct())).where(
            stores.RejectedRow.import_id == report.import_id, stores.RejectedRow.outcome == "rejected"
        )
        assert map_session.scalar(rejected) == report.rejected, layer
    assert {layer: report.read for layer, report in reports.items()} == {
        "streets": 2643, "intersections": 1872, "parcels": 13116, "tax_roll": 27528, "addresses": 57021,
        "hydrants": 1960, "sheets": 286,
    }  # fmt: skip
    assert reports["parcels"].reasons["not_a_parcel"] == 82
    assert reports["parcels"].reasons["same_number_joined"] == 8
    assert reports["hydrants"].reasons["blank_number"] == 36
    assert reports["hydrants"].reasons["duplicate_number"] == 6
    assert reports["streets"].reasons["direction_missing"] == 51

    shapes = map_session.scalars(select(stores.Parcel.shape)).all()
    assert all(shape.is_valid for shape in shapes)
    (match,) = parcels.find_by_number(map_session, district=city, text="267.3 275")
    inside = match.parcel.shape.representative_point()
    assert match.parcel in parcels.at_point(map_session, lon=inside.x, lat=inside.y)
    assert sheets.covering(map_session, lon=inside.x, lat=inside.y)
    assert geocoding.load_ranges(map_session, district_id=city.id).place(number=77, street="Massachusetts Avenue")

    for typed, label in (
        ("77 massachusetts avenue", "77 MASSACHUSETTS AVE"),
        ("77 massachusets av", "77 MASSACHUSETTS AVE"),
        ("303 third st 508", "303 3RD ST # 508"),
        ("pearl & franklin", "Franklin St & Pearl St"),
        ("267.3-275", "267.3-275"),
        ("hydrant 3051", "Hydrant 3051"),
    ):
        assert search.find(map_session, typed).results[0].label == label


@pytest.mark.timeout(600)
def test_the_next_years_parcels_give_old_numbers_heirs(map_session: Session, cambridge_folder: Path) -> None:
    city = given_district(map_session, code="cambridge", apn_format="massachusetts")
    reports = [
        imports.load(
            map_session,
            district=city,
            layer="parcels",
            file=cambridge_folder / f"parcels_fy{year}.gpkg",
            columns={"number": "ML"},
            now=datetime(year, 7, 1, tzinfo=UTC),
        )
        for year in (2013, 2014)
    ]
    assert [report.retired for report in reports] == [0, 95]
    retired = set(map_session.scalars(select(stores.Parcel.number).where(stores.Parcel.retired_on.is_not(None))))
    with_heirs = set(map_session.scalars(select(stores.ParcelLineage.old_number)))
    assert with_heirs <= retired
    assert len(with_heirs) > 0.9 * len(retired)
