"""Reading map sheets: the list, one page whole, and what covers a point."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from dispatch import clock, errors
from dispatch.auth import models as auth
from dispatch.places import schemas, sheets_models, sheets_schemas
from dispatch.policies import queries as policies
from maps import sheet_fit, sheets, stores, tracts

PAGE = 60
MARGIN = 0.15
REFUSED_SHOWN = timedelta(hours=12)


class UnknownSheet(errors.NotFound):
    """There is no such sheet, or no image of it."""

    code = "unknown_sheet"


def get_page(session: Session, *, ref: str) -> sheets_models.SheetPage:
    """The page behind "page-3", or behind "sheet-5" (the map sheet it became). Refuses with UnknownSheet."""
    kind, _, number = ref.partition("-")
    found = None
    if kind in ("page", "sheet") and number.isascii() and number.isdigit() and len(number) < 10:
        column = sheets_models.SheetPage.id if kind == "page" else sheets_models.SheetPage.sheet_id
        found = session.scalars(select(sheets_models.SheetPage).where(column == int(number))).one_or_none()
    if found is None:
        en, es = "There is no image of that sheet here yet.", "Aún no hay imagen de esa lámina."
        raise UnknownSheet(en, reasons=[errors.Reason("unknown_sheet", en, es)])
    return found


def points_of(session: Session, *, page_id: int) -> list[sheets_models.SheetPoint]:
    """The control points of a page in their order."""
    point = sheets_models.SheetPoint
    return list(session.scalars(select(point).where(point.page_id == page_id).order_by(point.number)))


def listed(session: Session, *, text: str, state: str, page: int) -> sheets_schemas.SheetListOut:
    """Pages whose name, tract, book, survey or place holds every word of `text`, those without a place first."""
    row, point = sheets_models.SheetPage, sheets_models.SheetPoint
    clauses: list[ColumnElement[bool]] = [_holds(row, word) for word in text.split()[:8]]
    placed = row.sheet_id.is_not(None)
    if state == "unplaced":
        clauses.append(~placed)
    elif state == "placed":
        clauses.append(placed)
    total = session.scalar(select(func.count()).select_from(row).where(*clauses)) or 0
    found = session.scalars(
        select(row).where(*clauses).order_by(placed, row.name, row.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    counted = session.execute(
        select(point.page_id, func.count()).where(point.page_id.in_([one.id for one in found])).group_by(point.page_id)
    )
    points = {row[0]: row[1] for row in counted}
    names = _names(session, [one.placed_by for one in found])
    return sheets_schemas.SheetListOut(
        sheets=[
            sheets_schemas.SheetRow(
                id=one.id, sheet_id=one.sheet_id, name=one.name, tract_no=one.tract_no, map_book=one.map_book,
                map_page=one.map_page, survey_id=one.survey_id, place=one.place,
                state="placed" if one.sheet_id is not None else "unplaced", points=points.get(one.id, 0),
                rms_ft=one.rms_ft, placed_by=names.get(one.placed_by or 0), placed_at=one.placed_at,
            )
            for one in found
        ],
        total=total,
        unplaced=session.scalar(select(func.count()).select_from(row).where(~placed)) or 0,
        page=page,
        pages=max(1, -(-total // PAGE)),
        uploads=uploads(session),
    )  # fmt: skip


def _holds(row: type[sheets_models.SheetPage], word: str) -> ColumnElement[bool]:
    columns = (row.name, row.tract_no, row.map_book, row.map_page, row.survey_id, row.place)
    return or_(*[column.icontains(word, autoescape=True) for column in columns])


def uploads(session: Session) -> list[sheets_schemas.SheetUploadOut]:
    """Files still being read, and those refused lately, newest first."""
    row = sheets_models.SheetUpload
    since = clock.now() - REFUSED_SHOWN
    found = session.scalars(
        select(row)
        .where(or_(row.state.in_(("WAITING", "WORKING")), (row.state == "REFUSED") & (row.finished_at > since)))
        .order_by(row.id.desc())
        .limit(50)
    ).all()
    return [upload_out(session, one) for one in found]


def get_upload(session: Session, *, upload_id: int) -> sheets_models.SheetUpload:
    """Refuses with UnknownSheet."""
    found = session.get(sheets_models.SheetUpload, upload_id)
    if found is None:
        raise UnknownSheet(f"There is no upload {upload_id}.")
    return found


def upload_out(session: Session, upload: sheets_models.SheetUpload) -> sheets_schemas.SheetUploadOut:
    """An upload for the wire."""
    page = sheets_models.SheetPage
    ids = session.scalars(select(page.id).where(page.upload_id == upload.id).order_by(page.page)).all()
    return sheets_schemas.SheetUploadOut(
        id=upload.id, file_name=upload.file_name, bytes=upload.bytes, state=upload.state,  # type: ignore[arg-type]
        pages_done=upload.pages_done, pages_of=upload.pages_of, reason_en=upload.reason_en, reason_es=upload.reason_es,
        uploaded_by=_names(session, [upload.person_id]).get(upload.person_id, ""), uploaded_at=upload.uploaded_at,
        page_ids=list(ids),
    )  # fmt: skip


def page_out(session: Session, page: sheets_models.SheetPage) -> sheets_schemas.SheetPageOut:
    """One page, whole."""
    points = points_of(session, page_id=page.id)
    names = _names(session, [page.placed_by, *[one.person_id for one in points]])
    upload = session.get(sheets_models.SheetUpload, page.upload_id) if page.upload_id is not None else None
    sheet = session.get(stores.MapSheet, page.sheet_id) if page.sheet_id is not None else None
    corners = sheet.corners if sheet is not None and sheet.file is not None and sheet.corners else []
    return sheets_schemas.SheetPageOut(
        id=page.id, sheet_id=page.sheet_id, version=page.version, name=page.name, tract_no=page.tract_no,
        map_book=page.map_book, map_page=page.map_page, survey_id=page.survey_id, place=page.place,
        turn_deg=page.turn_deg, width_px=page.width_px, height_px=page.height_px,  # type: ignore[arg-type]
        file_name=upload.file_name if upload is not None else None, page=page.page,
        corners=[(corner[0], corner[1]) for corner in corners],
        points=[
            sheets_schemas.SheetPointOut(
                x_px=one.x_px, y_px=one.y_px, lon=one.lon, lat=one.lat, put_by=names.get(one.person_id, ""),
                put_at=one.put_at,
            )
            for one in points
        ],
        fit=fit_out(
            sheet_fit.judge(
                [sheets.ControlPoint(x_px=one.x_px, y_px=one.y_px, lon=one.lon, lat=one.lat) for one in points]
            ),
            width_px=page.width_px, height_px=page.height_px,
        ) if len(points) >= 3 else None,
        placed_by=names.get(page.placed_by or 0), placed_at=page.placed_at, look_at=_look_at(session, page, sheet),
    )  # fmt: skip


def fit_out(judged: sheet_fit.Judged, *, width_px: int, height_px: int) -> sheets_schemas.SheetFitOut:
    """A judged placement for the wire; lengths to a thousandth of a foot."""
    corners = judged.placement.corners(width_px=width_px, height_px=height_px)
    return sheets_schemas.SheetFitOut(
        corners=[(corner[0], corner[1]) for corner in corners],
        residuals_ft=[round(one, 3) for one in judged.residuals_ft],
        alone_ft=[None if one is None else round(one, 3) for one in judged.alone_ft],
        rms_ft=round(judged.rms_ft, 3), outlier=judged.outlier, north_deg=round(judged.north_deg, 3),
        feet_per_px=judged.feet_per_px, mirrored=judged.mirrored, one_is_off=judged.one_is_off,
        stretched=judged.stretch > sheet_fit.MOST_STRETCH,
    )  # fmt: skip


def find_tract_id(session: Session, *, page: sheets_models.SheetPage) -> int | None:
    """The recorded map that a page is filed under, when exactly one fits its tract number or its book and page."""
    found: Sequence[stores.TractMap] = []
    if page.tract_no:
        found = tracts.find_tracts(session, district_id=page.district_id, tract_no=page.tract_no)
        found = [one for one in found if one.tract_no == page.tract_no.strip().upper().lstrip("0")] or found
    if len(found) != 1 and page.map_book and page.map_page:
        found = tracts.find_by_page(
            session, district_id=page.district_id, map_book=page.map_book, map_page=page.map_page
        )
    return found[0].id if len(found) == 1 else None


def find_outline(session: Session, *, page: sheets_models.SheetPage) -> stores.MapSheet | None:
    """The sheet or survey of that name (or whose record says just that name besides) whose outline came with the maps,
    and that has no image yet."""
    sheet = stores.MapSheet
    names = [name for name in (page.name, page.survey_id) if name]
    found = session.scalars(
        select(sheet).where(
            sheet.district_id == page.district_id, sheet.file.is_(None), sheet.name.in_(names) | sheet.note.in_(names)
        )
    ).all()
    return min(found, key=lambda one: (one.name not in names, one.id), default=None)


def page_ids(session: Session, *, sheet_ids: Sequence[int]) -> dict[int, int]:
    """Map sheet -> its page, for those that have one."""
    row = sheets_models.SheetPage
    found = session.execute(select(row.sheet_id, row.id).where(row.sheet_id.in_(sheet_ids)))
    return {sheet_id: page_id for sheet_id, page_id in found if sheet_id is not None}


def sheets_out(session: Session, found: Sequence[stores.MapSheet]) -> list[schemas.SheetOut]:
    """Map sheets that have an image and a place, in the order given."""
    shown = [one for one in found if one.file and one.corners]
    pages = page_ids(session, sheet_ids=[one.id for one in shown])
    return [
        schemas.SheetOut(
            id=one.id, name=one.name, url=f"/api/v1/map/sheets/{one.id}",
            corners=[(corner[0], corner[1]) for corner in one.corners or []], page_id=pages.get(one.id),
        )
        for one in shown
    ]  # fmt: skip


def _look_at(session: Session, page: sheets_models.SheetPage, sheet: stores.MapSheet | None) -> list[float]:
    sheet = sheet or find_outline(session, page=page)
    shapes: list[Any] = [sheet.shape] if sheet is not None else []
    if not shapes:
        tract_id = find_tract_id(session, page=page)
        tract = session.get(stores.TractMap, tract_id) if tract_id is not None else None
        if tract is not None and tract.shape is not None:
            shapes = [tract.shape]
    if shapes:
        west, south, east, north = shapes[0].bounds
        dx, dy = (east - west) * MARGIN, (north - south) * MARGIN
        return [west - dx, south - dy, east + dx, north + dy]
    utility = policies.get_utility(session)
    district = session.get_one(stores.District, utility.district_id)
    edges = [district.min_lon, district.min_lat, district.max_lon, district.max_lat]
    if all(edge is not None for edge in edges):
        return [float(edge or 0.0) for edge in edges]
    lon, lat = utility.yard_lon or 0.0, utility.yard_lat or 0.0
    return [lon - 0.02, lat - 0.015, lon + 0.02, lat + 0.015]


def _names(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    found = session.execute(select(auth.Person.id, auth.Person.name).where(auth.Person.id.in_(wanted)))
    return {row[0]: row[1] for row in found}
