"""What an import says: a sum that adds up, and every rejected row with its reason."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    for note in report.notes:
        print(f"  note: {note}")
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


def as_json(name: str, report: Report, *, dry_run: bool) -> dict[str, Any]:
    """The sum of one import as data."""
    return {
        "read": report.read, "kept": report.kept, "repaired": report.repaired, "rejected": report.rejected,
        "retired": report.retired, "reasons": report.reasons, "layer": name, "notes": list(report.notes),
        "dry_run": dry_run,
    }  # fmt: skip


def write_rows(session: Session, *, reports: Sequence[Report], file: Path) -> None:
    """Every rejected and repaired row of these imports as CSV, in the order of the files."""
    row = stores.RejectedRow
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["import", "row", "key", "outcome", "reason", "detail"])
        ids = [report.import_id for report in reports]
        for one in session.scalars(select(row).where(row.import_id.in_(ids)).order_by(row.import_id, row.row, row.id)):
            out.writerow([one.import_id, one.row, one.key or "", one.outcome, one.reason, one.detail])
