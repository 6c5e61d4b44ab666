"""A day under way on the board: what an event changed, what is proposed and sent, a day as it could be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Locator, Page, Playwright, expect

from dispatch.config import Settings
from dispatch.crews import queries as crews
from dispatch.orders import models as orders
from dispatch.policies import queries as policies
from dispatch.routes import models, queries
from tests import given
from tests.flows import front
from tests.flows import house as houses
from tests.flows.house import House
from tests.routes import given_day

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
STOPS = 6


@dataclass
class Caller:
    """A person of the office who works through the interface, as another program would."""

    house: House
    request: APIRequestContext
    login: str
    token: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.token = self.post("/session", {"login": self.login, "password": given.PASSWORD})["csrf_token"]

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for something; fails on a refusal."""
        url, headers = f"{self.house.address}/api/v1{path}", {"X-CSRF-Token": self.token}
        answer = self.request.post(url, data=body or {}, headers=headers)
        assert answer.ok, answer.text()
        return answer.json()

    def get(self, path: str) -> Any:
        """Look at something."""
        return self.request.get(f"{self.house.address}/api/v1{path}").json()


@dataclass
class Day:
    """A published day of two crews, and people who see it in English and in Spanish."""

    house: House
    caller: Caller
    crews: dict[int, given.CrewOnShift]
    boards: dict[str, str]

    def opens(self, *, kind: str, home: given.Home) -> int:
        """The office takes an order for today."""
        asked = {"kind": kind, "premise_id": home.premise_id, "due_on": given.WORKDAY.isoformat()}
        return int(self.caller.post("/orders", asked)["row"]["id"])

    def a_home(self) -> given.Home:
        """A home of its own for a new order."""
        with self.house.app.app_context():
            return given.a_home()

    def plan_in_force(self) -> tuple[int, dict[int, list[int]]]:
        """Its id, and order ids by crew."""
        with self.house.books() as books:
            plan = queries.published_plan(books, on=given.WORKDAY)
            assert plan is not None
            stops = queries.stops_of(books, plan_id=plan.id)
            routes = queries.routes_of(books, plan_id=plan.id)
            return plan.id, {one.crew_id: [stop.order_id for stop in stops.get(one.id, [])] for one in routes}

    def order(self, order_id: int) -> orders.ServiceOrder:
        """An order as it is in the books at this moment."""
        with self.house.books() as books:
            found = books.get_one(orders.ServiceOrder, order_id)
            books.expunge(found)
            return found

    def moves_by_hand(self) -> tuple[int, int]:
        """A dispatcher at another board gives the last stop of the fuller route to the other crew: order, crew."""
        routes = sorted(self.caller.get(f"/routes?on={given.WORKDAY}")["routes"], key=lambda one: -len(one["stops"]))
        giver, taker = routes[0], routes[-1]
        order_id = giver["stops"][-1]["order_id"]
        move = {"order_id": order_id, "to_route_id": taker["route_id"], "position": 99, "version": taker["version"]}
        assert self.caller.post("/routes/moves", move)["moved"]
        return order_id, taker["crew_id"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house with two crews and work for them."""
    folder = tmp_path_factory.mktemp("house") / "data"
    with houses.standing(Settings(data_dir=folder, database_url="", redis_url="")) as standing:
        yield standing


@pytest.fixture(scope="module")
def day(house: House, playwright: Playwright) -> Iterator[Day]:
    """The day is planned and with the crews, who have all checked in."""
    assert house.people is not None and house.crew is not None
    with house.app.app_context():
        second = given.a_crew(letter="B")
        for _ in range(STOPS):
            given_day.an_order(kind="REREAD")
        boards = {
            language: given.a_person(role="dispatcher", name="Priya Shah", language=language)
            for language in ("en", "es")
        }
        with given.edge(datetime.combine(given.WORKDAY, time(7), tzinfo=given.PACIFIC)) as tx:
            # These tests are about the board; how few changes a crew sees has tests of its own.
            policies.get_utility(tx.session).changes_a_day = 20
            for shift in crews.shifts_on(tx.session, on=given.WORKDAY):
                shift.checked_in_at = shift.start_at
    request = playwright.request.new_context()
    caller = Caller(house, request, house.people.supervisor)
    plan_id = caller.post("/plans", {"on": given.WORKDAY.isoformat(), "seconds": 1})["plan_id"]
    front.until(lambda: caller.get(f"/plans/{plan_id}")["status"] == "draft", "the day is planned", seconds=120)
    assert caller.post(f"/plans/{plan_id}/publication")["planned"] == STOPS
    yield Day(house, caller, {one.crew_id: one for one in (house.crew, second)}, boards)
    request.dispose()


def board(day: Day, chromium: Browser, faults: front.Faults, *, language: str = "en") -> Page:
    """The board of somebody who reads this language."""
    page = front.office(chromium, faults).new_page()
    page.goto(f"{day.house.address}/board/")
    front.log_in(page, day.boards[language])
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("[data-order]").first).to_be_visible()
    return page


def told(page: Page, *, language: str = "en") -> Locator:
    """The list of what happened to the plan, the newest first."""
    return page.get_by_role("region", name={"en": "Changes today", "es": "Cambios de hoy"}[language])


def entry(page: Page, text: str, *, language: str = "en") -> Locator:
    """What is told of one event."""
    return told(page, language=language).locator("section > ul > li, :scope > ul > li").filter(has_text=text).first


def looked_at(page: Page, name: str) -> None:
    """A picture for the eye, and axe for what the eye misses."""
    front.shot(page, name)
    assert front.barriers(page) == []


def test_before_anything_happens_the_board_tells_of_no_changes(
    day: Day, chromium: Browser, faults: front.Faults
) -> None:
    page = board(day, chromium, faults)
    expect(page.get_by_text("Published plan", exact=True)).to_be_visible()
    expect(told(page)).to_have_count(0)
    looked_at(page, "board-replans-none")
    page.context.close()


def test_an_emergency_is_told_on_the_board_and_on_the_tablet_of_its_crew(
    day: Day, chromium: Browser, playwright: Playwright, faults: front.Faults, tmp_path: Path
) -> None:
    page = board(day, chromium, faults)
    before, _ = day.plan_in_force()
    home = day.a_home()
    leak = day.opens(kind="SHUTOFF_EMERGENCY", home=home)
    here = entry(page, f"Emergency: {home.address}")
    expect(here).to_contain_text("Sent to the crews")
    expect(here).to_contain_text(f"1 change, {STOPS} of {STOPS} orders stay with their crew.")
    change = here.get_by_role("listitem")
    expect(change).to_contain_text(re.compile(rf"{home.address} to Truck [AB], about \d+:\d\d"))
    plan_id, stops = day.plan_in_force()
    assert plan_id != before
    crew = next(day.crews[crew_id] for crew_id, some in stops.items() if leak in some)
    bar = page.locator(f'[data-order="{leak}"]')
    expect(bar).to_be_visible()
    front.button(change, "Show").click()
    expect(page.get_by_role("region", name=home.address)).to_be_visible()
    looked_at(page, "board-replans-sent-en")
    page.context.close()
    page = board(day, chromium, faults, language="es")
    there = entry(page, f"Emergencia: {home.address}", language="es")
    expect(there).to_contain_text("Enviado a las cuadrillas")
    expect(there).to_contain_text(f"1 cambio, {STOPS} de {STOPS} órdenes siguen con su cuadrilla.")
    looked_at(page, "board-replans-sent-es")
    page.context.close()

    tablet = front.tablet(playwright, faults, profile=tmp_path / "tablet")
    crew_page = tablet.pages[0]
    crew_page.goto(f"{day.house.address}/crew/")
    front.log_in(crew_page, crew.login)
    note = crew_page.locator(".note").filter(has_text="1 change today.")
    expect(note).to_contain_text(re.compile(rf"Emergency: {home.address}, about \d+:\d\d"))
    looked_at(crew_page, "crew-replans-en")
    crew_page.goto(f"{day.house.address}/crew/#help")
    front.button(crew_page, "Español").click()
    crew_page.goto(f"{day.house.address}/crew/#today")
    expect(crew_page.locator(".note").filter(has_text="1 cambio hoy.")).to_contain_text(f"Emergencia: {home.address}")
    tablet.close()


def test_what_an_order_of_today_would_change_is_proposed_and_sent_with_one_button(
    day: Day, chromium: Browser, faults: front.Faults
) -> None:
    page = board(day, chromium, faults)
    before, _ = day.plan_in_force()
    home = day.a_home()
    new = day.opens(kind="LEAK_CHECK", home=home)
    here = entry(page, f"New for today: {home.address}")
    expect(here).to_contain_text("Proposed")
    expect(page.get_by_text("Proposed changes", exact=True)).to_be_visible()
    assert day.plan_in_force()[0] == before, "nothing changes before a person says so"
    assert day.order(new).crew_id is None
    looked_at(page, "board-replans-proposed")

    # Without network the proposal stays, and the person reads why nothing happened.
    page.context.set_offline(True)
    front.button(page, "Send the changes").click()
    expect(page.get_by_role("alert").filter(has_text="The office server does not answer").first).to_be_visible()
    front.shot(page, "board-replans-offline")
    page.context.set_offline(False)
    assert day.plan_in_force()[0] == before

    front.button(page, "Send the changes").click()
    expect(page.get_by_text("Published plan", exact=True)).to_be_visible()
    expect(here).to_contain_text("Sent to the crews")
    plan_id, stops = day.plan_in_force()
    assert plan_id != before
    order = day.order(new)
    assert order.state == "DISPATCHED" and order.crew_id is not None
    assert new in stops[order.crew_id]
    expect(page.locator(f'[data-order="{new}"]')).to_be_visible()
    page.context.close()


def test_a_proposal_that_a_hand_move_has_overtaken_says_so_and_is_worked_out_anew(
    day: Day, chromium: Browser, faults: front.Faults
) -> None:
    page = board(day, chromium, faults, language="es")
    home = day.a_home()
    new = day.opens(kind="LEAK_CHECK", home=home)
    expect(entry(page, f"Nueva para hoy: {home.address}", language="es")).to_contain_text("Propuesto")
    moved, crew_id = day.moves_by_hand()
    front.button(page, "Enviar los cambios").click()
    words = page.get_by_role("alert").filter(has_text="Las rutas cambiaron después de esta propuesta.")
    expect(words).to_be_visible()
    looked_at(page, "board-replans-overtaken-es")
    assert day.order(moved).crew_id == crew_id
    # The next proposal knows of the hand move, and what was said of the first one is gone.
    expect(told(page, language="es")).to_contain_text("Descartado")
    expect(front.button(page, "Enviar los cambios")).to_be_visible()
    expect(words).to_have_count(0)
    front.button(page, "Enviar los cambios").click()
    expect(page.get_by_text("Plan publicado", exact=True)).to_be_visible()
    assert day.order(new).state == "DISPATCHED"
    assert moved in day.plan_in_force()[1][crew_id]
    page.context.close()


def test_what_if_answers_by_keyboard_in_two_columns_and_changes_nothing(
    day: Day, chromium: Browser, faults: front.Faults
) -> None:
    page = board(day, chromium, faults)
    before = day.plan_in_force()
    open_it = front.button(page, "What if")
    open_it.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("^What if"))
    expect(dialog).to_be_visible()
    more = dialog.get_by_label("Crews more")
    for _ in range(4):
        if more.evaluate("here => here === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(more).to_be_focused()

    # A day without any difference is refused in words, and so is one without network.
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Change something: crews, hours or orders.")
    looked_at(page, "board-what-if-refused")
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("The office server does not answer")
    page.context.set_offline(False)

    page.keyboard.press("Enter")
    expect(dialog.get_by_role("columnheader", name="As it could be")).to_be_visible(timeout=60_000)
    expect(dialog.get_by_role("columnheader", name="As it is")).to_be_visible()
    row = dialog.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Crews"))
    expect(row.get_by_role("cell")).to_have_text(["2", "3"])
    expect(dialog.get_by_role("alert")).to_have_count(0)
    looked_at(page, "board-what-if")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(open_it).to_be_focused()
    assert day.plan_in_force() == before

    # Its own button gives the focus back too, and the next time begins from nothing.
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("table")).to_have_count(0)
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_be_hidden()
    expect(open_it).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_replan_that_failed_and_a_board_without_network_say_so(
    day: Day, chromium: Browser, faults: front.Faults, language: str
) -> None:
    with day.house.app.app_context(), given.edge() as tx:
        if tx.session.query(models.Replan).filter_by(status="failed").first() is None:
            tx.session.add(
                models.Replan(
                    on_day=given.WORKDAY, status="failed", at_once=True, causes=[], changes=[], left=[],
                    asked_at=given.NOW, due_at=given.NOW, finished_at=given.NOW,
                    text_en="The planner did not answer in time; the routes were not changed.",
                    text_es="El planificador no respondió a tiempo; las rutas no cambiaron.",
                )
            )  # fmt: skip
    page = board(day, chromium, faults, language=language)
    words = {"en": ("Not changed", "did not answer in time"), "es": ("Sin cambios", "no respondió a tiempo")}[language]
    expect(entry(page, words[1], language=language)).to_contain_text(words[0])
    looked_at(page, f"board-replans-failed-{language}")

    page.context.set_offline(True)
    front.button(page, {"en": "Day after", "es": "Día siguiente"}[language]).click()
    fault = page.get_by_role("alert").filter(has_text={"en": "does not answer", "es": "no responde"}[language])
    expect(fault).to_be_visible()
    expect(told(page, language=language)).to_have_count(0)
    looked_at(page, f"board-offline-{language}")
    page.context.set_offline(False)
    front.button(fault, {"en": "Try again", "es": "Intentar otra vez"}[language]).click()
    expect(fault).to_be_hidden()
    expect(told(page, language=language)).to_have_count(0)
    page.context.close()
