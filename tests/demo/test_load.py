"""The demo district in the database: whole, consistent, and judged by the house's own queries and rules."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import Session

from dispatch.accounts import models as account_models
from dispatch.accounts import queries as accounts
from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.demo import load, people
from dispatch.journal import models as journal
from dispatch.meters import models as meter_models
from dispatch.meters import queries as meters
from dispatch.orders import kinds
from dispatch.orders import models as orders
from dispatch.orders.kinds.visit import LeakTest, PhotoTaken, ReadingTaken, VisitFacts
from dispatch.policies import evaluator, loader
from dispatch.policies import models as policies
from dispatch.routes import models as routes
from dispatch.sync import attachments
from dispatch.sync import models as sync
from maps import search, stores

assert journal.JournalEntry.metadata is sync.FieldOperation.metadata, "all tables hang on one metadata"

TODAY = date(2026, 11, 23)
PACK = loader.load(code="ca_special_district")


def plain(password: str) -> str:
    """Hashing is tried elsewhere; here it would only take time."""
    return f"hash of {password}"


def an_empty_database(folder: Path) -> Session:
    engine = create_engine(f"sqlite:///{folder / 'demo.db'}")

    @event.listens_for(engine, "connect")
    def _enforce(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA foreign_keys=ON")

    stores.metadata.create_all(engine)
    return Session(engine)


def load_into(session: Session, folder: Path, *, seed: int = 1, today: date = TODAY) -> load.Loaded:
    return load.load(
        session=session, today=today, seed=seed, parcels=600, data_dir=folder, attachments_dir=folder / "attachments",
        hash_password=plain,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, load.Loaded, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    session = an_empty_database(folder)
    loaded = load_into(session, folder)
    session.commit()
    yield session, loaded, folder
    session.close()
    session.get_bind().dispose()  # type: ignore[union-attr]


def count(session: Session, model: type, *where: object) -> int:
    return int(session.scalar(select(func.count()).select_from(model).where(*where)) or 0)  # type: ignore[arg-type]


def test_no_row_points_at_nothing(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_every_account_can_be_judged_and_every_open_order_is_allowed(
    demo: tuple[Session, load.Loaded, Path],
) -> None:
    session, loaded, _ = demo
    open_orders = session.scalars(
        select(orders.ServiceOrder).where(orders.ServiceOrder.state.in_(("READY", "SCHEDULED")))
    ).all()
    assert len(open_orders) > 30
    for order in open_orders:
        assert order.verdict is not None
        assert order.verdict["result"] != "block"
        assert order.due_on == loaded.work_on
        assert order.open_key == f"sp-{order.service_point_id}:{order.kind}"


def test_shutoffs_open_today_pass_the_rules_from_the_rows_themselves(
    demo: tuple[Session, load.Loaded, Path],
) -> None:
    session, loaded, _ = demo
    at = PACK.calendar.moment(loaded.work_on, time(10))
    shutoffs = session.scalars(
        select(orders.ServiceOrder).where(
            orders.ServiceOrder.state.in_(("READY", "SCHEDULED")), orders.ServiceOrder.kind == "SHUTOFF_NONPAY"
        )
    ).all()
    assert shutoffs
    for order in shutoffs:
        account = accounts.get_account(session, order.account_id or 0)
        premise = accounts.get_premise(session, order.premise_id or 0)
        standing = accounts.standing(
            session, account=account, premise=premise, now=at, service_point_id=order.service_point_id
        )
        assert standing.past_due_cents >= 5000
        verdict = evaluator.evaluate(
            pack=PACK, standing=standing, kind=order.kind, reason="", at=at, calendar=PACK.calendar
        )
        assert verdict.result == "pass", verdict.summary_en


def test_the_books_hold_every_rule_that_stops_a_shutoff(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, loaded, _ = demo
    at = PACK.calendar.moment(loaded.work_on, time(10))
    stopped: Counter[str] = Counter()
    late = session.scalars(
        select(account_models.Account)
        .join(account_models.Bill, account_models.Bill.account_id == account_models.Account.id)
        .where(account_models.Bill.paid_cents < account_models.Bill.amount_cents, account_models.Bill.due_on < TODAY)
        .distinct()
    ).all()
    for account in late:
        premise = accounts.get_premise(session, account.premise_id)
        standing = accounts.standing(session, account=account, premise=premise, now=at)
        verdict = evaluator.evaluate(
            pack=PACK, standing=standing, kind="SHUTOFF_NONPAY", reason="", at=at, calendar=PACK.calendar
        )
        stopped.update(one.rule_id for one in (*verdict.blocks, *verdict.warnings))
    assert {
        "CA-01", "CA-02", "CA-04", "CA-07", "CA-08", "CA-11", "CA-14", "CA-16", "CA-17", "CA-19",
        "LOC-03", "LOC-04", "LOC-07", "LOC-09", "LOC-10",
    } <= set(stopped)  # fmt: skip


def test_valves_stand_as_the_accounts_say(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    rows = session.execute(
        select(account_models.Account.off_reason, meter_models.ServicePoint.valve_state)
        .join(meter_models.ServicePoint, meter_models.ServicePoint.premise_id == account_models.Account.premise_id)
        .where(account_models.Account.status == "ACTIVE")
    )
    met = Counter((reason, state) for reason, state in rows)
    assert met["NONPAY", "OFF_LOCKED"] > 3
    assert all(state.startswith("OFF") if reason else state == "ON" for reason, state in met)


def test_readings_tell_the_usage_of_their_registers(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    for meter in session.scalars(select(meter_models.Meter).order_by(meter_models.Meter.id).limit(120)):
        rows = list(reversed(meters.history(session, meter.id, limit=40)))
        previous, expected = meters.expected_from(meter, rows, on=TODAY)
        assert previous is not None
        assert len(previous.digits) == meter.dials
        if len(rows) > 10:
            assert expected is not None


def test_the_lots_of_the_new_tract_have_orders_but_no_address(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    bare = session.scalars(select(account_models.Premise).where(account_models.Premise.address == "")).all()
    assert bare
    assert all(premise.parcel_id is None and premise.lot_id is not None for premise in bare)
    places = set(
        session.scalars(
            select(orders.ServiceOrder.place).where(orders.ServiceOrder.premise_id.in_([one.id for one in bare]))
        )
    )
    assert places
    assert all(place.startswith("Lot ") and "Tract 8198-2" in place for place in places)


def test_everyone_can_log_in_and_crews_have_shifts_on_the_day(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, loaded, _ = demo
    assert {login for login, _, _ in loaded.logins} == {person.login for person in people.STAFF}
    assert set(session.scalars(select(auth.Person.password_hash))) == {f"hash of {load.PASSWORD}"}
    for on in (loaded.work_on, PACK.calendar.subtract_business_days(loaded.work_on, 1)):
        assert count(session, crews.Shift, crews.Shift.on_day == on) == len(people.CREWS)
    assert count(session, crews.Technician) == 10


def test_yesterday_is_published_driven_and_posted(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, loaded, folder = demo
    plan = session.scalars(select(routes.DayPlan)).one()
    assert plan.status == "published"
    assert plan.on_day == PACK.calendar.subtract_business_days(loaded.work_on, 1)
    stops = count(session, routes.RouteStop)
    assert stops == plan.planned > 10
    visits = session.scalars(select(orders.Visit)).all()
    assert all(visit.posted_at is not None or visit.disposition.startswith("CGI") for visit in visits)  # type: ignore[union-attr]
    named = session.scalars(select(orders.Photo.sha256)).all()
    assert named
    assert all(attachments.path_of(folder / "attachments", sha256).is_file() for sha256 in named)


def test_the_sheets_are_files_in_the_data_folder(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, folder = demo
    files = session.scalars(select(stores.MapSheet.file)).all()
    assert len(files) == count(session, stores.TractMap)
    assert all(file is not None and (folder / file).read_bytes().startswith(b"\x89PNG") for file in files)


@pytest.mark.parametrize(
    ("kind", "column"),
    [("account", account_models.Account.number), ("meter", meter_models.Meter.serial)],
)
def test_what_is_in_the_books_is_found_by_its_number(
    demo: tuple[Session, load.Loaded, Path], kind: str, column: object
) -> None:
    session, _, _ = demo
    for number in session.scalars(select(column).limit(5)):  # type: ignore[call-overload]
        found = search.find(session, number)
        assert any(hit.kind == kind and number in hit.label for hit in found.results)


def test_spanish_names_are_found_without_their_accents_and_shown_with_them(
    demo: tuple[Session, load.Loaded, Path],
) -> None:
    session, _, _ = demo
    name = next(name for name in session.scalars(select(account_models.Customer.name)) if "ñ" in name)
    typed = name.translate(str.maketrans("áéíóúñÁÉÍÓÚÑ", "aeiounAEIOUN")).lower()
    assert any(hit.label == name for hit in search.find(session, typed, limit=50).results)


def test_the_utility_is_marked_as_a_demo_and_can_sign(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    utility = session.get_one(policies.Utility, 1)
    assert utility.demo
    assert utility.demo_on == TODAY
    assert utility.pack == "ca_special_district"
    assert "PRIVATE KEY" in utility.clearance_key_pem


def test_nothing_in_the_books_lies_in_the_future(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, loaded, _ = demo
    midnight: datetime = PACK.calendar.moment(loaded.today, time(0))
    for column in (
        account_models.Notice.served_at, account_models.AccountHold.placed_at, account_models.Payment.paid_at,
        orders.Visit.finished_at, orders.ServiceOrder.opened_at, meter_models.ServicePoint.valve_changed_at,
    ):  # fmt: skip
        latest = session.scalar(select(func.max(column)))
        assert latest is not None
        assert latest < midnight, column
    for day_column in (meter_models.Meter.installed_on, meter_models.ServicePoint.pinned_on):
        assert session.scalar(select(func.max(day_column))) < TODAY  # type: ignore[operator]
    assert session.scalar(select(func.max(account_models.Bill.mailed_on))) <= TODAY  # type: ignore[operator]
    assert session.scalar(select(func.max(meter_models.Reading.read_on))) < TODAY  # type: ignore[operator]


def test_a_database_with_premises_refuses_a_second_demo(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, folder = demo
    before = count(session, account_models.Premise)
    with pytest.raises(load.AlreadyLoaded, match="already holds premises"):
        load_into(session, folder)
    assert count(session, account_models.Premise) == before


def test_the_same_seed_and_day_write_the_same_books(demo: tuple[Session, load.Loaded, Path], tmp_path: Path) -> None:
    session, loaded, _ = demo
    with an_empty_database(tmp_path) as other:
        again = load_into(other, tmp_path)
        assert again.counts == loaded.counts
        for column in (account_models.Account.number, orders.ServiceOrder.place, meter_models.Reading.digits):
            assert other.scalars(select(column)).all() == session.scalars(select(column)).all()
    other.get_bind().dispose()  # type: ignore[union-attr]


def test_a_restore_knows_what_the_shutoff_read(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    waiting = session.scalars(
        select(orders.ServiceOrder).where(orders.ServiceOrder.kind == "RESTORE", orders.ServiceOrder.state != "POSTED")
    ).all()
    assert waiting
    for order in waiting:
        cut = session.scalars(
            select(orders.Visit)
            .join(orders.ServiceOrder, orders.ServiceOrder.id == orders.Visit.order_id)
            .where(
                orders.ServiceOrder.service_point_id == order.service_point_id,
                orders.ServiceOrder.kind == "SHUTOFF_NONPAY",
            )
        ).one()
        assert order.extra["shutoff_digits"] == cut.facts["readings"][-1]["digits"]


def test_finished_visits_say_what_their_kinds_ask_for(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    for visit in session.scalars(select(orders.Visit).where(orders.Visit.posted_at.is_not(None))):
        order = session.get_one(orders.ServiceOrder, visit.order_id)
        done = visit.facts["completion"]
        facts = VisitFacts(
            order_id=order.id, visit_id=visit.id, kind=order.kind, disposition=visit.disposition or "",
            started_at=visit.started_at, finished_at=visit.finished_at,
            readings=tuple(
                ReadingTaken(digits=one["digits"], role=one["role"], taken_at=datetime.fromisoformat(one["at"]))
                for one in visit.facts["readings"]
            ),
            photos=tuple(PhotoTaken(sha256=one["sha256"], what=one["what"]) for one in visit.facts["photos"]),
            valve_found=visit.valve_found, valve_left=visit.valve_left, seal_no=done["seal_no"],
            tag_left=done["tag_left"], shutoff_digits=order.extra.get("shutoff_digits"),
            cleared="ONLINE" if order.kind == "SHUTOFF_NONPAY" else "NOT_NEEDED",
            leak_test=LeakTest(
                digits_a=visit.facts["leak_tests"][0]["digits_a"], at_a=visit.started_at,
                digits_b=visit.facts["leak_tests"][0]["digits_b"], at_b=visit.finished_at, house_valve="stopped",
                dye_in_bowl=1,
            ) if order.kind == "LEAK_CHECK" else None,
        )  # fmt: skip
        effect = kinds.effect(visit=facts)
        assert effect.counts_as_complete
        assert [reason.text_en for reason in effect.reviews] == [], f"{order.kind} would have gone to review"


def test_the_journal_tells_the_life_of_each_order_in_time(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    entries = session.scalars(select(journal.JournalEntry).order_by(journal.JournalEntry.seq)).all()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    opened = [entry.order_id for entry in entries if entry.name == "OrderOpened"]
    assert sorted(opened) == sorted(session.scalars(select(orders.ServiceOrder.id)).all())  # type: ignore[type-var]


def test_a_space_of_the_mobile_home_park_is_found_by_its_number(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    line = session.scalars(select(stores.Address.full_text).where(stores.Address.unit == "SPC 12")).one()
    found = search.find(session, line)
    assert found.results[0].ref.startswith("parcel-")
    assert found.results[0].label == line


def test_a_meter_is_read_only_while_it_hangs_there(demo: tuple[Session, load.Loaded, Path]) -> None:
    session, _, _ = demo
    early = session.scalar(
        select(func.count())
        .select_from(meter_models.Reading)
        .join(meter_models.Meter, meter_models.Meter.id == meter_models.Reading.meter_id)
        .where(meter_models.Reading.read_on < meter_models.Meter.installed_on)
    )
    assert early == 0
