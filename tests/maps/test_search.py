"""The search box: any way a caller names a place leads to it, and says why."""

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import apn, legal, search, stores
from maps.search import Entry


@pytest.fixture
def town(map_session: Session, fremont: stores.District) -> Session:
    """A few places, an account holder and a meter."""
    number = apn.parse("501-0521-012-00", county="alameda")
    search.put(
        map_session,
        [
            Entry(
                kind="parcel",
                ref="parcel-1",
                label=number.canonical,
                keys=apn.own_keys(number),
                words=apn.words_of(number),
            ),
            Entry(kind="parcel", ref="parcel-2", label="501-0521-012-01", keys=("501-0521-012-01",)),
            Entry(kind="address", ref="parcel-1", label="12 MISSION BLVD"),
            Entry(kind="address", ref="parcel-2", label="121 MISSION BLVD"),
            Entry(kind="address", ref="parcel-3", label="12 MISSION VIEW DR"),
            Entry(kind="address", ref="parcel-4", label="5 N ST"),
            Entry(kind="address", ref="parcel-5", label="5 ST JAMES CT"),
            Entry(kind="intersection", ref="point-1,2", label="Mission Blvd & Olive St"),
            Entry(
                kind="lot",
                ref="point-3,2",
                label="Lot 23, Tract 8231",
                keys=(legal.lot_key(tract_no="8231", lot="23"),),
            ),
            Entry(kind="meter", ref="premise-1", label="Meter 77004821", keys=("77004821",)),
            Entry(kind="phone", ref="premise-1", label="(510) 555-1212", keys=("5105551212",)),
            Entry(kind="customer", ref="premise-1", label="José Núñez-Pérez"),
        ],
    )
    return map_session


def labels(session: Session, query: str, **kw) -> list[str]:
    return [hit.label for hit in search.find(session, query, **kw).results]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("501-0521-012-00", "501-0521-012-00"),
        ("501 521 12", "501-0521-012-00"),
        ("50152112", "501-0521-012-00"),
        ("501052101201", "501-0521-012-01"),
        ("12 mission", "12 MISSION BLVD"),
        ("12 mission boulevard", "12 MISSION BLVD"),
        ("12 Mission View Drive", "12 MISSION VIEW DR"),
        ("mission & olive", "Mission Blvd & Olive St"),
        ("olive at mission", "Mission Blvd & Olive St"),
        ("L23 T8231", "Lot 23, Tract 8231"),
        ("tract 8231 lot 23", "Lot 23, Tract 8231"),
        ("77004821", "Meter 77004821"),
        ("meter 77004821", "Meter 77004821"),
        ("4821", "Meter 77004821"),
        ("510-555-1212", "(510) 555-1212"),
        ("+1 (510) 555 1212", "(510) 555-1212"),
        ("nunez", "José Núñez-Pérez"),
        ("perez jose", "José Núñez-Pérez"),
        ("5 north street", "5 N ST"),
        ("5 saint james court", "5 ST JAMES CT"),
    ],
)
def test_what_is_typed_leads_to_the_place_first(town: Session, typed: str, found: str) -> None:
    assert labels(town, typed)[:1] == [found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("12 mision boulevard", "12 MISSION BLVD"),
        ("12 missoin blvd", "12 MISSION BLVD"),
        ("misson & olvie", "Mission Blvd & Olive St"),
        ("jose nunes", "José Núñez-Pérez"),
    ],
)
def test_a_typing_mistake_is_corrected_and_said_so(town: Session, typed: str, found: str) -> None:
    first = search.find(town, typed).results[0]
    assert (first.label, first.why) == (found, "corrected")
    assert first.corrected


def test_a_house_number_is_whole_once_the_street_follows(town: Session) -> None:
    assert "121 MISSION BLVD" not in labels(town, "12 mission")


def test_a_wrong_street_word_does_not_hide_the_street(town: Session) -> None:
    assert labels(town, "12 mission avenue")[:1] == ["12 MISSION BLVD"]


def test_a_house_number_nobody_has_shows_the_street_and_says_so(town: Session) -> None:
    found = search.find(town, "99 mission blvd")
    assert {hit.why for hit in found.results} == {"street_only"}
    assert "12 MISSION BLVD" in [hit.label for hit in found.results]


def test_the_digits_of_a_house_are_no_parcel_number(town: Session) -> None:
    number = apn.parse("149-0001-009-00", county="alameda")
    search.put(town, [Entry(kind="parcel", ref="parcel-9", label=number.canonical, keys=apn.own_keys(number))])
    assert search.find(town, "14919").results[0].label == number.canonical
    listed = search.find(town, "14919 Mission Boulevard").results
    assert ("121 MISSION BLVD", "street_only") in [(hit.label, hit.why) for hit in listed]


