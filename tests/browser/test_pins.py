"""Where a meter box is: the desk notes measures, sees what the pin is made of, and the crew gets the words."""

import pytest
from playwright.sync_api import Browser, expect

from dispatch.places import service_points_models
from tests.flows import front
from tests.flows.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", ["en", "es"])
def test_measures_noted_at_the_desk_become_a_walking_hint(
    house: House, chromium: Browser, faults: front.Faults, language: str
) -> None:
    assert house.people is not None
    home = house.homes["high bill" if language == "en" else "owes"]
    page = front.office(chromium, faults).new_page()
    page.goto(f"{house.address}/desk/#/at/premise-{home.premise_id}")
    front.log_in(page, house.people.rep)
    expect(page.get_by_role("heading", name=home.address)).to_be_visible()
    if language == "es":
        page.locator("button.me").click()
        page.locator("#person-menu").get_by_role("button", name="Español").click()
        page.keyboard.press("Escape")
    spanish = language == "es"
    page.get_by_role("button", name="El pin es exacto" if spanish else "Pin good to").or_(
        page.locator("button.pin")
    ).first.click()
    box = page.get_by_role("dialog")
    front.button(box, "Añadir una medida" if spanish else "Add a measure").click()
    box.get_by_label("Pies" if spanish else "Feet").fill("12.5")
    box.get_by_label("Lado de la propiedad" if spanish else "Side of the property").select_option("S")
    # A better position is clicked on the map.
    expect(box.locator("canvas")).to_be_visible()
    page.wait_for_timeout(1500)
    canvas = box.locator("canvas").bounding_box()
    assert canvas is not None
    page.mouse.click(canvas["x"] + canvas["width"] / 2 + 20, canvas["y"] + canvas["height"] / 2)
    front.button(box, "Guardar dónde está" if spanish else "Save where it is").click()
    said = (
        "En el lado sur; 12.5 ft de la esquina SE de la casa"
        if spanish
        else "On the south side; 12.5 ft from the SE corner of the house"
    )
    expect(box.get_by_text(said)).to_be_visible()
    expect(box.get_by_text("Leída del mapa" if spanish else "Read off the map").first).to_be_visible()
    page.wait_for_timeout(1200)
    front.shot(page, f"pin-{language}")
    assert front.barriers(page) == []
    with house.books() as session:
        fixes = session.query(service_points_models.PinFix).filter_by(service_point_id=home.service_point_id).all()
        assert sorted(one.source for one in fixes) == ["MAP", "SURVEY"]
    page.keyboard.press("Escape")
    expect(page.locator(".call span")).to_contain_text(said)
    page.context.close()
