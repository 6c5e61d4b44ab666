"""Photos, named by the SHA-256 of their bytes: sent in parts, resumable, checked, kept once."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

from sqlalchemy import select

from dispatch import errors
from dispatch.orders import models as order_models
from dispatch.sync import events
from dispatch.transaction import Tx

MOST_BYTES = 15 * 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF", "image/webp"),
)


class AttachmentRefused(errors.Refusal):
    """The bytes cannot be taken."""

    code = "attachment_refused"
    status = 422


class NoAttachment(errors.NotFound):
    """No bytes of that name are here."""

    code = "no_attachment"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which bytes of how many a request brings."""

    first: int
    total: int


def path_of(folder: Path, sha256: str) -> Path:
    """Where a whole file stands. Refuses what is no SHA-256 name."""
    if not _NAME.fullmatch(sha256):
        raise NoAttachment("An attachment is named by its SHA-256: 64 lower-case hexadecimal digits.")
    return folder / sha256[:2] / sha256


def part_of(*, header: str | None, length: int) -> Part:
    """The part that a Content-Range header tells; without one, the body is the whole file."""
    if not header:
        return Part(first=0, total=length)
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        raise _refused("Content-Range reads `bytes FIRST-LAST/TOTAL`.", "range", status=400)
    first, last, total = (int(group) for group in match.groups())
    if last - first + 1 != length or last >= total:
        raise _refused(f"Content-Range tells {last - first + 1} bytes of {total}, the body has {length}.", "range",
                       status=400)  # fmt: skip
    return Part(first=first, total=total)


def so_far(folder: Path, sha256: str) -> tuple[int, bool]:
    """Bytes here, and whether that is all. Refuses with NoAttachment when there are none."""
    whole = path_of(folder, sha256)
    if whole.is_file():
        return whole.stat().st_size, True
    part = whole.with_suffix(".part")
    if part.is_file():
        return part.stat().st_size, False
    raise NoAttachment("Nothing of this attachment is here yet.")


def take(folder: Path, *, sha256: str, part: Part, body: bytes) -> tuple[int, bool]:
    """Add a part. Answers (bytes here, all there). A part that does not begin where the last one ended changes nothing.

    Refuses a file that is too large, is no picture, or does not match its name (then the parts are dropped).
    """
    whole = path_of(folder, sha256)
    if part.total > MOST_BYTES or part.total == 0:
        raise _refused(f"A photo has 1 to {MOST_BYTES:,} bytes, not {part.total:,}.", "size", status=413)
    whole.parent.mkdir(parents=True, exist_ok=True)
    if whole.is_file():
        return whole.stat().st_size, True
    if part.first == 0 and _media_type(body) is None:
        raise _refused("Only JPEG, PNG and WebP pictures are kept.", "media_type")
    growing = whole.with_suffix(".part")
    with _locked(growing) as file:
        if whole.is_file():
            return whole.stat().st_size, True
        here = file.seek(0, os.SEEK_END)
        if part.first > here or part.first + len(body) <= here:
            return here, False
        file.write(body[here - part.first :])
        file.flush()
        here = file.tell()
        if here < part.total:
            return here, False
        os.fsync(file.fileno())
        file.seek(0)
        if here != part.total or hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            growing.unlink()
            raise _refused("The photo came damaged: its bytes do not match its name. Send it again from the start.",
                           "damaged")  # fmt: skip
        growing.rename(whole)
        return here, True


def keep(tx: Tx, *, sha256: str, size: int, media_type: str) -> None:
    """The bytes are all there: the order shows the photo."""
    row = tx.session.get(order_models.Attachment, sha256)
    if row is None:
        row = order_models.Attachment(sha256=sha256, bytes=size)
        tx.session.add(row)
    if row.stored_at is not None:
        return
    row.bytes, row.media_type, row.stored_at = size, media_type, tx.now
    photo = order_models.Photo
    order_id = tx.session.execute(
        select(photo.order_id).where(photo.sha256 == sha256).order_by(photo.id).limit(1)
    ).scalar_one_or_none()
    tx.record(events.AttachmentStored(sha256=sha256, order_id=order_id))


def media_type_of(path: Path) -> str:
    """What a stored picture is, by its own first bytes."""
    with path.open("rb") as file:
        return _media_type(file.read(16)) or "application/octet-stream"


def _media_type(head: bytes) -> str | None:
    return next((media for magic, media in _MAGIC if head.startswith(magic)), None)


@contextmanager
def _locked(path: Path) -> Iterator[BufferedRandom]:
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _refused(text: str, code: str, *, status: int = 422) -> AttachmentRefused:
    refusal = AttachmentRefused(text, reasons=[errors.Reason(code, text, text)])
    refusal.status = status
    return refusal
