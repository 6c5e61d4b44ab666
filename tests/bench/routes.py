"""How well and how fast days are planned: `python -m tests.bench.routes --orders 300 --crews 10 --seed 1 --seconds 20`.

The same day is planned by the product and by others (see `peers`; `--peers pyvrp,vroom-0` chooses some), each for the
seconds given, on one thread. Every row tells how many faults the checker of the planner's tests found in it. One price
compares the rows: driving plus ten minutes for every point of lost value. With several seeds a mean follows.

`--vrplib FILE` solves a benchmark in Solomon's layout instead, for length alone, and `--all` every one of the reference
data, beside the best known (see `solomon`); without `--seconds` for 30 s up to 100 customers, for 60 s above.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dispatch.routes import eligibility, planner
from tests.bench import days, peers, solomon
from tests.routes import checker


@dataclass(frozen=True)
class Row:
    """One engine on one day."""

    engine: str
    seed: int
    seconds: float
    served: int
    orders: int
    value_percent: float
    travel_minutes: float
    price_s: float
    iterations_a_second: float
    faults: int


def planned(*, problem: planner.Problem, seed: int, seconds: float) -> Row:
    """The product's own plan."""
    began = time.monotonic()
    plan = planner.solve(problem=problem, seed=seed, seconds=seconds)
    return _row(
        engine="curbstop",
        problem=problem,
        plan=plan,
        seed=seed,
        seconds=time.monotonic() - began,
        rate=plan.iterations / seconds,
        faults=len(checker.faults(problem, plan)),
    )


ENGINES: dict[str, Callable[[planner.Problem, int, float], peers.Found]] = {
    "pyvrp": lambda problem, seed, seconds: peers.pyvrp_found(problem=problem, seed=seed, seconds=seconds),
    "vroom-0": lambda problem, _, seconds: peers.vroom_found(problem=problem, seconds=seconds, level=0),
    "vroom-5": lambda problem, _, seconds: peers.vroom_found(problem=problem, seconds=seconds, level=5),
    "ortools": lambda problem, _, seconds: peers.ortools_found(problem=problem, seconds=seconds),
}


def peer_planned(*, engine: str, problem: planner.Problem, seed: int, seconds: float) -> Row:
    """The plan of one of the others, timed by the product's clock and proved by the same checker."""
    began = time.monotonic()
    found = ENGINES[engine](problem, seed, seconds)
    spent = time.monotonic() - began
    timed = planner.evaluate(problem=problem, sequences=found.sequences)
    driven = {order_id for sequence in found.sequences.values() for order_id in sequence}
    plan = planner.Plan(
        routes=timed.routes,
        unplanned=tuple(
            planner.Unplanned(order_id=job.order_id, code="LEFT") for job in problem.jobs if job.order_id not in driven
        ),
        iterations=found.iterations,
        seed=seed,
        seconds=spent,
        travel_s_total=timed.travel_s_total,
        value_served=timed.value_served,
    )
    return _row(
        engine=engine,
        problem=problem,
        plan=plan,
        seed=seed,
        seconds=spent,
        rate=found.iterations / seconds,
        faults=len(checker.faults(problem, plan)),
    )


def _row(
    *,
    engine: str,
    problem: planner.Problem,
    plan: planner.Plan | planner.Evaluation,
    seed: int,
    seconds: float,
    rate: float,
    faults: int,
) -> Row:
    worth = sum(job.value for job in problem.jobs)
    return Row(
        engine=engine,
        seed=seed,
        seconds=round(seconds, 1),
        served=sum(len(route.stops) for route in plan.routes),
        orders=len(problem.jobs),
        value_percent=round(100 * plan.value_served / worth, 2) if worth else 100.0,
        travel_minutes=round(plan.travel_s_total / 60, 1),
        price_s=round((worth - plan.value_served) * problem.prices.value_s + plan.travel_s_total),
        iterations_a_second=round(rate),
        faults=faults,
    )


def bound_percent(problem: planner.Problem) -> float:
    """No plan serves more of the value than this: the worthiest work for each second fills the shifts, nobody waits, no
    crew drives home, and each order is reached from whatever lies nearest to it (at a place with several: for nothing).
    """
    room_s: float = sum(crew.end_s - crew.start_s - (crew.lunch_s if crew.has_lunch else 0) for crew in problem.crews)
    able = [job for job in problem.jobs if any(eligibility.may_plan(crew=crew, job=job) for crew in problem.crews)]
    at = Counter(job.place for job in problem.jobs)
    places = sorted({*at, *(crew.start_place for crew in problem.crews)})
    drive_s = problem.travel_s[np.ix_(places, places)].astype(np.float64)
    np.fill_diagonal(drive_s, np.inf)
    nearest_s = dict(zip(places, drive_s.min(axis=0).tolist(), strict=True))
    takes_s = {job.order_id: job.service_s + (nearest_s[job.place] if at[job.place] == 1 else 0.0) for job in able}
    value = 0.0
    for job in sorted(able, key=lambda one: -one.value / (takes_s[one.order_id] + 1e-9)):
        share = min(1.0, room_s / takes_s[job.order_id]) if takes_s[job.order_id] else 1.0
        value, room_s = value + share * job.value, room_s - share * takes_s[job.order_id]
        if room_s <= 0:
            break
    worth = sum(job.value for job in problem.jobs)
    return round(100 * value / worth, 2) if worth else 100.0


