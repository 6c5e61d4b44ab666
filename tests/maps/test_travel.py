"""Driving times against an independent search, and the line that is drawn for a drive."""

import heapq
import itertools
import math
import random

import numpy as np
import pytest

from maps import streets, travel

LON, LAT = -71.1, 42.37
STEP = 0.001


def lattice(*, side: int, seed: int, one_way_share: float = 0.3) -> list[streets.Edge]:
    rng = random.Random(seed)
    edges = []
    for x in range(side):
        for y in range(side):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < side and y + dy < side:
                    ends = ((LON + x * STEP, LAT + y * STEP), (LON + (x + dx) * STEP, LAT + (y + dy) * STEP))
                    seconds = rng.uniform(5, 40)
                    kind = rng.random()
                    edges.append(
                        streets.Edge(
                            from_node=x * side + y,
                            to_node=(x + dx) * side + y + dy,
                            length_m=streets.length_m(ends),
                            forward_s=None if kind < one_way_share / 2 else seconds,
                            backward_s=None if kind > 1 - one_way_share / 2 else seconds * rng.uniform(0.8, 1.2),
                            coords=ends,
                            name="",
                            signal=True,
                        )
                    )
    return edges


def searched(edges: list[streets.Edge], start: int) -> dict[int, float]:
    """A second, plain search that shares nothing with the product's."""
    out: dict[int, list[tuple[int, float]]] = {}
    for edge in edges:
        if edge.forward_s is not None:
            out.setdefault(edge.from_node, []).append((edge.to_node, edge.forward_s))
        if edge.backward_s is not None:
            out.setdefault(edge.to_node, []).append((edge.from_node, edge.backward_s))
    best = {start: 0.0}
    heap = [(0.0, start)]
    while heap:
        so_far, node = heapq.heappop(heap)
        if so_far > best[node]:
            continue
        for other, seconds in out.get(node, []):
            if so_far + seconds < best.get(other, math.inf):
                best[other] = so_far + seconds
                heapq.heappush(heap, (so_far + seconds, other))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_matrix_agrees_with_a_plain_search(seed: int) -> None:
    edges = lattice(side=9, seed=seed)
    network = streets.build_network(edges)
    nodes = list(range(network.node_count))
    found = travel.matrix(network, nodes)
    assert found.dtype == np.int32
    for a in nodes:
        expected = searched(edges, int(network.node_ids[a]))
        for b in nodes:
            seconds = expected.get(int(network.node_ids[b]))
            assert found[a, b] == (travel.UNREACHABLE_S if seconds is None else math.ceil(seconds - 1e-9))


def test_more_nodes_than_one_search_holds_are_all_answered() -> None:
    network = streets.build_network(lattice(side=12, seed=5, one_way_share=0))
    nodes = list(range(network.node_count))
    assert len(nodes) > 2 * travel.SOURCES_AT_ONCE
    found = travel.matrix(network, nodes)
    assert (np.diag(found) == 0).all()
    assert (found < travel.UNREACHABLE_S).all()


def test_trips_beyond_the_limit_count_as_unreachable() -> None:
    network = streets.build_network(lattice(side=8, seed=1, one_way_share=0))
    nodes = list(range(network.node_count))
    whole, cut = travel.matrix(network, nodes), travel.matrix(network, nodes, limit_s=60)
    assert (cut[whole <= 60] == whole[whole <= 60]).all()
    assert (cut[whole > 61] == travel.UNREACHABLE_S).all()


def test_one_new_place_gets_the_same_times_as_in_the_whole_matrix() -> None:
    network = streets.build_network(lattice(side=8, seed=2))
    nodes = [0, 5, 9, 30, 44]
    whole = travel.matrix(network, [20, *nodes])
    row, column = travel.row_and_column(network, 20, nodes)
    assert (row == whole[0, 1:]).all()
    assert (column == whole[1:, 0]).all()


def test_the_drawn_line_follows_streets_and_takes_the_time_the_matrix_says() -> None:
    edges = lattice(side=9, seed=3)
    network = streets.build_network(edges)
    main = [int(i) for i in np.flatnonzero(network.in_main_part)]
    a, b = main[0], main[-1]
    line = travel.path(network, a, b)
    seconds_of = {}
    for edge in edges:
        seconds_of[edge.coords[0], edge.coords[-1]] = edge.forward_s
        seconds_of[edge.coords[-1], edge.coords[0]] = edge.backward_s
    legs = [seconds_of[p, q] for p, q in itertools.pairwise(line)]
    assert None not in legs
    assert math.ceil(sum(leg for leg in legs if leg is not None) - 1e-9) == travel.matrix(network, [a, b])[0, 1]


def test_no_line_is_drawn_where_nobody_can_drive() -> None:
    one_way = streets.Edge(1, 2, 100.0, 10.0, None, ((LON, LAT), (LON, LAT + STEP)), "", True)
    network = streets.build_network([one_way])
    assert travel.path(network, 0, 1) == [(LON, LAT), (LON, LAT + STEP)]
    assert travel.path(network, 1, 0) == []
    assert travel.path(network, 0, 0) == [(LON, LAT)]


def test_places_share_a_row_at_one_corner_and_points_off_the_network_get_none() -> None:
    network = streets.build_network(lattice(side=6, seed=4, one_way_share=0))
    far = (LON + 1, LAT + 1)
    near = (LON + 0.0001, LAT)
    places = travel.StreetTravelTimes(network).places([(LON, LAT), far, near, (LON + 2 * STEP, LAT + STEP)])
    assert places.place_of[0] == places.place_of[2] >= 0
    assert places.place_of[1] == travel.OFF_NETWORK and places.off_m[1] is None
    assert places.travel_s.shape == (2, 2)
    assert places.travel_s[places.place_of[0], places.place_of[3]] > 0


def test_the_line_of_a_route_passes_its_stops_in_order_without_repeating_the_joints() -> None:
    network = streets.build_network(lattice(side=6, seed=4, one_way_share=0))
    stops = [(LON, LAT), (LON + 3 * STEP, LAT), (LON + 3 * STEP, LAT + 2 * STEP)]
    line = travel.StreetTravelTimes(network).line(stops)
    where = [line.index(stop) for stop in stops]
    assert where == sorted(where)
    assert all(p != q for p, q in itertools.pairwise(line))


def test_nothing_to_drive_is_an_empty_matrix() -> None:
    network = streets.build_network([])
    assert travel.StreetTravelTimes(network).places([]).travel_s.shape == (0, 0)