def test_a_number_cut_off_lists_all_it_may_mean(town: Session) -> None:
    found = search.find(town, "501-0521-012")
    assert {hit.label for hit in found.results} == {"501-0521-012-00", "501-0521-012-01"}
    assert found.total == 2


def test_an_exact_key_comes_before_anything_that_only_looks_like_it(town: Session) -> None:
    search.put(town, [Entry(kind="address", ref="parcel-9", label="77004821 MISSION BLVD")])
    first = search.find(town, "77004821").results[0]
    assert (first.kind, first.why) == ("meter", "exact")


def test_the_matched_letters_are_marked(town: Session) -> None:
    (hit,) = search.find(town, "12 mission view").results
    assert [hit.label[start:end] for start, end in hit.matched] == ["12", "MISSION", "VIEW"]
    phone = search.find(town, "5105551212").results[0]
    assert [phone.label[start:end] for start, end in phone.matched] == ["510) 555-1212"]


def test_only_the_asked_kinds_are_found(town: Session) -> None:
    assert labels(town, "mission", kinds=["intersection"]) == ["Mission Blvd & Olive St"]


def test_an_entry_put_again_is_changed_not_doubled(town: Session) -> None:
    search.put(town, [Entry(kind="meter", ref="premise-1", label="Meter 77004821", keys=("99990000",))])
    assert labels(town, "99990000") == ["Meter 77004821"]
    assert town.scalar(select(func.count()).where(stores.SearchEntry.kind == "meter")) == 1
    assert search.find(town, "meter 77004821").results[0].why == "words"


def test_a_replaced_entry_is_found_no_more(town: Session) -> None:
    search.replace_all(
        town,
        kind="meter",
        ref="premise-1",
        entries=[Entry(kind="meter", ref="premise-1", label="Meter 88115932", keys=("88115932",))],
    )
    assert labels(town, "77004821") == []
    assert labels(town, "88115932") == ["Meter 88115932"]


def test_a_removed_entry_is_found_no_more(town: Session) -> None:
    search.remove(town, kind="customer", ref="premise-1")
    assert labels(town, "nunez") == []


def test_the_premise_stands_for_the_same_address_of_the_map(town: Session) -> None:
    search.put(town, [Entry(kind="address", ref="premise-7", label="12 MISSION BLVD")])
    hits = [hit for hit in search.find(town, "12 mission blvd").results if hit.label == "12 MISSION BLVD"]
    assert [hit.ref for hit in hits] == ["premise-7"]


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", '"', "';--", "\\", "*", "NEAR(", "🙂", "a" * 5000, "\x00", "- - -"]
)
def test_hostile_or_empty_text_finds_nothing_and_breaks_nothing(town: Session, typed: str) -> None:
    assert search.find(town, typed).results == ()


def test_words_put_in_one_transaction_and_undone_correct_nothing_later(town: Session) -> None:
    town.commit()
    search.put(town, [Entry(kind="customer", ref="premise-2", label="Zebedee Quux")])
    assert labels(town, "zebedbe") == ["Zebedee Quux"]
    town.rollback()
    search.put(town, [Entry(kind="customer", ref="premise-3", label="Xanadu Vortex")])
    assert labels(town, "zebedbe") == []
    assert labels(town, "xanadv") == ["Xanadu Vortex"]


