"""Positions of one meter box made into one: weighted, honest, and not led astray by one that is wrong."""

import random
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.places import pins_combined
from maps import ground

LON, LAT = -121.97, 37.53
EAST_M, NORTH_M = ground.metres_per_degree(LAT)


def at(east_m: float, north_m: float, accuracy_m: float = 4.0, **more: object) -> pins_combined.Position:
    return pins_combined.Position(
        lon=LON + east_m / EAST_M, lat=LAT + north_m / NORTH_M, accuracy_m=accuracy_m, **more  # type: ignore[arg-type]
    )  # fmt: skip


def off(made: pins_combined.Combined | None, east_m: float = 0.0, north_m: float = 0.0) -> float:
    assert made is not None
    return hypot((made.lon - LON) * EAST_M - east_m, (made.lat - LAT) * NORTH_M - north_m)


positions = st.lists(
    st.builds(
        at,
        st.floats(-30, 30),
        st.floats(-30, 30),
        st.floats(0, 60),
        kind=st.sampled_from(["survey", "phone", "guess"]),
        device=st.sampled_from([None, "a", "b", "c"]),
    ),
    min_size=1,
    max_size=8,
)


@given(positions)
@settings(max_examples=300)
def test_the_order_of_visits_does_not_matter(known: list[pins_combined.Position]) -> None:
    made = pins_combined.combine(known)
    mixed = known[:]
    random.Random(3).shuffle(mixed)
    again = pins_combined.combine(mixed)
    assert made is not None
    assert again is not None
    assert hypot((made.lon - again.lon) * EAST_M, (made.lat - again.lat) * NORTH_M) < 1e-3
    assert again.accuracy_m == pytest.approx(made.accuracy_m, abs=1e-3)


@given(positions)
@settings(max_examples=300)
def test_the_pin_lies_among_the_positions_it_is_made_of_and_never_pretends(
    known: list[pins_combined.Position],
) -> None:
    made = pins_combined.combine(known)
    assert made is not None
    used = [known[index] for index in made.used]
    assert sorted((*made.used, *made.set_aside)) == list(range(len(known)))
    assert min(one.lon for one in used) - 1e-12 <= made.lon <= max(one.lon for one in used) + 1e-12
    assert min(one.lat for one in used) - 1e-12 <= made.lat <= max(one.lat for one in used) + 1e-12
    if all(one.kind != "survey" for one in used):
        assert made.accuracy_m >= pins_combined.PHONE_FLOOR_M / len({one.device for one in used}) ** 0.5 - 1e-9
    else:
        assert made.accuracy_m >= pins_combined.SURVEY_FLOOR_M


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=3, max_size=8), st.floats(60, 400))
def test_one_visit_far_away_is_set_aside_by_the_others(near: list[tuple[float, float]], far_m: float) -> None:
    known = [at(east, north, 4.0, device=str(index)) for index, (east, north) in enumerate(near)]
    made = pins_combined.combine([*known, at(far_m, 0.0, 4.0, device="wrong")])
    assert made is not None
    assert made.set_aside == (len(near),)
    assert off(made) < 4.0


def test_the_better_position_weighs_more() -> None:
    made = pins_combined.combine([at(0, 0, 3.0, device="a"), at(3, 0, 6.0, device="b")])
    assert off(made, 3.0 * (1 / 36) / (1 / 36 + 1 / 9)) < 1e-6


def test_one_tablet_never_gets_better_than_its_floor_however_often_it_comes() -> None:
    made = pins_combined.combine([at(0, 0, 2.0, device="a") for _ in range(200)])
    assert made is not None
    assert made.accuracy_m == pins_combined.PHONE_FLOOR_M
    assert pins_combined.combine([at(0, 0, 0.01)]).accuracy_m == pins_combined.PHONE_FLOOR_M  # type: ignore[union-attr]


def test_other_tablets_take_the_floor_down() -> None:
    made = pins_combined.combine([at(0, 0, 1.5, device=letter) for letter in "abcd"])
    assert made is not None
    assert made.accuracy_m == pytest.approx(0.75)


def test_two_visits_that_disagree_widen_the_circle_over_both() -> None:
    made = pins_combined.combine([at(-20, 0, 4.0, device="a"), at(20, 0, 4.0, device="b")])
    assert made is not None
    assert made.used == (0, 1)
    assert made.accuracy_m >= 19.99


def test_a_survey_is_not_moved_by_a_phone_and_a_guess_gives_way_to_it() -> None:
    surveyed = pins_combined.combine([at(0, 0, 0.3, kind="survey"), at(40, 0, 4.0, device="a")])
    assert surveyed is not None
    assert (surveyed.set_aside, off(surveyed) < 1e-6) == ((1,), True)
    told = pins_combined.combine([at(0, 0, 12.0, kind="guess"), at(60, 0, 4.0, device="a")])
    assert told is not None
    assert told.set_aside == (0,)
    three = pins_combined.combine(
        [at(0, 0, 0.3, kind="survey"), at(40, 0, 4.0, device="a"), at(41, 0, 4.0, device="b")]
    )
    assert three is not None
    assert 0 in three.used


def test_positions_that_tell_nothing_make_no_pin() -> None:
    assert pins_combined.combine([]) is None
    assert pins_combined.combine([at(0, 0, 4000.0)]) is None
