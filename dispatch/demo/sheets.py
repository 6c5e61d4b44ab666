"""Draws the sheet of a recorded map: boundary, lots with circled numbers, bearings and distances, title block.

The picture lies straight on a flat projection of the ground, so that its four corners are enough to place it.
Colour and line follow the visual language of the desk: plum, the boundary dash-dot, the paper clear.
"""

from __future__ import annotations

import io
import itertools
import math
import unicodedata
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dispatch.demo import streets as street_net
from dispatch.demo import town, tracts

_PX_PER_M = 3.4
_MARGIN_M = 26.0
_TITLE_M = 62.0
_CLEAR, _PLUM, _PALE, _INK, _PAPER = range(5)
_PALETTE = ((255, 255, 255), (133, 33, 104), (190, 130, 170), (52, 30, 52), (255, 253, 250))
_SHARP = [0] * 111 + [255] * 145
_FEET = 3.280839895


@dataclass(frozen=True)
class Sheet:
    """A drawn sheet and where its corners lie: top left, top right, bottom right, bottom left as (lon, lat)."""

    name: str
    png: bytes
    width_px: int
    height_px: int
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Paper:
    """Pixels of the picture against the ground: the frame's own turn is taken out, so streets run nearly level."""

    frame: town.Frame
    left_m: float
    top_m: float
    width_px: int
    height_px: int

    def to_px(self, lonlat: town.Points) -> town.Points:
        flat = _flat(lonlat, self.frame)
        return np.column_stack([(flat[:, 0] - self.left_m) * _PX_PER_M, (self.top_m - flat[:, 1]) * _PX_PER_M])

    def corner(self, x_px: float, y_px: float) -> tuple[float, float]:
        x, y = self.left_m + x_px / _PX_PER_M, self.top_m - y_px / _PX_PER_M
        cos, sin = math.cos(self.frame.turn_rad), math.sin(self.frame.turn_rad)
        east, north = x * cos - y * sin, x * sin + y * cos
        shrink = 111_320.0 * math.cos(math.radians(self.frame.lat))
        return (round(self.frame.lon + east / shrink, 8), round(self.frame.lat + north / 110_950.0, 8))


def draw(*, plan: town.TownPlan, network: street_net.Network, tract: tracts.Tract) -> Sheet:
    """The sheet of one tract as a PNG with a clear ground."""
    paper = _paper(plan=plan, tract=tract)
    image = Image.new("P", (paper.width_px, paper.height_px), _CLEAR)
    image.putpalette([part for colour in _PALETTE for part in colour])
    pen = ImageDraw.Draw(image)
    _streets(image, pen, plan=plan, network=network, tract=tract, paper=paper)
    _lots(image, pen, tract=tract, paper=paper)
    _boundary(image, pen, tract=tract, paper=paper)
    _title(image, pen, plan=plan, tract=tract, paper=paper)
    out = io.BytesIO()
    image.save(out, format="PNG", bits=4, compress_level=6, transparency=_CLEAR)
    w, h = paper.width_px, paper.height_px
    corners = tuple(paper.corner(x, y) for x, y in ((0, 0), (w, 0), (w, h), (0, h)))
    return Sheet(
        name=f"Tract {tract.tract_no}, Maps {tract.map_book} p {tract.map_page}, sheet 1",
        png=out.getvalue(), width_px=w, height_px=h, corners=corners,
    )  # fmt: skip


def _flat(lonlat: town.Points, frame: town.Frame) -> town.Points:
    east = (lonlat[:, 0] - frame.lon) * 111_320.0 * math.cos(math.radians(frame.lat))
    north = (lonlat[:, 1] - frame.lat) * 110_950.0
    cos, sin = math.cos(frame.turn_rad), math.sin(frame.turn_rad)
    return np.column_stack([east * cos + north * sin, -east * sin + north * cos])


def _paper(*, plan: town.TownPlan, tract: tracts.Tract) -> _Paper:
    flat = _flat(tract.outline, plan.frame)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return _Paper(
        frame=plan.frame, left_m=float(low[0] - _MARGIN_M), top_m=float(high[1] + _MARGIN_M),
        width_px=int((high[0] - low[0] + 2 * _MARGIN_M) * _PX_PER_M),
        height_px=int((high[1] - low[1] + 2 * _MARGIN_M + _TITLE_M) * _PX_PER_M),
    )  # fmt: skip


