"""When a crew will really be where: what is over by actual times, the rest pushed on from now. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dispatch.routes import day

GOOD_TO_M = 100.0
"""A position less exact than this says nothing of the way."""
FRESH = timedelta(minutes=10)
OFF_ROUTE_M = 500.0
OFF_TIME = timedelta(minutes=5)
"""So far from its way, or so much off its time, and the position counts for more than the plan."""
DETOUR = 1.35
METRES_A_S = 8.0
"""Streets against the straight line, and about 18 mph through town: for the rest of one drive."""
_DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One stop of a route in order: planned times, state of its order, and what its visit reported so far.

    `pace`: how long its crew takes for such work against all crews; the plan reckons with 1.
    """

    order_id: int
    state: str
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime
    window: tuple[datetime, datetime] | None = None
    set_off_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    place: day.Point | None = None
    pace: float = 1.0

    @property
    def work(self) -> timedelta:
        """Time on site that this crew is likely to take."""
        return (self.finish_at - self.start_at) * self.pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a crew was last seen, how far that is from the way of its route, and how slow driving is at that hour."""

    at: datetime
    place: day.Point
    accuracy_m: float
    off_route_m: float
    drive: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """Likely (or actual) times of a stop. `late_min`: minutes after the end of its window, 0 when it is kept."""

    order_id: int
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime
    late_min: int
    done: bool


def likely(*, stops: Sequence[Planned], now: datetime, live: bool, seen: Seen | None = None) -> tuple[Likely, ...]:
    """Times of every stop. `live` False (a draft, another day) leaves planned times as they are.

    `seen` is where the crew is: the drive to its next stop is told from there when it has left its way or its time.
    """
    found: list[Likely] = []
    heading = _heading(stops)
    free_at: datetime | None = None
    before_at: datetime | None = None
    for stop in stops:
        gap = max(timedelta(0), stop.arrive_at - before_at) if before_at is not None else None
        before_at = stop.finish_at
        if not live and stop.state not in day.OVER:
            found.append(_told(stop, stop.arrive_at, stop.start_at, stop.finish_at))
            continue
        if stop.state in day.NOT_VISITED:
            found.append(_told(stop, stop.arrive_at, stop.start_at, stop.finish_at, visited=False))
            continue
        times = _times(stop=stop, now=now, gap=gap, free_at=free_at)
        if stop is heading and seen is not None:
            times = _from_where_it_is(stop, times, seen, now)
        free_at = times[2]
        found.append(_told(stop, *times))
    return tuple(found)


def off_route_m(*, line: Sequence[Sequence[float]], place: day.Point) -> float:
    """Metres from a place to the way of a route; 0 when the route has no way."""
    points = [_flat((one[0], one[1]), place) for one in line]
    if not points:
        return 0.0
    if len(points) == 1:
        return math.hypot(*points[0])
    return min(_to_leg_m(a, b) for a, b in pairwise(points))


def _heading(stops: Sequence[Planned]) -> Planned | None:
    """The stop that a crew drives to: the one that it set off for, else the first to visit when it is at none."""
    if any(stop.state == "ON_SITE" for stop in stops):
        return None
    ahead = [stop for stop in stops if stop.state not in day.OVER and stop.state not in day.NOT_VISITED]
    return next((stop for stop in ahead if stop.state == "EN_ROUTE"), ahead[0] if 0 < len(ahead) < len(stops) else None)


def _from_where_it_is(
    stop: Planned, times: tuple[datetime, datetime, datetime], seen: Seen, now: datetime
) -> tuple[datetime, datetime, datetime]:
    good = seen.accuracy_m <= GOOD_TO_M and now - seen.at <= FRESH
    if stop.place is None or not good or (stop.set_off_at is not None and seen.at < stop.set_off_at):
        return times
    drive_s = math.hypot(*_flat(stop.place, seen.place)) * DETOUR / METRES_A_S * seen.drive
    arrive = max(now, seen.at + timedelta(seconds=drive_s))
    if seen.off_route_m <= OFF_ROUTE_M and abs(arrive - times[0]) <= OFF_TIME:
        return times
    start = max(arrive, stop.window[0]) if stop.window else arrive
    return arrive, start, start + stop.work


def _flat(point: day.Point, origin: day.Point) -> day.Point:
    east = (point[0] - origin[0]) * _DEGREE_M * math.cos(math.radians(origin[1]))
    return east, (point[1] - origin[1]) * _DEGREE_M


def _to_leg_m(a: day.Point, b: day.Point) -> float:
    """Metres from the origin to the straight way between two points of the plane."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else min(1.0, max(0.0, -(a[0] * dx + a[1] * dy) / square))
    return math.hypot(a[0] + share * dx, a[1] + share * dy)


def _times(
    *, stop: Planned, now: datetime, gap: timedelta | None, free_at: datetime | None
) -> tuple[datetime, datetime, datetime]:
    work = stop.work
    if stop.state in day.OVER:
        finish = stop.finished_at or stop.finish_at
        arrive = stop.arrived_at or min(stop.arrive_at, finish)
        return arrive, max(arrive, min(stop.started_at or arrive, finish)), finish
    if stop.state == "ON_SITE":
        arrive = stop.arrived_at or min(stop.arrive_at, now)
        start = stop.started_at or max(arrive, min(stop.start_at, now))
        return arrive, start, max(start + work, now)
    if stop.state == "EN_ROUTE" and stop.set_off_at is not None:
        arrive = max(stop.set_off_at + (gap or timedelta(0)), now)
    elif free_at is None:
        arrive = max(stop.arrive_at, now)
    else:
        arrive = max(free_at + (gap or timedelta(0)), now)
    start = max(arrive, stop.window[0]) if stop.window else arrive
    return arrive, start, start + work


def _told(stop: Planned, arrive: datetime, start: datetime, finish: datetime, *, visited: bool = True) -> Likely:
    late_s = (start - stop.window[1]).total_seconds() if stop.window and visited else 0.0
    return Likely(
        order_id=stop.order_id,
        arrive_at=arrive,
        start_at=start,
        finish_at=finish,
        late_min=max(0, -int(-late_s // 60)),
        done=stop.state in day.OVER,
    )
