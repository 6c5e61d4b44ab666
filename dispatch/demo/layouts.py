"""How a subdivision is laid out: plain blocks, loops, hillside lots, downtown, works, a park, a mobile-home park.

Each layout fills the cell it is given without gaps that matter and without overlaps. Courts are in `courts`.
"""

from __future__ import annotations

import itertools
import math

from dispatch.demo import courts, town
from dispatch.demo.drafts import EAST, SOUTH, WEST, Drawing, Frontage, LotDraft, Point, StreetDraft, Use, finished

_CLIP_M = 4.5
"""Length cut off at a street corner."""


def draw(*, plan: town.TownPlan, cell: town.Cell) -> tuple[list[StreetDraft], list[LotDraft]]:
    """Streets and lots of one cell in the town's local frame."""
    rng = plan.rng(2, cell.index)
    west, south, east, north = cell.box
    margins = (cell.west.half_m, cell.south.half_m, cell.east.half_m, cell.north.half_m)
    turned = cell.template in ("rows", "courts", "loops") and bool(rng.random() < 0.45)
    width, height = east - west, north - south
    if turned:
        width, height = height, width
        margins = (margins[1], margins[0], margins[3], margins[2])
    drawing = Drawing(width_m=width, height_m=height, margins=margins, rng=rng)
    if cell.template == "downtown":
        _downtown(drawing)
    elif cell.template == "industrial":
        _industrial(drawing)
    elif cell.template == "park":
        _park(drawing)
    elif cell.template == "mobile_park":
        _mobile_park(drawing)
    elif cell.template == "estate_lots":
        _rows(drawing, low=0.0, high=height, want_m=29.0, deep_m=46.0, crossings=1)
    elif cell.template in ("courts", "new_tract"):
        low = 0.0 if cell.template == "new_tract" else _frontage_strip(drawing, cell=cell, turned=turned)
        courts.fill(drawing, low=low, high=height)
    elif cell.template == "loops":
        _loops(drawing, low=_frontage_strip(drawing, cell=cell, turned=turned), high=height)
    else:
        low = _frontage_strip(drawing, cell=cell, turned=turned)
        _rows(drawing, low=low, high=height, want_m=float(rng.uniform(16.2, 19.5)), deep_m=32.0, crossings=2)
    return finished(drawing=drawing, cell=cell, turned=turned)


def row(
    drawing: Drawing, *, street: int, u: tuple[float, float], front: float, back: float, want_m: float,
    use: Use = "home", sides: tuple[int | None, int | None] = (None, None), flags: bool = False,
) -> None:  # fmt: skip
    """Lots side by side along a street that runs along `u`. `sides` names the cross streets at the two ends."""
    rng = drawing.rng
    length = u[1] - u[0]
    count = max(1, round(length / want_m))
    step = length / count
    shifts = rng.uniform(-0.07, 0.07, size=count + 1) * step
    shifts[0] = shifts[-1] = 0.0
    cuts = [u[0] + step * k + float(shifts[k]) for k in range(count + 1)]
    up = 1.0 if front > back else -1.0
    at = 0
    while at < count:
        a, b = cuts[at], cuts[at + 1]
        inner = at > 0 and at + 2 < count
        if flags and inner and step > 15 and rng.random() < 0.035:
            _flag_pair(drawing, street=street, a=a, b=cuts[at + 2], front=front, back=back, up=up)
            at += 2
            continue
        left = sides[0] if at == 0 else None
        right = sides[1] if at == count - 1 else None
        drawing.lots.append(_lot(street=street, a=a, b=b, front=front, back=back, up=up, use=use, sides=(left, right)))
        at += 1


def _lot(
    *, street: int, a: float, b: float, front: float, back: float, up: float, use: Use,
    sides: tuple[int | None, int | None],
) -> LotDraft:  # fmt: skip
    clip = min(_CLIP_M, (b - a) / 3)
    ring: list[Point] = [(a, back)]
    if sides[0] is not None:
        ring += [(a, front - up * clip), (a + clip, front)]
    else:
        ring.append((a, front))
    if sides[1] is not None:
        ring += [(b - clip, front), (b, front - up * clip)]
    else:
        ring.append((b, front))
    ring.append((b, back))
    side = None
    middle = front - up * abs(front - back) * 0.55
    if sides[0] is not None:
        side = Frontage(street=sides[0], at=(a, middle), toward=(-1.0, 0.0))
    elif sides[1] is not None:
        side = Frontage(street=sides[1], at=(b, middle), toward=(1.0, 0.0))
    return LotDraft(
        ring=tuple(ring), use=use, side_front=side,
        front=Frontage(street=street, at=((a + b) / 2, front), toward=(0.0, up)),
    )  # fmt: skip


