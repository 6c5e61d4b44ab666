"""What the rules say of an order before and after it exists. Loads the standing; the evaluator decides."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.orders import kinds, queries, schemas
from dispatch.policies import evaluator, standing
from dispatch.policies import queries as policies

NEAR_FT = 300
DESK_KINDS = ("TURN_ON", "RESTORE", "LEAK_CHECK", "SHUTOFF_REQUEST", "SHUTOFF_NONPAY")
"""Kinds that the desk offers in this order (Alt+1 ...)."""


def verdict(
    session: Session,
    *,
    kind: str,
    premise_id: int,
    at: datetime,
    account_id: int | None = None,
    service_point_id: int | None = None,
    point: evaluator.Point = "release",
    reason: str = "",
    leave_out_order_id: int | None = None,
    asked_at: datetime | None = None,
) -> evaluator.Verdict:
    """The verdict on one kind at one premise for work done at `at`; `asked_at` is when it was asked for (default `at`)."""
    premise = accounts.get_premise(session, premise_id)
    account = accounts.get_account(session, account_id) if account_id else accounts.find_account_at(session, premise_id)
    facts = _facts(session, premise, account, service_point_id, at, leave_out_order_id, asked_at or at)
    rules = policies.rules(session)
    return evaluator.evaluate(
        pack=rules, standing=facts, kind=kind, reason=reason, at=at, calendar=rules.calendar, point=point
    )


def verdicts(
    session: Session, *, premise_id: int, at: datetime, only: Sequence[str] = DESK_KINDS
) -> dict[str, evaluator.Verdict]:
    """Verdicts of the kinds that the desk offers, from one load of the standing."""
    premise = accounts.get_premise(session, premise_id)
    account = accounts.find_account_at(session, premise_id)
    facts = _facts(session, premise, account, None, at, None, at)
    rules = policies.rules(session)
    found = {}
    for kind in only:
        verdict = evaluator.evaluate(
            pack=rules, standing=facts, kind=kind, reason="", at=at, calendar=rules.calendar, point="release"
        )
        day = verdict.first_allowed_on
        if verdict.result == "block" and day is not None and kind != "SHUTOFF_NONPAY":
            # Work that a person asks for is only too early today: the desk shows from which day it is possible.
            hours = rules.calendar.office_hours(day) or (time(9), time(16))
            later = evaluator.evaluate(
                pack=rules, standing=facts, kind=kind, reason="", at=rules.calendar.moment(day, hours[0]),
                calendar=rules.calendar,
            )  # fmt: skip
            if later.result != "block":
                verdict = replace(later, first_allowed_on=day, summary_en="", summary_es="")
        found[kind] = verdict
    return found


def _facts(
    session: Session,
    premise: account_models.Premise,
    account: account_models.Account | None,
    service_point_id: int | None,
    at: datetime,
    leave_out_order_id: int | None,
    asked_at: datetime,
) -> standing.Standing:
    here = queries.open_at(session, premise_id=premise.id)
    near = queries.open_near(session, lon=premise.lon, lat=premise.lat, metres=NEAR_FT * 0.3048, kinds=("LEAK_CHECK",))
    others = tuple(
        [standing.OpenOrder(number=row.number, kind=row.kind) for row in here if row.id != leave_out_order_id]
        + [
            standing.OpenOrder(
                number=row.number, kind=row.kind, distance_ft=_feet(premise.lon, premise.lat, row.lon, row.lat)
            )
            for row in near
            if row.premise_id != premise.id and row.lon is not None and row.lat is not None
        ]
    )
    return accounts.standing(
        session,
        account=account,
        premise=premise,
        now=at,
        service_point_id=service_point_id,
        open_orders=others,
        # The rep has checked name and PIN on the call before the desk lets an order be made.
        requested_by="HOLDER",
        asked_at=asked_at,
    )


def _feet(lon_a: float, lat_a: float, lon_b: float | None, lat_b: float | None) -> int:
    if lon_b is None or lat_b is None:
        return 0
    east = (lon_b - lon_a) * 111_320 * math.cos(math.radians(lat_a))
    return round(math.hypot(east, (lat_b - lat_a) * 110_540) / 0.3048)


def as_out(verdict: evaluator.Verdict) -> schemas.VerdictOut:
    """A verdict on the wire; rules that do not apply stay out."""
    return schemas.VerdictOut(
        kind=verdict.kind,
        result=verdict.result,
        summary_en=verdict.summary_en,
        summary_es=verdict.summary_es,
        first_allowed_on=verdict.first_allowed_on.isoformat() if verdict.first_allowed_on else None,
        rules=[
            schemas.RuleOut(
                rule_id=one.rule_id,
                result=one.result,
                fact_en=one.fact_en,
                fact_es=one.fact_es,
                evidence=one.evidence,
                source=one.source,
                override_role=one.override_role,
            )
            for one in verdict.results
            if one.result != "not_applicable"
        ],
    )


def kind_out(code: str) -> schemas.KindOut:
    """One row of the catalogue on the wire."""
    return schemas.KindOut.model_validate(kinds.as_json(kind=kinds.get(code=code)))
