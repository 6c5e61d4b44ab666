"""What a finished visit does to meters, accounts and later work. Every piece is written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.accounts import models as account_models
from dispatch.accounts import operations as accounts
from dispatch.accounts import queries as account_queries
from dispatch.meters import models as meter_models
from dispatch.meters import operations as meters
from dispatch.meters import queries as meter_queries
from dispatch.meters import validation
from dispatch.orders import models, visit_events
from dispatch.policies import fees
from dispatch.policies import queries as policies
from dispatch.transaction import Tx


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A reading of a visit with its judgement. `op_id` names the operation that brought it."""

    op_id: str
    meter: meter_models.Meter | None
    digits: str
    role: str
    taken_at: datetime
    zero_confirmed: bool
    at_this_point: bool
    judgement: validation.ReadingJudgement | None

    @property
    def blocked(self) -> bool:
        return self.judgement is None or self.judgement.blocked or not self.at_this_point

    @property
    def exceptions(self) -> tuple[str, ...]:
        found: tuple[str, ...] = () if self.judgement is None else self.judgement.exceptions
        return found if self.at_this_point else ("WRONG_METER", *found)


def judge_readings(
    tx: Tx, *, order: models.ServiceOrder, taken: Sequence[Mapping[str, Any]], serial_matches: bool
) -> list[Judged]:
    """Judge readings as recorded: {op_id, at, meter_id, digits, role, zero_confirmed}, in order."""
    calendar = policies.rules(tx.session).calendar
    account = None if order.account_id is None else tx.session.get(account_models.Account, order.account_id)
    found: list[Judged] = []
    for one in taken:
        meter = tx.session.get(meter_models.Meter, one["meter_id"])
        at = datetime.fromisoformat(one["at"])
        judgement = None
        if meter is not None:
            on = calendar.day_of(at)
            previous, expected = meter_queries.expected(tx.session, meter, on=on)
            judgement = validation.judge_reading(
                register=meter_queries.register_of(meter), previous=previous, digits=one["digits"], read_on=on,
                expected=expected, active=account is not None and account.service_off_since is None,
                zero_confirmed=bool(one.get("zero_confirmed")), has_account=account is not None,
                serial_matches=serial_matches, today_on=calendar.day_of(tx.now),
            )  # fmt: skip
        found.append(
            Judged(
                op_id=one["op_id"], meter=meter, digits=one["digits"], role=one["role"], taken_at=at,
                zero_confirmed=bool(one.get("zero_confirmed")), judgement=judgement,
                at_this_point=meter is not None
                and (order.service_point_id is None or meter.service_point_id == order.service_point_id),
            )
        )  # fmt: skip
    return found


def record_readings(
    tx: Tx, *, order: models.ServiceOrder, visit_id: str, effects: Sequence[Mapping[str, Any]],
    judged: Sequence[Judged], waits: bool,
) -> None:  # fmt: skip
    """Put the readings of a visit down: POSTED, or REVIEW while a person must look (`waits`) or they are doubtful."""
    calendar = policies.rules(tx.session).calendar
    for effect in effects:
        one = judged[effect["visit_reading"]]
        if one.meter is None:
            continue
        use = None if one.judgement is None else one.judgement.usage_ccf
        meters.record_reading(
            tx, meter=one.meter, digits=one.digits[:16], read_at=one.taken_at, read_on=calendar.day_of(one.taken_at),
            read_type=effect["read_type"], usage_ccf=None if use is None else f"{use:f}",
            qualities=list(one.exceptions), source_key=f"op:{one.op_id}", visit_id=visit_id,
            status="REVIEW" if waits or one.blocked else "POSTED", account_id=order.account_id,
        )  # fmt: skip


def turn_valve(tx: Tx, *, order: models.ServiceOrder, state: str | None, at: datetime) -> None:
    """Keep the valve as the crew left it."""
    if state is None or order.service_point_id is None:
        return
    point = tx.session.get_one(meter_models.ServicePoint, order.service_point_id)
    meters.set_valve(tx, service_point=point, state=state, at=at)


def touch_account(
    tx: Tx,
    *,
    order: models.ServiceOrder,
    visit: models.Visit,
    account_effect: str,
    charges: Sequence[Mapping[str, Any]],
) -> None:
    """The effect on the account and its fees, at the moment at which the visit was finished."""
    account = _account(tx, order)
    at = visit.finished_at or tx.now
    if account is not None:
        _change(tx, account=account, order=order, visit=visit, account_effect=account_effect, at=at)
        for one in charges:
            _charge(tx, account=account, code=one["code"], event_key=one["event_key"], at=at)
    visit.posted_at = tx.now
    tx.record(visit_events.VisitPosted(order_id=order.id, visit_id=visit.id, account_id=order.account_id))


def _account(tx: Tx, order: models.ServiceOrder) -> account_models.Account | None:
    if order.account_id is not None:
        return account_queries.get_account(tx.session, order.account_id)
    return None if order.premise_id is None else account_queries.find_account_at(tx.session, order.premise_id)


def _change(
    tx: Tx, *, account: account_models.Account, order: models.ServiceOrder, visit: models.Visit, account_effect: str,
    at: datetime,
) -> None:  # fmt: skip
    if account_effect == "START_SERVICE":
        accounts.start_service(tx, account=account, at=at)
    elif account_effect == "RESTORE_SERVICE":
        accounts.restore_service(tx, account=account, at=at)
    elif account_effect == "STOP_NONPAY":
        accounts.stop_service(tx, account=account, at=at, reason="NONPAY")
    elif account_effect == "STOP_SERVICE":
        accounts.stop_service(tx, account=account, at=at, reason="REQUEST")
        if order.reason == "MOVE_OUT":
            accounts.close_account(tx, account=account, at=at, soft=False)
    elif account_effect == "FINAL_BILL":
        accounts.close_account(tx, account=account, at=at, soft=visit.valve_left in ("ON", None))


def _charge(tx: Tx, *, account: account_models.Account, code: str, event_key: str, at: datetime) -> None:
    pack = policies.rules(tx.session)
    customer = tx.session.get_one(account_models.Customer, account.customer_id)
    quote = fees.quote(schedule=pack.schedule, code=code, at=at, calendar=pack.calendar, low_income=customer.low_income)
    # A schedule without the fee charges nothing: the agency does not have it.
    if quote is not None and quote.amount_cents > 0:
        accounts.charge(tx, account=account, code=code, amount_cents=quote.amount_cents, event_key=event_key)
