"""The street network: what joins, what is one-way, what can be reached."""

from dataclasses import dataclass

import pytest
import shapely

from maps import streets

# At this latitude 0.001 degrees of latitude are 111.2 m.
LON, LAT = -71.1, 42.37
STEP = 0.001


@dataclass(frozen=True)
class Row:
    shape: shapely.Geometry | None
    from_node: int | str | None = None
    to_node: int | str | None = None
    oneway: int | None = 0
    speed_kmh: float | None = None
    street_class: str | None = "local"
    name: str | None = "Elm St"
    signal: bool | None = True


def line(*steps: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(LON + x * STEP, LAT + y * STEP) for x, y in steps])


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x * STEP, LAT + y * STEP


def test_blocks_join_by_node_id_even_when_their_drawn_ends_differ() -> None:
    network = streets.build(
        [Row(line((0, 0), (0, 1)), from_node=1, to_node=2), Row(line((0.05, 1), (0, 2)), from_node=2, to_node=3)]
    )
    assert sorted(network.node_ids.tolist()) == [1, 2, 3]
    assert network.in_main_part.all()


def test_blocks_without_ids_join_where_coordinates_agree() -> None:
    network = streets.build([Row(line((0, 0), (0, 1))), Row(line((0, 1), (0, 2)))])
    assert network.node_count == 3


def test_a_line_without_ids_is_cut_where_another_shares_its_point_but_not_where_it_only_crosses() -> None:
    shared = streets.build([Row(line((0, 0), (0, 0.5), (0, 1))), Row(line((0, 0.5), (0.5, 0.5)))])
    crossing = streets.build([Row(line((0, 0), (0, 1))), Row(line((-0.5, 0.5), (0.5, 0.5)))])
    assert shared.node_count == 4 and shared.edge_count == 3
    assert crossing.node_count == 4 and crossing.edge_count == 2


def test_a_row_with_an_id_on_one_end_only_joins_the_named_node_of_its_neighbour() -> None:
    network = streets.build(
        [Row(line((0, 0), (0, 1)), from_node=7, to_node=8), Row(line((0, 1), (0, 2)), from_node=None, to_node=9)]
    )
    assert sorted(network.node_ids.tolist()) == [7, 8, 9]


def test_text_node_ids_join_like_numbers() -> None:
    network = streets.build(
        [Row(line((0, 0), (0, 1)), from_node="a", to_node="b"), Row(line((0, 1), (0, 2)), from_node="b", to_node="c")]
    )
    assert network.node_count == 3


@pytest.mark.parametrize(
    ("oneway", "forward", "backward"), [(0, True, True), (1, True, False), (-1, False, True), (None, True, True)]
)
def test_one_way_streets_are_driven_one_way(oneway: int | None, forward: bool, backward: bool) -> None:
    (edge,) = streets.edges_from_street_rows([Row(line((0, 0), (0, 1)), 1, 2, oneway=oneway)])
    assert (edge.forward_s is not None, edge.backward_s is not None) == (forward, backward)


def test_speed_comes_from_the_posted_limit_or_else_from_the_class() -> None:
    posted, arterial, alley, unknown = streets.edges_from_street_rows(
        [
            Row(line((0, 0), (0, 1)), 1, 2, speed_kmh=50.0),
            Row(line((0, 0), (0, 1)), 1, 2, street_class="arterial"),
            Row(line((0, 0), (0, 1)), 1, 2, street_class="alley", speed_kmh=0),
            Row(line((0, 0), (0, 1)), 1, 2, street_class=None, speed_kmh=float("nan")),
        ]
    )
    assert posted.forward_s == pytest.approx(111.2 / (35 / 3.6), rel=0.01)
    assert arterial.forward_s == pytest.approx(111.2 / (36 / 3.6), rel=0.01)
    assert alley.forward_s == pytest.approx(111.2 / (12 / 3.6), rel=0.01)
    assert unknown.forward_s == pytest.approx(111.2 / (22 / 3.6), rel=0.01)


