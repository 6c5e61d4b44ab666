"""Placing a page on the ground by its control points, and filing it under its tract, book, survey and place."""

from collections.abc import Sequence

from sqlalchemy import select

from dispatch import errors
from dispatch.places import sheets_events, sheets_models, sheets_queries, sheets_registry, sheets_schemas
from dispatch.transaction import Tx
from maps import sheet_fit, sheets, stores


class SheetChanged(errors.Stale):
    """Somebody else saved the sheet in the meantime."""

    code = "stale_version"


class CannotPlace(errors.Refusal):
    """The points do not place the sheet."""

    code = "cannot_place"
    status = 422


class NameTaken(errors.Refusal):
    """Another sheet has that name."""

    code = "name_taken"
    status = 422


def fitted(points: Sequence[sheets_schemas.SheetPointIn]) -> sheet_fit.Judged:
    """The placement that the points give. Refuses with CannotPlace."""
    if len(points) < 3:
        raise _cannot(
            "too_few_points",
            f"Three points or more place a sheet; there are {len(points)}.",
            f"Hacen falta tres puntos o más para ubicar una lámina; hay {len(points)}.",
        )
    try:
        return sheet_fit.judge(
            [sheets.ControlPoint(x_px=one.x_px, y_px=one.y_px, lon=one.lon, lat=one.lat) for one in points]
        )
    except sheets.SheetPlacementError:
        raise _cannot(
            "points_on_a_line",
            "The points lie on one line, on the sheet or on the map. Put one off to the side.",
            "Los puntos están en una sola línea, en la lámina o en el mapa. Ponga uno a un lado.",
        ) from None


def place(
    tx: Tx,
    *,
    page: sheets_models.SheetPage,
    version: int,
    points: Sequence[sheets_schemas.SheetPointIn],
    person_id: int,
) -> None:
    """Put a page on the ground. Points that did not move keep who put them there and when.

    Refuses with SheetChanged, and with CannotPlace a sheet that would lie on its face or cover half a county.
    """
    _unchanged(page, version)
    judged = fitted(points)
    if sheet_fit.too_large(judged, width_px=page.width_px, height_px=page.height_px):
        raise _cannot(
            "too_large_on_the_ground",
            "The sheet would cover more than a county: a point lies in another place.",
            "La lámina cubriría más que un condado: un punto está en otro lugar.",
        )
    if judged.mirrored:
        raise _cannot(
            "mirrored",
            "The sheet would lie on its face: two points are taken for one another.",
            "La lámina quedaría boca abajo: dos puntos están intercambiados.",
        )
    _keep_points(tx, page, points, person_id)
    corners = judged.placement.corners(width_px=page.width_px, height_px=page.height_px)
    sheet = _sheet_of(tx, page, corners)
    sheet.corners, sheet.file = corners, page.overlay
    sheet.width_px, sheet.height_px = page.overlay_width_px, page.overlay_height_px
    tx.session.flush()
    page.sheet_id, page.rms_ft = sheet.id, judged.rms_ft
    page.placed_by, page.placed_at, page.version = person_id, tx.now, page.version + 1
    tx.session.flush()
    sheets_registry.index_page(tx.session, page=page)
    tx.record(sheets_events.SheetPlaced(page_id=page.id, sheet_id=sheet.id, points=len(points)))


def describe(tx: Tx, *, page: sheets_models.SheetPage, details: sheets_schemas.SheetDetailsIn) -> None:
    """File a page under other words, or turn it upright. Refuses with SheetChanged and NameTaken."""
    _unchanged(page, details.version)
    if details.name != page.name:
        _name_is_free(tx, page, details.name)
    page.name, page.turn_deg = details.name, details.turn_deg
    page.tract_no, page.map_book = details.tract_no or None, details.map_book or None
    page.map_page, page.survey_id, page.place = (
        details.map_page or None,
        details.survey_id or None,
        details.place or None,
    )
    page.version += 1
    sheet = tx.session.get(stores.MapSheet, page.sheet_id) if page.sheet_id is not None else None
    if sheet is not None and sheet.file is not None:
        sheet.name = page.name
        sheet.note = sheets_registry.filed_under(page) or sheet.note
        sheet.tract_id = sheets_queries.find_tract_id(tx.session, page=page) or sheet.tract_id
    tx.session.flush()
    sheets_registry.index_page(tx.session, page=page)
    tx.record(sheets_events.SheetDescribed(page_id=page.id))


