"""Where a meter box most likely is when nobody has surveyed it: on the parcel's edge, towards its street."""

from dataclasses import dataclass

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps import addresses, ground, stores

REACH_M = 120.0
"""Streets further from the parcel than this are not its street."""
EDGE_ACCURACY_M = 12.0


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A place of a box, how far it may be off, where it comes from, and the street it faces."""

    lon: float
    lat: float
    accuracy_m: float
    source: str
    street: str | None


def pin_at_street(session: Session, *, parcel: stores.Parcel, address: str) -> Pin:
    """The point of the parcel's edge nearest to the street of its address, straight out from the middle of the parcel;
    the nearest street where the address names none near by; the middle of the parcel where there is no street."""
    middle = parcel.shape.representative_point()
    east_m, north_m = ground.metres_per_degree(middle.y)

    def to_metres(shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda xy: (xy - (middle.x, middle.y)) * (east_m, north_m))

    reach = (REACH_M / east_m, REACH_M / north_m)
    near = session.scalars(
        select(stores.Street)
        .where(
            stores.in_box(
                session, "map_street", min_lon=parcel.min_lon - reach[0], min_lat=parcel.min_lat - reach[1],
                max_lon=parcel.max_lon + reach[0], max_lat=parcel.max_lat + reach[1],
            ),
            stores.Street.street_class.in_(("arterial", "collector", "local")),
        )
        .order_by(stores.Street.id)
    ).all()  # fmt: skip
    land = to_metres(parcel.shape)
    lines = [(street, to_metres(street.shape)) for street in near]
    lines = [(street, line) for street, line in lines if line.distance(land) <= REACH_M]
    said = addresses.parse(address).street
    own = [pair for pair in lines if said and addresses.street_of(pair[0].name) == said] or lines
    if not own:
        return Pin(lon=middle.x, lat=middle.y, accuracy_m=30.0, source="parcel", street=None)
    street, line = min(own, key=lambda pair: (pair[1].distance(land), pair[0].id))
    # Straight out from the middle: the nearest corner of the lot would put the box at its neighbour's.
    out = line.interpolate(line.project(shapely.Point(0.0, 0.0)))
    edge = land.boundary.interpolate(land.boundary.project(out)) if land.boundary.geom_type == "LineString" else None
    if edge is None:
        edge = shapely.ops.nearest_points(land.boundary, out)[0]
    return Pin(
        lon=middle.x + edge.x / east_m, lat=middle.y + edge.y / north_m, accuracy_m=EDGE_ACCURACY_M, source="parcel",
        street=street.name,
    )  # fmt: skip
