"""Where an address stands when only the street is known: interpolation along the segment's house-number range."""

from dataclasses import dataclass

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import addresses, stores


@dataclass(frozen=True, kw_only=True)
class Interpolated:
    """A place on the street's centre line, not the house itself. `side` is left or right of the line's direction."""

    lon: float
    lat: float
    street_id: int
    side: str


class StreetRanges:
    """House-number ranges of a district's streets, by street name in standard form."""

    def __init__(self, segments: list[stores.Street]) -> None:
        self._by_name: dict[str, list[stores.Street]] = {}
        for segment in segments:
            self._by_name.setdefault(addresses.street_of(segment.name), []).append(segment)

    def place(self, *, number: int, street: str) -> Interpolated | None:
        """Where house `number` of `street` (any spelling) should be; None when no range of that street holds it."""
        for segment in self._by_name.get(addresses.street_of(street), []):
            for side, first, last in (
                ("left", segment.left_from, segment.left_to),
                ("right", segment.right_from, segment.right_to),
            ):
                if _holds(first, last, number):
                    return _along(segment, side, first or 0, last or 0, number)
        return None


def load_ranges(session: Session, *, district_id: int) -> StreetRanges:
    """The ranges of all streets of the district, read once for many addresses."""
    statement = select(stores.Street).where(stores.Street.district_id == district_id).order_by(stores.Street.id)
    return StreetRanges(list(session.scalars(statement)))


def find_place(session: Session, *, district_id: int, number: int, street: str) -> Interpolated | None:
    """Where house `number` should stand on `street` (standard form), without reading the ranges of all streets."""
    table = stores.Street
    first = f"{street.split()[0][:1]}%"
    names = session.scalars(
        select(table.name).where(table.district_id == district_id, func.upper(table.name).like(first)).distinct()
    )
    same = [name for name in names if addresses.street_of(name) == street]
    if not same:
        # Its first word may be written in another way: North for N, Third for 3RD.
        every = session.scalars(select(table.name).where(table.district_id == district_id).distinct())
        same = [name for name in every if addresses.street_of(name) == street]
    if not same:
        return None
    segments = session.scalars(
        select(table).where(table.district_id == district_id, table.name.in_(same)).order_by(table.id)
    )
    return StreetRanges(list(segments)).place(number=number, street=street)


def _holds(first: int | None, last: int | None, number: int) -> bool:
    if first is None or last is None or not min(first, last) <= number <= max(first, last):
        return False
    # Where both ends share a parity, the other parity is the other side of the street.
    return first % 2 != last % 2 or number % 2 == first % 2


def _along(segment: stores.Street, side: str, first: int, last: int, number: int) -> Interpolated:
    share = 0.5 if first == last else (number - first) / (last - first)
    line = segment.shape
    if not isinstance(line, shapely.LineString):
        raise TypeError(f"street segment {segment.id} is a {line.geom_type}, not a line")
    point = shapely.line_interpolate_point(line, share, normalized=True)
    return Interpolated(lon=point.x, lat=point.y, street_id=segment.id, side=side)
