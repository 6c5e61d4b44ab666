"""Accounts from the billing system's file: kept or rejected, row by row."""

from pathlib import Path

import pytest
import shapely
from flask import Flask
from shapely.geometry import LineString, box
from sqlalchemy import func, select

from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.places import account_file, imports
from maps import ground, search, stores
from tests import given

HEADING = (
    "account_number,customer_name,opened_on,address,parcel_number,phones,language,meter_serial,register_unit,dials,"
    "readings,bills"
)
GOOD = (
    '118-1,"Marín, Ofelia",2019-02-01,2214 Alder Glen Dr,501-0521-012-00,(510) 555-0148;(510) 555-0149,es,70410001,CCF,6,'
    "2026-06-01 M 000120 6100; 2026-04-01 M 000110; 2026-08-01 E 000135,2026-06-05 2026-07-05 6100 0"
)


@pytest.fixture
def town(app: Flask) -> Flask:
    """Two parcels on the north side of Alder Glen Dr, which runs west to east, and Oak St behind them."""
    with given.edge() as tx:
        for at, number in enumerate(("012", "013")):
            west = -121.9700 + 0.0003 * at
            tx.session.add(
                stores.Parcel(
                    district_id=1, number=f"501-0521-{number}-00", number_key=f"5010521{number}00",
                    number_canonical=f"501-0521-{number}-00", shape=box(west, 37.5300, west + 0.0003, 37.5303), area_m2=800.0,
                    source_row=at + 1,
                )
            )  # fmt: skip
        tx.session.flush()
        tx.session.add(
            stores.Address(
                district_id=1,
                parcel_id=2,
                number="2216",
                street="ALDER GLEN DR",
                full_text="2216 ALDER GLEN DR",
                zip="94536",
            )
        )
        for name, lat in (("Alder Glen Dr", 37.52993), ("Oak St", 37.53033)):
            line = LineString([(-121.971, lat), (-121.968, lat)])
            tx.session.add(
                stores.Street(district_id=1, name=name, street_class="local", speed_kmh=40, oneway=0, shape=line)
            )
    return app


def brought(tmp_path: Path, *rows: str, heading: str = HEADING) -> imports.map_imports.Report:
    file = tmp_path / "accounts.csv"
    file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    with given.edge() as tx:
        return imports.import_accounts(tx.session, file=file, now=given.NOW)


def count(model: type) -> int:
    with given.edge() as tx:
        return tx.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_row_becomes_a_customer_with_meter_readings_and_bills(town: Flask, tmp_path: Path) -> None:
    report = brought(tmp_path, GOOD)
    assert (report.read, report.kept, report.rejected) == (1, 1, 0)
    with given.edge() as tx:
        account = tx.session.scalars(select(accounts.Account)).one()
        customer = tx.session.scalars(select(accounts.Customer)).one()
        premise = tx.session.scalars(select(accounts.Premise)).one()
        readings = tx.session.scalars(select(meters.Reading).order_by(meters.Reading.read_on)).all()
        bill = tx.session.scalars(select(accounts.Bill)).one()
        assert (account.number, account.status, customer.name, customer.language) == (
            "118-1",
            "ACTIVE",
            "Marín, Ofelia",
            "es",
        )
        assert customer.phones == ["(510) 555-0148", "(510) 555-0149"]
        assert premise.parcel_id == 1
        assert [(one.digits, one.read_type, one.usage_ccf, one.bill_cents) for one in readings] == [
            ("000110", "M", None, None), ("000120", "M", "10", 6100), ("000135", "E", "15", None),
        ]  # fmt: skip
        assert (bill.amount_cents, bill.paid_cents) == (6100, 0)
        hits = search.find(tx.session, "70410001").results
        assert [hit.ref for hit in hits] == [f"premise-{premise.id}"]


