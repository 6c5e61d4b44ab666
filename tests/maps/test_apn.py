"""Parcel numbers are read from any spelling and written the county's way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import apn

SPELLINGS = [
    ("alameda", "501-0521-012-00", "501-0521-012-00"),
    ("alameda", "501-521-12", "501-0521-012-00"),
    ("alameda", "501 521 12", "501-0521-012-00"),
    ("alameda", "501/0521/012/00", "501-0521-012-00"),
    ("alameda", "501052101200", "501-0521-012-00"),
    ("alameda", "5010521012", "501-0521-012-00"),
    ("alameda", " 501 - 521 - 12 - 3 ", "501-0521-012-03"),
    ("alameda", "80a-123-4", "080A-0123-004-00"),
    ("generic_ca", "006-0153-011-0000", "006-0153-011-0000"),
    ("generic_ca", "6-153-11", "006-0153-011-0000"),
    ("generic_ca", "00601530110000", "006-0153-011-0000"),
    ("fresno", "401-220-15s", "401-220-15S"),
    ("fresno", "40122015S", "401-220-15S"),
    ("collin", "2683451", "2683451"),
    ("collin", "R-1234-00A-0120-1", "R-1234-00A-0120-1"),
    ("collin", "r 1234 a 120", "R-1234-00A-0120-1"),
    ("massachusetts", "267.3-275", "267.3-275"),
    ("massachusetts", "1a-xl", "1A-XL"),
    ("massachusetts", "190-RR3", "190-RR3"),
    ("massachusetts", "007-0018", "7-18"),
    ("washington_ssl", "0542S   0023", "0542S 0023"),
    ("washington_ssl", "0542 S 23", "0542S 0023"),
    ("washington_ssl", "542 23", "0542 0023"),
]


@pytest.mark.parametrize(("county", "written", "canonical"), SPELLINGS)
def test_any_spelling_of_a_number_is_the_same_number(county: str, written: str, canonical: str) -> None:
    assert apn.parse(written, county=county).canonical == canonical


@pytest.mark.parametrize(("county", "canonical"), sorted({(county, canonical) for county, _, canonical in SPELLINGS}))
def test_a_canonical_number_reads_back_as_itself(county: str, canonical: str) -> None:
    assert apn.parse(canonical, county=county).canonical == canonical


@pytest.mark.parametrize("mark", ["---", "--R", "--MD", "ROAD", "RR", "-", "--R9"])
def test_marks_on_roads_and_railways_are_no_parcels(mark: str) -> None:
    with pytest.raises(apn.ParcelNumberError) as refused:
        apn.parse(mark, county="massachusetts")
    assert refused.value.reason == "not_a_parcel"


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_a_blank_is_named_as_blank(blank: str | None) -> None:
    with pytest.raises(apn.ParcelNumberError) as refused:
        apn.parse(blank, county="alameda")
    assert refused.value.reason == "blank"


def test_a_number_of_another_county_is_refused_with_an_example_of_the_right_one() -> None:
    with pytest.raises(apn.ParcelNumberError, match="501-0521-012-00") as refused:
        apn.parse("267.3-275", county="alameda")
    assert refused.value.reason == "unreadable"


def test_an_unknown_county_names_those_known() -> None:
    with pytest.raises(ValueError, match="alameda"):
        apn.parse("1-2-3", county="atlantis")


def test_a_number_is_found_unpadded_and_without_its_default_tail() -> None:
    keys = apn.own_keys(apn.parse("501-0521-012-00", county="alameda"))
    assert {"501052101200", "5010521012", "50152112", "501521120"} <= set(keys)


def test_a_number_cut_off_at_the_right_is_a_beginning() -> None:
    keys = apn.query_keys("501-0521", county="alameda")
    assert keys.exact == ("~501.521",)
    assert keys.beginnings == ("5010521", "~501.521.")


def test_a_number_without_its_sub_may_mean_any_sub() -> None:
    keys = apn.query_keys("501 521 12", county="alameda")
    assert "501052101200" in keys.exact
    assert keys.beginnings == ("5010521012", "~501.521.12.")


@given(
    book=st.integers(1, 999),
    page=st.integers(1, 9999),
    parcel=st.integers(1, 999),
    sub=st.integers(0, 99),
    joint=st.sampled_from(["-", " ", "/", " - "]),
)
def test_padding_and_joints_never_change_which_parcel_is_meant(
    book: int, page: int, parcel: int, sub: int, joint: str
) -> None:
    padded = f"{book:03}-{page:04}-{parcel:03}-{sub:02}"
    bare = joint.join(str(part) for part in (book, page, parcel, sub))
    assert apn.parse(bare, county="alameda").canonical == padded
    assert apn.parse(padded.replace("-", ""), county="alameda").canonical == padded
    assert apn.parse(bare, county="alameda").key in apn.query_keys(bare, county="alameda").exact


@given(text=st.text(max_size=40), county=st.sampled_from(sorted(apn.FORMATS)))
def test_whatever_is_typed_gives_keys_and_never_an_error(text: str, county: str) -> None:
    apn.query_keys(text, county=county)
