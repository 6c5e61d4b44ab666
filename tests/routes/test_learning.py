"""What crews report moves the minutes of a plan as far as it can be trusted, and no further."""

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routes import learning

TODAY = date(2026, 8, 25)
PLAN = {"LEAK_CHECK": 2400, "FINAL_READ": 600}
MORNING = datetime(2026, 8, 24, 15, 0, tzinfo=UTC)


def visit(
    work_s: float, *, ago: int = 1, kind: str = "LEAK_CHECK", area: str = "1:1", crew_id: int | None = 1
) -> learning.VisitSeen:
    return learning.VisitSeen(kind=kind, area=area, crew_id=crew_id, on=TODAY - timedelta(days=ago), work_s=work_s)


def visits(
    count: int, *, work_s: float = 1800.0, spread: float = 0.0, seed: int = 1, **more: object
) -> list[learning.VisitSeen]:
    """So many visits around a mean, over twenty days and five crews."""
    rng = random.Random(seed)
    mu = math.log(work_s) - spread * spread / 2
    return [
        replace(visit(math.exp(rng.gauss(mu, spread)), ago=1 + at % 20, crew_id=1 + at % 5), **more)  # type: ignore[arg-type]
        for at in range(count)
    ]


def learned(some: list[learning.VisitSeen], *, area: str = learning.EVERYWHERE) -> int:
    """Seconds that a leak check is planned with there."""
    found = learning.durations(visits=some, plan_s=PLAN, today=TODAY)
    known = {(one.kind, one.area): one.work_s for one in found.work}
    return known.get(("LEAK_CHECK", area), known.get(("LEAK_CHECK", learning.EVERYWHERE), PLAN["LEAK_CHECK"]))


def paces(some: list[learning.VisitSeen]) -> dict[int, float]:
    found = learning.durations(visits=some, plan_s=PLAN, today=TODAY)
    return {one.crew_id: one.factor for one in found.paces}


@given(st.lists(st.floats(1, 90_000), max_size=learning.LEAST_VISITS - 1))
def test_while_visits_are_few_the_catalogue_holds_exactly(seconds: list[float]) -> None:
    found = learning.durations(
        visits=[visit(one, ago=1 + at) for at, one in enumerate(seconds)], plan_s=PLAN, today=TODAY
    )
    assert found == learning.Durations(work=(), paces=())


def test_many_visits_of_two_days_teach_nothing() -> None:
    assert learned([visit(1200, ago=1 + at % 2) for at in range(60)]) == PLAN["LEAK_CHECK"]
    assert learned([visit(1200, ago=1 + at % 3) for at in range(60)]) < PLAN["LEAK_CHECK"]


@pytest.mark.parametrize("truth_s", [1200.0, 1800.0, 3300.0])
def test_the_more_visits_the_nearer_to_the_truth(truth_s: float) -> None:
    off = [
        sum(abs(learned(visits(count, work_s=truth_s, spread=0.35, seed=seed)) - truth_s) for seed in range(12)) / 12
        for count in (8, 40, 400)
    ]
    assert off[0] > off[1] > off[2]
    assert off[2] < 0.05 * truth_s


def test_work_that_is_as_planned_stays_as_planned() -> None:
    assert learned(visits(200, work_s=2400)) == 2400


@settings(max_examples=60)
@given(st.lists(st.floats(60, 20_000), min_size=8, max_size=40), st.randoms())
def test_the_order_in_which_visits_are_read_does_not_matter(seconds: list[float], rng: random.Random) -> None:
    some = [visit(one, ago=1 + at % 7, area=f"1:{at % 3}", crew_id=at % 4 or None) for at, one in enumerate(seconds)]
    shuffled = list(some)
    rng.shuffle(shuffled)
    assert learning.durations(visits=some, plan_s=PLAN, today=TODAY) == learning.durations(
        visits=shuffled, plan_s=PLAN, today=TODAY
    )


