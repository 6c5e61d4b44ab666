"""Where services really are: learned from visits, measured by people, told in words."""

import uuid
from typing import Any

import pytest
from flask import Flask

from dispatch.meters import models as meters
from dispatch.places import service_points_operations, service_points_wording
from dispatch.transaction import reading
from tests import given
from tests.sync.tablet import Tablet, an_order

BOX = (-121.9602, 37.5312)


def visited(tablet: Tablet, home: given.Home, *, lon: float, lat: float, accuracy_m: float) -> None:
    """A crew reads the serial at the box, and the visit's positions are taken in."""
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    visit = str(uuid.uuid4())
    tablet.send(
        tablet.op("en_route", order=order, visit=visit),
        tablet.op("arrive", order=order, visit=visit),
        tablet.op("start", order=order, visit=visit),
        tablet.op(
            "verify_meter", order=order, visit=visit, serial_seen=home.serial, how="scan", matches=True,
            meter_id=home.meter_id, service_point_id=home.service_point_id, lon=lon, lat=lat, accuracy_m=accuracy_m,
        ),
    )  # fmt: skip
    with given.edge() as tx:
        assert service_points_operations.take_visit(tx, visit_id=visit) == 1
        assert service_points_operations.take_visit(tx, visit_id=visit) == 0


def guessed(home: given.Home) -> None:
    """Nobody has been there: the pin is the middle of the lot's edge."""
    with given.edge() as tx:
        point = tx.session.get_one(meters.ServicePoint, home.service_point_id)
        point.lon, point.lat, point.accuracy_m, point.pin_source = BOX[0] + 0.00008, BOX[1], 12.0, "parcel"


def pin(browser: given.Browser, home: given.Home) -> dict[str, Any]:
    answer = browser.get(f"/service-points/{home.service_point_id}/pin")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_visit_moves_a_guessed_pin_to_where_the_tablet_stood(app: Flask) -> None:
    home, desk, tablet = given.a_home(), given.logged_in(app, role="csr"), Tablet(app, given.a_crew())
    guessed(home)
    visited(tablet, home, lon=BOX[0], lat=BOX[1], accuracy_m=3.0)
    told = pin(desk, home)
    assert told["lon"] == pytest.approx(BOX[0], abs=0.00001)
    assert (told["pin_source"], told["accuracy_m"] < 4.0) == ("gps", True)
    assert {(one["source"], one["used"]) for one in told["fixes"]} == {("VISIT", True), ("PARCEL", True)}
    card = desk.get(f"/properties/premise-{home.premise_id}").get_json()
    assert card["service_points"][0]["lon"] == told["lon"]


def test_a_visit_far_away_does_not_spoil_a_surveyed_pin(app: Flask) -> None:
    home, desk, tablet = given.a_home(), given.logged_in(app, role="csr"), Tablet(app, given.a_crew())
    before = pin(desk, home)
    visited(tablet, home, lon=before["lon"] + 0.001, lat=before["lat"], accuracy_m=5.0)
    told = pin(desk, home)
    assert told["lon"] == pytest.approx(before["lon"], abs=1e-9)
    assert told["pin_source"] == "survey"
    aside = [one for one in told["fixes"] if not one["used"]]
    assert [one["source"] for one in aside] == ["VISIT"]
    assert aside[0]["off_ft"] == pytest.approx(289, abs=3)


def test_measures_are_noted_and_told_in_both_languages(app: Flask) -> None:
    home, desk = given.a_home(), given.logged_in(app, role="csr")
    noted = {
        "version": 0, "side": "E", "street": "Alder Glen Ct", "landmark": "",
        "ties": [
            {"tenths_ft": 125, "relation": "FROM", "mark": "HOUSE_SE"},
            {"tenths_ft": 30, "relation": "BEHIND", "mark": "WALK"},
        ],
    }  # fmt: skip
    told = desk.post(f"/service-points/{home.service_point_id}/pin", noted).get_json()
    assert told["walk_en"] == (
        "On the east side, faces Alder Glen Ct; 12.5 ft from the SE corner of the house, 3 ft behind the walk"
    )
    assert told["walk_es"] == (
        "En el lado este, da a Alder Glen Ct; 12.5 ft de la esquina SE de la casa, 3 ft detrás de la acera"
    )
    assert [one["by"] for one in told["ties"]] == ["Dana R.", "Dana R."]
    stale = desk.post(f"/service-points/{home.service_point_id}/pin", noted)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    tablet = Tablet(app, given.a_crew())
    an_order(kind="LEAK_CHECK", home=home, crew_id=tablet.crew.crew_id)
    card = desk.get(f"/properties/premise-{home.premise_id}").get_json()
    assert card["service_points"][0]["walk_es"] == told["walk_es"]


def test_a_surveyed_position_is_added_by_the_office(app: Flask) -> None:
    home, desk = given.a_home(), given.logged_in(app, role="csr")
    guessed(home)
    fix = {"lon": BOX[0], "lat": BOX[1], "accuracy_m": 0.2, "source": "SURVEY"}
    told = desk.post(f"/service-points/{home.service_point_id}/pin", {"version": 0, "fix": fix}).get_json()
    assert told["lon"] == pytest.approx(BOX[0], abs=1e-6)
    assert told["pin_source"] == "survey"
    assert told["accuracy_m"] <= 0.5


def test_the_crews_work_order_says_where_to_walk(app: Flask) -> None:
    home, desk = given.a_home(), given.logged_in(app, role="csr")
    tie = {"tenths_ft": 200, "relation": "LEFT_OF", "mark": "DRIVE"}
    desk.post(f"/service-points/{home.service_point_id}/pin", {"version": 0, "ties": [tie]})
    with reading() as session:
        from dispatch.places import service_points_queries

        point = session.get_one(meters.ServicePoint, home.service_point_id)
        walk = service_points_queries.walking(session, points=[point])[point.id]
    assert walk == ("20 ft left of the driveway", "20 ft a la izquierda de la entrada")


def test_without_measures_the_old_words_stand(app: Flask) -> None:
    told = pin(given.logged_in(app, role="csr"), given.a_home())
    assert told["walk_en"] == told["position_text"] == "12 ft N of drive, 3 ft behind curb"


def test_spanish_contracts_de_el() -> None:
    tie = service_points_wording.Tie(tenths_ft=45, relation="FROM", mark="POLE", note="PG&E 117")
    told = service_points_wording.walking(service_points_wording.Spot(ties=[tie]))
    assert told == ("4.5 ft from the pole (PG&E 117)", "4.5 ft del poste (PG&E 117)")
