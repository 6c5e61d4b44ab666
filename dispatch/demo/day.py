"""Work of the crews: what was done on the working days before, and what is open today.

Every order rests on a fact of the neighbourhood: a restore on a payment, a shutoff request on somebody who moves out, a
shutoff for non-payment on an account that the rules let through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import numpy as np

from dispatch.demo import arrears, people, readings, town
from dispatch.demo.neighbourhood import Days, Life, Neighbourhood, Premise
from dispatch.orders import kinds

Kind = Literal["TURN_ON", "RESTORE", "SHUTOFF_NONPAY", "SHUTOFF_REQUEST", "LEAK_CHECK"]
Window = Literal["ALL_DAY", "AM", "PM", "8-10", "10-12", "12-14", "14-16"]
Where = tuple[int, int]
"""Cell and premise within it."""

BUSY_CELLS = 26
SHUTOFFS_TODAY = 44
LEAK_CHECKS_TODAY = 24
LEAK_CHECKS_BEFORE = 14
TRIED_IN_VAIN = 5
_METRES_A_SECOND = 8.5
_DETOUR = 1.35
_WINDOWS: tuple[Window, ...] = ("8-10", "10-12", "12-14", "14-16")
_LEAK_NOTES = (
    "Bill doubled. Toilet in hall ran last week.",
    "Wet spot by the box. Ring side gate bell.",
    "Sprinklers run at night. Customer will be home.",
    "High bill, no visible leak.",
    "Meter moves with all off, caller says.",
)
_IN_VAIN = (
    ("CGI_LOCKED_GATE", "Gate locked, no bell"),
    ("CGI_DOG", "Large dog loose"),
    ("CGI_CAR_ON_BOX", "Car on the box"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One finished attempt. `digits` is what the register showed."""

    crew: str
    login: str
    set_off_at: datetime
    arrived_at: datetime
    started_at: datetime
    finished_at: datetime
    disposition: str
    digits: str | None
    valve_found: str
    valve_left: str
    seal_no: str | None
    contacted: bool
    tag_left: bool
    note: str
    leak_digits: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the demo with its visits; without a finished one it is open."""

    where: Where
    kind: Kind
    reason: str
    note: str
    due_on: date
    window: Window
    opened_at: datetime
    opened_by: str
    someone_home: bool
    visits: tuple[Visit, ...] = ()

    @property
    def done(self) -> bool:
        return bool(self.visits) and not self.visits[-1].disposition.startswith("CGI")


@dataclass(frozen=True)
class Day:
    """All orders: finished ones of the working days before, and those open today."""

    finished: tuple[Order, ...]
    open: tuple[Order, ...]


def busy_cells(*, plan: town.TownPlan) -> frozenset[int]:
    """Cells in which crews work: the nearest to the yard, and the new tract."""
    x, y = yard(plan=plan)

    def far(cell: town.Cell) -> float:
        west, south, east, north = cell.box
        return math.hypot((west + east) / 2 - x, (south + north) / 2 - y)

    near = sorted(plan.cells, key=far)[:BUSY_CELLS]
    return frozenset(cell.index for cell in (*near, *plan.cells) if cell in near or cell.template == "new_tract")


def yard(*, plan: town.TownPlan) -> tuple[float, float]:
    """Local place of the utility's yard: the middle of the first cell of works (its own lot lies within)."""
    cell = next(cell for cell in plan.cells if cell.template == "industrial")
    west, south, east, north = cell.box
    return ((west + east) / 2, (south + north) / 2)


def make(*, plan: town.TownPlan, around: Days, parts: Mapping[int, Neighbourhood], yard_at: tuple[float, float]) -> Day:
    """The orders of the busy cells. `yard_at` is the yard's lon, lat; crews set off from there."""
    rng = plan.rng(8)
    clerk = _Clerk(around=around, parts=parts, rng=rng)
    return Day(
        finished=tuple(clerk.finished(yard_at=yard_at)), open=tuple(clerk.open_today(yard_at=yard_at)),
    )  # fmt: skip


