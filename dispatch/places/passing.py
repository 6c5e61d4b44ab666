"""Which truck passes a place between two of its stops, how near, and what a visit on the way would add. Pure.

Along straight lines with a usual detour: it ranks windows and is told in minutes; the route itself is driven by streets.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DETOUR = 1.35
"""Streets are about so much longer than the straight line."""
METRES_A_MIN = 480.0
"""About 18 mph through town, lights and corners counted."""
_DEGREE_M = 111_320.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way between two stops of a truck that leaves the first at `leaves_at`."""

    truck: str
    leaves_at: datetime
    here: Point
    there: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A truck that passes so many metres away; a visit on the way adds about `adds_min` of driving."""

    truck: str
    metres: float
    adds_min: int


def best(*, at: Point, legs: Sequence[Leg], from_at: datetime, to_at: datetime) -> Passing | None:
    """The cheapest way past the place among those that begin within the window; None when there is none."""
    found: list[tuple[float, Passing]] = []
    for leg in legs:
        if not from_at <= leg.leaves_at < to_at:
            continue
        here, there = _flat(leg.here, at), _flat(leg.there, at)
        # The place itself is the origin of the plane.
        adds_m = math.hypot(*here) + math.hypot(*there) - math.dist(here, there)
        minutes = adds_m * DETOUR / METRES_A_MIN
        found.append((minutes, Passing(truck=leg.truck, metres=_off(here, there), adds_min=max(1, round(minutes)))))
    return min(found, key=lambda pair: (pair[0], pair[1].truck))[1] if found else None


def _flat(point: Point, origin: Point) -> Point:
    east = (point[0] - origin[0]) * _DEGREE_M * math.cos(math.radians(origin[1]))
    return east, (point[1] - origin[1]) * _DEGREE_M


def _off(here: Point, there: Point) -> float:
    """Metres from the origin to the straight way between two points."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else min(1.0, max(0.0, -(here[0] * dx + here[1] * dy) / square))
    return math.hypot(here[0] + share * dx, here[1] + share * dy)
