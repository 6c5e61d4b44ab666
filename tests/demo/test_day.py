"""The crews' day in the invented town: every order rests on a fact, every visit keeps to the hours."""

import itertools
from collections import Counter
from datetime import date, time
from functools import cache

import pytest

from dispatch.demo import arrears, day, neighbourhood, people, streets, town
from dispatch.demo.neighbourhood import Life, Neighbourhood
from dispatch.orders import kinds
from dispatch.policies import loader

CALENDAR = loader.load(code="ca_special_district").calendar
SUNDAY = date(2026, 11, 22)
TUESDAY = date(2026, 8, 25)


@cache
def a_day(today: date, parcels: int = 6000) -> tuple[neighbourhood.Days, dict[int, Neighbourhood], day.Day]:
    plan = town.plan(parcels=parcels, seed=1)
    network = streets.build(plan=plan)
    around = neighbourhood.days(today=today, calendar=CALENDAR)
    parts = {
        at: neighbourhood.build(plan=plan, network=network, cell=plan.cells[at], around=around)
        for at in sorted(day.busy_cells(plan=plan))
    }
    yard = next(lot for part in parts.values() for lot in part.tract.lots if lot.use == "yard")
    return around, parts, day.make(plan=plan, around=around, parts=parts, yard_at=(yard.lon, yard.lat))


@pytest.mark.parametrize("today", [TUESDAY, SUNDAY])
def test_about_120_orders_of_five_kinds_are_open_on_the_next_working_day(today: date) -> None:
    around, _, work = a_day(today)
    assert 100 <= len(work.open) <= 140
    assert {order.kind for order in work.open} == {
        "TURN_ON", "RESTORE", "SHUTOFF_NONPAY", "SHUTOFF_REQUEST", "LEAK_CHECK",
    }  # fmt: skip
    assert {order.due_on for order in work.open} == {around.work_on}
    assert CALENDAR.is_business_day(around.work_on)


def test_each_open_order_rests_on_its_reason() -> None:
    _, parts, work = a_day(TUESDAY)
    for order in work.open:
        premise = parts[order.where[0]].premises[order.where[1]]
        account = premise.account
        assert account is not None
        holds = {
            "SHUTOFF_NONPAY": account.debt.stage in arrears.MAY_BE_SHUT and premise.valve_state == "ON",
            "RESTORE": account.debt.stage is arrears.Stage.PAID_WAITING and premise.valve_state == "OFF_LOCKED",
            "TURN_ON": account.status == "PENDING" and premise.valve_state.startswith("OFF"),
            "SHUTOFF_REQUEST": premise.life is Life.MOVING_OUT and account.status == "ACTIVE",
            "LEAK_CHECK": premise.valve_state == "ON",
        }
        assert holds[order.kind], order
        assert order.reason in kinds.catalogue()[order.kind].reasons


def test_all_who_paid_or_move_have_their_order_and_nobody_two() -> None:
    _, parts, work = a_day(TUESDAY)
    open_at = Counter(order.where for order in work.open)
    assert max(open_at.values()) == 1
    for cell, part in parts.items():
        for at, premise in enumerate(part.premises):
            account = premise.account
            waits = account is not None and (
                account.debt.stage is arrears.Stage.PAID_WAITING
                or account.status == "PENDING"
                or premise.life is Life.MOVING_OUT
            )
            assert not waits or open_at[cell, at] == 1


def test_the_working_day_before_is_finished_and_its_valves_stand_as_left() -> None:
    around, parts, work = a_day(TUESDAY)
    yesterday = [order for order in work.finished if order.due_on == around.before_on]
    assert len(yesterday) > 50
    assert {order.kind for order in yesterday} == {order.kind for order in work.open}
    assert all(order.done for order in work.finished)
    last_left = {order.where: order.visits[-1].valve_left for order in sorted(work.finished, key=lambda o: o.due_on)}
    for (cell, at), left in last_left.items():
        assert parts[cell].premises[at].valve_state == left


def test_crews_are_at_one_place_at_a_time_and_within_their_shift() -> None:
    around, _, work = a_day(TUESDAY)
    for crew in people.CREWS:
        for on in {order.due_on for order in work.finished}:
            visits = sorted(
                (
                    visit
                    for order in work.finished
                    for visit in order.visits
                    if visit.crew == crew.letter and order.due_on == on
                ),
                key=lambda visit: visit.set_off_at,
            )  # fmt: skip
            for one, following in itertools.pairwise(visits):
                assert one.set_off_at < one.arrived_at < one.started_at < one.finished_at <= following.set_off_at
            if visits:
                ends = CALENDAR.moment(on, time(crew.shift_to_min // 60, crew.shift_to_min % 60))
                assert visits[-1].finished_at < ends
    assert around.before_on < around.work_on


@pytest.mark.parametrize("today", [TUESDAY, SUNDAY])
def test_shutoffs_for_non_payment_were_made_in_office_hours_before_two(today: date) -> None:
    _, _, work = a_day(today)
    for order in work.finished:
        if order.kind == "SHUTOFF_NONPAY":
            cut_at = order.visits[-1].finished_at
            assert CALENDAR.is_open(cut_at)
            assert CALENDAR.local(cut_at).time() < time(14)


def test_only_crews_with_the_skill_checked_leaks() -> None:
    _, _, work = a_day(TUESDAY)
    able = {
        crew.letter
        for crew in people.CREWS
        for person in people.STAFF
        if person.login in crew.logins and "LEAK_DETECT" in person.skills
    }
    assert {order.visits[-1].crew for order in work.finished if order.kind == "LEAK_CHECK"} <= able


def test_a_few_shutoffs_were_tried_in_vain_and_are_open_again() -> None:
    around, _, work = a_day(TUESDAY)
    again = [order for order in work.open if order.visits]
    assert len(again) == day.TRIED_IN_VAIN
    assert all(order.visits[-1].disposition in kinds.catalogue()[order.kind].dispositions for order in again)
    assert all(CALENDAR.day_of(order.visits[-1].finished_at) == around.before_on for order in again)


def test_a_restore_reads_what_the_shutoff_read() -> None:
    _, _, work = a_day(TUESDAY)
    cut = {order.where: order.visits[-1].digits for order in work.finished if order.kind == "SHUTOFF_NONPAY"}
    restored = [order for order in work.finished if order.kind == "RESTORE"]
    assert restored
    for order in restored:
        assert order.visits[-1].digits == cut[order.where], "no water ran while the valve was locked"


def test_orders_are_opened_before_they_are_worked_and_before_the_day() -> None:
    around, _, work = a_day(SUNDAY)
    first_moment = CALENDAR.moment(around.today, time(0))
    for order in (*work.open, *work.finished):
        assert order.opened_at < first_moment
        assert all(order.opened_at < visit.set_off_at for visit in order.visits)


def test_the_same_seed_makes_the_same_day() -> None:
    a_day.cache_clear()
    one = a_day(TUESDAY, 600)[2]
    a_day.cache_clear()
    assert a_day(TUESDAY, 600)[2] == one


def test_in_a_large_town_too_crews_go_to_the_new_tract() -> None:
    plan = town.plan(parcels=60_000, seed=1)
    new = [cell.index for cell in plan.cells if cell.template == "new_tract"]
    assert len(new) == 1
    assert new[0] in day.busy_cells(plan=plan)
    assert len(day.busy_cells(plan=plan)) <= day.BUSY_CELLS + 1
