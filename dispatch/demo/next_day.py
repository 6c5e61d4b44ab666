"""A demo lives on: every working day after its first brings new orders, opened through the house's own rules.

In a real house these come from the office and from the billing system.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from dispatch import clock, errors
from dispatch.accounts import models as accounts
from dispatch.demo import people
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.orders import operations, schemas
from dispatch.places import registry
from dispatch.policies import queries as policies
from dispatch.routes import day
from dispatch.transaction import Actor, Tx, reading, transaction

DEMO = Actor("demo office")
NEAR_DEG = 0.03
"""New work lies within about three kilometres of the yard, as the work of the first day does."""
NEWCOMERS = 500_000
"""Where the numbers of people begin who move in later, far above those of the first day."""
TRIES = 4
"""Candidates looked at for each order wanted: the rules let some of them go."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many orders of a kind a day."""

    kind: str
    reason: str
    count: int
    windows: tuple[str, ...] = ("ALL_DAY",)
    note: str = ""


WANTED = (
    Wanted(kind="SHUTOFF_NONPAY", reason="NONPAYMENT", count=24),
    Wanted(kind="LEAK_CHECK", reason="HIGH_BILL", count=16, windows=("ALL_DAY", "8-10", "10-12", "12-14", "14-16"),
           note="Bill doubled, caller says."),
    Wanted(kind="SHUTOFF_REQUEST", reason="MOVE_OUT", count=10),
    Wanted(kind="TURN_ON", reason="MOVE_IN", count=8, windows=("ALL_DAY", "8-10", "14-16")),
)  # fmt: skip


def open_due() -> int:
    """Open the new orders of today, once: in a demo, on a working day after its first, from the planning hour on.

    Answers how many were opened; what the rules refuse is not opened, as at the desk.
    """
    with reading() as session:
        on = _due(session)
        if on is None:
            return 0
    with transaction(actor=DEMO) as tx:
        if _begun(tx.session, on=on):
            return 0
        chance = random.Random(on.toordinal())
        return sum(_open(tx, wanted=one, on=on, chance=chance) for one in WANTED)


def _due(session: Session) -> date | None:
    utility = policies.get_utility(session)
    if not utility.demo or utility.demo_on is None:
        return None
    calendar = policies.rules(session).calendar
    now = clock.now()
    on = calendar.day_of(now)
    if on <= utility.demo_on or not calendar.is_business_day(on) or _begun(session, on=on):
        return None
    return on if now >= day.local_time(utility.plan_time, on=on, zone=calendar.zone) else None


def _begun(session: Session, *, on: date) -> bool:
    order = orders.ServiceOrder
    return (
        session.execute(
            select(order.id).where(order.opened_by == DEMO.name, order.due_on == on).limit(1)
        ).scalar_one_or_none()
        is not None
    )


def _open(tx: Tx, *, wanted: Wanted, on: date, chance: random.Random) -> int:
    candidates = list(_candidates(tx.session, kind=wanted.kind, on=on))
    chance.shuffle(candidates)
    opened = 0
    for premise_id in candidates[: wanted.count * TRIES]:
        if opened == wanted.count:
            break
        try:
            with tx.session.begin_nested():
                if wanted.kind == "TURN_ON":
                    _move_in(tx, premise_id=premise_id, on=on)
                operations.open_order(
                    tx,
                    request=schemas.OrderIn.model_validate(
                        {
                            "kind": wanted.kind, "premise_id": premise_id, "reason": wanted.reason,
                            "note": wanted.note, "due_on": on.isoformat(), "window": chance.choice(wanted.windows),
                        }
                    ),
                )  # fmt: skip
        except errors.Refusal:
            # The rules or an open order stand against it: the next one, as a rep would.
            continue
        opened += 1
    return opened


def _move_in(tx: Tx, *, premise_id: int, on: date) -> None:
    """Somebody new moves in: a customer, and an account that waits for its water."""
    before = tx.session.execute(
        select(accounts.Account).where(accounts.Account.premise_id == premise_id).order_by(accounts.Account.id.desc())
    ).scalars().all()[0]  # fmt: skip
    base, _, turn = before.number.rpartition("-")
    newcomer = people.customer(
        number=NEWCOMERS + before.id, business=False, rng=np.random.default_rng([on.toordinal(), premise_id])
    )
    customer = accounts.Customer(
        name=newcomer.name, phones=list(newcomer.phones), email=newcomer.email, language=newcomer.language,
        ok_to_text=newcomer.ok_to_text,
    )  # fmt: skip
    tx.session.add(customer)
    tx.session.flush()
    tx.session.add(
        accounts.Account(
            number=f"{base}-{int(turn) + 1:02d}", customer_id=customer.id, premise_id=premise_id, status="PENDING",
            relation=before.relation, opened_on=on,
        )
    )  # fmt: skip
    tx.session.flush()
    registry.index_premises(tx.session, premise_ids=[premise_id])


def _candidates(session: Session, *, kind: str, on: date) -> Sequence[int]:
    """Premises near the yard with one meter and no open order, whose account fits the kind; by id."""
    utility = policies.get_utility(session)
    premise, account, point, order = accounts.Premise, accounts.Account, meters.ServicePoint, orders.ServiceOrder
    second = aliased(meters.ServicePoint)
    one_meter = ~exists().where(second.premise_id == premise.id, second.id != point.id)
    return (
        session.execute(
            select(premise.id)
            .join(account, account.premise_id == premise.id)
            .join(point, point.premise_id == premise.id)
            .where(
                premise.lon.between(utility.yard_lon - NEAR_DEG, utility.yard_lon + NEAR_DEG),
                premise.lat.between(utility.yard_lat - NEAR_DEG, utility.yard_lat + NEAR_DEG),
                premise.customer_class == "RESIDENTIAL", one_meter, _fits(kind, on),
                ~exists().where(order.premise_id == premise.id, order.open_key.is_not(None)),
            )
            .order_by(premise.id)
            .distinct()
        )
        .scalars()
        .all()
    )  # fmt: skip


def _fits(kind: str, on: date) -> ColumnElement[bool]:
    account, point, bill = accounts.Account, meters.ServicePoint, accounts.Bill
    late = exists().where(
        bill.account_id == account.id, bill.paid_cents < bill.amount_cents, bill.due_on < on - timedelta(days=60)
    )
    active = and_(account.status == "ACTIVE", point.valve_state == "ON")
    if kind == "SHUTOFF_NONPAY":
        return and_(active, late)
    if kind == "TURN_ON":
        other = aliased(accounts.Account)
        lived_in = exists().where(other.premise_id == account.premise_id, other.status != "CLOSED")
        return and_(account.status == "CLOSED", point.valve_state != "ON", ~lived_in)
    return and_(active, ~late)
