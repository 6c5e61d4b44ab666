"""Leads through one whole working day: load the town, open and plan the day before, let crews work, decide, count."""

from __future__ import annotations

import time as real_time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from dispatch import clock, errors, transaction
from dispatch.config import Settings
from dispatch.demo import load_map, neighbourhood
from dispatch.demo import streets as street_net
from dispatch.demo import town as invented
from dispatch.orders import models as orders
from dispatch.places import registry
from dispatch.policies import calendars, loader
from dispatch.policies import operations as policies
from dispatch.policies import queries as policy_queries
from dispatch.rehearsal import account, books, crews, desk, house, lots, staff, town
from dispatch.rehearsal.town import Bar
from maps import stores

PACK = "ca_special_district"
EVENING = time(13, 0)
MORNING = time(6, 40)
OFFICE_PHONE = "(617) 555-0100"
GENERATED_PARCELS = 900
_ACTOR = transaction.Actor("rehearsal")


class NoWorkingDay(errors.Refusal):
    """The day asked for has no office hours."""

    code = "no_working_day"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was asked for. `times`: house seconds for each real one while crews work."""

    source: town.Source
    on: date
    orders: int
    crews: int
    seed: int
    times: float
    plan_seconds: int
    most_parcels: int | None = None
    mistakes: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Town:
    """The town as loaded, and who works in it."""

    imported: town.Imported
    chances: books.Chances
    crews: Sequence[staff.CrewLogin]
    calendar: calendars.Calendar
    before_on: date
    dead_zones: Sequence[dict[str, object]]
    search_entries: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The whole day in numbers."""

    plan: Plan
    town: Town
    balance: account.Balance
    tablets: Sequence[Mapping[str, Any]]
    changes: Mapping[str, int]
    by_kind: Mapping[str, int]
    travel_minutes: int | None
    took_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """True when every difference is 0 and every crew could work."""
        return self.balance.adds_up and not any("error" in one for one in self.tablets)


def load(*, plan: Plan, bar: Bar) -> Town:
    """Fill the empty database: maps, customers, staff, search box. Runs inside an open house without processes."""
    pack = loader.load(code=PACK)
    zone = ZoneInfo(plan.source.time_zone)
    calendar = pack.calendar
    if not calendar.is_business_day(plan.on):
        raise NoWorkingDay(
            f"The office is closed on {plan.on:%A %Y-%m-%d}. The next working day is "
            f"{calendar.next_business_day(plan.on)}."
        )
    now = datetime.combine(calendar.subtract_business_days(plan.on, 1), time(6), zone)
    ground = network = None
    if plan.source.folder is None:
        ground = invented.plan(parcels=plan.most_parcels or GENERATED_PARCELS, seed=plan.seed)
        network = street_net.build(plan=ground)
        with transaction.transaction(actor=_ACTOR, now=now) as tx:
            imported = town.load_generated(tx.session, plan=ground, network=network)
    else:
        imported = town.load_files(source=plan.source, now=now, bar=bar)
    with transaction.transaction(actor=_ACTOR, now=now) as tx:
        utility = policies.found_utility(
            tx, name=f"{plan.source.title}: rehearsal", pack=PACK, time_zone=plan.source.time_zone,
            office_phone=OFFICE_PHONE, yard_lon=imported.yard[0], yard_lat=imported.yard[1],
        )  # fmt: skip
        utility.district_id, utility.demo, utility.demo_on = imported.district_id, True, plan.on
        tx.session.add(orders.OrderNumber(id=1, last=600_000))
        tx.session.flush()
        calendar = policy_queries.rules(tx.session).calendar
        around = neighbourhood.days(today=plan.on, calendar=calendar)
        crew_logins = staff.hire(tx, crew_count=plan.crews, work_on=plan.on, calendar=calendar, seed=plan.seed)
        if ground is not None and network is not None:
            chances = _invented(tx.session, imported, ground, network, around, bar)
        else:
            routes = lots.of_parcels(
                tx.session, district_id=imported.district_id, seed=plan.seed, most=plan.most_parcels
            )
            chances = books.write(
                tx.session, district_id=imported.district_id, plan=routes.plan, around=around, routes=routes.routes,
                count=len(routes.routes), bar=bar,
            )  # fmt: skip
    with transaction.transaction(actor=_ACTOR, now=now) as tx:
        entries = registry.index_all(tx.session, progress=lambda share, stage: bar("Search box", share, 1))
        dead = town.dead_zones(tx.session, district_id=imported.district_id, seed=plan.seed)
    return Town(
        imported=imported, chances=chances, crews=crew_logins, calendar=calendar, before_on=around.before_on,
        dead_zones=dead, search_entries=entries,
    )  # fmt: skip


