"""Drawings brought in: the bytes are taken and kept, a job makes them into pages, and a file that cannot be read says why."""

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.places import sheets_events, sheets_models, sheets_registry
from dispatch.policies import queries as policies
from dispatch.transaction import Actor, Tx, reading, transaction
from maps import legal, sheet_pages, stores

_OPEN = ("WAITING", "WORKING")
CHUNK_BYTES = 1 << 20
ORIGINALS = "originals"
PAGES = "pages"
NAME_LENGTH = 120
SPARE_BYTES = 200 * 1024 * 1024
"""A data folder is never filled up by drawings: the database needs room to go on."""


class DrawingRefused(errors.Refusal):
    """A file cannot be taken as a drawing."""

    code = "drawing_refused"
    status = 422


class DrawingTooLarge(DrawingRefused):
    """The file is larger than the house takes."""

    code = "drawing_too_large"
    status = 413


Words = Callable[[dict[str, object]], tuple[str, str]]
_REASONS: dict[str, Words] = {
    "not_a_drawing": lambda _: ("it is no PDF, TIFF, PNG or JPEG", "no es PDF, TIFF, PNG ni JPEG"),
    "password": lambda _: (
        "it is locked with a password. Save it without one and upload it again",
        "está protegido con contraseña. Guárdelo sin ella y súbalo otra vez",
    ),
    "damaged": lambda facts: (f"it is damaged ({facts.get('said', '')})", f"está dañado ({facts.get('said', '')})"),
    "too_many_pixels": lambda facts: (
        f"it has {facts['width_px']:,} x {facts['height_px']:,} pixels, more than {facts['most']:,} in all. "
        "Scan it at fewer dots an inch",
        f"tiene {facts['width_px']:,} x {facts['height_px']:,} píxeles, más de {facts['most']:,} en total. "
        "Escanéelo con menos puntos por pulgada",
    ),
    "too_small": lambda facts: (
        f"it has only {facts['width_px']} x {facts['height_px']} pixels; nobody can read that",
        f"solo tiene {facts['width_px']} x {facts['height_px']} píxeles; nadie puede leerlo",
    ),
    "too_many_pages": lambda facts: (
        f"it has {facts['pages']:,} pages, more than {facts['most']}. Split it",
        f"tiene {facts['pages']:,} páginas, más de {facts['most']}. Divídalo",
    ),
    "too_much_memory": lambda _: (
        "reading it takes more memory than a drawing may. Scan it at fewer dots an inch",
        "leerlo ocupa más memoria de la permitida. Escanéelo con menos puntos por pulgada",
    ),
    "reader_died": lambda _: (
        "the reader broke down on it, or it took too long. Save it anew as PDF or TIFF",
        "el lector falló con ella o tardó demasiado. Guárdela de nuevo como PDF o TIFF",
    ),
    "no_pages": lambda _: ("it holds no pages", "no contiene páginas"),
    "no_room": lambda _: (
        "the disk of the server is nearly full. Call who looks after it; nothing was kept",
        "el disco del servidor está casi lleno. Avise a quien lo cuida; no se guardó nada",
    ),
    "gone": lambda _: ("its bytes are not in the data folder any more. Upload it again",
                       "sus bytes ya no están en la carpeta de datos. Súbalo otra vez"),
}  # fmt: skip


def words_of(*, file_name: str, code: str, page: int | None, facts: dict[str, object]) -> tuple[str, str]:
    """One sentence in English and in Spanish that names the file, the page and the reason."""
    en, es = _REASONS[code](facts)
    if page is None:
        return f"{file_name}: {en}.", f"{file_name}: {es}."
    return f"{file_name}, page {page}: {en}.", f"{file_name}, página {page}: {es}."


def check_length(*, file_name: str, length: int | None, most_bytes: int) -> None:
    """Refuses, before a byte is read, a request that is too large or does not tell its length."""
    if length is None:
        en = f"{file_name}: the request does not tell its length."
        es = f"{file_name}: la solicitud no dice su longitud."
        raise DrawingRefused(en, reasons=[errors.Reason("no_length", en, es, field="file")])
    if length > most_bytes:
        raise _too_large(file_name, length, most_bytes)


