"""The account of a rehearsed day on the terminal, as JSON, and the list of rows that were turned away."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dispatch.rehearsal import day, staff
from maps import stores


def announce(plan: day.Plan, *, folder: Path) -> None:
    """Say what is about to happen."""
    out = _console()
    out.print(
        f"\n  A working day of {plan.source.title}, {plan.on:%A %Y-%m-%d}: {plan.orders} orders, {plan.crews} crews."
    )
    out.print(f"  Rules: California special district ({day.PACK}). Time zone: {plan.source.time_zone}.")
    out.print("  Maps are the town's own files; customers, meters and readings are invented (seed "
              f"{plan.seed}). The clock goes {plan.times:g} times as fast.")  # fmt: skip
    out.print(f"  Everything is kept in {folder}; every login's password is {staff.PASSWORD}\n")


def show(summary: day.Summary, *, folder: Path) -> None:
    """Print the account."""
    out = _console()
    if summary.town.imported.layers:
        out.print(_rows_table(summary))
        out.print(f"  Every rejected row with its reason: {folder / 'rejected-rows.csv'}\n")
    chances = summary.town.chances
    out.print(
        f"  {chances.premises:,} premises, {chances.accounts:,} accounts, {chances.meters:,} meters; "
        f"{summary.town.search_entries:,} search entries"
    )
    out.print("  Orders by kind: " + _listed(summary.by_kind))
    if summary.balance.not_planned:
        out.print("  Not planned: " + _listed(summary.balance.not_planned))
    out.print(f"  Travel planned: {summary.travel_minutes} minutes")
    out.print("  In the office: " + _listed(summary.changes))
    out.print("  On the tablets: " + _listed(_tablets(summary.tablets)))
    out.print(f"  Orders that followed from visits: {summary.balance.opened_by_house}\n")
    out.print(_balance_table(summary))
    for one in summary.tablets:
        if "error" in one:
            out.print(f"  {one['login']} could not work: {str(one['error']).splitlines()[0]}")
    out.print("  Seconds: " + ", ".join(f"{name} {value:g}" for name, value in summary.took_s.items()))
    out.print("  Everything adds up.\n" if summary.adds_up else "  It does NOT add up.\n")


def as_json(summary: day.Summary) -> dict[str, Any]:
    """The account for a program."""
    return {
        "adds_up": summary.adds_up,
        "district": summary.plan.source.name, "on": summary.plan.on.isoformat(), "seed": summary.plan.seed,
        "time_zone": summary.plan.source.time_zone, "rules": day.PACK,
        "imports": {
            layer.name: {
                "read": layer.report.read, "kept": layer.report.kept, "repaired": layer.report.repaired,
                "rejected": layer.report.rejected, "reasons": layer.report.reasons,
            }
            for layer in summary.town.imported.layers
        },
        "orders_by_kind": dict(summary.by_kind), "not_planned": dict(summary.balance.not_planned),
        "changes": dict(summary.changes), "tablets": _tablets(summary.tablets),
        "opened_by_house": summary.balance.opened_by_house,
        "lines": [
            {
                "name": line.name, "left": line.left, "right": line.right, "difference": line.difference,
                "parts": dict(line.parts),
            }
            for line in summary.balance.lines
        ],
        "took_s": dict(summary.took_s),
        "errors": [str(one["error"]) for one in summary.tablets if "error" in one],
    }  # fmt: skip


def rejections(rows: Sequence[tuple[str, stores.RejectedRow]]) -> str:
    """Every rejected row as CSV: layer, row of the file, its key, why."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["layer", "row", "key", "reason", "detail"])
    for layer, row in rows:
        writer.writerow([layer, row.row, row.key or "", row.reason, row.detail])
    return text.getvalue()


def _console() -> Console:
    # Written to a file or a pipe, lines are not broken at eighty.
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=160)


def _rows_table(summary: day.Summary) -> Table:
    table = Table(title="Rows read = kept + rejected", title_justify="left", box=None, padding=(0, 2))
    for name in ("layer", "read", "kept", "rejected", "difference", "why (rejected, repaired, joined)"):
        table.add_column(name, justify="left" if name == "layer" or name.startswith("why") else "right")
    for layer in summary.town.imported.layers:
        one = layer.report
        table.add_row(
            layer.name, f"{one.read:,}", f"{one.kept:,}", f"{one.rejected:,}", str(one.read - one.kept - one.rejected),
            _listed(one.reasons),
        )  # fmt: skip
    return table


def _balance_table(summary: day.Summary) -> Table:
    table = Table(title="The account of the day", title_justify="left", box=None, padding=(0, 2))
    table.add_column("what must be the same")
    for name in ("left", "right", "difference"):
        table.add_column(name, justify="right")
    table.add_column("made of")
    for line in summary.balance.lines:
        table.add_row(line.name, f"{line.left:,}", f"{line.right:,}", str(line.difference), _listed(line.parts))
    return table


def _tablets(reports: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    names = (
        "stops", "completed", "unable", "recalls_answered", "not_worked", "offline_stops", "battery_deaths",
        "lost_answers", "wrong_meters", "swapped", "swapped_kept", "no_access", "tampered", "left_on", "codes",
        "readings", "photos",
    )  # fmt: skip
    total: Counter[str] = Counter()
    for one in reports:
        total.update({name: int(one.get(name) or 0) for name in names})
    return {name: total[name] for name in names}


def _listed(parts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in parts.items()) or "-"
