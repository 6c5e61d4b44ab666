"""Several positions of one meter box made into one, with a circle that says honestly how far it may be off. Pure.

Positions are weighted by the inverse of their variance, the rule of least squares for independent measurements. Three
things keep the answer honest: a receiver has errors of its own that standing there again does not take away (`floor_m`);
positions that disagree by more than their circles allow widen the answer; and one that lies far from all the others is set
aside, by name, when at least two others agree against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Literal

from maps import ground

PHONE_FLOOR_M = 1.5
"""No phone or tablet knows better where it is, whatever it says: reflections move all its positions alike."""
SURVEY_FLOOR_M = 0.1
MOST_M = 100.0
"""A position that may be off by more tells nothing about a meter box."""
FAR = 2.0
"""Set aside beyond this many times the two circles together; circles hold 95 in 100, so this is about 4.9 sigma in one
direction."""


Kind = Literal["survey", "phone", "guess"]
_TRUST = {"survey": 2, "phone": 1, "guess": 0}


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where one measurement puts the box. `accuracy_m` is the radius that holds it 95 times in 100; `device` names the
    receiver, None for a source without one. A guess is the edge of a lot or a point of an address list."""

    lon: float
    lat: float
    accuracy_m: float
    kind: Kind = "phone"
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class Combined:
    """The place of the box; `accuracy_m` as in Position. `used` and `set_aside` are indexes of the positions given."""

    lon: float
    lat: float
    accuracy_m: float
    used: tuple[int, ...]
    set_aside: tuple[int, ...]


def combine(positions: Sequence[Position]) -> Combined | None:
    """The best place by all positions, None when none tells anything. The order of the positions does not matter."""
    usable = [at for at, one in enumerate(positions) if 0 <= one.accuracy_m <= MOST_M]
    if not usable:
        return None
    lat0 = sorted(positions[at].lat for at in usable)[len(usable) // 2]
    lon0 = sorted(positions[at].lon for at in usable)[len(usable) // 2]
    east_m, north_m = ground.metres_per_degree(lat0)
    flat = {at: ((positions[at].lon - lon0) * east_m, (positions[at].lat - lat0) * north_m) for at in usable}
    radius = {at: max(positions[at].accuracy_m, _floor(positions[at])) for at in usable}
    kept = set(usable)
    while (worst := _far_off(kept, flat, radius, positions)) is not None:
        kept.remove(worst)
    x, y = _mean(kept, flat, radius)
    accuracy = _radius(kept, flat, radius, x, y, positions)
    aside = [at for at in range(len(positions)) if at not in kept]
    return Combined(
        lon=lon0 + x / east_m, lat=lat0 + y / north_m, accuracy_m=accuracy, used=tuple(sorted(kept)),
        set_aside=tuple(aside),
    )  # fmt: skip


def _floor(one: Position) -> float:
    return SURVEY_FLOOR_M if one.kind == "survey" else PHONE_FLOOR_M


def _mean(kept: set[int], flat: dict[int, tuple[float, float]], radius: dict[int, float]) -> tuple[float, float]:
    order = sorted(kept, key=lambda at: (flat[at], radius[at]))
    weights = [1 / radius[at] ** 2 for at in order]
    total = sum(weights)
    x = sum(weight * flat[at][0] for weight, at in zip(weights, order, strict=True)) / total
    y = sum(weight * flat[at][1] for weight, at in zip(weights, order, strict=True)) / total
    return x, y


def _far_off(
    kept: set[int], flat: dict[int, tuple[float, float]], radius: dict[int, float], positions: Sequence[Position]
) -> int | None:
    """The position that lies furthest beyond what its circle and that of the others allow, if the others agree. Of two,
    the one that is trusted less; of two of a kind neither: nobody can tell."""
    if len(kept) < 2:
        return None
    found: list[tuple[tuple[float, ...], int]] = []
    for at in kept:
        rest = kept - {at}
        x, y = _mean(rest, flat, radius)
        others = 1 / sqrt(sum(1 / radius[one] ** 2 for one in rest))
        spread = max(hypot(flat[one][0] - x, flat[one][1] - y) / radius[one] for one in rest)
        times = hypot(flat[at][0] - x, flat[at][1] - y) / hypot(radius[at], others)
        trust = _TRUST[positions[at].kind]
        most = max(_TRUST[positions[one].kind] for one in rest)
        # Others that do not agree among themselves cannot speak against one; phones never speak against a survey.
        against = trust < most if len(kept) == 2 else trust <= most
        if times > FAR and spread <= FAR and against:
            found.append(((-trust, times, radius[at], *flat[at]), at))
    return max(found)[1] if found else None


def _radius(
    kept: set[int],
    flat: dict[int, tuple[float, float]],
    radius: dict[int, float],
    x: float,
    y: float,
    positions: Sequence[Position],
) -> float:
    formal = 1 / sqrt(sum(1 / radius[at] ** 2 for at in kept))
    # Disagreement in units of the circles; above one the circles were too bold, and the answer is widened.
    misfit = sum((hypot(flat[at][0] - x, flat[at][1] - y) / radius[at]) ** 2 for at in kept)
    if len(kept) > 1:
        formal *= max(1.0, sqrt(misfit / (len(kept) - 1)))
    if any(positions[at].kind == "survey" for at in kept):
        return max(formal, SURVEY_FLOOR_M)
    # Each receiver keeps its own error; only other receivers, by the square root of their number, take it down.
    receivers = len({positions[at].device for at in kept})
    return max(formal, PHONE_FLOOR_M / sqrt(receivers))
