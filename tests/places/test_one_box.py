"""The one search box over a town brought in by its files: every way to name a place leads there and says why."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask

from dispatch.orders import models as orders
from dispatch.places import imports, registry
from tests import given

LON, LAT, STEP = -121.9700, 37.5300, 0.0004
STREET = {"type": "LineString", "coordinates": [[LON - STEP, LAT - 0.0001], [LON + 8 * STEP, LAT - 0.0001]]}
CORNER = {"type": "Point", "coordinates": [LON - STEP, LAT - 0.0001]}


def square(at: float, wide: float = 1.0) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(shapely.box(LON + at * STEP, LAT, LON + (at + wide) * STEP, LAT + STEP)))


def brought(folder: Path, layer: str, columns: dict[str, str], *rows: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """One file of this layer into the utility's map, as `curbstop maps import` does it."""
    features = [{"type": "Feature", "properties": values, "geometry": shape} for values, shape in rows]
    file = folder / f"{layer}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with given.edge() as tx:
        report = imports.import_maps(tx.session, layer=layer, file=file, columns=columns, now=given.NOW)
        assert (report.kept, report.rejected) == (len(rows), 0), report


PARCELS = {"parcel_number": "APN", "address": "SITUS"}


@pytest.fixture
def town(app: Flask, tmp_path: Path) -> given.Browser:
    """A town of three homes, a customer, and an order, whose desk is asked."""
    homes = [
        ({"APN": f"501-0521-{at + 12:03d}-00", "SITUS": f"{2214 + 2 * at} Alder Glen Dr"}, square(at))
        for at in range(3)
    ]
    brought(tmp_path, "parcels", PARCELS, *homes)
    street = {"N": "Alder Glen Dr", "A": 1, "B": 2}
    brought(tmp_path, "streets", {"name": "N", "from_node": "A", "to_node": "B"}, (street, STREET))
    brought(
        tmp_path, "intersections", {"node": "A", "name": "N"}, ({"A": 1, "N": "Alder Glen Dr & Mission Blvd"}, CORNER)
    )
    brought(
        tmp_path, "tracts", {"tract": "T", "book": "B", "page": "P"},
        ({"T": "TR8231", "B": "12", "P": "34"}, square(4, wide=3)),
    )  # fmt: skip
    brought(
        tmp_path, "lots", {"tract": "T", "lot": "L"},
        *[({"T": "8231", "L": lot}, square(4 + at)) for at, lot in enumerate(("22", "23", "A"))],
    )  # fmt: skip
    brought(tmp_path, "hydrants", {"number": "NO"}, ({"NO": "H-4013"}, CORNER))
    brought(tmp_path, "sheets", {"sheet": "S"}, ({"S": "501-52"}, square(0, wide=7)))
    note = "Located in Lots 1-3, Block 26, Second Addition to Niles [SDV L-397]"
    brought(tmp_path, "surveys", {"survey": "S", "note": "N"}, ({"S": "CS5619", "N": note}, square(1, wide=2)))
    table = tmp_path / "accounts.csv"
    table.write_text(
        "account_number,customer_name,opened_on,parcel_number,phones,meter_serial,meter_endpoint,register_unit,dials\n"
        '118-40021-03,"Marín, Ofelia",2019-02-01,501-521-12,(510) 555-0148,70410001,1548200007,CCF,6\n',
        encoding="utf-8",
    )
    with given.edge() as tx:
        assert imports.import_accounts(tx.session, file=table, now=given.NOW).kept == 1
    desk = given.logged_in(app, role="csr")
    premise_id = int(hits(desk, "70410001")[0]["ref"].removeprefix("premise-"))
    opened = desk.post("/orders", {"kind": "LEAK_CHECK", "premise_id": premise_id})
    assert opened.status_code == 201, opened.text
    return desk


def hits(desk: given.Browser, typed: str) -> list[dict[str, Any]]:
    answer = desk.client.get("/api/v1/places/search", query_string={"q": typed})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["results"]
    return found


