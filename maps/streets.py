"""The street network of a district: who can drive where, and how long each block takes.

Edges come from street rows (or any other source) and become one compact directed graph. Everything the rest of
the product asks of streets (snapping a premise, travel times, the line to draw) starts from `StreetNetwork`.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

EARTH_RADIUS_M = 6_371_008.8
# A premise further than this from any drivable street is off the network: nobody can promise a time there.
SNAP_LIMIT_M = 400.0
# Longer blocks are cut, so that snapping to a node is never wrong by more than half of this.
LONGEST_PIECE_M = 150.0
# Seven decimals of a degree are about a centimetre; six join ends that differ only by how a file was written.
JOIN_DECIMALS = 6

# Effective speeds (km/h) of a service van by class of street, stops at junctions included, where the source
# states no limit. An assumption of this product until travel is learned from what crews report.
CLASS_SPEED_KMH = {"ramp": 50.0, "arterial": 36.0, "collector": 30.0, "local": 22.0, "alley": 12.0}
OTHER_SPEED_KMH = CLASS_SPEED_KMH["local"]
# Of a posted limit about this share is driven, junctions included.
SHARE_OF_LIMIT = 0.7

Point = tuple[float, float]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edge:
    """One block. `forward_s` / `backward_s` are seconds of driving with and against the line, None where forbidden."""

    from_node: int
    to_node: int
    length_m: float
    forward_s: float | None
    backward_s: float | None
    coords: tuple[Point, ...]
    name: str
    signal: bool


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a point meets the network: the node (index in the network) and the metres from the point to the street."""

    node: int
    distance_m: float


