"""One cell of the town with all that lives in it: premises, customers, accounts, meters, readings, arrears.

A cell is made whole from the plan alone, so that a town of 300,000 parcels is loaded cell by cell in little memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

import numpy as np

from dispatch.demo import arrears, meters, people, readings, town, tracts
from dispatch.demo import streets as street_net
from dispatch.meters.units import Register
from dispatch.policies.calendars import Calendar

CustomerClass = Literal["RESIDENTIAL", "MULTIFAMILY", "COMMERCIAL", "IRRIGATION"]
PEOPLE_A_CELL = 1000
METERS_SET_IN_NEW_TRACT = 14
TURN_ONS_IN_NEW_TRACT = 4


class Life(StrEnum):
    """What happens at a home whose account is in good order."""

    HERE = "HERE"
    EMPTY = "EMPTY"
    """Closed some time ago, water off; somebody moves in today."""
    LEFT = "LEFT"
    """Closed on request on the working day before."""
    MOVED_IN = "MOVED_IN"
    """Turned on for a new customer on the working day before."""
    MOVING_OUT = "MOVING_OUT"
    """Asked to be shut off today."""
    RESTORED = "RESTORED"
    """Shut off last week, paid, and restored on the working day before."""


_SHARE_OF_THOUSAND = {Life.EMPTY: 3, Life.LEFT: 2.4, Life.MOVED_IN: 3, Life.MOVING_OUT: 3, Life.RESTORED: 2.4}


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something the crew must know before they open the gate."""

    kind: Literal["DOG", "GATE_CODE", "VAULT", "TRAFFIC", "POISON_OAK"]
    text_en: str
    text_es: str
    noted_on: date
    secret: str | None = None
    """Gate code: for the crew on site, never for the desk."""


@dataclass(frozen=True, slots=True)
class Account:
    """A billing agreement. `debt` says where it stands on the collection path."""

    number: str
    customer: people.Customer
    status: Literal["ACTIVE", "PENDING", "CLOSED"]
    since_on: date
    closed_on: date | None
    relation: Literal["OWNER", "TENANT"]
    debt: arrears.Debt


@dataclass(frozen=True, slots=True)
class Premise:
    """A place served, with its accounts: the present one last."""

    lot_at: int
    address: tracts.StreetAddress | None
    customer_class: CustomerClass
    units: int
    critical: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    points: tuple[meters.Point, ...]
    first_row: int | None
    """Row of the first point's meter in the reading history; the others follow. None: no reading yet."""
    accounts: tuple[Account, ...]
    life: Life
    story: readings.Story
    valve_state: Literal["ON", "OFF_LOCKED", "OFF_UNLOCKED"]

    @property
    def account(self) -> Account | None:
        return self.accounts[-1] if self.accounts else None


@dataclass(frozen=True)
class Neighbourhood:
    """A cell with everything in it."""

    tract: tracts.Tract
    premises: tuple[Premise, ...]
    history: readings.History | None


@dataclass(frozen=True)
class Days:
    """The days the town is told by."""

    today: date
    work_on: date
    """The day of the open orders: today when the office is open, else the next day that it is."""
    before_on: date
    """The working day before."""
    calendar: Calendar


def days(*, today: date, calendar: Calendar) -> Days:
    """The days around `today` in the utility's calendar."""
    work_on = calendar.next_business_day(today)
    return Days(today=today, work_on=work_on, before_on=calendar.subtract_business_days(work_on, 1), calendar=calendar)


def build(
    *, plan: town.TownPlan, network: street_net.Network, cell: town.Cell, around: Days, busy: bool = True
) -> Neighbourhood:
    """All of one cell. Crews work in `busy` cells yesterday and today; elsewhere nothing waits for a visit."""
    return settle(plan=plan, tract=tracts.build(plan=plan, network=network, cell=cell), around=around, busy=busy)


def settle(*, plan: town.TownPlan, tract: tracts.Tract, around: Days, busy: bool = True) -> Neighbourhood:
    """Fill lots that are there already, such as those of a county's real parcels, with people, meters and readings."""
    cell = tract.cell
    made = _Maker(plan=plan, cell=cell, tract=tract, around=around, busy=busy, rng=plan.rng(5, cell.index))
    return made.all()


@dataclass(frozen=True, slots=True)
class _Seat:
    """A premise to be: its lot, unit and what it is."""

    lot_at: int
    unit: str
    customer_class: CustomerClass
    units: int
    kinds: tuple[meters.PointKind, ...]
    bank: tuple[int, int] | None
    per_day_ccf: float
    garden: float


