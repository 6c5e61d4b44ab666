"""Loads a county file into a layer of a district: rows read = rows kept + rows rejected, each with its reason."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from maps import indexing, sources, stores
from maps.layers import addresses, parcels, sheets, streets, water
from maps.layers.intake import Intake, Progress
from maps.sources import LayerColumns, SourceTable

_TAKERS: Mapping[str, Callable[[Intake, SourceTable], None]] = {
    "streets": streets.take_streets,
    "intersections": streets.take_intersections,
    "parcels": parcels.take_parcels,
    "tax_roll": parcels.take_tax_roll,
    "addresses": addresses.take_addresses,
    "hydrants": water.take_hydrants,
    "mains": water.take_mains,
    "sheets": sheets.take_sheets,
}

# Which kinds of search entries a layer changes.
_INDEXED: Mapping[str, tuple[str, ...]] = {
    "parcels": ("parcel", "address", "lot"),
    "tax_roll": ("parcel", "address"),
    "addresses": ("address",),
    "intersections": ("intersection",),
    "hydrants": ("hydrant",),
}

_NEEDS_SHAPES = frozenset({"parcels", "streets", "intersections", "hydrants", "mains", "sheets"})


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import did. read = kept + rejected; `repaired` rows are among the kept; `reasons` counts every row that
    was rejected, repaired or joined, by reason; `import_id` is the key of the stored rows."""

    read: int
    kept: int
    repaired: int
    rejected: int
    retired: int
    reasons: dict[str, int]
    import_id: int


def layers() -> tuple[str, ...]:
    """The layers that can be loaded, in the order they should be."""
    return tuple(_TAKERS)


def load(
    session: Session,
    *,
    district: stores.District,
    layer: str,
    file: Path,
    columns: LayerColumns | Mapping[str, str],
    now: datetime,
    progress: Progress | None = None,
    index: bool = True,
) -> Report:
    """Reads `file` into `layer` and stores the report with every rejected and repaired row; commits nothing.

    `columns` maps our fields to the file's columns (`sources.describe`, or {"parcel_number": "SSL"} by hand). Loading
    again updates in place; parcels that vanished are retired. Raises sources.SourceFileError for a file that cannot be
    read and ValueError for a layer or column map that does not exist; then nothing has been written.
    `index` False leaves the search index for one `indexing.index` after several layers.
    """
    if layer not in _TAKERS:
        raise ValueError(f"no layer '{layer}'; there are: {', '.join(_TAKERS)}")
    started = monotonic()
    tell: Progress = progress or _silent
    described = columns if isinstance(columns, LayerColumns) else sources.columns_of(layer, dict(columns))
    tell(0.0, f"reading {file.name}")
    table = sources.read(file, described)
    if layer in _NEEDS_SHAPES and not table.has_shapes:
        raise sources.SourceFileError(
            file=file, problem=f"layer {layer} needs shapes; the file has none (a CSV needs lon and lat columns)"
        )
    intake = Intake(
        session=session,
        district=district,
        columns=described,
        on=now.astimezone(UTC).date(),
        progress=lambda share, stage: tell(0.05 + 0.65 * share, stage),
    )
    _TAKERS[layer](intake, table)
    if index and layer in _INDEXED:
        indexing.index(
            session,
            district=district,
            kinds=_INDEXED[layer],
            progress=lambda share, stage: tell(0.7 + 0.28 * share, stage),
        )
    finished_at = now + timedelta(seconds=monotonic() - started)
    report = _record(intake, table, started_at=now, finished_at=finished_at)
    tell(1.0, f"{report.kept} of {report.read} rows kept")
    return report


def rejected_rows(session: Session, import_id: int) -> list[stores.RejectedRow]:
    """Rows of an import that were rejected or repaired, in the order of the file."""
    statement = (
        select(stores.RejectedRow)
        .where(stores.RejectedRow.import_id == import_id)
        .order_by(stores.RejectedRow.row, stores.RejectedRow.id)
    )
    return list(session.scalars(statement))


def _record(intake: Intake, table: SourceTable, *, started_at: datetime, finished_at: datetime) -> Report:
    rejected = {remark.row for remark in intake.remarks if remark.outcome == "rejected"}
    repaired = {remark.row for remark in intake.remarks if remark.outcome == "repaired"} - rejected
    reasons = Counter(remark.reason for remark in intake.remarks)
    reasons.update(intake.joined)
    stored = stores.Import(
        district_id=intake.district.id,
        layer=intake.columns.layer,
        file=table.file.name,
        file_sha256=table.sha256,
        started_at=started_at,
        finished_at=finished_at,
        rows_read=len(table.rows),
        rows_kept=len(table.rows) - len(rejected),
        rows_repaired=len(repaired),
        rows_rejected=len(rejected),
        retired=intake.retired,
        reasons=dict(sorted(reasons.items())),
    )
    intake.session.add(stored)
    intake.session.flush()
    rows = [
        {
            "import_id": stored.id,
            "row": remark.row,
            "key": remark.key[:200] if remark.key else None,
            "outcome": remark.outcome,
            "reason": remark.reason,
            "detail": remark.detail[:1000],
        }
        for remark in intake.remarks
    ]
    if rows:
        intake.session.execute(insert(stores.RejectedRow), rows)
    return Report(
        read=stored.rows_read,
        kept=stored.rows_kept,
        repaired=stored.rows_repaired,
        rejected=stored.rows_rejected,
        retired=stored.retired,
        reasons=dict(stored.reasons),
        import_id=stored.id,
    )


def _silent(_share: float, _stage: str) -> None:
    """Nobody watches."""
