"""How well and how fast days are planned: `python -m tests.bench.routes --orders 300 --crews 10 --seed 1 --seconds 20`.

The same day is planned by the product and by PyVRP (which knows no lunch: see `peers`), each for the seconds given, on
one thread. Every row has passed the checker of the planner's tests. One price compares the rows: driving plus ten
minutes for every point of lost value.
"""

import argparse
import json
import resource
import time
from dataclasses import asdict, dataclass

from dispatch.routes import planner
from tests.bench import days, peers
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


def pyvrp_planned(*, problem: planner.Problem, seed: int, seconds: float) -> Row:
    """PyVRP's plan, timed by the product's clock."""
    began = time.monotonic()
    sequences, iterations = peers.pyvrp_sequences(problem=problem, seed=seed, seconds=seconds)
    spent = time.monotonic() - began
    plan = planner.evaluate(problem=problem, sequences=sequences)
    return _row(
        engine="pyvrp",
        problem=problem,
        plan=plan,
        seed=seed,
        seconds=spent,
        rate=iterations / seconds,
        faults=len(plan.violations),
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


def main() -> int:
    """Print a table (or `--json`); exit code 1 when a plan has a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--crews", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="first seed of the days")
    parser.add_argument("--seeds", type=int, default=1, help="how many days")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without PyVRP beside")
    asked = parser.parse_args()
    began = time.monotonic()
    planner.warm_up()
    ready_s = time.monotonic() - began
    began = time.monotonic()
    name, network = days.town()
    network_s = time.monotonic() - began
    rows = []
    matrix_s = 0.0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        began = time.monotonic()
        problem = days.make_day(network=network, orders=asked.orders, crews=asked.crews, seed=seed)
        matrix_s = time.monotonic() - began
        rows.append(planned(problem=problem, seed=seed, seconds=asked.seconds))
        if not asked.alone:
            rows.append(pyvrp_planned(problem=problem, seed=seed, seconds=asked.seconds))
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
    }
    if asked.json:
        print(json.dumps({**facts, "rows": [asdict(row) for row in rows]}, indent=1))
    else:
        print(", ".join(f"{key} {value}" for key, value in facts.items()))
        print("engine    seed  seconds  served        value %  travel min     price s  iterations/s  faults")
        for row in rows:
            print(
                f"{row.engine:<9} {row.seed:>4} {row.seconds:>8} {row.served:>5} of {row.orders:<5}"
                f"{row.value_percent:>7} {row.travel_minutes:>11} {row.price_s:>11} {row.iterations_a_second:>13}"
                f"{row.faults:>8}"
            )
    return 1 if any(row.faults for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
