"""The town of a rehearsed day: a county's real files, row by row or not at all, or the generator's town where they are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors, transaction
from dispatch.demo import load_map
from dispatch.demo import streets as street_net
from dispatch.demo import town as invented
from maps import imports, sources, stores

Bar = Callable[[str, float, float], None]
GENERATED = "generated"
ALIASES = {"cambridge": "cambridge_ma"}
DEAD_ZONES = 5
DEAD_RADIUS_M = 170.0


class NoFiles(errors.Refusal):
    """The town's files are not where they should be."""

    code = "no_files"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the town comes from. `folder` None: the generator."""

    name: str
    title: str
    time_zone: str
    folder: Path | None


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One imported file and what became of its rows."""

    name: str
    file: str
    report: imports.Report


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The map as it stands in the database."""

    district_id: int
    layers: tuple[Layer, ...]
    yard: tuple[float, float]


def names() -> tuple[str, ...]:
    """What a district may be called on the command line."""
    return (*ALIASES, *sources.names(), GENERATED)


def find(*, name: str, reference: Path) -> Source:
    """The source of a district by its name; refuses unknown ones and those whose files are missing."""
    if name == GENERATED:
        return Source(
            name=GENERATED, title=f"{invented.NAME} (made from a seed)", time_zone=invented.TIME_ZONE, folder=None
        )
    full = ALIASES.get(name, name)
    if full not in sources.names():
        raise errors.Refusal(f"There is no district {name!r}. There are: {', '.join(names())}.")
    described = sources.describe(full)
    folder = reference / full
    missing = [str(one.file) for one in described.layers.values() if not (folder / str(one.file)).is_file()]
    if missing:
        raise NoFiles(
            f"{folder} lacks {', '.join(missing)}. Say where the files are with --files DIR, "
            f"or take --district {GENERATED}."
        )
    return Source(name=full, title=described.title, time_zone=described.time_zone, folder=folder)


def load_files(*, source: Source, now: datetime, bar: Bar) -> Imported:
    """Import every layer of a described source, each in a transaction of its own. The search index comes later."""
    assert source.folder is not None
    described = sources.describe(source.name)
    actor = transaction.Actor("import")
    with transaction.transaction(actor=actor, now=now) as tx:
        district = stores.District(
            code=source.name[:40], name=described.title, time_zone=described.time_zone, apn_format=described.apn_format,
            demo=True,
        )  # fmt: skip
        tx.session.add(district)
        tx.session.flush()
        district_id = district.id
    layers = []
    for at, (name, columns) in enumerate(described.layers.items()):
        bar(f"Maps: {name}", at, len(described.layers))
        with transaction.transaction(actor=actor, now=now) as tx:
            report = imports.load(
                tx.session, district=tx.session.get_one(stores.District, district_id), layer=name,
                file=source.folder / str(columns.file), columns=columns, now=now, index=False,
            )  # fmt: skip
        layers.append(Layer(name=name, file=str(columns.file), report=report))
    with transaction.transaction(actor=actor, now=now) as tx:
        yard = _yard(tx.session, district_id=district_id)
    bar("Maps", 1, 1)
    return Imported(district_id=district_id, layers=tuple(layers), yard=yard)


def load_generated(session: Session, *, plan: invented.TownPlan, network: street_net.Network) -> Imported:
    """Streets, hydrants and mains of an invented town; its parcels are written with their people."""
    district_id = load_map.district(session, plan=plan)
    load_map.streets(session, plan=plan, network=network, district_id=district_id)
    load_map.water_assets(session, plan=plan, network=network, district_id=district_id)
    session.flush()
    return Imported(district_id=district_id, layers=(), yard=_yard(session, district_id=district_id))


def _yard(session: Session, *, district_id: int) -> tuple[float, float]:
    """A corner on a large street near the middle of town: crews start and end there."""
    street = stores.Street
    rows = session.execute(
        select(street.shape, street.street_class).where(street.district_id == district_id).order_by(street.id)
    ).all()
    middles = np.array([shapely.get_coordinates(row.shape).mean(axis=0) for row in rows])
    centre = np.median(middles, axis=0)
    # A few hundred metres more on the way count less than a street on which trucks can turn.
    bonus = np.array([0.0 if row.street_class in ("arterial", "collector") else 0.01 for row in rows])
    best = int(np.argmin(np.hypot(*(middles - centre).T) + bonus))
    lon, lat = shapely.get_coordinates(rows[best].shape)[0]
    return float(lon), float(lat)


def dead_zones(session: Session, *, district_id: int, seed: int) -> list[dict[str, object]]:
    """Streets on which a tablet gets no signal: those the map says so of, else spots drawn by the seed."""
    street = stores.Street
    lines = session.scalars(
        select(street.shape).where(street.district_id == district_id, street.signal.is_(False)).order_by(street.id)
    ).all()
    if lines:
        return [{"coords": [[float(x), float(y)] for x, y in line.coords], "radius_m": 45} for line in lines]
    shapes = session.scalars(select(street.shape).where(street.district_id == district_id).order_by(street.id)).all()
    rng = np.random.default_rng([seed, 41])
    picked = rng.choice(len(shapes), size=min(DEAD_ZONES, len(shapes)), replace=False)
    spots = [shapely.get_coordinates(shapes[int(at)])[0] for at in picked]
    return [{"lon": float(lon), "lat": float(lat), "radius_m": DEAD_RADIUS_M} for lon, lat in spots]
