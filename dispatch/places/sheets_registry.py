"""Map sheets in the search box: by name, tract, book and page, survey and place, before and after they are placed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.places import sheets_models
from maps import legal, legal_words, search_writing, stores


def filed_under(page: sheets_models.SheetPage) -> str:
    """What a page is filed under as one line: "Tract 8231, Book 214 of Maps, page 37, survey S2-022, Riverview"."""
    parts = [
        f"Tract {page.tract_no}" if page.tract_no else "",
        f"Book {page.map_book} of Maps, page {page.map_page}" if page.map_book and page.map_page else "",
        f"survey {page.survey_id}" if page.survey_id else "",
        page.place or "",
    ]
    return ", ".join(part for part in parts if part)


def index_page(session: Session, *, page: sheets_models.SheetPage) -> None:
    """Makes the entry of a page what its row says. A placed page is found as its map sheet."""
    detail = filed_under(page)
    sheet = session.get(stores.MapSheet, page.sheet_id) if page.sheet_id is not None else None
    placed = sheet is not None and sheet.file is not None
    point = sheet.shape.representative_point() if sheet is not None else None
    kind = sheet.kind.capitalize() if sheet is not None else "Sheet"
    keys = [page.name, *legal_keys(page)]
    entry = search_writing.Entry(
        kind="sheet",
        ref=f"sheet-{page.sheet_id}" if placed else f"page-{page.id}",
        label=f"{kind} {page.name}",
        detail=detail,
        words=(legal_words.plain(detail),),
        keys=tuple(key for key in keys if key),
        lon=point.x if point is not None else None,
        lat=point.y if point is not None else None,
        weight=0.75,
        # A page that lies nowhere yet belongs to no district's map: the map's own index leaves it alone.
        district_id=page.district_id if placed else None,
    )
    if placed:
        search_writing.remove(session, kind="sheet", ref=f"page-{page.id}")
    search_writing.replace_all(session, kind="sheet", ref=entry.ref, entries=[entry])


def legal_keys(page: sheets_models.SheetPage) -> tuple[str, ...]:
    """Exact keys: the tract as people type it, the survey's id."""
    keys = list(legal.query_keys(f"Tract {page.tract_no}")) if page.tract_no else []
    return (*keys, *([page.survey_id] if page.survey_id else []))


def index_all(session: Session) -> int:
    """Every page; answers how many."""
    pages = session.scalars(select(sheets_models.SheetPage).order_by(sheets_models.SheetPage.id)).all()
    for page in pages:
        index_page(session, page=page)
    return len(pages)
