"""Writing orders from the office side: open, cancel, hold, release, recall, assign."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import update

from dispatch import errors
from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.auth import permissions
from dispatch.meters import queries as meters
from dispatch.orders import checks, events, kinds, lifecycle, models, queries, schemas, waiting
from dispatch.policies import queries as policies
from dispatch.policies.calendars import Calendar
from dispatch.transaction import Tx
from maps import stores

WINDOWS: dict[str, tuple[time, time] | None] = {
    "ALL_DAY": None,
    "AM": (time(8), time(12)),
    "PM": (time(12), time(16)),
    "8-10": (time(8), time(10)),
    "10-12": (time(10), time(12)),
    "12-14": (time(12), time(14)),
    "14-16": (time(14), time(16)),
}


class OrderRefused(errors.Refusal):
    """The rules or the input stand against this order; all reasons are listed."""

    code = "order_refused"


class DuplicateOrder(errors.Refusal):
    """An order of this sort is open here already."""

    code = "duplicate_order"
    status = 409


class StaleOrder(errors.Stale):
    """Somebody changed the order meanwhile."""


def open_order(tx: Tx, *, request: schemas.OrderIn, number: str | None = None) -> models.ServiceOrder:
    """Open an order: the rules are asked, their answer is kept with it. Refuses with every reason at once.

    `number`: one that `take_number` gave out before."""
    reasons: list[errors.Reason] = []
    if request.kind not in kinds.catalogue():
        raise OrderRefused(
            f"There is no kind {request.kind[:40]!r}.",
            reasons=[
                errors.Reason(
                    "unknown_kind",
                    "This kind of order is not in the catalogue.",
                    "Este tipo de orden no está en el catálogo.",
                    "kind",
                )
            ],
        )
    kind = kinds.get(code=request.kind)
    place = _place(tx, request)
    calendar = policies.rules(tx.session).calendar
    due_on = _due_on(request, calendar, tx.now, reasons)
    latest_on = waiting.latest_on(request=request, kind=kind, due_on=due_on, reasons=reasons)
    verdict = None
    if place.premise is not None:
        work_at = _moment(calendar, due_on, request.window, tx.now)
        verdict = checks.verdict(
            tx.session,
            kind=request.kind,
            premise_id=place.premise.id,
            account_id=place.account.id if place.account else None,
            service_point_id=place.service_point_id,
            at=work_at,
            asked_at=tx.now,
            reason=request.reason if request.reason.isupper() else "",
        )
        overridden = {one.rule_id for one in request.overrides if one.reason}
        # A shutoff despite a warning needs a reason and a person who may override; other kinds are only told.
        strict = request.kind.startswith("SHUTOFF")
        for rule in verdict.results:
            needs_override = strict and rule.result == "warn" and rule.override_role is not None
            if needs_override and rule.rule_id in overridden and _may_override(tx, rule.override_role):
                continue
            if rule.result == "block" or needs_override:
                reasons.append(errors.Reason(rule.rule_id, rule.fact_en, rule.fact_es, rule_id=rule.rule_id))
    elif place.premise is None and request.kind in ("SHUTOFF_NONPAY", "RESTORE", "SHUTOFF_REQUEST"):
        reasons.append(
            errors.Reason(
                "no_service", "There is no service at this place.", "No hay servicio en este lugar.", "premise_id"
            )
        )
    if reasons:
        raise OrderRefused("The order cannot be opened.", reasons=reasons)
    key = _open_key(request.kind, place)
    there = queries.find_by_open_key(tx.session, key)
    if there is not None:
        if not request.link_duplicate:
            raise DuplicateOrder(
                f"Order {there.number} of this sort is open here.",
                reasons=[
                    errors.Reason(
                        "duplicate_order",
                        f"Order {there.number} ({kind.name_en}) is open here.",
                        f"La orden {there.number} ({kind.name_es}) está abierta aquí.",
                    )
                ],
            )
        key = f"{key}:{there.number}:{tx.now.timestamp():.3f}"
    window = WINDOWS[request.window]
    order = models.ServiceOrder(
        number=number or take_number(tx),
        kind=request.kind,
        state="READY" if request.window == "ALL_DAY" else "SCHEDULED",
        group_versions={},
        priority=kind.priority,
        premise_id=place.premise.id if place.premise else None,
        parcel_id=place.parcel_id,
        lot_id=place.lot_id,
        service_point_id=place.service_point_id,
        account_id=place.account.id if place.account else None,
        open_key=key,
        place=place.title,
        lon=place.lon,
        lat=place.lat,
        reason=request.reason,
        note=request.note,
        contact_name=request.contact_name,
        contact_phone=request.contact_phone,
        someone_home=request.someone_home,
        text_ahead=request.text_ahead,
        due_on=due_on,
        earliest_on=due_on if latest_on else None,
        latest_on=latest_on,
        window=request.window,
        window_from=calendar.moment(due_on, window[0]) if window else None,
        window_to=calendar.moment(due_on, window[1]) if window else None,
        opened_at=tx.now,
        opened_by=tx.actor.name,
        verdict=checks.as_out(verdict).model_dump(mode="json") if verdict else None,
    )
    tx.session.add(order)
    tx.session.flush()
    tx.record(events.OrderOpened(order_id=order.id, account_id=order.account_id, kind=order.kind))
    return order


class _Place:
    """Where an order is: what the request names, resolved."""

    premise: account_models.Premise | None = None
    account: account_models.Account | None = None
    parcel_id: int | None = None
    lot_id: int | None = None
    service_point_id: int | None = None
    title: str = ""
    lon: float | None = None
    lat: float | None = None


def _place(tx: Tx, request: schemas.OrderIn) -> _Place:
    place = _Place()
    if request.premise_id is not None:
        premise = accounts.get_premise(tx.session, request.premise_id)
        place.premise, place.parcel_id, place.lot_id = premise, premise.parcel_id, premise.lot_id
        place.account = accounts.find_account_at(tx.session, premise.id)
        place.title, place.lon, place.lat = premise.address, premise.lon, premise.lat
        if not place.title and premise.lot_id is not None:
            place.title = _lot_title(tx, premise.lot_id)
        points = meters.service_points_of(tx.session, premise.id)
        wanted = [one for one in points if request.service_point_id in (None, one.id)]
        if request.service_point_id is not None and not wanted:
            raise OrderRefused(
                "The service point is not at this premise.",
                reasons=[
                    errors.Reason(
                        "service_point",
                        "This service point is not at this premise.",
                        "Este punto de servicio no está en este predio.",
                        "service_point_id",
                    )
                ],
            )
        if len(wanted) > 1 and request.kind != "LEAK_CHECK":
            raise OrderRefused(
                "Choose the meter.",
                reasons=[
                    errors.Reason(
                        "choose_meter",
                        f"There are {len(wanted)} meters here. Choose one.",
                        f"Hay {len(wanted)} medidores aquí. Elija uno.",
                        "service_point_id",
                    )
                ],
            )
        if wanted:
            place.service_point_id = wanted[0].id
            place.lon, place.lat = wanted[0].lon, wanted[0].lat
        return place
    if request.lot_id is not None:
        lot = tx.session.get(stores.Lot, request.lot_id)
        if lot is None:
            raise errors.NotFound(f"There is no lot {request.lot_id}.")
        place.lot_id, place.parcel_id = lot.id, lot.parcel_id
        place.title, place.lon, place.lat = _lot_title(tx, lot.id), lot.lon, lot.lat
        return place
    if request.parcel_id is not None:
        parcel = tx.session.get(stores.Parcel, request.parcel_id)
        if parcel is None:
            raise errors.NotFound(f"There is no parcel {request.parcel_id}.")
        place.parcel_id = parcel.id
        place.title = parcel.situs_address or f"Parcel {parcel.number}"
        place.lon, place.lat = (parcel.min_lon + parcel.max_lon) / 2, (parcel.min_lat + parcel.max_lat) / 2
        return place
    raise OrderRefused(
        "Say where.",
        reasons=[
            errors.Reason(
                "no_place",
                "Choose a property, a lot or a parcel.",
                "Elija una propiedad, un lote o una parcela.",
                "premise_id",
            )
        ],
    )


def _lot_title(tx: Tx, lot_id: int) -> str:
    lot = tx.session.get_one(stores.Lot, lot_id)
    tract = tx.session.get_one(stores.TractMap, lot.tract_id)
    return f"Lot {lot.lot}, Tract {tract.tract_no}"


def _due_on(request: schemas.OrderIn, calendar: Calendar, now: datetime, reasons: list[errors.Reason]) -> date:
    today = calendar.day_of(now)
    if request.due_on is None:
        return calendar.next_business_day(today)
    try:
        due_on = date.fromisoformat(request.due_on)
    except ValueError:
        raise OrderRefused(
            "The day cannot be read.",
            reasons=[
                errors.Reason("due_on", "Write the day as 2026-08-26.", "Escriba el día así: 2026-08-26.", "due_on")
            ],
        ) from None
    if due_on < today:
        reasons.append(errors.Reason("day_past", "The day lies in the past.", "El día ya pasó.", "due_on"))
    if due_on > today + timedelta(days=waiting.FARTHEST_DAYS):
        reasons.append(
            errors.Reason(
                "day_far",
                f"The day is more than {waiting.FARTHEST_DAYS} days ahead.",
                f"El día queda a más de {waiting.FARTHEST_DAYS} días.",
                "due_on",
            )
        )
    window = WINDOWS[request.window]
    if window and due_on == today and calendar.moment(due_on, window[1]) <= now:
        reasons.append(errors.Reason("window_past", "The window has passed.", "El horario ya pasó.", "window"))
    return due_on


def choose_day(tx: Tx, *, order: models.ServiceOrder, on: date) -> bool:
    """Give an order that may wait another day of its range; False when it has that day, or may not have it any more."""
    if order.state not in lifecycle.PLANNABLE or order.crew_id is not None or order.due_on == on:
        return False
    if order.earliest_on is None or order.latest_on is None or on < order.earliest_on:
        return False
    before = order.due_on
    order.due_on = on
    bump(order, "schedule")
    tx.record(events.OrderDayChosen(order_id=order.id, from_on=before.isoformat(), to_on=on.isoformat()))
    return True


def _moment(calendar: Calendar, due_on: date, window: str, now: datetime) -> datetime:
    """The moment at which the work is judged: its window's start, the office's opening, or now when that is later."""
    hours = WINDOWS[window] or calendar.office_hours(due_on) or (time(9), time(16))
    start = calendar.moment(due_on, hours[0])
    return now if calendar.day_of(now) == due_on and now > start else start


def _open_key(kind: str, place: _Place) -> str:
    if place.service_point_id is not None:
        return f"sp-{place.service_point_id}:{kind}"
    if place.premise is not None:
        return f"premise-{place.premise.id}:{kind}"
    return f"lot-{place.lot_id}:{kind}" if place.lot_id is not None else f"parcel-{place.parcel_id}:{kind}"


def _may_override(tx: Tx, override_role: str | None) -> bool:
    if tx.actor.role is None or not permissions.allowed(role=tx.actor.role, action="orders.override"):
        return False
    return override_role in (None, tx.actor.role) or tx.actor.role in ("supervisor", "admin")


def take_number(tx: Tx) -> str:
    """The next order number; nobody else gets it, used or not."""
    row = tx.session.execute(
        update(models.OrderNumber)
        .where(models.OrderNumber.id == 1)
        .values(last=models.OrderNumber.last + 1)
        .returning(models.OrderNumber.last)
    ).scalar_one_or_none()
    if row is None:
        tx.session.add(models.OrderNumber(id=1, last=600_001))
        tx.session.flush()
        return "600001"
    return f"{row:06d}"


def bump(order: models.ServiceOrder, *groups: str) -> None:
    """A new version of an order; the groups of fields that changed remember it (conflicts are judged by group)."""
    order.version += 1
    order.group_versions = {**(order.group_versions or {}), **dict.fromkeys(groups, order.version)}


def step(
    tx: Tx, *, order: models.ServiceOrder, action: str, side: lifecycle.Side, groups: tuple[str, ...] = ("status",)
) -> None:
    """Move the state by the table of the lifecycle. Refuses an illegal step."""
    order.state = lifecycle.next_state(state=order.state, action=action, side=side)
    # Steps of the field are the crew's own; only changes of the office count as conflicts for the tablet.
    bump(order, *(groups if side == "office" else ()))
    if order.state not in lifecycle.OPEN:
        order.open_key = None
        if order.finished_at is None:
            order.finished_at = tx.now
    tx.record(events.OrderMoved(order_id=order.id, crew_id=order.crew_id, action=action, state=order.state))


def _fresh(order: models.ServiceOrder, version: int) -> None:
    if order.version != version:
        raise StaleOrder(
            "The order changed meanwhile.",
            reasons=[
                errors.Reason(
                    "stale_version",
                    "Somebody changed this order meanwhile. Look again, then decide.",
                    "Alguien cambió esta orden. Véala de nuevo y decida.",
                    "version",
                )
            ],
        )


def cancel_order(tx: Tx, *, order: models.ServiceOrder, version: int, reason: str) -> None:
    """Cancel an open order."""
    _fresh(order, version)
    crew_id = order.crew_id
    step(tx, order=order, action="cancel", side="office")
    order.end_reason, order.crew_id = reason, None
    tx.record(events.OrderCancelled(order_id=order.id, account_id=order.account_id, crew_id=crew_id, reason=reason))


def hold_order(tx: Tx, *, order: models.ServiceOrder, version: int, reason: str) -> None:
    """Stop an order until a person releases it."""
    _fresh(order, version)
    crew_id = order.crew_id
    step(tx, order=order, action="hold", side="office")
    order.end_reason, order.crew_id = reason, None
    tx.record(events.OrderHeld(order_id=order.id, account_id=order.account_id, crew_id=crew_id, reason=reason))


def release_order(tx: Tx, *, order: models.ServiceOrder, version: int, reason: str) -> None:
    """Let a held or recalled order go on; it waits for the next plan."""
    _fresh(order, version)
    action = "release" if order.state == "ON_HOLD" else "make_ready"
    step(tx, order=order, action=action, side="office")
    order.end_reason, order.recalled_at, order.recall_acked_at = "", None, None
    tx.record(events.OrderReleased(order_id=order.id, account_id=order.account_id, reason=reason))


def recall_order(
    tx: Tx,
    *,
    order: models.ServiceOrder,
    recall_en: str,
    recall_es: str,
    paid_cents: int | None = None,
    paid_at: datetime | None = None,
) -> bool:
    """Stop an order wherever it is, at once. Answers False when it is past stopping (done, cancelled)."""
    if lifecycle.find_next(state=order.state, action="recall", side="office") is None:
        return False
    step(tx, order=order, action="recall", side="office")
    order.recalled_at, order.recall_en, order.recall_es = tx.now, recall_en, recall_es
    order.paid_cents, order.paid_at = paid_cents, paid_at
    order.recall_acked_at = None
    tx.record(
        events.OrderRecalled(order_id=order.id, account_id=order.account_id, crew_id=order.crew_id, reason_en=recall_en)
    )
    return True


def recall_shutoffs(
    tx: Tx,
    *,
    account_id: int,
    recall_en: str,
    recall_es: str,
    paid_cents: int | None = None,
    paid_at: datetime | None = None,
) -> list[models.ServiceOrder]:
    """LOC-05: a payment, plan, dispute or hold recalls the account's non-payment shutoffs wherever they are."""
    recalled = []
    for order in queries.open_of_account(tx.session, account_id=account_id, kinds=("SHUTOFF_NONPAY",)):
        if recall_order(
            tx, order=order, recall_en=recall_en, recall_es=recall_es, paid_cents=paid_cents, paid_at=paid_at
        ):
            recalled.append(order)
    return recalled


def assign(tx: Tx, *, order: models.ServiceOrder, crew_id: int | None, action: str) -> None:
    """Put an order on a crew's route or take it off (`action`: put_on_route, publish, take_off_route)."""
    before = order.crew_id
    if action == "publish" and lifecycle.find_next(state=order.state, action="publish", side="office") is None:
        order.state = lifecycle.next_state(state=order.state, action="put_on_route", side="office")
    order.state = lifecycle.next_state(state=order.state, action=action, side="office")
    order.crew_id = crew_id
    if before != crew_id or action != "put_on_route":
        bump(order, *(("assignment",) if before != crew_id else ()))
    tx.record(events.OrderAssigned(order_id=order.id, crew_id=crew_id, state=order.state))
    if before is not None and before != crew_id:
        # The crew that lost it must hear of it too.
        tx.record(events.OrderAssigned(order_id=order.id, crew_id=before, state=order.state))
