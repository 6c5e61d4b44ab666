"""A day as a GeoPackage: what GIS people open is what the board shows, as far as their rights go."""

import base64
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
from flask import Flask

from dispatch.crews import models as crew_models
from dispatch.orders import models as orders
from tests import given
from tests.integrations import gis
from tests.routes import given_day


def layer(file: Path, name: str) -> geopandas.GeoDataFrame:
    return pyogrio.read_dataframe(file, layer=name)


def opened(answer: Any, folder: Path) -> Path:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/geopackage+sqlite3"
    file = folder / "day.gpkg"
    file.write_bytes(answer.data)
    return file


@pytest.fixture
def day(app: Flask) -> list[int]:
    """A published day of two crews; one order was done, and one was opened after the plan."""
    given_day.streets()
    crews = [given.a_crew(letter=letter) for letter in "AB"]
    done, *rest = [given_day.an_order() for _ in range(5)]
    given_day.published()
    late = given_day.an_order()
    with given.edge() as tx:
        order = tx.session.get_one(orders.ServiceOrder, done)
        order.state, order.disposition, order.finished_at = "POSTED", "NO_LEAK", given.NOW
        tx.session.add(
            orders.Visit(
                id="0190aaaa-0000-7000-8000-000000000001", order_id=done, crew_id=order.crew_id, arrived_at=given.NOW,
                finished_at=given.NOW, disposition="NO_LEAK", valve_found="ON", valve_left="ON",
            )
        )  # fmt: skip
        meter = tx.session.query(given.meters.Meter).filter_by(service_point_id=order.service_point_id).one()
        tx.session.add(
            given.meters.Reading(
                meter_id=meter.id, read_on=given.WORKDAY, read_type="V", digits="002304", usage_ccf="4",
                source_key="given:day", visit_id="0190aaaa-0000-7000-8000-000000000001",
            )
        )  # fmt: skip
        tx.session.add(
            crew_models.LastPosition(
                crew_id=crews[0].crew_id, at=given.NOW, lon=given.YARD[0], lat=given.YARD[1], accuracy_m=5.0
            )
        )
    return [done, *rest, late]


def test_a_day_opens_with_its_routes_stops_orders_and_crews(app: Flask, day: list[int], tmp_path: Path) -> None:
    boss = given.logged_in(app, role="supervisor")
    answer = boss.get(f"/exports/day.gpkg?on={given.WORKDAY.isoformat()}")
    assert f"curbstop-{given.WORKDAY.isoformat()}.gpkg" in answer.headers["Content-Disposition"]
    file = opened(answer, tmp_path)
    assert {name for name, _ in pyogrio.list_layers(file)} == {"routes", "stops", "orders", "crews"}

    routes = layer(file, "routes")
    assert set(routes.geom_type) == {"LineString"}
    assert routes.crs.to_epsg() == 4326
    assert routes["stops"].sum() == 5
    assert all("Marcus" in people for people in routes["people"])

    stops = layer(file, "stops")
    assert len(stops) == 5
    assert str(stops["arrive_at"].dt.tz) == "UTC"
    for _, of_crew in stops.groupby("crew"):
        assert sorted(of_crew["position"]) == list(range(1, len(of_crew) + 1))

    rows = layer(file, "orders")
    assert len(rows) == len(day)
    (done,) = rows[rows["result"].notna()].to_dict("records")
    assert (done["result"], done["valve_left"]) == ("NO_LEAK", "ON")
    assert done["readings"].endswith("V 002304")
    left = rows[rows["why_not"].notna()]
    assert len(left) == 1
    assert left["crew"].isna().all()

    crews = layer(file, "crews")
    assert len(crews) == 2
    assert crews.geometry.notna().sum() == 1


def test_who_may_not_see_names_gets_none_and_who_may_not_export_gets_no_day(
    app: Flask, day: list[int], tmp_path: Path
) -> None:
    auditor = given.logged_in(app, role="auditor")
    file = opened(auditor.get("/exports/day.gpkg"), tmp_path)
    assert not "".join(layer(file, "routes")["people"].fillna("")).strip()
    assert not "".join(layer(file, "crews")["people"].fillna("")).strip()
    assert given.logged_in(app, role="csr").get("/exports/day.gpkg").status_code == 403
    assert given.logged_in(app, role="field_tech").get("/exports/day.gpkg").status_code == 403


def test_an_empty_day_opens_too_and_a_day_that_is_none_is_refused(app: Flask, tmp_path: Path) -> None:
    boss = given.logged_in(app, role="supervisor")
    file = opened(boss.get("/exports/day.gpkg?on=2031-02-03"), tmp_path)
    for name in ("routes", "stops", "orders", "crews"):
        found = layer(file, name)
        assert len(found) == 0
        assert "crew" in found.columns
    assert boss.get("/exports/day.gpkg?on=2031-02-30").status_code in (400, 422)


def test_a_program_fetches_a_day_with_its_token(app: Flask, tmp_path: Path) -> None:
    boss = given.logged_in(app, role="dispatcher")
    sent = base64.b64encode(f"{boss.session['person']['login']}:{gis.a_token(boss)}".encode()).decode()
    answer = app.test_client().get("/api/v1/exports/day.gpkg", headers={"Authorization": f"Basic {sent}"})
    opened(answer, tmp_path)
