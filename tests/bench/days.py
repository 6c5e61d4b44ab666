"""Days to plan, made from a seed: on Cambridge streets where the reference data is present, else on a lattice."""

import json
import os
import random
from dataclasses import dataclass
from pathlib import Path

import shapely

from dispatch.routes import planner
from maps import streets, travel

ROOT = Path(__file__).resolve().parents[2]
SKILLS = ("METER_SMALL", "LOCK/PULL", "LEAK_DETECT", "HYDRANT")
# What the kinds of order are worth to the planner, by priority, and how often each turns up.
PRIORITIES = ((1, 100.0, 0.05), (2, 30.0, 0.15), (3, 10.0, 0.25), (4, 4.0, 0.30), (5, 2.0, 0.25))
HOUR_S = 3600


@dataclass(frozen=True)
class Block:
    shape: shapely.Geometry | None
    from_node: int | None
    to_node: int | None
    oneway: int
    speed_kmh: float | None
    street_class: str
    name: str
    signal: bool = True


def reference_data() -> Path:
    """The folder of real data sets, which may be absent."""
    return Path(os.environ.get("CURBSTOP_REFERENCE_DATA") or ROOT.parent / "shared" / "data")


def cambridge() -> streets.StreetNetwork | None:
    """The streets of Cambridge, Massachusetts, or None when the reference data is absent."""
    file = reference_data() / "cambridge_ma" / "street_centerlines.geojson"
    if not file.exists():
        return None
    blocks = []
    for feature in json.loads(file.read_text())["features"]:
        about = feature["properties"]
        if feature["geometry"] is None:
            continue
        blocks.append(
            Block(
                shape=shapely.from_geojson(json.dumps(feature["geometry"])),
                from_node=None if about.get("FromNode") is None else int(about["FromNode"]),
                to_node=None if about.get("ToNode") is None else int(about["ToNode"]),
                oneway=int(about.get("Direction") or 0),
                speed_kmh=None,
                street_class="arterial" if (about.get("MajorRoad") or 0) >= 1 else "local",
                name=about.get("Street") or "",
            )
        )
    return streets.build(blocks)


def lattice(*, side: int = 40, seed: int = 1) -> streets.StreetNetwork:
    """A made town: square blocks of about 110 m, every fifth street an arterial, some streets one-way."""
    rng = random.Random(seed)
    blocks = []
    for x in range(side):
        for y in range(side):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx >= side or y + dy >= side:
                    continue
                fast = (y if dx else x) % 5 == 0
                ends = [
                    (-71.1 + x * 0.00135, 42.36 + y * 0.001),
                    (-71.1 + (x + dx) * 0.00135, 42.36 + (y + dy) * 0.001),
                ]
                blocks.append(
                    Block(
                        shape=shapely.LineString(ends),
                        from_node=x * side + y + 1,
                        to_node=(x + dx) * side + y + dy + 1,
                        oneway=0 if fast else rng.choice((0, 0, 0, 0, 1, -1)),
                        speed_kmh=None,
                        street_class="arterial" if fast else "local",
                        name="",
                    )
                )
    return streets.build(blocks)


def town() -> tuple[str, streets.StreetNetwork]:
    """The best streets at hand and their name."""
    network = cambridge()
    return ("Cambridge, Massachusetts", network) if network is not None else ("lattice of 40 x 40 blocks", lattice())


def make_day(*, network: streets.StreetNetwork, orders: int, crews: int, seed: int) -> planner.Problem:
    """A working day: 8 h shifts, half an hour of lunch from 11 to 13, a quarter of the orders with windows."""
    rng = random.Random(seed)
    usable = [i for i, ok in enumerate(network.in_main_part) if ok]
    depots = rng.choices(usable, k=max(1, crews // 4))
    homes = [rng.choice(depots) for _ in range(crews)]
    sites = rng.choices(usable, k=orders)
    nodes = sorted({*homes, *sites})
    index = {node: place for place, node in enumerate(nodes)}
    people = []
    for number in range(crews):
        start_s = rng.choice((7, 7, 8)) * HOUR_S
        people.append(
            planner.Crew(
                crew_id=number + 1,
                start_s=start_s,
                end_s=start_s + 8 * HOUR_S + 1800,
                start_place=index[homes[number]],
                end_place=index[homes[number]],
                skills=frozenset(SKILLS) if number == 0 else frozenset(rng.sample(SKILLS, k=rng.choice((2, 3)))),
                people=2 if number % 4 == 0 else 1,
                lunch_earliest_s=11 * HOUR_S,
                lunch_latest_s=13 * HOUR_S,
                lunch_s=1800,
            )
        )
    jobs = []
    for number in range(orders):
        priority, value, _ = rng.choices(PRIORITIES, weights=[share for _, _, share in PRIORITIES])[0]
        windows: tuple[tuple[int, int], ...] = ()
        if rng.random() < 0.25:
            opens = rng.choice((8, 9, 10, 12, 13)) * HOUR_S
            windows = ((opens, opens + rng.choice((2, 3, 4)) * HOUR_S),)
        jobs.append(
            planner.Job(
                order_id=number + 1,
                place=index[sites[number]],
                service_s=rng.randrange(5, 41) * 60,
                windows=windows,
                skills=frozenset({rng.choice(SKILLS)}) if rng.random() < 0.6 else frozenset(),
                people=2 if rng.random() < 0.05 else 1,
                value=value,
                priority=priority,
            )
        )
    return planner.Problem(crews=tuple(people), jobs=tuple(jobs), travel_s=travel.matrix(network, nodes))
