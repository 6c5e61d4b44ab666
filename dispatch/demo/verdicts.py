"""What the rules said when a demo order was opened: the house's own evaluator, asked about the rows just written."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.orders import checks
from dispatch.policies import evaluator
from dispatch.policies.loader import RulePack


def judge(
    session: Session, *, pack: RulePack, kind: str, premise_id: int, account_id: int | None, service_point_id: int,
    asked_at: datetime, due_on: date,
) -> evaluator.Verdict:  # fmt: skip
    """The verdict on an order at ten in the morning of its day, on what was known when it was asked for."""
    premise = session.get_one(account_models.Premise, premise_id)
    account = session.get(account_models.Account, account_id) if account_id is not None else None
    standing = accounts.standing(
        session, account=account, premise=premise, now=asked_at, service_point_id=service_point_id,
        requested_by="HOLDER",
    )  # fmt: skip
    if kind not in ("TURN_ON", "SHUTOFF_REQUEST"):
        # Only work that somebody asked for has to be asked for in time.
        standing = dataclasses.replace(standing, asked_at=None)
    at = pack.calendar.moment(due_on, time(10))
    return evaluator.evaluate(pack=pack, standing=standing, kind=kind, reason="", at=at, calendar=pack.calendar)


def snapshot(verdict: evaluator.Verdict) -> dict[str, Any]:
    """The verdict as it is kept with the order."""
    return checks.as_out(verdict).model_dump(mode="json")
