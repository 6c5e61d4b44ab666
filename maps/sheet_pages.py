"""Pages of a drawing as images: PDF, TIFF, PNG and JPEG, read in a process of their own.

Drawings come from anywhere. A file that crashes the reader, eats memory or never ends must not take the house with it,
so `render` starts this module as a program with limits on memory and time and reads what it says, a JSON line a page.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence, UnidentifiedImageError

FULL_PX = 7000
"""Longest side of the page that people read and put points on: a D-size sheet at about 200 dots an inch."""
OVERLAY_PX = 4096
"""Longest side of the copy that maps lay over the ground; larger pictures do not fit every graphics card."""
THUMB_PX = 1000
"""Longest side of the copy for lists, and for maps that show the whole sheet at once."""
MOST_PIXELS = 400_000_000
MOST_PAGES = 300
MOST_DPI = 400
MEMORY_BYTES = 3 * 1024**3
SECONDS = 900
TEXT_CHARACTERS = 4000
KINDS = {"pdf": ".pdf", "tiff": ".tif", "png": ".png", "jpeg": ".jpg"}
_MAGIC = (
    (b"%PDF-", "pdf"), (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"II+\x00", "tiff"), (b"MM\x00+", "tiff"),
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"),
)  # fmt: skip
_PDF_PASSWORD = 4

Progress = Callable[[int, int], None]


class DrawingError(ValueError):
    """A drawing cannot be read: `code` says why, `page` where (None: the whole file), `facts` the numbers of it."""

    def __init__(self, code: str, *, page: int | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.page, self.facts = code, page, facts


@dataclass(frozen=True, kw_only=True)
class PageImages:
    """One page, numbered from 1: its images as file names in the folder (named by their SHA-256), the size of the full
    one, and the text that the page itself holds."""

    page: int
    full: str
    overlay: str
    thumb: str
    width_px: int
    height_px: int
    overlay_width_px: int
    overlay_height_px: int
    text: str


def kind_of(head: bytes) -> str | None:
    """pdf, tiff, png or jpeg by the first bytes; None for anything else. A PDF may begin with a little rubbish."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "pdf" if b"%PDF-" in head[:1024] else None


def render(original: Path, *, folder: Path, progress: Progress | None = None) -> list[PageImages]:
    """Every page of a drawing, its images written into `folder`. Raises DrawingError; then nothing new is left there."""
    folder.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in folder.iterdir()}
    try:
        return _started(original, folder, progress)
    except DrawingError:
        for path in folder.iterdir():
            if path.name not in before:
                path.unlink()
        raise


def _started(original: Path, folder: Path, progress: Progress | None) -> list[PageImages]:
    pages: list[PageImages] = []
    root = str(Path(__file__).resolve().parent.parent)
    with tempfile.TemporaryFile() as noise:
        reader = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is one argument
            [sys.executable, "-m", "maps.sheet_pages", str(original), str(folder)],
            stdout=subprocess.PIPE, stderr=noise, stdin=subprocess.DEVNULL, cwd=root, text=True, encoding="utf-8",
        )  # fmt: skip
        with reader:
            assert reader.stdout is not None
            try:
                for line in reader.stdout:
                    told = json.loads(line)
                    if "code" in told:
                        raise DrawingError(told["code"], page=told["page"], **told["facts"])
                    of = told.pop("of")
                    pages.append(PageImages(**told))
                    if progress is not None:
                        progress(len(pages), of)
            except BaseException:
                reader.kill()
                raise
        ended = reader.returncode
    if ended != 0:
        # Killed by a limit, or crashed on the file: the page after the last whole one did it.
        raise DrawingError("reader_died", page=len(pages) + 1)
    if not pages:
        raise DrawingError("no_pages")
    return pages


