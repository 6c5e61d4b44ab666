"""Builders in the trade's words. Each writes real rows in its own transaction and answers ids."""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import box

from dispatch import transaction
from dispatch.accounts import models as accounts
from dispatch.auth import operations as auth
from dispatch.crews import models as crews
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.policies import clearances
from dispatch.policies import models as policies
from maps import stores

PACIFIC = ZoneInfo("America/Los_Angeles")
WORKDAY = date(2026, 8, 25)
"""A Tuesday without holiday."""
NOW = datetime(2026, 8, 25, 17, 30, tzinfo=UTC)
"""10:30 in California on WORKDAY: the office is open."""
PASSWORD = "correct horse battery"
YARD = (-121.97, 37.53)
_numbers = itertools.count(1)


def from_one() -> None:
    """Number logins and homes from one again, for a database with nothing in it: homes lie where they always lie,
    whatever ran before."""
    global _numbers
    _numbers = itertools.count(1)


def edge(now: datetime = NOW) -> Any:
    """A transaction of the house at an instant."""
    return transaction.transaction(actor=transaction.HOUSE, now=now)


def a_utility() -> None:
    """The one utility, its district, its counters."""
    with edge() as tx:
        district = stores.District(
            code="alder", name="Alder Glen", time_zone="America/Los_Angeles", apn_format="alameda", min_lon=-122.0,
            min_lat=37.5, max_lon=-121.94, max_lat=37.56,
        )  # fmt: skip
        tx.session.add(district)
        tx.session.flush()
        tx.session.add(orders.OrderNumber(id=1, last=617000))
        tx.session.add(
            policies.Utility(
                id=1, name="Alder Glen Water District", pack="ca_special_district", time_zone="America/Los_Angeles",
                district_id=district.id, office_phone="(510) 555-0100", clearance_key_pem=clearances.new_keypair().private_pem,
                yard_lon=YARD[0], yard_lat=YARD[1],
            )
        )  # fmt: skip


def a_person(*, role: str, login: str = "", name: str = "Dana R.", language: str = "en") -> str:
    """A person who can log in with PASSWORD; answers the login."""
    login = login or f"{role}{next(_numbers)}"
    with edge() as tx:
        auth.add_person(tx, login=login, name=name, role=role, password=PASSWORD, language=language)
    return login


