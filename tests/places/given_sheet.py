"""Drawings for the tests: made in memory, read back from real files."""

import io
from typing import Any

from PIL import Image, ImageDraw

from dispatch.config import Settings
from dispatch.places import sheets_intake, sheets_models
from tests import given

POINTS = [
    {"x_px": 0.0, "y_px": 0.0, "lon": -121.975, "lat": 37.535},
    {"x_px": 1000.0, "y_px": 0.0, "lon": -121.965, "lat": 37.535},
    {"x_px": 1000.0, "y_px": 800.0, "lon": -121.965, "lat": 37.527},
    {"x_px": 0.0, "y_px": 800.0, "lon": -121.975, "lat": 37.527},
]
"""Control points of `a_page`: it lies north up, 0.01 degrees wide."""


def a_page(*, name: str = "Tract 8231, sheet 4") -> int:
    """A page of 1000 by 800 pixels that nobody has placed; answers its id."""
    with given.edge() as tx:
        page = sheets_models.SheetPage(
            district_id=1, name=name, full="sheets/pages/x.webp", overlay="sheets/pages/x.webp",
            thumb="sheets/pages/x.webp", width_px=1000, height_px=800, overlay_width_px=1000, overlay_height_px=800,
            version=1,
        )  # fmt: skip
        tx.session.add(page)
        tx.session.flush()
        return page.id


def drawn(*, width: int = 900, height: int = 600, words: str = "LOT 14", mode: str = "RGB") -> Image.Image:
    """A sheet with a border, a few lots and some words."""
    image = Image.new(mode, (width, height), "white" if mode != "1" else 1)
    pen = ImageDraw.Draw(image)
    ink = 0 if mode in ("1", "L") else "black"
    pen.rectangle((20, 20, width - 20, height - 20), outline=ink, width=4)
    for x in range(60, width - 60, 120):
        pen.line((x, 60, x, height - 60), fill=ink, width=2)
    pen.text((70, 70), words, fill=ink)
    return image


def bytes_of(kind: str, *pages: Image.Image, **more: Any) -> bytes:
    """The drawing as a file: TIFF and PDF hold several pages."""
    out = io.BytesIO()
    first, rest = pages[0], list(pages[1:])
    if kind in ("TIFF", "PDF") and rest:
        first.save(out, kind, save_all=True, append_images=rest, **more)
    else:
        first.save(out, kind, **more)
    return out.getvalue()


def a_locked_pdf() -> bytes:
    """A PDF that asks for a password (standard handler, 40 bits, keys that fit no empty password)."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
        b"<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<" + b"43" * 16 + b"><" + b"43" * 16 + b">]>>\n"
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)


def upload(browser: given.Browser, name: str, body: bytes) -> Any:
    """What the server answers to a file."""
    return browser.client.post(f"/api/v1/sheet-uploads?file_name={name}", data=body, headers=browser.headers)


def make_pages(settings: Settings, upload_id: int) -> None:
    """The job that the upload starts."""
    sheets_intake.make_pages(upload_id=upload_id, sheets_dir=settings.sheets_dir, data_dir=settings.data_dir)
