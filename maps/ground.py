"""Degrees and metres on the ground, good enough for parcels and streets of one town. Pure."""

from math import cos, hypot, radians

from shapely.geometry.base import BaseGeometry


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and of latitude at this latitude (series for the WGS 84 ellipsoid)."""
    phi = radians(max(-89.0, min(89.0, lat)))
    east = 111_412.84 * cos(phi) - 93.5 * cos(3 * phi) + 0.118 * cos(5 * phi)
    north = 111_132.92 - 559.82 * cos(2 * phi) + 1.175 * cos(4 * phi) - 0.0023 * cos(6 * phi)
    return east, north


def area_m2(shape: BaseGeometry) -> float:
    """Square metres of a shape in degrees; exact to a thousandth for shapes within a few kilometres."""
    if shape.is_empty:
        return 0.0
    _, min_lat, _, max_lat = shape.bounds
    east, north = metres_per_degree((min_lat + max_lat) / 2)
    return float(shape.area) * east * north


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres between two places of one town."""
    east, north = metres_per_degree((lat_a + lat_b) / 2)
    return hypot((lon_b - lon_a) * east, (lat_b - lat_a) * north)
