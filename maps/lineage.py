"""What became of parcel numbers that vanished: renumbered, split or merged, told by whose land lies where."""

from collections.abc import Mapping
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from maps import parcels, stores

# Below this share of either parcel an overlap is the drawing's inaccuracy, not the same land.
LEAST_SHARE = 0.1
SAME_LAND = 0.9


def trace(
    session: Session, *, district_id: int, vanished: Mapping[str, BaseGeometry], fresh: set[str], on: date
) -> int:
    """Notes where the land of each vanished number went; returns how many numbers found heirs.

    Heirs are parcels in use that share a tenth or more of the vanished land (or lie for a tenth in it); new numbers
    come before parcels that only took a strip. One heir of the same land is a renumbering, one larger heir a merge,
    several a split.
    """
    found = 0
    for number, shape in vanished.items():
        heirs = _heirs(session, district_id, shape, fresh)
        if not heirs:
            continue
        if len(heirs) > 1:
            kind = "split"
        else:
            kind = "renumber" if heirs[0][1] >= SAME_LAND else "merge"
        parcels.record_former_number(
            session, old_number=number, parcels=[parcel for parcel, _ in heirs], kind=kind, since_on=on
        )
        found += 1
    return found


def _heirs(
    session: Session, district_id: int, shape: BaseGeometry, fresh: set[str]
) -> list[tuple[stores.Parcel, float]]:
    """Heirs of this land and, for each, which share of the heir the old land makes up."""
    min_lon, min_lat, max_lon, max_lat = shape.bounds
    near = parcels.in_box(
        session, min_lon=min_lon, min_lat=min_lat, max_lon=max_lon, max_lat=max_lat, district_id=district_id
    )
    heirs: list[tuple[stores.Parcel, float]] = []
    for parcel in near:
        of_old, of_heir = _shares(shape, parcel.shape)
        if of_old >= LEAST_SHARE or (of_heir >= SAME_LAND and parcel.number_canonical in fresh):
            heirs.append((parcel, of_heir))
    renewed = [heir for heir in heirs if heir[0].number_canonical in fresh]
    return renewed or heirs


def _shares(old: BaseGeometry, heir: BaseGeometry) -> tuple[float, float]:
    """Which share of the old land, and of the heir, both have in common; land known by a point is wholly there or not."""
    if not old.area or not heir.area:
        touching = float(shapely.intersects(old, heir))
        return touching, touching if not heir.area else 0.0
    common = shapely.intersection(old, heir).area
    return common / old.area, common / heir.area
