"""What the office does on a rehearsed day: opens orders the day before, takes money, changes its mind, decides at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from dispatch import clock, errors
from dispatch.policies.calendars import Calendar
from dispatch.rehearsal import account, books, office, staff
from dispatch.rehearsal.town import Bar

MIX: tuple[tuple[books.Chance, float], ...] = (
    ("SHUTOFF_NONPAY", 0.34),
    ("RESTORE", 0.07),
    ("RESTORE_AFTER_PAYMENT", 0.06),
    ("TURN_ON", 0.10),
    ("SHUTOFF_REQUEST", 0.12),
)
"""Shares of the orders; leak checks are the rest."""
_WINDOWS = ("ALL_DAY",) * 6 + ("AM", "PM", "8-10", "10-12", "12-14", "14-16")
PLAN_PATIENCE_S = 300.0


class PlanFailed(errors.Refusal):
    """No plan came of it."""

    code = "plan_failed"


@dataclass
class Opened:
    """What the desk has done so far."""

    asked: int = 0
    orders: list[dict[str, Any]] = field(default_factory=list)
    """{id, kind, premise_id, account_id} of every order that was opened."""
    refused: Counter[str] = field(default_factory=Counter)
    payments: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    spare: list[books.Place] = field(default_factory=list)

    def ids(self) -> list[int]:
        return [int(one["id"]) for one in self.orders]


class Office:
    """The people of the office, each logged in once."""

    def __init__(self, *, base_url: str, calendar: Calendar) -> None:
        def desk(login: str) -> office.Desk:
            return office.Desk(base_url=base_url, login=login, password=staff.PASSWORD)

        self.rep, self.senior, self.cashier = desk("csr"), desk("senior"), desk("cashier")
        self.dispatcher, self.supervisor = desk("dispatcher"), desk("supervisor")
        self.calendar = calendar

    def open_orders(
        self, *, chances: books.Chances, count: int, on: date, rng: np.random.Generator, opened: Opened, bar: Bar
    ) -> None:
        """Open `count` orders for a day, all kinds mixed; places at which the rules refuse are counted and left."""
        for chance, place in _wish_list(chances, count=count, rng=rng, spare=opened.spare):
            if len(opened.orders) >= count:
                opened.spare.append(place)
                continue
            bar("Opening orders", len(opened.orders), count)
            if chance == "RESTORE_AFTER_PAYMENT" and not self._pay(place, opened):
                continue
            kind = "RESTORE" if chance == "RESTORE_AFTER_PAYMENT" else chance
            window = "ALL_DAY" if kind == "SHUTOFF_NONPAY" else _WINDOWS[int(rng.integers(0, len(_WINDOWS)))]
            self._open(place, kind=kind, window=window, on=on, opened=opened)
        bar("Opening orders", len(opened.orders), count)

    def _open(self, place: books.Place, *, kind: str, window: str, on: date, opened: Opened) -> dict[str, Any] | None:
        opened.asked += 1
        wish = {
            "kind": kind, "premise_id": place.premise_id, "due_on": on.isoformat(), "window": window,
            "contact_name": place.customer, "reason": "MOVE_OUT" if kind == "SHUTOFF_REQUEST" else "",
        }  # fmt: skip
        try:
            try:
                out = self.rep.post("/orders", wish)
            except office.Refused as refused:
                if "window_taken" not in refused.codes:
                    raise
                # What a rep offers when the two hours asked for are full.
                out = self.rep.post("/orders", {**wish, "window": "ALL_DAY"})
        except office.Refused as refused:
            opened.refused[refused.codes[0]] += 1
            return None
        order = {
            "id": out["row"]["id"], "kind": kind, "premise_id": place.premise_id, "account_id": place.account_id,
        }  # fmt: skip
        opened.orders.append(order)
        return order

    def _pay(self, place: books.Place, opened: Opened) -> bool:
        """Somebody pays at the counter what is past due; False when nothing is."""
        card = self.cashier.get(f"/properties/premise-{place.premise_id}")
        owed = int(card["account"]["past_due_cents"]) if card["account"] else 0
        if owed <= 0 or place.account_id is None:
            return False
        self.cashier.post(
            f"/accounts/{place.account_id}/payments",
            {
                "amount_cents": owed, "paid_at": clock.now().isoformat(), "agent": account.AGENT,
                "reference": f"R{place.account_id}",
            },
        )  # fmt: skip
        opened.payments += 1
        return True

    def plan(self, *, on: date, seconds: int, bar: Bar) -> dict[str, Any]:
        """Have the day planned by the worker and send the routes out; answers the plan."""
        plan = self.dispatcher.post("/plans", {"on": on.isoformat(), "seconds": seconds})
        until = time.monotonic() + PLAN_PATIENCE_S
        while plan["status"] != "draft":
            if plan["status"] in ("failed", "superseded") or time.monotonic() > until:
                raise PlanFailed(
                    f"The plan of {on} ended as {plan['status']}: {plan['error_en'] or 'no draft in time'}"
                )
            bar(f"Planning: {plan['stage_en']}", plan["progress"], 1)
            time.sleep(0.4)
            plan = self.dispatcher.get(f"/plans/{plan['plan_id']}")
        bar("Planning", 1, 1)
        published: dict[str, Any] = self.dispatcher.post(f"/plans/{plan['plan_id']}/publication", {})
        return published

    def changes(
        self, *, opened: Opened, rng: np.random.Generator, on: date
    ) -> list[tuple[datetime, Callable[[], None]]]:
        """What happens in the office while crews are out, in the order of time: payments, disputes, cancelled and held
        orders, an emergency."""
        count = len(opened.orders)
        nonpay = [one for one in opened.orders if one["kind"] == "SHUTOFF_NONPAY"]
        others = [one for one in opened.orders if one["kind"] in ("LEAK_CHECK", "SHUTOFF_REQUEST")]
        rng.shuffle(nonpay)
        rng.shuffle(others)
        deeds: list[Callable[[], None]] = []
        for _ in range(max(1, count // 40)):
            if nonpay:
                deeds.append(self._deed("payment", self._pay_for, nonpay.pop(), opened))
        for _ in range(max(1, count // 150)):
            if nonpay:
                deeds.append(self._deed("dispute", self._dispute, nonpay.pop(), opened))
        for _ in range(max(1, count // 60)):
            if others:
                deeds.append(self._deed("cancellation", self._cancel, others.pop(), opened))
        for _ in range(max(1, count // 100)):
            if others:
                deeds.append(self._deed("hold", self._hold, others.pop(), opened))
        if opened.spare:
            deeds.append(lambda: self._emergency(opened, on))
        minutes = sorted(int(one) for one in rng.integers(7 * 60 + 40, 13 * 60, size=len(deeds)))
        start = datetime.min.time()
        midnight = self.calendar.moment(on, start)
        places = rng.permutation(len(deeds))
        return [
            (midnight + timedelta(minutes=minute), deeds[int(at)]) for minute, at in zip(minutes, places, strict=True)
        ]

    @staticmethod
    def _deed(
        name: str, act: Callable[[dict[str, Any], Opened], None], order: dict[str, Any], opened: Opened
    ) -> Callable[[], None]:
        def deed() -> None:
            try:
                act(order, opened)
                opened.changes[name] += 1
            except office.Refused as refused:
                # The crew was quicker: the office learns so, and nothing was changed.
                opened.changes[f"{name} too late ({refused.codes[0]})"] += 1

        return deed

    def _pay_for(self, order: dict[str, Any], opened: Opened) -> None:
        place = books.Place(premise_id=order["premise_id"], account_id=order["account_id"], customer="")
        self._pay(place, opened)

    def _dispute(self, order: dict[str, Any], _opened: Opened) -> None:
        self.rep.post(f"/accounts/{order['account_id']}/holds", {"kind": "DISPUTE", "reason": "Disputes the bill"})

    def _cancel(self, order: dict[str, Any], _opened: Opened) -> None:
        version = self.rep.get(f"/orders/{order['id']}")["row"]["version"]
        self.rep.post(f"/orders/{order['id']}/cancellation", {"version": version, "reason": "Customer called it off"})

    def _hold(self, order: dict[str, Any], _opened: Opened) -> None:
        version = self.dispatcher.get(f"/orders/{order['id']}")["row"]["version"]
        self.dispatcher.post(f"/orders/{order['id']}/hold", {"version": version, "reason": "Street is closed today"})

    def _emergency(self, opened: Opened, on: date) -> None:
        """A burst line: an order made in the middle of the day and put on a route by hand."""
        order = self._open(opened.spare.pop(), kind="SHUTOFF_EMERGENCY", window="ALL_DAY", on=on, opened=opened)
        if order is None:
            opened.changes["emergency refused"] += 1
            return
        opened.changes["emergency"] += 1
        day = self.dispatcher.get(f"/routes?on={on.isoformat()}")
        # The crew with most still before it is certainly out, and can give the time.
        for route in sorted(day["routes"], key=lambda one: -sum(1 for stop in one["stops"] if not stop["done"])):
            if all(stop["done"] for stop in route["stops"]):
                continue
            done = sum(1 for stop in route["stops"] if stop["done"] or stop["locked"])
            move = {
                "order_id": order["id"], "to_route_id": route["route_id"], "position": min(done + 1, len(route["stops"])),
                "version": route["version"], "reason": "Burst line",
            }  # fmt: skip
            try:
                if self.dispatcher.post("/routes/moves", move)["moved"]:
                    opened.changes["emergency put on a route"] += 1
                    return
            except office.Refused:
                continue

    def decide(self, *, rng: np.random.Generator, opened: Opened) -> None:
        """The supervisor goes through what waits for a person; every twelfth visit is left for tomorrow."""
        left: set[int] = set()
        for _ in range(20):
            waiting = self.supervisor.get("/reviews")
            reviews = [one for one in waiting["reviews"] if one["review_id"] not in left]
            if not reviews and not waiting["held"]:
                return
            for held in waiting["held"]:
                self._decide_held(held, opened)
            for review in reviews:
                if rng.random() < 1 / 12:
                    left.add(review["review_id"])
                    opened.changes["review left for tomorrow"] += 1
                else:
                    self._decide_review(review, rng, opened)

    def _decide_held(self, held: dict[str, Any], opened: Opened) -> None:
        decision = "apply" if held["kind"] in ("complete", "unable") else "set_aside"
        for choice in (decision, "set_aside"):
            try:
                note = "Looked at the visit with the crew"
                self.supervisor.post(f"/held/{held['held_id']}/decision", {"decision": choice, "note": note})
                opened.changes[f"held visit: {choice}"] += 1
                return
            except office.Refused as refused:
                if refused.codes[0] == "already_decided":
                    return

    def _decide_review(self, review: dict[str, Any], rng: np.random.Generator, opened: Opened) -> None:
        draw = rng.random()
        wish = "post" if draw < 0.8 else "discard_reading" if draw < 0.9 else "reread"
        for choice in (wish, "reread"):
            try:
                body = {"decision": choice, "note": "Compared with the photo"}
                self.supervisor.post(f"/reviews/{review['review_id']}/decision", body)
                opened.changes[f"review: {choice}"] += 1
                return
            except office.Refused as refused:
                if refused.codes[0] == "already_decided":
                    return


def _wish_list(
    chances: books.Chances, *, count: int, rng: np.random.Generator, spare: list[books.Place]
) -> list[tuple[books.Chance, books.Place]]:
    """Orders to ask for, in the order in which customers call; leak checks at the end make up for refusals."""
    wishes: list[tuple[books.Chance, books.Place]] = []
    for chance, share in MIX:
        wishes += [(chance, one) for one in _some(chances.places.get(chance, []), round(count * share), rng)]
    leaks = _some(chances.places.get("LEAK_CHECK", []), count * 2, rng)
    first = max(0, count - len(wishes))
    wishes += [("LEAK_CHECK", one) for one in leaks[:first]]
    mixed = [wishes[int(at)] for at in rng.permutation(len(wishes))]
    return mixed + [("LEAK_CHECK", one) for one in leaks[first:]]


def _some(places: Sequence[books.Place], count: int, rng: np.random.Generator) -> list[books.Place]:
    return [places[int(at)] for at in rng.permutation(len(places))[:count]]
