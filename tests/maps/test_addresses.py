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


@pytest.mark.parametrize(
    ("text", "line", "city"),
    [
        ("1500 PENNSYLVANIA AVENUE NW WASHINGTON DC 20004", "1500 PENNSYLVANIA AVE NW", "WASHINGTON"),
        ("123 MAIN ST APT 4 ALLEN TX 75002", "123 MAIN ST APT 4", "ALLEN"),
        ("10 MAIN ST WALNUT CREEK CA 94596-1234", "10 MAIN ST", "WALNUT CREEK"),
        ("1239 C STREET NE WASHINGTON DC 20009", "1239 C ST NE", "WASHINGTON"),
        ("12 A MAIN ST", "12A MAIN ST", None),
        ("41 Calle de la Rosa", "41 CALLE DE LA ROSA", None),
        ("12 E ST # 4", "12 E ST # 4", None),
    ],
)
def test_a_city_behind_the_line_is_no_part_of_the_street(text: str, line: str, city: str | None) -> None:
    found = addresses.parse(text)
    assert (found.line, found.city) == (line, city)


def test_a_city_known_from_other_rows_is_parted_without_a_zip() -> None:
    found = addresses.parse("500 AVENUE D ALLEN", cities={"ALLEN"})
    assert (found.line, found.city) == ("500 AVENUE D", "ALLEN")