def test_a_box_that_nobody_surveyed_is_pinned_at_the_street_of_the_address(town: Flask, tmp_path: Path) -> None:
    brought(tmp_path, GOOD)
    with given.edge() as tx:
        point = tx.session.scalars(select(meters.ServicePoint)).one()
        parcel = tx.session.get_one(stores.Parcel, 1)
        assert (point.pin_source, point.side_street) == ("parcel", "Alder Glen Dr")
        assert point.lat == pytest.approx(37.5300, abs=1e-6)
        assert point.lon == pytest.approx(-121.96985, abs=1e-6)
        assert shapely.distance(parcel.shape, shapely.Point(point.lon, point.lat)) < 1e-9


def test_a_surveyed_box_keeps_its_place(town: Flask, tmp_path: Path) -> None:
    brought(tmp_path, GOOD + ",-121.96990,37.53002", heading=HEADING + ",lon,lat")
    with given.edge() as tx:
        point = tx.session.scalars(select(meters.ServicePoint)).one()
        assert (point.pin_source, point.lon, point.lat) == ("survey", -121.96990, 37.53002)
        assert ground.distance_m(point.lon, point.lat, -121.96990, 37.53002) < 0.01


def test_an_address_alone_finds_its_parcel(town: Flask, tmp_path: Path) -> None:
    report = brought(tmp_path, "118-2,Bao Nguyen,2020-01-01,2216 alder glen drive,,,,,,,,")
    assert report.kept == 1
    with given.edge() as tx:
        assert tx.session.scalars(select(accounts.Premise.parcel_id)).one() == 2


