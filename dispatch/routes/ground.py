"""The streets of the district as this process holds them: loaded once for each state of the map, driving times kept.

Nothing here is a fact of the house; everything can be thrown away and is read again.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from dispatch.routes import queries
from maps import streets, travel

NETWORKS_KEPT = 2
NODES_KEPT = 1500
DEAD_ZONE_M = 60.0
_DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """Driving times between named places: `place_of` maps a name to its row of `travel_s`, -1 off the network."""

    place_of: Mapping[int, int]
    travel_s: npt.NDArray[np.int32]


@dataclass
class Ground:
    """One state of the district's streets."""

    network: streets.StreetNetwork
    _nodes: list[int] = field(default_factory=list)
    _travel_s: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int32))
    _dead: shapely.STRtree | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def driving(self, places: Sequence[tuple[int, streets.Point]]) -> Driving:
        """Seconds between named places. Times that were asked for before are not searched again."""
        snaps = self.network.snap_all([point for _, point in places])
        wanted = sorted({snap.node for snap in snaps if snap is not None})
        with self._lock:
            self._learn(wanted)
            known = {node: at for at, node in enumerate(self._nodes)}
            rows = np.asarray([known[node] for node in wanted], dtype=np.int64)
            travel_s = np.ascontiguousarray(self._travel_s[np.ix_(rows, rows)])
        row = {node: at for at, node in enumerate(wanted)}
        names = [name for name, _ in places]
        place_of = {name: -1 if snap is None else row[snap.node] for name, snap in zip(names, snaps, strict=True)}
        return Driving(place_of=place_of, travel_s=travel_s)

    def line(self, points: Sequence[streets.Point]) -> list[list[float]]:
        """The way along the streets through the points, as it is stored with a route."""
        drawn = travel.StreetTravelTimes(self.network).line(points)
        return [[round(lon, 6), round(lat, 6)] for lon, lat in drawn]

    def in_dead_zone(self, lon: float, lat: float) -> bool:
        """True when a street near by is known to have no mobile signal."""
        if self._dead is None:
            self._dead = shapely.STRtree(
                [shapely.LineString(edge.coords) for edge in self.network.edges if not edge.signal]
            )
        found = self._dead.query(shapely.Point(lon, lat), predicate="dwithin", distance=DEAD_ZONE_M / _DEGREE_M)
        return bool(len(found))

    def _learn(self, wanted: Sequence[int]) -> None:
        have = set(self._nodes)
        new = [node for node in wanted if node not in have]
        if not new:
            return
        if len(self._nodes) + len(new) > NODES_KEPT or len(new) * 2 > len(self._nodes):
            # Mostly new: one search for each node of the union is cheaper than two for each new one.
            keep = self._nodes if len(self._nodes) + len(new) <= NODES_KEPT else []
            self._nodes = sorted({*keep, *wanted})
            self._travel_s = travel.matrix(self.network, self._nodes)
            return
        for node in new:
            there, back = travel.row_and_column(self.network, node, self._nodes)
            size = len(self._nodes)
            grown = np.zeros((size + 1, size + 1), dtype=np.int32)
            grown[:size, :size] = self._travel_s
            grown[size, :size], grown[:size, size] = there, back
            self._travel_s = grown
            self._nodes = [*self._nodes, node]


_grounds: OrderedDict[tuple[object, ...], Ground] = OrderedDict()
_loading = threading.Lock()


def get(session: Session) -> Ground:
    """The ground of the utility's district, from memory while the map has not changed."""
    key = queries.map_state(session)
    with _loading:
        found = _grounds.get(key)
        if found is None:
            found = Ground(network=streets.build(queries.streets(session)))
            _grounds[key] = found
            while len(_grounds) > NETWORKS_KEPT:
                _grounds.popitem(last=False)
        _grounds.move_to_end(key)
        return found


def forget() -> None:
    """Let go of everything, so that the next `get` reads the map again (another database, streets changed by hand)."""
    with _loading:
        _grounds.clear()
