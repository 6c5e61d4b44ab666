"""The board: what needs a person, the day in numbers, and who may see names."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from dispatch.auth.events import PersonAdded
from dispatch.board import operations as board
from dispatch.board import snapshot, stream
from dispatch.board.schemas import AlertOut, BoardOut
from dispatch.journal.models import JournalEntry
from dispatch.transaction import bus, reading
from tests import given
from tests.routes import given_day


@pytest.fixture
def town(app: Flask) -> Flask:
    """Streets; one street of them without signal."""
    given_day.streets(dead=True)
    return app


def _board(*, minutes: int = 0, public: bool = False) -> BoardOut:
    with reading() as session:
        return snapshot.board(session, on=given.WORKDAY, now=given.NOW + timedelta(minutes=minutes), public=public)


def _alerts(kind: str, *, minutes: int = 0) -> list[AlertOut]:
    return [alert for alert in _board(minutes=minutes).alerts if alert.kind == kind]


def _checked_in(crew_id: int) -> None:
    with given.edge() as tx:
        shift = tx.session.query(given.crews.Shift).filter_by(crew_id=crew_id).one()
        shift.checked_in_at = shift.start_at


def test_a_recall_without_an_answer_is_shown_after_a_minute_and_the_worst_after_three(town: Flask) -> None:
    crew = given.a_crew()
    order_id = given_day.an_order()
    given_day.published()
    given_day.set_state(order_id, state="RECALLED", recalled_at=given.NOW, recall_en="Paid", recall_es="Pagó")
    assert not _alerts("recall_unanswered")
    assert [alert.harm for alert in _alerts("recall_unanswered", minutes=1)] == [1]
    (alarm,) = _alerts("recall_unanswered", minutes=3)
    assert (alarm.harm, alarm.order_id, alarm.crew_id) == (0, order_id, crew.crew_id)
    given_day.set_state(order_id, state="RECALLED", recall_acked_at=given.NOW)
    assert not _alerts("recall_unanswered", minutes=3)


def test_an_unanswered_recall_goes_on_record_once(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order()
    given_day.published()
    given_day.set_state(order_id, state="RECALLED", recalled_at=given.NOW, recall_en="Paid", recall_es="Pagó")
    noted = []
    for minutes in (2, 3, 4):
        with given.edge(given.NOW + timedelta(minutes=minutes)) as tx:
            noted.append(board.note_unanswered_recalls(tx))
    assert noted == [0, 1, 0]


def test_a_crew_that_did_not_check_in_is_missed(town: Flask) -> None:
    crew = given.a_crew()
    given_day.an_order()
    given_day.published()
    assert [alert.crew_id for alert in _alerts("missed_check_in")] == [crew.crew_id]
    _checked_in(crew.crew_id)
    assert not _alerts("missed_check_in")


def test_a_window_that_will_be_missed_is_told_before_it_is(town: Flask) -> None:
    given.a_crew()
    order_id = given_day.an_order(window="10-12")
    given_day.published()
    assert not _alerts("window_at_risk")
    # At 11:50 the crew has still not gone anywhere.
    (at_risk,) = _alerts("window_at_risk", minutes=92) or _alerts("late", minutes=92)
    assert at_risk.order_id == order_id
    assert [alert.order_id for alert in _alerts("late", minutes=150)] == [order_id]


def test_the_numbers_count_the_day_as_it_is(town: Flask) -> None:
    given.a_crew()
    orders = [given_day.an_order() for _ in range(4)]
    given_day.published()
    given_day.set_state(orders[0], state="POSTED", finished_at=given.NOW)
    given_day.set_state(orders[1], state="CGI", finished_at=given.NOW)
    kpis = _board().kpis
    assert (kpis.done, kpis.of, kpis.no_access) == (2, 4, 1)


def test_the_time_from_payment_to_water_is_the_middle_one_of_the_day(town: Flask) -> None:
    given.a_crew()
    orders = [given_day.an_order() for _ in range(5)]
    assert (_board().kpis.paid_to_on_min, _board().kpis.restored) == (None, 0)
    for order_id, minutes in zip(orders, (20, 200, 45, 90), strict=False):
        paid_at = given.NOW - timedelta(minutes=minutes)
        given_day.set_state(order_id, kind="RESTORE", state="POSTED", paid_at=paid_at, finished_at=given.NOW)
    given_day.set_state(orders[0], state="CGI")
    kpis = _board().kpis
    assert (kpis.paid_to_on_min, kpis.restored) == (90, 3)
    # What was restored yesterday is no figure of today.
    given_day.set_state(orders[1], state="POSTED", finished_at=given.NOW - timedelta(days=1))
    assert (_board().kpis.paid_to_on_min, _board().kpis.restored) == (67, 2)


def test_names_phones_and_alerts_are_for_dispatch_alone(town: Flask) -> None:
    given.a_crew()
    given_day.an_order()
    given_day.published()
    dana = given.logged_in(town, role="dispatcher").get(f"/board?on={given.WORKDAY}").get_json()
    auditor = given.logged_in(town, role="auditor").get(f"/board?on={given.WORKDAY}").get_json()
    assert dana["crews"][0]["people"] == ["Marcus A."]
    assert (dana["public"], auditor["public"]) == (False, True)
    assert auditor["crews"][0]["people"] == []
    assert auditor["alerts"] == []
    assert "Marcus" not in json.dumps(auditor)


def test_a_crew_in_a_street_without_signal_is_in_its_usual_dead_zone(town: Flask) -> None:
    crew = given.a_crew()
    lat = given.YARD[1] - given_day.STEP + 5 * given_day.STEP
    with given.edge() as tx:
        tx.session.add(
            given.crews.LastPosition(crew_id=crew.crew_id, at=given.NOW, lon=given.YARD[0], lat=lat, accuracy_m=5.0)
        )
    assert _board().crews[0].usual_dead_zone
    with given.edge() as tx:
        tx.session.get_one(given.crews.LastPosition, crew.crew_id).lat = lat + 2 * given_day.STEP
    assert not _board().crews[0].usual_dead_zone


def _events(frames: Iterator[str], count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for text in frames:
        if text.startswith(("id:", "event:")):
            found.append(dict(line.split(": ", 1) for line in text.strip().splitlines()))
        if len(found) == count:
            break
    return found


def test_a_stream_that_was_cut_goes_on_after_the_last_number_it_saw(town: Flask) -> None:
    for name in ("one", "two", "three"):
        with given.edge() as tx:
            tx.record(PersonAdded(person_id=len(name)))
    with reading() as session:
        last = session.query(JournalEntry).count()
    told = _events(stream.frames(bus=bus(), after=last - 2), 2)
    assert [int(one["id"]) for one in told] == [last - 1, last]
    assert json.loads(told[-1]["data"])["name"] == "PersonAdded"


def test_news_reaches_an_open_stream_without_waiting_for_its_heartbeat(town: Flask) -> None:
    frames = stream.frames(bus=bus(), after=None, heartbeat_s=30.0)
    next(frames)
    # The listener needs its subscription to stand before anything is said.
    bus().publish({"position": {"crew_id": 1}})
    with given.edge() as tx:
        tx.record(PersonAdded(person_id=7))
    (told,) = _events((text for text in frames if "news" in text), 1)
    assert json.loads(told["data"])["name"] == "PersonAdded"


def test_a_stream_ends_by_itself(town: Flask) -> None:
    clock = iter([0.0, 0.0, 1.0, 700.0])
    texts = list(stream.frames(bus=bus(), after=0, heartbeat_s=0.01, monotonic=lambda: next(clock)))
    assert texts[-1].startswith((": still here", "id:"))


def test_positions_pass_through_and_are_kept_from_those_who_may_not_see_the_board(town: Flask) -> None:
    message = {"position": {"crew_id": 3, "lon": 1.0, "lat": 2.0, "accuracy_m": 4.0, "at": "2026-08-25T17:30:00Z"}}
    (text,) = stream.passing(message)
    assert text.startswith("event: position\ndata: {")
    assert list(stream.passing({"seq": 4})) == []
