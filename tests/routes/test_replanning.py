"""A plan in force answers the day: emergencies, cancellations, crews that go home, promises in danger."""

from datetime import timedelta

import pytest
from flask import Flask

from dispatch import errors
from dispatch.crews import models as crew_models
from dispatch.crews import queries as crews
from dispatch.policies import queries as policies
from dispatch.routes import (
    in_force,
    models,
    moves,
    noticing,
    operations,
    queries,
    replan_operations,
    replanning,
    shown,
    workflow,
)
from dispatch.transaction import HOUSE, Tx, reading
from tests import given
from tests.routes import given_day


@pytest.fixture
def town(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Streets; the house's clock stands at eight in the morning."""
    given_day.streets()
    at(monkeypatch, hours=0)
    return app


def at(monkeypatch: pytest.MonkeyPatch, *, hours: float) -> None:
    """Let the house's clock show so many hours after the morning."""
    from dispatch import clock

    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW + timedelta(hours=hours), times=0.001))


def shift_of(tx: Tx, crew_id: int) -> crew_models.Shift:
    """The shift of a crew."""
    shift = crews.find_shift(tx.session, crew_id=crew_id, on=given.WORKDAY)
    assert shift is not None
    return shift


def done() -> models.Replan:
    """Do the re-plans that wait, whatever they are due; answers the last one."""
    with given.edge() as tx:
        waiting = [
            row.id for row in queries.replans_on(tx.session, on=given.WORKDAY, limit=9) if row.status == "waiting"
        ]
    assert waiting, "nothing asked for a re-plan"
    for replan_id in sorted(waiting):
        assert replanning.run(replan_id=replan_id, iterations=200)
    with given.edge() as tx:
        return queries.get_replan(tx.session, max(waiting))


def in_force_now() -> tuple[int, dict[int, list[int]]]:
    """The plan in force and its stops by crew."""
    with reading() as session:
        plan = queries.published_plan(session, on=given.WORKDAY)
        assert plan is not None
        plan_id = plan.id
    return plan_id, given_day.stops(plan_id)


def told(crew_id: int) -> list[str]:
    """What a crew heard."""
    with reading() as session:
        return [one.text_en for one in queries.changes(session, crew_id=crew_id, on=given.WORKDAY)]


def used(plan_id: int) -> dict[int, int]:
    """Changes that each crew has had."""
    with reading() as session:
        return {route.crew_id: route.changes_used for route in queries.routes_of(session, plan_id=plan_id)}


def test_an_emergency_goes_out_at_once_behind_the_next_two_stops(town: Flask) -> None:
    crew = given.a_crew()
    for _ in range(5):
        given_day.an_order()
    first = given_day.published()
    before = given_day.stops(first)[crew.crew_id]
    leak = given_day.an_order(kind="SHUTOFF_EMERGENCY")
    noticing.order_came(order_id=leak)
    row = done()
    plan_id, stops = in_force_now()
    assert (row.outcome, row.plan_id) == ("published", plan_id)
    assert stops[crew.crew_id][:2] == before[:2]
    assert [one for one in stops[crew.crew_id] if one != leak] == before
    assert given_day.order(leak).state == "DISPATCHED"
    (sentence,) = told(crew.crew_id)
    assert sentence.startswith(f"Emergency: {given_day.order(leak).place}, about ")
    assert used(plan_id) == {crew.crew_id: 1}
    assert row.text_en == (f"Emergency: {given_day.order(leak).place}: 1 change, 5 of 5 orders stay with their crew.")
    assert "Emergencia" in row.text_es


def test_an_order_for_today_that_is_no_emergency_is_proposed_and_sent_by_a_person(town: Flask) -> None:
    crew = given.a_crew()
    given_day.an_order()
    first = given_day.published()
    new = given_day.an_order()
    noticing.order_came(order_id=new)
    row = done()
    assert (row.outcome, in_force_now()[0]) == ("proposed", first)
    assert given_day.order(new).state == "READY"
    with reading() as session:
        day = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    assert day.plan is not None and (day.plan.status, day.plan.proposal) == ("draft", True)
    assert day.replans[0].changes[0].order_id == new
    assert row.plan_id is not None
    workflow.publish(plan_id=row.plan_id, actor=HOUSE)
    assert given_day.order(new).crew_id == crew.crew_id
    assert told(crew.crew_id)[0].startswith("New stop: ")
    with reading() as session:
        assert queries.get_replan(session, row.id).outcome == "published", "the board does not offer it once more"


