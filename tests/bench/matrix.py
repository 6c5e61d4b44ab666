"""Driving times between the places of a day on a big network: `python -m tests.bench.matrix --side 245 --places 600`.

A made town of side x side crossings; seconds and memory of the matrix as planning asks for it, and of one place more
(an order that comes during the day). Asserts nothing about time.
"""

import argparse
import random
import resource
import time

from maps import streets, travel
from tests.bench import days


def memory_mb() -> float:
    """The most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=245, help="crossings each way (245: 60,025 nodes)")
    parser.add_argument("--places", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    network: streets.StreetNetwork = days.lattice(side=asked.side, seed=asked.seed)
    built_s, before_mb = time.monotonic() - began, memory_mb()
    usable = [node for node, ok in enumerate(network.in_main_part) if ok]
    nodes = sorted(random.Random(asked.seed).sample(usable, k=asked.places + 1))
    one_more, nodes = nodes[0], nodes[1:]
    began = time.monotonic()
    travel_s = travel.matrix(network, nodes)
    matrix_s, after_mb = time.monotonic() - began, memory_mb()
    began = time.monotonic()
    travel.row_and_column(network, one_more, nodes)
    more_s = time.monotonic() - began
    print(f"{network.node_count} nodes, {network.edge_count} streets, {len(nodes)} places")
    print(f"  network built            {built_s:8.2f} s")
    print(f"  matrix {travel_s.shape[0]} x {travel_s.shape[1]}         {matrix_s:8.2f} s")
    print(f"  one place more           {more_s:8.2f} s")
    print(f"  memory                   {before_mb:8.0f} MB with the network, {after_mb:.0f} MB at the peak")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
