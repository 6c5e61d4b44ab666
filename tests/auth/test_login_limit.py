"""Guessing passwords is slowed down, with the bus and without it."""

from flask import Flask

from dispatch.auth.limits import LoginLimit
from tests import given


def _tries(app: Flask, *, login: str, password: str, times: int) -> list[int]:
    browser = app.test_client()
    said = {"login": login, "password": password}
    return [browser.post("/api/v1/session", json=said).status_code for _ in range(times)]


def test_after_some_wrong_passwords_a_login_is_refused_for_a_while_even_with_the_right_one(app: Flask) -> None:
    login = given.a_person(role="csr")
    app.extensions["curbstop_login_limit"] = LoginLimit(redis_url="", per_minute=3)
    assert _tries(app, login=login, password="wrong", times=4) == [401, 401, 401, 429]
    # Spelled otherwise it is the same person.
    assert _tries(app, login=f" {login.upper()} ", password=given.PASSWORD, times=1) == [429]


def test_nobody_else_is_kept_out_by_it(app: Flask) -> None:
    guessed, other = given.a_person(role="csr"), given.a_person(role="csr")
    app.extensions["curbstop_login_limit"] = LoginLimit(redis_url="", per_minute=2)
    assert _tries(app, login=guessed, password="wrong", times=3)[-1] == 429
    assert _tries(app, login=other, password=given.PASSWORD, times=1) == [200]


def test_without_the_bus_each_process_goes_on_counting(app: Flask) -> None:
    login = given.a_person(role="csr")
    app.extensions["curbstop_login_limit"] = LoginLimit(redis_url="redis://127.0.0.1:1/0", per_minute=2)
    assert _tries(app, login=login, password="wrong", times=3) == [401, 401, 429]


def test_the_refusal_says_what_to_do_in_both_languages(app: Flask) -> None:
    login = given.a_person(role="csr")
    app.extensions["curbstop_login_limit"] = LoginLimit(redis_url="", per_minute=1)
    browser = app.test_client()
    for _ in range(2):
        answer = browser.post("/api/v1/session", json={"login": login, "password": "wrong"})
    told = answer.get_json()
    assert answer.status_code == 429 and told["code"] == "too_many"
    (reason,) = told["reasons"]
    assert "minute" in reason["text_en"] and "minuto" in reason["text_es"]
