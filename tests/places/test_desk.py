"""What the desk finds and sees, over the real API."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from shapely.geometry import LineString, box

from dispatch import clock
from dispatch.accounts import models as accounts
from dispatch.config import Settings
from dispatch.meters import models as meters
from dispatch.places import registry
from maps import stores
from tests import given


@pytest.fixture(autouse=True)
def _office_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW))


def indexed() -> None:
    with given.edge() as tx:
        registry.index_all(tx.session)


def found(browser: given.Browser, text: str) -> list[tuple[str, str]]:
    answer = browser.get(f"/places/search?q={text}")
    assert answer.status_code == 200, answer.text
    return [(hit["kind"], hit["ref"]) for hit in answer.get_json()["results"]]


def whole(browser: given.Browser, ref: str) -> dict[str, Any]:
    answer = browser.get(f"/properties/{ref}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def a_lot(*, parcel_id: int | None = None) -> int:
    """Lot 14 of tract 8198-2, in the middle of its map sheet."""
    with given.edge() as tx:
        tract = stores.TractMap(
            district_id=1, tract_no="8198-2", name="Willow Bend", map_book="231", map_page="44",
            shape=box(-121.975, 37.525, -121.965, 37.535),
        )  # fmt: skip
        tx.session.add(tract)
        tx.session.flush()
        lot = stores.Lot(
            tract_id=tract.id, lot="14", parcel_id=parcel_id, lon=-121.9699, lat=37.5301,
            shape=box(-121.9700, 37.5300, -121.9698, 37.5302),
        )  # fmt: skip
        corners = [[-121.975, 37.535], [-121.965, 37.535], [-121.965, 37.525], [-121.975, 37.525]]
        sheet = stores.MapSheet(
            district_id=1, tract_id=tract.id, name="Tract 8198-2, sheet 1", file="sheets/8198-2.png", width_px=4,
            height_px=4, corners=corners, shape=box(-121.975, 37.525, -121.965, 37.535),
        )  # fmt: skip
        tx.session.add_all([lot, sheet])
        tx.session.flush()
        return lot.id


def test_one_box_finds_a_home_by_all_that_a_caller_may_say(app: Flask) -> None:
    home = given.a_home()
    indexed()
    desk = given.logged_in(app, role="csr")
    ref = f"premise-{home.premise_id}"
    with given.edge() as tx:
        meter = tx.session.get_one(meters.Meter, home.meter_id)
        number = tx.session.get_one(accounts.Account, home.account_id).number
    assert ("address", ref) in found(desk, home.address)
    assert ("customer", ref) in found(desk, "marin castillo")
    assert ("phone", ref) in found(desk, "5105550148")
    assert found(desk, number) == [("account", ref)]
    assert ("meter", ref) in found(desk, home.serial)
    assert ("endpoint", ref) in found(desk, str(meter.endpoint))
    assert found(desk, "zzzz") == []


def test_names_phones_and_accounts_are_hidden_from_who_may_not_see_customers(app: Flask) -> None:
    home = given.a_home()
    indexed()
    crew = given.logged_in(app, role="field_tech")
    assert found(crew, "marin castillo") == []
    assert found(crew, "5105550148") == []
    hits = crew.get(f"/places/search?q={home.address}").get_json()["results"]
    assert [hit["ref"] for hit in hits] == [f"premise-{home.premise_id}"]
    assert "Ofelia" not in str(hits)
    assert whole(crew, f"premise-{home.premise_id}")["account"] is None


def test_a_new_name_leaves_no_old_one_behind(app: Flask) -> None:
    home = given.a_home()
    indexed()
    with given.edge() as tx:
        account = tx.session.get_one(accounts.Account, home.account_id)
        tx.session.get_one(accounts.Customer, account.customer_id).name = "Bao Nguyen"
        tx.session.flush()
        registry.index_account(tx.session, account_id=home.account_id)
    desk = given.logged_in(app, role="csr")
    assert found(desk, "marin castillo") == []
    assert ("customer", f"premise-{home.premise_id}") in found(desk, "nguyen")


def test_an_address_of_the_map_is_not_listed_beside_its_premise(app: Flask) -> None:
    home = given.a_home()
    with given.edge() as tx:
        tx.session.add(
            stores.Address(
                district_id=1, parcel_id=home.parcel_id, street="ALDER GLEN DR", full_text=home.address.upper()
            )
        )
    indexed()
    desk = given.logged_in(app, role="csr")
    assert found(desk, home.address) == [("address", f"premise-{home.premise_id}")]


def test_the_card_tells_all_of_a_home_in_one_answer(app: Flask) -> None:
    home = given.a_home(owes_cents=15_210, due_days_ago=70, noticed=True)
    with given.edge() as tx:
        tx.session.add(
            accounts.Hazard(
                premise_id=home.premise_id, kind="gate", text_en="Gate code", text_es="Clave del portón", secret="4711",
                noted_on=date(2026, 3, 4),
            )
        )  # fmt: skip
    card = whole(given.logged_in(app, role="csr"), f"premise-{home.premise_id}")
    assert (card["address"], card["water"], card["zone"]) == (home.address, "on", "4")
    assert card["account"]["past_due_cents"] == 15_210
    assert card["account"]["days_past_due"] == 70
    assert card["account"]["collection_stage"] == "48-hour notice"
    assert card["account"]["owner_since"] == "Feb 2019"
    assert card["hazards"][0]["text_es"] == "Clave del portón"
    assert "4711" not in str(card)
    (point,) = card["service_points"]
    assert point["meter"]["serial"] == home.serial
    assert point["meter"]["last_digits"] == point["readings"][0]["digits"] == "002420"
    assert [one["read_on"] for one in point["readings"]] == sorted(
        (one["read_on"] for one in point["readings"]), reverse=True
    )
    assert card["parcel_shape"]["type"] == "Polygon"
    assert {verdict["kind"] for verdict in card["verdicts"]} >= {"SHUTOFF_NONPAY", "LEAK_CHECK"}


def test_a_parcel_opens_the_premise_that_stands_on_it(app: Flask) -> None:
    home = given.a_home()
    card = whole(given.logged_in(app, role="csr"), f"parcel-{home.parcel_id}")
    assert (card["ref"], card["premise_id"]) == (f"premise-{home.premise_id}", home.premise_id)


def test_a_lot_without_an_address_can_be_opened_and_ordered_for(app: Flask) -> None:
    lot_id = a_lot()
    card = whole(given.logged_in(app, role="csr"), f"lot-{lot_id}")
    assert (card["address"], card["title"]) == ("", "Lot 14, Tract 8198-2")
    assert (card["tract"]["map_book"], card["tract"]["map_page"]) == ("231", "44")
    assert (card["account"], card["water"]) == (None, None)
    assert [sheet["name"] for sheet in card["sheets"]] == ["Tract 8198-2, sheet 1"]
    assert "LOCATE_SERVICE" in [verdict["kind"] for verdict in card["verdicts"]]
    windows = given.logged_in(app, role="csr").get(f"/properties/lot-{lot_id}/windows?kind=LEAK_CHECK")
    assert windows.status_code == 200


@pytest.mark.parametrize("ref", ["premise-99999", "parcel-0", "lot-x", "house-1", "premise-", "premise-²"])
def test_an_unknown_property_is_said_plainly(app: Flask, ref: str) -> None:
    answer = given.logged_in(app, role="csr").get(f"/properties/{ref}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_property")


def test_windows_count_the_crews_of_the_day_with_the_skills(app: Flask) -> None:
    home = given.a_home()
    given.a_crew(letter="A", today=given.WORKDAY + timedelta(days=1))
    given.a_crew(letter="B", today=given.WORKDAY + timedelta(days=1), skills=("SAMPLER",))
    answer = given.logged_in(app, role="csr").get(f"/properties/premise-{home.premise_id}/windows?kind=LEAK_CHECK")
    out = answer.get_json()
    need = out["minutes"] + 9
    by = {(one["on"], one["window"]): one for one in out["windows"]}
    tomorrow = (given.WORKDAY + timedelta(days=1)).isoformat()
    assert len(by) == 20
    assert by[given.WORKDAY.isoformat(), "8-10"]["state"] == "past"
    assert by[given.WORKDAY.isoformat(), "14-16"]["state"] == "full"
    assert by[tomorrow, "8-10"]["left"] == 120 // need
    # Lunch may start from 11:00 to 13:00: its middle is noon.
    assert by[tomorrow, "12-14"]["left"] == 90 // need
    later = (given.WORKDAY + timedelta(days=2)).isoformat()
    assert "counted as on" in by[later, "8-10"]["why_en"]


def test_emergencies_and_shutoffs_for_nonpayment_have_no_windows(app: Flask) -> None:
    home = given.a_home()
    desk = given.logged_in(app, role="csr")
    for kind in ("SHUTOFF_NONPAY", "SHUTOFF_EMERGENCY", "MAIN_LEAK"):
        assert desk.get(f"/properties/premise-{home.premise_id}/windows?kind={kind}").get_json()["windows"] == []
    answer = desk.get(f"/properties/premise-{home.premise_id}/windows?kind=DANCE")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unknown_kind")


def test_the_map_tells_what_lies_in_a_box(app: Flask) -> None:
    home = given.a_home()
    a_lot(parcel_id=home.parcel_id)
    with given.edge() as tx:
        line = LineString([(-121.972, 37.5299), (-121.960, 37.5299)])
        tx.session.add_all(
            [
                stores.Street(
                    district_id=1, name="Alder Glen Dr", street_class="local", speed_kmh=40, shape=line, oneway=0
                ),
                stores.WaterMain(district_id=1, diameter_in=8.0, material="PVC", shape=line),
                stores.Hydrant(district_id=1, hydrant_no="H-12", lon=-121.9695, lat=37.5299, status="IN_SERVICE"),
            ]
        )
    desk = given.logged_in(app, role="csr")
    answer = desk.get("/map/features?bbox=-121.971,37.529,-121.950,37.534&layers=")
    assert answer.mimetype == "application/geo+json"
    labels = {(one["properties"]["layer"], one["properties"]["label"]) for one in answer.get_json()["features"]}
    assert {
        ("lots", "Lot 14, Tract 8198-2"), ("tracts", "Tract 8198-2"), ("streets", "Alder Glen Dr"), ("mains", "8 in PVC"),
        ("hydrants", "Hydrant H-12"),
    } <= labels  # fmt: skip
    only = desk.get("/map/features?bbox=-121.971,37.529,-121.950,37.534&layers=hydrants").get_json()
    assert [one["properties"]["layer"] for one in only["features"]] == ["hydrants"]
    assert only["features"][0]["geometry"] == {"type": "Point", "coordinates": [-121.9695, 37.5299]}


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=2,2,1,3",
        "bbox=nan,1,2,3",
        "bbox=-122,37,-121,38",
        "bbox=1,1,1,1&layers=moon",
    ],
)
def test_a_box_that_cannot_be_read_is_refused(app: Flask, query: str) -> None:
    answer = given.logged_in(app, role="csr").get(f"/map/features?{query}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_box")


def test_a_sheet_is_served_from_the_data_folder_and_nothing_outside_it(app: Flask, settings: Settings) -> None:
    a_lot()
    desk = given.logged_in(app, role="csr")
    assert desk.get("/map/sheets/1").get_json()["code"] == "no_map_file"
    settings.sheets_dir.mkdir(parents=True)
    (settings.sheets_dir / "8198-2.png").write_bytes(b"\x89PNG image")
    with desk.get("/map/sheets/1") as answer:
        assert (answer.data, answer.mimetype) == (b"\x89PNG image", "image/png")
    (settings.data_dir.parent / "secret.png").write_bytes(b"secret")
    with given.edge() as tx:
        tx.session.get_one(stores.MapSheet, 1).file = "../secret.png"
    assert desk.get("/map/sheets/1").status_code == 404


def test_the_answer_says_how_old_it_is(app: Flask) -> None:
    home = given.a_home()
    as_of = whole(given.logged_in(app, role="csr"), f"premise-{home.premise_id}")["as_of"]
    assert datetime.fromisoformat(as_of) >= given.NOW
