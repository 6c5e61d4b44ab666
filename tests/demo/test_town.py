"""The invented town is a town: streets that lead everywhere, lots that do not overlap, numbers that mean one place."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.demo import drafts, layouts, sheets, streets, town, tracts, water
from maps import apn

SEEDS = (1, 2, 7)


@cache
def a_town(seed: int, parcels: int = 500) -> tuple[town.TownPlan, streets.Network, tuple[tracts.Tract, ...]]:
    plan = town.plan(parcels=parcels, seed=seed)
    network = streets.build(plan=plan)
    return plan, network, tuple(tracts.build(plan=plan, network=network, cell=cell) for cell in plan.cells)


def lots_with_parcels(seed: int) -> list[tracts.PlacedLot]:
    return [lot for tract in a_town(seed)[2] for lot in tract.lots if lot.parcel_number is not None]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_corner_can_be_driven_to_and_back_from(seed: int) -> None:
    _, network, _ = a_town(seed)
    leaves, enters = [], []
    for block in network.blocks:
        oneway = network.streets[block.street].oneway
        if oneway >= 0:
            leaves.append(block.from_node), enters.append(block.to_node)
        if oneway <= 0:
            leaves.append(block.to_node), enters.append(block.from_node)
    size = len(network.corners) + 1
    parts, _ = connected_components(
        csr_array((np.ones(len(leaves)), (leaves, enters)), shape=(size, size)), connection="strong"
    )
    assert parts == 2, "all corners are one part; node 0 does not exist and is the other"


@pytest.mark.parametrize("seed", SEEDS)
def test_some_streets_are_one_way(seed: int) -> None:
    _, network, _ = a_town(seed, 3000)
    assert {street.oneway for street in network.streets} == {-1, 0, 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_parcels_are_sound_and_do_not_overlap(seed: int) -> None:
    shapes = tracts.polygons([lot.ring for lot in lots_with_parcels(seed)])
    assert shapely.is_valid(shapes).all()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    square_metres = 111_320 * np.cos(np.radians(37.53)) * 110_950
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])) * square_metres
    assert shared[one != other].max(initial=0.0) < 0.5, "the frame bends shared sides by less than half a square metre"


@pytest.mark.parametrize("seed", SEEDS)
def test_lots_lie_beside_the_street_of_their_address(seed: int) -> None:
    plan, network, _ = a_town(seed)
    for cell in plan.cells:
        _, drawn = layouts.draw(plan=plan, cell=cell)
        for lot in drawn:
            street = (
                network.bounding(cell=cell, side=lot.front.street)
                if lot.front.street < 0
                else network.streets[network.of_cell[cell.index][lot.front.street]]
            )
            _, aside_m = layouts.along(path=street.path, point=lot.front.at)
            assert abs(aside_m) < town.HALF_WIDTH_M[street.street_class] + 20.0


@pytest.mark.parametrize("seed", SEEDS)
def test_an_address_and_a_parcel_number_name_one_place(seed: int) -> None:
    lots = lots_with_parcels(seed)
    assert max(Counter(lot.address.line for lot in lots if lot.address).values()) == 1
    assert max(Counter(lot.parcel_number for lot in lots).values()) == 1


def test_parcel_numbers_are_written_as_the_county_writes_them() -> None:
    for lot in lots_with_parcels(1):
        assert lot.parcel_number is not None
        assert apn.parse(lot.parcel_number, county=tracts.APN_FORMAT).canonical == lot.parcel_number


def test_house_numbers_lie_in_the_range_of_a_block_of_their_street() -> None:
    _, network, all_tracts = a_town(1)
    ranges: dict[str, list[tuple[int, int]]] = {}
    for block in network.blocks:
        for side in (block.left, block.right):
            if side is not None:
                ranges.setdefault(network.streets[block.street].name, []).append(side)
    outside = [
        lot.address.line
        for tract in all_tracts
        for lot in tract.lots
        if lot.address is not None
        and not any(
            low <= lot.address.number <= high and (lot.address.number - low) % 2 == 0
            for low, high in ranges[lot.address.street]
        )
    ]
    assert outside == []


def test_street_names_are_given_once_and_some_are_spanish() -> None:
    _, network, _ = a_town(1, 3000)
    inner = Counter(street.name for street in network.streets if street.cell is not None)
    assert max(inner.values()) == 1
    assert any("ñ" in name or "í" in name for name in inner)
    assert any(name.startswith("St ") for name in inner)
    assert "Avenue A" in inner


def test_the_town_has_corner_lots_flag_lots_a_new_tract_a_mobile_home_park_and_a_yard() -> None:
    _, network, all_tracts = a_town(1, 3000)
    lots = [lot for tract in all_tracts for lot in tract.lots]
    uses = Counter(lot.use for lot in lots)
    assert uses["mobile_park"] == uses["yard"] == uses["park"] == uses["school"] == 1
    assert sum(lot.side_front is not None for lot in lots) > 50
    assert sum(lot.flag for lot in lots) > 3
    new = [tract for tract in all_tracts if tract.raw is not None]
    assert len(new) == 1
    assert all(lot.address is None and lot.parcel_number is None for lot in new[0].lots)
    assert any(not street.signal for street in network.streets)


def test_lot_numbers_are_unique_on_their_map_and_maps_on_their_page() -> None:
    _, _, all_tracts = a_town(1, 3000)
    for tract in all_tracts:
        assert max(Counter(lot.lot for lot in tract.lots).values()) == 1
    keys = Counter((tract.tract_no, tract.map_book, tract.map_page) for tract in all_tracts)
    assert max(keys.values()) == 1


def test_the_same_seed_makes_the_same_town_and_another_seed_another() -> None:
    one, same, other = (
        tracts.build(plan=plan, network=streets.build(plan=plan), cell=plan.cells[2])
        for plan in (town.plan(parcels=500, seed=s) for s in (5, 5, 6))
    )
    assert [lot.address for lot in one.lots] == [lot.address for lot in same.lots]
    assert [lot.address for lot in one.lots] != [lot.address for lot in other.lots]


def test_a_town_has_about_as_many_parcels_as_asked() -> None:
    for parcels in (3000, 6000, 12_000):
        plan = town.plan(parcels=parcels, seed=3)
        numbered = [cell for cell in plan.cells if cell.template != "new_tract"]
        made = sum(len(layouts.draw(plan=plan, cell=cell)[1]) for cell in numbered)
        assert abs(made - parcels) < parcels * 0.15


@given(parcels=st.integers(1, 5000), seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_any_size_and_seed_gives_a_connected_ground_plan(parcels: int, seed: int) -> None:
    plan = town.plan(parcels=parcels, seed=seed)
    cells = {(cell.column, cell.row) for cell in plan.cells}
    reached, edge = set(), {next(iter(cells))}
    while edge:
        reached |= edge
        edge = {(c + d, r + e) for c, r in edge for d, e in ((1, 0), (-1, 0), (0, 1), (0, -1))} & cells - reached
    assert reached == cells
    assert {"downtown", "industrial", "park", "mobile_park", "new_tract"} <= {cell.template for cell in plan.cells}


@pytest.mark.parametrize("parcels", [0, -5, 400_001])
def test_an_impossible_size_is_refused_with_the_limits(parcels: int) -> None:
    with pytest.raises(ValueError, match=r"1 to 400,000 parcels"):
        town.plan(parcels=parcels, seed=1)


def test_a_sheet_covers_its_tract_on_the_ground() -> None:
    plan, network, all_tracts = a_town(1)
    sheet = sheets.draw(plan=plan, network=network, tract=all_tracts[1])
    assert sheet.png.startswith(b"\x89PNG")
    ground = shapely.Polygon(sheet.corners)
    assert ground.is_valid
    assert ground.covers(shapely.Polygon(all_tracts[1].outline))


def test_hydrants_are_numbered_once_and_coloured_by_their_flow() -> None:
    plan, network, _ = a_town(1)
    found = list(water.hydrants(plan=plan, network=network))
    assert max(Counter(hydrant.hydrant_no for hydrant in found).values()) == 1
    for hydrant in found:
        assert hydrant.colour == water.colour(flow_gpm=hydrant.flow_gpm)
    assert [water.colour(flow_gpm=flow) for flow in (1500, 1499, 999, 499)] == ["blue", "green", "orange", "red"]


def test_every_street_but_alleys_has_a_main() -> None:
    plan, network, _ = a_town(1)
    served = [block for block in network.blocks if network.streets[block.street].street_class != "alley"]
    assert sum(1 for _ in water.mains(plan=plan, network=network)) == len(served)


def test_the_long_streets_stand_for_the_sides_of_a_cell() -> None:
    plan, network, _ = a_town(1)
    for cell in plan.cells:
        names = {network.bounding(cell=cell, side=side).name for side in (drafts.WEST, drafts.EAST)}
        assert names == {cell.west.name, cell.east.name}


def test_parcel_numbers_stay_apart_in_a_large_town() -> None:
    plan = town.plan(parcels=60_000, seed=1)
    numbers = Counter(
        tracts.parcel_number(cell=cell, at=at)
        for cell in plan.cells
        for at in range(len(layouts.draw(plan=plan, cell=cell)[1]))
    )
    assert max(numbers.values()) == 1