def test_an_address_on_two_parcels_is_never_guessed(town: Flask, tmp_path: Path) -> None:
    with given.edge() as tx:
        tx.session.add(
            stores.Address(
                district_id=1,
                parcel_id=1,
                number="2216",
                street="ALDER GLEN DR",
                full_text="2216 ALDER GLEN DR",
                zip="94539",
            )
        )
    unclear = "118-2,Bao Nguyen,2020-01-01,2216 Alder Glen Dr,,,,,,,,"
    assert brought(tmp_path, unclear).reasons == {"address_unclear": 1}
    assert brought(tmp_path, unclear + ",94536", heading=HEADING + ",zip").kept == 1
    with given.edge() as tx:
        assert tx.session.scalars(select(accounts.Premise.parcel_id)).all() == [2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("118-3,,2020-01-01,2216 Alder Glen Dr,,,,,,,,", "missing"),
        ("118-3,Bao,2020-13-01,2216 Alder Glen Dr,,,,,,,,", "bad_day"),
        ("118-3,Bao,2020-01-01,,,,,,,,,", "no_place"),
        ("118-3,Bao,2020-01-01,1 Nowhere Rd,,,,,,,,", "no_place"),
        ("118-3,Bao,2020-01-01,,501-0999-001-00,,,,,,,", "no_parcel"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,fr,,,,,", "unknown_word"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,,9,CCF,6,2026-01-01 M 12,", "bad_reading"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,,9,CCF,0,,", "bad_number"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,,,CCF,6,2026-01-01 M 000012,", "no_meter"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,,,,,,2026-01-01 2026-02-01 12.50 0", "bad_money"),
        ("118-3,Bao,2020-01-01,2216 Alder Glen Dr,,,,,,,,2026-01-01 2026-02-01 100 200", "bad_bill"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_leaves_nothing(
    town: Flask, tmp_path: Path, row: str, reason: str
) -> None:
    report = brought(tmp_path, row, GOOD)
    assert (report.read, report.kept, report.rejected) == (2, 1, 1)
    assert reason in report.reasons
    assert (count(accounts.Account), count(accounts.Customer), count(accounts.Premise)) == (1, 1, 1)
    with given.edge() as tx:
        told = tx.session.scalars(select(stores.RejectedRow).where(stores.RejectedRow.reason == reason)).all()
        assert {(one.row, one.key) for one in told} == {(1, "118-3")}
        assert all(one.detail for one in told)


def test_bringing_the_same_file_twice_changes_nothing(town: Flask, tmp_path: Path) -> None:
    brought(tmp_path, GOOD)
    again = brought(tmp_path, GOOD)
    assert (again.kept, again.rejected, again.reasons) == (0, 1, {"meter_exists": 1})
    assert (count(accounts.Account), count(meters.Reading), count(accounts.Bill)) == (1, 3, 1)


def test_a_second_meter_of_an_account_is_a_second_service_point(town: Flask, tmp_path: Path) -> None:
    second = '118-1,"Marín, Ofelia",2019-02-01,2214 Alder Glen Dr,501-0521-012-00,,es,70410002,CCF,6,,'
    assert brought(tmp_path, GOOD, second).kept == 2
    assert (count(accounts.Account), count(meters.ServicePoint), count(accounts.Bill)) == (1, 2, 1)
    other = "118-1,Somebody Else,2019-02-01,2214 Alder Glen Dr,501-0521-012-00,,es,70410003,CCF,6,,"
    assert brought(tmp_path, other).reasons == {"account_exists": 1}


def test_two_names_for_one_account_contradict_each_other(town: Flask, tmp_path: Path) -> None:
    other = "118-1,Somebody Else,2019-02-01,2214 Alder Glen Dr,501-0521-012-00,,es,70410003,CCF,6,,"
    assert brought(tmp_path, GOOD, other).reasons == {"contradiction": 1}


@pytest.mark.parametrize(
    ("heading", "row", "said"),
    [
        ("account_number,customer_name,opened_on,adress", "1,2,3,4", "unknown columns: adress"),
        ("account_number,customer_name", "1,2", "missing columns: opened_on"),
        ("account_number,account_number,customer_name,opened_on", "1,1,2,3", "stand twice: account_number"),
        ("account_number,customer_name,opened_on", "1,Marín, Ofelia,2020-01-01", "row 1 has 4 cells"),
        ("account_number,customer_name,opened_on", '1,"never closed,2020-01-01', "is no CSV"),
    ],
)
def test_a_file_of_another_shape_is_one_clear_error(
    town: Flask, tmp_path: Path, heading: str, row: str, said: str
) -> None:
    with pytest.raises(imports.FileRefused, match=said):
        brought(tmp_path, row, heading=heading)
    assert count(accounts.Account) == 0


def test_a_file_that_is_not_text_is_one_clear_error(town: Flask, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(b"account_number\n\xff\xfe")
    with given.edge() as tx, pytest.raises(imports.FileRefused, match="not UTF-8"):
        imports.import_accounts(tx.session, file=file, now=given.NOW)
    with given.edge() as tx, pytest.raises(imports.FileRefused, match="cannot be read"):
        imports.import_accounts(tx.session, file=tmp_path / "none.csv", now=given.NOW)


def test_every_fault_of_a_row_is_told_at_once() -> None:
    found = account_file.read_row(row=1, cells={"account_number": "1", "language": "fr", "opened_on": "soon"})
    assert isinstance(found, tuple)
    assert [fault.code for fault in found] == ["bad_day", "no_place", "missing", "unknown_word"]


def test_a_map_layer_with_an_unknown_field_is_one_clear_error(town: Flask, tmp_path: Path) -> None:
    file = tmp_path / "hydrants.csv"
    file.write_text("NO,lon,lat\nH-1,-121.97,37.53\n")
    with given.edge() as tx, pytest.raises(imports.FileRefused, match="no field 'nummer'"):
        imports.import_maps(tx.session, layer="hydrants", file=file, columns={"nummer": "NO"}, now=given.NOW)
    with given.edge() as tx:
        report = imports.import_maps(tx.session, layer="hydrants", file=file, columns={"number": "NO"}, now=given.NOW)
    assert (report.kept, count(stores.Hydrant)) == (1, 1)
