"""Browsers for the walk: screens that remember every fault, and steps that several tests take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from dispatch import clock
from dispatch.config import ROOT
from tests import conftest, given

FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
SHOTS = ROOT / "test-results"
AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
expect.set_options(timeout=30_000)
"""A loaded machine may take long; what never comes fails all the same."""
DESK = {"width": 1440, "height": 900}
WALL = {"width": 1920, "height": 1080}
TABLET = {"width": 820, "height": 1180}
_ON_THE_HOUSES_CLOCK = """(() => {
  const ahead = %d, Real = Date
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead) }
    static now() { return Real.now() + ahead }
  }
})()"""


@dataclass
class Faults:
    """What went wrong in a browser: scripts that threw, and errors that the console showed."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Remember the faults of this page."""
        page.on("pageerror", lambda fault: self.found.append(f"{page.url}: {fault}"))
        page.on("console", lambda said: said.type == "error" and self._said(page, said.text, said.location))

    def _said(self, page: Page, text: str, location: Any) -> None:
        # A request that got no answer or a refusal is told by the browser itself; the screens have words for it.
        if "Failed to load resource" not in text:
            self.found.append(f"{page.url}: {text} ({(location or {}).get('url', '')})")


def launch(playwright: Playwright) -> Browser:
    """Chromium without a window."""
    return playwright.chromium.launch(executable_path=conftest.CHROMIUM, args=list(FLAGS))


def _ready(context: BrowserContext, faults: Faults) -> BrowserContext:
    ahead_ms = (clock.now() - datetime.now(UTC)).total_seconds() * 1000
    context.add_init_script(_ON_THE_HOUSES_CLOCK % ahead_ms)
    context.on("page", faults.watch)
    for page in context.pages:
        faults.watch(page)
    context.set_default_timeout(30_000)
    return context


def office(browser: Browser, faults: Faults, *, viewport: dict[str, int] = DESK) -> BrowserContext:
    """A computer of the office."""
    context = browser.new_context(viewport=viewport, locale="en-US", timezone_id="America/Los_Angeles")  # type: ignore[arg-type]
    return _ready(context, faults)


def tablet(playwright: Playwright, faults: Faults, *, profile: Path, offline: bool = False) -> BrowserContext:
    """A tablet: what it keeps in its profile outlives the browser. It stands at the yard and knows it."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=conftest.CHROMIUM, args=list(FLAGS), viewport=TABLET, locale="en-US",  # type: ignore[arg-type]
        timezone_id="America/Los_Angeles", geolocation={"longitude": given.YARD[0], "latitude": given.YARD[1]},
        permissions=["geolocation"],
    )  # fmt: skip
    if offline:
        context.set_offline(True)
    return _ready(context, faults)


def log_in(page: Page, login: str) -> None:
    """Fill in the login form of any screen."""
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(given.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Password")).to_be_hidden()


def until(true: Callable[[], Any], what: str, *, seconds: float = 30, page: Page | None = None) -> Any:
    """Wait until something is true outside the page (the database, say); the page goes on meanwhile."""
    end = time.monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"never came true: {what}")
        if page is not None:
            page.wait_for_timeout(100)
        else:
            time.sleep(0.1)


def wait_until(page: Page, expression: str, *, seconds: float = 20) -> None:
    """Wait for the page; `wait_for_function` would need eval, which the policy of the pages forbids."""
    until(lambda: page.evaluate(expression), expression, seconds=seconds, page=page)


def shot(page: Page, name: str) -> None:
    """A picture to lay beside the mock-up."""
    SHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(300)
    page.screenshot(path=SHOTS / f"{name}.png")


def barriers(page: Page) -> list[str]:
    """What axe finds that would keep somebody out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def button(page: Page | Locator, name: str, **more: Any) -> Locator:
    """A button by its words."""
    return page.get_by_role("button", name=name, **more)


@contextmanager
def faultless() -> Iterator[Faults]:
    """Fails at the end when any browser had a fault."""
    faults = Faults()
    yield faults
    assert faults.found == [], "\n".join(faults.found)


def search(page: Page, text: str) -> None:
    """Find a property by keyboard alone and open it."""
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.press("Control+a")
    page.keyboard.type(text, delay=10)
    expect(page.get_by_role("option").first).to_contain_text(text)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=text).first).to_be_visible()
