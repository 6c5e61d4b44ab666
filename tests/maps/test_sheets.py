"""A drawn sheet lies on the ground where its corners or control points say."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from maps import sheets, stores
from maps.sheets import ControlPoint, Placement

TILTED = Placement(a=1.2e-6, b=2.0e-7, c=-121.98, d=1.5e-7, e=-9.5e-7, f=37.56)


def seen(placement: Placement, *pixels: tuple[float, float]) -> list[ControlPoint]:
    points = []
    for x, y in pixels:
        lon, lat = placement.to_ground(x, y)
        points.append(ControlPoint(x_px=x, y_px=y, lon=lon, lat=lat))
    return points


def test_exact_control_points_give_back_the_placement() -> None:
    fit = sheets.fit(seen(TILTED, (0, 0), (3000, 100), (2800, 2000), (50, 1900)))
    assert fit.rms_m < 1e-6
    assert fit.placement.to_ground(1234, 987) == pytest.approx(TILTED.to_ground(1234, 987), abs=1e-10)


def test_a_bad_point_stands_out() -> None:
    points = seen(TILTED, (0, 0), (3000, 0), (3000, 2000), (0, 2000), (1500, 1000), (700, 300))
    wrong = points[4]
    points[4] = ControlPoint(x_px=wrong.x_px, y_px=wrong.y_px, lon=wrong.lon + 0.0005, lat=wrong.lat)
    residuals = sheets.fit(points).residuals_m
    assert residuals.index(max(residuals)) == 4
    assert max(residuals) > 2 * sorted(residuals)[-2]


@pytest.mark.parametrize("pixels", [[(0, 0), (10, 10)], [(0, 0), (10, 10), (20, 20), (30, 30)], []])
def test_points_too_few_or_in_line_are_refused(pixels: list[tuple[float, float]]) -> None:
    with pytest.raises(sheets.SheetPlacementError):
        sheets.fit(seen(TILTED, *pixels))


@given(x=st.floats(-5000, 5000), y=st.floats(-5000, 5000))
def test_to_the_ground_and_back_is_the_same_pixel(x: float, y: float) -> None:
    assert TILTED.to_image(*TILTED.to_ground(x, y)) == pytest.approx((x, y), abs=1e-3)


def test_corners_and_placement_say_the_same() -> None:
    corners = TILTED.corners(width_px=3000, height_px=2000)
    placed = sheets.from_corners(corners=corners, width_px=3000, height_px=2000)
    assert placed.to_ground(1500, 1000) == pytest.approx(TILTED.to_ground(1500, 1000), abs=1e-10)
    with pytest.raises(sheets.SheetPlacementError):
        sheets.from_corners(corners=corners[:3], width_px=3000, height_px=2000)


def test_the_most_detailed_sheet_over_a_point_comes_first(map_session: Session, fremont: stores.District) -> None:
    for name, size in (("whole town", 0.1), ("page 12", 0.01)):
        shape = shapely.box(-121.98, 37.55, -121.98 + size, 37.55 + size)
        map_session.add(stores.MapSheet(district_id=fremont.id, name=name, shape=shape))
    map_session.flush()
    covering = sheets.covering(map_session, lon=-121.975, lat=37.555)
    assert [sheet.name for sheet in covering] == ["page 12", "whole town"]
    assert [s.name for s in sheets.covering(map_session, lon=-121.9, lat=37.6)] == ["whole town"]
    parcel = shapely.box(-121.972, 37.552, -121.95, 37.553)
    assert [sheet.name for sheet in sheets.covering_shape(map_session, shape=parcel)] == ["whole town", "page 12"]