def _streets(
    image: Image.Image, pen: ImageDraw.ImageDraw, *, plan: town.TownPlan, network: street_net.Network,
    tract: tracts.Tract, paper: _Paper,
) -> None:  # fmt: skip
    for number in network.of_cell[tract.cell.index]:
        street = network.streets[number]
        line = paper.to_px(plan.frame.to_lonlat(street_net.dense(path=street.path, step_m=10.0)))
        for a, b in itertools.pairwise(line[::2]):
            pen.line([a[0], a[1], (a[0] + b[0]) / 2, (a[1] + b[1]) / 2], fill=_PALE)
        if street.street_class == "alley":
            continue
        middle = len(line) // 2 if len(line) > 6 else 0
        a, b = line[max(0, middle - 1)], line[min(len(line) - 1, middle + 1)]
        at = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        width_ft = round(2 * town.HALF_WIDTH_M[street.street_class] * _FEET)
        words = f"{street.name.upper()}  {width_ft}'"
        _text(image, words, at=at, toward=b - a, size=15, colour=_INK, clear=True)
        for end in (line[0], line[-1]):
            pen.ellipse([end[0] - 3, end[1] - 3, end[0] + 3, end[1] + 3], outline=_PLUM)


def _lots(image: Image.Image, pen: ImageDraw.ImageDraw, *, tract: tracts.Tract, paper: _Paper) -> None:
    for at, lot in enumerate(tract.lots):
        ring = paper.to_px(lot.ring)
        pen.line([tuple(point) for point in ring.tolist()], fill=_PLUM, width=1)
        centre = paper.to_px(np.array([[lot.lon, lot.lat]]))[0]
        radius = 10 if len(lot.lot) < 3 else 13
        box = [centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius]
        pen.ellipse(box, outline=_PLUM, fill=_PAPER)
        pen.text((centre[0], centre[1]), lot.lot, font=_font(12), fill=_INK, anchor="mm")
        _measures(image, ring=ring, centre=centre, at=at)


def _measures(image: Image.Image, *, ring: town.Points, centre: town.Points, at: int) -> None:
    """The shortest front of each lot; the longest side of every second, with its bearing on every sixth."""
    corners = _corners(ring)
    sides = [(float(np.hypot(*(b - a))) / _PX_PER_M, a, b) for a, b in itertools.pairwise([*corners, corners[0]])]
    long_m, a, b = max(sides, key=lambda side: side[0])
    if at % 2 == 0:
        words = f"{long_m * _FEET:.2f}'"
        if at % 6 == 0:
            words = f"{_bearing(a, b)}  {words}"
        inward = (centre - (a + b) / 2) / max(1.0, float(np.hypot(*(centre - (a + b) / 2))))
        _text(image, words, at=tuple((a + b) / 2 + inward * 8), toward=b - a, size=10, colour=_PLUM)
    fronts = [side for side in sides if 9.0 < side[0] < long_m - 3.0]
    if fronts:
        short_m, c, d = min(fronts, key=lambda side: side[0])
        inward = (centre - (c + d) / 2) / max(1.0, float(np.hypot(*(centre - (c + d) / 2))))
        _text(image, f"{short_m * _FEET:.2f}'", at=tuple((c + d) / 2 + inward * 8), toward=d - c, size=10, colour=_PLUM)


def _corners(ring: town.Points) -> list[town.Points]:
    """Points where the outline really turns (the points between follow a bend)."""
    points = list(ring[:-1])
    kept = []
    for at, point in enumerate(points):
        before, after = points[at - 1], points[(at + 1) % len(points)]
        one, two = point - before, after - point
        turn = abs(math.atan2(one[0] * two[1] - one[1] * two[0], one[0] * two[0] + one[1] * two[1]))
        if turn > math.radians(6):
            kept.append(point)
    return kept if len(kept) > 2 else points


def _bearing(a: town.Points, b: town.Points) -> str:
    """Quadrant bearing as surveyors write it: N 61°12' W (against the sheet's own north)."""
    dx, dy = float(b[0] - a[0]), float(a[1] - b[1])
    if dy < 0:
        dx, dy = -dx, -dy
    angle = math.degrees(math.atan2(abs(dx), dy))
    whole = int(angle)
    return f"N {whole}°{int((angle - whole) * 60):02d}' {'E' if dx >= 0 else 'W'}"


def _boundary(image: Image.Image, pen: ImageDraw.ImageDraw, *, tract: tracts.Tract, paper: _Paper) -> None:
    line = paper.to_px(tract.outline)
    pattern = ((22.0, True), (6.0, False), (3.0, True), (6.0, False))
    step, left, on = 0, pattern[0][0], True
    for a, b in itertools.pairwise(line):
        at = np.array(a)
        rest = float(np.hypot(*(b - at)))
        while rest > 0.01:
            reach = min(left, rest)
            to = at + (b - at) / rest * reach
            if on:
                pen.line([*at, *to], fill=_PLUM, width=4)
            at, rest, left = to, rest - reach, left - reach
            if left <= 0.01:
                step = (step + 1) % len(pattern)
                left, on = pattern[step]
    long = max(range(len(line) - 1), key=lambda k: float(np.hypot(*(line[k + 1] - line[k]))))
    a, b = line[long], line[long + 1]
    _text(image, f"TRACT BOUNDARY {_bearing(a, b)}", at=tuple((a + b) / 2 - 14), toward=b - a, size=13, colour=_PLUM)


