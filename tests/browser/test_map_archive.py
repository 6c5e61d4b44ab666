"""The tablet keeps the district's map: it draws it without a network, and fetches the new one when it was built anew."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from dispatch.config import Settings
from dispatch.places.archives import operations
from maps import tiles
from tests import given
from tests.flows import curb, front
from tests.flows import house as houses

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[houses.House]:
    folder = tmp_path_factory.mktemp("archive") / "data"
    with houses.standing(Settings(data_dir=folder, database_url="", redis_url="")) as standing:
        yield standing


def kept(page: Page) -> dict[str, str]:
    """Hashes of the archives in the tablet's own files, read byte by byte."""
    found: dict[str, str] = page.evaluate(
        """async () => {
          const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('maps', { create: true })
          const found = {}
          for await (const [name, handle] of folder.entries()) {
            // What is just being fetched may be moved away under our eyes.
            const bytes = await handle.getFile().then((file) => file.arrayBuffer()).catch(() => null)
            if (bytes === null) continue
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
            found[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
          }
          return found
        }"""
    )
    return found


def colours(page: Page) -> int:
    """How many colours the map shows: bare ground has one."""
    picture = Image.open(io.BytesIO(page.locator("canvas.maplibregl-canvas").first.screenshot())).convert("RGB")
    return len(picture.getcolors(maxcolors=2**24) or ())


def test_a_tablet_keeps_the_map_draws_it_offline_and_takes_the_new_one(
    town: houses.House, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    file = town.settings.tiles_dir / tiles.NAME
    tablet = front.tablet(playwright, faults, profile=tmp_path / "tablet")
    page = curb.first_page(tablet)
    page.goto(f"{town.address}/crew/")
    front.log_in(page, town.crew.login)

    def same() -> bool:
        return kept(page) == {tiles.NAME: hashlib.sha256(file.read_bytes()).hexdigest()}

    front.until(same, "the tablet has the map", page=page)
    front.wait_until(page, "navigator.serviceWorker.controller !== null", seconds=60)
    before = file.read_bytes()

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tiles/" in request.url else None)
    tablet.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Map", exact=True).or_(page.get_by_role("button", name="Map", exact=True)).click()
    expect(page.locator("canvas.maplibregl-canvas").first).to_be_visible()
    front.until(lambda: colours(page) > 30, "the map is drawn from the tablet's own file", page=page)
    assert asked == []
    tablet.set_offline(False)

    with town.app.app_context():
        given.a_home()
        with given.edge() as tx:
            operations.request(tx)
    front.until(lambda: file.read_bytes() != before, "the house built the map anew", page=page, seconds=60)
    front.until(same, "the tablet has the new map, and it alone", page=page, seconds=90)
    front.until(lambda: colours(page) > 30, "the new map is drawn", page=page)
    tablet.close()
