"""Parcels are found by a point and by number; old numbers lead to the land's present parcels."""

from datetime import date

import shapely
from sqlalchemy.orm import Session

from maps import lineage, parcels, stores
from tests.maps.test_stores import given_parcel

LON, LAT = -121.98, 37.55
STEP = 0.001


def square(column: int, row: int, wide: float = 1.0, high: float = 1.0) -> shapely.Polygon:
    west, south = LON + column * STEP, LAT + row * STEP
    return shapely.box(west, south, west + wide * STEP, south + high * STEP)


def given_numbered(
    session: Session, district: stores.District, canonical: str, shape: shapely.Polygon
) -> stores.Parcel:
    return given_parcel(session, district, canonical, shape)


def test_a_point_is_in_its_parcel_and_not_in_the_neighbour(map_session: Session, fremont: stores.District) -> None:
    given_numbered(map_session, fremont, "501-0521-001-00", square(0, 0))
    given_numbered(map_session, fremont, "501-0521-002-00", square(1, 0))
    found = parcels.at_point(map_session, lon=LON + 0.5 * STEP, lat=LAT + 0.5 * STEP)
    assert [parcel.number_canonical for parcel in found] == ["501-0521-001-00"]


def test_a_point_in_the_box_but_off_the_land_is_in_no_parcel(map_session: Session, fremont: stores.District) -> None:
    corner = shapely.Polygon([(LON, LAT), (LON + STEP, LAT), (LON, LAT + STEP)])
    given_numbered(map_session, fremont, "501-0521-001-00", corner)
    assert parcels.at_point(map_session, lon=LON + 0.9 * STEP, lat=LAT + 0.9 * STEP) == []


def test_where_parcels_overlap_the_smaller_comes_first(map_session: Session, fremont: stores.District) -> None:
    big = given_numbered(map_session, fremont, "501-0521-001-00", square(0, 0, 4, 4))
    small = given_numbered(map_session, fremont, "501-0521-002-00", square(1, 1))
    big.area_m2, small.area_m2 = 1600.0, 100.0
    map_session.flush()
    found = parcels.at_point(map_session, lon=LON + 1.5 * STEP, lat=LAT + 1.5 * STEP)
    assert [parcel.number_canonical for parcel in found] == ["501-0521-002-00", "501-0521-001-00"]


def test_the_nearest_parcel_is_told_with_its_distance(map_session: Session, fremont: stores.District) -> None:
    given_numbered(map_session, fremont, "501-0521-001-00", square(0, 0))
    ((parcel, metres),) = parcels.near(map_session, lon=LON - STEP, lat=LAT + 0.5 * STEP, radius_m=150)
    assert parcel.number_canonical == "501-0521-001-00"
    assert 87 < metres < 90  # a thousandth of a degree of longitude at 37.55 north
    assert parcels.near(map_session, lon=LON - STEP, lat=LAT + 0.5 * STEP, radius_m=50) == []


def test_a_retired_parcel_is_no_land_any_more(map_session: Session, fremont: stores.District) -> None:
    parcel = given_numbered(map_session, fremont, "501-0521-001-00", square(0, 0))
    parcel.retired_on = date(2026, 1, 1)
    map_session.flush()
    assert parcels.at_point(map_session, lon=LON + 0.5 * STEP, lat=LAT + 0.5 * STEP) == []


def test_a_number_in_any_spelling_finds_its_parcel(map_session: Session, fremont: stores.District) -> None:
    given_numbered(map_session, fremont, "501-0521-012-00", square(0, 0))
    for text in ("501-0521-012-00", "501 521 12", "501052101200", "501-0521-012"):
        (match,) = parcels.find_by_number(map_session, district=fremont, text=text)
        assert match.parcel.number_canonical == "501-0521-012-00"


def test_a_number_that_goes_on_lists_all_it_may_be(map_session: Session, fremont: stores.District) -> None:
    for sub in ("01", "02"):
        given_numbered(map_session, fremont, f"501-0521-012-{sub}", square(int(sub), 0))
    matches = parcels.find_by_number(map_session, district=fremont, text="501-521-12")
    assert [(match.parcel.number_canonical, match.how) for match in matches] == [
        ("501-0521-012-01", "cut_off"),
        ("501-0521-012-02", "cut_off"),
    ]


def trace(session: Session, district: stores.District, old: shapely.Polygon, fresh: set[str]) -> None:
    lineage.trace(session, district_id=district.id, vanished={"501-0521-001-00": old}, fresh=fresh, on=date(2026, 7, 1))


def old_number_leads_to(session: Session, district: stores.District) -> list[str]:
    matches = parcels.find_by_number(session, district=district, text="501-521-1")
    assert {match.how for match in matches} <= {"former"}
    return [match.parcel.number_canonical for match in matches]


def test_a_split_parcel_lives_on_in_its_parts(map_session: Session, fremont: stores.District) -> None:
    given_numbered(map_session, fremont, "501-0521-010-00", square(0, 0, 0.5))
    part = given_numbered(
        map_session, fremont, "501-0521-011-00", shapely.box(LON + STEP / 2, LAT, LON + STEP, LAT + STEP)
    )
    trace(map_session, fremont, square(0, 0), {"501-0521-010-00", "501-0521-011-00"})
    assert old_number_leads_to(map_session, fremont) == ["501-0521-010-00", "501-0521-011-00"]
    (entry,) = parcels.lineage_of(map_session, part.id)
    assert (entry.kind, entry.old_number, entry.since_on) == ("split", "501-0521-001-00", date(2026, 7, 1))


def test_a_merged_parcel_lives_on_in_the_larger_one(map_session: Session, fremont: stores.District) -> None:
    heir = given_numbered(map_session, fremont, "501-0521-010-00", square(0, 0, 2))
    trace(map_session, fremont, square(0, 0), {"501-0521-010-00"})
    assert old_number_leads_to(map_session, fremont) == ["501-0521-010-00"]
    assert [entry.kind for entry in parcels.lineage_of(map_session, heir.id)] == ["merge"]


def test_a_renumbered_parcel_keeps_its_land_and_neighbours_inherit_nothing(
    map_session: Session, fremont: stores.District
) -> None:
    given_numbered(map_session, fremont, "501-0521-010-00", square(0, 0))
    neighbour = given_numbered(map_session, fremont, "501-0521-002-00", square(1, 0))
    trace(map_session, fremont, square(0, 0), {"501-0521-010-00"})
    trace(map_session, fremont, square(0, 0), {"501-0521-010-00"})
    assert old_number_leads_to(map_session, fremont) == ["501-0521-010-00"]
    assert parcels.lineage_of(map_session, neighbour.id) == []
