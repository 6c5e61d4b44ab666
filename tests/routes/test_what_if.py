"""A day as it could be, beside the day as it is; nothing in force changes."""

from dataclasses import replace

import pytest
from flask import Flask

from dispatch.routes import planner, queries, trying, what_if
from dispatch.transaction import reading
from tests import given
from tests.routes import days, given_day


def day() -> planner.Problem:
    """Two crews, twenty orders: more than they can do."""
    return days.day(
        crews=[days.crew(1), days.crew(2, skills=frozenset())], jobs=[days.job(i, place=i) for i in range(1, 21)]
    )


def test_a_crew_more_is_like_the_ablest_and_starts_at_the_yard() -> None:
    found = what_if.changed(problem=day(), options=what_if.Options(more_crews=2), seed=1)
    assert [crew.crew_id for crew in found.crews] == [1, 2, -1, -2]
    assert found.crews[2].skills == found.crews[0].skills
    assert found.crews[2].start_place == found.crews[2].end_place


def test_other_hours_make_every_shift_longer_or_shorter_but_never_negative() -> None:
    longer = what_if.changed(problem=day(), options=what_if.Options(longer_min=60), seed=1)
    assert [a.end_s - b.end_s for a, b in zip(longer.crews, day().crews, strict=True)] == [3600, 3600]
    brief = replace(day(), crews=(days.crew(1, start_s=0, end_s=600),))
    shorter = what_if.changed(problem=brief, options=what_if.Options(longer_min=-60), seed=1)
    assert shorter.crews[0].end_s == shorter.crews[0].start_s


def test_forty_percent_more_orders_are_like_those_of_the_day_and_repeat_with_the_seed() -> None:
    options = what_if.Options(more_orders_percent=40)
    found = what_if.changed(problem=day(), options=options, seed=3)
    assert len(found.jobs) == 28
    assert {job.place for job in found.jobs} == {job.place for job in day().jobs}
    assert what_if.changed(problem=day(), options=options, seed=3).jobs == found.jobs


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets and one truck."""
    given_day.streets()
    given.a_crew()
    return app


def test_a_crew_more_is_compared_side_by_side_and_changes_nothing(town: Flask) -> None:
    for _ in range(12):
        given_day.an_order()
    plan_id = given_day.published()
    before = given_day.stops(plan_id)
    office = given.logged_in(town, role="supervisor")
    asked = office.post("/trials", {"on": given.WORKDAY.isoformat(), "more_crews": 1})
    assert asked.status_code == 202
    trial_id = asked.get_json()["trial_id"]
    assert trying.run(trial_id=trial_id, iterations=200)
    assert not trying.run(trial_id=trial_id, iterations=200), "a job that comes twice does it once"
    told = office.get(f"/trials/{trial_id}").get_json()
    assert told["status"] == "done"
    assert told["then"]["crews"] == told["now"]["crews"] + 1
    assert told["then"]["planned"] > told["now"]["planned"]
    assert given_day.stops(plan_id) == before
    with reading() as session:
        assert queries.drafts(session, on=given.WORKDAY) == []


def test_what_cannot_be_tried_is_refused_with_every_reason(town: Flask) -> None:
    office = given.logged_in(town, role="supervisor")
    refused = office.post(
        "/trials", {"on": "2020-01-01", "more_crews": 99, "longer_min": 999, "more_orders_percent": -1}
    )
    assert refused.status_code == 422
    assert {one["field"] for one in refused.get_json()["reasons"]} == {
        "on", "more_crews", "longer_min", "more_orders_percent",
    }  # fmt: skip
    nothing = office.post("/trials", {"on": given.WORKDAY.isoformat()})
    assert [one["code"] for one in nothing.get_json()["reasons"]] == ["nothing_changed"]


def test_without_streets_a_comparison_says_so(app: Flask) -> None:
    given.a_crew()
    office = given.logged_in(app, role="supervisor")
    trial_id = office.post("/trials", {"on": given.WORKDAY.isoformat(), "more_crews": 1}).get_json()["trial_id"]
    trying.run(trial_id=trial_id, iterations=10)
    told = office.get(f"/trials/{trial_id}").get_json()
    assert told["status"] == "failed"
    assert "streets" in told["error_en"] and "calles" in told["error_es"]