def test_what_the_utility_has_said_decides_what_goes_out_at_once(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    first = given_day.published()
    with given.edge() as tx:
        tx.session.add(models.ReplanPolicy(id=1, at_once=["SAME_DAY"], change_price_s=600, search_s=1.0))
    noticing.order_came(order_id=given_day.an_order(kind="SHUTOFF_EMERGENCY"))
    assert done().outcome == "proposed"
    assert in_force_now()[0] == first
    noticing.order_came(order_id=given_day.an_order())
    assert done().status in ("done", "waiting")
    assert in_force_now()[0] != first


def test_a_policy_that_makes_no_sense_is_refused_with_every_reason_and_a_good_one_holds(town: Flask) -> None:
    with pytest.raises(errors.Refusal) as refused, given.edge() as tx:
        replan_operations.set_policy(tx, at_once=["FLOOD"], changes_a_day=-1, change_price_s=999_999)
    assert [one.field for one in refused.value.reasons] == ["at_once", "changes_a_day", "change_price_s"]
    with given.edge() as tx:
        replan_operations.set_policy(tx, at_once=["CREW_HOME"], changes_a_day=5)
    with given.edge() as tx:
        policy = queries.replan_policy(tx.session)
        assert (policy.at_once, policy.change_price_s) == (["CREW_HOME"], 600)
        assert policies.get_utility(tx.session).changes_a_day == 5


def test_events_of_a_short_while_become_one_replan(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    given_day.published()
    leaks = [given_day.an_order(kind="SHUTOFF_EMERGENCY") for _ in range(3)]
    for leak in [*leaks, leaks[0]]:
        noticing.order_came(order_id=leak)
    with given.edge() as tx:
        (row,) = queries.replans_on(tx.session, on=given.WORKDAY, limit=9)
        assert [one["order_id"] for one in row.causes] == leaks
    assert done().outcome == "published"
    assert {given_day.order(leak).state for leak in leaks} == {"DISPATCHED"}


def test_a_replan_waits_until_it_is_due_and_one_at_a_time_works_on_a_day(
    town: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.a_crew()
    given_day.an_order()
    given_day.published()
    noticing.order_came(order_id=given_day.an_order(kind="SHUTOFF_EMERGENCY"))
    noticing.order_came(order_id=given_day.an_order())
    with given.edge() as tx:
        rows = queries.replans_on(tx.session, on=given.WORKDAY, limit=9)
        urgent, other = sorted(rows, key=lambda row: not row.at_once)
        assert queries.due_replans(tx.session, now=given.NOW) == []
        assert replan_operations.begin(tx, replan_id=urgent.id)
    assert not replanning.run(replan_id=other.id)
    at(monkeypatch, hours=1)
    assert replanning.run_due() == 0, "another works on this day"
    assert replanning.give_up_lost() == 1
    at(monkeypatch, hours=1.1)
    assert replanning.run_due() >= 1
    assert given_day.order(2).state == "DISPATCHED"


def test_the_stops_of_a_crew_that_went_home_go_to_the_other_one_and_both_are_told(town: Flask) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(9):
        given_day.an_order(kind="REREAD")
    first = given_day.published()
    before = given_day.stops(first)
    with given.edge() as tx:
        shift_of(tx, crew_a.crew_id).ended_at = given.NOW
    noticing.crew_ended(crew_id=crew_a.crew_id)
    row = done()
    plan_id, after = in_force_now()
    assert row.outcome == "published"
    moved = [one for one in after[crew_b.crew_id] if one in before[crew_a.crew_id]]
    assert 1 <= len(moved) <= 3, "the other crew gets what its changes allow"
    assert {one: given_day.order(one).crew_id for one in moved} == dict.fromkeys(moved, crew_b.crew_id)
    assert len(told(crew_b.crew_id)) == len(moved)
    left = [one for one in before[crew_a.crew_id] if one not in moved]
    assert {one: given_day.left(plan_id)[one] for one in left} == dict.fromkeys(left, "CHANGES_SPENT")
    assert {given_day.order(one).state for one in left} <= {"READY"}
    assert all("went to" in text or "Taken off" in text for text in told(crew_a.crew_id))


def test_a_crew_that_went_home_with_nothing_left_asks_for_nothing(town: Flask) -> None:
    crew = given.a_crew()
    order_id = given_day.an_order()
    given_day.published()
    given_day.set_state(order_id, state="COMPLETED", finished_at=given.NOW)
    with given.edge() as tx:
        shift_of(tx, crew.crew_id).ended_at = given.NOW
    noticing.crew_ended(crew_id=crew.crew_id)
    with reading() as session:
        assert queries.replans_on(session, on=given.WORKDAY, limit=9) == []


def test_the_time_of_a_cancelled_order_is_offered_to_one_that_found_no_place(town: Flask) -> None:
    crew = given.a_crew()
    with given.edge() as tx:
        shift = shift_of(tx, crew.crew_id)
        shift.end_at, shift.lunch_from_at = given.NOW + timedelta(hours=3), None
    for _ in range(9):
        given_day.an_order()
    first = given_day.published()
    waits = min(given_day.left(first))
    freed = given_day.stops(first)[crew.crew_id][-1]
    given_day.set_state(freed, state="CANCELLED", crew_id=None)
    noticing.order_fell_away(order_id=freed)
    row = done()
    assert row.outcome == "proposed"
    assert row.plan_id is not None
    assert any(one in given_day.stops(row.plan_id)[crew.crew_id] for one in given_day.left(first)), waits
    assert row.changes[0]["why"] == "FITS_NOW"


def test_an_order_without_a_place_is_listed_with_its_reason(town: Flask) -> None:
    given.a_crew(skills=("METER_SMALL",))
    given_day.an_order(kind="METER_EXCHANGE")
    plan_id = given_day.published()
    leak = given_day.an_order(kind="WATER_QUALITY")
    noticing.order_came(order_id=leak)
    assert done().outcome == "nothing"
    assert given_day.left(plan_id)[leak] == "NO_CREW_WITH_SKILL"


def test_what_a_dispatcher_took_off_is_not_put_back_and_what_they_moved_stays(town: Flask) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(8):
        given_day.an_order()
    plan_id = given_day.published()
    stops = given_day.stops(plan_id)
    giver, taker = (crew_a, crew_b) if len(stops[crew_a.crew_id]) > 2 else (crew_b, crew_a)
    mine, off = stops[giver.crew_id][-1], stops[giver.crew_id][-2]
    _by_hand(plan_id, order_id=mine, to_crew_id=taker.crew_id)
    _by_hand(plan_id, order_id=off, to_crew_id=None)
    noticing.order_came(order_id=given_day.an_order(kind="SHUTOFF_EMERGENCY"))
    done()
    now_id, now = in_force_now()
    assert mine in now[taker.crew_id]
    assert given_day.left(now_id)[off] == "TAKEN_OFF"
    again = given_day.planned()
    assert mine in given_day.stops(again)[taker.crew_id], "a whole plan leaves it there too"


def test_a_hand_move_while_the_planner_thinks_is_not_overwritten(town: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(8):
        given_day.an_order()
    plan_id = given_day.published()
    stops = given_day.stops(plan_id)
    giver, taker = (crew_a, crew_b) if len(stops[crew_a.crew_id]) > 2 else (crew_b, crew_a)
    mine = stops[giver.crew_id][-1]
    leak = given_day.an_order(kind="SHUTOFF_EMERGENCY")
    noticing.order_came(order_id=leak)
    think = replanning._think
    turns: list[int] = []

    def thinks_while_somebody_moves(*values: object, **named: object) -> object:
        turns.append(1)
        found = think(*values, **named)  # type: ignore[arg-type]
        if len(turns) == 1:
            _by_hand(plan_id, order_id=mine, to_crew_id=taker.crew_id)
        return found

    monkeypatch.setattr(replanning, "_think", thinks_while_somebody_moves)
    assert done().outcome == "published"
    assert len(turns) == 2, "the day had changed: it was thought about once more"
    now = in_force_now()[1]
    assert mine in now[taker.crew_id]
    assert any(leak in some for some in now.values())


def test_a_proposal_does_not_undo_a_hand_move_made_since_but_is_worked_out_anew(town: Flask) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(8):
        given_day.an_order(kind="REREAD")
    plan_id = given_day.published()
    stops = given_day.stops(plan_id)
    giver, taker = (crew_a, crew_b) if len(stops[crew_a.crew_id]) > 2 else (crew_b, crew_a)
    mine = stops[giver.crew_id][-1]
    new = given_day.an_order(kind="METER_EXCHANGE")
    noticing.order_came(order_id=new)
    proposed = done()
    assert (proposed.outcome, proposed.plan_id is not None) == ("proposed", True)
    with reading() as session:
        shows = shown.day_routes(session, on=given.WORKDAY, now=given.NOW)
    assert {route.status for route in shows.routes} == {"published"}, "the day as it is driven stays in sight"
    _by_hand(plan_id, order_id=mine, to_crew_id=taker.crew_id)
    assert proposed.plan_id is not None
    with pytest.raises(operations.PlanOutrun):
        workflow.publish(plan_id=proposed.plan_id, actor=HOUSE)
    assert given_day.order(mine).crew_id == taker.crew_id
    again = done()
    assert again.outcome == "proposed"
    assert again.plan_id is not None
    workflow.publish(plan_id=again.plan_id, actor=HOUSE)
    assert given_day.order(mine).crew_id == taker.crew_id
    assert given_day.order(new).state == "DISPATCHED"


def test_a_draft_that_somebody_works_on_is_made_anew_with_their_moves(town: Flask) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(8):
        given_day.an_order()
    given_day.published()
    draft = given_day.planned()
    stops = given_day.stops(draft)
    giver, taker = (crew_a, crew_b) if len(stops[crew_a.crew_id]) > 2 else (crew_b, crew_a)
    mine = stops[giver.crew_id][-1]
    _by_hand(draft, order_id=mine, to_crew_id=taker.crew_id)
    leak = given_day.an_order(kind="SHUTOFF_EMERGENCY")
    noticing.order_came(order_id=leak)
    assert done().outcome == "published"
    with given.edge() as tx:
        asked = queries.newest_plan(tx.session, on=given.WORKDAY)
    assert asked is not None and (asked.status, asked.pins_from_id) == ("queued", draft)
    assert workflow.plan_day(plan_id=asked.id, iterations=200)
    again = given_day.stops(asked.id)
    assert mine in again[taker.crew_id]
    assert any(leak in some for some in again.values())


def test_a_promise_in_danger_asks_once_and_is_proposed_to_another_crew(
    town: Flask,
) -> None:
    crew_a = given.a_crew(letter="A")
    for _ in range(4):
        given_day.an_order()
    promised = given_day.an_order(window="10-12")
    plan_id = given_day.published()
    crew_b = given.a_crew(letter="B")
    with given.edge() as tx:
        stops = queries.stops_of(tx.session, plan_id=plan_id)
        (route,) = queries.routes_of(tx.session, plan_id=plan_id)
        some = sorted(stops[route.id], key=lambda stop: stop.order_id == promised)
        for position, stop in enumerate(some):
            stop.position = position
        for crew in (crew_a, crew_b):
            shift_of(tx, crew.crew_id).checked_in_at = given.NOW
    assert noticing.watch() == 1
    assert noticing.watch() == 0, "the same promise is not asked about again at once"
    row = done()
    assert row.causes[0]["order_id"] == promised
    assert row.outcome == "proposed"
    assert row.changes[0]["to_crew_id"] == crew_b.crew_id
    assert "to keep" in row.changes[0]["text_en"]
    assert crew_a.crew_id == row.changes[0]["from_crew_id"]


def test_a_crew_that_did_not_come_is_noticed_and_its_work_offered_to_others(
    town: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew_a, crew_b = given.a_crew(letter="A"), given.a_crew(letter="B")
    for _ in range(4):
        given_day.an_order(kind="REREAD")
    given_day.published()
    with given.edge() as tx:
        shift_of(tx, crew_b.crew_id).checked_in_at = given.NOW
        shift_of(tx, crew_a.crew_id).checked_in_at = None
    at(monkeypatch, hours=1.5)
    assert noticing.watch() == 1
    row = done()
    assert row.outcome == "proposed"
    assert {one["to_crew_id"] for one in row.changes} == {crew_b.crew_id}
    assert "has not checked in" in row.text_en


def test_an_order_for_another_day_or_without_a_plan_in_force_asks_for_nothing(town: Flask) -> None:
    given.a_crew()
    noticing.order_came(order_id=given_day.an_order())
    given_day.published()
    noticing.order_came(order_id=given_day.an_order(today=given.WORKDAY + timedelta(days=3)))
    with reading() as session:
        assert queries.replans_on(session, on=given.WORKDAY, limit=9) == []


def test_a_replan_that_fails_three_times_says_so_and_changes_nothing(
    town: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.a_crew()
    given_day.an_order()
    first = given_day.published()
    leak = given_day.an_order(kind="SHUTOFF_EMERGENCY")
    noticing.order_came(order_id=leak)

    def broken(*_values: object, **_named: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(in_force, "see", broken)
    for _ in range(3):
        with given.edge() as tx:
            (row,) = queries.replans_on(tx.session, on=given.WORKDAY, limit=9)
        assert replanning.run(replan_id=row.id)
    with given.edge() as tx:
        (row,) = queries.replans_on(tx.session, on=given.WORKDAY, limit=9)
    assert (row.status, in_force_now()[0]) == ("failed", first)
    assert row.text_en and row.text_es


def _by_hand(plan_id: int, *, order_id: int, to_crew_id: int | None) -> None:
    """A dispatcher moves an order to the end of a crew's route, or off its route."""
    with given.edge() as tx:
        route = next((one for one in queries.routes_of(tx.session, plan_id=plan_id) if one.crew_id == to_crew_id), None)
        move = moves.find(
            tx.session, order_id=order_id, to_route_id=route.id if route else None, position=99,
            version=route.version if route else 0, now=given.NOW,
        )  # fmt: skip
        moves.make(tx, move=move, reason="")
