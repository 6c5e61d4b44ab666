"""One running house for all screens; each screen is looked at in a browser of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from dispatch.config import Settings
from tests.flows import front
from tests.flows import house as houses


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = front.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[houses.House]:
    """A running house whose day has not begun: no orders, no plan."""
    folder = tmp_path_factory.mktemp("house") / "data"
    with houses.standing(Settings(data_dir=folder, database_url="", redis_url="")) as standing:
        yield standing


@pytest.fixture
def faults() -> Iterator[front.Faults]:
    with front.faultless() as found:
        yield found
