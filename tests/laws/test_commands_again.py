"""What the office asks is kept with its full input; asked again in the same words, it changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import endpoint, transaction
from dispatch.auth import permissions
from dispatch.journal import models as journal
from dispatch.routes import workflow
from dispatch.sync import books
from tests import given
from tests.places import given_sheet
from tests.routes import given_day
from tests.sync.tablet import Tablet, a_final_read, an_order

COMMANDS: dict[str, tuple[str, str]] = {
    "orders.open": ("POST", "/orders"),
    "orders.cancel": ("POST", "/orders/<int:order_id>/cancellation"),
    "orders.hold": ("POST", "/orders/<int:order_id>/hold"),
    "orders.release": ("POST", "/orders/<int:order_id>/release"),
    "accounts.pay": ("POST", "/accounts/<int:account_id>/payments"),
    "accounts.hold": ("POST", "/accounts/<int:account_id>/holds"),
    "reviews.decide": ("POST", "/reviews/<int:review_id>/decision"),
    "held.decide": ("POST", "/held/<int:held_id>/decision"),
    "codes.give": ("POST", "/codes"),
    "plan": ("POST", "/plans"),
    "publish_plan": ("POST", "/plans/<int:plan_id>/publication"),
    "move_order": ("POST", "/routes/moves"),
    "places.name": ("POST", "/place-names"),
    "pins.note": ("POST", "/service-points/<int:service_point_id>/pin"),
    "sheets.place": ("POST", "/sheet-pages/<int:page_id>/placement"),
    "sheets.describe": ("POST", "/sheet-pages/<int:page_id>/details"),
}
"""Kept command -> the route that takes it."""

KEEPS_NO_COMMAND = {
    ("POST", "/window-holds"): "a place kept for five minutes of talk; only the order that follows counts",
    ("DELETE", "/window-holds/<ref>"): "gives such a place back",
    ("POST", "/sheet-uploads"): "the drawing itself is kept, by its bytes; the same bytes again are the same upload",
    ("POST", "/trials"): "computes on a copy of the day; the row of the comparison keeps what was asked",
    ("POST", "/sheet-fits"): "computes and keeps nothing",
    ("POST", "/map-archive/builds"): "the rows of the map say what comes of it; the build is kept as a row of its own",
    ("POST", "/access-tokens"): "a key is told once and kept as a hash only; asked again it is another key",
    ("DELETE", "/access-tokens/<int:token_id>"): "takes such a key back; the journal names it",
}
OF_THE_TABLET = {"field.work", "any", "public"}
"""Tablets send operations, each kept in its own log; logins and language are nobody's work."""
WRITTEN_AGAIN = {"command"}
READ_OUT_AGAIN = {"command", "code_issue", "journal_entry", "journal_counter"}
"""A code that is read out twice is on record twice; it is the same code."""


def test_every_route_that_changes_something_for_the_office_keeps_its_command(app: Flask) -> None:
    changing = {
        (one.method, one.path)
        for one in endpoint.ENDPOINTS
        if one.method not in ("GET", "HEAD") and one.needs not in OF_THE_TABLET
    }
    assert changing == set(COMMANDS.values()) | set(KEEPS_NO_COMMAND)