@pytest.fixture
def land(map_session: Session, fremont: stores.District) -> Session:
    """Forty parcels of one page and some others, and two streets of houses."""
    numbers = [f"501-0521-{n:03d}-00" for n in range(1, 40)] + ["92A-0919-018-00", "543-0302-117-00", "543-0302-118-00"]
    entries = []
    for at, text in enumerate(numbers):
        number = apn.parse(text, county="alameda")
        entries.append(
            Entry(kind="parcel", ref=f"parcel-{at}", label=number.canonical, keys=apn.own_keys(number),
                  words=apn.words_of(number))
        )  # fmt: skip
    for house in ("115", "115-117", "117", "119", "12 1/2", "12", "1200"):
        entries.append(Entry(kind="address", ref=f"parcel-{house}", label=f"{house} PLEASANT ST"))
    entries += [
        Entry(kind="address", ref="parcel-90", label="303 3RD ST # 508"),
        Entry(kind="address", ref="parcel-90", label="303 3RD ST # 509"),
        Entry(kind="address", ref="parcel-91", label="5 AVENUE D"),
        Entry(kind="address", ref="parcel-92", label="41 CAMINO DEL ROBLE"),
        Entry(kind="intersection", ref="point-1,2", label="Pleasant St & 3rd St"),
        Entry(kind="intersection", ref="point-1,3", label="Pleasant St & 3rd St & Avenue D"),
    ]
    search.put(map_session, entries)
    return map_session


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("543-0302-171", "543-0302-117-00"),
        ("543 302 17", "543-0302-117-00"),
        ("53-0302-118-00", "543-0302-118-00"),
        ("543030211800", "543-0302-118-00"),
        ("54330211800", "543-0302-118-00"),
        ("92A 0919 81", "092A-0919-018-00"),
        ("0302-543-117", "543-0302-117-00"),
    ],
)
def test_a_parcel_number_with_a_slip_finds_the_nearest(land: Session, typed: str, found: str) -> None:
    assert found in labels(land, typed)[:3]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("115 pleasant street", "115 PLEASANT ST"),
        ("115-117 pleasant", "115-117 PLEASANT ST"),
        ("12 1/2 pleasant st", "12 1/2 PLEASANT ST"),
        ("12 pleasant st", "12 PLEASANT ST"),
        ("pleasant st 119", "119 PLEASANT ST"),
        ("119 Pleasant St, Fremont, CA 94539", "119 PLEASANT ST"),
        ("303 third street apt 509", "303 3RD ST # 509"),
        ("303 thrid st #508", "303 3RD ST # 508"),
        ("303 3rd st 508 fremont ca", "303 3RD ST # 508"),
        ("5 avenue d", "5 AVENUE D"),
        ("5 ave d", "5 AVENUE D"),
        ("41 camino del roble", "41 CAMINO DEL ROBLE"),
        ("41 camno de roble", "41 CAMINO DEL ROBLE"),
        ("119 plesent st", "119 PLEASANT ST"),
        ("119 pleasantst", "119 PLEASANT ST"),
        ("corner of pleasant and 3rd", "Pleasant St & 3rd St"),
        ("3rd st @ plaesant st", "Pleasant St & 3rd St"),
        ("avenue d / pleasant", "Pleasant St & 3rd St & Avenue D"),
    ],
)
def test_a_line_written_otherwise_or_with_slips_leads_to_its_house(land: Session, typed: str, found: str) -> None:
    assert labels(land, typed)[0] == found


def test_a_slip_in_the_house_number_is_said_to_be_corrected(land: Session) -> None:
    first = search.find(land, "1200 plesant st").results[0]
    assert (first.label, first.why) == ("1200 PLEASANT ST", "corrected")
    near = search.find(land, "1201 pleasant st").results
    assert (near[0].label, near[0].why) == ("1200 PLEASANT ST", "corrected")
    assert {hit.why for hit in near[1:]} == {"street_only"}


def test_a_house_nobody_lists_is_put_on_its_street_and_marked_so(land: Session, fremont: stores.District) -> None:
    line = shapely.LineString([(-122.0, 37.5), (-121.99, 37.5)])
    land.add(
        stores.Street(
            district_id=fremont.id,
            name="Pleasant Street",
            street_class="local",
            shape=line,
            speed_kmh=32.0,
            left_from=301,
            left_to=399,
            right_from=300,
            right_to=398,
        )
    )
    land.flush()
    first = search.find(land, "350 pleasant st").results[0]
    assert (first.why, first.label) == ("interpolated", "350 PLEASANT ST")
    assert first.lon == pytest.approx(-121.995, abs=2e-4)


def test_a_description_in_the_tax_roll_finds_its_parcel(map_session: Session, fremont: stores.District) -> None:
    from maps import indexing

    shape = shapely.box(-96.7, 33.1, -96.69, 33.11)
    for at, legal_text in enumerate(("NORTH RIDGE ESTATES (CBL), BLK 2, LOT 3", "WILLOW BEND PH 2, BLK A, LOT 5R")):
        map_session.add(
            stores.Parcel(
                district_id=fremont.id,
                number=f"21000{at}",
                number_key=f"21000{at}",
                number_canonical=f"21000{at}",
                shape=shape,
                area_m2=1.0,
                source_row=at,
                legal_text=legal_text,
                other_number=f"R-1234-00A-012{at}-1",
            )
        )
    map_session.flush()
    indexing.index(map_session, district=fremont, kinds=("parcel",))
    assert labels(map_session, "lot 3 block 2 north ridge estates")[0] == "210000"
    assert labels(map_session, "Willow Bend Phase 2 Block A Lot 5R")[0] == "210001"
    assert labels(map_session, "R 1234 00A 120 1")[0] == "210000"
