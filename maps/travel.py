"""Driving times and lines between places on the street network.

`TravelTimes` is what planning asks for; `StreetTravelTimes` answers it from the district's own streets. Another
source of times (a routing server, learned times) only has to answer the same questions.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

from maps import streets

Seconds = npt.NDArray[np.int32]

# Stands for "cannot be driven". Larger than any day, small enough that sums of several still fit 32 bits.
UNREACHABLE_S = 10_000_000
# Sources searched at once: bounds the memory (50 rows of the whole network as float64).
SOURCES_AT_ONCE = 50
OFF_NETWORK = -1


@dataclass(frozen=True, slots=True)
class Places:
    """Points as the planner sees them.

    `place_of[i]` is the row and column of point i in `travel_s` (int32 seconds), or OFF_NETWORK (-1) when no street is
    near enough; `off_m[i]` the metres from the point to its street (None off the network). Points that meet the
    network at one node share a place. `nodes` are the network nodes of the places.
    """

    place_of: tuple[int, ...]
    off_m: tuple[float | None, ...]
    nodes: tuple[int, ...]
    travel_s: Seconds


class TravelTimes(Protocol):
    """The questions planning asks about driving."""

    def places(self, points: Sequence[streets.Point]) -> Places:
        """Snap (lon, lat) points and return the seconds between them."""
        ...

    def line(self, points: Sequence[streets.Point]) -> list[streets.Point]:
        """The (lon, lat) line to draw for a drive through the points in order."""
        ...


class StreetTravelTimes:
    """Travel times of one district's streets."""

    def __init__(self, network: streets.StreetNetwork) -> None:
        self.network = network

    def places(self, points: Sequence[streets.Point]) -> Places:
        """Snap the points and search from each distinct node once."""
        snaps = self.network.snap_all(points)
        nodes = sorted({snap.node for snap in snaps if snap is not None})
        index = {node: place for place, node in enumerate(nodes)}
        return Places(
            place_of=tuple(OFF_NETWORK if snap is None else index[snap.node] for snap in snaps),
            off_m=tuple(None if snap is None else snap.distance_m for snap in snaps),
            nodes=tuple(nodes),
            travel_s=matrix(self.network, nodes),
        )

    def line(self, points: Sequence[streets.Point]) -> list[streets.Point]:
        """The line of a drive through the points; points off the network, and legs nobody can drive, are left out."""
        nodes = [snap.node for snap in self.network.snap_all(points) if snap is not None]
        drawn: list[streets.Point] = []
        for a, b in itertools.pairwise(nodes):
            leg = path(self.network, a, b)
            drawn.extend(leg[1:] if drawn and leg[:1] == drawn[-1:] else leg)
        return drawn


def matrix(network: streets.StreetNetwork, nodes: Sequence[int], *, limit_s: float | None = None) -> Seconds:
    """Seconds of driving between every pair of nodes: int32[n, n], row = from, column = to.

    UNREACHABLE_S where no drive exists (or where it is longer than `limit_s`, which saves search).
    """
    return _searched(network, sources=nodes, targets=nodes, limit_s=limit_s, backwards=False)


def row_and_column(network: streets.StreetNetwork, node: int, nodes: Sequence[int]) -> tuple[Seconds, Seconds]:
    """For one new place: seconds from it to each of `nodes`, and from each of `nodes` to it. Two searches."""
    there = _searched(network, sources=[node], targets=nodes, limit_s=None, backwards=False)
    back = _searched(network, sources=[node], targets=nodes, limit_s=None, backwards=True)
    return there[0], back[0]


def path(network: streets.StreetNetwork, start: int, end: int) -> list[streets.Point]:
    """The (lon, lat) line of the quickest drive between two nodes; empty when there is none."""
    here = (float(network.lon[start]), float(network.lat[start]))
    if start == end:
        return [here]
    _, before = dijkstra(network.graph, directed=True, indices=[start], return_predecessors=True)
    chain = [end]
    while chain[-1] != start:
        previous = int(before[0, chain[-1]])
        if previous < 0:
            return []
        chain.append(previous)
    chain.reverse()
    line = [here]
    for a, b in itertools.pairwise(chain):
        line.extend(_drawn(network, a, b)[1:])
    return line


def _drawn(network: streets.StreetNetwork, a: int, b: int) -> tuple[streets.Point, ...]:
    indptr, indices = network.graph.indptr, network.graph.indices
    entry = int(indptr[a]) + int(np.searchsorted(indices[indptr[a] : indptr[a + 1]], b))
    signed = int(network.edge_of[entry])
    coords = network.edges[abs(signed) - 1].coords
    return coords if signed > 0 else coords[::-1]


def _searched(
    network: streets.StreetNetwork,
    *,
    sources: Sequence[int],
    targets: Sequence[int],
    limit_s: float | None,
    backwards: bool,
) -> Seconds:
    graph = network.graph.T.tocsr() if backwards else network.graph
    found = np.full((len(sources), len(targets)), UNREACHABLE_S, dtype=np.int32)
    columns = np.asarray(targets, dtype=np.int64)
    if not len(sources) or not len(targets):
        return found
    limit = np.inf if limit_s is None else limit_s
    for first in range(0, len(sources), SOURCES_AT_ONCE):
        some = np.asarray(sources[first : first + SOURCES_AT_ONCE], dtype=np.int64)
        seconds = dijkstra(graph, directed=True, indices=some, limit=limit)[:, columns]
        # Rounded up: a plan must not promise the half second that the street does not give.
        whole = np.where(np.isfinite(seconds), np.ceil(np.minimum(seconds, UNREACHABLE_S)), UNREACHABLE_S)
        found[first : first + len(some)] = whole.astype(np.int32)
    return found
