"""Addresses come out the one way the postal service writes them, and names that look like street words stay names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import addresses

LINES = [
    ("303  THIRD ST  #508", "303 3RD ST # 508"),
    ("48-50 Creighton Street", "48-50 CREIGHTON ST"),
    ("123 1/2 N. Main Street, Apt 4", "123 1/2 N MAIN ST APT 4"),
    ("179-1/2 Harvard St", "179 1/2 HARVARD ST"),
    ("332-1 Broadway", "332-1 BROADWAY"),
    ("12 Avenue D", "12 AVENUE D"),
    ("1 Avenue N", "1 AVENUE N"),
    ("5 St James Ct", "5 ST JAMES CT"),
    ("5 Saint James Court", "5 ST JAMES CT"),
    ("41000 El Camino Real", "41000 EL CAMINO REAL"),
    ("100 N St", "100 N ST"),
    ("1 W Ave", "1 W AVE"),
    ("55 West St", "55 WEST ST"),
    ("12 Mission View Drive", "12 MISSION VIEW DR"),
    ("7 Calle Amigo", "7 CALLE AMIGO"),
    ("12 Avenida Plaza", "12 AVENIDA PLAZA"),
    ("9 Calle Peñasco", "9 CALLE PENASCO"),
    ("12 A Brattle St", "12A BRATTLE ST"),
    ("4 Third Street North", "4 3RD ST N"),
    ("12 Saint Marys Rd Unit 007", "12 ST MARYS RD UNIT 007"),
    ("1500 Northeast 15th Ave", "1500 NE 15TH AVE"),
    ("225 MONSIGNOR O'BRIEN HWY #848/4", "225 MONSIGNOR OBRIEN HWY # 848/4"),
    ("0012 Park Avenue West", "12 PARK AVE W"),
    ("77 Broadway", "77 BROADWAY"),
]


@pytest.mark.parametrize(("written", "line"), LINES)
def test_an_address_is_written_the_one_way(written: str, line: str) -> None:
    assert addresses.normalise(written) == line


@pytest.mark.parametrize("line", [line for _, line in LINES])
def test_a_normalised_address_stays_as_it_is(line: str) -> None:
    assert addresses.normalise(line) == line


def test_city_state_and_zip_are_read_after_the_comma() -> None:
    address = addresses.parse("123A Main St, Suite 5, Fremont, CA 94538-1234")
    assert (address.house, address.street, address.unit_kind, address.unit) == ("123A", "MAIN ST", "STE", "5")
    assert (address.city, address.state, address.zip) == ("FREMONT", "CA", "94538-1234")


def test_a_range_covers_the_numbers_of_its_side() -> None:
    assert addresses.house_numbers(addresses.parse("48-52 Creighton St")) == (48, 50, 52)
    assert addresses.house_numbers(addresses.parse("332-1 Broadway")) == (332,)
    assert addresses.house_numbers(addresses.parse("Broadway")) == ()


def test_a_street_alone_is_no_house_number() -> None:
    assert addresses.parse("3rd St").number is None
    assert addresses.street_of("Massachusetts Avenue") == "MASSACHUSETTS AVE"


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_without_an_error(text: str) -> None:
    once = addresses.parse(text).line
    assert once == once.upper()
