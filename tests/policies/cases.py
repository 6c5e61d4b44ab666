"""Builders in the trade's words: an account that may be shut off, and ways to spoil it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.policies import evaluator, loader
from dispatch.policies.standing import Contact, Notice, Standing, UnpaidBill

PACIFIC = ZoneInfo("America/Los_Angeles")
DISTRICT = loader.load(code="ca_special_district")
OFFERS = frozenset({"policy", "payment_options", "appeal"})
CONTENTS = frozenset({"name_address", "amount", "pay_by", "extension", "appeal", "payment_options"})


def local(on: date, clock: str = "10:00", zone: ZoneInfo = PACIFIC) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=zone).astimezone(UTC)


def bill(*, mailed_on: date = date(2025, 6, 2), due_on: date = date(2025, 6, 23), **more: Any) -> UnpaidBill:
    return UnpaidBill(**{"bill_id": 1, "mailed_on": mailed_on, "due_on": due_on, "unpaid_cents": 24310, **more})


def call(on: date, clock: str = "10:00", **more: Any) -> Contact:
    return Contact(**{"at": local(on, clock), "method": "PHONE", "reached": "HOLDER", "offered": OFFERS, **more})


def letter(on: date, **more: Any) -> Notice:
    return Notice(**{"kind": "DELINQUENCY", "served_at": local(on), "contents": CONTENTS, **more})


def may_be_shut_off(**more: Any) -> Standing:
    """A residential account past due since June 23, 2025, with every step served for Mon Aug 25, 2025 at 10:00."""
    return Standing(
        **{
            "customer_class": "SINGLE_FAMILY",
            "past_due_cents": 24310,
            "unpaid_bills": (bill(),),
            "contacts": (call(date(2025, 8, 14)), call(date(2025, 8, 22), "09:00")),
            "notices": (letter(date(2025, 8, 1)),),
            **more,
        }
    )


def shutoff(standing: Standing, at: datetime, *, pack: loader.RulePack = DISTRICT, **more: Any) -> evaluator.Verdict:
    return evaluator.evaluate(
        **{
            "pack": pack,
            "standing": standing,
            "kind": "SHUTOFF_NONPAY",
            "reason": "NONPAYMENT",
            "at": at,
            "calendar": pack.calendar,
            **more,
        }
    )


def blocking(verdict: evaluator.Verdict) -> set[str]:
    return {one.rule_id for one in verdict.blocks}


def warning(verdict: evaluator.Verdict) -> set[str]:
    return {one.rule_id for one in verdict.warnings}


def days(count: int) -> timedelta:
    return timedelta(days=count)