@contextmanager
def taken(stream: IO[bytes], *, file_name: str, length: int, most_bytes: int, sheets_dir: Path) -> Iterator[Path]:
    """The bytes of a drawing in a file of its own, which is gone afterwards unless it was kept under another name.
    Refuses while reading when more or less comes than was told."""
    sheets_dir.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(sheets_dir).free < length + SPARE_BYTES:
        raise refused(file_name, "no_room", None, {})
    handle, name = tempfile.mkstemp(dir=sheets_dir, prefix=".incoming-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            while part := stream.read(CHUNK_BYTES):
                if file.tell() + len(part) > most_bytes:
                    raise _too_large(file_name, file.tell() + len(part), most_bytes)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if path.stat().st_size != length:
            raise DrawingRefused(
                f"{file_name}: only {path.stat().st_size:,} of {length:,} bytes came. Upload it again."
            )
        yield path
    finally:
        path.unlink(missing_ok=True)


def keep(tx: Tx, *, file: Path, file_name: str, person_id: int, sheets_dir: Path) -> sheets_models.SheetUpload:
    """Put a file down as an upload that waits for its pages. The same bytes again are the same upload; one that was
    refused, or whose pages were never made, is tried anew. Refuses what is no PDF, TIFF, PNG or JPEG."""
    with file.open("rb") as opened:
        media = sheet_pages.kind_of(opened.read(1024))
        opened.seek(0)
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if media is None:
        raise refused(file_name, "not_a_drawing", None, {})
    district_id = policies.get_utility(tx.session).district_id
    upload = tx.session.scalars(
        select(sheets_models.SheetUpload).where(
            sheets_models.SheetUpload.district_id == district_id, sheets_models.SheetUpload.sha256 == sha256
        )
    ).one_or_none()
    original = _original(sheets_dir, sha256, media)
    if not original.is_file():
        original.parent.mkdir(parents=True, exist_ok=True)
        file.chmod(0o644)
        os.link(file, original)
    if upload is None:
        upload = sheets_models.SheetUpload(
            district_id=district_id, sha256=sha256, file_name=file_name, media=media, bytes=original.stat().st_size,
            person_id=person_id, uploaded_at=tx.now, state="WAITING", pages_done=0,
        )  # fmt: skip
        tx.session.add(upload)
    elif upload.state == "REFUSED":
        upload.file_name, upload.person_id, upload.uploaded_at = file_name, person_id, tx.now
        upload.state, upload.pages_done, upload.pages_of, upload.finished_at = "WAITING", 0, None, None
        upload.reason_code = upload.reason_page = upload.reason_en = upload.reason_es = None
    else:
        return upload
    tx.session.flush()
    tx.record(sheets_events.SheetUploaded(upload_id=upload.id))
    return upload


def make_pages(*, upload_id: int, sheets_dir: Path, data_dir: Path) -> None:
    """The job: every page of an upload becomes images and a row, all at once or none. Run twice, even at the same moment,
    it does nothing more."""
    with _alone(sheets_dir, upload_id) as alone:
        if alone:
            _make_pages(upload_id=upload_id, sheets_dir=sheets_dir, data_dir=data_dir)


@contextmanager
def _alone(sheets_dir: Path, upload_id: int) -> Iterator[bool]:
    """True for the one who works on an upload; the lock goes with its process, however that ends."""
    sheets_dir.mkdir(parents=True, exist_ok=True)
    with (sheets_dir / f".upload-{upload_id}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        Path(file.name).unlink(missing_ok=True)


def _make_pages(*, upload_id: int, sheets_dir: Path, data_dir: Path) -> None:
    with reading() as session:
        upload = session.get(sheets_models.SheetUpload, upload_id)
        if upload is None or upload.state not in _OPEN:
            return
        sha256, media, file_name = upload.sha256, upload.media, upload.file_name

    def tell(done: int, of: int) -> None:
        with transaction(actor=Actor("sheets")) as tx:
            row = tx.session.get_one(sheets_models.SheetUpload, upload_id)
            if row.state in _OPEN:
                row.state, row.pages_done, row.pages_of = "WORKING", done, of

    try:
        original = _original(sheets_dir, sha256, media)
        if not original.is_file():
            raise sheet_pages.DrawingError("gone")
        if shutil.disk_usage(sheets_dir).free < SPARE_BYTES:
            raise sheet_pages.DrawingError("no_room")
        pages = sheet_pages.render(original, folder=sheets_dir / PAGES, progress=tell)
    except sheet_pages.DrawingError as bad:
        with transaction(actor=Actor("sheets")) as tx:
            row = tx.session.get_one(sheets_models.SheetUpload, upload_id)
            en, es = words_of(file_name=file_name, code=bad.code, page=bad.page, facts=bad.facts)
            row.state, row.finished_at, row.reason_code, row.reason_page = "REFUSED", tx.now, bad.code, bad.page
            row.reason_en, row.reason_es, row.pages_done = en[:500], es[:500], 0
            tx.record(sheets_events.SheetRefused(upload_id=upload_id, reason=bad.code))
        return
    folder = (sheets_dir / PAGES).relative_to(data_dir).as_posix()
    with transaction(actor=Actor("sheets")) as tx:
        row = tx.session.get_one(sheets_models.SheetUpload, upload_id, with_for_update=True)
        if row.state not in _OPEN:
            return
        for page in pages:
            _add_page(tx.session, row, page, folder=folder, of=len(pages))
        row.state, row.finished_at, row.pages_done, row.pages_of = "DONE", tx.now, len(pages), len(pages)
        tx.record(sheets_events.SheetPagesMade(upload_id=upload_id, pages=len(pages)))


def refused(file_name: str, code: str, page: int | None, facts: dict[str, object]) -> DrawingRefused:
    """The refusal of a file in its own words."""
    en, es = words_of(file_name=file_name, code=code, page=page, facts=facts)
    return DrawingRefused(en, reasons=[errors.Reason(code, en, es, field="file")])


def _too_large(file_name: str, length: int, most_bytes: int) -> DrawingTooLarge:
    en = f"{file_name}: {length / 1e6:,.0f} MB or more; a drawing may have {most_bytes / 1e6:,.0f} MB."
    es = f"{file_name}: {length / 1e6:,.0f} MB o más; un plano puede tener {most_bytes / 1e6:,.0f} MB."
    return DrawingTooLarge(en, reasons=[errors.Reason("drawing_too_large", en, es, field="file")])


def _original(sheets_dir: Path, sha256: str, media: str) -> Path:
    return sheets_dir / ORIGINALS / sha256[:2] / f"{sha256}{sheet_pages.KINDS[media]}"


def original_of(upload: sheets_models.SheetUpload, *, sheets_dir: Path) -> Path:
    """Where the file stands as it came."""
    return _original(sheets_dir, upload.sha256, upload.media)


def _add_page(
    session: Session, upload: sheets_models.SheetUpload, page: sheet_pages.PageImages, *, folder: str, of: int
) -> None:
    stem = re.sub(r"\.(pdf|tiff?|png|jpe?g)$", "", upload.file_name, flags=re.IGNORECASE).strip() or "Sheet"
    known = session.scalars(
        select(stores.MapSheet).where(
            stores.MapSheet.district_id == upload.district_id, stores.MapSheet.name == stem[:NAME_LENGTH]
        )
    ).one_or_none()
    described = legal.parse(stem.replace("_", " "))
    row = sheets_models.SheetPage(
        district_id=upload.district_id, upload_id=upload.id, page=page.page,
        name=_free_name(session, upload.district_id, stem if of == 1 else f"{stem}, page {page.page}"),
        full=f"{folder}/{page.full}", overlay=f"{folder}/{page.overlay}", thumb=f"{folder}/{page.thumb}",
        width_px=page.width_px, height_px=page.height_px, overlay_width_px=page.overlay_width_px,
        overlay_height_px=page.overlay_height_px, turn_deg=0, version=1,
        tract_no=(described.tract_no if described and described.kind is legal.LegalKind.TRACT_LOT else None),
        map_book=described.map_book if described else None, map_page=described.map_page if described else None,
        survey_id=stem[:60] if known is not None and known.kind != "sheet" else None,
        place=(described.subdivision or "").title()[:200] or None if described else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    sheets_registry.index_page(session, page=row)


def _free_name(session: Session, district_id: int, name: str) -> str:
    """The name, with a number behind it when another page has it already."""
    page = sheets_models.SheetPage
    for number in range(1, 1000):
        tail = "" if number == 1 else f" ({number})"
        wanted = name[: NAME_LENGTH - len(tail)] + tail
        if session.scalar(select(page.id).where(page.district_id == district_id, page.name == wanted)) is None:
            return wanted
    raise ValueError(f"a thousand sheets are named {name}")
