"""GIS programs read the house: GDAL's own reader, each with the rights of its person, and hostile questions in words."""

import base64
import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from dispatch.config import Settings
from dispatch.crews import models as crew_models
from tests import given
from tests.integrations import gis
from tests.sync.tablet import an_order

HOMES = 12


def get(app: Flask, path: str, *, login: str, token: str) -> Any:
    sent = base64.b64encode(f"{login}:{token}".encode()).decode()
    return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Basic {sent}"})


@pytest.fixture
def town(app: Flask) -> list[given.Home]:
    """Homes with an open order each (one a shutoff for non-payment), and a crew that was seen."""
    homes = [given.a_home() for _ in range(HOMES)]
    rep = given.logged_in(app, role="csr")
    for home in homes[1:]:
        body = {"kind": "LEAK_CHECK", "premise_id": home.premise_id, "contact_name": "Ofelia", "contact_phone": "555"}
        assert rep.post("/orders", body).status_code == 201
    crew = given.a_crew()
    an_order(kind="SHUTOFF_NONPAY", home=homes[0], crew_id=crew.crew_id)
    with given.edge() as tx:
        tx.session.add(
            crew_models.LastPosition(
                crew_id=crew.crew_id, at=given.NOW, lon=given.YARD[0], lat=given.YARD[1], accuracy_m=6.0
            )
        )
    return homes


def test_gdal_reads_every_collection_from_a_running_server(
    app: Flask, settings: Settings, town: list[given.Home]
) -> None:
    boss = given.logged_in(app, role="supervisor")
    token = gis.a_token(boss)
    with gis.serving(settings) as address, gis.as_gdal(login=boss.session["person"]["login"], token=token):
        assert set(gis.layers(address)) == {"parcels", "service-points", "open-orders", "crews"}

        parcels = gis.read(address, "parcels")
        assert len(parcels) == HOMES
        assert parcels.crs.to_authority() == ("OGC", "CRS84")
        assert set(parcels.geom_type) == {"Polygon"}
        assert {"number", "address", "area_m2"} <= set(parcels.columns)
        west, south, east, north = parcels.geometry.iloc[0].bounds
        assert abs(west - given.YARD[0]) < 0.1
        assert abs(south - given.YARD[1]) < 0.1

        inside = ((west + east) / 2 - 1e-6, (south + north) / 2 - 1e-6, (west + east) / 2, (south + north) / 2)
        assert list(gis.read(address, "parcels", bbox=inside)["number"]) == [parcels["number"].iloc[0]]

        points = gis.read(address, "service-points")
        assert set(points["meter"]) == {home.serial for home in town}
        assert set(points["valve"]) == {"ON"}

        orders = gis.read(address, "open-orders")
        assert sorted(orders["kind"]) == ["LEAK_CHECK"] * (HOMES - 1) + ["SHUTOFF_NONPAY"]
        assert set(orders["contact_name"].dropna()) >= {"Ofelia"}

        crews = gis.read(address, "crews")
        assert crews["people"].notna().any()
        assert crews.geometry.iloc[0].x == pytest.approx(given.YARD[0])


