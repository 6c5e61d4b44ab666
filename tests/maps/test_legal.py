"""Legal descriptions: what kind they are, and which lots they name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import legal
from maps.legal import LegalKind


@pytest.mark.parametrize(
    "text",
    ["Lot 23, Tract 8231", "L23 T8231", "LT 23 TR 8231", "tract no. 8231 lot 23", "Lot #23 of Tract 08231"],
)
def test_a_lot_of_a_tract_is_read_from_any_spelling(text: str) -> None:
    found = legal.parse(text)
    assert found is not None
    assert (found.kind, found.tract_no, found.lots) == (LegalKind.TRACT_LOT, "8231", ("23",))
    assert legal.query_keys(text) == ("TRACT8231LOT23",)


def test_a_phase_is_another_tract_map_than_one_with_a_longer_number() -> None:
    assert legal.query_keys("Lot 1 Tract 8231-2") != legal.query_keys("Lot 1 Tract 82312")


def test_a_parcel_map_is_no_tract() -> None:
    found = legal.parse("Parcel 1, PM 5432")
    assert found is not None
    assert (found.kind, found.tract_no, found.parcel, found.lots) == (LegalKind.PARCEL_MAP, "5432", "1", ())


def test_a_texan_subdivision_has_block_and_lot() -> None:
    found = legal.parse("NORTH RIDGE ESTATES (CBL), BLK 2, LOT 3")
    assert found is not None
    assert (found.kind, found.subdivision, found.block, found.lots) == (
        LegalKind.SUBDIVISION,
        "NORTH RIDGE ESTATES",
        "2",
        ("3",),
    )


def test_a_replatted_lot_of_a_phase_keeps_its_letter() -> None:
    found = legal.parse("WILLOW BEND PHASE 2, BLK A, LOT 5R")
    assert found is not None
    assert (found.subdivision, found.phase, found.block, found.lots) == ("WILLOW BEND", "2", "A", ("5R",))


def test_a_tract_of_an_abstract_is_no_subdivision() -> None:
    found = legal.parse("ABS A0251 JONATHAN DOUTHIT SURVEY, SHEET 2, TRACT 28, 2.323 ACRES")
    assert found is not None
    assert found.kind is LegalKind.ABSTRACT
    assert (found.abstract_no, found.survey, found.sheet, found.tract) == ("A0251", "JONATHAN DOUTHIT", "2", "28")
    assert found.acres == Decimal("2.323")
    assert legal.query_keys("ABS A0251 JONATHAN DOUTHIT SURVEY, SHEET 2, TRACT 28") == ("ABSA0251TRACT28",)


@pytest.mark.parametrize(
    ("text", "lots"),
    [
        ("LOTS 1-3, TRACT 100", ("1", "2", "3")),
        ("lots 1, 2 & 4 Tract 55", ("1", "2", "4")),
        ("Lots 7 thru 9 Tract 55", ("7", "8", "9")),
        ("Lot A, Tract 8231", ("A",)),
    ],
)
def test_several_lots_are_listed_one_by_one(text: str, lots: tuple[str, ...]) -> None:
    found = legal.parse(text)
    assert found is not None
    assert found.lots == lots


def test_a_page_of_a_book_of_maps_is_read() -> None:
    found = legal.parse("Tract 8231, Book 12 of Maps, Page 34-36")
    assert found is not None
    assert (found.kind, found.map_book, found.map_page) == (LegalKind.TRACT_LOT, "12", "34-36")


@pytest.mark.parametrize("text", ["123 Main St", "", "1437 Lot St", "Mission & Olive"])
def test_what_describes_no_land_is_no_description(text: str) -> None:
    assert legal.parse(text) is None


@given(st.text(alphabet="LOT TRACBKPM0123456789,-& .#", max_size=60))
def test_any_scramble_is_read_without_an_error(text: str) -> None:
    legal.query_keys(text)
