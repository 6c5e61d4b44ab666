"""A place is found by its former address, by what people call it, and by its lot before and after it has an address."""

import pytest
from flask import Flask

from dispatch import transaction
from dispatch.accounts import models as accounts
from dispatch.orders import models as orders
from dispatch.places import registry
from maps import indexing, stores
from tests import given


def named(rep: given.Browser, ref: str, text: str, *, kind: str = "former", gone: bool = False) -> object:
    return rep.post("/place-names", {"ref": ref, "text": text, "kind": kind, "gone": gone})


def hits(rep: given.Browser, query: str) -> list[tuple[str, str]]:
    found = rep.client.get("/api/v1/places/search", query_string={"q": query}).get_json()
    return [(one["kind"], one["ref"]) for one in found["results"]]


@pytest.mark.parametrize("typed", ["12 Old Mill Road", "12 old mill rd", "12 old mil rd", "old mill"])
def test_a_former_address_finds_the_place_in_any_spelling(app: Flask, typed: str) -> None:
    rep, home = given.logged_in(app, role="csr"), given.a_home()
    ref = f"premise-{home.premise_id}"
    answer = named(rep, ref, "12 Old Mill Rd")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["names"] == [{"text": "12 Old Mill Rd", "kind": "former"}]
    assert ("old address", ref) in hits(rep, typed)


def test_a_name_is_kept_once_and_can_be_taken_away(app: Flask) -> None:
    rep, home = given.logged_in(app, role="csr"), given.a_home()
    ref = f"premise-{home.premise_id}"
    named(rep, ref, "The old dairy", kind="alias")
    again = named(rep, ref, "THE  OLD DAIRY", kind="alias")
    assert len(again.get_json()["names"]) == 1
    assert hits(rep, "old dairy") == [("alias", ref)]
    left = named(rep, ref, "the old dairy", gone=True)
    assert left.get_json()["names"] == []
    assert hits(rep, "old dairy") == []
    assert named(rep, ref, "the old dairy", gone=True).status_code == 200


@pytest.mark.parametrize(
    ("ref", "text", "status"), [("premise-1", "---", 422), ("premise-99999", "The dairy", 404), ("x", "The dairy", 404)]
)
def test_what_cannot_be_a_name_or_a_place_is_refused_in_words(app: Flask, ref: str, text: str, status: int) -> None:
    rep = given.logged_in(app, role="csr")
    given.a_home()
    answer = named(rep, ref, text)
    assert answer.status_code == status
    assert answer.get_json()["message"]


def test_a_name_needs_the_right_to_give_it(app: Flask) -> None:
    home = given.a_home()
    assert named(given.logged_in(app, role="auditor"), f"premise-{home.premise_id}", "The dairy").status_code == 403


def test_a_lot_without_parcel_or_address_takes_an_order_and_both_names_find_it_later(app: Flask) -> None:
    """ "Lot 23, Tract 8231" is a place to send a crew to; when the address comes, lot and address find the order."""
    rep = given.logged_in(app, role="csr")
    given.a_crew()
    with given.edge() as tx:
        district = tx.session.query(stores.District).one()
        tract = stores.TractMap(district_id=district.id, tract_no="8231", name="Tract 8231")
        tx.session.add(tract)
        tx.session.flush()
        lot = stores.Lot(tract_id=tract.id, lot="23", lon=-121.97, lat=37.53)
        tx.session.add(lot)
        tx.session.flush()
        indexing.index(tx.session, district=district)
        lot_id, district_id = lot.id, district.id
    ((kind, ref),) = hits(rep, "lot 23 tract 8231")
    assert (kind, ref) == ("lot", f"lot-{lot_id}")
    opened = rep.post("/orders", {"kind": "LOCATE_SERVICE", "lot_id": lot_id, "note": "Before the house is there"})
    assert opened.status_code == 201, opened.text
    number = opened.get_json()["row"]["number"]

    with given.edge() as tx:
        premise = accounts.Premise(
            district_id=district_id, lot_id=lot_id, address="2301 Heron Way", street="HERON WAY", lon=-121.97, lat=37.53
        )
        tx.session.add(premise)
        tx.session.flush()
        registry.index_premises(tx.session, premise_ids=[premise.id])
        premise_id = premise.id
    for query in ("lot 23 tract 8231", "2301 heron way"):
        refs = [ref for _, ref in hits(rep, query)]
        assert refs, query
        shown = rep.get(f"/properties/{refs[0]}").get_json()
        assert shown["premise_id"] == premise_id
        assert [one["number"] for one in shown["open_orders"]] == [number], query


def test_work_ordered_at_a_parcel_stays_on_its_card_when_it_is_served(app: Flask) -> None:
    rep, home = given.logged_in(app, role="csr"), given.a_home()
    with transaction.reading() as session:
        parcel_id = session.get_one(accounts.Premise, home.premise_id).parcel_id
    opened = rep.post("/orders", {"kind": "LEAK_CHECK", "premise_id": home.premise_id})
    assert opened.status_code == 201, opened.text
    with given.edge() as tx:
        order = tx.session.query(orders.ServiceOrder).one()
        order.premise_id, order.parcel_id = None, parcel_id
    shown = rep.get(f"/properties/premise-{home.premise_id}").get_json()
    assert len(shown["open_orders"]) == 1
