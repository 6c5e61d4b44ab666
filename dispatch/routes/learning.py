"""How long work and drives really take, from what crews reported. Pure.

Work: for each kind the mean of the reported minutes with wild values bent to a fence, drawn to the catalogue while
visits are few; then a factor for the area and one for the crew within the kind, each drawn to 1 (empirical Bayes: a
part with `n` visits counts n/(n+k)). Drives: reported against the street network's seconds, by the local hour.
"""

import math
import statistics
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)

Point = tuple[float, float]
WorkSeconds = Mapping[tuple[str, str], int]
"""Seconds on site by (kind, area); area EVERYWHERE is the whole utility."""

LOOK_BACK = timedelta(days=180)
"""What is older says little of how work goes today."""
LEAST_VISITS, LEAST_DAYS = 8, 3
"""Fewer visits, or visits of fewer days, teach nothing: one odd day must not change a plan."""
LEAST_PART = 4
"""So many visits of an area (or a crew) within a kind before it counts apart."""
KIND_PRIOR, PART_PRIOR = 4.0, 10.0
LEAST_FACTOR, MOST_FACTOR = 0.6, 1.6
MOST_LEVEL = 4.0
"""A kind takes between a quarter of its catalogue minutes and four times as long, whatever was reported."""
WILD_SHORT, WILD_LONG = 10.0, 4.0
"""Shorter than a tenth or longer than four times the usual: a tap too early, or forgotten until the evening."""
FENCE_SPREADS = 2.5
LEAST_FENCE = math.log(2.0)
"""Between half and double the usual no visit is bent, however much alike the others are."""
ROUNDS = 8
STEP_S = 30
"""Learned work is told in half minutes: finer differences would stir plans from night to night for nothing."""

EVERYWHERE = ""
CELL = 0.02
"""Degrees of an area's side: about two kilometres, a part of town with one sort of boxes, soil and traffic."""

