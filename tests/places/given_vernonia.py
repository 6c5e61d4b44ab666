"""The assessor's sheets of Vernonia, Oregon, with the control points that its own people put on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import pyproj

from maps import control_points

SHEETS = ("4403BC", "4404AC", "4404BD", "5434CC")
PLANE = "EPSG:6557"
"""Oregon's Lambert plane in international feet, in which the town's own points lie."""


@dataclass(frozen=True)
class TaxMap:
    """One sheet: its file, and its control points as shares of the page (from the top left) and degrees."""

    file: Path
    shares: list[tuple[float, float]]
    places: list[tuple[float, float]]
    own: np.ndarray
    """The town's own affine, (3, 2): feet in its plane from shares of the page."""

    def points(self, *, width_px: int, height_px: int) -> list[dict[str, float]]:
        """The control points for an image of this size, as the API takes them."""
        return [
            {"x_px": x * width_px, "y_px": y * height_px, "lon": lon, "lat": lat}
            for (x, y), (lon, lat) in zip(self.shares, self.places, strict=True)
        ]


def tax_map(reference: Path, name: str) -> TaxMap:
    """A sheet of the town. Its side file counts pixels of the page at 600 dots an inch, upwards from the top left."""
    folder = reference / "vernonia_or" / "tax_maps"
    read = control_points.read(folder / f"{name}.jpg.aux.xml")
    document = pypdfium2.PdfDocument(folder / f"{name}.pdf")
    width_pt, height_pt = document[0].get_size()
    document.close()
    shares = read.image * (1, -1) / (width_pt / 72 * 600, height_pt / 72 * 600)
    own, *_ = np.linalg.lstsq(np.column_stack([shares, np.ones(len(shares))]), read.ground, rcond=None)
    to_degrees = pyproj.Transformer.from_crs(PLANE, "EPSG:4326", always_xy=True)
    places = [to_degrees.transform(x, y) for x, y in read.ground]
    return TaxMap(file=folder / f"{name}.pdf", shares=[tuple(one) for one in shares], places=places, own=own)