def _invented(
    session: Session, imported: town.Imported, ground: invented.TownPlan, network: street_net.Network,
    around: neighbourhood.Days, bar: Bar,
) -> books.Chances:  # fmt: skip
    from dispatch.demo import tracts

    def made() -> Any:
        for cell in ground.cells:
            if cell.template != "new_tract":
                tract = tracts.build(plan=ground, network=network, cell=cell)
                yield tract, load_map.tract(session, made=tract, district_id=imported.district_id)

    return books.write(
        session, district_id=imported.district_id, plan=ground, around=around, routes=made(), count=len(ground.cells),
        bar=bar,
    )  # fmt: skip


def work(
    *, plan: Plan, loaded: Town, home: house.House, bar: Bar, folder: Path
) -> tuple[account.Made, list[dict[str, Any]], desk.Opened, dict[str, Any], dict[str, float]]:
    """The day before and the day itself, over HTTP. Answers what the office did, the tablets' reports, and seconds."""
    rng = np.random.default_rng([plan.seed, 43])
    opened = desk.Opened()
    took: dict[str, float] = {}
    calendar = loaded.calendar
    since = real_time.monotonic()
    with home.running(start=calendar.moment(loaded.before_on, EVENING), times=1.0) as up:
        office = desk.Office(base_url=up.base_url, calendar=calendar)
        office.open_orders(chances=loaded.chances, count=plan.orders, on=plan.on, rng=rng, opened=opened, bar=bar)
        took["orders opened"] = _lap(since)
        since = real_time.monotonic()
        published = office.plan(on=plan.on, seconds=plan.plan_seconds, bar=bar)
        took["planned and published"] = _lap(since)
    since = real_time.monotonic()
    with home.running(start=calendar.moment(plan.on, MORNING), times=plan.times) as up:
        office = desk.Office(base_url=up.base_url, calendar=calendar)
        reports = _crews_at_work(plan, loaded, home.settings, office, up, opened, rng, published, bar, folder)
        took["crews at work"] = _lap(since)
        since = real_time.monotonic()
        bar("Deciding what waits for a person", 0, 1)
        office.decide(rng=rng, opened=opened)
        took["decisions"] = _lap(since)
    made = account.Made(
        asked=opened.asked, order_ids=opened.ids(), refused=dict(opened.refused), plan_id=published["plan_id"],
        payments=opened.payments,
    )  # fmt: skip
    return made, reports, opened, published, took


def _crews_at_work(
    plan: Plan, loaded: Town, settings: Settings, office: desk.Office, up: house.Running, opened: desk.Opened,
    rng: np.random.Generator, published: Mapping[str, Any], bar: Bar, folder: Path,
) -> list[dict[str, Any]]:  # fmt: skip
    stops = int(published["planned"])
    done = Counter[str]()

    def told(line: str) -> None:
        # "Truck 3: 7 of 31, 48 Pearl St"
        crew, _, rest = line.partition(": ")
        count = rest.split(" ", 1)[0]
        if count.isdigit():
            done[crew] = int(count)

    errand = crews.Errand(
        base_url=up.base_url, house_clock=up.clock, on=plan.on, crews=loaded.crews, dead_zones=loaded.dead_zones,
        office="dispatcher", folder=folder / "tablets", mistakes=plan.mistakes,
    )  # fmt: skip
    at_work = crews.Crews(settings=settings, errand=errand, told=told)
    try:
        waiting = office.changes(opened=opened, rng=rng, on=plan.on)
        while at_work.working:
            now = clock.now()
            while waiting and waiting[0][0] <= now:
                waiting.pop(0)[1]()
            local = loaded.calendar.local(now)
            bar(f"Crews at work, past {local:%H}:00", sum(done.values()), max(stops, 1))
            real_time.sleep(0.25)
        for _, deed in waiting:
            deed()
        return at_work.reports()
    finally:
        at_work.end()


def summarise(
    session: Session, *, plan: Plan, loaded: Town, made: account.Made, reports: list[dict[str, Any]],
    opened: desk.Opened, published: Mapping[str, Any], took_s: Mapping[str, float],
) -> Summary:  # fmt: skip
    """Count everything, once the house is down and nothing can move any more."""
    balance = account.balance(session, made=made, tablets=reports, devices=[one.device_id for one in loaded.crews])
    return Summary(
        plan=plan, town=loaded, balance=balance, tablets=reports, changes=dict(sorted(opened.changes.items())),
        by_kind=dict(sorted(Counter(str(one["kind"]) for one in opened.orders).items())),
        travel_minutes=published.get("travel_minutes"), took_s=took_s,
    )  # fmt: skip


def rejected(session: Session, *, imported: town.Imported) -> list[tuple[str, stores.RejectedRow]]:
    """Every row that was turned away, by layer."""
    from maps import imports

    return [
        (layer.name, row)
        for layer in imported.layers
        for row in imports.rejected_rows(session, layer.report.import_id)
        if row.outcome == "rejected"
    ]


def _lap(since: float) -> float:
    return round(real_time.monotonic() - since, 1)


Say = Callable[[str], None]
