"""The walk: one shutoff from the click at the desk to the account, through every part of the running house.

docs/tour.md tells the same walk with the names of the files.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.sync import models as sync
from tests import given
from tests.flows import curb, front
from tests.flows.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


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


def test_one_shutoff_from_click_to_account(
    house: House, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    assert house.people is not None and house.crew is not None
    owes, will_pay = house.homes["owes"], house.homes["owes and will pay"]
    dry, high_bill = house.homes["paid, water off"], house.homes["high bill"]
    browser = front.launch(playwright)

    # A rep opens the day's orders.
    desk = front.office(browser, faults).new_page()
    desk.goto(f"{house.address}/desk/")
    front.log_in(desk, house.people.rep)
    curb.opens_by_keyboard(desk, address=owes.address, kind=curb.SHUTOFF)
    curb.opens_by_keyboard(desk, address=will_pay.address, kind=curb.SHUTOFF)
    curb.opens_by_mouse(desk, address=dry.address, kind=curb.RESTORE)
    curb.opens_by_keyboard(desk, address=high_bill.address, kind=curb.LEAK_CHECK)
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
    expect(board.get_by_text("4 of 4 orders on 1 crew,")).to_be_visible()
    front.button(board, "Publish", exact=True).click()
    front.button(board.get_by_role("dialog"), "Publish", exact=True).click()
    expect(board.get_by_text("Published plan", exact=True)).to_be_visible()
    shutoff = order_of(house, owes)
    assert (shutoff.state, shutoff.crew_id) == ("DISPATCHED", house.crew.crew_id)

    # The crew gets its day.
    profile = tmp_path / "tablet"
    tablet = front.tablet(playwright, faults, profile=profile)
    crew = curb.first_page(tablet)
    crew.goto(f"{house.address}/crew/")
    front.log_in(crew, house.crew.login)
    front.button(crew, "Check in").click()
    expect(front.button(crew, "Check in")).to_be_hidden()
    front.shot(crew, "walk-crew-today")
    curb.arrives(crew, owes)
    expect(crew.get_by_text("Cleared to shut off")).to_be_visible()
    front.button(crew, "Start work").click()
    curb.checks_meter(crew, owes)
    front.until(lambda: order_of(house, owes).state == "ON_SITE", "the office knows that the crew works", page=crew)

    # No network: the rest of the work stays on the tablet, on the clearance that it holds.
    tablet.set_offline(True)
    curb.cuts_and_locks(crew)
    expect(curb.row_of(crew, owes)).to_contain_text("Saved here, not sent yet")
    assert order_of(house, owes).state == "ON_SITE"

    # The browser dies and comes back, still without network: nothing is lost.
    tablet.close()
    tablet = front.tablet(playwright, faults, profile=profile, offline=True)
    crew = curb.first_page(tablet)
    crew.goto(f"{house.address}/crew/")
    expect(curb.row_of(crew, owes)).to_contain_text("Saved here, not sent yet")
    front.shot(crew, "walk-crew-offline")

    # The network is back: everything goes out.
    tablet.set_offline(False)
    expect(crew.get_by_role("button", name="Everything is sent.")).to_be_visible(timeout=60_000)
    expect(curb.row_of(crew, owes)).to_contain_text("Posted", timeout=30_000)

    # A second sending finds nothing to do; tablet and office count the same.
    crew.get_by_role("button", name="Everything is sent.").click()
    front.button(crew, "Compare with the office").click()
    expect(crew.get_by_text("Tablet and office agree.")).to_be_visible()
    assert_posted_once(house, owes)
    crew.get_by_role("link", name="Today").click()

    # The board shows it done.
    bar = board.locator(f'[data-order="{shutoff.id}"]').first
    expect(bar).to_have_accessible_name(re.compile(r"\bdone\b"), timeout=30_000)
    front.shot(board, "walk-board")

    # The restore, without network from the first look at the meter on: water is back before the office knows.
    curb.starts(crew, dry)
    tablet.set_offline(True)
    curb.restores(crew)
    expect(curb.row_of(crew, dry)).to_contain_text("Saved here, not sent yet")
    tablet.set_offline(False)
    expect(curb.row_of(crew, dry)).to_contain_text("Posted", timeout=60_000)
    assert_restored_once(house, dry)

    # The leak check, cut short: it waits for a person, who posts it.
    curb.starts(crew, high_bill)
    curb.looks_for_the_leak(crew)
    expect(curb.row_of(crew, high_bill)).to_contain_text("In review", timeout=60_000)
    posts_the_doubted_visit(house, browser, faults)
    expect(curb.row_of(crew, high_bill)).to_contain_text("Posted", timeout=30_000)
    assert_leak_found_once(house, high_bill)

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


def posts_the_doubted_visit(house: House, browser: Browser, faults: front.Faults) -> None:
    """A supervisor looks at the only visit in doubt and posts it."""
    assert house.people is not None
    desk = front.office(browser, faults).new_page()
    desk.goto(f"{house.address}/desk/#/review")
    front.log_in(desk, house.people.supervisor)
    expect(desk.get_by_text("Test of 0 min, 15 needed").first).to_be_visible()
    front.shot(desk, "walk-desk-review")
    desk.get_by_label("Why", exact=True).fill("Dye in the bowl is proof enough.")
    front.button(desk, "Post to the account").click()
    expect(desk.get_by_text("Nothing waits for you.")).to_be_visible()
    desk.context.close()


def the_visit(books: Session, home: given.Home) -> orders.Visit:
    """The one visit of the one order at a home, both posted."""
    order = books.scalars(select(orders.ServiceOrder).where(orders.ServiceOrder.premise_id == home.premise_id)).one()
    visit = books.scalars(select(orders.Visit).where(orders.Visit.order_id == order.id)).one()
    assert order.state == "POSTED"
    assert visit.posted_at is not None
    return visit


def readings_of(books: Session, visit: orders.Visit) -> list[tuple[str, str]]:
    rows = books.scalars(select(meters.Reading).where(meters.Reading.visit_id == visit.id).order_by(meters.Reading.id))
    return [(one.digits, one.status) for one in rows]


def operations_of(books: Session, visit: orders.Visit) -> dict[str, int]:
    """How often the log holds each kind of operation for the order of a visit; photos may be several."""
    operation = sync.FieldOperation
    rows = books.execute(
        select(operation.kind, func.count()).where(operation.order_id == visit.order_id).group_by(operation.kind)
    )
    return {kind: count for kind, count in rows if kind != "photo"}


def charges_of(books: Session, home: given.Home) -> list[str]:
    charge = accounts.Charge
    return list(books.scalars(select(charge.code).where(charge.account_id == home.account_id)))


def assert_posted_once(house: House, home: given.Home) -> None:
    """Account, meter, valve and fee show the shutoff exactly once, and the log holds every operation once."""
    with house.books() as books:
        visit = the_visit(books, home)
        assert (visit.disposition, visit.cut) == ("DONE", "CLEARED")
        account = books.get_one(accounts.Account, home.account_id)
        assert account.off_reason == "NONPAY"
        assert account.service_off_since is not None
        assert readings_of(books, visit) == [(curb.READ, "POSTED")]
        assert books.get_one(meters.ServicePoint, home.service_point_id).valve_state == "OFF_LOCKED"
        assert charges_of(books, home) == ["SHUTOFF_FEE"]
        photos = books.execute(
            select(orders.Photo.what, orders.Attachment.stored_at)
            .join(orders.Attachment, orders.Attachment.sha256 == orders.Photo.sha256)
            .where(orders.Photo.order_id == visit.order_id)
        ).all()
        assert sorted({what for what, _ in photos}) == ["lock", "register", "tag"]
        assert all(stored_at is not None for _, stored_at in photos)
        once = operations_of(books, visit)
        assert once == dict.fromkeys(once, 1)
        assert {"en_route", "arrive", "start", "verify_meter", "reading", "complete"} <= set(once)


def assert_restored_once(house: House, home: given.Home) -> None:
    """Service goes on, the water is open, the meter has not moved, and the fee is charged once."""
    with house.books() as books:
        visit = the_visit(books, home)
        assert (visit.disposition, visit.valve_found, visit.valve_left) == ("DONE", "OFF_LOCKED", "ON")
        account = books.get_one(accounts.Account, home.account_id)
        assert (account.off_reason, account.service_off_since) == (None, None)
        assert books.get_one(meters.ServicePoint, home.service_point_id).valve_state == "ON"
        assert readings_of(books, visit) == [(curb.STILL, "POSTED")]
        assert charges_of(books, home) == ["RESTORE_FEE"]
        once = operations_of(books, visit)
        assert once == dict.fromkeys(once, 1)


def assert_leak_found_once(house: House, home: given.Home) -> None:
    """What the test found is on file once, with its three readings, and costs nothing."""
    with house.books() as books:
        visit = the_visit(books, home)
        assert visit.disposition == "LEAK_CUSTOMER"
        assert [one["where"] for one in visit.facts["leak_tests"]] == ["INSIDE"]
        assert [one["role"] for one in visit.facts["readings"]] == ["check", "leak_a", "leak_b"]
        assert readings_of(books, visit) == [(curb.READ, "POSTED")] * 3
        assert charges_of(books, home) == []
        once = operations_of(books, visit)
        assert once == {**dict.fromkeys(once, 1), "reading": 3}