def _sheet_of(tx: Tx, page: sheets_models.SheetPage, corners: list[list[float]]) -> stores.MapSheet:
    """The map sheet that the page is or becomes. An outline that came with the maps stays: it is better than the edge of
    the paper."""
    session, table = tx.session, stores.MapSheet
    sheet = session.get(table, page.sheet_id) if page.sheet_id is not None else None
    if sheet is None:
        sheet = sheets_queries.find_outline(session, page=page)
    if sheet is None:
        _name_is_free(tx, page, page.name)
        sheet = table(district_id=page.district_id, name=page.name, kind="sheet", shape=sheets.outline(corners))
        session.add(sheet)
    elif sheet.corners is not None and sheet.shape.equals(sheets.outline(sheet.corners)):
        sheet.shape = sheets.outline(corners)
    sheet.note = sheets_registry.filed_under(page) or sheet.note
    sheet.tract_id = sheets_queries.find_tract_id(session, page=page) or sheet.tract_id
    return sheet


def _keep_points(
    tx: Tx, page: sheets_models.SheetPage, points: Sequence[sheets_schemas.SheetPointIn], person_id: int
) -> None:
    old = sheets_queries.points_of(tx.session, page_id=page.id)
    known = {(one.x_px, one.y_px, one.lon, one.lat): (one.person_id, one.put_at) for one in old}
    for row in old:
        tx.session.delete(row)
    tx.session.flush()
    for number, one in enumerate(points, start=1):
        who, when = known.get((one.x_px, one.y_px, one.lon, one.lat), (person_id, tx.now))
        tx.session.add(
            sheets_models.SheetPoint(
                page_id=page.id, number=number, x_px=one.x_px, y_px=one.y_px, lon=one.lon, lat=one.lat, person_id=who,
                put_at=when,
            )
        )  # fmt: skip


def _unchanged(page: sheets_models.SheetPage, version: int) -> None:
    if page.version != version:
        en = "Somebody else saved this sheet in the meantime. Load it again; your points are still on the screen."
        es = "Otra persona guardó esta lámina mientras tanto. Cárguela otra vez; sus puntos siguen en pantalla."
        raise SheetChanged(en, reasons=[errors.Reason("stale_version", en, es)])


def _name_is_free(tx: Tx, page: sheets_models.SheetPage, name: str) -> None:
    other, sheet = sheets_models.SheetPage, stores.MapSheet
    taken = tx.session.scalar(
        select(other.id).where(other.district_id == page.district_id, other.name == name, other.id != page.id)
    )
    if taken is None:
        taken = tx.session.scalar(
            select(sheet.id).where(
                sheet.district_id == page.district_id, sheet.name == name, sheet.id != (page.sheet_id or 0),
                sheet.file.is_not(None),
            )
        )  # fmt: skip
    if taken is None and page.sheet_id is not None:
        # A page that lies on the ground would clash with the outline of that name.
        taken = tx.session.scalar(
            select(sheet.id).where(sheet.district_id == page.district_id, sheet.name == name, sheet.id != page.sheet_id)
        )
    if taken is not None:
        en, es = f"Another sheet is named {name}. Choose another name.", f"Otra lámina se llama {name}. Elija otro."
        raise NameTaken(en, reasons=[errors.Reason("name_taken", en, es, field="name")])


def _cannot(code: str, en: str, es: str) -> CannotPlace:
    return CannotPlace(en, reasons=[errors.Reason(code, en, es, field="points")])
