"""The people of a rehearsed day: the office of the demo, and as many crews as asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

import numpy as np

from dispatch.auth import models as auth_models
from dispatch.auth import operations as auth
from dispatch.crews import models as crews
from dispatch.demo import names, people
from dispatch.policies.calendars import Calendar
from dispatch.transaction import Tx

PASSWORD = "curbstop-rehearsal"  # noqa: S105 - printed for everyone; such logins exist in rehearsed data only
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EVERY = ("METER_SMALL", "LOCK_PULL", "VALVE", "AMI")
_SHIFTS = ((time(7), time(15, 30)), (time(8), time(16, 30)))
_LUNCH = (time(11), time(13))


@dataclass(frozen=True, kw_only=True)
class CrewLogin:
    """A crew's tablet: who is logged in on it, and its id."""

    crew_id: int
    login: str
    device_id: str
    seed: int


def hire(tx: Tx, *, crew_count: int, work_on: date, calendar: Calendar, seed: int) -> list[CrewLogin]:
    """Write office and crews with one password, and a shift for every crew on the day."""
    password_hash = auth.hash_password(PASSWORD)
    for one in people.STAFF:
        if not one.skills:
            _person(tx, login=one.login, name=one.name, role=one.role, language=one.language, hashed=password_hash)
    rng = np.random.default_rng([seed, 42])
    logins = []
    for at in range(crew_count):
        members = 2 if at % 5 == 4 else 1
        crew = crews.Crew(
            call_sign=f"Truck {at + 1}", letter=LETTERS[at] if at < 26 else f"{LETTERS[at - 26]}2",
            vehicle=f"Unit {41 + at}", active=True,
        )  # fmt: skip
        tx.session.add(crew)
        tx.session.flush()
        start, end = _SHIFTS[at % 3 == 2]
        shift = crews.Shift(
            crew_id=crew.id, on_day=work_on, start_at=calendar.moment(work_on, start),
            end_at=calendar.moment(work_on, end), lunch_from_at=calendar.moment(work_on, _LUNCH[0]),
            lunch_to_at=calendar.moment(work_on, _LUNCH[1]), lunch_s=1800,
        )  # fmt: skip
        tx.session.add(shift)
        tx.session.flush()
        for number in range(members):
            login = f"tech{at + 1}" + "b" * number
            given = names.GIVEN_NAMES[int(rng.integers(0, len(names.GIVEN_NAMES)))]
            family = names.FAMILY_NAMES[int(rng.integers(0, len(names.FAMILY_NAMES)))]
            person = _person(
                tx, login=login, name=f"{given} {family}", role="field_tech" if number or members == 1 else "crew_lead",
                language="es" if at % 4 == 1 else "en", hashed=password_hash,
            )  # fmt: skip
            technician = crews.Technician(person_id=person.id, skills=sorted(_skills(at)))
            tx.session.add(technician)
            tx.session.flush()
            tx.session.add(crews.ShiftMember(shift_id=shift.id, technician_id=technician.id))
        device = UUID(bytes=rng.bytes(16), version=4)
        logins.append(
            CrewLogin(crew_id=crew.id, login=f"tech{at + 1}", device_id=str(device), seed=seed * 1000 + at + 1)
        )
    return logins


def _skills(at: int) -> tuple[str, ...]:
    skills = list(_EVERY)
    if at % 3 != 1:
        skills.append("LEAK_DETECT")
    if at % 4 == 1:
        skills.append("SPANISH")
    if at % 5 == 4:
        skills += ["METER_LARGE", "TRAFFIC_CTRL", "CONFINED_SPACE", "HYDRANT"]
    return tuple(skills)


def _person(tx: Tx, *, login: str, name: str, role: str, language: str, hashed: str) -> auth_models.Person:
    person = auth_models.Person(login=login, name=name, role=role, language=language, password_hash=hashed, active=True)
    tx.session.add(person)
    tx.session.flush()
    return person
