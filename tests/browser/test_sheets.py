"""A sheet of a real town comes in at the desk, is put on the map by clicks, and is read at a lot found by its tract."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from dispatch.config import Settings
from dispatch.places import registry, sheets_models
from maps import imports, sources, stores
from tests import given
from tests.flows import front
from tests.flows import house as houses
from tests.places import given_vernonia

pytestmark = [pytest.mark.browser, pytest.mark.reference, pytest.mark.timeout(300)]

SHEET = "4404BD"
OUTLINE = "4N 4W 4 BD"
"""The same sheet as the town's index of sheets names it."""
SURVEY = "CS4030"
"""Its record reads: Located In Lot 2, Block 4, West's Addition To Vernonia."""
LOT = "Lot 2, Block 4, West's Addition"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Iterator[houses.House]:
    """The house in Vernonia: outlines of its assessor's sheets, and one lot of a recorded addition."""
    folder = tmp_path_factory.mktemp("vernonia") / "data"
    with houses.standing(Settings(data_dir=folder, database_url="", redis_url="")) as standing:
        surveys = geopandas.read_file(reference / "vernonia_or" / "record_surveys.geojson")
        shape = surveys.loc[surveys["SurveyId"] == SURVEY].geometry.iloc[0]
        with standing.app.app_context():
            given.a_person(role="csr_senior", login="keeper", name="Nora Keeper")
            with given.edge() as tx:
                district = tx.session.get_one(stores.District, 1)
                district.min_lon, district.min_lat, district.max_lon, district.max_lat = -123.20, 45.845, -123.16, 45.87
                imports.load(
                    tx.session, district=district, layer="sheets", now=given.NOW,
                    file=reference / "vernonia_or" / "tax_map_boundaries.geojson",
                    columns=sources.describe("vernonia_or").layers["sheets"],
                )  # fmt: skip
                tract = stores.TractMap(district_id=1, tract_no="West's Addition", name="West's Addition to Vernonia")
                tx.session.add(tract)
                tx.session.flush()
                middle = shape.representative_point()
                tx.session.add(
                    stores.Lot(tract_id=tract.id, lot="2", block="4", lon=middle.x, lat=middle.y, shape=shape)
                )
            with given.edge() as tx:
                registry.index_all(tx.session)
        yield standing


@dataclass(frozen=True)
class Ground:
    """The map beside the sheet: where on the screen a place is, read off the coordinates that it shows."""

    left: float
    top: float
    lon: float
    lat: float
    lon_per_px: float
    lat_per_px: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return self.left + (lon - self.lon) / self.lon_per_px, self.top + (lat - self.lat) / self.lat_per_px


def read_off(page: Page, ground: Locator) -> Ground:
    box = ground.bounding_box()
    assert box is not None
    seen = []
    for share in (0.25, 0.75):
        left, top = round(box["x"] + box["width"] * share), round(box["y"] + box["height"] * share)
        page.mouse.move(left, top)
        page.wait_for_timeout(150)
        lat, lon = (float(part) for part in (ground.locator("output").text_content() or "").split(","))
        seen.append((left, top, lon, lat))
    (left, top, lon, lat), (left2, top2, lon2, lat2) = seen
    return Ground(left, top, lon, lat, (lon2 - lon) / (left2 - left), (lat2 - lat) / (top2 - top))