def test_pages_boxes_days_filters_and_reference_systems_give_the_right_rows(app: Flask, town: list[given.Home]) -> None:
    boss = given.logged_in(app, role="supervisor")

    def items(name: str, **asked: Any) -> dict[str, Any]:
        answer = boss.get(f"/ogc/collections/{name}/items?{urlencode(asked)}")
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "application/geo+json"
        found = answer.get_json()
        assert found["numberReturned"] == len(found["features"])
        return dict(found)

    seen, offset = [], 0
    while True:
        page = items("parcels", limit=5, offset=offset)
        assert page["numberMatched"] == HOMES
        seen += [one["id"] for one in page["features"]]
        if not any(link["rel"] == "next" for link in page["links"]):
            break
        offset += 5
    assert sorted(seen) == sorted({home.parcel_id for home in town})
    assert len(items("parcels", limit=10**9)["features"]) == HOMES

    whole = items("open-orders")["features"]
    day = whole[0]["properties"]["due_on"]
    on_day = [one["id"] for one in whole if one["properties"]["due_on"] == day]
    assert [one["id"] for one in items("open-orders", datetime=day)["features"]] == on_day
    assert items("open-orders", datetime=f"{day}/..")["numberMatched"] >= len(on_day)
    assert items("open-orders", datetime="../1999-12-31")["features"] == []
    assert items("open-orders", kind="SHUTOFF_NONPAY")["numberMatched"] == 1
    number = whole[3]["properties"]["number"]
    assert [one["properties"] for one in items("open-orders", number=number, properties="number")["features"]] == [
        {"number": number}
    ]
    numbers = [one["properties"]["number"] for one in items("open-orders", sortby="-number")["features"]]
    assert numbers == sorted(numbers, reverse=True)
    assert items("open-orders", resulttype="hits")["features"] == []
    assert items("open-orders", resulttype="hits")["numberMatched"] == HOMES
    assert items("parcels", skipGeometry="true", limit=1)["features"][0]["geometry"] is None

    one = f"/ogc/collections/parcels/items/{town[0].parcel_id}"
    (lon, lat), *_ = boss.get(one).get_json()["geometry"]["coordinates"][0]
    degrees = boss.get(f"{one}?crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    assert degrees.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4326>"
    assert degrees.get_json()["geometry"]["coordinates"][0][0] == pytest.approx([lat, lon])
    metres = boss.get(f"{one}?crs=http://www.opengis.net/def/crs/EPSG/0/3857").get_json()
    x, y = metres["geometry"]["coordinates"][0][0]
    assert x == pytest.approx(lon * 111_319.49, rel=1e-5)
    box = f"{x - 1},{y - 1},{x + 1},{y + 1}"
    found = items("parcels", bbox=box, **{"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/3857"})
    assert town[0].parcel_id in {one["id"] for one in found["features"]}


def test_a_box_holds_what_its_shape_meets_not_what_its_bounds_meet(app: Flask) -> None:
    import shapely

    from maps import stores

    home = given.a_home()
    with given.edge() as tx:
        parcel = tx.session.get(stores.Parcel, home.parcel_id)
        assert parcel is not None
        west, south, east, north = parcel.shape.bounds
        parcel.shape = shapely.Polygon([(west, south), (east, south), (west, north)])
    boss = given.logged_in(app, role="supervisor")
    corner = f"{east - (east - west) / 9},{north - (north - south) / 9},{east},{north}"
    path = "/ogc/collections/parcels/items?bbox="
    assert boss.get(path + corner).get_json()["features"] == []
    assert boss.get(path + f"{west},{south},{east},{north}").get_json()["numberMatched"] == 1


def test_the_service_speaks_only_of_what_it_does(app: Flask, town: list[given.Home]) -> None:
    boss = given.logged_in(app, role="supervisor")
    classes = boss.get("/ogc/conformance").get_json()["conformsTo"]
    assert not [one for one in classes if "html" in one or "create" in one or "process" in one]
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in classes
    collections = boss.get("/ogc/collections").get_json()["collections"]
    assert {one["storageCrs"] for one in collections} == {"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    for path in ("/ogc", "/ogc/collections", "/ogc/collections/parcels", "/ogc/collections/parcels/items?limit=2"):
        document = boss.get(path).get_json()
        for link in [*document["links"], *(a for one in document.get("collections", []) for a in one["links"])]:
            answer = boss.client.get(link["href"].removeprefix("http://localhost"))
            assert answer.status_code == 200, (path, link)
            assert answer.mimetype == link["type"].split(";")[0], (path, link)
    described = boss.get("/ogc/api").get_json()
    assert described["openapi"].startswith("3.0")
    for path in described["paths"]:
        asked = path.replace("{id}", str(town[0].parcel_id)) if "parcels" in path else path
        if "{id}" not in asked:
            assert boss.get("/ogc" + asked.rstrip("/")).status_code == 200, path


def test_each_caller_reads_what_their_rights_give(app: Flask, town: list[given.Home]) -> None:
    def orders(role: str) -> tuple[set[str], list[dict[str, Any]]]:
        caller = given.logged_in(app, role=role)
        named = {one["id"] for one in caller.get("/ogc/collections").get_json()["collections"]}
        found = caller.get("/ogc/collections/open-orders/items").get_json()["features"]
        return named, [one["properties"] for one in found]

    named, seen = orders("dispatcher")
    assert named == {"parcels", "service-points", "open-orders", "crews"}
    assert "contact_phone" in seen[0]
    assert "SHUTOFF_NONPAY" in {one["kind"] for one in seen}

    # An auditor has no right to names: a shutoff for non-payment reads as a visit, also for a filter.
    named, seen = orders("auditor")
    assert "SHUTOFF_NONPAY" not in {one["kind"] for one in seen}
    assert "priority" not in seen[0]
    auditor = given.logged_in(app, role="auditor")
    hidden = auditor.get("/ogc/collections/open-orders/items?kind=SHUTOFF_NONPAY").get_json()
    assert hidden["numberMatched"] == 0
    assert "people" not in auditor.get("/ogc/collections/crews/items").get_json()["features"][0]["properties"]

    # A crew lead has no right to customers and none to the board.
    named, seen = orders("crew_lead")
    assert named == {"parcels", "service-points", "open-orders"}
    assert not {"contact_name", "contact_phone", "note"} & set(seen[0])
    lead = given.logged_in(app, role="crew_lead")
    assert lead.get("/ogc/collections/crews").status_code == 404
    assert lead.get("/ogc/collections/crews/items").status_code == 404
    assert lead.get("/ogc/collections/open-orders/items?contact_name=Ofelia").status_code == 400
    assert lead.get("/ogc/collections/open-orders/items?sortby=contact_name").status_code == 400
    assert "contact_name" not in lead.get("/ogc/collections/open-orders/queryables").get_json()["properties"]
    assert given.logged_in(app, role="field_tech").get("/ogc").status_code == 403


def test_a_token_reads_until_it_is_taken_back_or_ends_and_opens_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch import clock

    boss = given.logged_in(app, role="supervisor")
    login = boss.session["person"]["login"]
    token = gis.a_token(boss, days=30)
    assert get(app, "/ogc", login=login, token=token).status_code == 200
    assert get(app, "/ogc/collections", login=login.upper(), token=token).status_code == 200
    bearer = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/ogc", headers=bearer).status_code == 200
    assert get(app, "/ogc", login="somebody.else", token=token).status_code == 401
    assert get(app, "/ogc", login=login, token=token[:-3] + "abc").status_code == 401
    assert get(app, "/ogc", login=login, token=given.PASSWORD).status_code == 401
    refused = get(app, "/ogc", login=login, token="curb_99_" + "x" * 43)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic")
    assert get(app, "/orders", login=login, token=token).status_code == 401
    assert get(app, "/access-tokens", login=login, token=token).status_code == 401

    (row,) = boss.get("/access-tokens").get_json()["tokens"]
    assert token not in str(row)
    with given.edge() as tx:
        from dispatch.auth.models import AccessToken

        kept = tx.session.get(AccessToken, row["id"])
        assert kept is not None
        assert kept.secret_hash.startswith("$argon2id$")
        assert token.split("_", 2)[2] not in kept.secret_hash

    other = given.logged_in(app, role="supervisor")
    path = f"/api/v1/access-tokens/{row['id']}"
    assert other.client.delete(path, headers=other.headers).status_code == 404
    assert boss.client.delete(path, headers=boss.headers).status_code == 204
    assert get(app, "/ogc", login=login, token=token).status_code == 401

    short = gis.a_token(boss, days=1)
    assert get(app, "/ogc", login=login, token=short).status_code == 200
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW + timedelta(days=1, minutes=1)))
    assert get(app, "/ogc", login=login, token=short).status_code == 401


