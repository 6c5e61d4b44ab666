"""When a crew will really be where: what is over by actual times, the rest pushed on from now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.routes import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One stop of a route in order: planned times, state of its order, and what its visit reported so far."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """Likely (or actual) times of a stop. `late_min`: minutes after the end of its window, 0 when it is kept."""

    order_id: int
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime
    late_min: int
    done: bool


def likely(*, stops: Sequence[Planned], now: datetime, live: bool) -> tuple[Likely, ...]:
    """Times of every stop. `live` False (a draft, another day) leaves planned times as they are."""
    found: list[Likely] = []
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
        free_at = times[2]
        found.append(_told(stop, *times))
    return tuple(found)


def _times(
    *, stop: Planned, now: datetime, gap: timedelta | None, free_at: datetime | None
) -> tuple[datetime, datetime, datetime]:
    work = stop.finish_at - stop.start_at
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
