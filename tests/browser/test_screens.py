"""Desk, board and crew app before the day has begun: nothing throws, nobody is kept out, empty says that it is empty."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.flows import front
from tests.flows.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def in_language(page: Page, language: str) -> None:
    """Choose the language in the person's menu."""
    page.locator("button.me").click()
    menu = page.locator("#person-menu")
    menu.get_by_role("button", name="Español" if language == "es" else "English").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def looked_at(page: Page, name: str) -> None:
    """A picture for the eye, and axe for what the eye misses."""
    front.shot(page, name)
    assert front.barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page can be pushed sideways"


def test_pages_come_with_the_strict_policy(house: House, chromium: Browser, faults: front.Faults) -> None:
    page = front.office(chromium, faults).new_page()
    for path in ("/login", "/desk/", "/board/", "/crew/"):
        answer = page.goto(house.address + path)
        assert answer is not None and answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert "'unsafe-eval'" not in policy
        assert re.search(r"script-src[^;]*'unsafe-inline'", policy) is None
    page.context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_login_is_open_to_everybody(house: House, chromium: Browser, faults: front.Faults, language: str) -> None:
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/login")
    page.get_by_role("button", name="Español" if language == "es" else "English").click()
    looked_at(page, f"login-{language}")
    page.context.close()


def test_a_wrong_password_is_told_and_opens_nothing(house: House, chromium: Browser, faults: front.Faults) -> None:
    assert house.people is not None
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/desk/")
    page.get_by_label("Login").fill(house.people.rep)
    page.get_by_label("Password").fill("not the password")
    front.button(page, "Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.context.close()


def test_a_technician_is_not_let_in_at_the_desk(house: House, chromium: Browser, faults: front.Faults) -> None:
    assert house.crew is not None
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/board/")
    front.log_in(page, house.crew.login)
    expect(page.get_by_role("alert")).to_contain_text("does not open the board")
    page.context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_desk_shows_a_property_whole(house: House, chromium: Browser, faults: front.Faults, language: str) -> None:
    assert house.people is not None
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/desk/")
    front.log_in(page, house.people.rep)
    expect(page.get_by_role("combobox")).to_be_visible()
    in_language(page, language)
    looked_at(page, f"desk-empty-{language}")
    home = house.homes["owes"]
    front.search(page, home.address)
    expect(page.get_by_text("$243.10").first).to_be_visible()
    expect(page.get_by_text(home.serial).first).to_be_visible()
    page.wait_for_timeout(1500)
    looked_at(page, f"desk-property-{language}")
    page.goto(f"{house.address}/desk/#/orders")
    expect(page.get_by_role("main")).to_be_visible()
    looked_at(page, f"desk-orders-{language}")
    in_language(page, "en")
    page.context.close()


def test_search_says_when_nothing_is_found(house: House, chromium: Browser, faults: front.Faults) -> None:
    assert house.people is not None
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/desk/")
    front.log_in(page, house.people.rep)
    page.get_by_role("combobox").fill("zzqx 99999")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_board_of_a_day_without_routes_says_so(
    house: House, chromium: Browser, faults: front.Faults, language: str
) -> None:
    assert house.people is not None
    page = front.office(chromium, faults, viewport=front.WALL).new_page()
    page.goto(f"{house.address}/board/")
    front.log_in(page, house.people.supervisor)
    expect(page.locator("button.me")).to_be_visible()
    in_language(page, language)
    words = {"en": "No plan for", "es": "Sin plan"}[language]
    expect(page.get_by_text(words).first).to_be_visible()
    page.wait_for_timeout(1500)
    looked_at(page, f"board-empty-{language}")
    in_language(page, "en")
    page.context.close()


def test_crew_app_without_a_route_says_so_in_both_languages(
    house: House, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    assert house.crew is not None
    tablet = front.tablet(playwright, faults, profile=tmp_path / "tablet")
    page = tablet.pages[0]
    page.goto(f"{house.address}/crew/")
    front.log_in(page, house.crew.login)
    expect(page.get_by_text("No route published for you today")).to_be_visible()
    looked_at(page, "crew-empty-en")
    for tab in ("map", "send", "help"):
        page.goto(f"{house.address}/crew/#{tab}")
        page.wait_for_timeout(600)
        looked_at(page, f"crew-{tab}-en")
    front.button(page, "Español").click()
    for tab in ("today", "map", "send", "help"):
        page.goto(f"{house.address}/crew/#{tab}")
        page.wait_for_timeout(600)
        looked_at(page, f"crew-{tab}-es")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    tablet.close()


def test_crew_app_starts_without_network(
    house: House, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    assert house.crew is not None
    profile = tmp_path / "tablet"
    tablet = front.tablet(playwright, faults, profile=profile)
    page = tablet.pages[0]
    page.goto(f"{house.address}/crew/")
    front.log_in(page, house.crew.login)
    expect(page.get_by_text("No route published for you today")).to_be_visible()
    front.wait_until(page, "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")
    tablet.close()
    tablet = front.tablet(playwright, faults, profile=profile, offline=True)
    page = tablet.pages[0]
    page.goto(f"{house.address}/crew/")
    expect(page.get_by_text("No route published for you today")).to_be_visible()
    expect(page.get_by_text("Truck A")).to_be_visible()
    tablet.close()