class Browser:
    """A logged-in caller of the HTTP API: cookie and token go along."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client: FlaskClient = app.test_client()
        answer = self.client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.session = answer.get_json()
        self.headers = {"X-CSRF-Token": self.session["csrf_token"]}

    def get(self, path: str) -> Any:
        return self.client.get("/api/v1" + path)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post("/api/v1" + path, json=body, headers=self.headers)


def logged_in(app: Flask, *, role: str) -> Browser:
    """A person of that role, logged in."""
    return Browser(app, a_person(role=role))


@dataclass(frozen=True)
class Home:
    """A served home and its ids."""

    premise_id: int
    account_id: int
    service_point_id: int
    meter_id: int
    parcel_id: int
    serial: str
    address: str


def a_home(
    *,
    owes_cents: int = 0,
    due_days_ago: int = 70,
    noticed: bool = False,
    valve: str = "ON",
    status: str = "ACTIVE",
    off_reason: str | None = None,
    today: date = WORKDAY,
    language: str = "en",
) -> Home:
    """A home with parcel, account, service point, meter and two years of readings.

    `owes_cents` past due since `due_days_ago`; `noticed`: every contact and notice that the law asks for was made.
    """
    number = next(_numbers)
    lon, lat = YARD[0] + 0.0005 * (number % 40), YARD[1] + 0.0005 * (number // 40)
    with edge() as tx:
        session = tx.session
        shape = box(lon, lat, lon + 0.0003, lat + 0.0003)
        parcel = stores.Parcel(
            district_id=1, number=f"501-{number:04d}-012-00", number_key=f"501{number:04d}01200",
            number_canonical=f"501-{number:04d}-012-00", shape=shape, min_lon=shape.bounds[0], min_lat=shape.bounds[1],
            max_lon=shape.bounds[2], max_lat=shape.bounds[3], area_m2=700.0, source_row=number,
            situs_address=f"{number} ALDER GLEN DR",
        )  # fmt: skip
        session.add(parcel)
        session.flush()
        premise = accounts.Premise(
            district_id=1, parcel_id=parcel.id, address=f"{4000 + number} Alder Glen Dr", street="Alder Glen Dr",
            city="Alder Glen", zip="94536", zone="4", cycle="12", lon=lon, lat=lat,
        )  # fmt: skip
        customer = accounts.Customer(
            name=f"Ofelia Marín-Castillo {number}", phones=["(510) 555-0148"], language=language, ok_to_text=True
        )
        session.add_all([premise, customer])
        session.flush()
        account = accounts.Account(
            number=f"118-{40000 + number}-03", customer_id=customer.id, premise_id=premise.id, status=status,
            opened_on=date(2019, 2, 1), off_reason=off_reason, service_off_since=NOW if off_reason else None,
        )  # fmt: skip
        point = meters.ServicePoint(
            premise_id=premise.id, kind="DOMESTIC", lon=lon, lat=lat, accuracy_m=1.2, pin_source="survey",
            position_text="12 ft N of drive, 3 ft behind curb", valve_state=valve,
        )  # fmt: skip
        session.add_all([account, point])
        session.flush()
        meter = meters.Meter(
            service_point_id=point.id, serial=f"7041{number:04d}", endpoint=f"15482{number:05d}", size_in="5/8x3/4", unit="CCF",
            dials=6, installed_on=date(2015, 5, 1),
        )  # fmt: skip
        session.add(meter)
        session.flush()
        steps = 2300
        for period in range(12, 0, -1):
            steps += 10
            session.add(
                meters.Reading(
                    meter_id=meter.id, read_on=today - timedelta(days=60 * period - 30), read_type="M", digits=f"{steps:06d}",
                    usage_ccf="10", qualities=["GOOD"], source_key=f"given:{meter.id}:{period}",
                )
            )  # fmt: skip
        if owes_cents:
            due_on = today - timedelta(days=due_days_ago)
            session.add(
                accounts.Bill(
                    account_id=account.id, mailed_on=due_on - timedelta(days=21), due_on=due_on, amount_cents=owes_cents
                )
            )
        if noticed:
            _notices(session, account.id, today)
    return Home(premise.id, account.id, point.id, meter.id, parcel.id, meter.serial, premise.address)


def _notices(session: Any, account_id: int, today: date) -> None:
    """Every contact and notice before a shutoff, as the demo town serves them."""
    from dispatch.policies import wording

    contents = sorted(wording.WORDS)

    def local(days: int, hour: int = 10) -> datetime:
        return datetime.combine(today - timedelta(days=days), time(hour), tzinfo=PACIFIC)

    rows: list[tuple[str, str, str, datetime, dict[str, Any]]] = [
        ("CONTACT", "PHONE", "CUSTOMER", local(13), {"reached": "HOLDER", "offered": contents}),
        ("CONTACT", "PHONE", "CUSTOMER", local(5), {"reached": "HOLDER", "offered": contents}),
        ("DELINQUENCY", "MAIL", "CUSTOMER", local(28), {"contents": contents, "to_service_address": True}),
        ("DELINQUENCY", "MAIL", "OCCUPANT", local(28), {"contents": contents, "to_service_address": True}),
        ("SHUTOFF_48H", "POST", "CUSTOMER", local(4), {"contents": contents, "to_service_address": True}),
    ]
    for kind, method, recipient, served_at, details in rows:
        session.add(
            accounts.Notice(
                account_id=account_id, kind=kind, method=method, recipient=recipient, served_at=served_at,
                details={"languages": ["en", "es"], **details},
            )
        )  # fmt: skip


@dataclass(frozen=True)
class CrewOnShift:
    """A crew with one technician on shift today."""

    crew_id: int
    login: str
    person_id: int


def a_crew(*, letter: str = "A", today: date = WORKDAY, skills: tuple[str, ...] = ()) -> CrewOnShift:
    """A truck with one technician on shift 07:00 to 15:30."""
    every = ("METER_SMALL", "AMI", "LOCK_PULL", "LEAK_DETECT", "VALVE", "HYDRANT", "SAMPLER")
    login = a_person(role="field_tech", name=f"Marcus {letter}.")
    with edge() as tx:
        from dispatch.auth import queries

        person = queries.find_person(tx.session, login=login)
        assert person is not None
        technician = crews.Technician(person_id=person.id, skills=list(skills or every))
        crew = crews.Crew(call_sign=f"Truck {letter}", letter=letter)
        tx.session.add_all([technician, crew])
        tx.session.flush()
        start = datetime.combine(today, datetime.min.time(), tzinfo=PACIFIC) + timedelta(hours=7)
        shift = crews.Shift(
            crew_id=crew.id, on_day=today, start_at=start, end_at=start + timedelta(hours=8.5),
            lunch_from_at=start + timedelta(hours=4), lunch_to_at=start + timedelta(hours=6),
        )  # fmt: skip
        tx.session.add(shift)
        tx.session.flush()
        tx.session.add(crews.ShiftMember(shift_id=shift.id, technician_id=technician.id))
    return CrewOnShift(crew.id, login, person.id)