def main(original: Path, folder: Path) -> None:
    """The program: reads the drawing, prints a line a page, or one line with the reason."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = None  # sizes are judged below, with words of our own
    try:
        for page in _pages(original, folder):
            print(json.dumps(page), flush=True)  # noqa: T201 - the other side reads these lines
    except DrawingError as bad:
        print(json.dumps({"code": bad.code, "page": bad.page, "facts": bad.facts}), flush=True)  # noqa: T201


def _pages(original: Path, folder: Path) -> Iterator[dict[str, Any]]:
    with original.open("rb") as file:
        kind = kind_of(file.read(1024))
    if kind is None:
        raise DrawingError("not_a_drawing")
    found = _of_pdf(original) if kind == "pdf" else _of_image(original)
    done = 0
    while True:
        # What a damaged file makes a reader raise is anything; here all of it means the same.
        try:
            number, of, image, text = next(found)
            page = _written(image, folder, number, text)
        except StopIteration:
            return
        except DrawingError:
            raise
        except MemoryError:
            raise DrawingError("too_much_memory", page=done + 1) from None
        except Exception as bad:
            raise DrawingError("damaged", page=done + 1, said=_said(bad)) from None
        done = number
        yield {**asdict(page), "of": of}


def _of_pdf(original: Path) -> Iterator[tuple[int, int, Image.Image, str]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(original)
    except pypdfium2.PdfiumError as bad:
        if getattr(bad, "err_code", None) == _PDF_PASSWORD or "password" in str(bad).lower():
            raise DrawingError("password") from None
        raise DrawingError("damaged", said=_said(bad)) from None
    count = len(document)
    _count_fits(count)
    for index in range(count):
        page = document[index]
        width_pt, height_pt = page.get_size()
        if width_pt <= 0 or height_pt <= 0:
            raise DrawingError("damaged", page=index + 1, said="the page has no size")
        scale = min(FULL_PX / max(width_pt, height_pt), MOST_DPI / 72)
        image = page.render(scale=scale).to_pil()
        text = page.get_textpage().get_text_bounded()[:TEXT_CHARACTERS]
        yield index + 1, count, image, text
        page.close()


def _of_image(original: Path) -> Iterator[tuple[int, int, Image.Image, str]]:
    try:
        image = Image.open(original, formats=("TIFF", "PNG", "JPEG"))
    except UnidentifiedImageError:
        raise DrawingError("damaged", said="its head cannot be read") from None
    with image:
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        _count_fits(count)
        frames = ImageSequence.Iterator(image) if count > 1 else [image]
        for number, frame in enumerate(frames, start=1):
            width, height = frame.size
            if width * height > MOST_PIXELS:
                raise DrawingError("too_many_pixels", page=number, width_px=width, height_px=height, most=MOST_PIXELS)
            if width < 16 or height < 16:
                raise DrawingError("too_small", page=number, width_px=width, height_px=height)
            yield number, count, frame, ""


def _count_fits(count: int) -> None:
    if count > MOST_PAGES:
        raise DrawingError("too_many_pages", pages=count, most=MOST_PAGES)


def _written(image: Image.Image, folder: Path, number: int, text: str) -> PageImages:
    upright = _turned(image)
    full = _small(upright, FULL_PX)
    overlay = _small(full, OVERLAY_PX)
    thumb = _small(full, THUMB_PX)
    full_name = _kept(full, folder)
    return PageImages(
        page=number, full=full_name, overlay=full_name if overlay is full else _kept(overlay, folder),
        thumb=_kept(thumb, folder), width_px=full.width, height_px=full.height, overlay_width_px=overlay.width,
        overlay_height_px=overlay.height, text=" ".join(text.split()),
    )  # fmt: skip


def _turned(image: Image.Image) -> Image.Image:
    """The picture as its maker saw it: a JPEG's or TIFF's own note of orientation is followed, transparency is paper."""
    from PIL import ImageOps

    image.load()
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGBA", "LA", "PA") or (turned.mode == "P" and "transparency" in turned.info):
        seen = turned.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    if turned.mode.startswith("I"):
        return turned.point(lambda value: value / 256).convert("L") if turned.mode == "I;16" else turned.convert("L")
    return turned if turned.mode in ("1", "L", "RGB") else turned.convert("RGB")


def _small(image: Image.Image, most: int) -> Image.Image:
    longest = max(image.size)
    if longest <= most:
        return image
    size = (max(1, round(image.width * most / longest)), max(1, round(image.height * most / longest)))
    # Lines of a black-and-white scan would break up if they were not softened to grey.
    source = image.convert("L") if image.mode == "1" else image
    return source.resize(
        size, Image.Resampling.BOX if longest > 3 * most else Image.Resampling.LANCZOS, reducing_gap=2.0
    )


def _kept(image: Image.Image, folder: Path) -> str:
    """Written under the SHA-256 of its bytes: bare lines as PNG, everything else as WebP, whichever is kept once."""
    lines = image.mode == "1"
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            if lines:
                image.save(file, "PNG", optimize=False)
            else:
                image.save(file, "WEBP", quality=82, method=2)
        path = Path(name)
        kept = hashlib.sha256(path.read_bytes()).hexdigest() + (".png" if lines else ".webp")
        path.chmod(0o644)
        path.rename(folder / kept)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return kept


def _said(fault: Exception) -> str:
    """The reader's own words, without the file's name or the machine's paths."""
    return str(fault).split("'/", maxsplit=1)[0].strip()[:160] or type(fault).__name__


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