def _flag_pair(drawing: Drawing, *, street: int, a: float, b: float, front: float, back: float, up: float) -> None:
    """A front lot, and a flag lot behind it that reaches the street by a pole 5.5 m wide."""
    pole = a + 5.5
    middle = (front + back) / 2
    drawing.lots.append(
        LotDraft(
            ring=((a, front), (pole, front), (pole, middle), (b, middle), (b, back), (a, back)), use="home", flag=True,
            front=Frontage(street=street, at=((a + pole) / 2, front), toward=(0.0, up)),
        )
    )  # fmt: skip
    drawing.lots.append(
        LotDraft(
            ring=((pole, front), (b, front), (b, middle), (pole, middle)), use="home",
            front=Frontage(street=street, at=((pole + b) / 2, front), toward=(0.0, up)),
        )
    )  # fmt: skip


def _frontage_strip(drawing: Drawing, *, cell: town.Cell, turned: bool) -> float:
    """Shops or flats along the long street at the foot of the cell when it is an arterial. Answers how deep."""
    foot = cell.west if turned else cell.south
    if foot.street_class != "arterial" or drawing.height_m < 300 or drawing.rng.random() < 0.3:
        return 0.0
    use: Use = "shop" if drawing.rng.random() < 0.5 else "flats"
    depth = 52.0
    row(
        drawing, street=SOUTH, u=(0.0, drawing.width_m), front=0.0, back=depth, want_m=44.0, use=use, sides=(WEST, EAST)
    )
    return depth


def _bands(*, low: float, high: float, deep_m: float) -> tuple[int, float]:
    """How many streets fit between `low` and `high`, and how deep each row of lots becomes."""
    street = 2 * town.HALF_WIDTH_M["local"]
    count = max(1, round((high - low) / (2 * deep_m + street)))
    return count, ((high - low) / count - street) / 2


def _crossing_streets(drawing: Drawing, *, low: float, high: float, count: int, role: str = "through") -> list[int]:
    """Cross streets from the top of `low` to the long street at the head of the cell."""
    south = -drawing.margins[1] if low == 0.0 else low
    found = []
    for k in range(count):
        at = drawing.width_m * (k + 1) / (count + 1) + float(drawing.rng.uniform(-30, 30)) * (count < 4)
        found.append(
            drawing.street(
                StreetDraft(
                    path=((at, south), (at, high + drawing.margins[3])), street_class="local",
                    role="numbered" if role == "numbered" else "through",
                )
            )
        )  # fmt: skip
    return found


def _cuts(drawing: Drawing, *, cross: list[int]) -> list[tuple[float, float, int, int]]:
    """Stretches between the cross streets: from, to, street at the near end, street at the far end."""
    half = town.HALF_WIDTH_M["local"]
    cuts: list[tuple[float, float, int, int]] = []
    at, left = 0.0, WEST
    for street in cross:
        u = drawing.streets[street].path[0][0]
        cuts.append((at, u - half, left, street))
        at, left = u + half, street
    return [*cuts, (at, drawing.width_m, left, EAST)]


def _rows(
    drawing: Drawing, *, low: float, high: float, want_m: float, deep_m: float, crossings: int, flags: bool = True
) -> None:
    """Parallel streets with two rows of lots each and a few cross streets."""
    bands, deep = _bands(low=low, high=high, deep_m=deep_m)
    half = town.HALF_WIDTH_M["local"]
    first_street = low + deep + half
    cross = _crossing_streets(drawing, low=first_street if low > 0 else 0.0, high=high, count=crossings)
    cuts = _cuts(drawing, cross=cross)
    for band in range(bands):
        base = low + band * (2 * deep + 2 * half)
        middle = base + deep + half
        ends = ((-drawing.margins[0], middle), (drawing.width_m + drawing.margins[2], middle))
        street = drawing.street(StreetDraft(path=ends, street_class="local", role="through"))
        # Where a strip lies below, cross streets start at the first street: the row under it is not cut by them.
        for a, b, west, east in [(0.0, drawing.width_m, WEST, EAST)] if band == 0 and low > 0 else cuts:
            row(
                drawing,
                street=street,
                u=(a, b),
                front=base + deep,
                back=base,
                want_m=want_m,
                sides=(west, east),
                flags=flags,
            )
        top = base + 2 * deep + 2 * half
        for a, b, west, east in cuts:
            row(
                drawing,
                street=street,
                u=(a, b),
                front=top - deep,
                back=top,
                want_m=want_m,
                sides=(west, east),
                flags=flags,
            )


