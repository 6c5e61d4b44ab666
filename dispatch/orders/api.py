"""Orders over HTTP."""

from datetime import date
from typing import Any

from dispatch import errors, transaction
from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.auth import guard
from dispatch.auth import queries as people
from dispatch.crews import models as crew_models
from dispatch.endpoint import endpoint
from dispatch.journal import queries as journal
from dispatch.meters import queries as meters
from dispatch.orders import checks, history, kinds, lifecycle, models, operations, queries, schemas
from dispatch.wire import Line, Wire


class OrdersQuery(Wire):
    """Filters of the list of orders."""

    state: Line = "open"
    kind: Line = ""
    q: Line = ""
    on: Line = ""
    page: int = 1


@endpoint("GET", "/kinds", needs="any", answer=list[schemas.KindOut])
def list_kinds() -> list[schemas.KindOut]:
    """The catalogue of kinds."""
    return [checks.kind_out(code) for code in kinds.catalogue()]


@endpoint("GET", "/orders", needs="orders.see", query=OrdersQuery, answer=schemas.OrderList)
def list_orders(query: OrdersQuery) -> schemas.OrderList:
    """Orders, newest first, a page at a time."""
    try:
        on = date.fromisoformat(query.on) if query.on else None
    except ValueError:
        raise errors.Malformed("Write the day as 2026-08-26 (parameter `on`).") from None
    page = max(1, min(query.page, 100_000))
    with transaction.reading() as session:
        found, total = queries.listed(session, state=query.state, kind=query.kind, text=query.q, on=on, page=page)
        pages = max(1, -(-total // queries.PAGE))
        return schemas.OrderList(orders=queries.rows(session, found), total=total, page=page, pages=pages)


@endpoint("GET", "/orders/<int:order_id>", needs="orders.see", answer=schemas.OrderOut)
def get_order(order_id: int) -> schemas.OrderOut:
    """One order, whole."""
    return order_out(order_id)


@endpoint(
    "POST", "/orders/<int:order_id>/cancellation", needs="orders.cancel", body=schemas.CancelIn, answer=schemas.OrderOut
)
def cancel_order(order_id: int, body: schemas.CancelIn) -> schemas.OrderOut:
    """Cancel an open order, with a reason."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("orders.cancel", {"order_id": order_id, **body.model_dump()})
        operations.cancel_order(
            tx, order=queries.get_order(tx.session, order_id), version=body.version, reason=_reason(body.reason)
        )
    return order_out(order_id)


@endpoint("POST", "/orders/<int:order_id>/hold", needs="orders.hold", body=schemas.CancelIn, answer=schemas.OrderOut)
def hold_order(order_id: int, body: schemas.CancelIn) -> schemas.OrderOut:
    """Stop an order until a person releases it."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("orders.hold", {"order_id": order_id, **body.model_dump()})
        operations.hold_order(
            tx, order=queries.get_order(tx.session, order_id), version=body.version, reason=_reason(body.reason)
        )
    return order_out(order_id)


@endpoint("POST", "/orders/<int:order_id>/release", needs="orders.hold", body=schemas.CancelIn, answer=schemas.OrderOut)
def release_order(order_id: int, body: schemas.CancelIn) -> schemas.OrderOut:
    """Let a held or recalled order go on."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("orders.release", {"order_id": order_id, **body.model_dump()})
        operations.release_order(
            tx, order=queries.get_order(tx.session, order_id), version=body.version, reason=_reason(body.reason)
        )
    return order_out(order_id)


class ReasonMissing(errors.Refusal):
    """A decision about an order needs its reason."""

    code = "reason_missing"


def _reason(text: str) -> str:
    if not text:
        raise ReasonMissing(
            "Say why.", reasons=[errors.Reason("reason_missing", "Write the reason.", "Escriba el motivo.", "reason")]
        )
    return text


_ACTIONS = {
    "cancel": ("cancel", "orders.cancel"),
    "hold": ("hold", "orders.hold"),
    "release": ("release", "orders.hold"),
}


def _allowed(order: models.ServiceOrder) -> list[str]:
    possible = set(lifecycle.allowed_actions(state=order.state, side="office"))
    if "make_ready" in possible and order.state == "RECALLED":
        possible.add("release")
    return [name for name, (action, needs) in _ACTIONS.items() if action in possible and guard.may(needs)]


def order_out(order_id: int) -> schemas.OrderOut:
    """One order as the office sees it."""
    with transaction.reading() as session:
        order = queries.get_order(session, order_id)
        account = session.get(account_models.Account, order.account_id) if order.account_id else None
        customer = session.get(account_models.Customer, account.customer_id) if account else None
        meter = (
            meters.meters_at(session, [order.service_point_id]).get(order.service_point_id)
            if order.service_point_id
            else None
        )
        hazards = accounts.hazards_of(session, [order.premise_id]).get(order.premise_id, []) if order.premise_id else []
        spanish = guard.person().language == "es"
        names_seen = guard.may("customers.see")
        return schemas.OrderOut(
            row=queries.rows(session, [order])[0],
            reason=order.reason,
            note=order.note,
            contact_name=order.contact_name,
            contact_phone=order.contact_phone,
            someone_home=order.someone_home,
            account_number=account.number if account else None,
            customer=customer.name if customer and names_seen else None,
            meter_serial=meter.serial if meter else None,
            hazards=[hazard.text_es if spanish else hazard.text_en for hazard in hazards],
            verdict=schemas.VerdictOut.model_validate(order.verdict) if order.verdict else None,
            visits=visits_out(session, order),
            history=[history.line(entry) for entry in journal.entries_of_order(session, order_id=order.id)],
            allowed=_allowed(order),
            unplanned_reason=None,
        )


def visits_out(session: Any, order: models.ServiceOrder) -> list[schemas.VisitOut]:
    """Visits of an order as the office sees them."""
    visits = queries.visits_of(session, order.id)
    names = people.names(session, {visit.person_id for visit in visits if visit.person_id})
    photos = queries.photos_of(session, order.id)
    found = []
    for visit in visits:
        crew = session.get(crew_models.Crew, visit.crew_id) if visit.crew_id else None
        mine = [(photo, here) for photo, here in photos if photo.visit_id == visit.id]
        readings = (visit.facts or {}).get("readings") or []
        found.append(
            schemas.VisitOut(
                visit_id=visit.id,
                technician=names.get(visit.person_id or 0, ""),
                crew=crew.call_sign if crew else "",
                arrived_at=visit.arrived_at,
                started_at=visit.started_at,
                finished_at=visit.finished_at,
                disposition=visit.disposition,
                reading=str(readings[-1].get("digits")) if readings else None,
                valve_found=visit.valve_found,
                valve_left=visit.valve_left,
                notes=visit.notes,
                photos=[photo.sha256 for photo, here in mine if here],
                photos_missing=sum(1 for _, here in mine if not here),
                facts=visit.facts or {},
            )
        )
    return found
