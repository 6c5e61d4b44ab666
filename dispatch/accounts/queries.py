"""Reading accounts, what they owe, and their standing before the rules."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.accounts import models
from dispatch.meters import queries as meters
from dispatch.policies import queries as policies
from dispatch.policies import standing as facts


def get_account(session: Session, account_id: int) -> models.Account:
    found = session.get(models.Account, account_id)
    if found is None:
        raise errors.NotFound(f"There is no account {account_id}.")
    return found


def get_premise(session: Session, premise_id: int) -> models.Premise:
    found = session.get(models.Premise, premise_id)
    if found is None:
        raise errors.NotFound(f"There is no premise {premise_id}.")
    return found


def find_account_at(session: Session, premise_id: int) -> models.Account | None:
    """The account in force at a premise: active first, then pending, then soft-closed, newest first."""
    account = models.Account
    rows = (
        session.execute(
            select(account)
            .where(account.premise_id == premise_id, account.status != "CLOSED")
            .order_by(account.id.desc())
        )
        .scalars()
        .all()
    )
    rank = {"ACTIVE": 0, "PENDING": 1, "SOFT_CLOSED": 2}
    return min(rows, key=lambda row: rank[row.status], default=None)


def customers(session: Session, ids: Iterable[int]) -> dict[int, models.Customer]:
    rows = session.execute(select(models.Customer).where(models.Customer.id.in_(list(ids)))).scalars()
    return {row.id: row for row in rows}


def hazards_of(session: Session, premise_ids: Iterable[int]) -> dict[int, list[models.Hazard]]:
    """Hazards in force, by premise."""
    hazard = models.Hazard
    found: dict[int, list[models.Hazard]] = {}
    for row in session.execute(
        select(hazard).where(hazard.premise_id.in_(list(premise_ids)), hazard.cleared_at.is_(None)).order_by(hazard.id)
    ).scalars():
        found.setdefault(row.premise_id, []).append(row)
    return found


def unpaid_bills(session: Session, account_id: int) -> Sequence[models.Bill]:
    """Bills with something still owed, oldest due first."""
    bill = models.Bill
    return (
        session.execute(
            select(bill)
            .where(bill.account_id == account_id, bill.paid_cents < bill.amount_cents)
            .order_by(bill.due_on, bill.id)
        )
        .scalars()
        .all()
    )


def past_due(session: Session, account_id: int, *, on: date) -> tuple[int, int]:
    """Cents past due and days since the oldest of them fell due (0, 0 when nothing is)."""
    late = [bill for bill in unpaid_bills(session, account_id) if bill.due_on < on]
    if not late:
        return 0, 0
    return sum(bill.amount_cents - bill.paid_cents for bill in late), (on - late[0].due_on).days


def plan_of(session: Session, account_id: int) -> models.PaymentPlan | None:
    """The newest payment plan that is not done."""
    plan = models.PaymentPlan
    return session.execute(
        select(plan).where(plan.account_id == account_id, plan.status != "DONE").order_by(plan.id.desc()).limit(1)
    ).scalar_one_or_none()


def holds_of(session: Session, account_id: int) -> Sequence[models.AccountHold]:
    """Holds in force."""
    hold = models.AccountHold
    return (
        session.execute(select(hold).where(hold.account_id == account_id, hold.released_at.is_(None)).order_by(hold.id))
        .scalars()
        .all()
    )


def last_payment(session: Session, account_id: int) -> models.Payment | None:
    payment = models.Payment
    return session.execute(
        select(payment)
        .where(payment.account_id == account_id)
        .order_by(payment.paid_at.desc(), payment.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def find_payment(session: Session, *, agent: str, reference: str) -> models.Payment | None:
    payment = models.Payment
    return session.execute(
        select(payment).where(payment.agent == agent, payment.reference == reference)
    ).scalar_one_or_none()


def payment_known_at(session: Session, *, account_id: int | None, paid_at: datetime) -> datetime | None:
    """Since when the house knows of a payment made at an instant; None when there is none."""
    payment = models.Payment
    return session.execute(
        select(payment.posted_at)
        .where(payment.account_id == account_id, payment.paid_at == paid_at)
        .order_by(payment.posted_at)
        .limit(1)
    ).scalar_one_or_none()


def standing(
    session: Session,
    *,
    account: models.Account | None,
    premise: models.Premise,
    now: datetime,
    service_point_id: int | None = None,
    open_orders: tuple[facts.OpenOrder, ...] = (),
    requested_by: str = "UNKNOWN",
    asked_at: datetime | None = None,
) -> facts.Standing:
    """All that the rules ask about, in one frozen value."""
    calendar = policies.rules(session).calendar
    today = calendar.day_of(now)
    points = meters.service_points_of(session, premise.id)
    point = next((one for one in points if one.id == service_point_id), points[0] if points else None)
    meter = meters.meters_at(session, [one.id for one in points])
    values: dict[str, Any] = {
        "customer_class": premise.customer_class,
        "service_type": point.kind if point else "DOMESTIC",
        "account_state": account.status if account else "NONE",
        "valve_state": point.valve_state if point else "UNKNOWN",
        "has_meter": bool(point and point.id in meter),
        "units_served": premise.units,
        "shared_line": premise.units > 1 and len(points) == 1,
        "critical": (premise.critical,) if premise.critical else (),
        "open_orders": open_orders,
        "requested_by": requested_by,
        "asked_at": asked_at or now,
        "area_holds": tuple(
            facts.AreaHold(name=hold.reason_en, kinds=frozenset(hold.kinds), from_on=hold.from_on)
            for hold in policies.area_holds(session, lon=premise.lon, lat=premise.lat)
        ),
    }
    if account is not None:
        values.update(_of_account(session, account, today))
    return facts.Standing(**values)


def _of_account(session: Session, account: models.Account, today: date) -> dict[str, Any]:
    customer = session.get_one(models.Customer, account.customer_id)
    bills = unpaid_bills(session, account.id)
    plan = plan_of(session, account.id)
    holds = holds_of(session, account.id)
    medical = next((hold for hold in holds if hold.kind == "MEDICAL"), None)
    extension = next((hold for hold in holds if hold.kind == "EXTENSION"), None)
    notices, contacts = _served(session, account.id)
    zone = policies.zone(session)
    owed = sum(bill.amount_cents - bill.paid_cents for bill in bills if bill.due_on < today)
    return {
        "past_due_cents": owed,
        "unpaid_bills": tuple(
            facts.UnpaidBill(
                bill_id=bill.id,
                mailed_on=bill.mailed_on,
                due_on=bill.due_on,
                unpaid_cents=bill.amount_cents - bill.paid_cents,
                estimated=bill.estimated,
            )
            for bill in bills
        ),
        "language": customer.language,
        "low_income": customer.low_income,
        "owner_is_customer": account.relation == "owner",
        "tenants_live_here": account.tenants_at_premise,
        "notices": notices,
        "contacts": contacts,
        "restore_owed": account.off_reason == "NONPAY" and owed == 0,
        "plan": None
        if plan is None
        else facts.Plan(
            started_on=plan.started_on,
            broken_on=plan.broken_on,
            parts=plan.instalments,
            parts_kept=plan.kept,
        ),
        "appeals": tuple(
            facts.Appeal(filed_on=hold.placed_at.astimezone(zone).date()) for hold in holds if hold.kind == "APPEAL"
        ),
        "disputes": tuple(
            facts.Appeal(filed_on=hold.placed_at.astimezone(zone).date()) for hold in holds if hold.kind == "DISPUTE"
        ),
        "medical": None
        if medical is None
        else facts.MedicalClaim(
            noted_on=medical.placed_at.astimezone(zone).date(),
            provider_certificate=bool(medical.details.get("provider_certificate")),
            program=medical.details.get("program"),
            income_under_200_fpl=bool(medical.details.get("income_under_200_fpl")),
            willing_to_plan=bool(medical.details.get("willing_to_plan")),
        ),
        "extension_until_on": date.fromisoformat(extension.details["until_on"])
        if extension and extension.details.get("until_on")
        else None,
        # A medical claim and an extension have their own rules, by their parts; the other holds block as such.
        "holds": tuple(
            facts.Hold(
                kind=cast(facts.HoldKind, hold.kind),
                since_on=hold.placed_at.astimezone(zone).date(),
                reason=hold.reason,
            )
            for hold in holds
            if hold.kind in ("PLAN", "BANKRUPTCY", "OFFICE")
        ),
    }


def _served(session: Session, account_id: int) -> tuple[tuple[facts.Notice, ...], tuple[facts.Contact, ...]]:
    notice = models.Notice
    notices, contacts = [], []
    for row in session.execute(
        select(notice).where(notice.account_id == account_id).order_by(notice.served_at, notice.id)
    ).scalars():
        details = row.details or {}
        if row.kind == "CONTACT":
            contacts.append(
                facts.Contact(
                    at=row.served_at,
                    method=cast(Any, row.method),
                    reached=details.get("reached", "ADULT"),
                    by=details.get("by", ""),
                    offered=frozenset(details.get("offered", ())),
                )
            )
        else:
            notices.append(
                facts.Notice(
                    kind=cast(facts.NoticeKind, row.kind),
                    served_at=row.served_at,
                    served_by=cast(Any, row.method),
                    recipient=cast(facts.Recipient, row.recipient),
                    to_service_address=bool(details.get("to_service_address", False)),
                    contents=frozenset(details.get("contents", ())),
                    languages=frozenset(details.get("languages", ("en",))),
                    returned=row.returned,
                )
            )
    return tuple(notices), tuple(contacts)