def _loops(drawing: Drawing, *, low: float, high: float) -> None:
    """Pairs of streets joined at one end into a loop, opening by turns to the west and to the east."""
    half = town.HALF_WIDTH_M["local"]
    pairs = max(1, round((high - low) / 158.0))
    deep = ((high - low) / pairs - 4 * half) / 4
    want_m = float(drawing.rng.uniform(16.0, 18.5))
    width = drawing.width_m
    for pair in range(pairs):
        base = low + pair * (4 * deep + 4 * half)
        lower, upper = base + deep + half, base + 3 * deep + 3 * half
        mouth = WEST if pair % 2 == 0 else EAST
        turn_u = width - deep - half if mouth == WEST else deep + half
        open_u = -drawing.margins[0] if mouth == WEST else width + drawing.margins[2]
        path = ((open_u, lower), (turn_u, lower), (turn_u, upper), (open_u, upper))
        street = drawing.street(StreetDraft(path=path, street_class="local", role="loop"))
        # A footing street on the closed side would be a second way out; a short link gives the fire engine one.
        link_u = width / 2 + float(drawing.rng.uniform(-40, 40))
        link = drawing.street(
            StreetDraft(path=((link_u, lower), (link_u, upper)), street_class="local", role="through")
        )
        inner = turn_u - half if mouth == WEST else turn_u + half
        ends = ((0.0, link_u - half, WEST, link), (link_u + half, inner, link, street)) if mouth == WEST else (
            (inner, link_u - half, street, link), (link_u + half, width, link, EAST))  # fmt: skip
        middle = (lower + upper) / 2
        for a, b, west, east in ends:
            row(drawing, street=street, u=(a, b), front=lower + half, back=middle, want_m=want_m, sides=(west, east))
            row(drawing, street=street, u=(a, b), front=upper - half, back=middle, want_m=want_m, sides=(west, east))
        knuckle = 13.0
        outer = (0.0, turn_u - knuckle) if mouth == WEST else (turn_u + knuckle, width)
        sides = (WEST, None) if mouth == WEST else (None, EAST)
        bottom, top = base, base + 4 * deep + 4 * half
        row(drawing, street=street, u=outer, front=lower - half, back=bottom, want_m=want_m, sides=sides)
        row(drawing, street=street, u=outer, front=upper + half, back=top, want_m=want_m, sides=sides)
        _loop_end(
            drawing,
            street=street,
            mouth=mouth,
            turn_u=turn_u,
            lower=lower,
            upper=upper,
            ends=(bottom, top),
            knuckle=knuckle,
        )


def _loop_end(
    drawing: Drawing, *, street: int, mouth: int, turn_u: float, lower: float, upper: float, ends: tuple[float, float],
    knuckle: float,
) -> None:  # fmt: skip
    """Lots around the closed end: two knuckle lots and a few that face the joining stretch."""
    half = town.HALF_WIDTH_M["local"]
    sign = 1.0 if mouth == WEST else -1.0
    far = drawing.width_m if mouth == WEST else 0.0
    near = turn_u - sign * knuckle
    face = turn_u + sign * half
    for edge, outside, up in ((lower, ends[0], 1.0), (upper, ends[1], -1.0)):
        front = edge - up * half
        ring = ((near, outside), (near, front), (face, front), (far, front), (far, outside))
        at = ((near + face) / 2, front)
        drawing.lots.append(LotDraft(ring=ring, use="home", front=Frontage(street=street, at=at, toward=(0.0, up))))
    span = (lower - half, upper + half)
    count = max(1, round((span[1] - span[0]) / 19.0))
    for k in range(count):
        a, b = (span[0] + (span[1] - span[0]) * part / count for part in (k, k + 1))
        drawing.lots.append(
            LotDraft(
                ring=((face, a), (face, b), (far, b), (far, a)), use="home",
                front=Frontage(street=street, at=(face, (a + b) / 2), toward=(-sign, 0.0)),
            )
        )  # fmt: skip