@settings(max_examples=80)
@given(
    st.lists(st.floats(0.7, 1.4), min_size=12, max_size=60),
    st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-10_000, 1e6)),
)
def test_one_wild_value_moves_little(ratios: list[float], wild: float) -> None:
    some = [visit(1800 * ratio, ago=1 + at % 9) for at, ratio in enumerate(ratios)]
    assert abs(learned([*some, visit(wild)]) - learned(some)) <= 0.15 * learned(some)


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.floats(0.001, 1e6), st.integers(0, 200), st.integers(0, 3), st.integers(0, 3)), max_size=80)
)
def test_whatever_is_reported_the_answer_stays_within_its_bounds(
    rows: list[tuple[float, int, int, int]],
) -> None:
    some = [visit(work_s, ago=ago, area=f"1:{area}", crew_id=crew) for work_s, ago, area, crew in rows]
    found = learning.durations(visits=some, plan_s=PLAN, today=TODAY)
    whole = {one.kind: one.work_s for one in found.work if one.area == learning.EVERYWHERE}
    for one in found.work:
        assert 600 <= whole[one.kind] <= 9600
        assert 0.6 * whole[one.kind] - 60 <= one.work_s <= 1.6 * whole[one.kind] + 60
    assert all(0.6 <= one.factor <= 1.6 for one in found.paces)


def test_taps_that_came_too_early_or_were_forgotten_are_left_out() -> None:
    good = visits(40)
    assert learned([*good, visit(0), visit(5), visit(-300), visit(30_000), visit(7300)]) == learned(good)


def test_old_visits_and_visits_of_days_to_come_say_nothing() -> None:
    good = visits(40)
    assert learned([*good, *(visit(5000, ago=200) for _ in range(50))]) == learned(good)
    assert learned([*good, *(visit(5000, ago=-1) for _ in range(50))]) == learned(good)


def test_a_kind_says_nothing_of_another_and_unknown_kinds_are_passed_over() -> None:
    some = [*visits(60, work_s=1200), *visits(60, work_s=900, kind="FINAL_READ"), *visits(60, kind="NO_SUCH")]
    found = learning.durations(visits=some, plan_s=PLAN, today=TODAY)
    assert {one.kind for one in found.work} == {"LEAK_CHECK", "FINAL_READ"}
    assert learned(some) == learned(visits(60, work_s=1200))


def test_an_area_where_work_is_slow_gets_more_minutes_as_its_visits_grow() -> None:
    def slow(count: int) -> int:
        return learned([*visits(200, area="1:1"), *visits(count, work_s=2500, area="9:9")], area="9:9")

    assert slow(3) == learned([*visits(200, area="1:1"), *visits(3, work_s=2500, area="9:9")])
    assert slow(3) < slow(6) < slow(30) <= 2550


def test_a_crew_in_a_slow_area_is_not_taken_for_a_slow_crew() -> None:
    # Crew 9 works where everybody needs half as long again, and nowhere else.
    some = [
        *visits(300, work_s=1600, area="1:1"),
        *visits(120, work_s=2400, area="9:9"),
        *visits(30, work_s=2400, area="9:9", crew_id=9),
    ]
    assert paces(some)[9] == pytest.approx(1.0, abs=0.06)
    steady = [*visits(300, work_s=1600), *visits(30, work_s=2400, crew_id=9)]
    assert paces(steady)[9] > 1.25


def test_a_plan_takes_the_minutes_of_the_area_then_of_the_kind_then_of_the_catalogue() -> None:
    here, elsewhere = (-121.97, 37.53), (-121.5, 37.9)
    known = {("LEAK_CHECK", learning.EVERYWHERE): 1800, ("LEAK_CHECK", learning.area_of(here)): 2100}
    told = [
        learning.work_s(known, kind=kind, place=place, plan_s=2400)
        for kind, place in (
            ("LEAK_CHECK", here), ("LEAK_CHECK", elsewhere), ("LEAK_CHECK", None), ("FINAL_READ", here)
        )
    ]  # fmt: skip
    assert told == [2100, 1800, 1800, 2400]


def drives(count: int, *, factor: float, hour: int = 9, street_s: int = 400, seed: int = 1) -> list[learning.DriveSeen]:
    rng = random.Random(seed)
    return [
        learning.DriveSeen(
            hour=hour, on=TODAY - timedelta(days=1 + at % 10), street_s=street_s,
            driven_s=street_s * factor * rng.uniform(0.9, 1.1),
        )
        for at in range(count)
    ]  # fmt: skip


