"""Placing a drawing by control points: the fit, what it is off by in feet, and the point that stands out."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from maps import control_points, sources
from maps.sheets import SheetPlacementError
from tests.maps.conftest import REFERENCE_DATA

TRUE = np.array([[0.5, 0.01], [0.02, -0.5], [6_100_000.0, 2_000_000.0]])


def drawn(count: int = 9, error_ft: float = 0.0, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rnd = np.random.default_rng(seed)
    image = rnd.uniform(0, 5000, (count, 2))
    return image, image @ TRUE[:2] + TRUE[2] + rnd.normal(0, error_ft or 1e-12, (count, 2))


def written(file: Path, image: np.ndarray, ground: np.ndarray, head: str = "x_px,y_px,map_x,map_y") -> Path:
    lines = [",".join(map(str, (*pixel, *place))) for pixel, place in zip(image, ground, strict=True)]
    file.write_text("\n".join([head, *lines] if head else lines))
    return file


@pytest.mark.parametrize("head", ["x_px,y_px,map_x,map_y", "sourceX,sourceY,mapX,mapY", "x,y,easting,northing", ""])
def test_points_without_error_give_the_affine_they_were_made_by(tmp_path: Path, head: str) -> None:
    fitted = control_points.fit(control_points.read(written(tmp_path / "points.csv", *drawn(), head=head)))
    a, b, c, d, e, f = fitted.affine
    assert np.allclose([[a, d], [b, e]], TRUE[:2], atol=1e-9)
    assert (c, f) == pytest.approx(tuple(TRUE[2]), abs=1e-4)
    assert fitted.rms_ft < 1e-5
    assert fitted.outlier is None


def test_a_bad_point_stands_out_and_good_ones_do_not(tmp_path: Path) -> None:
    image, ground = drawn(error_ft=0.5)
    honest = control_points.fit(control_points.read(written(tmp_path / "good.csv", image, ground)))
    assert honest.outlier is None
    ground[4] += (60.0, -35.0)
    bad = control_points.fit(control_points.read(written(tmp_path / "bad.csv", image, ground)))
    assert bad.outlier == 5
    assert bad.residuals[4].alone_ft == pytest.approx(np.hypot(60, 35), rel=0.1)


def test_metres_and_degrees_are_told_in_feet(tmp_path: Path) -> None:
    image, ground = drawn()
    ground[0] += (1.0, 0.0)
    feet = control_points.fit(control_points.read(written(tmp_path / "a.csv", image, ground), crs="EPSG:2227"))
    metres = control_points.fit(control_points.read(written(tmp_path / "b.csv", image, ground), crs="EPSG:26910"))
    assert metres.rms_ft == pytest.approx(feet.rms_ft * 3.28083, rel=1e-4)
    turn = pyproj.Transformer.from_crs(2227, 4326, always_xy=True)
    degrees = np.column_stack(turn.transform(ground[:, 0], ground[:, 1]))
    over = control_points.fit(control_points.read(written(tmp_path / "c.csv", image, degrees, "x,y,lon,lat")))
    assert over.unit == "degree"
    assert over.rms_ft == pytest.approx(feet.rms_ft, rel=0.1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x_px,y_px,lon,lat\n1,2,3\n", "row 1 is no control point"),
        ("x_px,y_px,lon,lat\n1,2,3,nan\n", "row 1 is no control point"),
        ("a,b,c,d,e\n1,2,3,4,5\n", "no columns for the image"),
        ("1,1,1,1\n2,2,2,2\n", "three control points"),
        ("1,1,1,1\n2,2,2,2\n3,3,3,3\n", "lie on one line"),
    ],
)
def test_points_that_place_nothing_say_why(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text)
    with pytest.raises((ValueError, SheetPlacementError), match=message):
        control_points.fit(control_points.read(file))


def test_the_sheets_of_vernonia_fall_where_their_outlines_are() -> None:
    folder = REFERENCE_DATA / "vernonia_or"
    if not folder.is_dir():
        pytest.skip("the reference data is not there (CURBSTOP_REFERENCE_DATA)")
    columns = sources.columns_of("sheets", {"name": "taxmap"})
    outlines = {
        row.values["name"]: row.shape for row in sources.read(folder / "tax_map_boundaries.geojson", columns).rows
    }
    turn = pyproj.Transformer.from_crs(6557, 4326, always_xy=True)
    files = sorted((folder / "tax_maps").glob("*.aux.xml"))
    assert len(files) == 4
    for file in files:
        fitted = control_points.fit(control_points.read(file))
        assert fitted.rms_ft < 0.25
        assert fitted.outlier is None
        a, b, c, d, e, f = fitted.affine
        # The page is 18 by 20 inches at 600 dots; y counts upwards from its top.
        corners = [(0, 0), (10_800, 0), (10_800, -12_000), (0, -12_000)]
        page = shapely.Polygon([turn.transform(a * x + b * y + c, d * x + e * y + f) for x, y in corners])
        outline = outlines[file.name.partition(".")[0]]
        assert outline is not None
        assert page.buffer(2e-4).contains(outline.centroid)
        assert page.intersection(outline).area > 0.9 * outline.area