def _means(rows: Sequence[Row]) -> list[Row]:
    """One row an engine, the mean over its seeds (faults added up); its seed is 0."""
    found = []
    for engine in dict.fromkeys(row.engine for row in rows):
        some = [row for row in rows if row.engine == engine]
        found.append(
            Row(
                engine=engine,
                seed=0,
                seconds=round(sum(row.seconds for row in some) / len(some), 1),
                served=round(sum(row.served for row in some) / len(some)),
                orders=some[0].orders,
                value_percent=round(sum(row.value_percent for row in some) / len(some), 2),
                travel_minutes=round(sum(row.travel_minutes for row in some) / len(some), 1),
                price_s=round(sum(row.price_s for row in some) / len(some)),
                iterations_a_second=round(sum(row.iterations_a_second for row in some) / len(some)),
                faults=sum(row.faults for row in some),
            )
        )
    return found


def benchmark(*, file: Path, seconds: float | None, seed: int) -> dict[str, object]:
    """One benchmark, solved by the planner and judged by `solomon` in double precision."""
    instance = solomon.read(file)
    problem = solomon.problem_of(instance)
    allowed_s = seconds or (30.0 if instance.customers <= 100 else 60.0)
    began = time.monotonic()
    plan = planner.solve(problem=problem, seed=seed, seconds=allowed_s)
    spent = time.monotonic() - began
    routes = solomon.routes_of(plan.sequences())
    faults = solomon.faults(instance, routes)
    print(f"{instance.name}: {plan.iterations} iterations, 1 thread", *faults[:5], sep="\n  ", file=sys.stderr)
    return {
        "instance": instance.name,
        "customers": instance.customers,
        "vehicles": len(routes),
        "distance": solomon.length_of(instance, routes),
        "feasible": not faults,
        "seconds": round(spent, 2),
    }


def benchmarks(*, files: Sequence[Path], seconds: float | None, seed: int, as_json: bool) -> int:
    """Print every benchmark as it is done: one JSON object each, or a row with the gap to the best known."""
    planner.warm_up()
    best_known = solomon.references()
    gaps = []
    feasible = True
    if not as_json:
        print("instance   customers  vehicles     distance    reference   gap %  seconds  feasible")
    for file in files:
        row = benchmark(file=file, seconds=seconds, seed=seed)
        feasible = feasible and bool(row["feasible"])
        if as_json:
            print(json.dumps(row), flush=True)
            continue
        length, known = row["distance"], best_known.get(str(row["instance"]).lower())
        gap = 100 * (length / known - 1) if known and isinstance(length, float) else None
        gaps += [] if gap is None else [gap]
        print(
            f"{row['instance']:<10} {row['customers']:>9} {row['vehicles']:>9} {length:>12.2f}"
            f" {'' if known is None else format(known, '.2f'):>12} {'' if gap is None else format(gap, '.2f'):>7}"
            f" {row['seconds']:>8} {'yes' if row['feasible'] else 'NO':>9}",
            flush=True,
        )
    if gaps and not as_json:
        print(f"mean gap {sum(gaps) / len(gaps):.2f} % of {len(gaps)}, worst {max(gaps):.2f} %, 1 thread")
    return 0 if feasible else 1


def main() -> int:
    """Print a table (or `--json`); exit code 1 when a plan has a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--crews", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="first seed of the days")
    parser.add_argument("--seeds", type=int, default=1, help="how many days")
    parser.add_argument("--seconds", type=float, help="20 without it, for benchmarks of the literature 30 or 60")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without the others beside")
    parser.add_argument("--peers", default=",".join(ENGINES), help="which of the others, with commas between")
    parser.add_argument("--vrplib", type=Path, metavar="FILE", help="a benchmark in Solomon's layout instead of days")
    parser.add_argument("--all", action="store_true", help="every benchmark of the reference data instead of days")
    asked = parser.parse_args()
    chosen = [] if asked.alone else [name for name in asked.peers.split(",") if name]
    if unknown := sorted(set(chosen) - set(ENGINES)):
        parser.error(f"no such peer: {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    if asked.vrplib is not None or asked.all:
        files = solomon.files() if asked.all else [asked.vrplib]
        try:
            return benchmarks(files=files, seconds=asked.seconds, seed=asked.seed, as_json=asked.json)
        except (OSError, ValueError) as fault:
            print(fault, file=sys.stderr)
            return 2
    seconds = asked.seconds or 20.0
    began = time.monotonic()
    planner.warm_up()
    ready_s = time.monotonic() - began
    began = time.monotonic()
    name, network = days.town()
    network_s = time.monotonic() - began
    rows, bounds = [], []
    matrix_s = 0.0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        began = time.monotonic()
        problem = days.make_day(network=network, orders=asked.orders, crews=asked.crews, seed=seed)
        matrix_s = time.monotonic() - began
        bounds.append(bound_percent(problem))
        rows.append(planned(problem=problem, seed=seed, seconds=seconds))
        for peer in chosen:
            rows.append(peer_planned(engine=peer, problem=problem, seed=seed, seconds=seconds))
    facts = {
        "town": name,
        "nodes": network.node_count,
        "orders": asked.orders,
        "crews": asked.crews,
        "search_ready_s": round(ready_s, 2),
        "network_s": round(network_s, 2),
        "matrix_s": round(matrix_s, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "threads": 1,
        "value_at_most_percent": round(sum(bounds) / len(bounds), 2),
    }
    if asked.json:
        print(json.dumps({**facts, "rows": [asdict(row) for row in rows]}, indent=1))
    else:
        print(", ".join(f"{key} {value}" for key, value in facts.items()))
        print("engine    seed  seconds  served        value %  travel min     price s  iterations/s  faults")
        for row in [*rows, *(_means(rows) if asked.seeds > 1 else [])]:
            print(
                f"{row.engine:<9} {row.seed or 'mean':>4} {row.seconds:>8} {row.served:>5} of {row.orders:<5}"
                f"{row.value_percent:>7} {row.travel_minutes:>11} {row.price_s:>11} {row.iterations_a_second:>13}"
                f"{row.faults:>8}",
            )
    return 1 if any(row.faults for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