def on_sheet(page: Page, pane: Locator, share: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a share of the page is; the image says itself how it lies."""
    frame = pane.locator("img").bounding_box()
    assert frame is not None
    return frame["x"] + frame["width"] * share[0], frame["y"] + frame["height"] * share[1]


def test_a_sheet_is_placed_by_clicks_and_a_lot_is_read_on_it(
    town: houses.House, chromium: Browser, faults: front.Faults, reference: Path
) -> None:
    sheet = given_vernonia.tax_map(reference, SHEET)
    page = front.office(chromium, faults).new_page()
    page.goto(f"{town.address}/desk/")
    front.log_in(page, "keeper")

    # The file comes in, and its page is made by the job.
    page.get_by_role("link", name="Sheets").click()
    expect(page.get_by_text("No sheets here yet")).to_be_visible()
    page.get_by_label("Upload sheets").set_input_files(sheet.file)
    expect(page.get_by_text(f"{SHEET}.pdf: 1 sheet added")).to_be_visible(timeout=120_000)
    front.shot(page, "sheets-list")
    assert front.barriers(page) == []
    page.get_by_role("link", name="Place on the map").click()
    expect(page.get_by_text("Click a point on the sheet")).to_be_visible()

    # Four points are clicked on both; the first on the map is a little off, and is nudged by the keyboard.
    pane, ground = page.get_by_role("application"), page.locator(".ground")
    front.wait_until(page, "document.querySelector('[role=application] img').naturalWidth > 5000")
    expect(ground.locator("canvas")).to_be_visible()
    page.wait_for_timeout(1500)
    map_ = read_off(page, ground)
    for number, (share, place) in enumerate(zip(sheet.shares, sheet.places, strict=True), start=1):
        page.mouse.click(*on_sheet(page, pane, share))
        expect(page.get_by_text(f"Point {number}: now click the same place on the map")).to_be_visible()
        page.mouse.click(*map_.at(*place))
        expect(page.get_by_role("button", name=f"Point {number} on the map")).to_be_visible()
    expect(page.get_by_text("The points agree to")).to_be_visible()
    front.shot(page, "sheets-place")

    # A fifth that is wrong stands out by name; it is removed.
    page.mouse.click(*on_sheet(page, pane, (0.5, 0.5)))
    left, top = map_.at(*sheet.places[0])
    page.mouse.click(left + 90, top + 70)
    expect(page.get_by_text("Point 5 stands out")).to_be_visible()
    front.shot(page, "sheets-place-bad-point")
    assert front.barriers(page) == []
    page.get_by_role("button", name="Point 5 on the map").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Point 5 on the map")).to_have_count(0)
    front.button(page, "Save the place").click()
    expect(page.get_by_text("Saved. The sheet lies on the map.")).to_be_visible()

    # The books hold the points, and they agree as well as a screen can be clicked.
    with town.books() as session:
        row = session.scalars(select(sheets_models.SheetPage)).one()
        assert row.rms_ft is not None
        assert row.rms_ft < 8
        kept = session.scalars(select(sheets_models.SheetPoint).order_by(sheets_models.SheetPoint.number)).all()
        assert len(kept) == 4
        placed = session.get(stores.MapSheet, row.sheet_id)
        assert placed is not None
        assert (placed.name, placed.file) == (OUTLINE, row.overlay)

    # A lot is found by its tract, and the sheet is read at that lot.
    page.keyboard.press("/")
    page.keyboard.type("lot 2 block 4 wests addition", delay=10)
    expect(page.get_by_role("option").first).to_contain_text("Lot 2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lot 2")
    expect(front.button(page, OUTLINE)).to_have_attribute("aria-pressed", "true")
    page.get_by_label("How strong the map sheet shows").fill("0.8")
    page.wait_for_timeout(1500)
    front.shot(page, "sheets-at-a-lot")
    assert front.barriers(page) == []
    page.get_by_role("link", name="Read the sheet").click()
    expect(page.get_by_title("The place you came from")).to_be_visible()
    expect(page.get_by_text("Good to")).to_be_visible()
    front.button(page, "North up").click()
    front.wait_until(page, "document.querySelector('[role=application] img').naturalWidth > 5000")
    page.wait_for_timeout(500)
    front.shot(page, "sheets-read")
    assert front.barriers(page) == []

    # A place of the map tells which sheets cover it: the other button on the property's map asks.
    page.get_by_role("link", name="Desk", exact=True).click()
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lot 2")
    page.wait_for_timeout(1500)
    canvas = page.locator("canvas").first.bounding_box()
    assert canvas is not None
    page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2, button="right")
    expect(page.get_by_text("1 sheet covers this place")).to_be_visible()
    page.wait_for_timeout(800)
    front.shot(page, "sheets-here")
    assert front.barriers(page) == []
    page.context.close()