def test_guessing_tokens_is_slowed_down_and_does_not_lock_out_a_proven_one(app: Flask) -> None:
    from dispatch.auth.limits import LoginLimit

    boss = given.logged_in(app, role="supervisor")
    login = boss.session["person"]["login"]
    token = gis.a_token(boss)
    assert get(app, "/ogc", login=login, token=token).status_code == 200
    app.extensions["curbstop_login_limit"] = LoginLimit(redis_url="", per_minute=3)
    tries = [get(app, "/ogc", login=login, token=f"curb_1_{'y' * 40}{n}").status_code for n in range(5)]
    assert tries == [401, 401, 401, 429, 429]
    assert get(app, "/ogc", login=login, token=token).status_code == 200


def test_hostile_questions_are_refused_in_words(app: Flask, town: list[given.Home]) -> None:
    boss = given.logged_in(app, role="supervisor")
    values = [
        "", " ", "\x00", "a\x00b", "nan", "inf", "-1", "0", "1e400", "9" * 400, "x" * 3000, "'; DROP TABLE person; --", "%", "é" * 300,
        "1,2,3", "1,2,3,4,5", "nan,0,1,1", "inf,0,1,1", "-400,0,1,1", "5,5,1,1", "1,,2,3", "2026-13-40", "2026-01-01/1999-01-01", "//", "..",
        "../..", "0001-01-01T00:00:00+14:00/..", "9999-12-31T23:59:59-12:00", "-", "+", ",", "number,", "-nosuch", "http://evil/crs",
        "urn:ogc:def:crs:EPSG::99999", "html", "jsonld", "csv", "[]", "{}", "true", "2026-08-25",
    ]  # fmt: skip
    names = ["limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "sortby", "properties", "skipGeometry", "resulttype", "f", "lang", "filter",
             "filter-lang", "q", "number", "kind", "priority", "due_on", "window_from", "seen_at", "area_m2", "accuracy_m", "id", "nosuch", ""]  # fmt: skip
    rng = random.Random(20_260_825)
    refused = 0
    paths = [
        f"/ogc/collections/{name}/items"
        for name in ("parcels", "service-points", "open-orders", "crews", "nosuch", "%00", "%2e%2e")
    ]
    paths += ["/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/parcels", "/ogc/collections/parcels/schema",
              "/ogc/collections/crews/queryables", "/ogc/collections/parcels/items/x", "/ogc/collections/parcels/items/99999999999999999999",
              "/ogc/collections/crews/items/1"]  # fmt: skip
    for _ in range(700):
        path = rng.choice(paths[:4] if rng.random() < 0.7 else paths)
        asked = {rng.choice(names): rng.choice(values) for _ in range(rng.choice([1, 1, 2, 3]))}
        answer = boss.get(f"{path}?{urlencode(asked)}")
        assert answer.status_code in (200, 400, 404), (path, asked, answer.text[:300])
        if answer.status_code != 200:
            said = answer.get_json()
            assert said["code"], said
            assert said["message"], said
            refused += 1
    assert refused > 300
