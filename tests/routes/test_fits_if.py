"""What would give an order a stop stands on the board beside its reason, in both languages, as long as it is true."""

from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from dispatch import clock
from dispatch.orders import models as order_models
from dispatch.routes import counterfactuals, if_words, noticing, queries, remedies, replanning, shown, wording
from dispatch.transaction import reading
from tests import given
from tests.routes import given_day

H = 3600
SAID: dict[str, tuple[dict[str, object], str, str]] = {
    "WINDOW_TO": ({"crew_id": 1, "until_s": 16 * H + 1800},
                  "Would fit if its window ran to 4:30 PM", "Cabría si su horario llegara hasta las 4:30 PM"),
    "WINDOW_FROM": ({"crew_id": 1, "from_s": 11 * H},
                    "Would fit if its window began at 11:00 AM", "Cabría si su horario empezara a las 11:00 AM"),
    "LAST_START_TO": ({"crew_id": 1, "until_s": 14 * H + 300},
                      "Would fit if shutoffs could begin until 2:05 PM",
                      "Cabría si los cortes pudieran empezar hasta las 2:05 PM"),
    "OVERTIME": ({"crew_id": 1, "until_s": 17 * H},
                 "Would fit if Truck 3 worked until 5:00 PM", "Cabría si Truck 3 trabajara hasta las 5:00 PM"),
    "SKILL_FOR": ({"crew_id": 1, "skills": ["HYDRANT", "VALVE"]},
                  "Would fit if Truck 3 were trained for hydrants and valves",
                  "Cabría si Truck 3 estuviera capacitada en hidrantes y válvulas"),
    "PEOPLE_FOR": ({"crew_id": 1, "people": 2},
                   "Would fit if Truck 3 had 2 people", "Cabría si Truck 3 fuera de 2 personas"),
    "OTHER_CREW": ({"crew_id": 1}, "Would fit if it could go to Truck 3", "Cabría si pudiera ir con Truck 3"),
    "LOAD": ({"crew_id": 1, "load": 7},
             "Would fit if Truck 3 could carry a load of 7", "Cabría si Truck 3 pudiera llevar una carga de 7"),
    "ONE_MORE_CREW": ({"skills": ["HYDRANT"], "people": 2, "from_s": 7 * H, "to_s": 15 * H},
                      "Would fit if one more crew worked from 7:00 AM to 3:00 PM, trained for hydrants, of 2 people",
                      "Cabría si otra cuadrilla trabajara de 7:00 AM a 3:00 PM, capacitada en hidrantes, de 2 personas"),
    "ONE_MORE_CUT": ({"hour_s": 9 * H},
                     "Would fit if one more shutoff could begin between 9:00 AM and 10:00 AM",
                     "Cabría si pudiera empezar un corte más entre 9:00 AM y 10:00 AM"),
    "BEFORE_FIRST": ({"order_ids": [8]},
                     "Would fit if 12 Elm St were done first", "Cabría si antes se hiciera 12 Elm St"),
    "WITHOUT": ({"order_id": 8}, "Would fit if 12 Elm St waited", "Cabría si 12 Elm St esperara"),
}  # fmt: skip


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets, and a utility that works."""
    given_day.streets()
    return app


def words() -> if_words.IfWords:
    signs = {1: "Truck 3"}
    about = wording.Words(on=given.WORKDAY, zone=ZoneInfo("America/Los_Angeles"), call_signs=signs)
    return if_words.IfWords(words=about, call_signs=signs, places={8: "12 Elm St"})


@pytest.mark.parametrize("code", sorted(remedies.TROUBLE))
def test_everything_that_is_ever_said_has_words_in_both_languages(code: str) -> None:
    facts, en, es = SAID[code]
    assert words().said({"code": code, "facts": facts, "ahead": False}) == (en, es)


def test_that_it_takes_its_turn_before_others_is_said() -> None:
    facts, en, es = SAID["OVERTIME"]
    assert words().said({"code": "OVERTIME", "facts": facts, "ahead": True}) == (
        en + ", and it went before the others that wait",
        es + ", y pasara antes que las demás en espera",
    )


def left_on_board(order_id: int) -> list[dict[str, object]]:
    with reading() as session:
        out = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    return [one.model_dump() for row in out.unassigned if row.order_id == order_id for one in row.fits_if]


def test_the_plan_carries_what_would_give_an_order_a_stop(town: Flask) -> None:
    crew = given.a_crew(letter="A", skills=("LEAK_DETECT",))
    for _ in range(3):
        given_day.an_order()
    sample = given_day.an_order(kind="WATER_QUALITY")
    plan_id = given_day.planned()
    assert given_day.left(plan_id) == {sample: "NO_CREW_WITH_SKILL"}
    seen = left_on_board(sample)
    assert [one["code"] for one in seen] == ["SKILL_FOR", "ONE_MORE_CREW"]
    with reading() as session:
        told = queries.unplanned_of(session, plan_id=plan_id)[0].facts[counterfactuals.KEY]
        (row,) = shown.plan_out(session, plan=queries.get_plan(session, plan_id)).unplanned
    assert told[0]["facts"]["crew_id"] == crew.crew_id  # type: ignore[index]
    assert [one.model_dump() for one in row.fits_if] == seen
    assert "trained for" in str(seen[0]["text_en"]) and "capacitada en" in str(seen[0]["text_es"])


def test_what_was_found_on_a_route_is_forgotten_once_a_hand_changes_it(town: Flask) -> None:
    given.a_crew(letter="A", skills=("LEAK_DETECT",))
    for _ in range(3):
        given_day.an_order()
    sample = given_day.an_order(kind="WATER_QUALITY")
    given_day.planned()
    dana = given.logged_in(town, role="dispatcher")
    (route,) = dana.get(f"/routes?on={given.WORKDAY}").get_json()["routes"]
    first = route["stops"][0]["order_id"]
    body = {"order_id": first, "to_route_id": route["route_id"], "position": 2, "version": route["version"]}
    assert dana.post("/routes/moves", body).get_json()["moved"]
    assert [one["code"] for one in left_on_board(sample)] == ["ONE_MORE_CREW"]
    assert dana.post("/routes/moves", {**body, "to_route_id": None, "position": 0, "version": 0}).get_json()["moved"]
    assert left_on_board(sample) == []


WHYS: dict[str, tuple[dict[str, object], str, str]] = {
    "LACKS_SKILL": ({"skills": ["VALVE"]}, "is not trained for valves", "no está capacitada en válvulas"),
    "TOO_FEW": ({"people_needed": 2, "people_in_crew": 1},
                "has 1 of the 2 people that it needs", "tiene 1 de las 2 personas que requiere"),
    "BARRED": ({}, "is not to be sent there", "no debe ir ahí"),
    "FULL": ({"over_load": 2}, "its vehicle is full", "su vehículo va lleno"),
    "WOULD_BE_LATE": ({"late_s": 1441, "order_id": 5}, "would be 25 min late", "llegaría 25 min tarde"),
    "WOULD_RUN_OVER": ({"over_s": 600}, "its shift would run 10 min over", "su turno se pasaría 10 min"),
    "WOULD_MISS_LUNCH": ({"late_s": 600}, "its lunch would begin 10 min late", "su almuerzo empezaría 10 min tarde"),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(WHYS))
def test_why_an_order_is_not_with_the_nearer_crew_is_said_in_both_languages(code: str) -> None:
    facts, en, es = WHYS[code]
    near = words().why_here({"code": code, "facts": {"crew_id": 1, "less_s": 700, **facts}}, order_id=5)
    assert near == (f"Truck 3 is nearer, but {en}", f"Truck 3 está más cerca, pero {es}")
    had = words().why_here({"code": code, "facts": {"crew_id": 1, "had": True, **facts}}, order_id=5)
    assert had == (f"Truck 3 had it, but {en}", f"Truck 3 la tenía, pero {es}")


def test_whom_the_nearer_crew_would_keep_waiting_is_named() -> None:
    one = {"code": "WOULD_BE_LATE", "facts": {"crew_id": 1, "late_s": 600, "order_id": 8}}
    assert words().why_here(one, order_id=5) == (
        "Truck 3 is nearer, but would be 10 min late at 12 Elm St",
        "Truck 3 está más cerca, pero llegaría 10 min tarde a 12 Elm St",
    )


def whys_on_board() -> dict[int, str]:
    with reading() as session:
        out = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    return {stop.order_id: stop.why_here.text_en for route in out.routes for stop in route.stops if stop.why_here}


def test_a_stop_says_why_it_is_not_with_the_crew_that_had_it_until_a_hand_changes_that(town: Flask) -> None:
    crew_a = given.a_crew(letter="A")
    crew_b = given.a_crew(letter="B")
    for _ in range(8):
        given_day.an_order()
    first = given_day.published()
    had = given_day.stops(first)[crew_a.crew_id]
    with given.edge() as tx:
        tx.session.get_one(given.crews.Technician, 1).skills = ["SAMPLER"]
    given_day.planned()
    told = whys_on_board()
    assert told, "the crew lost its training, so that its later orders go to the other"
    assert set(told) <= set(had) and set(told.values()) == {"Truck A had it, but is not trained for leak detection"}
    dana = given.logged_in(town, role="dispatcher")
    routes = dana.get(f"/routes?on={given.WORKDAY}").get_json()["routes"]
    (route,) = [one for one in routes if one["crew_id"] == crew_b.crew_id]
    last = route["stops"][-1]["order_id"]
    body = {"order_id": last, "to_route_id": route["route_id"], "position": 4, "version": route["version"]}
    assert dana.post("/routes/moves", body).get_json()["moved"]
    assert whys_on_board() == {}


@pytest.mark.parametrize(("kind", "ahead"), [("WATER_QUALITY", False), ("SHUTOFF_EMERGENCY", True)])
def test_what_comes_in_during_the_day_and_finds_no_place_says_what_would_help(
    town: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, ahead: bool
) -> None:
    """What is answered at once is not weighed against what else waits: it has to go first."""
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW, times=0.001))
    given.a_crew(skills=("LEAK_DETECT",))
    given_day.an_order()
    waits = given_day.an_order(kind="METER_EXCHANGE")
    given_day.published()
    assert [one["code"] for one in left_on_board(waits)] == ["SKILL_FOR", "ONE_MORE_CREW"]
    came = given_day.an_order(kind=kind)
    noticing.order_came(order_id=came)
    replanned()
    seen = left_on_board(came)
    assert [one["code"] for one in seen] == ["SKILL_FOR", "ONE_MORE_CREW"]
    assert ["before the others" in str(one["text_en"]) for one in seen] == [ahead, ahead]


def test_what_was_found_is_not_carried_over_to_routes_that_an_event_changed(
    town: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW, times=0.001))
    given.a_crew(skills=("LEAK_DETECT",))
    given_day.an_order()
    waits = given_day.an_order(kind="METER_EXCHANGE")
    given_day.published()
    leak = given_day.an_order(kind="LEAK_CHECK")
    with given.edge() as tx:
        tx.session.get_one(order_models.ServiceOrder, leak).priority = 0
    noticing.order_came(order_id=leak)
    assert replanned() == "published"
    assert left_on_board(waits) == []


def replanned() -> str | None:
    """Do the re-plan that waits; answers what came of it."""
    with given.edge() as tx:
        (waiting,) = [row.id for row in queries.replans_on(tx.session, on=given.WORKDAY, limit=9)]
    assert replanning.run(replan_id=waiting, iterations=100)
    with given.edge() as tx:
        return queries.get_replan(tx.session, waiting).outcome
