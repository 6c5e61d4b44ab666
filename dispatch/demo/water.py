"""Mains along the streets, the valves that shut them, and hydrants beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.demo import streets as street_net
from dispatch.demo import town

_BETWEEN_HYDRANTS_M = 110.0


@dataclass(frozen=True, slots=True)
class Main:
    """A stretch of main under one block."""

    line: town.Points
    diameter_in: float
    material: str
    installed_year: int


@dataclass(frozen=True, slots=True)
class Hydrant:
    """A hydrant; the colour of its cap tells the flow class at 20 psi."""

    hydrant_no: str
    lon: float
    lat: float
    status: str
    colour: str
    flow_gpm: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Valve:
    """A valve on a main, near the corner where its block begins."""

    valve_no: str
    lon: float
    lat: float
    status: str
    kind: str
    size_in: float


def mains(*, plan: town.TownPlan, network: street_net.Network) -> Iterator[Main]:
    """One main a block, a little off the middle of the street; alleys have none."""
    for block in network.blocks:
        street = network.streets[block.street]
        if street.street_class == "alley":
            continue
        shifted = _beside(block.path, aside_m=2.4)
        yield Main(
            line=plan.frame.to_lonlat(street_net.dense(path=shifted, step_m=25.0)),
            diameter_in=_diameter_in(street, block=block), material=_material(street.built_year),
            installed_year=street.built_year + (0 if block.street % 5 else 26) * (street.built_year < 1970),
        )  # fmt: skip


def hydrants(*, plan: town.TownPlan, network: street_net.Network) -> Iterator[Hydrant]:
    """Hydrants behind the curb, about every 110 m; H-1001 and on."""
    rng = plan.rng(3)
    number = 1000
    since = 0.0
    for block in network.blocks:
        street = network.streets[block.street]
        length = math.dist(*block.path)
        since += length
        if street.street_class == "alley" or since < _BETWEEN_HYDRANTS_M or length < 25:
            continue
        since = 0.0
        number += 1
        out = town.HALF_WIDTH_M[street.street_class] - 1.6
        (ax, ay), (bx, by) = _beside(block.path, aside_m=out)
        t = 12.0 / length
        at = plan.frame.to_lonlat(np.array([[ax + (bx - ax) * t, ay + (by - ay) * t]]))[0]
        size = _diameter_in(street, block=block)
        flow_gpm = int(rng.normal(size * 150 - 100, 180) // 10 * 10)
        flow_gpm = max(320, min(2600, flow_gpm))
        out_of_service = rng.random() < 0.004
        yield Hydrant(
            hydrant_no=f"H-{number}", lon=round(float(at[0]), 7), lat=round(float(at[1]), 7),
            status="OUT_OF_SERVICE" if out_of_service else "IN_SERVICE", colour=colour(flow_gpm=flow_gpm),
            flow_gpm=flow_gpm,
            note="Stem sheared, ring set" if out_of_service else None,
        )  # fmt: skip


def valves(*, plan: town.TownPlan, network: street_net.Network) -> Iterator[Valve]:
    """A valve at the beginning of every block's main; V-1 and on. One in two hundred is found closed."""
    rng = plan.rng(7)
    number = 0
    for block in network.blocks:
        street = network.streets[block.street]
        length = math.dist(*block.path)
        if street.street_class == "alley" or length < 25:
            continue
        number += 1
        (ax, ay), (bx, by) = _beside(block.path, aside_m=2.4)
        t = min(0.4, (town.HALF_WIDTH_M[street.street_class] + 3.0) / length)
        at = plan.frame.to_lonlat(np.array([[ax + (bx - ax) * t, ay + (by - ay) * t]]))[0]
        size = _diameter_in(street, block=block)
        yield Valve(
            valve_no=f"V-{number}", lon=round(float(at[0]), 7), lat=round(float(at[1]), 7),
            status="closed" if rng.random() < 0.005 else "open", kind="butterfly" if size >= 12 else "gate", size_in=size,
        )  # fmt: skip


def colour(*, flow_gpm: int) -> str:
    """Cap colour by flow at 20 psi: blue from 1,500 gpm, green from 1,000, orange from 500, red below (NFPA 291)."""
    if flow_gpm >= 1500:
        return "blue"
    if flow_gpm >= 1000:
        return "green"
    return "orange" if flow_gpm >= 500 else "red"


def _beside(path: tuple[street_net.Point, ...], *, aside_m: float) -> tuple[street_net.Point, street_net.Point]:
    (ax, ay), (bx, by) = path[0], path[-1]
    length = math.dist((ax, ay), (bx, by)) or 1.0
    nx, ny = -(by - ay) / length * aside_m, (bx - ax) / length * aside_m
    return (ax + nx, ay + ny), (bx + nx, by + ny)


def _diameter_in(street: street_net.Street, *, block: street_net.Block) -> float:
    if street.street_class == "arterial":
        return 16.0 if block.street % 3 == 0 else 12.0
    if street.street_class == "collector":
        return 10.0 if block.street % 4 == 0 else 8.0
    return 6.0 if street.role == "court" or street.built_year < 1960 else 8.0


def _material(year: int) -> str:
    if year < 1955:
        return "CI"
    if year < 1980:
        return "AC"
    return "DI" if year < 1996 else "PVC"
