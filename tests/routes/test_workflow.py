"""A day is planned, sent out, planned again, and moved by hand."""

from datetime import timedelta

import pytest
from flask import Flask

from dispatch.routes import facts, models, moves, operations, queries, shown, workflow
from dispatch.transaction import HOUSE, reading
from tests import given
from tests.routes import given_day


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets, two trucks on shift."""
    given_day.streets()
    return app


def test_every_order_due_is_on_one_route_or_left_with_its_reason(town: Flask) -> None:
    crew = given.a_crew(letter="A")
    given.a_crew(letter="B", skills=("METER_SMALL",))
    due = [given_day.an_order() for _ in range(5)]
    hydrant = given_day.an_order(kind="WATER_QUALITY")
    with given.edge() as tx:
        tx.session.get_one(given.crews.Technician, 1).skills = ["LEAK_DETECT"]
    plan_id = given_day.planned()
    stops, left = given_day.stops(plan_id), given_day.left(plan_id)
    on_routes = [order_id for some in stops.values() for order_id in some]
    assert sorted([*on_routes, *left]) == sorted([*due, hydrant])
    assert left == {hydrant: "NO_CREW_WITH_SKILL"}
    assert sorted(stops[crew.crew_id]) == due
    plan = given_day.plan(plan_id)
    assert (plan.status, plan.orders, plan.planned, plan.crews) == ("draft", 6, 5, 2)


def test_a_job_that_comes_twice_plans_once(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    plan_id = given_day.asked()
    assert workflow.plan_day(plan_id=plan_id, iterations=50)
    before = given_day.stops(plan_id)
    assert not workflow.plan_day(plan_id=plan_id, iterations=50)
    assert given_day.stops(plan_id) == before


def test_a_planner_that_died_is_followed_by_another(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    plan_id = given_day.asked()
    with given.edge() as tx:
        operations.begin(tx, plan_id=plan_id, again=False)
    assert not workflow.plan_day(plan_id=plan_id, iterations=50)
    assert workflow.plan_day(plan_id=plan_id, again=True, iterations=50)
    assert given_day.plan(plan_id).status == "draft"


def test_nobody_waits_for_a_planner_that_is_lost(town: Flask) -> None:
    plan_id = given_day.asked()
    with given.edge() as tx:
        tx.session.get_one(models.DayPlan, plan_id).requested_at = given.NOW - timedelta(hours=1)
    assert workflow.give_up_lost() == 1
    plan = given_day.plan(plan_id)
    assert plan.status == "failed"
    assert plan.error_en and plan.error_es


def test_without_streets_the_plan_says_so_in_both_languages(app: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    plan_id = given_day.asked()
    workflow.plan_day(plan_id=plan_id, iterations=10)
    plan = given_day.plan(plan_id)
    assert plan.status == "failed"
    assert "streets" in (plan.error_en or "")
    assert "calles" in (plan.error_es or "")


def test_a_draft_changes_nothing_for_the_crews(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order()
    given_day.planned()
    order = given_day.order(order_id)
    assert (order.state, order.crew_id) == ("READY", None)


def test_publishing_sends_every_planned_order_to_its_crew(town: Flask) -> None:
    crew = given.a_crew()
    order_id = given_day.an_order(window="14-16")
    plan_id = given_day.published()
    order = given_day.order(order_id)
    assert (order.state, order.crew_id) == ("DISPATCHED", crew.crew_id)
    assert given_day.plan(plan_id).status == "published"


def test_a_light_day_is_shared_among_the_crews(town: Flask) -> None:
    crews = [given.a_crew(letter=letter) for letter in "AB"]
    for _ in range(6):
        given_day.an_order()
    stops = given_day.stops(given_day.planned())
    assert sorted(len(stops[crew.crew_id]) for crew in crews) in ([2, 4], [3, 3])


def test_a_shutoff_that_the_rules_stop_is_not_planned(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order(kind="SHUTOFF_NONPAY")
    plan_id = given_day.planned()
    assert given_day.left(plan_id) == {order_id: "BLOCKED_BY_RULES"}


def test_what_a_crew_has_begun_and_its_next_two_stops_stay_when_the_day_is_planned_again(town: Flask) -> None:
    crew = given.a_crew(letter="A")
    for _ in range(5):
        given_day.an_order()
    first = given_day.published()
    before = given_day.stops(first)[crew.crew_id]
    given_day.set_state(before[0], state="ON_SITE")
    given.a_crew(letter="B")
    for _ in range(2):
        given_day.an_order(window="14-16")
    second = given_day.published()
    assert given_day.stops(second)[crew.crew_id][:3] == before[:3]
    assert given_day.plan(first).status == "superseded"
    rows = [order_id for some in given_day.stops(second).values() for order_id in some]
    assert sorted([*rows, *given_day.left(second)]) == list(range(1, 8))


def test_a_crew_hears_in_a_sentence_what_a_new_plan_changes(town: Flask) -> None:
    crew = given.a_crew()
    given_day.an_order()
    given_day.published()
    late = given_day.an_order(window="14-16")
    given_day.published()
    with reading() as session:
        told = [one.text_en for one in queries.changes(session, crew_id=crew.crew_id, on=given.WORKDAY)]
        version = queries.routes_of(session, plan_id=2)[0].version
    assert told == [f"New stop: {given_day.order(late).place}, about 2:00 PM"]
    assert version == 2


def test_a_draft_that_the_crews_have_outrun_is_not_sent(town: Flask) -> None:
    given.a_crew(letter="A")
    for _ in range(4):
        given_day.an_order()
    first = given_day.published()
    other_crew = given.a_crew(letter="B")
    second = given_day.planned()
    taken = next(stops for stops in given_day.stops(first).values() if stops)[-1]
    with given.edge() as tx:
        stop = queries.find_stop(tx.session, plan_id=second, order_id=taken)
        other = next(r for r in queries.routes_of(tx.session, plan_id=second) if r.crew_id == other_crew.crew_id)
        assert stop is not None
        stop.route_id = other.id
    given_day.set_state(taken, state="ON_SITE")
    with pytest.raises(operations.PlanOutrun):
        workflow.publish(plan_id=second, actor=HOUSE)
    assert given_day.plan(second).status == "draft"


def test_what_came_in_after_the_plan_is_listed_as_new(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    given_day.published()
    late = given_day.an_order()
    with reading() as session:
        day = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    assert [(one.order_id, one.code) for one in day.unassigned] == [(late, "NEW_SINCE_PLAN")]


def _ripple(order_id: int, *, to: models.Route | None, position: int, dry: bool = True) -> moves.Move:
    version = 0 if to is None else to.version
    with given.edge() as tx:
        move = moves.find(
            tx.session, order_id=order_id, to_route_id=to.id if to else None, position=position, version=version,
            now=given.NOW,
        )  # fmt: skip
        if not dry:
            moves.make(tx, move=move, reason="")
        return move


def _routes(plan_id: int) -> dict[int, models.Route]:
    with given.edge() as tx:
        return {route.crew_id: route for route in queries.routes_of(tx.session, plan_id=plan_id)}


def test_an_order_moved_to_another_crew_is_told_to_both(town: Flask) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(6):
        given_day.an_order()
    plan_id = given_day.published()
    stops, routes = given_day.stops(plan_id), _routes(plan_id)
    giver, taker = (crew_a, crew_b) if len(stops[crew_a.crew_id]) > 2 else (crew_b, crew_a)
    order_id = stops[giver.crew_id][-1]
    move = _ripple(order_id, to=routes[taker.crew_id], position=99, dry=False)
    assert move.ripple.start_at is not None
    assert given_day.order(order_id).crew_id == taker.crew_id
    assert given_day.stops(plan_id)[taker.crew_id][-1] == order_id
    with given.edge() as tx:
        told = [queries.changes(tx.session, crew_id=one.crew_id, on=given.WORKDAY) for one in (giver, taker)]
    assert [[one.text_en.split(":")[0] for one in some] for some in told] == [["Taken off"], ["New stop"]]
    assert {route.version for route in _routes(plan_id).values()} == {2}


def test_a_move_on_an_old_version_is_refused(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order()
    given_day.an_order()
    plan_id = given_day.published()
    route = next(iter(_routes(plan_id).values()))
    _ripple(order_id, to=route, position=1, dry=False)
    with pytest.raises(moves.RouteChangedMeanwhile):
        _ripple(order_id, to=route, position=0, dry=False)


def test_a_dry_run_says_what_follows_and_moves_nothing(town: Flask) -> None:
    crew = given.a_crew()
    for _ in range(4):
        given_day.an_order()
    plan_id = given_day.published()
    before = given_day.stops(plan_id)
    move = _ripple(before[crew.crew_id][3], to=_routes(plan_id)[crew.crew_id], position=0)
    assert move.ripple.later_min
    assert any("about to go" in line.text_en for line in move.ripple.lines)
    assert given_day.stops(plan_id) == before


def test_a_crew_without_the_training_cannot_be_given_the_work(town: Flask) -> None:
    given.a_crew(letter="A")
    crew_b = given.a_crew(letter="B", skills=("METER_SMALL",))
    order_id = given_day.an_order()
    plan_id = given_day.published()
    route = _routes(plan_id)[crew_b.crew_id]
    move = _ripple(order_id, to=route, position=0)
    assert [line.text_en for line in move.ripple.lines if line.result == "block"] == [
        "Truck B is not trained for leak detection"
    ]
    with pytest.raises(moves.CannotMove):
        _ripple(order_id, to=route, position=0, dry=False)
    assert order_id not in given_day.stops(plan_id)[crew_b.crew_id]


def test_an_order_taken_off_waits_for_the_next_plan(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order()
    plan_id = given_day.published()
    _ripple(order_id, to=None, position=0, dry=False)
    order = given_day.order(order_id)
    assert (order.state, order.crew_id) == ("READY", None)
    assert given_day.left(plan_id) == {order_id: "TAKEN_OFF"}


def test_a_crew_at_work_keeps_its_stop(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order()
    given_day.published()
    given_day.set_state(order_id, state="ON_SITE")
    with pytest.raises(moves.CannotMove):
        _ripple(order_id, to=None, position=0)


def test_the_nightly_plan_is_asked_for_once(town: Flask) -> None:
    given.a_crew()
    assert workflow.request_due() is not None
    assert workflow.request_due() is None


def test_the_nightly_plan_waits_for_crews(town: Flask) -> None:
    assert workflow.request_due() is None


def test_changes_during_the_search_are_noticed(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    with reading() as session:
        before = facts.read(session, on=given.WORKDAY, now=given.NOW)
        later = facts.read(session, on=given.WORKDAY, now=given.NOW + timedelta(minutes=1))
    assert before.fingerprint() == later.fingerprint()
    given_day.an_order()
    with reading() as session:
        assert facts.read(session, on=given.WORKDAY, now=given.NOW).fingerprint() != before.fingerprint()


def test_a_dispatcher_plans_sends_and_moves_over_http(town: Flask) -> None:
    given.a_crew()
    orders = [given_day.an_order(window="14-16"), given_day.an_order()]
    dana = given.logged_in(town, role="dispatcher")
    asked = dana.post("/plans", {"on": given.WORKDAY.isoformat(), "seconds": 1})
    assert asked.status_code == 202
    plan_id = asked.get_json()["plan_id"]
    assert workflow.plan_day(plan_id=plan_id, iterations=100)
    assert dana.get(f"/plans/{plan_id}").get_json()["status"] == "draft"
    assert dana.post(f"/plans/{plan_id}/publication", {}).get_json()["status"] == "published"
    assert dana.post(f"/plans/{plan_id}/publication", {}).status_code == 409
    day = dana.get(f"/routes?on={given.WORKDAY}").get_json()
    (route,) = day["routes"]
    assert sorted(stop["order_id"] for stop in route["stops"]) == orders
    assert len(route["line"]) > 2
    body = {"order_id": route["stops"][0]["order_id"], "to_route_id": route["route_id"], "position": 1, "version": 1}
    dry = dana.post("/routes/moves", {**body, "dry_run": True})
    assert (dry.status_code, dry.get_json()["moved"]) == (200, False)
    assert dana.post("/routes/moves", body).get_json()["moved"]
    assert dana.post("/routes/moves", body).status_code == 409


def test_a_rep_may_not_plan(town: Flask) -> None:
    answer = given.logged_in(town, role="csr").post("/plans", {"on": given.WORKDAY.isoformat()})
    assert answer.status_code == 403


def test_a_day_in_the_past_is_refused(town: Flask) -> None:
    answer = given.logged_in(town, role="dispatcher").post("/plans", {"on": "2026-08-01", "seconds": 500})
    assert answer.status_code == 422
    assert {one["code"] for one in answer.get_json()["reasons"]} == {"day_past", "seconds"}
