"""Steps of the walk: a rep at the desk, and a technician with a tablet at the curb."""

import io
import re
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests import given
from tests.flows import front

SHUTOFF, RESTORE, LEAK_CHECK = "Shutoff, non-pay", "Restore after payment", "Leak check"
READ = "002425"
"""Last reading 002420 a month ago, and 10 CCF in two months are usual here."""
STILL = "002420"
"""What a meter shows that has stood still since its last reading."""


def a_photo() -> dict[str, Any]:
    """A picture as a camera gives it."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 140)).save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


# --- At the desk


def kind_row(desk: Page, kind: str) -> Locator:
    return desk.get_by_role("listitem").filter(has=desk.get_by_role("button", name=kind))


def a_window_today(desk: Page) -> Locator:
    return desk.locator(f'button.w[data-on="{given.WORKDAY}"]')


def opens_by_keyboard(desk: Page, *, address: str, kind: str) -> None:
    front.search(desk, address)
    key = kind_row(desk, kind).locator("kbd").first.inner_text()
    desk.keyboard.press(f"Alt+{key}")
    if kind != SHUTOFF:
        expect(desk.locator("button.w").first).to_be_visible()
        # The cursor goes to the windows by itself once they are there; the same key brings it there again.
        desk.keyboard.press(f"Alt+{key}")
        here = desk.locator("button.w:focus")
        expect(here).to_have_count(1)
        for _ in range(8):
            if here.get_attribute("data-on") == str(given.WORKDAY):
                break
            desk.keyboard.press("ArrowLeft")
        desk.keyboard.press("Space")
        expect(a_window_today(desk).and_(desk.locator('[aria-pressed="true"]'))).to_have_count(1)
    expect(desk.get_by_role("button", name=re.compile("^(Book|Open order)"))).to_be_enabled()
    desk.keyboard.press("Control+Enter")
    expect(front.button(desk, "Another order")).to_be_visible()


def opens_by_mouse(desk: Page, *, address: str, kind: str) -> None:
    front.search(desk, address)
    kind_row(desk, kind).get_by_role("button").first.click()
    a_window_today(desk).first.click()
    desk.get_by_role("button", name="Book").click()
    expect(front.button(desk, "Another order")).to_be_visible()


# --- At the curb


def opens_stop(tablet: Page, home: given.Home) -> None:
    """Open a stop of the list, or the next one that stands above it."""
    row = tablet.get_by_role("listitem").filter(has_text=home.address).get_by_role("button")
    if row.count():
        row.click()
    else:
        expect(tablet.get_by_role("heading", name=home.address)).to_be_visible()
        front.button(tablet, "Details").click()


def arrives(tablet: Page, home: given.Home) -> None:
    opens_stop(tablet, home)
    front.button(tablet, "Start driving").click()
    front.button(tablet, "I am here").click()


def starts(tablet: Page, home: given.Home) -> None:
    """Drive there, start, and see that it is the right meter and a safe place."""
    arrives(tablet, home)
    front.button(tablet, "Start work").click()
    checks_meter(tablet, home)


def checks_meter(tablet: Page, home: given.Home) -> None:
    tablet.get_by_label("Serial on the meter").fill(home.serial)
    front.button(tablet, "Type it").click()
    front.button(tablet, "Safe to work").click()


def types(tablet: Page, digits: str) -> None:
    for digit in digits:
        front.button(tablet, digit, exact=True).click()


def photographs(tablet: Page, *names: str) -> None:
    for name in names:
        with tablet.expect_file_chooser() as chooser:
            tablet.locator(".picks").get_by_role("button", name=re.compile(f"^{name}")).click()
        chooser.value.set_files(a_photo())  # type: ignore[arg-type]
        expect(tablet.get_by_role("button", name=re.compile(f"^{name}.*Photo taken"))).to_be_visible()


def cuts_and_locks(tablet: Page) -> None:
    types(tablet, READ)
    front.button(tablet, "Next").click()
    front.button(tablet, "Nobody answers").click()
    front.button(tablet, "Shut off now").click()
    tablet.get_by_label("Lock or seal number").fill("L778812")
    front.button(tablet, "Next").click()
    photographs(tablet, "Register", "Lock", "Door tag")
    front.button(tablet, "Tag left at the door").click()
    front.button(tablet, "Next").click()
    finishes(tablet)


def restores(tablet: Page) -> None:
    """Read, open slowly, watch that nothing runs, take the photo."""
    types(tablet, STILL)
    front.button(tablet, "Next").click()
    front.button(tablet, "Nobody answers").click()
    front.button(picks(tablet, "Found"), "Off, locked").click()
    tablet.get_by_label("Number of the lock taken off").fill("L778001")
    front.button(picks(tablet, "Left"), "On").click()
    front.button(tablet, "Next").click()
    front.button(tablet, "Register stands still").click()
    front.button(tablet, "No adult here").click()
    front.button(tablet, "Next").click()
    photographs(tablet, "Register")
    front.button(tablet, "Next").click()
    finishes(tablet)


def looks_for_the_leak(tablet: Page) -> None:
    """Dye comes through in the toilet; the fifteen minutes of the test are not waited for."""
    front.button(tablet, "I spoke with someone").click()
    types(tablet, READ)
    front.button(tablet, "Next").click()
    for which in ("First reading", "Second reading"):
        tablet.get_by_label(which).fill(READ)
        front.button(tablet, "Save", exact=True).first.click()
    expect(tablet.get_by_text("The register did not move.")).to_be_visible()
    front.button(tablet, "Add a toilet").click()
    front.button(tablet, "Colour in the bowl").click()
    front.button(tablet, "Inside the house").click()
    front.button(tablet, "Save the test").click()
    front.button(tablet, "Skip").click()
    tablet.get_by_label("Write what the office should know.").fill("The flapper of the toilet must be replaced.")
    front.button(tablet, "Next").click()
    finishes(tablet)


def picks(tablet: Page, of: str) -> Locator:
    """The choices under a heading."""
    return tablet.locator(".legend", has_text=re.compile(f"^{of}$")).locator("xpath=following-sibling::*[1]")


def finishes(tablet: Page) -> None:
    front.button(tablet, "Finish").click()
    expect(tablet.get_by_role("heading", name="Done today")).to_be_visible()


def row_of(tablet: Page, home: given.Home) -> Locator:
    return tablet.get_by_role("listitem").filter(has_text=home.address)


def first_page(tablet: BrowserContext) -> Page:
    return tablet.pages[0] if tablet.pages else tablet.new_page()
