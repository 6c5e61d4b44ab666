"""The sheets of a real town: read from its own scans, placed by its own points, where its own people have them."""

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pyproj
import pytest
from flask import Flask

from dispatch.config import Settings
from tests import given
from tests.places import given_sheet, given_vernonia

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("name", given_vernonia.SHEETS)
def test_the_fit_lies_where_the_towns_own_does(app: Flask, reference: Path, name: str) -> None:
    keeper = given.logged_in(app, role="csr_senior")
    sheet = given_vernonia.tax_map(reference, name)
    points = sheet.points(width_px=7000, height_px=6300)
    told = keeper.post("/sheet-fits", {"points": points, "width_px": 7000, "height_px": 6300}).get_json()
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", given_vernonia.PLANE, always_xy=True)
    corners = np.array([to_plane.transform(*corner) for corner in told["corners"]])
    own = np.array([(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]) @ sheet.own
    apart_ft = float(np.hypot(*(corners - own).T).max())
    print(f"{name}: corners {apart_ft:.3f} ft from the town's own, points agree to {told['rms_ft']:.2f} ft")
    assert apart_ft < 0.25
    assert told["mirrored"] is False
    assert told["stretched"] is False


@pytest.mark.parametrize(("kind", "ending"), [("TIFF", "tif"), ("PNG", "png")])
def test_a_scan_is_read_placed_and_found_by_the_place(
    app: Flask, settings: Settings, reference: Path, kind: str, ending: str
) -> None:
    keeper = given.logged_in(app, role="csr_senior")
    sheet = given_vernonia.tax_map(reference, "4404BD")
    document = pypdfium2.PdfDocument(sheet.file)
    scan = document[0].render(scale=100 / 72).to_pil().convert("L")
    document.close()
    out = io.BytesIO()
    scan.save(out, kind)
    upload = given_sheet.upload(keeper, f"4404BD.{ending}", out.getvalue()).get_json()
    given_sheet.make_pages(settings, upload["id"])
    (page_id,) = keeper.get(f"/sheet-uploads/{upload['id']}").get_json()["page_ids"]
    page = keeper.get(f"/sheet-pages/page-{page_id}").get_json()
    assert (page["width_px"], page["height_px"]) == scan.size
    points = sheet.points(width_px=page["width_px"], height_px=page["height_px"])
    answer = keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": points})
    assert answer.status_code == 200, answer.text
    here = keeper.get("/map/sheets?lon=-123.1876&lat=45.8608").get_json()["sheets"]
    assert [one["page_id"] for one in here] == [page_id]
    assert keeper.get("/map/sheets?lon=-123.1700&lat=45.8608").get_json()["sheets"] == []


def test_recorded_plats_of_several_pages_are_read_whole(app: Flask, settings: Settings, reference: Path) -> None:
    keeper = given.logged_in(app, role="csr_senior")
    file = reference / "vernonia_or" / "recorded_maps" / "DV_L-271.pdf"
    upload = given_sheet.upload(keeper, file.name, file.read_bytes()).get_json()
    given_sheet.make_pages(settings, upload["id"])
    told = keeper.get(f"/sheet-uploads/{upload['id']}").get_json()
    assert (told["state"], len(told["page_ids"])) == ("DONE", 2)
