"""Recorded maps and their lots: found by 'Lot 23, Tract 8231', by subdivision, block and lot, by book and page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import legal, stores


@dataclass(frozen=True, kw_only=True)
class LotMatch:
    """A lot a description may mean, with its recorded map."""

    lot: stores.Lot
    tract: stores.TractMap


def find_lots(session: Session, *, district_id: int, text: str) -> list[LotMatch]:
    """Lots the legal description in `text` names, in map and lot order; empty when it names none we know."""
    described = legal.parse(text)
    if described is None or not (described.lots or described.parcel):
        return []
    statement = (
        select(stores.Lot, stores.TractMap)
        .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
        .where(stores.TractMap.district_id == district_id)
        .where(func.upper(stores.Lot.lot).in_(described.lots or (described.parcel or "",)))
        .order_by(stores.TractMap.tract_no, stores.Lot.block, stores.Lot.id)
    )
    if described.kind is legal.LegalKind.SUBDIVISION:
        name = (described.subdivision or "").upper()
        statement = statement.where(func.upper(stores.TractMap.name).startswith(name, autoescape=True))
    elif described.tract_no is not None:
        statement = statement.where(stores.TractMap.tract_no.in_(_spellings(described)))
    else:
        return []
    if described.block is not None:
        statement = statement.where(func.upper(stores.Lot.block) == described.block)
    return [LotMatch(lot=lot, tract=tract) for lot, tract in session.execute(statement)]


def find_tracts(session: Session, *, district_id: int, tract_no: str) -> list[stores.TractMap]:
    """Recorded maps with this tract number (or a phase of it: 8231 finds 8231-2), in order of the number."""
    number = tract_no.strip().upper().lstrip("0")
    statement = (
        select(stores.TractMap)
        .where(
            stores.TractMap.district_id == district_id,
            (stores.TractMap.tract_no == number) | stores.TractMap.tract_no.startswith(f"{number}-", autoescape=True),
        )
        .order_by(stores.TractMap.tract_no)
    )
    return list(session.scalars(statement))


def find_by_page(session: Session, *, district_id: int, map_book: str, map_page: str) -> list[stores.TractMap]:
    """Recorded maps at this book and page; a map's page may be a range (34-38)."""
    statement = (
        select(stores.TractMap)
        .where(stores.TractMap.district_id == district_id, stores.TractMap.map_book == map_book)
        .order_by(stores.TractMap.map_page)
    )
    return [tract for tract in session.scalars(statement) if _holds_page(tract.map_page, map_page)]


def lots_of(session: Session, tract_id: int) -> list[stores.Lot]:
    """All lots of a recorded map, in block and lot order as a person counts (2 before 10)."""
    lots = session.scalars(select(stores.Lot).where(stores.Lot.tract_id == tract_id))
    return sorted(lots, key=lambda lot: (lot.block or "", _counted(lot.lot)))


def lots_of_parcel(session: Session, parcel_id: int) -> list[LotMatch]:
    """Lots this tax parcel is made of."""
    statement = (
        select(stores.Lot, stores.TractMap)
        .join(stores.TractMap, stores.TractMap.id == stores.Lot.tract_id)
        .where(stores.Lot.parcel_id == parcel_id)
        .order_by(stores.TractMap.tract_no, stores.Lot.id)
    )
    return [LotMatch(lot=lot, tract=tract) for lot, tract in session.execute(statement)]


def lot_label(*, tract: stores.TractMap, lot: stores.Lot) -> str:
    """How a lot is written everywhere: 'Lot 23, Tract 8231', 'Lot 5R, Block A, Willow Bend'."""
    block = f", Block {lot.block}" if lot.block else ""
    place = f"Tract {tract.tract_no}" if re.match(r"[0-9]", tract.tract_no) else tract.name
    return f"Lot {lot.lot}{block}, {place}"


def _spellings(described: legal.LegalDescription) -> Sequence[str]:
    number = described.tract_no or ""
    # Parcel maps stand beside tracts in the same table, marked PM.
    return (f"PM {number}", f"PM{number}") if described.kind is legal.LegalKind.PARCEL_MAP else (number,)


def _holds_page(pages: str | None, wanted: str) -> bool:
    ends = re.findall(r"[0-9]+", pages or "")
    if not ends or not wanted.isdigit():
        return pages == wanted
    return int(ends[0]) <= int(wanted) <= int(ends[-1])


def _counted(text: str) -> tuple[int, str]:
    digits = re.match(r"[0-9]+", text)
    return (int(digits.group()) if digits else 0, text)
