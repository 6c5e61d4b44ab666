"""How quickly and how little a plan in force changes for an event.

    python -m tests.bench.replan [--orders 600] [--crews 14] [--days 200] [--search 2.0]

One big day at ten in the morning, one event of each sort; then many small days with ten events each. Prints tables.
"""

import argparse
import copy
import random
import statistics
import time
from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.bench import days
from tests.routes import event_day


def one_of_each(console: Console, *, orders: int, crews: int, seconds: float, search_s: float) -> None:
    """First answer, orders that stay with their crew, changes and locks, for each sort of event."""
    name, network = days.town()
    began = time.perf_counter()
    problem = days.make_day(network=network, orders=orders, crews=crews, seed=1)
    matrix_s = time.perf_counter() - began
    morning = event_day.planned(problem=problem, seconds=seconds)
    morning.drive_on(to_s=10 * event_day.HOUR_S)
    table = Table(title=f"{orders} orders, {crews} crews, {name}, 10:00 (day and matrix made in {matrix_s:.1f} s)")
    for head in ("event", "answer s", "searched", "stay", "%", "changes", "beyond limit", "locks broken", "left"):
        table.add_column(head, justify="left" if head == "event" else "right")
    for kind, _ in event_day.KINDS:
        day = copy.deepcopy(morning)
        day.happen(kind, rng=random.Random(5), search_s=search_s)
        for one in day.log:
            table.add_row(
                kind, f"{one.seconds:.2f}", "yes" if one.searched else "no", f"{one.stayed} of {one.in_force}",
                f"{100 * one.stayed / max(1, one.in_force):.1f}", str(len(one.changes)),
                str(sum(1 for change in one.changes if change.over)), str(one.locks_broken), str(one.left),
            )  # fmt: skip
    console.print(table)


def many_days(console: Console, *, count: int) -> None:
    """Whole days with ten events each: budget, promises, what stability costs in driving."""
    network = days.lattice(side=14)
    used, over, kept, promised, broken, events, changes = Counter[int](), 0, 0, 0, 0, 0, 0
    unexplained = 0
    answers: list[float] = []
    for seed in range(1, count + 1):
        problem = days.make_day(network=network, orders=70, crews=4, seed=seed)
        day = event_day.driven(problem=problem, seed=seed, events=10, iterations=800)
        used.update(day.used.values())
        over += sum(day.over.values())
        broken += sum(one.locks_broken for one in day.log)
        unexplained += any(count > day.changes_a_day for count in day.used.values())
        events += len(day.log)
        changes += sum(len(one.changes) for one in day.log)
        answers += [one.seconds for one in day.log]
        a, b = day.promises()
        kept, promised = kept + a, promised + b
    table = Table(title=f"{count} days of 70 orders and 4 crews, ten events each")
    for head, value in (
        ("events", events),
        ("changes an event", f"{changes / max(1, events):.2f}"),
        ("crew days with 0 / 1 / 2 / 3 changes", " / ".join(str(used[i]) for i in range(4))),
        ("days over the limit without an emergency", unexplained),
        ("changes beyond the limit, each for a named emergency", over),
        ("next stops moved", broken),
        ("promises kept", f"{kept} of {promised} ({100 * kept / max(1, promised):.1f} %)"),
        ("answer, median / worst s", f"{statistics.median(answers):.2f} / {max(answers):.2f}"),
    ):
        if not table.columns:
            table.add_column("what")
            table.add_column("", justify="right")
        table.add_row(head, str(value))
    console.print(table)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--orders", type=int, default=600)
    parser.add_argument("--crews", type=int, default=14)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--search", type=float, default=2.0)
    parser.add_argument("--days", type=int, default=200)
    asked = parser.parse_args()
    console = Console()
    one_of_each(console, orders=asked.orders, crews=asked.crews, seconds=asked.seconds, search_s=asked.search)
    many_days(console, count=asked.days)


if __name__ == "__main__":
    main()
