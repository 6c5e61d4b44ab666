"""Three years of bimonthly readings, made for a whole subdivision at once.

Consumption follows the season and the household; on top lie the stories that billing offices know: a leak, a stopped
meter, a register that rolls over, an estimated read, an empty house.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.demo import meters, town
from dispatch.meters.units import Register

PERIODS = 18
"""Bills in three years; one more reading starts the first of them."""
PERIOD_DAYS = 61
MAILED_AFTER_DAYS = 5
DUE_AFTER_DAYS = 21
TYPES = ("A", "E", "M", "F", "I", "V")
_ACTUAL, _ESTIMATE, _RADIO = 0, 1, 2


class Story(IntEnum):
    """What is odd about a meter's history."""

    PLAIN = 0
    LEAK = 1
    STOPPED = 2
    ROLLOVER = 3
    ESTIMATED = 4
    ESTIMATED_LATELY = 5
    EMPTY = 6


@dataclass(frozen=True)
class History:
    """Readings of all meters of a cell: rows are meters, columns are read days, oldest first."""

    read_on: tuple[date, ...]
    digits: NDArray[np.int64]
    types: NDArray[np.int8]
    """Index into TYPES."""
    usage: NDArray[np.int64]
    """Steps of the last live dial used since the reading before; column 0 is 0."""
    average_per_day: NDArray[np.float64]
    """Steps of the last dial on a usual day, for the last read day's season."""

    @property
    def last(self) -> NDArray[np.int64]:
        return self.digits[:, -1]


def read_days(*, cycle: int, today: date) -> tuple[date, ...]:
    """Read days of a billing cycle, oldest first: every 61 days, moved off weekends, the last 2 to 60 days ago."""
    last = today - timedelta(days=2 + (cycle * 29) % 58)
    days = (last - timedelta(days=PERIOD_DAYS * k) for k in range(PERIODS, -1, -1))
    return tuple(day - timedelta(days=max(0, day.weekday() - 4)) for day in days)


def mailed_on(read_on: date) -> date:
    """Day on which the bill of a reading goes out."""
    return read_on + timedelta(days=MAILED_AFTER_DAYS)


def due_on(read_on: date) -> date:
    """Due day of the bill of a reading."""
    return mailed_on(read_on) + timedelta(days=DUE_AFTER_DAYS)


def make(
    *, cell: town.Cell, today: date, registers: Sequence[Register], per_day_ccf: NDArray[np.float64],
    garden: NDArray[np.float64], stories: NDArray[np.int8], rng: np.random.Generator,
) -> History:  # fmt: skip
    """Histories of all meters of one cell. `per_day_ccf` is use in winter, `garden` the share added in midsummer."""
    days = read_days(cycle=cell.cycle, today=today)
    count, columns = len(registers), len(days)
    span = np.array([(b - a).days for a, b in itertools.pairwise(days)], dtype=np.float64)
    season = np.array([_summer(a + (b - a) / 2) for a, b in itertools.pairwise(days)])
    noise = rng.lognormal(mean=0.0, sigma=0.11, size=(count, columns - 1))
    use_ccf = per_day_ccf[:, None] * span[None, :] * (1 + garden[:, None] * season[None, :]) * noise
    _tell(use_ccf, stories=stories, rng=rng)
    step_ccf = np.array([meters.ccf_per_step(register) for register in registers])
    capacity = np.array([register.rollover for register in registers], dtype=np.int64)
    through = np.cumsum(use_ccf / step_ccf[:, None], axis=1)
    age = rng.uniform(15, 110, size=count)
    start = (age * use_ccf.mean(axis=1) / step_ccf).astype(np.int64) % (capacity - 200_000)
    # Meters that roll over stand just below their last number for the first half of the three years.
    rolls = stories == Story.ROLLOVER
    start[rolls] = capacity[rolls] - (through[rolls, -1] * 0.55).astype(np.int64) - 1
    total = start[:, None] + np.concatenate([np.zeros((count, 1)), through], axis=1).astype(np.int64)
    types = np.full((count, columns), _RADIO if meters.has_radio(cell) else _ACTUAL, dtype=np.int8)
    _estimate(total, types=types, stories=stories)
    usage = np.diff(total, axis=1, prepend=total[:, :1])
    usual = per_day_ccf * (1 + garden * season[-1]) / step_ccf
    return History(read_on=days, digits=total % capacity[:, None], types=types, usage=usage, average_per_day=usual)


def _summer(day: date) -> float:
    """0 in midwinter, 1 in midsummer."""
    return (1 - math.cos(2 * math.pi * (day.timetuple().tm_yday - 20) / 365.25)) / 2


def _tell(use_ccf: NDArray[np.float64], *, stories: NDArray[np.int8], rng: np.random.Generator) -> None:
    leaks = np.flatnonzero(stories == Story.LEAK)
    use_ccf[leaks, -1] *= rng.uniform(2.4, 4.2, size=len(leaks))
    use_ccf[leaks, -2] *= rng.choice([1.0, 1.6], size=len(leaks))
    use_ccf[stories == Story.STOPPED, -2:] = 0.0
    use_ccf[stories == Story.EMPTY, -2:] *= 0.02


def _estimate(total: NDArray[np.int64], *, types: NDArray[np.int8], stories: NDArray[np.int8]) -> None:
    """Replace actual reads by estimates a little below them; the next actual read makes them good."""
    places = {Story.ESTIMATED: (4, 11), Story.ESTIMATED_LATELY: (-3, -2, -1)}
    for story, columns in places.items():
        rows = np.flatnonzero(stories == story)
        for column in columns:
            before = total[rows, column - 1]
            total[rows, column] = before + ((total[rows, column] - before) * 0.9).astype(np.int64)
            types[rows, column] = _ESTIMATE


def bill_cents(*, usage_ccf: float, size: str) -> int:
    """A bimonthly bill: a fixed charge by meter size and two steps of the price of a CCF (the town's own tariff)."""
    fixed = {"5/8": 2872, "5/8x3/4": 2872, "3/4": 3610, "1": 5240, "1-1/2": 9380, "2": 14220}[size]
    units = int(usage_ccf)
    return fixed + 562 * min(units, 12) + 623 * max(0, units - 12)
