"""How quickly and how little a plan in force changes for an event.

    python -m tests.bench.replan [--orders 600] [--crews 14] [--days 200] [--search 2.0]

One big day at ten in the morning, one event of each sort; then many small days with ten events each. Prints tables.
"""

import argparse
import copy
import logging
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from dispatch import clock, tables
from dispatch.app import create_app
from dispatch.config import Settings
from dispatch.db import engine
from dispatch.places import booking
from dispatch.routes import noticing, queries, replanning, workflow
from dispatch.transaction import HOUSE, reading
from tests import given
from tests.bench import days
from tests.routes import event_day, given_day

FREE_ITERATIONS = 800


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
    rests: list[event_day.Rest] = []
    for seed in range(1, count + 1):
        problem = days.make_day(network=network, orders=70, crews=4, seed=seed)
        day = event_day.driven(problem=problem, seed=seed, events=10, iterations=800,
                               free_iterations=FREE_ITERATIONS)  # fmt: skip
        used.update(day.used.values())
        over += sum(day.over.values())
        broken += sum(one.locks_broken for one in day.log)
        unexplained += any(count > day.changes_a_day for count in day.used.values())
        events += len(day.log)
        changes += sum(len(one.changes) for one in day.log)
        answers += [one.first_s for one in day.log]
        rests += [one.rest for one in day.log if one.rest is not None]
        a, b = day.promises()
        kept, promised = kept + a, promised + b
    table = Table(title=f"{count} days of 70 orders and 4 crews, ten events each")
    for head, value in (
        ("events", events),
        ("changes an event", f"{changes / max(1, events):.2f}"),
        ("crew days with 1 / 2 / 3 changes", " / ".join(str(used[i]) for i in range(1, 4))),
        ("days over the limit without an emergency", unexplained),
        ("changes beyond the limit, each for a named emergency", over),
        ("next stops moved", broken),
        ("promises kept", f"{kept} of {promised} ({100 * kept / max(1, promised):.1f} %)"),
        *_cost_of_stability(rests),
        ("answer, median / worst s", f"{statistics.median(answers):.2f} / {max(answers):.2f}"),
    ):
        if not table.columns:
            table.add_column("what")
            table.add_column("", justify="right")
        table.add_row(head, str(value))
    console.print(table)


def _cost_of_stability(rests: Sequence[event_day.Rest]) -> list[tuple[str, str]]:
    """What keeping to the plan in force costs, against planning the rest of the day from nothing after each event."""
    if not rests:
        return []
    kept_min = sum(one.travel_s for one in rests) / 60 / len(rests)
    free_min = sum(one.free_travel_s for one in rests) / 60 / len(rests)
    kept, free = sum(one.value for one in rests), sum(one.free_value for one in rests)
    return [
        ("driving still to come after an event, kept / planned from nothing", f"{kept_min:.1f} / {free_min:.1f} min"),
        ("value still to come, kept / planned from nothing", f"{kept:.0f} / {free:.0f} ({100 * kept / free:.1f} %)"),
    ]


def in_the_house(console: Console, *, orders: int, crews: int) -> None:
    """The same with rows: an emergency from its opening to the tablets' new routes, and windows for a caller."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[clock.VARIABLE] = clock.setting(start=given.NOW)
        settings = Settings(data_dir=Path(folder), database_url="", redis_url="redis://127.0.0.1:1/0")
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app = create_app(settings)
        with app.app_context():
            tables.metadata.create_all(engine.engine())
            given.a_utility()
            given_day.streets()
            for number in range(crews):
                given.a_crew(letter=chr(ord("A") + number))
            kinds = ("REREAD", "LEAK_CHECK", "METER_EXCHANGE", "TURN_ON")
            for number in range(orders):
                given_day.an_order(kind=kinds[number % 4], window="14-16" if number % 5 == 0 else "ALL_DAY")
            workflow.publish(plan_id=_planned(), actor=HOUSE)
            rows = Table(title=f"{orders} orders, {crews} crews, with rows in SQLite")
            rows.add_column("what")
            rows.add_column("s", justify="right")
            for turn in ("first", "again"):
                leak = given_day.an_order(kind="SHUTOFF_EMERGENCY")
                began = time.perf_counter()
                noticing.order_came(order_id=leak)
                asked_s = time.perf_counter() - began
                with reading() as session:
                    waiting = [one.id for one in queries.replans_on(session, on=given.WORKDAY, limit=1)]
                began = time.perf_counter()
                replanning.run(replan_id=waiting[0])
                rows.add_row(f"emergency asked ({turn})", f"{asked_s:.2f}")
                rows.add_row(f"read, thought, published ({turn})", f"{time.perf_counter() - began:.2f}")
            took, spent = [], []
            for number in range(200):
                began, cpu = time.perf_counter(), time.process_time()
                with reading() as session:
                    booking.windows_at(
                        session, ref=f"premise-{1 + number}", kind_code="LEAK_CHECK", now=given.NOW, person_id=1
                    )
                took.append(time.perf_counter() - began)
                spent.append(time.process_time() - cpu)
            took.sort()
            spent.sort()
            rows.add_row("windows for a caller, median", f"{statistics.median(took):.3f}")
            rows.add_row("windows for a caller, p99", f"{took[197]:.3f}")
            rows.add_row(
                "windows for a caller, median and p99 of the processor's time", f"{spent[100]:.3f} / {spent[197]:.3f}"
            )
            console.print(rows)
            engine.engine().dispose()


def _planned() -> int:
    plan_id = given_day.asked(seconds=10)
    workflow.plan_day(plan_id=plan_id)
    return plan_id


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--orders", type=int, default=600)
    parser.add_argument("--crews", type=int, default=14)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--search", type=float, default=2.0)
    parser.add_argument("--days", type=int, default=200)
    asked = parser.parse_args()
    console = Console(width=140)
    one_of_each(console, orders=asked.orders, crews=asked.crews, seconds=asked.seconds, search_s=asked.search)
    in_the_house(console, orders=asked.orders, crews=asked.crews)
    many_days(console, count=asked.days)


if __name__ == "__main__":
    main()
