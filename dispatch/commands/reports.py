"""What an import says on the terminal: a sum that adds up, and every rejected row with its reason."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import stores
from maps.imports import Report

SHOWN = 40
"""Rows listed on the terminal; all of them stay in the database."""


def tell(session: Session, *, name: str, report: Report) -> None:
    """Print one import."""
    print(
        f"{name}: {report.read:,} rows read = {report.kept:,} kept + {report.rejected:,} rejected"
        + (f"; {report.repaired:,} of the kept repaired" if report.repaired else "")
        + (f"; {report.retired:,} retired" if report.retired else "")
    )
    for reason, count in sorted(report.reasons.items()):
        print(f"  {count:>7,}  {reason}")
    if not report.rejected:
        return
    row = stores.RejectedRow
    found = session.execute(select(row).where(row.import_id == report.import_id).order_by(row.row).limit(SHOWN + 1))
    for at, one in enumerate(found.scalars()):
        if at == SHOWN:
            print(f"  ... the rest stands in map_rejected_row, import_id {report.import_id}")
            break
        print(f"  row {one.row}: {one.key or '-'}: {one.reason}" + (f" ({one.detail})" if one.detail else ""))
