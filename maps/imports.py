"""Loads a county file into a layer of a district: rows read = rows kept + rows rejected, each with its reason."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import numpy as np
import shapely
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from maps import apn, indexing, sources, stores
from maps.layers import addresses, lots, parcels, sheets, streets, tax_roll, tracts, water
from maps.layers.intake import Intake, Progress, on_earth
from maps.sources import LayerColumns, SourceTable

_TAKERS: Mapping[str, Callable[[Intake, SourceTable], None]] = {
    "streets": streets.take_streets,
    "intersections": streets.take_intersections,
    "parcels": parcels.take_parcels,
    "tax_roll": tax_roll.take_tax_roll,
    "addresses": addresses.take_addresses,
    "hydrants": water.take_hydrants,
    "valves": water.take_valves,
    "mains": water.take_mains,
    "sheets": sheets.take_sheets,
    "surveys": sheets.take_surveys,
    "tracts": tracts.take_tracts,
    "lots": lots.take_lots,
}

# Which kinds of search entries a layer changes.
_INDEXED: Mapping[str, tuple[str, ...]] = {
    "parcels": ("parcel", "address", "lot"),
    "tax_roll": ("parcel", "address"),
    "addresses": ("address",),
    "streets": ("intersection",),
    "intersections": ("intersection",),
    "sheets": ("sheet",),
    "surveys": ("sheet",),
    "tracts": ("tract", "lot"),
    "lots": ("tract", "lot"),
    "hydrants": ("hydrant",),
}

DETECT_FROM = 2000
STRAY_DEG = 0.25
LEAST_FOR_STRAYS = 10

_NEEDS_SHAPES = frozenset(
    {"parcels", "streets", "intersections", "hydrants", "valves", "mains", "sheets", "surveys", "tracts", "lots"}
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import did. read = kept + rejected; `repaired` rows are among the kept; `reasons` counts every row that
    was rejected, repaired or joined, by reason; `import_id` is the key of the stored rows. `notes` say in words what was
    assumed of the whole file (its coordinate system, its way of writing parcel numbers)."""

    read: int
    kept: int
    repaired: int
    rejected: int
    retired: int
    reasons: dict[str, int]
    import_id: int
    notes: tuple[str, ...] = ()


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
    crs: str | None = None,
    encoding: str | None = None,
) -> Report:
    """Reads `file` into `layer` and stores the report with every rejected and repaired row; commits nothing.

    `columns` maps our fields to the file's columns (`sources.describe`, or {"parcel_number": "SSL"} by hand). Loading
    again updates in place; parcels that vanished are retired. Raises sources.SourceFileError for a file that cannot be
    read and ValueError for a layer or column map that does not exist; then nothing has been written.
    `index` False leaves the search index for one `indexing.index` after several layers. `crs` and `encoding` overrule
    what the file says of itself. A district of the format `auto` learns its own from the first parcels.
    """
    if layer not in _TAKERS:
        raise ValueError(f"no layer '{layer}'; there are: {', '.join(_TAKERS)}")
    started = monotonic()
    tell: Progress = progress or _silent
    if isinstance(columns, LayerColumns):
        described = columns
    else:
        described = sources.columns_of(layer, dict(columns), file=file.name.lower())
    tell(0.0, f"reading {file.name}")
    hints = sources.Hints(area=_area(district), crs=crs, encoding=encoding)
    table = sources.read(file, described, hints=hints)
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
    notes = list(table.notes)
    if table.corrected is not None:
        intake.joined["coordinate_system_corrected"] += len(table.rows)
    if layer == "parcels" and district.apn_format == apn.AUTO:
        district.apn_format = _detected(table)
        notes.append(f"parcel numbers are read as {district.apn_format} ({apn.FORMATS[district.apn_format].title})")
    if layer == "parcels":
        intake.former_situs.update(_situs_of(session, district))
    with _without_collecting():
        _TAKERS[layer](intake, _without_strays(intake, table))
        if layer == "parcels":
            lots.link(intake)
        if index and layer in _INDEXED:
            indexing.index(
                session,
                district=district,
                kinds=_INDEXED[layer],
                progress=lambda share, stage: tell(0.7 + 0.28 * share, stage),
            )
    finished_at = now + timedelta(seconds=monotonic() - started)
    report = replace(_record(intake, table, started_at=now, finished_at=finished_at), notes=tuple(notes))
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


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Holds the garbage collector: a hundred thousand live rows make every one of its rounds long and fruitless."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _area(district: stores.District) -> sources.Bounds | None:
    """Where the district lies, once something is there."""
    edges = (district.min_lon, district.min_lat, district.max_lon, district.max_lat)
    west, south, east, north = edges
    if west is None or south is None or east is None or north is None:
        return None
    return west, south, east, north


def _detected(table: SourceTable) -> str:
    numbers = [text for row in table.rows if (text := row.values.get("number"))]
    step = max(1, len(numbers) // DETECT_FROM)
    return apn.detect(numbers[::step])


def _situs_of(session: Session, district: stores.District) -> dict[int, str]:
    statement = select(stores.Parcel.id, stores.Parcel.situs_address).where(
        stores.Parcel.district_id == district.id, stores.Parcel.situs_address.is_not(None)
    )
    return {parcel_id: text or "" for parcel_id, text in session.execute(statement)}


def _without_strays(intake: Intake, table: SourceTable) -> SourceTable:
    """The table without rows that lie far from all others (in the sea, in another state); they are rejected."""
    placed = [row for row in table.rows if row.shape is not None and not row.shape.is_empty and on_earth(row.shape)]
    if len(placed) < LEAST_FOR_STRAYS:
        return table
    boxes = shapely.bounds(np.array([row.shape for row in placed], dtype=object))
    middles = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2])
    centre = np.median(middles, axis=0)
    off = np.abs(middles - centre).max(axis=1)
    limit = max(STRAY_DEG, 4 * float(np.quantile(off, 0.9)))
    strays = {row.row: place for row, place, far in zip(placed, middles, off > limit, strict=True) if far}
    for row in placed:
        if row.row in strays:
            lon, lat = strays[row.row]
            key = row.values.get("number") or row.values.get("name") or row.values.get("full")
            intake.reject(
                row.row, key=key, reason="far_from_the_rest",
                detail=f"it lies at {lon:.4f}, {lat:.4f}; the other rows lie around {centre[0]:.4f}, {centre[1]:.4f}",
            )  # fmt: skip
    return replace(table, rows=[row for row in table.rows if row.row not in strays])


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
