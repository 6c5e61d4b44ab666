"""Culs-de-sac: a stem from the parent street, a round end, wedge lots around it."""

from __future__ import annotations

import itertools
import math

from dispatch.demo import town
from dispatch.demo.drafts import Drawing, Frontage, LotDraft, Point, StreetDraft

_BULB_M = 13.0
"""Radius of the round end (about 43 ft)."""
_RAYS_DEG = (9.0, 60.0, 114.0, 171.0)
"""Directions of the lot lines between the wedge lots, counted from the right-hand side."""


def fill(drawing: Drawing, *, low: float, high: float) -> None:
    """Parent streets along the cell with courts on both sides, back to back."""
    half = town.HALF_WIDTH_M["local"]
    bands = max(1, round((high - low) / 232.0))
    reach = ((high - low) / bands - 2 * half) / 2
    count = max(2, round(drawing.width_m / 79.0))
    pitch = drawing.width_m / count
    ends = (-drawing.margins[0], drawing.width_m + drawing.margins[2])
    middles = [low + band * (2 * reach + 2 * half) + reach + half for band in range(bands)]
    parents = [
        drawing.street(StreetDraft(path=((ends[0], at), (ends[1], at)), street_class="local", role="through"))
        for at in middles
    ]
    # One link between neighbouring parents, so that the cell is not cut into strips.
    slot = count // 2
    centre = (slot + 0.5) * pitch
    links = [
        drawing.street(StreetDraft(path=((centre, a), (centre, b)), street_class="local", role="through"))
        for a, b in itertools.pairwise(middles)
    ]
    for band, (parent, middle) in enumerate(zip(parents, middles, strict=True)):
        for up in (1.0, -1.0):
            edge = middle + up * half
            link = links[band] if up > 0 and band + 1 < bands else links[band - 1] if up < 0 and band > 0 else None
            for k in range(count):
                box = (k * pitch, (k + 1) * pitch)
                if k == slot and link is not None:
                    _stem_lots(drawing, street=link, parent=parent, box=box, edge=edge, up=up, length=reach)
                else:
                    _court(drawing, parent=parent, box=box, middle=middle, edge=edge, up=up, reach=reach)


def _stem_lots(
    drawing: Drawing, *, street: int, parent: int, box: tuple[float, float], edge: float, up: float, length: float
) -> None:
    """Lots left and right of a stem; those at its mouth are corner lots of the parent street."""
    half = town.HALF_WIDTH_M["local"]
    centre = (box[0] + box[1]) / 2
    count = max(1, round(length / 20.0))
    step = length / count
    for out, sign in ((box[0], -1.0), (box[1], 1.0)):
        face = centre + sign * half
        for k in range(count):
            a, b = edge + up * step * k, edge + up * step * (k + 1)
            if k:
                ring: tuple[Point, ...] = ((face, a), (face, b), (out, b), (out, a))
                front = Frontage(street=street, at=(face, (a + b) / 2), toward=(-sign, 0.0))
                drawing.lots.append(LotDraft(ring=ring, use="home", front=front))
                continue
            clip = 4.5
            ring = ((face + sign * clip, a), (face, a + up * clip), (face, b), (out, b), (out, a))
            drawing.lots.append(
                LotDraft(
                    ring=ring, use="home",
                    front=Frontage(street=parent, at=((face + out) / 2, a), toward=(0.0, -up)),
                    side_front=Frontage(street=street, at=(face, (a + b) / 2 + up), toward=(-sign, 0.0)),
                )
            )  # fmt: skip


def _court(
    drawing: Drawing, *, parent: int, box: tuple[float, float], middle: float, edge: float, up: float, reach: float
) -> None:
    stem = max(20.0, reach - 46.0)
    centre = ((box[0] + box[1]) / 2, edge + up * (stem + _BULB_M - 1.5))
    street = drawing.street(
        StreetDraft(path=((centre[0], middle), centre), street_class="local", role="court", parent=parent)
    )
    _stem_lots(drawing, street=street, parent=parent, box=box, edge=edge, up=up, length=stem)
    _wedges(drawing, street=street, box=box, start=edge + up * stem, end=edge + up * reach, centre=centre, up=up)


def _wedges(
    drawing: Drawing, *, street: int, box: tuple[float, float], start: float, end: float, centre: Point, up: float
) -> None:
    """Five lots between the round end and the edge of the court's box."""
    half = town.HALF_WIDTH_M["local"]
    right, left = box[1] - centre[0], centre[0] - box[0]
    top = abs(end - centre[1])
    drop = abs(centre[1] - start)
    corners = [
        (math.atan2(top, right), (box[1], end)),
        (math.pi - math.atan2(top, left), (box[0], end)),
    ]
    dip = math.asin(half / _BULB_M)
    rays = [math.radians(ray) for ray in _RAYS_DEG]
    from_stem = -math.pi / 2 + dip
    spans = [(from_stem, rays[0]), *itertools.pairwise(rays), (rays[-1], 3 * math.pi / 2 - dip)]

    def at(angle: float, radius: float) -> Point:
        return (centre[0] + radius * math.cos(angle), centre[1] + up * radius * math.sin(angle))

    def rim(angle: float) -> Point:
        cos, sin = math.cos(angle), math.sin(angle)
        steps = [right / cos if cos > 1e-9 else math.inf, -left / cos if cos < -1e-9 else math.inf]
        steps.append(top / sin if sin > 1e-9 else math.inf)
        return at(angle, min(steps))

    for k, (a, b) in enumerate(spans):
        ring = [at(a + (b - a) * part / 5, _BULB_M) for part in range(6)]
        if k == 0:
            ring += [rim(b), (box[1], start), (centre[0] + half, start)]
        elif k == 4:
            ring += [(centre[0] - half, start), (box[0], start), rim(a)]
        else:
            ring += [rim(b), *(point for angle, point in corners if a < angle < b), rim(a)]
        middle = (a + b) / 2
        drawing.lots.append(
            LotDraft(
                ring=tuple(ring), use="home", beyond_m=drop + (6.0, 12.0, 18.0, 12.0, 6.0)[k],
                front=Frontage(
                    street=street, at=at(middle, _BULB_M), toward=(-math.cos(middle), -up * math.sin(middle))
                ),
            )
        )  # fmt: skip
