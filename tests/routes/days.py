"""Days for the planner's tests, by Hypothesis and by hand."""

import random

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from dispatch.routes import planner

HOUR_S = 3600
SKILLS = ("LOCK/PULL", "HYDRANT", "LEAK_DETECT")


def matrix_of(
    points: list[tuple[int, int]], *, seed: int = 0, islands: frozenset[int] = frozenset()
) -> npt.NDArray[np.int32]:
    """Asymmetric driving times between points of a plane; places of `islands` are joined to nothing."""
    rng = random.Random(seed)
    size = len(points)
    seconds = np.zeros((size, size), dtype=np.int32)
    for a, (ax, ay) in enumerate(points):
        for b, (bx, by) in enumerate(points):
            if a != b:
                apart = (a in islands) != (b in islands) or (a in islands and b in islands)
                drive = int((abs(ax - bx) + abs(ay - by)) * rng.uniform(0.9, 1.1)) + 1
                seconds[a, b] = 10_000_000 if apart else drive
    return seconds


def crew(crew_id: int = 1, **given: object) -> planner.Crew:
    """A crew from 8:00 to 16:30 with half an hour of lunch between 11:00 and 13:00, all skills."""
    values: dict[str, object] = {
        "start_s": 8 * HOUR_S,
        "end_s": 16 * HOUR_S + 1800,
        "start_place": 0,
        "end_place": 0,
        "skills": frozenset(SKILLS),
        "people": 2,
        "lunch_earliest_s": 11 * HOUR_S,
        "lunch_latest_s": 13 * HOUR_S,
        "lunch_s": 1800,
    }
    return planner.Crew(crew_id=crew_id, **(values | given))  # type: ignore[arg-type]


def job(order_id: int, **given: object) -> planner.Job:
    """Half an hour of work at place 1, at any time, for anybody."""
    values: dict[str, object] = {"place": 1, "service_s": 1800}
    return planner.Job(order_id=order_id, **(values | given))  # type: ignore[arg-type]


def day(*, crews: list[planner.Crew], jobs: list[planner.Job], drive_s: int = 600) -> planner.Problem:
    """A day where every two places lie `drive_s` apart."""
    places = 1 + max([*(c.start_place for c in crews), *(c.end_place for c in crews), *(j.place for j in jobs), 0])
    travel_s = np.full((places, places), drive_s, dtype=np.int32)
    np.fill_diagonal(travel_s, 0)
    return planner.Problem(crews=tuple(crews), jobs=tuple(jobs), travel_s=travel_s)


@st.composite
def days(draw: st.DrawFn, *, most_jobs: int = 18, locks: bool = True) -> planner.Problem:
    """Any day, mean ones included: islands, points off the network, no crews, no time, odd windows, locks."""
    size = draw(st.integers(2, 9))
    points = [(draw(st.integers(0, 3000)), draw(st.integers(0, 3000))) for _ in range(size)]
    islands = frozenset(draw(st.sets(st.integers(1, size - 1), max_size=2)))
    crews = []
    for crew_id in range(1, draw(st.integers(0, 4)) + 1):
        start = draw(st.integers(0, 14)) * HOUR_S
        lunch = draw(st.sampled_from([None, 10 * HOUR_S, 11 * HOUR_S, 12 * HOUR_S]))
        crews.append(
            planner.Crew(
                crew_id=crew_id,
                start_s=start,
                end_s=start + draw(st.sampled_from([0, 1800, 4 * HOUR_S, 8 * HOUR_S, 9 * HOUR_S])),
                start_place=draw(st.sampled_from([0, 0, 0, -1, *range(size)])),
                end_place=draw(st.sampled_from([0, 0, 0, *range(size)])),
                skills=frozenset(draw(st.sets(st.sampled_from(SKILLS)))),
                people=draw(st.integers(1, 2)),
                lunch_earliest_s=lunch,
                lunch_latest_s=(lunch or 0) + draw(st.sampled_from([0, HOUR_S, 2 * HOUR_S])),
                lunch_s=draw(st.sampled_from([0, 1800, HOUR_S])),
                overtime_ok=draw(st.booleans()),
                load=draw(st.sampled_from([None, None, 0, 3, 10])),
            )
        )
    jobs = []
    for order_id in range(1, draw(st.integers(0, most_jobs)) + 1):
        windows = []
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3]))):
            opens = draw(st.integers(-2, 20)) * HOUR_S
            windows.append((opens, opens + draw(st.sampled_from([-HOUR_S, 0, 1800, 2 * HOUR_S, 4 * HOUR_S]))))
        locked = draw(st.sampled_from([None, None, None, 1, 2, 9])) if locks else None
        jobs.append(
            planner.Job(
                order_id=order_id,
                place=draw(st.sampled_from([-1, *range(size), *range(size)])),
                service_s=draw(st.sampled_from([0, 300, 900, 1800, 1800, 3600, 7200, 365 * 86_400])),
                windows=tuple(windows),
                skills=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1))),
                people=draw(st.sampled_from([1, 1, 1, 2, 3])),
                value=draw(st.sampled_from([0.0, 1.0, 2.0, 10.0, 100.0])),
                priority=draw(st.integers(0, 6)),
                locked_crew_id=locked,
                locked_position=draw(st.sampled_from([None, 0, 1, 1, 5])) if locked else None,
                latest_start_s=draw(st.sampled_from([None, None, None, 0, 12 * HOUR_S])),
                prefer_crew_id=draw(st.sampled_from([None, 1, 2, 9])),
                load=draw(st.sampled_from([0, 0, 1, 2, 20])),
                is_cut=draw(st.booleans()),
                approach_s=draw(st.sampled_from([0, 0, 0, 120, 3600])),
                after_order_ids=draw(st.sampled_from([(), (), (order_id - 1,), (order_id - 2, order_id - 4), (99,)])),
                barred_crew_ids=frozenset(draw(st.sampled_from([(), (), (), (1,), (1, 2)]))),
            )
        )
    return planner.Problem(
        crews=tuple(crews),
        jobs=tuple(jobs),
        travel_s=matrix_of(points, seed=size, islands=islands),
        cuts_an_hour=draw(st.sampled_from([None, None, 0, 1, 2])),
        cuts_elsewhere_s=tuple(draw(st.lists(st.integers(0, 20 * HOUR_S), max_size=2))),
    )