class StreetRow(Protocol):
    """What `edges_from_street_rows` reads of a stored street."""

    @property
    def shape(self) -> shapely.Geometry | None: ...
    @property
    def from_node(self) -> int | str | None: ...
    @property
    def to_node(self) -> int | str | None: ...
    @property
    def oneway(self) -> int | None: ...
    @property
    def speed_kmh(self) -> float | None: ...
    @property
    def street_class(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def signal(self) -> bool | None: ...


class StreetNetwork:
    """A directed graph in compressed rows; nodes are numbered from 0, times are seconds.

    Only nodes of the largest strongly connected part can be snapped to: from there every crew can also come back.
    """

    def __init__(
        self,
        *,
        node_ids: IntArray,
        lon: FloatArray,
        lat: FloatArray,
        graph: "csr_array[np.float64, tuple[int, int]]",
        edge_of: IntArray,
        edges: tuple[Edge, ...],
    ) -> None:
        self.node_ids = node_ids
        self.lon = lon
        self.lat = lat
        self.graph = graph
        # For entry k of the graph: +(edge number + 1) driven with the line, -(edge number + 1) against it.
        self.edge_of = edge_of
        self.edges = edges
        self._mid_lat = float(np.mean(lat)) if len(lat) else 0.0

    @property
    def node_count(self) -> int:
        return len(self.node_ids)

    @property
    def edge_count(self) -> int:
        return len(self.edges)

    @cached_property
    def in_main_part(self) -> npt.NDArray[np.bool_]:
        """True for nodes of the largest strongly connected part."""
        if self.node_count == 0:
            return np.zeros(0, dtype=np.bool_)
        _, label = connected_components(self.graph, directed=True, connection="strong")
        return np.asarray(label == np.argmax(np.bincount(label)), dtype=np.bool_)

    def snap(self, lon: float, lat: float, *, limit_m: float = SNAP_LIMIT_M) -> Snap | None:
        """The node where a point joins the network, or None when the nearest street is further than `limit_m`."""
        return self.snap_all([(lon, lat)], limit_m=limit_m)[0]

    def snap_all(self, points: Sequence[Point], *, limit_m: float = SNAP_LIMIT_M) -> list[Snap | None]:
        """`snap` for many (lon, lat) points at once, in the order given."""
        found: list[Snap | None] = [None] * len(points)
        usable = [i for i, (x, y) in enumerate(points) if math.isfinite(x) and math.isfinite(y)]
        if not usable or not len(self._snap_edges):
            return found
        places = np.asarray([points[i] for i in usable], dtype=np.float64)
        metres = self._metres(places[:, 0], places[:, 1])
        geometry: npt.NDArray[np.object_] = np.asarray(shapely.points(metres), dtype=np.object_)
        (which, near), distance = self._snap_tree.query_nearest(
            geometry, max_distance=limit_m, return_distance=True, all_matches=False
        )
        lines = self._snap_lines[near]
        along = shapely.line_locate_point(lines, geometry[which])
        half = shapely.length(lines) / 2
        ends = np.where(along <= half, self._snap_edges[near, 0], self._snap_edges[near, 1])
        for index, node, off in zip(which, ends, distance, strict=True):
            found[usable[int(index)]] = Snap(node=int(node), distance_m=float(off))
        return found

    @cached_property
    def _snap_edges(self) -> IntArray:
        """(from, to) node numbers of the edges that both ends of lie in the main part."""
        return self._snap_parts[0]

    @cached_property
    def _snap_lines(self) -> npt.NDArray[np.object_]:
        return self._snap_parts[1]

    @cached_property
    def _snap_parts(self) -> tuple[IntArray, npt.NDArray[np.object_]]:
        number = {int(node): index for index, node in enumerate(self.node_ids)}
        ends: list[tuple[int, int]] = []
        lines: list[shapely.LineString] = []
        main = self.in_main_part
        for edge in self.edges:
            a, b = number[edge.from_node], number[edge.to_node]
            if main[a] and main[b]:
                ends.append((a, b))
                line = np.asarray(edge.coords, dtype=np.float64)
                lines.append(shapely.LineString(self._metres(line[:, 0], line[:, 1])))
        return np.asarray(ends, dtype=np.int64).reshape(-1, 2), np.asarray(lines, dtype=np.object_)

    @cached_property
    def _snap_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._snap_lines)

    def _metres(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Flat metres about the middle of the district; good to a few parts in a thousand over 100 km."""
        x = np.radians(lon) * EARTH_RADIUS_M * math.cos(math.radians(self._mid_lat))
        return np.column_stack([x, np.radians(lat) * EARTH_RADIUS_M])


def build(rows: Iterable[StreetRow]) -> StreetNetwork:
    """The network of stored street rows."""
    return build_network(edges_from_street_rows(rows))


def build_network(edges: Iterable[Edge]) -> StreetNetwork:
    """Edges to a compact graph: long blocks cut, the faster of two parallel blocks kept for driving."""
    pieces = tuple(_cut_long(list(edges)))
    ids = sorted({edge.from_node for edge in pieces} | {edge.to_node for edge in pieces})
    number = {node: index for index, node in enumerate(ids)}
    lon = np.zeros(len(ids), dtype=np.float64)
    lat = np.zeros(len(ids), dtype=np.float64)
    fastest: dict[tuple[int, int], tuple[float, int]] = {}
    for index, edge in enumerate(pieces):
        a, b = number[edge.from_node], number[edge.to_node]
        lon[a], lat[a] = edge.coords[0]
        lon[b], lat[b] = edge.coords[-1]
        for key, seconds, signed in (((a, b), edge.forward_s, index + 1), ((b, a), edge.backward_s, -index - 1)):
            if seconds is not None and key[0] != key[1] and seconds < fastest.get(key, (math.inf, 0))[0]:
                fastest[key] = (seconds, signed)
    keys = sorted(fastest)
    tails = np.asarray([key[0] for key in keys], dtype=np.int64)
    indptr = np.searchsorted(tails, np.arange(len(ids) + 1)).astype(np.int32)
    # scipy reads a stored zero as "no edge": no block is quicker than a tenth of a second.
    data = np.asarray([max(fastest[key][0], 0.1) for key in keys], dtype=np.float64)
    heads = np.asarray([key[1] for key in keys], dtype=np.int32)
    graph = csr_array((data, heads, indptr), shape=(len(ids), len(ids)))
    return StreetNetwork(
        node_ids=np.asarray(ids, dtype=np.int64),
        lon=lon,
        lat=lat,
        graph=graph,
        edge_of=np.asarray([fastest[key][1] for key in keys], dtype=np.int64),
        edges=pieces,
    )


def edges_from_street_rows(rows: Iterable[StreetRow]) -> list[Edge]:
    """Stored streets to edges.

    Ends join by node id where the source gives one, else where coordinates agree to about 10 cm. A line without ids
    is also cut wherever another line without ids shares one of its points (as in OpenStreetMap); lines with ids are
    never cut, since a bridge crosses without meeting. Rows without a usable line are left out.
    """
    parts = [part for row in rows for part in _parts(row)]
    joins = _Joins()
    uses: dict[Point, int] = {}
    for part in parts:
        if part.start is not None:
            joins.name(part.start, part.line[0])
        if part.end is not None:
            joins.name(part.end, part.line[-1])
        if part.may_be_cut:
            for point in {_rounded(p) for p in part.line}:
                uses[point] = uses.get(point, 0) + 1
    edges: list[Edge] = []
    for part in parts:
        line, last = part.line, len(part.line) - 1
        inner = range(1, last) if part.may_be_cut else ()
        cuts = [0, *[i for i in inner if uses[_rounded(line[i])] > 1 or joins.knows(line[i])], last]
        for a, b in itertools.pairwise(cuts):
            start = joins.node(part.start if a == 0 else None, line[a])
            end = joins.node(part.end if b == last else None, line[b])
            edges.append(_edge(row=part.row, line=line[a : b + 1], start=start, end=end))
    return edges


def speed_kmh(*, street_class: str | None, posted_kmh: float | None) -> float:
    """The speed a van really makes on a street, from its posted limit or else from its class."""
    if posted_kmh is not None and posted_kmh > 0 and math.isfinite(posted_kmh):
        return max(5.0, posted_kmh * SHARE_OF_LIMIT)
    return CLASS_SPEED_KMH.get(street_class or "", OTHER_SPEED_KMH)


def length_m(coords: Sequence[Point]) -> float:
    """Metres along a lon/lat line (haversine)."""
    total = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(coords):
        half_lat = math.sin(math.radians(lat_b - lat_a) / 2) ** 2
        half_lon = math.sin(math.radians(lon_b - lon_a) / 2) ** 2
        both = math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b))
        total += 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half_lat + both * half_lon)))
    return total


class _Joins:
    """Gives every end of a line its node number: by the source's id, else by place."""

    def __init__(self) -> None:
        self._by_name: dict[str, int] = {}
        self._by_place: dict[Point, int] = {}
        self._next_free = -1

    def name(self, given: int | str, at: Point) -> None:
        if isinstance(given, int):
            node = given
        else:
            node = self._by_name.get(given) or self._new()
            self._by_name[given] = node
        self._by_place.setdefault(_rounded(at), node)

    def knows(self, at: Point) -> bool:
        return _rounded(at) in self._by_place

    def node(self, given: int | str | None, at: Point) -> int:
        if isinstance(given, int):
            return given
        if given is not None:
            return self._by_name[given]
        place = _rounded(at)
        if place not in self._by_place:
            self._by_place[place] = self._new()
        return self._by_place[place]

    def _new(self) -> int:
        # Below zero, so that a number made here never meets a node id of the source.
        node = self._next_free
        self._next_free -= 1
        return node


def _rounded(at: Point) -> Point:
    return round(at[0], JOIN_DECIMALS), round(at[1], JOIN_DECIMALS)


@dataclass(frozen=True, slots=True)
class _Part:
    """One unbroken line of a row, with the ids of its ends where the row gives them."""

    row: StreetRow
    line: list[Point]
    start: int | str | None
    end: int | str | None
    may_be_cut: bool


def _parts(row: StreetRow) -> list[_Part]:
    shape = row.shape
    if isinstance(shape, shapely.MultiLineString):
        shape = shapely.line_merge(shape, directed=True)
    geoms = list(shape.geoms) if isinstance(shape, shapely.MultiLineString) else [shape]
    lines = [
        [(float(x), float(y)) for x, y, *_ in geom.coords]
        for geom in geoms
        if isinstance(geom, shapely.LineString) and len(geom.coords) >= 2
    ]
    free = row.from_node is None and row.to_node is None
    return [
        _Part(
            row=row,
            line=line,
            # Of a street in loose pieces only the outer ends are the nodes that the row names.
            start=row.from_node if index == 0 else None,
            end=row.to_node if index == len(lines) - 1 else None,
            may_be_cut=free,
        )
        for index, line in enumerate(lines)
    ]


def _edge(*, row: StreetRow, line: list[Point], start: int, end: int) -> Edge:
    metres = length_m(line)
    seconds = metres / (speed_kmh(street_class=row.street_class, posted_kmh=row.speed_kmh) / 3.6)
    oneway = row.oneway or 0
    return Edge(
        from_node=start,
        to_node=end,
        length_m=metres,
        forward_s=seconds if oneway >= 0 else None,
        backward_s=seconds if oneway <= 0 else None,
        coords=tuple(line),
        name=row.name or "",
        signal=row.signal is not False,
    )


def _cut_long(edges: list[Edge]) -> Iterable[Edge]:
    next_node = max((max(edge.from_node, edge.to_node) for edge in edges), default=0) + 1
    for edge in edges:
        count = math.ceil(edge.length_m / LONGEST_PIECE_M) if edge.length_m > LONGEST_PIECE_M else 1
        # A loop (both ends one node) is cut too, or the premises on it could not be reached at all.
        if edge.from_node == edge.to_node:
            count = max(count, 2)
        if count == 1 or len(edge.coords) < 2:
            yield edge
            continue
        pieces = _equal_pieces(edge.coords, count)
        nodes = [edge.from_node, *range(next_node, next_node + count - 1), edge.to_node]
        next_node += count - 1
        for index, coords in enumerate(pieces):
            yield Edge(
                from_node=nodes[index],
                to_node=nodes[index + 1],
                length_m=edge.length_m / count,
                forward_s=None if edge.forward_s is None else edge.forward_s / count,
                backward_s=None if edge.backward_s is None else edge.backward_s / count,
                coords=coords,
                name=edge.name,
                signal=edge.signal,
            )


def _equal_pieces(coords: tuple[Point, ...], count: int) -> list[tuple[Point, ...]]:
    steps = [length_m(coords[i : i + 2]) for i in range(len(coords) - 1)]
    each = sum(steps) / count
    pieces: list[tuple[Point, ...]] = []
    piece: list[Point] = [coords[0]]
    left = each
    for (here, there), step in zip(itertools.pairwise(coords), steps, strict=True):
        at, rest = here, step
        while rest > left and len(pieces) < count - 1:
            share = left / rest
            at = (at[0] + (there[0] - at[0]) * share, at[1] + (there[1] - at[1]) * share)
            pieces.append((*piece, at))
            piece = [at]
            rest -= left
            left = each
        left -= rest
        piece.append(there)
    pieces.append(tuple(piece))
    return pieces
