"""Orders that may be left to any of several days. Pure."""

from datetime import date, timedelta

from dispatch import errors
from dispatch.orders import kinds, schemas

FARTHEST_DAYS = 180


def latest_on(
    *, request: schemas.OrderIn, kind: kinds.kind.Kind, due_on: date, reasons: list[errors.Reason]
) -> date | None:
    """The last day of an order that may wait; adds the reasons why this one may not."""
    if request.latest_on is None:
        return None
    try:
        last = date.fromisoformat(request.latest_on)
    except ValueError:
        text = ("Write the last day as 2026-08-26.", "Escriba el último día así: 2026-08-26.")
        reasons.append(errors.Reason("latest_on", *text, "latest_on"))
        return None
    if not due_on <= last <= due_on + timedelta(days=FARTHEST_DAYS):
        text = (f"The last day must lie within {FARTHEST_DAYS} days after the first.",
                f"El último día debe quedar dentro de {FARTHEST_DAYS} días después del primero.")  # fmt: skip
        reasons.append(errors.Reason("latest_on_far", *text, "latest_on"))
    if request.window != "ALL_DAY":
        text = ("An order with a promised window has one day.", "Una orden con horario prometido tiene un solo día.")
        reasons.append(errors.Reason("latest_on_window", *text, "latest_on"))
    if not kind.may_wait:
        text = (f"{kind.name_en} is for its own day.", f"{kind.name_es} es para su propio día.")
        reasons.append(errors.Reason("latest_on_kind", *text, "latest_on"))
    return last
