"""Customers, accounts, meters and three years of readings for the town's parcels, and what may be ordered where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.orm import Session

from dispatch.demo import arrears, load_map, load_people, neighbourhood, town, tracts
from dispatch.rehearsal.town import Bar

Chance = Literal["SHUTOFF_NONPAY", "RESTORE", "RESTORE_AFTER_PAYMENT", "TURN_ON", "SHUTOFF_REQUEST", "LEAK_CHECK"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A premise at which an order of some kind makes sense."""

    premise_id: int
    account_id: int | None
    customer: str


@dataclass
class Chances:
    """Places by what can be ordered there. The rules are asked by the house itself when the order is made."""

    places: dict[Chance, list[Place]] = field(default_factory=dict)
    premises: int = 0
    accounts: int = 0
    meters: int = 0

    def add(self, chance: Chance, place: Place) -> None:
        self.places.setdefault(chance, []).append(place)


def write(
    session: Session, *, district_id: int, plan: town.TownPlan, around: neighbourhood.Days,
    routes: Iterable[tuple[tracts.Tract, load_map.TractIds]], count: int, bar: Bar,
) -> Chances:  # fmt: skip
    """Fill every reading route and write it down. Commits nothing."""
    books = load_people.Books(session=session, district_id=district_id, around=around)
    chances = Chances()
    for at, (tract, ids) in enumerate(routes):
        bar("Customers, meters, readings", at, count)
        part = neighbourhood.settle(plan=plan, tract=tract, around=around)
        written = load_people.cell(books, part=part, tract_ids=ids)
        for premise, own in zip(part.premises, written, strict=True):
            _sort(chances, premise, own)
        session.expunge_all()
    bar("Customers, meters, readings", count, count)
    return chances


def _sort(chances: Chances, premise: neighbourhood.Premise, own: load_people.PremiseIds) -> None:
    chances.premises += 1
    chances.accounts += len(own.account_ids)
    chances.meters += len(own.meter_ids)
    account = premise.account
    if account is None or len(premise.points) != 1:
        return
    place = Place(
        premise_id=own.premise_id, account_id=own.account_ids[-1] if own.account_ids else None,
        customer=account.customer.name,
    )  # fmt: skip
    stage = account.debt.stage
    if stage in arrears.MAY_BE_SHUT:
        chances.add("SHUTOFF_NONPAY", place)
    elif stage is arrears.Stage.PAID_WAITING:
        chances.add("RESTORE", place)
    elif stage is arrears.Stage.SHUT_OFF:
        chances.add("RESTORE_AFTER_PAYMENT", place)
    elif account.status == "PENDING" and premise.valve_state != "ON":
        chances.add("TURN_ON", place)
    elif premise.valve_state == "ON" and account.status == "ACTIVE" and stage is arrears.Stage.CURRENT:
        moving = premise.life is neighbourhood.Life.MOVING_OUT
        chances.add("SHUTOFF_REQUEST" if moving else "LEAK_CHECK", place)
