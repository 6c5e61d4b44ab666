"""Benchmarks in the text layout of Solomon and of Gehring & Homberger, read for the planner and judged without it.

Driving takes as long as the way is long. The planner counts whole units, so lengths are multiplied by `scale` and
rounded up, windows inward: what fits in whole units fits in the plane. `faults` and `length_of` know nothing of that;
they work on the numbers of the file, in double precision.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dispatch.routes import planner
from tests.bench import days

TOLERANCE = 1e-6
FINEST_SCALE = 1000


@dataclass(frozen=True)
class Place:
    """One line of the file; number 0 is the depot."""

    number: int
    x: float
    y: float
    demand: float
    ready: float
    due: float
    service: float


@dataclass(frozen=True)
class Instance:
    """One file."""

    name: str
    vehicles: int
    capacity: float
    places: tuple[Place, ...]

    @property
    def customers(self) -> int:
        """How many must be visited."""
        return len(self.places) - 1


def read(file: Path) -> Instance:
    """The instance in a file. Raises ValueError with the line that cannot be read."""
    lines = file.read_text().splitlines()
    if not any(line.strip() for line in lines):
        raise ValueError(f"{file}: empty, expected an instance in Solomon's layout")
    numbers: list[list[float]] = []
    for at, line in enumerate(lines[1:], start=2):
        words = line.split()
        try:
            row = [float(word) for word in words]
        except ValueError:
            if words and words[0].lstrip("-").isdigit():
                raise ValueError(f"{file}, line {at}: {line.strip()!r} is not a row of numbers") from None
            continue
        if row:
            numbers.append(row)
    if not numbers or len(numbers[0]) != 2:
        raise ValueError(f"{file}: no line with the number of vehicles and their capacity")
    if len(numbers) < 2 or any(len(row) != 7 for row in numbers[1:]):
        raise ValueError(f"{file}: every customer needs number, x, y, demand, ready, due, service")
    places = tuple(Place(int(row[0]), *row[1:]) for row in numbers[1:])
    if [place.number for place in places] != list(range(len(places))):
        raise ValueError(f"{file}: customers must be numbered 0 (the depot), 1, 2, ... in order")
    return Instance(name=lines[0].strip(), vehicles=int(numbers[0][0]), capacity=numbers[0][1], places=places)


def problem_of(instance: Instance) -> planner.Problem:
    """The instance as a day: a crew for each vehicle, no lunch, every customer worth any way."""
    points = np.array([(place.x, place.y) for place in instance.places])
    apart = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
    scale = _scale(longest=float(apart.max()))
    # Whole lengths stay whole: a length that is a hair above a whole number only by rounding is that number.
    drive = np.ceil(apart * scale - 1e-6).astype(np.int32)
    depot = instance.places[0]
    crews = tuple(
        planner.Crew(
            crew_id=number + 1,
            start_s=math.ceil(depot.ready * scale),
            end_s=math.floor(depot.due * scale),
            start_place=0,
            end_place=0,
            load=math.floor(instance.capacity),
        )
        for number in range(instance.vehicles)
    )
    # One customer left out costs more than the longest way there and back could.
    worth = 4.0 * float(drive.max()) + 1.0
    jobs = tuple(
        planner.Job(
            order_id=place.number,
            place=place.number,
            service_s=math.ceil(place.service * scale),
            windows=((math.ceil(place.ready * scale), math.floor(place.due * scale)),),
            load=math.ceil(place.demand),
            value=1.0,
        )
        for place in instance.places[1:]
    )
    return planner.Problem(crews=crews, jobs=jobs, travel_s=drive, prices=planner.Prices(value_s=worth))


def _scale(*, longest: float) -> float:
    scale = float(FINEST_SCALE)
    while longest * scale >= planner.NO_DRIVE_S:
        scale /= 10
    return scale


def length_of(instance: Instance, routes: Sequence[Sequence[int]]) -> float:
    """The length of all routes (customer numbers), depot to depot, in double precision."""
    return math.fsum(
        _apart(instance.places[a], instance.places[b])
        for route in routes
        if route
        for a, b in zip([0, *route], [*route, 0], strict=True)
    )


def faults(instance: Instance, routes: Sequence[Sequence[int]]) -> list[str]:
    """What is wrong with routes (customer numbers, one list a vehicle), in words; empty when they may be driven."""
    found = []
    visited = sorted(customer for route in routes for customer in route)
    if visited != list(range(1, len(instance.places))):
        found.append(f"{len(visited)} visits, {len(set(visited))} customers of {instance.customers}, each needs one")
    used = sum(1 for route in routes if route)
    if used > instance.vehicles:
        found.append(f"{used} vehicles, {instance.vehicles} available")
    depot = instance.places[0]
    for at, route in enumerate(routes):
        load = math.fsum(instance.places[customer].demand for customer in route)
        if load > instance.capacity + TOLERANCE:
            found.append(f"route {at} carries {load} of {instance.capacity}")
        clock, here = depot.ready, depot
        for customer in route:
            there = instance.places[customer]
            clock = max(clock + _apart(here, there), there.ready)
            if clock > there.due + TOLERANCE:
                found.append(f"route {at} reaches customer {customer} at {clock}, due {there.due}")
            clock += there.service
            here = there
        clock += _apart(here, depot)
        if route and clock > depot.due + TOLERANCE:
            found.append(f"route {at} is back at {clock}, due {depot.due}")
    return found


def _apart(a: Place, b: Place) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)


def routes_of(sequences: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The routes that are driven, of a plan's sequences."""
    return [list(sequence) for sequence in sequences.values() if sequence]


def references() -> dict[str, float]:
    """Reference length by name: the best published for length alone, else the best known with fewest vehicles."""
    file = days.reference_data() / "vrptw" / "bks.csv"
    if not file.exists():
        return {}
    with file.open(newline="") as rows:
        return {
            row["instance"].lower(): float(row["published_min_distance"] or row["bks_distance"])
            for row in csv.DictReader(rows)
        }


def files() -> list[Path]:
    """Every instance of the reference data, small ones first."""
    folder = days.reference_data() / "vrptw"
    return sorted(folder.glob("*/*.txt"), key=lambda file: (len(file.read_text().splitlines()), file.name))
