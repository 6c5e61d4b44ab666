"""Likely times move with where a crew is, once it has left its way or its time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.routes import eta

NOON = datetime(2026, 8, 25, 19, 0, tzinfo=UTC)
HERE = (-121.97, 37.53)
WAY = [[-121.99, 37.53], [-121.95, 37.53]]


def stop(order_id: int, minute: int, *, state: str = "DISPATCHED", **more: object) -> eta.Planned:
    """Half an hour of work that begins so many minutes after noon."""
    start = NOON + timedelta(minutes=minute)
    planned = eta.Planned(
        order_id=order_id, state=state, arrive_at=start, start_at=start, finish_at=start + timedelta(minutes=30),
        place=(-121.95, 37.53),
    )  # fmt: skip
    return replace(planned, **more)  # type: ignore[arg-type]


def seen(*, at: datetime = NOON, accuracy_m: float = 20.0, off_route_m: float = 0.0) -> eta.Seen:
    """A crew 1.8 km west of the stop: about five minutes of driving."""
    return eta.Seen(at=at, place=HERE, accuracy_m=accuracy_m, off_route_m=off_route_m)


def arrives(where: eta.Seen | None, *, planned_min: int = 2) -> float:
    """Minutes after noon at which the crew under way is likely there."""
    some = [stop(1, -60, state="COMPLETED", finished_at=NOON), stop(2, planned_min, state="EN_ROUTE", set_off_at=NOON)]
    found = eta.likely(stops=some, now=NOON, live=True, seen=where)
    return (found[1].arrive_at - NOON).total_seconds() / 60


def test_a_crew_on_its_way_and_in_its_time_keeps_the_planned_times() -> None:
    assert arrives(seen(), planned_min=-24) == arrives(None, planned_min=-24)


def test_a_crew_far_off_its_way_arrives_as_long_as_the_drive_from_there_takes() -> None:
    assert arrives(seen(off_route_m=600.0), planned_min=-24) == pytest.approx(5.0, abs=0.3)


def test_a_crew_more_than_five_minutes_off_its_time_is_told_from_where_it_is() -> None:
    assert arrives(None, planned_min=32) > 30
    assert arrives(seen(), planned_min=32) == pytest.approx(5.0, abs=0.3)


@pytest.mark.parametrize(
    "useless",
    [seen(accuracy_m=150.0, off_route_m=900.0), seen(at=NOON - timedelta(minutes=11), off_route_m=900.0)],
    ids=["not exact", "old"],
)
def test_a_position_that_is_old_or_not_exact_changes_nothing(useless: eta.Seen) -> None:
    assert arrives(useless, planned_min=-24) == arrives(None, planned_min=-24)


def test_a_crew_at_work_is_not_thought_to_drive() -> None:
    some = [stop(1, -10, state="ON_SITE", arrived_at=NOON, started_at=NOON), stop(2, 40)]
    assert eta.likely(stops=some, now=NOON, live=True, seen=seen(off_route_m=900.0)) == eta.likely(
        stops=some, now=NOON, live=True
    )


def test_the_stops_after_it_move_along() -> None:
    some = [stop(1, 32, state="EN_ROUTE", set_off_at=NOON), stop(2, 70)]
    found = eta.likely(stops=some, now=NOON, live=True, seen=seen(off_route_m=900.0))
    assert found[1].arrive_at - found[0].finish_at == timedelta(minutes=8)


def test_how_far_a_place_is_from_the_way_of_a_route() -> None:
    assert eta.off_route_m(line=WAY, place=(-121.97, 37.54)) == pytest.approx(1113, rel=0.01)
    assert eta.off_route_m(line=WAY, place=(-121.96, 37.53)) == pytest.approx(0, abs=1)
    assert eta.off_route_m(line=[], place=HERE) == 0


def test_a_crew_that_takes_longer_for_such_work_is_expected_to() -> None:
    some = [stop(1, -10, state="ON_SITE", arrived_at=NOON, started_at=NOON, pace=1.5), stop(2, 40, pace=1.5)]
    found = eta.likely(stops=some, now=NOON, live=True)
    assert [one.finish_at - one.start_at for one in found] == [timedelta(minutes=45)] * 2
    assert found[1].arrive_at == NOON + timedelta(minutes=45 + 20)


def test_what_a_crew_has_done_and_a_draft_keep_their_own_times() -> None:
    done = stop(1, -60, state="COMPLETED", finished_at=NOON, pace=1.5)
    assert eta.likely(stops=[done], now=NOON, live=True)[0].finish_at == NOON
    draft = eta.likely(stops=[stop(1, 30, pace=1.5)], now=NOON, live=False)[0]
    assert draft.finish_at - draft.start_at == timedelta(minutes=30)


def test_in_an_hour_of_heavy_traffic_the_drive_from_where_a_crew_is_takes_longer() -> None:
    where = seen(off_route_m=600.0)
    assert arrives(replace(where, drive=1.4), planned_min=-24) == pytest.approx(
        1.4 * arrives(where, planned_min=-24), rel=0.01
    )