def _title(
    image: Image.Image, pen: ImageDraw.ImageDraw, *, plan: town.TownPlan, tract: tracts.Tract, paper: _Paper
) -> None:
    top = paper.height_px - _TITLE_M * _PX_PER_M
    left, right = 30.0, paper.width_px - 30.0
    pen.rectangle([left, top + 10, right, paper.height_px - 16], outline=_PLUM, fill=_PAPER, width=2)
    middle = (left + right) / 2
    lines = (
        (34, f"TRACT {tract.tract_no}"), (24, tract.name.upper()),
        (17, f"CITY OF {town.CITY.upper()}, STATE OF CALIFORNIA"),
        (17, f"RECORDED {tract.recorded_on:%B %d, %Y} IN BOOK {tract.map_book} OF MAPS, PAGE {tract.map_page}".upper()),
        (14, "INVENTED MAP OF THE DEMONSTRATION DISTRICT. NOT A SURVEY."),
    )  # fmt: skip
    y = top + 36
    for size, words in lines:
        pen.text((middle, y), words, font=_font(size), fill=_INK, anchor="mm")
        y += size + 13
    pen.text((right - 20, paper.height_px - 36), "SHEET 1 OF 1", font=_font(16), fill=_INK, anchor="rm")
    north = -plan.frame.turn_rad
    at = np.array([left + 70.0, top + 95.0])
    tip = at + 62 * np.array([math.sin(north), -math.cos(north)])
    wing = 14 * np.array([math.cos(north), math.sin(north)])
    pen.polygon([tuple(tip), tuple(at + wing), tuple(at - wing)], outline=_INK)
    pen.polygon([tuple(tip), tuple(at + wing), tuple(at)], fill=_INK)
    pen.text(
        tuple(tip + 12 * np.array([math.sin(north), -math.cos(north)])), "N", font=_font(18), fill=_INK, anchor="mm"
    )
    bar = 100 / _FEET * _PX_PER_M
    x, y = left + 150, top + 120
    for k in range(3):
        pen.rectangle([x + bar * k, y, x + bar * (k + 1), y + 8], outline=_INK, fill=_INK if k % 2 == 0 else _PAPER)
    for k in range(4):
        pen.text((x + bar * k, y + 22), f"{100 * k}'", font=_font(13), fill=_INK, anchor="mm")
    pen.text((x, y - 16), "BASIS OF BEARINGS: CENTRE LINES AS SHOWN", font=_font(12), fill=_INK, anchor="lm")


_FONTS: dict[int, ImageFont.FreeTypeFont | ImageFont.ImageFont] = {}


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font inside Pillow: nothing to install, the same on every machine."""
    if size not in _FONTS:
        _FONTS[size] = ImageFont.load_default(size=size)
    return _FONTS[size]


def _text(
    image: Image.Image, words: str, *, at: tuple[float, ...], toward: town.Points, size: int, colour: int,
    clear: bool = False,
) -> None:  # fmt: skip
    """Words centred at a point and turned along a direction, never upside down; `clear` wipes the ground below."""
    stamp = _stamp(words, size=size)
    angle = math.degrees(math.atan2(-float(toward[1]), float(toward[0])))
    if angle > 90:
        angle -= 180
    elif angle <= -90:
        angle += 180
    turned = stamp.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC).point(_SHARP)
    place = (int(at[0] - turned.width / 2), int(at[1] - turned.height / 2))
    box = (*place, place[0] + turned.width, place[1] + turned.height)
    if clear:
        image.paste(_CLEAR, box, Image.new("L", stamp.size, 255).rotate(angle, expand=True))
    image.paste(colour, box, turned)


def _stamp(words: str, *, size: int) -> Image.Image:
    """Words as a grey mask. The font inside Pillow has no accented letters: accents are drawn over their letters."""
    font = _font(size)
    plain, accents = "", []
    for letter in unicodedata.normalize("NFD", words):
        if unicodedata.combining(letter):
            accents.append((len(plain) - 1, letter))
        else:
            plain += letter
    left, top, right, bottom = font.getbbox(plain)
    room = size * 0.3 if accents else 0.0
    stamp = Image.new("L", (int(right - left) + 4, int(bottom - top + room) + 4), 0)
    pen = ImageDraw.Draw(stamp)
    pen.text((2 - left, 2 - top + room), plain, font=font, fill=255)
    for at, accent in accents:
        x = 2 - left + (font.getlength(plain[:at]) + font.getlength(plain[: at + 1])) / 2
        r = size * 0.16
        if accent == _TILDE:
            pen.line(
                [x - 1.4 * r, room, x - 0.5 * r, room - r, x + 0.5 * r, room, x + 1.4 * r, room - r], fill=255, width=2
            )
        else:
            pen.line([x - 0.4 * r, room + 0.4 * r, x + r, room - 1.2 * r], fill=255, width=2)
    return stamp


_TILDE = "\u0303"