class _Maker:
    """Carries the counters of one cell while its premises are made in the order of its lots."""

    def __init__(
        self, *, plan: town.TownPlan, cell: town.Cell, tract: tracts.Tract, around: Days, busy: bool,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.plan, self.cell, self.tract, self.around, self.rng = plan, cell, tract, around, rng
        self.busy = busy
        self.meters_made = 0
        self.people_made = 0
        self.read_on = readings.read_days(cycle=cell.cycle, today=around.today)

    def all(self) -> Neighbourhood:
        if self.cell.template == "new_tract":
            return self._new_tract()
        seats = [seat for at, lot in enumerate(self.tract.lots) for seat in self._seats(at, lot)]
        homes = [at for at, seat in enumerate(seats) if seat.customer_class == "RESIDENTIAL" and len(seat.kinds) == 1]
        stage_of = dict(
            zip(
                homes,
                arrears.stages(
                    count=len(homes),
                    cell_index=self.cell.index,
                    cells=len(self.plan.cells),
                    rng=self.plan.rng(6, self.cell.index),
                ),
                strict=True,
            )
        )
        good = [at for at in homes if stage_of[at] is arrears.Stage.CURRENT]
        life_of = dict(zip(good, self._lives(len(good)), strict=True))
        premises: list[Premise] = []
        registers: list[Register] = []
        per_day: list[float] = []
        garden: list[float] = []
        stories: list[int] = []
        for at, seat in enumerate(seats):
            stage = stage_of.get(at, arrears.Stage.CURRENT)
            life = life_of.get(at, Life.HERE)
            story = self._story(stage=stage, life=life, home=at in stage_of)
            premise = self._premise(seat, stage=stage, life=life, story=story, first_row=len(registers))
            premises.append(premise)
            for place, point in enumerate(premise.points):
                registers.append(point.meter.register)
                per_day.append(seat.per_day_ccf if place == 0 else seat.per_day_ccf * 0.5)
                garden.append(seat.garden if point.kind == "DOMESTIC" else 5.0)
                stories.append(int(story if place == 0 else readings.Story.PLAIN))
        history = readings.make(
            cell=self.cell, today=self.around.today, registers=registers, per_day_ccf=np.array(per_day),
            garden=np.array(garden), stories=np.array(stories, dtype=np.int8), rng=self.plan.rng(7, self.cell.index),
        )  # fmt: skip
        return Neighbourhood(tract=self.tract, premises=tuple(premises), history=history)

    def _seats(self, at: int, lot: tracts.PlacedLot) -> list[_Seat]:
        rng = self.rng
        garden = float(rng.uniform(0.3, 1.3))
        home_use = float(np.clip(rng.lognormal(-2.05, 0.38), 0.03, 0.5))
        if lot.use == "home":
            if (self.cell.index, at) == (2, 12):
                # The first of the two parcels with several meters: four homes, four meters side by side.
                return [
                    _Seat(at, f"#{k + 1}", "RESIDENTIAL", 1, ("DOMESTIC",), (k, 4), home_use * 0.7, 0.1)
                    for k in range(4)
                ]
            if (self.cell.index, at) == (4, 20):
                return [_Seat(at, "", "RESIDENTIAL", 1, ("DOMESTIC", "IRRIGATION"), (0, 2), home_use, 0.2)]
            large = lot.width_m > 27
            return [_Seat(at, "", "RESIDENTIAL", 1, ("DOMESTIC",), None, home_use * (1.6 if large else 1), garden)]
        if lot.use == "flats":
            units = 4 + 2 * (at % 4)
            return [_Seat(at, "", "MULTIFAMILY", units, ("DOMESTIC",), None, 0.1 * units, 0.15)]
        if lot.use == "mobile_park":
            return [_Seat(at, "", "MULTIFAMILY", 64, ("DOMESTIC",), None, 0.09 * 64, 0.1)]
        if lot.use in ("shop", "works", "school"):
            use = {"shop": 0.22, "works": 0.9, "school": 1.6}[lot.use]
            return [_Seat(at, "", "COMMERCIAL", 1, ("DOMESTIC",), None, use * float(rng.uniform(0.5, 1.8)), 0.2)]
        if lot.use in ("park", "common"):
            return [_Seat(at, "", "IRRIGATION", 1, ("IRRIGATION",), None, 0.3 if lot.use == "common" else 1.1, 5.0)]
        # The utility's own yard has no account.
        return []

    def _lives(self, count: int) -> list[Life]:
        spots = self.rng.random(len(_SHARE_OF_THOUSAND))
        drawn: list[Life] = []
        for at, (life, share) in enumerate(_SHARE_OF_THOUSAND.items()):
            drawn += [life] * max(int(count * share / 1000 + spots[at]), 1 if at == self.cell.index % 5 else 0)
        drawn = drawn[:count]
        lives = [Life.HERE] * count
        if not self.busy:
            drawn = [life for life in drawn if life is Life.EMPTY]
        for place, life in zip(self.rng.permutation(count)[: len(drawn)], drawn, strict=True):
            lives[int(place)] = life
        return lives

    def _story(self, *, stage: arrears.Stage, life: Life, home: bool) -> readings.Story:
        draw = float(self.rng.random())
        if stage is arrears.Stage.ESTIMATES_ONLY:
            return readings.Story.ESTIMATED_LATELY
        if life in (Life.EMPTY, Life.LEFT):
            return readings.Story.EMPTY if life is Life.EMPTY else readings.Story.PLAIN
        if stage is not arrears.Stage.CURRENT or not home or life is not Life.HERE:
            return readings.Story.PLAIN
        for share, story in (
            (0.016, readings.Story.LEAK), (0.006, readings.Story.STOPPED), (0.008, readings.Story.ROLLOVER),
            (0.035, readings.Story.ESTIMATED),
        ):  # fmt: skip
            if draw < share:
                return story
            draw -= share
        return readings.Story.PLAIN

    def _premise(
        self, seat: _Seat, *, stage: arrears.Stage, life: Life, story: readings.Story, first_row: int | None
    ) -> Premise:
        lot = self.tract.lots[seat.lot_at]
        address = lot.address
        if address is not None and seat.unit:
            address = tracts.StreetAddress(
                number=address.number, street=address.street, unit=seat.unit, city=address.city, zip=address.zip
            )
        points = []
        for place, kind in enumerate(seat.kinds):
            made = meters.meter(cell=self.cell, at=self.meters_made, use=lot.use, lot_width_m=lot.width_m, rng=self.rng)
            self.meters_made += 1
            bank = seat.bank if seat.bank is None or len(seat.kinds) == 1 else (place, len(seat.kinds))
            points.append(meters.point(lot=lot, made=made, rng=self.rng, kind=kind, bank=bank))
        accounts = self._accounts(seat, lot=lot, stage=stage, life=life)
        stage = accounts[-1].debt.stage if accounts else stage
        critical = accounts[-1].debt.critical if accounts else ()
        if lot.use == "school":
            critical = ("SCHOOL",)
        valve_state: Literal["ON", "OFF_LOCKED", "OFF_UNLOCKED"] = "ON"
        if stage in arrears.WATER_OFF or life in (Life.EMPTY, Life.LEFT):
            soft = life is Life.EMPTY and bool(self.rng.random() < 0.2)
            valve_state = "OFF_UNLOCKED" if soft else "OFF_LOCKED"
        return Premise(
            lot_at=seat.lot_at, address=address, customer_class=seat.customer_class, units=seat.units,
            critical=critical, hazards=self._hazards(lot, points[0]), points=tuple(points), first_row=first_row,
            accounts=accounts, life=life, story=story, valve_state=valve_state,
        )  # fmt: skip

    def _accounts(self, seat: _Seat, *, lot: tracts.PlacedLot, stage: arrears.Stage, life: Life) -> tuple[Account, ...]:
        around, rng = self.around, self.rng
        business = seat.customer_class in ("COMMERCIAL", "IRRIGATION") or seat.units > 1
        relation: Literal["OWNER", "TENANT"] = "OWNER" if business or rng.random() < 0.68 else "TENANT"
        if stage in (arrears.Stage.TENANTS_TOLD, arrears.Stage.TENANTS_NOT_TOLD):
            relation = "OWNER"
        first = self._person(business=business, landlord=seat.units > 1)
        debt = arrears.debt(
            stage=stage, read_on=self.read_on, today=around.today, work_on=around.work_on, calendar=around.calendar,
            busy=self.busy, language=first.language, rng=rng,
        )  # fmt: skip
        since_on = self.read_on[0] - timedelta(days=int(rng.integers(60, 5200)))
        number = self._number()
        if life in (Life.HERE, Life.MOVING_OUT, Life.RESTORED):
            return (self._account(f"{number}-01", first, "ACTIVE", since_on, None, relation, debt),)
        second = self._person(business=False)
        good = arrears.Debt(stage=arrears.Stage.CURRENT, unpaid=())
        closed_on = (
            around.before_on if life is not Life.EMPTY else around.today - timedelta(days=int(rng.integers(20, 75)))
        )
        old = self._account(f"{number}-01", first, "CLOSED", since_on, closed_on, relation, good)
        if life is Life.LEFT or not self.busy:
            return (old,)
        status: Literal["ACTIVE", "PENDING"] = "ACTIVE" if life is Life.MOVED_IN else "PENDING"
        start_on = around.before_on if life is Life.MOVED_IN else around.work_on
        return (old, self._account(f"{number}-02", second, status, start_on, None, "TENANT", good))

    @staticmethod
    def _account(
        number: str, customer: people.Customer, status: Literal["ACTIVE", "PENDING", "CLOSED"], since_on: date,
        closed_on: date | None, relation: Literal["OWNER", "TENANT"], debt: arrears.Debt,
    ) -> Account:  # fmt: skip
        return Account(
            number=number, customer=customer, status=status, since_on=since_on, closed_on=closed_on, relation=relation,
            debt=debt,
        )  # fmt: skip

    def _number(self) -> str:
        """Book of accounts and a five-digit number that looks drawn: "118-40772" (the occupant's part is added)."""
        at = self.cell.index * PEOPLE_A_CELL + self.people_made
        book, page = divmod(at, 89_989)
        return f"{118 + book}-{10_000 + (page * 7_919 + 30_772) % 89_989}"

    def _person(self, *, business: bool, landlord: bool = False) -> people.Customer:
        self.people_made += 1
        return people.customer(
            number=self.cell.index * PEOPLE_A_CELL + self.people_made,
            business=business,
            landlord=landlord,
            rng=self.rng,
        )

    def _hazards(self, lot: tracts.PlacedLot, point: meters.Point) -> tuple[Hazard, ...]:
        rng = self.rng
        noted_on = self.around.today - timedelta(days=int(rng.integers(20, 900)))
        found = []
        draw = float(rng.random())
        if lot.use == "home" and draw < 0.045:
            found.append(Hazard("DOG", "Dog in back yard", "Perro en el patio trasero", noted_on))
        elif lot.use == "home" and draw < 0.065:
            code = f"{int(rng.integers(1000, 9999))}"
            found.append(Hazard("GATE_CODE", "Locked gate, code on site", "Portón con código", noted_on, code))
        elif draw < 0.072:
            found.append(Hazard("POISON_OAK", "Poison oak around the box", "Hiedra venenosa junto a la caja", noted_on))
        if point.meter.size in ("1-1/2", "2"):
            lid = int(rng.integers(30, 60))
            found.append(
                Hazard("VAULT", f"Shallow vault, lid {lid} lb", f"Bóveda poco profunda, tapa de {lid} lb", noted_on)
            )
        if lot.use in ("shop", "works") and rng.random() < 0.2:
            found.append(
                Hazard("TRAFFIC", "Box in travelled lane, set cones", "Caja en el carril, poner conos", noted_on)
            )
        return tuple(found)

    def _new_tract(self) -> Neighbourhood:
        """Lots on the recorded map, no addresses; meters stand on a few lots and wait for their first customers."""
        premises = []
        for at in range(8, 8 + METERS_SET_IN_NEW_TRACT):
            seat = _Seat(at, "", "RESIDENTIAL", 1, ("DOMESTIC",), None, 0.15, 0.5)
            premise = self._premise(
                seat, stage=arrears.Stage.CURRENT, life=Life.EMPTY, story=readings.Story.EMPTY, first_row=None
            )
            set_on = self.around.today - timedelta(days=int(self.rng.integers(30, 120)))
            points = tuple(replace(point, meter=replace(point.meter, installed_on=set_on)) for point in premise.points)
            # Nobody lived here before: on a few lots the builder's first buyer begins today.
            begins = premise.accounts[1:] if at < 8 + TURN_ONS_IN_NEW_TRACT else ()
            premises.append(
                Premise(
                    lot_at=at, address=None, customer_class="RESIDENTIAL", units=1, critical=(), hazards=(),
                    points=points, first_row=None, accounts=begins, life=Life.EMPTY,
                    story=readings.Story.EMPTY, valve_state="OFF_LOCKED",
                )
            )  # fmt: skip
        return Neighbourhood(tract=self.tract, premises=tuple(premises), history=None)


def moment(around: Days, on: date, clock: time) -> datetime:
    """An instant of the utility's local day."""
    return around.calendar.moment(on, clock)