def test_long_blocks_are_cut_so_that_a_house_in_the_middle_has_a_node_near_it() -> None:
    network = streets.build([Row(line((0, 0), (0, 10)), 1, 2)])
    snap = network.snap(*at(0.1, 5.2))
    assert snap is not None
    assert abs(network.lat[snap.node] - at(0, 5.2)[1]) * 111_200 <= streets.LONGEST_PIECE_M / 2 + 1
    assert sum(edge.length_m for edge in network.edges) == pytest.approx(1112, rel=0.01)


def test_a_point_too_far_from_any_street_is_off_the_network() -> None:
    network = streets.build([Row(line((0, 0), (0, 5)), 1, 2)])
    assert network.snap(*at(0, 8)) is not None
    assert network.snap(*at(0, 9)) is None
    assert network.snap(float("nan"), LAT) is None


def test_distance_to_the_street_is_given_in_metres() -> None:
    network = streets.build([Row(line((0, 0), (0, 5)), 1, 2)])
    snap = network.snap(*at(1, 2))
    assert snap is not None
    assert snap.distance_m == pytest.approx(111.2 * 0.7388, rel=0.01)


def test_an_island_is_not_snapped_to_while_the_mainland_is_in_reach() -> None:
    mainland = [Row(line((0, 0), (0, 1)), 1, 2), Row(line((0, 1), (1, 1)), 2, 3)]
    island = Row(line((2, 0), (2, 1)), 10, 11)
    network = streets.build([*mainland, island])
    snap = network.snap(*at(1.9, 0.9))
    assert snap is not None and network.node_ids[snap.node] in (2, 3)


def test_a_one_way_street_that_leads_nowhere_is_not_snapped_to() -> None:
    network = streets.build(
        [Row(line((0, 0), (0, 1)), 1, 2), Row(line((0, 1), (0, 2)), 2, 3, oneway=1), Row(line((0, 0), (1, 0)), 1, 4)]
    )
    snap = network.snap(*at(0, 2))
    assert snap is not None and network.node_ids[snap.node] == 2


def test_a_crescent_that_begins_and_ends_at_one_corner_can_be_reached() -> None:
    network = streets.build([Row(line((0, 0), (0, 1)), 1, 2), Row(line((0, 1), (1, 1), (1, 2), (0, 1)), 2, 2)])
    snap = network.snap(*at(1, 1.5))
    assert snap is not None and snap.distance_m < 5
    assert network.node_ids[snap.node] not in (1, 2)


def test_a_street_in_two_loose_pieces_keeps_its_named_ends_and_no_more() -> None:
    pieces = shapely.MultiLineString([line((0, 0), (0, 0.4)).coords, line((0, 0.6), (0, 1)).coords])
    first, second = streets.edges_from_street_rows([Row(pieces, 1, 2)])
    assert first.from_node == 1 and second.to_node == 2
    assert first.to_node not in (1, 2) and second.from_node not in (1, 2)


def test_a_street_in_pieces_that_touch_is_one_line() -> None:
    pieces = shapely.MultiLineString([line((0, 0), (0, 0.5)).coords, line((0, 0.5), (0, 1)).coords])
    (edge,) = streets.edges_from_street_rows([Row(pieces, 1, 2)])
    assert (edge.from_node, edge.to_node) == (1, 2)


def test_rows_without_a_usable_line_are_left_out() -> None:
    rows = [Row(None), Row(shapely.Point(LON, LAT)), Row(shapely.LineString())]
    network = streets.build(rows)
    assert network.node_count == 0
    assert network.snap(LON, LAT) is None


def test_a_dead_zone_stays_marked_on_every_piece_of_its_street() -> None:
    network = streets.build([Row(line((0, 0), (0, 5)), 1, 2, signal=False)])
    assert network.edge_count > 1 and not any(edge.signal for edge in network.edges)
