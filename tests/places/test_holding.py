"""A rep holds a place in a window while the customer thinks; nobody else gets it meanwhile."""

import threading
from datetime import timedelta

from flask import Flask

from dispatch import clock, transaction
from dispatch.places import models
from tests import given

TOMORROW = given.WORKDAY + timedelta(days=1)


def a_crew_tomorrow() -> None:
    """One crew tomorrow that can look for leaks."""
    given.a_crew(letter="A", today=TOMORROW)


def windows_of(rep: given.Browser, home: given.Home) -> dict[tuple[str, str], dict[str, object]]:
    out = rep.get(f"/properties/premise-{home.premise_id}/windows?kind=LEAK_CHECK").get_json()
    return {(one["on"], one["window"]): one for one in out["windows"]}


def left(rep: given.Browser, home: given.Home) -> object:
    return windows_of(rep, home)[str(TOMORROW), "8-10"]["left"]


def hold(rep: given.Browser, home: given.Home, *, window: str = "8-10") -> object:
    ref = f"premise-{home.premise_id}"
    return rep.post("/window-holds", {"ref": ref, "kind": "LEAK_CHECK", "on": str(TOMORROW), "window": window})


def book(rep: given.Browser, home: given.Home, *, window: str = "8-10") -> object:
    wish = {"kind": "LEAK_CHECK", "premise_id": home.premise_id, "due_on": str(TOMORROW), "window": window}
    return rep.post("/orders", wish)


def fill_up_to_the_last_place(rep: given.Browser) -> given.Home:
    """Books 8-10 until one place is left; answers a home that has not booked."""
    a_crew_tomorrow()
    home = given.a_home()
    while left(rep, home) != 1:
        assert book(rep, given.a_home()).status_code == 201
    return home


def test_the_last_place_of_a_window_goes_to_one_of_two_reps(app: Flask) -> None:
    dana, luz = given.logged_in(app, role="csr"), given.logged_in(app, role="csr")
    mine, other = fill_up_to_the_last_place(dana), given.a_home()
    held = hold(dana, mine)
    assert held.status_code == 201, held.text
    assert windows_of(luz, other)[str(TOMORROW), "8-10"]["state"] == "full"
    for refused in (hold(luz, other), book(luz, other)):
        assert (refused.status_code, refused.get_json()["code"]) == (409, "window_taken")
        assert "Choose another" in refused.get_json()["reasons"][0]["text_en"]
        assert "Elija otro" in refused.get_json()["reasons"][0]["text_es"]
    # The holder still sees the place that is kept.
    assert left(dana, mine) == 1
    booked = book(dana, mine)
    assert booked.status_code == 201, booked.text
    assert booked.get_json()["row"]["number"] == held.get_json()["number"]
    assert windows_of(dana, mine)[str(TOMORROW), "8-10"]["state"] == "full"
    with transaction.reading() as session:
        assert session.query(models.WindowHold).count() == 0


def test_two_reps_who_press_at_the_same_moment_do_not_both_get_the_last_place(app: Flask) -> None:
    reps = [given.logged_in(app, role="csr") for _ in range(4)]
    fill_up_to_the_last_place(reps[0])
    homes = [given.a_home() for _ in reps]
    answers: list[int] = []

    def press(rep: given.Browser, home: given.Home) -> None:
        answers.append(book(rep, home).status_code)

    threads = [threading.Thread(target=press, args=pair) for pair in zip(reps, homes, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [201, 409, 409, 409]


def test_a_hold_moves_with_the_reps_choice_and_keeps_its_number(app: Flask) -> None:
    rep = given.logged_in(app, role="csr")
    a_crew_tomorrow()
    home, other = given.a_home(), given.a_home()
    before = left(rep, other)
    first = hold(rep, home).get_json()
    second = hold(rep, home, window="10-12").get_json()
    assert first["number"] == second["number"]
    assert left(rep, other) == before
    with transaction.reading() as session:
        assert [one.window for one in session.query(models.WindowHold)] == ["10-12"]
    shown = rep.get(f"/properties/premise-{home.premise_id}/windows?kind=LEAK_CHECK").get_json()["held"]
    assert (shown["window"], shown["number"], shown["until"]) == ("10-12", second["number"], second["until"])


def test_a_hold_that_lapsed_or_was_given_back_leaves_room_for_others(app: Flask, monkeypatch) -> None:
    dana, luz = given.logged_in(app, role="csr"), given.logged_in(app, role="csr")
    mine, other = fill_up_to_the_last_place(dana), given.a_home()
    hold(dana, mine)
    gone = dana.client.delete(f"/api/v1/window-holds/premise-{mine.premise_id}", headers=dana.headers)
    assert gone.status_code == 204
    assert left(luz, other) == 1
    hold(dana, mine)
    assert left(luz, other) == 0
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW + timedelta(minutes=6)))
    assert left(luz, other) == 1
    assert dana.get(f"/properties/premise-{mine.premise_id}/windows?kind=LEAK_CHECK").get_json()["held"] is None
    assert book(luz, other).status_code == 201
    # The rep who waited too long is told, and nothing was opened.
    late = book(dana, mine)
    assert (late.status_code, late.get_json()["code"]) == (409, "window_taken")


def test_a_window_that_is_not_offered_is_not_held(app: Flask) -> None:
    rep = given.logged_in(app, role="csr")
    a_crew_tomorrow()
    home = given.a_home()
    ref = f"premise-{home.premise_id}"
    for wish, status, code in (
        ({"kind": "SHUTOFF_NONPAY"}, 422, "no_such_window"),
        ({"kind": "DANCE"}, 422, "unknown_kind"),
        ({"on": "2027-08-26"}, 422, "no_such_window"),
        ({"on": "soon"}, 400, "malformed"),
        ({"window": "9-11"}, 422, "input_refused"),
        ({"ref": "premise-99999"}, 404, "unknown_property"),
    ):
        body = {"ref": ref, "kind": "LEAK_CHECK", "on": str(TOMORROW), "window": "8-10"} | wish
        answer = rep.post("/window-holds", body)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code), wish
    with transaction.reading() as session:
        assert session.query(models.WindowHold).count() == 0
