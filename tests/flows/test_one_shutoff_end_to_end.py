"""The walk: one shutoff from the click at the desk to the account, through every part of the running house.

docs/tour.md tells the same walk with the names of the files.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from sqlalchemy import func, select

from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.sync import models as sync
from tests import given
from tests.flows import front
from tests.flows.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SHUTOFF, RESTORE, LEAK_CHECK = "Shutoff, non-pay", "Restore after payment", "Leak check"
READ = "002425"
"""Last reading 002420 a month ago, and 10 CCF in two months are usual here."""


@pytest.fixture
def faults() -> Iterator[front.Faults]:
    with front.faultless() as found:
        yield found


def order_of(house: House, home: given.Home) -> orders.ServiceOrder:
    with house.books() as books:
        order = books.scalars(
            select(orders.ServiceOrder).where(orders.ServiceOrder.premise_id == home.premise_id)
        ).one()
        books.expunge(order)
        return order


def a_photo() -> dict[str, Any]:
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
    front.button(tablet, "Finish").click()
    expect(tablet.get_by_role("heading", name="Done today")).to_be_visible()


def row_of(tablet: Page, home: given.Home) -> Locator:
    return tablet.get_by_role("listitem").filter(has_text=home.address)


def first_page(tablet: BrowserContext) -> Page:
    return tablet.pages[0] if tablet.pages else tablet.new_page()


# --- The walk


def test_one_shutoff_from_click_to_account(
    house: House, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    assert house.people is not None and house.crew is not None
    owes, will_pay = house.homes["owes"], house.homes["owes and will pay"]
    browser = front.launch(playwright)

    # A rep opens the day's orders.
    desk = front.office(browser, faults).new_page()
    desk.goto(f"{house.address}/desk/")
    front.log_in(desk, house.people.rep)
    opens_by_keyboard(desk, address=owes.address, kind=SHUTOFF)
    opens_by_keyboard(desk, address=will_pay.address, kind=SHUTOFF)
    opens_by_mouse(desk, address=house.homes["paid, water off"].address, kind=RESTORE)
    opens_by_keyboard(desk, address=house.homes["high bill"].address, kind=LEAK_CHECK)
    front.shot(desk, "walk-desk")
    with house.books() as books:
        opened = books.scalars(select(orders.ServiceOrder.kind).order_by(orders.ServiceOrder.id)).all()
    assert opened == ["SHUTOFF_NONPAY", "SHUTOFF_NONPAY", "RESTORE", "LEAK_CHECK"]

    # The dispatcher plans and publishes.
    board = front.office(browser, faults, viewport=front.WALL).new_page()
    board.goto(f"{house.address}/board/")
    front.log_in(board, house.people.dispatcher)
    front.button(board, "Plan the day").click()
    expect(board.get_by_role("progressbar", name="Planning")).to_be_visible()
    expect(board.get_by_text("Draft plan", exact=True)).to_be_visible(timeout=240_000)
    expect(board.get_by_text("4 of 4 orders on 1 crews")).to_be_visible()
    front.button(board, "Publish", exact=True).click()
    front.button(board.get_by_role("dialog"), "Publish", exact=True).click()
    expect(board.get_by_text("Published plan", exact=True)).to_be_visible()
    shutoff = order_of(house, owes)
    assert (shutoff.state, shutoff.crew_id) == ("DISPATCHED", house.crew.crew_id)

    # The crew gets its day.
    profile = tmp_path / "tablet"
    tablet = front.tablet(playwright, faults, profile=profile)
    crew = first_page(tablet)
    crew.goto(f"{house.address}/crew/")
    front.log_in(crew, house.crew.login)
    front.button(crew, "Check in").click()
    expect(front.button(crew, "Check in")).to_be_hidden()
    front.shot(crew, "walk-crew-today")
    arrives(crew, owes)
    expect(crew.get_by_text("Cleared to shut off")).to_be_visible()
    front.button(crew, "Start work").click()
    checks_meter(crew, owes)
    front.until(lambda: order_of(house, owes).state == "ON_SITE", "the office knows that the crew works", page=crew)

    # No network: the rest of the work stays on the tablet, on the clearance that it holds.
    tablet.set_offline(True)
    cuts_and_locks(crew)
    expect(row_of(crew, owes)).to_contain_text("Saved here, not sent yet")
    assert order_of(house, owes).state == "ON_SITE"

    # The browser dies and comes back, still without network: nothing is lost.
    tablet.close()
    tablet = front.tablet(playwright, faults, profile=profile, offline=True)
    crew = first_page(tablet)
    crew.goto(f"{house.address}/crew/")
    expect(row_of(crew, owes)).to_contain_text("Saved here, not sent yet")
    front.shot(crew, "walk-crew-offline")

    # The network is back: everything goes out.
    tablet.set_offline(False)
    expect(crew.get_by_role("button", name="Everything is sent.")).to_be_visible(timeout=60_000)
    expect(row_of(crew, owes)).to_contain_text("Posted", timeout=30_000)

    # A second sending finds nothing to do; tablet and office count the same.
    crew.get_by_role("button", name="Everything is sent.").click()
    front.button(crew, "Compare with the office").click()
    expect(crew.get_by_text("Tablet and office agree.")).to_be_visible()
    assert_posted_once(house, owes)

    # The board shows it done.
    bar = board.locator(f'[data-order="{shutoff.id}"]').first
    expect(bar).to_have_accessible_name(re.compile(r"\bdone\b"), timeout=30_000)
    front.shot(board, "walk-board")

    # A payment stops the other shutoff on the crew's screen, and the crew says so.
    front.search(desk, will_pay.address)
    front.button(desk, "Payment", exact=True).click()
    paying = desk.get_by_role("dialog")
    paying.get_by_label("Amount").fill("188.00")
    paying.get_by_label("Paid where").fill("Pay station")
    paying.get_by_label("Receipt number").fill("R-2207")
    front.button(paying, "Record payment").click()
    expect(paying.get_by_text("Shutoff recalled")).to_be_visible()
    stop = crew.get_by_role("alertdialog")
    expect(stop.get_by_role("heading", name="Do not shut off")).to_be_visible(timeout=20_000)
    front.shot(crew, "walk-crew-stop")
    front.button(stop, "I have stopped").click(delay=1300)
    expect(stop).to_be_hidden()
    recalled = front.until(
        lambda: (found := order_of(house, will_pay)).recall_acked_at and found, "the crew's answer arrives", page=crew
    )
    assert (recalled.state, recalled.recall_answer) == ("RECALLED", "stopped")
    with house.books() as books:
        assert books.scalar(select(meters.ServicePoint.valve_state).where(
            meters.ServicePoint.id == will_pay.service_point_id)) == "ON"  # fmt: skip
    tablet.close()
    browser.close()


def assert_posted_once(house: House, home: given.Home) -> None:
    """Account, meter, valve and fee show the shutoff exactly once, and the log holds every operation once."""
    with house.books() as books:
        order = books.scalars(
            select(orders.ServiceOrder).where(orders.ServiceOrder.premise_id == home.premise_id)
        ).one()
        visit = books.scalars(select(orders.Visit).where(orders.Visit.order_id == order.id)).one()
        assert (order.state, order.disposition, visit.cut) == ("POSTED", "DONE", "CLEARED")
        account = books.get_one(accounts.Account, home.account_id)
        assert account.off_reason == "NONPAY"
        assert account.service_off_since is not None
        read = books.scalars(
            select(meters.Reading).where(meters.Reading.meter_id == home.meter_id, meters.Reading.visit_id == visit.id)
        ).all()
        assert [(one.digits, one.status) for one in read] == [(READ, "POSTED")]
        assert books.get_one(meters.ServicePoint, home.service_point_id).valve_state == "OFF_LOCKED"
        charged = books.scalars(select(accounts.Charge.code).where(accounts.Charge.account_id == home.account_id)).all()
        assert charged == ["SHUTOFF_FEE"]
        photos = books.execute(
            select(orders.Photo.what, orders.Attachment.stored_at)
            .join(orders.Attachment, orders.Attachment.sha256 == orders.Photo.sha256)
            .where(orders.Photo.order_id == order.id)
        ).all()
        assert sorted({what for what, _ in photos}) == ["lock", "register", "tag"]
        assert all(stored_at is not None for _, stored_at in photos)
        kinds = books.execute(
            select(sync.FieldOperation.kind, func.count())
            .where(sync.FieldOperation.order_id == order.id)
            .group_by(sync.FieldOperation.kind)
        ).all()
        once = {kind: count for kind, count in kinds if kind != "photo"}
        assert once == dict.fromkeys(once, 1)
        assert {"en_route", "arrive", "start", "verify_meter", "reading", "complete"} <= set(once)