class Office:
    """Everybody of the office; `ask` sends a request as somebody who may."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._people: dict[str, given.Browser] = {}

    def ask(self, name: str, /, **values: Any) -> Any:
        method, path = COMMANDS[name]
        assert method == "POST"
        needs = next(one.needs for one in endpoint.ENDPOINTS if (one.method, one.path) == (method, path))
        role = "supervisor" if permissions.allowed(role="supervisor", action=needs) else "cashier"
        browser = self._people.setdefault(role, None) or given.logged_in(self._app, role=role)  # type: ignore[arg-type]
        self._people[role] = browser
        for part in ("order_id", "account_id", "review_id", "held_id", "plan_id", "page_id", "service_point_id"):
            if f"<int:{part}>" in path:
                path = path.replace(f"<int:{part}>", str(values.pop(part)))
        return browser.post(path, values)


Deed = Callable[[Flask, Office], Any]


def opened(app: Flask, office: Office) -> Any:
    return office.ask("orders.open", kind="LEAK_CHECK", premise_id=given.a_home().premise_id, reason="High bill")


def cancelled(app: Flask, office: Office) -> Any:
    order = opened(app, office).get_json()
    return office.ask(
        "orders.cancel", order_id=order["row"]["id"], version=order["row"]["version"], reason="Caller called off"
    )


def held_back(app: Flask, office: Office) -> Any:
    order = opened(app, office).get_json()
    return office.ask(
        "orders.hold", order_id=order["row"]["id"], version=order["row"]["version"], reason="Street is closed"
    )


def released(app: Flask, office: Office) -> Any:
    order = held_back(app, office).get_json()
    return office.ask(
        "orders.release", order_id=order["row"]["id"], version=order["row"]["version"], reason="Street is open"
    )


def paid(app: Flask, office: Office) -> Any:
    home = given.a_home(owes_cents=24_210, noticed=True)
    return office.ask(
        "accounts.pay", account_id=home.account_id, amount_cents=24_210, paid_at=given.NOW.isoformat(),
        agent="Pay station", reference="R-7781",
    )  # fmt: skip


def hold_placed(app: Flask, office: Office) -> Any:
    home = given.a_home(owes_cents=24_210, noticed=True)
    return office.ask("accounts.hold", account_id=home.account_id, kind="DISPUTE", reason="Says the meter is wrong")


def review_decided(app: Flask, office: Office) -> Any:
    tablet = Tablet(app, given.a_crew())
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    tablet.send(*a_final_read(tablet, order, home, digits="000100"))
    from dispatch.orders import models as orders

    with transaction.reading() as session:
        review_id = session.execute(select(orders.Review.id)).scalar_one()
    return office.ask("reviews.decide", review_id=review_id, decision="post", note="Register was exchanged")


def held_decided(app: Flask, office: Office) -> Any:
    tablet = Tablet(app, given.a_crew())
    home = given.a_home()
    order = an_order(kind="FINAL_READ", home=home, crew_id=tablet.crew.crew_id, reason="MOVE_OUT")
    reading = a_final_read(tablet, order, home)[3]
    tablet.send({**reading, "after": None})
    tablet.send({**reading, "after": None, "base_version": 99})
    from dispatch.sync import models as sync

    with transaction.reading() as session:
        held_id = session.execute(select(sync.HeldOperation.id)).scalar_one()
    return office.ask("held.decide", held_id=held_id, decision="set_aside", note="Spoke with the crew")


def code_given(app: Flask, office: Office) -> Any:
    tablet = Tablet(app, given.a_crew())
    home = given.a_home(owes_cents=24_210, noticed=True)
    order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id, reason="NONPAYMENT")
    return office.ask("codes.give", order_number=order.number, crew="Truck A", challenge="KD 42")


def plan_asked(app: Flask, office: Office) -> Any:
    given_day.streets()
    given.a_crew()
    given_day.an_order()
    return office.ask("plan", on=given.WORKDAY.isoformat(), seconds=1)


def plan_published(app: Flask, office: Office) -> Any:
    plan_id = plan_asked(app, office).get_json()["plan_id"]
    workflow.plan_day(plan_id=plan_id, iterations=50)
    return office.ask("publish_plan", plan_id=plan_id)


def order_moved(app: Flask, office: Office) -> Any:
    given_day.an_order()
    plan_published(app, office)
    rep = given.logged_in(app, role="dispatcher")
    (route,) = rep.get(f"/routes?on={given.WORKDAY}").get_json()["routes"]
    return office.ask(
        "move_order", order_id=route["stops"][0]["order_id"], to_route_id=None, position=0, version=route["version"],
    )  # fmt: skip


def place_named(app: Flask, office: Office) -> Any:
    return office.ask("places.name", ref=f"premise-{given.a_home().premise_id}", text="12 Old Mill Rd", kind="former")


def pin_noted(app: Flask, office: Office) -> Any:
    return office.ask(
        "pins.note", service_point_id=given.a_home().service_point_id, version=0, side="S", landmark="Behind the oak",
        ties=[{"tenths_ft": 125, "relation": "FROM", "mark": "HOUSE_SE"}],
    )  # fmt: skip


def sheet_placed(app: Flask, office: Office) -> Any:
    page_id = given_sheet.a_page()
    return office.ask("sheets.place", page_id=page_id, version=1, points=given_sheet.POINTS)


def sheet_described(app: Flask, office: Office) -> Any:
    page_id = given_sheet.a_page()
    return office.ask("sheets.describe", page_id=page_id, version=1, name="Sheet 4", tract_no="8231", turn_deg=90)


DEEDS: dict[str, Deed] = {
    "orders.open": opened, "orders.cancel": cancelled, "orders.hold": held_back, "orders.release": released,
    "accounts.pay": paid, "accounts.hold": hold_placed, "reviews.decide": review_decided, "held.decide": held_decided,
    "codes.give": code_given, "plan": plan_asked, "publish_plan": plan_published, "move_order": order_moved,
    "places.name": place_named, "pins.note": pin_noted, "sheets.place": sheet_placed, "sheets.describe": sheet_described,
}  # fmt: skip


def kept() -> journal.Command:
    with transaction.reading() as session:
        found = session.execute(select(journal.Command).order_by(journal.Command.id.desc()).limit(1)).scalar_one()
        session.expunge(found)
        return found


def rows(without: set[str]) -> dict[str, Any]:
    with transaction.reading() as session:
        return {name: value for name, value in books.snapshot(session).items() if name not in without}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_kept_command_sent_again_changes_nothing(app: Flask, name: str) -> None:
    office = Office(app)
    first = DEEDS[name](app, office)
    assert first.status_code in (200, 201, 202, 204), first.text
    command = kept()
    assert command.name == name
    quiet = READ_OUT_AGAIN if name == "codes.give" else WRITTEN_AGAIN
    before = rows(quiet)
    again = office.ask(name, **command.input)
    assert rows(quiet) == before
    if again.status_code in (200, 202):
        told, same = again.get_json(), first.get_json()
        for field in ("payment_id", "hold_id", "plan_id", "code"):
            assert told.get(field) == same.get(field)
    else:
        assert again.status_code in (409, 422), again.text
        assert again.get_json()["reasons"] or again.get_json()["message"]


def test_the_receipt_number_of_a_payment_with_another_amount_is_refused(app: Flask) -> None:
    office = Office(app)
    paid(app, office)
    command = kept()
    before = rows(WRITTEN_AGAIN)
    answer = office.ask("accounts.pay", **{**command.input, "amount_cents": 100})
    assert answer.status_code == 422
    assert "R-7781" in answer.get_json()["reasons"][0]["text_en"]
    assert rows(WRITTEN_AGAIN) == before
