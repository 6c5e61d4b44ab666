"""Technicians with skills, tools and spare parts: `python -m tests.bench.technicians --seconds 30`.

Solves the instances of Pillac, Gueret and Medaglia (2013) in the reference data through the same `planner.solve`, and
prints the working time (driving and service, what the planner minimises) beside the best one reported there, and what it
is with the waiting in between counted, everybody leaving home as late as the route allows: the source does not say which
of the two it means. Every technician starts at home with
some tools and parts; what is missing is fetched at the depot, once. A judge of its own proves every route in double
precision.
"""

import argparse
import csv
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dispatch.routes import planner
from tests.bench import days

# The planner counts whole seconds: a unit of the instances is this many, drives rounded up.
UNIT_S = 100
WORTH = 1e6


@dataclass(frozen=True)
class Technician:
    """A technician at home, with what is on board."""

    id: int
    at: tuple[float, float]
    skills: frozenset[int]
    tools: frozenset[int]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Request:
    """A request with its window for the beginning of the service."""

    id: int
    at: tuple[float, float]
    opens: float
    closes: float
    service: float
    skills: frozenset[int]
    tools: frozenset[int]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """One instance; `closes` is when everybody must be home."""

    name: str
    depot: tuple[float, float]
    closes: float
    technicians: tuple[Technician, ...]
    requests: tuple[Request, ...]


def folder() -> Path:
    """Where the instances are."""
    return days.reference_data() / "technician_routing_trsp"


def read(file: Path) -> Instance:
    """An instance. Raises ValueError where a line is no row of one."""
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if re.match(r"\s*\d+\s+[\d.-]+\s+[\d.-]+\s", line) and "[" in line]
    crew_count = next(int(line.split()[0]) for line in lines if re.match(r"\s*\d+(\s+\d+){3}\s*$", line))
    if len(rows) < crew_count + 2:
        raise ValueError(f"{file.name}: {len(rows)} rows for a depot, {crew_count} technicians and requests")
    found = [_row(line) for line in rows]
    depot, crew, requests = found[0], found[1 : crew_count + 1], found[crew_count + 1 :]
    return Instance(
        name=lines[0].strip(),
        depot=depot.at,
        closes=depot.closes,
        technicians=tuple(
            Technician(id=one.id, at=one.at, skills=one.skills, tools=one.tools, parts=one.parts) for one in crew
        ),
        requests=tuple(requests),
    )


def _row(line: str) -> Request:
    head, *sets = re.split(r"\[", line)
    number, x, y, opens, closes, service = head.split()[:6]
    skills, tools, parts = ([int(n) for n in re.findall(r"\d+", one)] for one in sets)
    return Request(
        id=int(number), at=(float(x), float(y)), opens=float(opens), closes=float(closes), service=float(service),
        skills=frozenset(skills), tools=frozenset(tools), parts=tuple(parts),
    )  # fmt: skip


def problem_of(instance: Instance) -> planner.Problem:
    """The instance as a day: place 0 the depot, then homes, then requests; a stop at the depot for each technician."""
    points = [instance.depot, *(one.at for one in instance.technicians), *(one.at for one in instance.requests)]
    at = np.array(points, dtype=np.float64)
    apart = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2))
    homes = len(instance.technicians)
    crews = tuple(
        planner.Crew(
            crew_id=one.id, start_s=0, end_s=int(instance.closes * UNIT_S), start_place=k + 1, end_place=k + 1,
            skills=frozenset(f"skill {n}" for n in one.skills), tools=frozenset(f"tool {n}" for n in one.tools),
            parts=tuple((f"part {n}", many) for n, many in enumerate(one.parts) if many),
        )
        for k, one in enumerate(instance.technicians)
    )  # fmt: skip
    jobs = tuple(
        planner.Job(
            order_id=one.id, place=homes + 1 + k, service_s=round(one.service * UNIT_S), value=WORTH,
            windows=((int(one.opens * UNIT_S), int(one.closes * UNIT_S)),),
            skills=frozenset(f"skill {n}" for n in one.skills), tools=frozenset(f"tool {n}" for n in one.tools),
            parts=tuple((f"part {n}", many) for n, many in enumerate(one.parts) if many),
        )
        for k, one in enumerate(instance.requests)
    )  # fmt: skip
    stops = tuple(
        planner.Job(order_id=-one.id, place=0, service_s=0, value=0.0, fetch_for_crew_id=one.id)
        for one in instance.technicians
    )
    return planner.Problem(crews=crews, jobs=(*jobs, *stops), travel_s=np.ceil(apart * UNIT_S - 1e-6).astype(np.int32))


