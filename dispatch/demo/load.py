"""Writes a whole demo district into an empty database: the only entrance of this package for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.accounts import models as accounts
from dispatch.auth import operations as auth
from dispatch.demo import (
    day,
    load_day,
    load_map,
    load_people,
    load_search,
    load_staff,
    neighbourhood,
    people,
    town,
    tracts,
)
from dispatch.demo import streets as street_net
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.places import registry
from dispatch.policies import clearances, loader
from dispatch.policies import models as policies
from maps import indexing, stores

PASSWORD = "curbstop-demo"  # noqa: S105 - printed for everyone; such logins exist in demo data only
PACK = "ca_special_district"
UTILITY = "Alder Glen Water District"
MOST_SHEETS = 60
"""Sheets drawn; in larger towns those of the cells nearest to the yard."""

Progress = Callable[[str, int, int], None]
"""Stage in words, done, of how many."""


class AlreadyLoaded(errors.Refusal):
    """The database holds premises; the demo wants an empty one."""

    code = "already_loaded"
    status = 409


@dataclass(frozen=True)
class Loaded:
    """What was written."""

    district_id: int
    seed: int
    today: date
    work_on: date
    """Day of the open orders: `today` when the office is open, else the next day that it is."""
    counts: Mapping[str, int]
    logins: tuple[tuple[str, str, str], ...]
    """(login, name, role) of everyone who can log in with `PASSWORD`."""


def load(
    *, session: Session, today: date, seed: int, parcels: int, data_dir: Path, attachments_dir: Path,
    progress: Progress | None = None, hash_password: Callable[[str], str] = auth.hash_password,
) -> Loaded:  # fmt: skip
    """Write the demo district. `today` is a local day of the utility; every date of the town is told from it.

    Never commits: the caller's transaction holds all of it or nothing. Sheets and photos go into `data_dir` and
    `attachments_dir` as files named by what they are, so that a second try writes over them.
    """
    say = progress or _silent
    if session.scalar(select(func.count()).select_from(accounts.Premise)):
        raise AlreadyLoaded(
            "This database already holds premises. The demo needs an empty one: take another data folder."
        )
    pack = loader.load(code=PACK)
    around = neighbourhood.days(today=today, calendar=pack.calendar)
    say("Streets", 0, 1)
    plan = town.plan(parcels=parcels, seed=seed)
    network = street_net.build(plan=plan)
    district_id = load_map.district(session, plan=plan)
    load_map.streets(session, plan=plan, network=network, district_id=district_id)
    load_map.water_assets(session, plan=plan, network=network, district_id=district_id)
    staff = load_staff.staff(session, around=around, password=PASSWORD, hash_password=hash_password)
    say("Streets", 1, 1)
    busy = day.busy_cells(plan=plan)
    books = load_people.Books(session=session, district_id=district_id, around=around)
    parts: dict[int, neighbourhood.Neighbourhood] = {}
    ids: dict[int, list[load_people.PremiseIds]] = {}
    yard_at: tuple[float, float] | None = None
    drawn = 0
    for cell in plan.cells:
        say("Parcels, accounts, readings", cell.index, len(plan.cells))
        part = neighbourhood.build(plan=plan, network=network, cell=cell, around=around, busy=cell.index in busy)
        tract_ids = load_map.tract(session, made=part.tract, district_id=district_id)
        own = load_people.cell(books, part=part, tract_ids=tract_ids)
        load_search.bare_addresses(session, part=part, tract_ids=tract_ids, district_id=district_id)
        registry.index_premises(session, premise_ids=[one.premise_id for one in own])
        if cell.index in busy:
            parts[cell.index], ids[cell.index] = part, own
        yard_at = yard_at or _yard(part.tract)
        if cell.index in busy or drawn < MOST_SHEETS - len(busy):
            load_map.sheet(
                session, plan=plan, network=network, made=part.tract, tract_id=tract_ids.tract_id,
                district_id=district_id, data_dir=data_dir,
            )  # fmt: skip
            drawn += 1
        session.expunge_all()
    say("Parcels, accounts, readings", len(plan.cells), len(plan.cells))
    assert yard_at is not None, "every town has a yard"
    _utility(session, district_id=district_id, yard_at=yard_at, today=today)
    say("Orders", 0, 1)
    work = day.make(plan=plan, around=around, parts=parts, yard_at=yard_at)
    ledger = load_day.Ledger(
        session=session, around=around, parts=parts, ids=ids, staff=staff, pack=pack, rng=plan.rng(9),
        attachments_dir=attachments_dir,
    )  # fmt: skip
    written = load_day.write(ledger, work=work)
    registry.index_orders(session, order_ids=[one.order_id for one in written])
    say("Orders", 1, 1)
    _index_map(session, district_id=district_id, say=say)
    session.flush()
    return Loaded(
        district_id=district_id, seed=seed, today=today, work_on=around.work_on, counts=_counts(session),
        logins=tuple((one.login, one.name, one.role) for one in people.STAFF),
    )  # fmt: skip


def time_zone() -> ZoneInfo:
    """The zone of the demo district, for telling what day it is there."""
    return ZoneInfo(town.TIME_ZONE)


def _silent(_stage: str, _done: int, _of: int) -> None:
    return None


def _yard(tract: tracts.Tract) -> tuple[float, float] | None:
    return next(((lot.front[0], lot.front[1]) for lot in tract.lots if lot.use == "yard"), None)


def _utility(session: Session, *, district_id: int, yard_at: tuple[float, float], today: date) -> None:
    """The utility of the demo, unless `curbstop init` has made one."""
    found = session.get(policies.Utility, 1)
    if found is not None:
        found.district_id, found.demo, found.demo_on = district_id, True, today
        found.yard_lon, found.yard_lat = yard_at
        return
    session.add(
        policies.Utility(
            id=1, name=UTILITY, pack=PACK, time_zone=town.TIME_ZONE, district_id=district_id,
            office_phone=town.OFFICE_PHONE, closed_days=[], half_days={}, last_shutoff="14:00", plan_time="04:30",
            clearance_minutes=30, clearance_key_pem=clearances.new_keypair().private_pem, yard_lon=yard_at[0],
            yard_lat=yard_at[1], demo=True, demo_on=today, changes_a_day=3,
        )
    )  # fmt: skip


def _index_map(session: Session, *, district_id: int, say: Progress) -> None:
    """Map entries of the search box. Addresses are left out: they stand there with their people already."""
    district = session.get(stores.District, district_id)
    assert district is not None
    kinds = ("parcel", "intersection", "hydrant", "tract", "lot")
    for at, kind in enumerate(kinds):
        say("Search index", at, len(kinds))
        indexing.index(session, district=district, kinds=(kind,))
        session.expunge_all()
        district = session.get(stores.District, district_id)
        assert district is not None
    say("Search index", len(kinds), len(kinds))


def _counts(session: Session) -> dict[str, int]:
    tables = {
        "parcels": stores.Parcel, "tracts": stores.TractMap, "streets": stores.Street, "hydrants": stores.Hydrant,
        "premises": accounts.Premise, "accounts": accounts.Account, "meters": meters.Meter,
        "readings": meters.Reading, "bills": accounts.Bill, "orders": orders.ServiceOrder,
    }  # fmt: skip
    return {name: int(session.scalar(select(func.count()).select_from(model)) or 0) for name, model in tables.items()}
