"""A crew that did not come hears on its tablet where its stops went, and keeps them when it comes after all."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dispatch import clock
from dispatch.crews import queries as crews
from dispatch.routes import models, noticing, operations, queries, replan_wording, replanning, workflow
from dispatch.sync import day as packages
from dispatch.transaction import HOUSE, reading
from tests import given
from tests.routes import given_day


@pytest.fixture
def town(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Streets; the clock stands an hour and a half after the crews should have checked in."""
    given_day.streets()
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW + timedelta(hours=1.5), times=0.001))
    return app


def proposed_for(absent: given.CrewOnShift, *there: given.CrewOnShift) -> models.Replan:
    """The watch sees that a crew has not checked in; what it proposes is worked out."""
    for crew in there:
        checks_in(crew)
    assert noticing.watch() == 1
    return answered()


def checks_in(crew: given.CrewOnShift) -> None:
    with given.edge() as tx:
        shift = crews.find_shift(tx.session, crew_id=crew.crew_id, on=given.WORKDAY)
        assert shift is not None
        shift.checked_in_at = given.NOW


def answered() -> models.Replan:
    """The newest re-plan, done."""
    with reading() as session:
        replan_id = queries.replans_on(session, on=given.WORKDAY, limit=1)[0].id
    assert replanning.run(replan_id=replan_id, iterations=200)
    with given.edge() as tx:
        return queries.get_replan(tx.session, replan_id)


def on_tablet(crew: given.CrewOnShift, folder: Path) -> list[dict[str, str]]:
    """Changes of today as the crew's tablet lists them."""
    with given.edge() as tx:
        package = packages.package(
            tx, person_id=crew.person_id, on=given.WORKDAY, device_id=None, tiles_dir=folder
        )  # fmt: skip
    assert package.stops == []
    return package.changes_today


def a_day(*, stops: int, only_crew: given.CrewOnShift) -> int:
    """A published day on which one crew has all the stops."""
    for _ in range(stops):
        given_day.an_order(kind="REREAD")
    plan_id = given_day.published()
    assert len(given_day.stops(plan_id)[only_crew.crew_id]) == stops
    return plan_id


def test_an_absent_crew_is_told_in_one_sentence_that_its_stops_went_to_others(town: Flask, tmp_path: Path) -> None:
    away = given.a_crew(letter="A")
    a_day(stops=3, only_crew=away)
    there = given.a_crew(letter="B")
    proposal = proposed_for(away, there)
    assert on_tablet_before_it_is_sent(away) == []
    assert proposal.plan_id is not None
    workflow.publish(plan_id=proposal.plan_id, actor=HOUSE)
    assert on_tablet(away, tmp_path) == [
        {
            "en": "Your 3 stops went to Truck B: you had not checked in",
            "es": "Sus 3 paradas pasaron a Truck B: no se habían registrado",
        }
    ]


def on_tablet_before_it_is_sent(crew: given.CrewOnShift) -> list[str]:
    with reading() as session:
        return [one.text_en for one in queries.changes(session, crew_id=crew.crew_id, on=given.WORKDAY)]


def test_what_nobody_could_take_is_said_to_wait(town: Flask, tmp_path: Path) -> None:
    away = given.a_crew(letter="A")
    a_day(stops=5, only_crew=away)
    there = given.a_crew(letter="B")
    proposal = proposed_for(away, there)
    assert proposal.plan_id is not None
    workflow.publish(plan_id=proposal.plan_id, actor=HOUSE)
    (said,) = on_tablet(away, tmp_path)
    assert said["en"] == "3 of your 5 stops went to Truck B, the rest waits: you had not checked in"
    assert said["es"] == "3 de sus 5 paradas pasaron a Truck B; el resto espera: no se habían registrado"


def test_a_crew_that_comes_before_the_proposal_is_sent_keeps_its_stops(town: Flask) -> None:
    late = given.a_crew(letter="A")
    plan_id = a_day(stops=3, only_crew=late)
    there = given.a_crew(letter="B")
    proposal = proposed_for(late, there)
    checks_in(late)
    assert proposal.plan_id is not None
    with pytest.raises(operations.PlanOutrun) as refused:
        workflow.publish(plan_id=proposal.plan_id, actor=HOUSE)
    assert "Truck A has checked in since" in refused.value.reasons[0].text_en
    assert "Truck A se registró" in refused.value.reasons[0].text_es
    assert answered().outcome == "nothing", "it is worked out anew, with the crew that has come"
    with reading() as session:
        plan = queries.published_plan(session, on=given.WORKDAY)
        assert plan is not None and plan.id == plan_id
        assert queries.drafts(session, on=given.WORKDAY) == []


def test_a_single_stop_is_named_and_a_route_taken_back_for_another_reason_accuses_nobody() -> None:
    place = "12 Elm St"
    one = replan_wording.withdrawn(stops=1, place=place, went={"Truck B": 1}, absent=True)
    assert one == (
        "Your stop at 12 Elm St went to Truck B: you had not checked in",
        "Su parada en 12 Elm St pasó a Truck B: no se habían registrado",
    )
    none = replan_wording.withdrawn(stops=4, place=place, went={}, absent=False)
    assert none == ("Your 4 stops were taken off", "Sus 4 paradas fueron retiradas")
    three = replan_wording.withdrawn(stops=6, place=place, went={"C": 1, "A": 3, "B": 2}, absent=False)
    assert three == ("Your 6 stops went to A, B and C", "Sus 6 paradas pasaron a A, B y C")
