"""How well control points place a sheet, in the words of who clicks them: feet, the point that stands out, north. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot

import numpy as np

from maps import control_points, ground, sheets

FEET_PER_METRE = 1 / 0.3048
ONE_OF_FOUR_FT = 5.0
"""Four points that miss by more than this hold a bad one, but four cannot say which: each leaves three that agree."""
MOST_STRETCH = 1.05
"""A sheet that is longer one way than the other by more than this was folded, cut or clicked wrong."""
FURTHEST_FT = 200_000.0
"""A sheet longer than this on the ground is no map of a tract: a point lies in another town."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A placement and what is to be said of it.

    `residuals_ft` is how far each point is off the fit, `alone_ft` how far the fit of all others is off at it (None with
    three points). `outlier` is the index of the point that the others would hardly ever leave so far off, None when none
    is. `north_deg` turned clockwise brings north up. `mirrored`: two points were taken for one another, so that the
    sheet lies on its face. `stretch` is the longer scale over the shorter one. `one_is_off`: four points miss, and four
    cannot say which of them it is.
    """

    placement: sheets.Placement
    residuals_ft: tuple[float, ...]
    alone_ft: tuple[float | None, ...]
    rms_ft: float
    outlier: int | None
    north_deg: float
    feet_per_px: float
    mirrored: bool
    stretch: float
    one_is_off: bool


def judge(points: Sequence[sheets.ControlPoint]) -> Judged:
    """The least-squares affine through the points and its judgement. Raises SheetPlacementError as `sheets.fit` does."""
    placement = sheets.fit(points).placement
    fitted = control_points.fit(
        control_points.Points(
            image=np.array([(point.x_px, point.y_px) for point in points]),
            ground=np.array([(point.lon, point.lat) for point in points]),
            unit="degree",
            feet=0.0,
        )
    )
    east_m, north_m = ground.metres_per_degree(float(np.mean([point.lat for point in points])))
    linear = np.array([[placement.a * east_m, placement.b * east_m], [placement.d * north_m, placement.e * north_m]])
    longer, shorter = (float(value) for value in np.linalg.svd(linear, compute_uv=False))
    if not np.isfinite([longer, shorter]).all() or shorter <= 0:
        raise sheets.SheetPlacementError("the control points put the whole sheet on one line")
    residuals = tuple(one.residual_ft for one in fitted.residuals)
    return Judged(
        placement=placement,
        residuals_ft=residuals,
        alone_ft=tuple(one.alone_ft for one in fitted.residuals),
        rms_ft=fitted.rms_ft,
        outlier=None if fitted.outlier is None else fitted.outlier - 1,
        north_deg=degrees(atan2(-placement.b * east_m, -placement.e * north_m)),
        feet_per_px=(longer * shorter) ** 0.5 * FEET_PER_METRE,
        # Rows of an image run down, degrees of latitude up: a sheet on its back has a negative determinant.
        mirrored=bool(np.linalg.det(linear) > 0),
        stretch=longer / shorter,
        one_is_off=len(points) == 4 and fitted.rms_ft > ONE_OF_FOUR_FT,
    )


def too_large(judged: Judged, *, width_px: int, height_px: int) -> bool:
    """True when the sheet would cover more ground than any tract map does."""
    return judged.feet_per_px * hypot(width_px, height_px) > FURTHEST_FT