def _downtown(drawing: Drawing) -> None:
    """Lettered avenues that are one-way by turns, numbered streets, alleys behind the shops."""
    half, alley = town.HALF_WIDTH_M["local"], town.HALF_WIDTH_M["alley"]
    bands = max(2, round(drawing.height_m / 84.0))
    pitch = drawing.height_m / bands
    deep = (pitch - 2 * half - 2 * alley) / 2
    cross = _crossing_streets(
        drawing, low=0.0, high=drawing.height_m, count=max(2, round(drawing.width_m / 125.0)), role="numbered"
    )
    cuts = _cuts(drawing, cross=cross)
    west_u, east_u = -drawing.margins[0], drawing.width_m + drawing.margins[2]
    for band in range(bands):
        base = band * pitch
        middle = base + alley + deep + half
        oneway = (0, 1, -1)[band % 3]
        avenue = drawing.street(
            StreetDraft(path=((west_u, middle), (east_u, middle)), street_class="local", role="avenue", oneway=oneway)
        )
        if band:
            drawing.street(StreetDraft(path=((west_u, base), (east_u, base)), street_class="alley", role="alley"))
        for part, (a, b, west, east) in enumerate(cuts):
            shops: Use = "shop" if band in (bands // 2, bands // 2 - 1) and part in (1, 2) else "home"
            want = 19.0 if shops == "shop" else 14.8
            row(
                drawing,
                street=avenue,
                u=(a, b),
                front=middle - half,
                back=base + alley,
                want_m=want,
                use=shops,
                sides=(west, east),
            )
            row(
                drawing, street=avenue, u=(a, b), front=middle + half, back=base + pitch - alley, want_m=want,
                use=shops, sides=(west, east),
            )  # fmt: skip


def _industrial(drawing: Drawing) -> None:
    """Works on deep lots along two streets; the utility's yard is the first lot."""
    half = town.HALF_WIDTH_M["local"]
    bands = max(1, round(drawing.height_m / 225.0))
    deep = (drawing.height_m / bands - 2 * half) / 2
    for band in range(bands):
        base = band * (2 * deep + 2 * half)
        path = ((-drawing.margins[0], base + deep + half), (drawing.width_m + drawing.margins[2], base + deep + half))
        street = drawing.street(StreetDraft(path=path, street_class="collector", role="through"))
        # A collector is wider than the strip left for it: keep lots clear of its edges.
        clear = drawing.streets[street].half_m
        whole, sides = (0.0, drawing.width_m), (WEST, EAST)
        row(
            drawing,
            street=street,
            u=whole,
            front=base + deep + half - clear,
            back=base,
            want_m=58.0,
            use="works",
            sides=sides,
        )
        top = base + 2 * deep + 2 * half
        row(
            drawing,
            street=street,
            u=whole,
            front=base + deep + half + clear,
            back=top,
            want_m=58.0,
            use="works",
            sides=sides,
        )
    first = drawing.lots[len(drawing.lots) // 3]
    drawing.lots[len(drawing.lots) // 3] = LotDraft(ring=first.ring, use="yard", front=first.front)


def _park(drawing: Drawing) -> None:
    """A park and a school over the lower half, homes above."""
    width, split = drawing.width_m, drawing.height_m * 0.46
    at = width * 0.6
    for a, b, use in ((0.0, at, "park"), (at, width, "school")):
        drawing.lots.append(
            LotDraft(
                ring=((a, 0.0), (b, 0.0), (b, split), (a, split)), use="park" if use == "park" else "school",
                front=Frontage(street=SOUTH, at=((a + b) / 2, 0.0), toward=(0.0, -1.0)),
            )
        )  # fmt: skip
    _rows(drawing, low=split, high=drawing.height_m, want_m=17.0, deep_m=31.0, crossings=1)


def _mobile_park(drawing: Drawing) -> None:
    """One large parcel with a private street and a single master meter; courts fill the rest of the cell."""
    deep = min(150.0, drawing.height_m * 0.4)
    width = drawing.width_m
    drawing.lots.append(
        LotDraft(
            ring=((0.0, 0.0), (width, 0.0), (width, deep), (0.0, deep)), use="mobile_park",
            front=Frontage(street=SOUTH, at=(width / 2, 0.0), toward=(0.0, -1.0)),
        )
    )  # fmt: skip
    gate = width / 2 + 12.0
    path = ((gate, -drawing.margins[1]), (gate, deep * 0.5), (width * 0.85, deep * 0.5))
    drawing.street(StreetDraft(path=path, street_class="alley", role="private"))
    courts.fill(drawing, low=deep, high=drawing.height_m)


def along(*, path: tuple[Point, ...], point: Point) -> tuple[float, float]:
    """Distance along the path of the place nearest to `point`, and the side: positive on the left of the path."""
    best, best_s, best_side, run = math.inf, 0.0, 0.0, 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(path):
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy)
        if length > 0:
            t = max(0.0, min(1.0, ((point[0] - ax) * dx + (point[1] - ay) * dy) / (length * length)))
            gap = math.hypot(point[0] - ax - t * dx, point[1] - ay - t * dy)
            if gap < best - 1e-9:
                best, best_s = gap, run + t * length
                best_side = (dx * (point[1] - ay) - dy * (point[0] - ax)) / length
        run += length
    return best_s, best_side
