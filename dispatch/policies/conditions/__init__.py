"""The conditions of the rules: one small pure function a rule, found by rule id in one table."""

from dispatch.policies.conditions import california, local, orders, texas
from dispatch.policies.conditions.case import Condition

TABLE: dict[str, Condition] = {**california.TABLE, **texas.TABLE, **local.TABLE, **orders.TABLE}

DEFINED_ELSEWHERE: dict[str, str] = {
    "CA-09": "dispatch.policies.conditions.california.financially_unable",
    "CA-10": "dispatch.accounts.billing.plan_schedule",
    "CA-13": "dispatch.policies.fees.quote",
    "CA-23": "dispatch.reports",
    "CA-24": "dispatch.policies.evaluator.evaluate",
    "TX-02": "dispatch.accounts.operations",
    "TX-07": "dispatch.accounts.operations",
    "TX-08": "dispatch.policies.evaluator.evaluate",
    "LOC-05": "dispatch.orders.operations",
    "LOC-06": "dispatch.policies.fees.attaches",
}
"""Rules that gate nothing (definitions, fees, recalls, reports) and where they live."""