class _Clerk:
    """Opens orders in the order of cells and premises, so that the same town gives the same day."""

    def __init__(self, *, around: Days, parts: Mapping[int, Neighbourhood], rng: np.random.Generator) -> None:
        self.around, self.parts, self.rng = around, parts, rng
        self.seal = 410_000
        leaks = [w for w, p in self._all() if p.story is readings.Story.LEAK and p.life is Life.HERE]
        leaks = [leaks[int(at)] for at in rng.permutation(len(leaks))]
        self.leaks_before, self.leaks_today = leaks[:LEAK_CHECKS_BEFORE], leaks[LEAK_CHECKS_BEFORE:][:LEAK_CHECKS_TODAY]
        may = [w for w, p in self._all() if p.account is not None and p.account.debt.stage in arrears.MAY_BE_SHUT]
        self.shutoffs_today = [may[int(at)] for at in rng.permutation(len(may))[:SHUTOFFS_TODAY]]

    def _all(self) -> Iterator[tuple[Where, Premise]]:
        for cell in sorted(self.parts):
            for at, premise in enumerate(self.parts[cell].premises):
                yield (cell, at), premise

    def premise(self, where: Where) -> Premise:
        return self.parts[where[0]].premises[where[1]]

    # What was done

    def finished(self, *, yard_at: tuple[float, float]) -> list[Order]:
        by_day: dict[date, list[tuple[Kind, Where]]] = {}
        for where, premise in self._all():
            debt = premise.account.debt if premise.account is not None else None
            if debt is not None and debt.shut_on is not None:
                by_day.setdefault(debt.shut_on, []).append(("SHUTOFF_NONPAY", where))
            kind: Kind | None = {
                Life.LEFT: "SHUTOFF_REQUEST", Life.MOVED_IN: "TURN_ON", Life.RESTORED: "RESTORE",
            }.get(premise.life)  # type: ignore[assignment]  # fmt: skip
            if kind is not None:
                by_day.setdefault(self.around.before_on, []).append((kind, where))
            if premise.life is Life.RESTORED:
                by_day.setdefault(self._shut_before_restore(), []).append(("SHUTOFF_NONPAY", where))
        for where in self.leaks_before:
            by_day.setdefault(self.around.before_on, []).append(("LEAK_CHECK", where))
        orders = []
        for on in sorted(by_day):
            for kind, where, crew, visit_times in self._driven(on=on, work=by_day[on], yard_at=yard_at):
                orders.append(self._order(kind, where, due_on=on, visits=(self._done(kind, where, crew, visit_times),)))
        return orders

    def _shut_before_restore(self) -> date:
        return self.around.calendar.subtract_business_days(self.around.before_on, 2)

    def _done(self, kind: Kind, where: Where, crew: people.CrewPlan, times: tuple[datetime, ...]) -> Visit:
        on = self.around.calendar.day_of(times[1])
        # Nothing ran while the valve was locked: a restore reads what the shutoff read.
        digits = self.digits(where, on=self._shut_before_restore() if kind == "RESTORE" else on)
        found, left = {
            "TURN_ON": ("OFF_LOCKED", "ON"), "RESTORE": ("OFF_LOCKED", "ON"), "SHUTOFF_NONPAY": ("ON", "OFF_LOCKED"),
            "SHUTOFF_REQUEST": ("ON", "OFF_LOCKED"), "LEAK_CHECK": ("ON", "ON"),
        }[kind]  # fmt: skip
        seal = None
        if left == "OFF_LOCKED":
            self.seal += 1
            seal = f"L{self.seal}"
        leak_digits = (digits, f"{int(digits) + 1:0{len(digits)}d}") if kind == "LEAK_CHECK" else None
        return Visit(
            crew=crew.letter, login=crew.logins[0], set_off_at=times[0], arrived_at=times[1], started_at=times[2],
            finished_at=times[3], disposition="LEAK_CUSTOMER" if kind == "LEAK_CHECK" else "DONE", digits=digits,
            valve_found=found, valve_left=left, seal_no=seal,
            contacted=kind in ("TURN_ON", "LEAK_CHECK") or bool(self.rng.random() < 0.25),
            tag_left=kind in ("SHUTOFF_NONPAY", "LEAK_CHECK"), note="", leak_digits=leak_digits,
        )  # fmt: skip

    def digits(self, where: Where, *, on: date) -> str:
        """What the register of the premise's first meter shows on a day after (or shortly before) the last reading."""
        part, premise = self.parts[where[0]], self.premise(where)
        register = premise.points[0].meter.register
        if part.history is None or premise.first_row is None:
            return "0" * register.dials
        row = premise.first_row
        last = int(part.history.digits[row, -1])
        days = (on - part.history.read_on[-1]).days
        per_day = float(part.history.average_per_day[row])
        if premise.story is readings.Story.EMPTY:
            per_day = 0.0
        if premise.story is readings.Story.LEAK:
            per_day *= 2.6
        return f"{(last + max(0, int(days * per_day))) % register.rollover:0{register.dials}d}"

    # What is open

    def open_today(self, *, yard_at: tuple[float, float]) -> list[Order]:
        work: list[tuple[Kind, Where]] = [("SHUTOFF_NONPAY", where) for where in self.shutoffs_today]
        for where, premise in self._all():
            account = premise.account
            if account is None:
                continue
            if account.debt.stage is arrears.Stage.PAID_WAITING:
                work.append(("RESTORE", where))
            elif account.status == "PENDING":
                work.append(("TURN_ON", where))
            elif premise.life is Life.MOVING_OUT:
                work.append(("SHUTOFF_REQUEST", where))
        work += [("LEAK_CHECK", where) for where in self.leaks_today]
        tried = [("SHUTOFF_NONPAY", where) for where in self.shutoffs_today[:TRIED_IN_VAIN]]
        in_vain: dict[Where, Visit] = {}
        driven = self._driven(on=self.around.before_on, work=tried, yard_at=yard_at)  # type: ignore[arg-type]
        for at, (_, where, crew, times) in enumerate(driven):
            disposition, note = _IN_VAIN[at % len(_IN_VAIN)]
            in_vain[where] = Visit(
                crew=crew.letter, login=crew.logins[0], set_off_at=times[0], arrived_at=times[1], started_at=times[2],
                finished_at=times[3], disposition=disposition, digits=None, valve_found="ON", valve_left="ON",
                seal_no=None, contacted=False, tag_left=False, note=note,
            )  # fmt: skip
        return [
            self._order(
                kind,
                where,
                due_on=self.around.work_on,
                visits=(in_vain[where],) if kind == "SHUTOFF_NONPAY" and where in in_vain else (),
            )
            for kind, where in work
        ]

    def _order(self, kind: Kind, where: Where, *, due_on: date, visits: tuple[Visit, ...]) -> Order:
        rng, calendar = self.rng, self.around.calendar
        days_before = {"SHUTOFF_NONPAY": 1, "RESTORE": 1, "LEAK_CHECK": 1}.get(kind, 1 + int(rng.integers(0, 3)))
        if visits and kind == "SHUTOFF_NONPAY" and not visits[-1].disposition.startswith("DONE"):
            days_before = 2
        opened_on = calendar.subtract_business_days(due_on, days_before)
        opened_at = calendar.moment(opened_on, time(8 + int(rng.integers(0, 8)), int(rng.integers(0, 60))))
        debt = self.premise(where).account.debt if self.premise(where).account is not None else None  # type: ignore[union-attr]
        if kind == "RESTORE" and debt is not None and debt.paid_at is not None:
            opened_at = debt.paid_at + timedelta(minutes=2)
        if kind == "SHUTOFF_NONPAY":
            opened_at = calendar.moment(opened_on, time(16, 30))
        window: Window = "ALL_DAY"
        if kind in ("TURN_ON", "LEAK_CHECK") and rng.random() < (0.6 if kind == "LEAK_CHECK" else 0.35):
            window = _WINDOWS[int(rng.integers(0, len(_WINDOWS)))]
        note = _LEAK_NOTES[int(rng.integers(0, len(_LEAK_NOTES)))] if kind == "LEAK_CHECK" else ""
        opened_by = {"SHUTOFF_NONPAY": "supervisor", "RESTORE": "cashier"}.get(kind, ("csr", "senior")[where[1] % 2])
        return Order(
            where=where, kind=kind, reason=_REASONS[kind], note=note, due_on=due_on, window=window, opened_at=opened_at,
            opened_by=opened_by, someone_home=kind == "LEAK_CHECK" and window != "ALL_DAY", visits=visits,
        )  # fmt: skip

    # How crews drive

    def _driven(
        self, *, on: date, work: list[tuple[Kind, Where]], yard_at: tuple[float, float]
    ) -> Iterator[tuple[Kind, Where, people.CrewPlan, tuple[datetime, ...]]]:
        """Share the work of a day among the crews by direction from the yard; each goes to the nearest next."""
        shrink = math.cos(math.radians(yard_at[1]))

        def place(where: Where) -> tuple[float, float]:
            point = self.premise(where).points[0]
            return ((point.lon - yard_at[0]) * 111_320.0 * shrink, (point.lat - yard_at[1]) * 110_950.0)

        loads: dict[str, list[tuple[Kind, Where]]] = {crew.letter: [] for crew in people.CREWS}
        turned = sorted(work, key=lambda one: (math.atan2(*place(one[1])), one[1]))
        for at, one in enumerate(turned):
            crew = people.CREWS[at * len(people.CREWS) // len(turned)]
            if one[0] == "LEAK_CHECK" and "LEAK_DETECT" not in _skills(crew):
                able = [other for other in people.CREWS if "LEAK_DETECT" in _skills(other)]
                crew = min(able, key=lambda other: len(loads[other.letter]))
            loads[crew.letter].append(one)
        for crew in people.CREWS:
            yield from self._round(on=on, crew=crew, work=loads[crew.letter], place=place)

    def _round(
        self, *, on: date, crew: people.CrewPlan, work: list[tuple[Kind, Where]],
        place: Callable[[Where], tuple[float, float]],
    ) -> Iterator[tuple[Kind, Where, people.CrewPlan, tuple[datetime, ...]]]:  # fmt: skip
        calendar = self.around.calendar
        # Shutoffs wait for the office to open; nobody knocks before eight.
        clock = calendar.moment(on, time(8, 5))
        lunch = calendar.moment(on, time(crew.lunch_from_min // 60, crew.lunch_from_min % 60))
        at, rest, eaten = (0.0, 0.0), list(work), False
        while rest:
            if not eaten and clock >= lunch:
                clock, eaten = clock + timedelta(minutes=30), True
            # The last shutoff of a day is at two; from noon on they come first.
            late = [one for one in rest if one[0] == "SHUTOFF_NONPAY"] if eaten else []
            nearest = min(late or rest, key=lambda one: (math.dist(at, place(one[1])), one[1]))
            rest.remove(nearest)
            kind, where = nearest
            drive_s = 60 + math.dist(at, place(where)) * _DETOUR / _METRES_A_SECOND
            arrived = clock + timedelta(seconds=int(drive_s))
            started = arrived + timedelta(seconds=int(self.rng.integers(30, 120)))
            finished = started + timedelta(
                seconds=int(kinds.catalogue()[kind].minutes * 60 * self.rng.uniform(0.7, 1.25))
            )
            yield kind, where, crew, (clock, arrived, started, finished)
            clock, at = finished + timedelta(seconds=40), place(where)


_REASONS: dict[Kind, str] = {
    "TURN_ON": "MOVE_IN", "RESTORE": "PAID", "SHUTOFF_NONPAY": "NONPAYMENT", "SHUTOFF_REQUEST": "MOVE_OUT",
    "LEAK_CHECK": "HIGH_BILL",
}  # fmt: skip


def _skills(crew: people.CrewPlan) -> frozenset[str]:
    return frozenset(skill for person in people.STAFF if person.login in crew.logins for skill in person.skills)