def factors(some: list[learning.DriveSeen]) -> dict[int, float]:
    return {one.hour: one.factor for one in learning.driving(drives=some, today=TODAY)}


def test_while_drives_are_few_the_streets_own_times_hold() -> None:
    assert learning.driving(drives=drives(learning.LEAST_DRIVES - 1, factor=1.5), today=TODAY) == ()
    assert learning.factor_of_day((), hours=range(7, 16)) == 1.0


def test_an_hour_of_heavy_traffic_is_slower_than_the_others() -> None:
    found = factors([*drives(300, factor=1.1, hour=10), *drives(300, factor=1.45, hour=8)])
    assert found[8] == pytest.approx(1.45, abs=0.04)
    assert found[10] == pytest.approx(1.1, abs=0.04)
    assert found[10] < found[3] < found[8]


def test_few_drives_of_an_hour_move_it_little() -> None:
    day = drives(400, factor=1.1, hour=10)
    assert factors([*day, *drives(2, factor=2.5, hour=15)])[15] < 1.25


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 3000), st.floats(0, 20_000)), max_size=90), st.randoms())
def test_driving_stays_within_its_bounds_in_whatever_order_it_is_read(
    rows: list[tuple[int, int, float]], rng: random.Random
) -> None:
    some = [
        learning.DriveSeen(hour=hour, on=TODAY - timedelta(days=at % 8), street_s=street_s, driven_s=driven_s)
        for at, (hour, street_s, driven_s) in enumerate(rows)
    ]
    found = learning.driving(drives=some, today=TODAY)
    assert all(0.6 <= one.factor <= 1.6 for one in found)
    rng.shuffle(some)
    assert learning.driving(drives=some, today=TODAY) == found


def test_the_factor_of_a_day_is_that_of_its_hours_by_their_drives() -> None:
    known = [
        learning.HourOfDriving(hour=8, factor=1.5, drives=99),
        learning.HourOfDriving(hour=9, factor=1.1, drives=299),
        learning.HourOfDriving(hour=20, factor=0.7, drives=500),
    ]
    assert learning.factor_of_day(known, hours={8, 9}) == pytest.approx(1.2)


def reported(
    number: int, *, arrived: int, left: int | None, set_off: int | None = None, crew_id: int = 1
) -> learning.Reported:
    """A visit that was reached and left so many minutes after the morning began."""

    def at(minute: int | None) -> datetime | None:
        return None if minute is None else MORNING + timedelta(minutes=minute)

    return learning.Reported(
        visit_id=f"v{number}", crew_id=crew_id, place=(-121.97 + number / 100, 37.53), set_off_at=at(set_off),
        arrived_at=MORNING + timedelta(minutes=arrived), finished_at=at(left),
    )  # fmt: skip


def driven(*some: learning.Reported) -> dict[str, float]:
    """Minutes of driving by the visit that they led to."""
    return {leg.visit_id: leg.driven_s / 60 for leg in learning.legs(some)}


def test_a_drive_lasts_from_setting_off_to_arriving() -> None:
    some = (reported(2, arrived=70, left=90, set_off=60), reported(1, arrived=0, left=25))
    assert driven(*some) == {"v2": 10}


def test_without_a_set_off_the_drive_begins_when_the_visit_before_ended_unless_a_lunch_fits_between() -> None:
    assert driven(reported(1, arrived=0, left=25), reported(2, arrived=37, left=50)) == {"v2": 12}
    assert driven(reported(1, arrived=0, left=25), reported(2, arrived=80, left=90)) == {}


def test_crews_are_not_mixed_and_the_first_drive_of_a_day_has_no_beginning() -> None:
    some = (reported(1, arrived=0, left=25), reported(2, arrived=30, left=50, crew_id=2))
    assert driven(*some) == {}


def test_taps_out_of_order_tell_of_no_drive() -> None:
    assert driven(reported(1, arrived=0, left=40), reported(2, arrived=30, left=50)) == {}
    assert driven(reported(1, arrived=0, left=None), reported(2, arrived=30, left=50)) == {}
