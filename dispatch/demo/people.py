"""Customers and staff: names, phones, languages. All invented; phones are 555 numbers, mail goes to example.com."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dispatch.demo import names

_AREA_CODES = ("510", "925", "408", "341", "669", "628", "209", "415", "650", "707", "831", "916")
_LINES = 9_800
_SPANISH_MARKS = frozenset("áéíóúñüÁÉÍÓÚÑ")
_SPANISH_ENDS = ("ez", "illa", "ado", "era", "eco")
_SPANISH_NAMES = frozenset(
    name for name in names.FAMILY_NAMES if set(name) & _SPANISH_MARKS or name.endswith(_SPANISH_ENDS)
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A party that is billed. `given` is empty for a business."""

    given: str
    family: str
    business: str
    phones: tuple[str, ...]
    email: str | None
    language: Literal["en", "es"]
    ok_to_text: bool

    @property
    def name(self) -> str:
        """As said: "Ofelia Marín-Castillo", or the name of the business."""
        return self.business or f"{self.given} {self.family}"

    @property
    def listed(self) -> str:
        """As filed: "Marín-Castillo, Ofelia"."""
        return self.business or f"{self.family}, {self.given}"


def customer(*, number: int, business: bool, rng: np.random.Generator, landlord: bool = False) -> Customer:
    """The customer with this number in the town. Numbers never share a phone within the first 58,000."""
    phones = [_phone(number * 2)]
    if rng.random() < 0.25:
        phones.append(_phone(number * 2 + 1))
    if business:
        firm = names.landlord(number=number) if landlord else names.business(number=number)
        return Customer(
            given="", family="", business=firm, phones=tuple(phones), email=f"{_mailbox(firm)}.{number}@example.com",
            language="en", ok_to_text=False,
        )  # fmt: skip
    given = names.GIVEN_NAMES[int(rng.integers(0, len(names.GIVEN_NAMES)))]
    family = names.FAMILY_NAMES[int(rng.integers(0, len(names.FAMILY_NAMES)))]
    spanish = family in _SPANISH_NAMES
    if rng.random() < 0.06:
        second = names.FAMILY_NAMES[int(rng.integers(0, len(names.FAMILY_NAMES)))]
        family = f"{family}-{second}" if second != family else family
    email = f"{_mailbox(given)}.{_mailbox(family)}.{number}@example.com" if rng.random() < 0.72 else None
    return Customer(
        given=given, family=family, business="", phones=tuple(phones), email=email,
        language="es" if spanish and rng.random() < 0.5 else "en", ok_to_text=bool(rng.random() < 0.6),
    )  # fmt: skip


def _phone(number: int) -> str:
    area = _AREA_CODES[(number // _LINES) % len(_AREA_CODES)]
    # 0100 to 0199 stay free: they belong to the utility's own staff and office.
    return f"({area}) 555-{200 + number * 7_013 % _LINES:04d}"


def _mailbox(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who logs in. Technicians carry skills; the others have none."""

    login: str
    name: str
    role: str
    language: Literal["en", "es"]
    phone: str
    skills: tuple[str, ...] = ()


_EVERY = ("METER_SMALL", "LOCK_PULL", "VALVE")
_LEAKS = (*_EVERY, "LEAK_DETECT")
_LARGE = (*_EVERY, "METER_LARGE")

STAFF = (
    Staff("csr", "Dana Reinhart", "csr", "en", "(510) 555-0101"),
    Staff("senior", "Miriam Okoye", "csr_senior", "en", "(510) 555-0102"),
    Staff("dispatcher", "Theo Lindqvist", "dispatcher", "en", "(510) 555-0103"),
    Staff("supervisor", "Graciela Peñaloza", "supervisor", "es", "(510) 555-0104"),
    Staff("cashier", "Wen Halvorsen", "cashier", "en", "(510) 555-0105"),
    Staff("auditor", "Ruth Achterberg", "auditor", "en", "(510) 555-0106"),
    Staff("admin", "Ilya Brandvold", "admin", "en", "(510) 555-0107"),
    Staff("tech1", "Rubén Delgadillo", "field_tech", "es", "(510) 555-0111", (*_LEAKS, "AMI", "SPANISH")),
    Staff("tech2", "Thuy Nguyen-Hale", "field_tech", "en", "(510) 555-0112", (*_EVERY, "AMI")),
    Staff("tech3", "Paloma Sandström", "field_tech", "es", "(510) 555-0113", (*_EVERY, "LEAK_DETECT", "SPANISH")),
    Staff("tech4", "Marcus Tillery", "field_tech", "en", "(510) 555-0114", (*_EVERY, "AMI", "LEAK_DETECT")),
    Staff("tech5", "Lorna Whitacre", "field_tech", "en", "(510) 555-0115", (*_EVERY, "AMI", "BACKFLOW_TESTER")),
    Staff("tech6", "Amadeo Fonsecka", "field_tech", "es", "(510) 555-0116", (*_EVERY, "LEAK_DETECT", "SPANISH")),
    Staff(
        "lead1", "Jolene Okaforth", "crew_lead", "en", "(510) 555-0117",
        (*_LARGE, "AMI", "LEAK_DETECT", "CONFINED_SPACE", "TRAFFIC_CTRL", "HYDRANT"),
    ),
    Staff("tech7", "Samir Bui-Castell", "field_tech", "en", "(510) 555-0118", (*_LARGE, "TRAFFIC_CTRL")),
    Staff(
        "lead2", "Nicolás Reyes-Marsh", "crew_lead", "es", "(510) 555-0119",
        (*_LARGE, "HYDRANT", "CONFINED_SPACE", "TRAFFIC_CTRL", "CDL", "DISTRIBUTION_CERT", "SPANISH"),
    ),
    Staff("tech8", "Kirsten Vang-Moreau", "field_tech", "en", "(510) 555-0120", (*_LARGE, "HYDRANT")),
)  # fmt: skip
"""One login of each role at least; ten people work in the field."""


@dataclass(frozen=True, slots=True)
class CrewPlan:
    """A crew of a day: a truck, its people, its hours as local clock minutes."""

    letter: str
    call_sign: str
    vehicle: str
    logins: tuple[str, ...]
    shift_from_min: int
    shift_to_min: int
    lunch_from_min: int
    lunch_to_min: int


_DAY, _LATE = (7 * 60, 15 * 60 + 30), (8 * 60, 16 * 60 + 30)
CREWS = tuple(
    CrewPlan(
        letter="ABCDEFGH"[at], call_sign=f"Truck {at + 1}" if len(logins) == 1 else f"Crew {at - 5}",
        vehicle=f"Unit {41 + at}", logins=logins, shift_from_min=hours[0], shift_to_min=hours[1],
        lunch_from_min=11 * 60, lunch_to_min=13 * 60,
    )
    for at, (logins, hours) in enumerate(
        (
            (("tech1",), _DAY), (("tech2",), _DAY), (("tech3",), _DAY), (("tech4",), _DAY), (("tech5",), _LATE),
            (("tech6",), _LATE), (("lead1", "tech7"), _DAY), (("lead2", "tech8"), _LATE),
        )
    )
)  # fmt: skip
"""Eight crews; the last two are of two people."""