WAYS = [
    ("501-0521-013-00", "parcel", "501-0521-013-00", "exact"),
    ("501 521 13", "parcel", "501-0521-013-00", "exact"),
    ("apn 5010521013", "parcel", "501-0521-013-00", "exact"),
    ("501-0512-013-00", "parcel", "501-0521-013-00", "corrected"),
    ("2216 alder glen drive", "address", "2216 ALDER GLEN DR", "exact"),
    ("2216 aldr gln dr", "address", "2216 ALDER GLEN DR", "corrected"),
    ("2216 alder gl", "address", "2216 ALDER GLEN DR", "words"),
    ("2226 alder glen dr", "address", "2216 ALDER GLEN DR", "corrected"),
    ("alder glen & mission", "intersection", "Alder Glen Dr & Mission Blvd", "words"),
    ("misson blvd at alder glen dr", "intersection", "Alder Glen Dr & Mission Blvd", "corrected"),
    ("tract 8231", "tract", "Tract 8231", "exact"),
    ("lot 23, tract 8231", "lot", "Lot 23, Tract 8231", "exact"),
    ("L23 T-8231", "lot", "Lot 23, Tract 8231", "exact"),
    ("501-52", "sheet", "Sheet 501-52", "exact"),
    ("cs 5619", "sheet", "Survey CS5619", "exact"),
    ("lot 2 blk 26 second add", "sheet", "Survey CS5619", "begins"),
    ("118-40021-03", "account", "118-40021-03", "exact"),
    ("marin ofelia", "customer", "Marín, Ofelia", "words"),
    ("510 555 0148", "phone", "(510) 555-0148", "exact"),
    ("70410001", "meter", "Meter 70410001", "exact"),
    ("1548200007", "endpoint", "Radio 1548200007", "exact"),
    ("hydrant 4013", "hydrant", "Hydrant H-4013", "words"),
    ("H-4013", "hydrant", "Hydrant H-4013", "exact"),
]


def test_every_kind_of_name_leads_to_its_place_and_says_why(town: given.Browser) -> None:
    wrong = []
    for typed, kind, label, why in WAYS:
        first = hits(town, typed)[:1]
        told = [(one["kind"], one["label"], one["why"]) for one in first]
        if told != [(kind, label, why)] or not first[0]["ref"] or first[0]["lon"] is None:
            wrong.append((typed, told))
    assert wrong == [], wrong


def test_an_order_is_found_by_its_number_however_it_is_spoken(town: given.Browser) -> None:
    with given.edge() as tx:
        order = tx.session.query(orders.ServiceOrder).one()
        registry.index_order(tx.session, order_id=order.id)
        number = order.number
    for typed in (number, f"{number[:3]} {number[3:]}", f"order {number}"):
        first = hits(town, typed)[0]
        assert (first["kind"], first["why"]) == ("order", "exact"), typed


def test_customers_and_phones_are_not_found_by_who_may_not_see_them(app: Flask, town: given.Browser) -> None:
    crew = given.logged_in(app, role="field_tech")
    for typed in ("marin ofelia", "510 555 0148", "118-40021-03"):
        assert [hit for hit in hits(crew, typed) if hit["kind"] in ("customer", "phone", "account")] == [], typed
    assert hits(crew, "70410001")[0]["kind"] == "meter"


def test_a_lot_without_an_address_takes_an_order_that_both_find_once_the_county_has_the_address(
    town: given.Browser, tmp_path: Path
) -> None:
    lot = hits(town, "lot 23 tract 8231")[0]
    assert lot["ref"].startswith("lot-")
    opened = town.post("/orders", {"kind": "LOCATE_SERVICE", "lot_id": int(lot["ref"].removeprefix("lot-"))})
    assert opened.status_code == 201, opened.text
    number = opened.get_json()["row"]["number"]

    homes = [
        ({"APN": f"501-0521-{at + 12:03d}-00", "SITUS": f"{2214 + 2 * at} Alder Glen Dr"}, square(at))
        for at in range(3)
    ]
    # First the whole tract as one parcel, which is none of its lots; then divided, with addresses.
    brought(tmp_path, "parcels", PARCELS, *homes, ({"APN": "501-0521-040-00", "SITUS": None}, square(4, wide=3)))
    assert hits(town, "lot 23 tract 8231")[0]["ref"] == lot["ref"]
    divided = [
        ({"APN": f"501-0521-{41 + at:03d}-00", "SITUS": f"{2301 + 2 * at} Heron Way"}, square(4 + at))
        for at in range(3)
    ]
    brought(tmp_path, "parcels", PARCELS, *homes, *divided)

    for typed in ("lot 23 tract 8231", "2303 heron way", "501-521-42"):
        first = hits(town, typed)[0]
        card = town.get(f"/properties/{first['ref']}").get_json()
        assert card["apn"] == "501-0521-042-00", typed
        assert card["address"] == "2303 HERON WAY", typed
        assert [one["number"] for one in card["open_orders"]] == [number], typed
    assert hits(town, "501-521-40")[0]["detail"].startswith("→ 501-0521-04")