LEAST_DRIVES = 30
DAY_PRIOR, HOUR_PRIOR = 40.0, 20.0
LEAST_DRIVE_S = 60
"""Shorter ways are parking and walking, not driving."""
LONGEST_PAUSE = timedelta(minutes=20)
"""Where nobody tapped "set off": a longer time between two visits holds a lunch or a call."""
HOURS = range(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSeen:
    """Work that a crew finished: seconds from start to finish, where, and on which local day."""

    kind: str
    area: str
    crew_id: int | None
    on: date
    work_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Learned seconds of a kind in an area (EVERYWHERE: the whole utility), from so many visits."""

    kind: str
    area: str
    work_s: int
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a crew takes for a kind against all crews (1.2: a fifth longer). For arrival times only, never shown."""

    kind: str
    crew_id: int
    factor: float
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """What was learned of work. A kind that is not in `work` takes its catalogue minutes."""

    work: tuple[Work, ...]
    paces: tuple[Pace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveSeen:
    """One reported drive: local hour and day of setting off, what the street network says, what it took."""

    hour: int
    on: date
    street_s: int
    driven_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfDriving:
    """Driving in one hour of the day against the street network's seconds, from so many drives."""

    hour: int
    factor: float
    drives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One visit as its crew reported it; instants that nobody tapped are None."""

    visit_id: str
    crew_id: int | None
    place: Point | None
    set_off_at: datetime | None
    arrived_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A drive between two visits of one crew; `visit_id` is the one that it led to."""

    visit_id: str
    from_place: Point
    to_place: Point
    left_at: datetime
    driven_s: float


@dataclass(frozen=True, slots=True)
class _Part:
    factor: float
    count: int


def area_of(place: Point | None) -> str:
    """The area of a (lon, lat): a cell of the degree grid. EVERYWHERE where there is no place."""
    if place is None:
        return EVERYWHERE
    return f"{math.floor(place[0] / CELL)}:{math.floor(place[1] / CELL)}"


def work_s(known: WorkSeconds, *, kind: str, place: Point | None, plan_s: int) -> int:
    """Seconds on site that a plan should allow: learned for kind and area, else for the kind, else `plan_s`."""
    found = known.get((kind, area_of(place)))
    return found if found is not None else known.get((kind, EVERYWHERE), plan_s)


def durations(*, visits: Iterable[VisitSeen], plan_s: Mapping[str, int], today: date) -> Durations:
    """Work as it is done, from visits of the last LOOK_BACK. `plan_s` are the catalogue's seconds by kind."""
    by_kind: dict[str, list[VisitSeen]] = {}
    for one in visits:
        if one.kind in plan_s and _recent(one.on, today) and math.isfinite(one.work_s) and one.work_s > 0:
            by_kind.setdefault(one.kind, []).append(one)
    work: list[Work] = []
    paces: list[Pace] = []
    for kind in sorted(by_kind):
        some, more = _of_kind(kind, by_kind[kind], plan_s[kind])
        work.extend(some)
        paces.extend(more)
    return Durations(work=tuple(work), paces=tuple(paces))


def _of_kind(kind: str, visits: Sequence[VisitSeen], plan_s: int) -> tuple[list[Work], list[Pace]]:
    usual = statistics.median(one.work_s for one in visits)
    kept = [one for one in visits if usual / WILD_SHORT <= one.work_s <= usual * WILD_LONG]
    if len(kept) < LEAST_VISITS or len({one.on for one in kept}) < LEAST_DAYS:
        return [], []
    ratios = _bent([one.work_s / plan_s for one in kept])
    # Plans add minutes up, so it is the mean that must be right, not the middle one.
    mean = math.fsum(ratios) / len(ratios)
    level = _drawn(mean, len(ratios), KIND_PRIOR, 1 / MOST_LEVEL, MOST_LEVEL)
    rows = [(one.area, one.crew_id, ratio / mean) for one, ratio in zip(kept, ratios, strict=True)]
    areas: dict[str, _Part] = {}
    crews: dict[int, _Part] = {}
    # A slow area must not be held against the crew that is sent there, nor the other way round: each is judged by what
    # the other leaves, in turn, until nothing moves any more.
    for _ in range(ROUNDS):
        areas = _parts((area, ratio / _factor(crews, crew_id)) for area, crew_id, ratio in rows if area != EVERYWHERE)
        crews = _parts((crew_id, ratio / _factor(areas, area)) for area, crew_id, ratio in rows if crew_id is not None)
    work = [Work(kind=kind, area=EVERYWHERE, work_s=_told(plan_s * level), visits=len(kept))]
    work += [
        Work(kind=kind, area=area, work_s=_told(plan_s * level * areas[area].factor), visits=areas[area].count)
        for area in sorted(areas)
    ]
    paces = [
        Pace(kind=kind, crew_id=crew_id, factor=round(crews[crew_id].factor, 3), visits=crews[crew_id].count)
        for crew_id in sorted(crews)
    ]
    return work, paces


def _recent(on: date, today: date) -> bool:
    return timedelta(0) <= today - on <= LOOK_BACK


def _bent(ratios: Sequence[float]) -> list[float]:
    """The values with those beyond a robust fence around the middle put onto the fence (winsorised, in logarithms)."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.median(logs)
    spread = 1.4826 * statistics.median(abs(one - middle) for one in logs)
    fence = max(FENCE_SPREADS * spread, LEAST_FENCE)
    return [math.exp(min(max(one, middle - fence), middle + fence)) for one in logs]


def _drawn(mean: float, count: int, prior: float, least: float, most: float) -> float:
    """A factor drawn to 1 in the measure of how little is known, and within its bounds."""
    return min(max(math.exp(count / (count + prior) * math.log(mean)), least), most)


def _parts(rows: Iterable[tuple[_Key, float]]) -> dict[_Key, _Part]:
    ratios: dict[_Key, list[float]] = {}
    for key, ratio in rows:
        ratios.setdefault(key, []).append(ratio)
    return {
        key: _Part(_drawn(math.fsum(some) / len(some), len(some), PART_PRIOR, LEAST_FACTOR, MOST_FACTOR), len(some))
        for key, some in ratios.items()
        if len(some) >= LEAST_PART
    }


def _factor(parts: Mapping[_Key, _Part], key: _Key | None) -> float:
    part = None if key is None else parts.get(key)
    return 1.0 if part is None else part.factor


def _told(seconds: float) -> int:
    return max(STEP_S, round(seconds / STEP_S) * STEP_S)


def driving(*, drives: Iterable[DriveSeen], today: date) -> tuple[HourOfDriving, ...]:
    """Every hour of the day with its factor; nothing while drives are few. Hours without drives have the day's factor.

    A factor is the sum of what drives took over the sum of what the streets say, so that a long drive counts for more.
    """
    kept = [
        one
        for one in drives
        if _recent(one.on, today)
        and one.street_s >= LEAST_DRIVE_S
        and one.street_s / WILD_LONG <= one.driven_s <= one.street_s * WILD_LONG
    ]
    if len(kept) < LEAST_DRIVES or len({one.on for one in kept}) < LEAST_DAYS:
        return ()
    bent = _bent([one.driven_s / one.street_s for one in kept])
    rows = [(one, ratio * one.street_s) for one, ratio in zip(kept, bent, strict=True)]
    day = _drawn(_of_sums(rows), len(rows), DAY_PRIOR, LEAST_FACTOR, MOST_FACTOR)
    found = []
    for hour in HOURS:
        own = [(one, driven_s) for one, driven_s in rows if one.hour == hour]
        factor = day
        if own:
            factor *= _drawn(_of_sums(own) / day, len(own), HOUR_PRIOR, LEAST_FACTOR, MOST_FACTOR)
        factor = round(min(max(factor, LEAST_FACTOR), MOST_FACTOR), 3)
        found.append(HourOfDriving(hour=hour, factor=factor, drives=len(own)))
    return tuple(found)


def _of_sums(rows: Sequence[tuple[DriveSeen, float]]) -> float:
    return math.fsum(driven_s for _, driven_s in rows) / math.fsum(one.street_s for one, _ in rows)


def factor_of_day(known: Iterable[HourOfDriving], *, hours: Collection[int]) -> float:
    """One factor for a day that is worked in these local hours: their mean by drives; 1.0 while nothing is known."""
    worked = [one for one in known if one.hour in hours]
    if not worked:
        return 1.0
    # An hour in which nobody drove yet still counts a little: its factor is the whole day's.
    weights = [one.drives + 1 for one in worked]
    mean = math.fsum(one.factor * weight for one, weight in zip(worked, weights, strict=True)) / sum(weights)
    return round(mean, 3)


def legs(visits: Iterable[Reported]) -> tuple[Leg, ...]:
    """The drives between the visits of one day, crew by crew, in order of arrival.

    A drive begins when its crew set off; where that was not reported, when it finished the visit before, unless the
    time between is longer than LONGEST_PAUSE. The way from the yard has no known beginning and is left out.
    """
    by_crew: dict[int, list[Reported]] = {}
    for one in visits:
        if one.crew_id is not None:
            by_crew.setdefault(one.crew_id, []).append(one)
    found: list[Leg] = []
    for crew_id in sorted(by_crew):
        way = sorted(by_crew[crew_id], key=lambda one: (one.arrived_at, one.visit_id))
        for before, after in pairwise(way):
            left_at = _left_at(before, after)
            if left_at is None or before.place is None or after.place is None or after.arrived_at <= left_at:
                continue
            found.append(
                Leg(
                    visit_id=after.visit_id, from_place=before.place, to_place=after.place, left_at=left_at,
                    driven_s=(after.arrived_at - left_at).total_seconds(),
                )
            )  # fmt: skip
    return tuple(found)


def _left_at(before: Reported, after: Reported) -> datetime | None:
    if before.finished_at is None:
        return None
    if after.set_off_at is not None and before.finished_at <= after.set_off_at <= after.arrived_at:
        return after.set_off_at
    return before.finished_at if after.arrived_at - before.finished_at <= LONGEST_PAUSE else None
