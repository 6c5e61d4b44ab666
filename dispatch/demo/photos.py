"""Drawn stand-ins for the photos of demo visits: a register face, a lock with its number, a tag on a door.

Each says that it is drawn, so that nobody takes it for evidence.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

_SIZE = (640, 480)
_WORDS = "DRAWN FOR THE DEMO"


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as the attachment store keeps it."""

    what: Literal["register", "lock", "tag"]
    jpeg: bytes
    sha256: str


def register(*, serial: str, digits: str, fixed_zeros: int, unit: str) -> Photo:
    """A meter's register face with these digits."""
    image = Image.new("RGB", _SIZE, (92, 86, 76))
    pen = ImageDraw.Draw(image)
    pen.ellipse([90, 10, 550, 470], fill=(58, 62, 64), outline=(30, 32, 34), width=6)
    pen.ellipse([120, 40, 520, 440], fill=(240, 238, 230))
    x = 320 - (len(digits) + fixed_zeros) * 22
    for at, digit in enumerate(digits + "0" * fixed_zeros):
        painted = at >= len(digits)
        pen.rectangle([x, 170, x + 40, 232], fill=(230, 228, 220) if painted else (24, 26, 28))
        pen.text((x + 20, 201), digit, font=_font(44), fill=(70, 70, 70) if painted else (250, 250, 250), anchor="mm")
        x += 44
    pen.text(
        (320, 262),
        {"CCF": "100 CU FT", "GAL": "GALLONS"}.get(unit, unit),
        font=_font(22),
        fill=(30, 30, 30),
        anchor="mm",
    )
    pen.text((320, 120), "WATER", font=_font(24), fill=(30, 30, 30), anchor="mm")
    pen.polygon([(320, 300), (332, 330), (308, 330)], fill=(196, 40, 28))
    pen.text((320, 380), serial, font=_font(26), fill=(30, 30, 30), anchor="mm")
    return _photo("register", image)


def lock(*, seal_no: str) -> Photo:
    """A lock on the angle stop with its number."""
    image = Image.new("RGB", _SIZE, (101, 92, 80))
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 250, 640, 310], fill=(150, 116, 62))
    pen.rectangle([270, 180, 370, 330], fill=(168, 132, 74))
    pen.arc([270, 120, 370, 240], start=180, end=360, fill=(190, 194, 198), width=16)
    pen.rounded_rectangle([245, 210, 395, 350], radius=14, fill=(176, 34, 26), outline=(90, 16, 12), width=4)
    pen.text((320, 280), seal_no, font=_font(30), fill=(255, 255, 255), anchor="mm")
    return _photo("lock", image)


def tag(*, address: str) -> Photo:
    """A tag on a door knob."""
    image = Image.new("RGB", _SIZE, (122, 74, 48))
    pen = ImageDraw.Draw(image)
    pen.rectangle([60, 0, 580, 480], fill=(138, 86, 56), outline=(96, 58, 38), width=8)
    pen.ellipse([110, 190, 170, 250], fill=(206, 180, 96))
    pen.polygon([(150, 170), (330, 130), (380, 400), (200, 440)], fill=(255, 250, 210))
    # The font inside Pillow has no accented letters.
    plain = unicodedata.normalize("NFKD", address).encode("ascii", "ignore").decode()
    for at, words in enumerate(("WATER SERVICE", "AVISO DE AGUA", plain[:24])):
        pen.text((268, 230 + at * 44), words, font=_font(20), fill=(40, 36, 30), anchor="mm")
    return _photo("tag", image)


def _photo(what: Literal["register", "lock", "tag"], image: Image.Image) -> Photo:
    ImageDraw.Draw(image).text((628, 468), _WORDS, font=_font(16), fill=(255, 255, 255), anchor="rs")
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=72)
    jpeg = out.getvalue()
    return Photo(what=what, jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest())


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