def judged(instance: Instance, sequences: Mapping[int, Sequence[int]]) -> tuple[float, float, int, list[str]]:
    """(working time, the same with waiting, technicians used, faults) of routes of request ids, negative for the stop
    at the depot."""
    requests = {one.id: one for one in instance.requests}
    total, waited, used, faults = 0.0, 0.0, 0, []
    seen = Counter(i for some in sequences.values() for i in some if i > 0)
    faults += [f"request {i} is served {seen[i]} times" for i in requests if seen[i] != 1]
    for who in instance.technicians:
        route = sequences.get(who.id, ())
        if not route:
            continue
        used += 1
        at, clock, stock, tools, fetched = who.at, 0.0, list(who.parts), set(who.tools), False
        for i in route:
            if i < 0:
                total, clock = total + math.dist(at, instance.depot), clock + math.dist(at, instance.depot)
                at, fetched = instance.depot, True
                continue
            one = requests[i]
            total += math.dist(at, one.at) + one.service
            clock = max(clock + math.dist(at, one.at), one.opens)
            if clock > one.closes + 1e-6:
                faults.append(f"request {i} begins at {clock:.2f}, after {one.closes}")
            if not one.skills <= who.skills:
                faults.append(f"technician {who.id} has not the skills of request {i}")
            stock = [have - need for have, need in zip(stock, one.parts, strict=True)]
            if not fetched and (min(stock) < 0 or not one.tools <= tools):
                faults.append(f"technician {who.id} has not the tools or parts of request {i}")
            clock, at = clock + one.service, one.at
        total, clock = total + math.dist(at, who.at), clock + math.dist(at, who.at)
        waited += clock - _leaves(instance, who, route, requests, home=clock)
        if clock > instance.closes + 1e-6:
            faults.append(f"technician {who.id} is home at {clock:.2f}, after {instance.closes}")
    return total, waited, used, faults


def _leaves(
    instance: Instance, who: Technician, route: Sequence[int], requests: Mapping[int, Request], *, home: float
) -> float:
    """The latest moment to leave home and be back as early as leaving at once."""
    at, latest = who.at, home
    for i in reversed(route):
        place = instance.depot if i < 0 else requests[i].at
        latest -= math.dist(place, at)
        if i > 0:
            latest = min(latest - requests[i].service, requests[i].closes)
        at = place
    return latest - math.dist(who.at, at)


def main() -> int:
    """Print a row an instance; exit code 1 when a route has a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if not folder().exists():
        print(f"no reference data at {folder()}: set CURBSTOP_REFERENCE_DATA", file=sys.stderr)
        return 2
    with (folder() / "best_reported.csv").open(encoding="utf-8", newline="") as file:
        best = {row["instance"]: row for row in csv.DictReader(file)}
    planner.warm_up()
    print(
        "instance             requests  served  technicians  working time  best reported   gap %  with waiting  seconds  faults"
    )
    wrong, gaps = 0, []
    for path in sorted(folder().glob("*.txt")):
        instance = read(path)
        began = time.monotonic()
        plan = planner.solve(problem=problem_of(instance), seed=asked.seed, seconds=asked.seconds)
        spent = time.monotonic() - began
        total, waited, used, faults = judged(instance, plan.sequences())
        known = float(best[instance.name]["best_reported_working_time"])
        gaps.append(100 * (total / known - 1))
        wrong += len(faults)
        served = sum(1 for some in plan.sequences().values() for i in some if i > 0)
        print(
            f"{instance.name:<20} {len(instance.requests):>8} {served:>7} {used:>12} {total:>13.2f} {known:>14.2f}"
            f" {gaps[-1]:>7.2f} {waited:>13.2f} {spent:>8.1f} {len(faults):>7}",
            flush=True,
        )
        print(*faults[:5], sep="\n  ", file=sys.stderr)
    print(f"mean gap {sum(gaps) / len(gaps):.2f} % of {len(gaps)}, worst {max(gaps):.2f} %, 1 thread")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
