"""Writes the staff: people of all roles, technicians with skills, crews, and their shifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.demo import load_map, people
from dispatch.demo.neighbourhood import Days

SHIFT_DAYS_AHEAD = 6


@dataclass(frozen=True)
class StaffIds:
    """Database ids of people, technicians by login, and of crews by letter."""

    people: Mapping[str, int]
    technicians: Mapping[str, int]
    crews: Mapping[str, int]

    def actor(self, login: str) -> str:
        """How a person is named as an actor."""
        name = next(person.name for person in people.STAFF if person.login == login)
        return f"person-{self.people[login]} {name}"


def staff(session: Session, *, around: Days, password: str, hash_password: Callable[[str], str]) -> StaffIds:
    """People of all roles with one password, technicians with skills, crews, and shifts from the day before on."""
    # One hash for all: the password is printed for everybody, and hashing is slow on purpose.
    hashed = hash_password(password)
    person_rows = [
        {
            "login": one.login, "name": one.name, "role": one.role, "language": one.language, "phone": one.phone,
            "password_hash": hashed, "active": True,
        }
        for one in people.STAFF
    ]  # fmt: skip
    ids = load_map.insert_with_ids(session, auth.Person, person_rows)
    person_ids = {one.login: at for one, at in zip(people.STAFF, ids, strict=True)}
    field = [one for one in people.STAFF if one.skills]
    technician_ids = load_map.insert_with_ids(
        session, crews.Technician,
        [{"person_id": person_ids[one.login], "skills": sorted(one.skills)} for one in field],
    )  # fmt: skip
    technicians = {one.login: at for one, at in zip(field, technician_ids, strict=True)}
    crew_ids = load_map.insert_with_ids(
        session, crews.Crew,
        [
            {"call_sign": one.call_sign, "letter": one.letter, "vehicle": one.vehicle, "active": True}
            for one in people.CREWS
        ],
    )  # fmt: skip
    made = StaffIds(
        people=person_ids, technicians=technicians,
        crews={one.letter: at for one, at in zip(people.CREWS, crew_ids, strict=True)},
    )  # fmt: skip
    _shifts(session, around=around, ids=made)
    return made


def _shifts(session: Session, *, around: Days, ids: StaffIds) -> None:
    calendar = around.calendar
    days = [around.before_on, around.work_on]
    days += [calendar.add_business_days(around.work_on, k) for k in range(1, SHIFT_DAYS_AHEAD)]

    def at(on: date, minute: int) -> datetime:
        return calendar.moment(on, time(minute // 60, minute % 60))

    rows = [
        {
            "crew_id": ids.crews[crew.letter], "on_day": on, "start_at": at(on, crew.shift_from_min),
            "end_at": at(on, crew.shift_to_min), "lunch_from_at": at(on, crew.lunch_from_min),
            "lunch_to_at": at(on, crew.lunch_to_min), "lunch_s": 1800,
            "checked_in_at": at(on, crew.shift_from_min + 4) if on == around.before_on else None,
            "ended_at": at(on, crew.shift_to_min - 3) if on == around.before_on else None,
        }
        for on in days
        for crew in people.CREWS
    ]  # fmt: skip
    shift_ids = load_map.insert_with_ids(session, crews.Shift, rows)
    members = [
        {"shift_id": shift_id, "technician_id": ids.technicians[login]}
        for shift_id, crew in zip(shift_ids, [crew for _ in days for crew in people.CREWS], strict=True)
        for login in crew.logins
    ]
    load_map.insert_rows(session, crews.ShiftMember, members)
