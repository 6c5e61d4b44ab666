"""The people of the invented town: meters that count forward, arrears that the rules judge as they are named."""

import itertools
from collections import Counter
from datetime import date, time
from functools import cache

import numpy as np
import pytest

from dispatch.demo import arrears, neighbourhood, people, readings, streets, town
from dispatch.demo.arrears import Stage
from dispatch.demo.neighbourhood import Life, Neighbourhood, Premise
from dispatch.demo.readings import Story
from dispatch.policies import evaluator, loader
from dispatch.policies.standing import Standing, UnpaidBill

TODAY = date(2026, 8, 26)
SUNDAY = date(2026, 11, 22)
AFTER_CHRISTMAS = date(2026, 12, 28)
PACK = loader.load(code="ca_special_district")


@cache
def a_town(today: date = TODAY, seed: int = 1, parcels: int = 3000) -> tuple[Neighbourhood, ...]:
    plan = town.plan(parcels=parcels, seed=seed)
    network = streets.build(plan=plan)
    around = neighbourhood.days(today=today, calendar=PACK.calendar)
    return tuple(neighbourhood.build(plan=plan, network=network, cell=cell, around=around) for cell in plan.cells)


def homes_at(stage: Stage, today: date) -> list[tuple[Neighbourhood, Premise]]:
    return [
        (part, premise)
        for part in a_town(today)
        for premise in part.premises
        if premise.account is not None and premise.account.debt.stage is stage
    ]


def standing_of(part: Neighbourhood, premise: Premise, today: date) -> Standing:
    account = premise.account
    assert account is not None
    debt = account.debt
    bills = []
    for column in debt.unpaid:
        assert part.history is not None
        assert premise.first_row is not None
        read_on = part.history.read_on[column]
        bills.append(
            UnpaidBill(
                bill_id=column, mailed_on=readings.mailed_on(read_on), due_on=readings.due_on(read_on),
                unpaid_cents=1500 if debt.part_paid else 8000,
                estimated=readings.TYPES[part.history.types[premise.first_row, column]] == "E",
            )
        )  # fmt: skip
    return Standing(
        customer_class=premise.customer_class, valve_state=premise.valve_state,
        past_due_cents=sum(bill.unpaid_cents for bill in bills if bill.due_on < today), unpaid_bills=tuple(bills),
        notices=debt.notices, contacts=debt.contacts, mailing_differs=debt.mailing_differs, plan=debt.plan,
        appeals=debt.appeals, disputes=debt.disputes, medical=debt.medical, holds=debt.holds, critical=debt.critical,
        low_income=debt.low_income, owner_is_customer=account.relation == "OWNER",
        tenants_live_here=debt.tenants_live_here,
    )  # fmt: skip


EXPECTED = {
    Stage.PAST_DUE: ("block", "CA-01"),
    Stage.NO_CONTACT: ("block", "CA-02"),
    Stage.LETTER_TOO_FRESH: ("block", "CA-16"),
    Stage.LETTER_LACKS: ("block", "CA-04"),
    Stage.NO_LAST_CONTACT: ("block", "CA-17"),
    Stage.ELIGIBLE: ("pass", None),
    Stage.TENANTS_TOLD: ("pass", None),
    Stage.LOW_INCOME: ("pass", None),
    Stage.PLAN_BROKEN: ("pass", None),
    Stage.TENANTS_NOT_TOLD: ("block", "CA-14"),
    Stage.PLAN_KEPT: ("block", "CA-11"),
    Stage.APPEAL: ("block", "CA-07"),
    Stage.DISPUTE: ("block", "CA-19"),
    Stage.MEDICAL_FULL: ("block", "CA-08"),
    Stage.MEDICAL_PARTIAL: ("warn", "LOC-07"),
    Stage.CRITICAL: ("warn", "LOC-04"),
    Stage.OFFICE_HOLD: ("block", "LOC-10"),
    Stage.SMALL_BALANCE: ("warn", "LOC-03"),
    Stage.ESTIMATES_ONLY: ("warn", "LOC-09"),
}


@pytest.mark.parametrize("today", [TODAY, SUNDAY, AFTER_CHRISTMAS])
@pytest.mark.parametrize("stage", EXPECTED, ids=str)
def test_the_rules_judge_a_shutoff_as_the_stage_is_named(stage: Stage, today: date) -> None:
    result, rule = EXPECTED[stage]
    found = homes_at(stage, today)
    assert found, f"no account of the town stands at {stage}"
    work_on = neighbourhood.days(today=today, calendar=PACK.calendar).work_on
    for part, premise in found:
        verdict = evaluator.evaluate(
            pack=PACK, standing=standing_of(part, premise, today), kind="SHUTOFF_NONPAY", reason="",
            at=PACK.calendar.moment(work_on, time(10)), calendar=PACK.calendar,
        )  # fmt: skip
        assert verdict.result == result, verdict.summary_en
        assert rule is None or rule in {one.rule_id for one in verdict.results if one.result == result}


@pytest.mark.parametrize("today", [TODAY, SUNDAY])
def test_water_that_is_off_was_shut_off_by_the_rules(today: date) -> None:
    for part, premise in homes_at(Stage.SHUT_OFF, today):
        assert premise.valve_state == "OFF_LOCKED"
        account = premise.account
        assert account is not None
        shut_on = account.debt.shut_on
        assert shut_on is not None
        facts = standing_of(part, premise, shut_on)
        verdict = evaluator.evaluate(
            pack=PACK, standing=Standing(**{**facts.__dict__, "valve_state": "ON"}), kind="SHUTOFF_NONPAY", reason="",
            at=PACK.calendar.moment(shut_on, time(10)), calendar=PACK.calendar,
        )  # fmt: skip
        assert verdict.result == "pass", verdict.summary_en


def test_a_customer_who_has_paid_may_be_restored() -> None:
    found = homes_at(Stage.PAID_WAITING, TODAY)
    assert found
    for part, premise in found:
        verdict = evaluator.evaluate(
            pack=PACK, standing=standing_of(part, premise, TODAY), kind="RESTORE", reason="",
            at=PACK.calendar.moment(TODAY, time(10)), calendar=PACK.calendar,
        )  # fmt: skip
        assert verdict.result == "pass", verdict.summary_en


def test_registers_count_forward_but_for_rollovers() -> None:
    for part in a_town():
        if part.history is None:
            continue
        turned = (np.diff(part.history.digits, axis=1) < 0).any(axis=1)
        rollovers = {p.first_row for p in part.premises if p.story is Story.ROLLOVER}
        assert set(np.flatnonzero(turned).tolist()) == rollovers
        assert (part.history.usage >= 0).all()


def test_stopped_meters_stand_still_and_leaks_run_high() -> None:
    stopped = leaks = 0
    for part in a_town():
        if part.history is None:
            continue
        for premise in part.premises:
            row = premise.first_row
            if premise.story is Story.STOPPED:
                assert part.history.usage[row, -2:].tolist() == [0, 0]
                stopped += 1
            if premise.story is Story.LEAK:
                assert part.history.usage[row, -1] > 1.3 * part.history.usage[row, 1:-2].mean()
                leaks += 1
    assert stopped and leaks


def test_summer_takes_more_water_than_winter() -> None:
    summer, winter = 0, 0
    for part in a_town():
        if part.history is not None:
            for column, read_on in enumerate(part.history.read_on):
                if column and read_on.month in (8, 9):
                    summer += int(part.history.usage[:, column].sum())
                if column and read_on.month in (2, 3):
                    winter += int(part.history.usage[:, column].sum())
    assert summer > 1.2 * winter


def test_reading_days_are_working_weekdays_in_the_past_two_months_apart() -> None:
    for cycle in range(1, 41):
        days = readings.read_days(cycle=cycle, today=TODAY)
        assert len(days) == readings.PERIODS + 1
        assert days[-1] < TODAY
        assert (TODAY - days[-1]).days <= 62
        assert all(day.weekday() < 5 for day in days)
        assert all(57 <= (later - earlier).days <= 65 for earlier, later in itertools.pairwise(days))


def test_both_kinds_of_register_and_all_sizes_to_two_inches_are_met() -> None:
    points = [point for part in a_town(parcels=6000) for premise in part.premises for point in premise.points]
    assert {point.meter.register.unit for point in points} == {"CCF", "GAL"}
    assert {point.meter.size for point in points} == {"5/8", "5/8x3/4", "3/4", "1", "1-1/2", "2"}
    assert max(Counter(point.meter.serial for point in points).values()) == 1
    radios = Counter(point.meter.endpoint for point in points if point.meter.endpoint)
    assert max(radios.values()) == 1


def test_two_parcels_have_several_meters_and_the_mobile_home_park_has_one_for_all() -> None:
    several = Counter(
        (part.tract.cell.index, premise.lot_at)
        for part in a_town()
        for premise in part.premises
        for _ in premise.points
    )
    assert sorted(count for count in several.values() if count > 1) == [2, 4]
    park = [
        premise
        for part in a_town()
        for premise in part.premises
        if part.tract.lots[premise.lot_at].use == "mobile_park"
    ]
    assert len(park) == 1
    assert park[0].units == 64
    assert len(park[0].points) == 1


def test_account_numbers_and_phones_are_nobody_elses() -> None:
    accounts = [account for part in a_town() for premise in part.premises for account in premise.accounts]
    assert max(Counter(account.number for account in accounts).values()) == 1
    phones = Counter(phone for account in accounts for phone in account.customer.phones)
    assert max(phones.values()) == 1
    assert all(" 555-" in phone for phone in phones)
    assert not any(phone.endswith(tuple(f"555-01{n:02d}" for n in range(100))) for phone in phones)


def test_somebody_moves_in_moves_out_and_has_water_back() -> None:
    lives = Counter(premise.life for part in a_town() for premise in part.premises)
    assert all(lives[life] for life in Life)
    new = [premise for part in a_town() if part.history is None for premise in part.premises]
    assert len(new) == neighbourhood.METERS_SET_IN_NEW_TRACT
    assert all(premise.address is None and premise.valve_state == "OFF_LOCKED" for premise in new)


def test_corner_lots_often_have_their_box_on_the_side_street() -> None:
    aside = [
        point
        for part in a_town()
        for premise in part.premises
        for point in premise.points
        if premise.address is not None and point.service_street != premise.address.street
    ]
    assert len(aside) > 50
    assert all(point.service_street in point.position_text for point in aside)


def test_each_role_can_log_in_and_ten_people_work_in_eight_crews() -> None:
    assert {person.role for person in people.STAFF} == {
        "csr", "csr_senior", "dispatcher", "field_tech", "crew_lead", "supervisor", "cashier", "auditor", "admin",
    }  # fmt: skip
    on_trucks = [login for crew in people.CREWS for login in crew.logins]
    assert len(people.CREWS) == 8
    assert len(on_trucks) == len(set(on_trucks)) == 10
    assert set(on_trucks) == {p.login for p in people.STAFF if p.role in ("field_tech", "crew_lead")}
    assert all(person.skills for person in people.STAFF if person.login in on_trucks)


def test_the_same_day_and_seed_tell_the_same_arrears() -> None:
    plan = town.plan(parcels=500, seed=9)
    network = streets.build(plan=plan)
    around = neighbourhood.days(today=TODAY, calendar=PACK.calendar)
    one, same = (neighbourhood.build(plan=plan, network=network, cell=plan.cells[1], around=around) for _ in range(2))
    assert one.premises == same.premises
    assert one.history is not None
    assert same.history is not None
    assert (one.history.digits == same.history.digits).all()


def test_in_a_small_town_too_every_stage_is_met() -> None:
    met = {premise.account.debt.stage for part in a_town(parcels=500) for premise in part.premises if premise.account}
    assert met == set(arrears.Stage)


@pytest.mark.parametrize(("parcels", "seed"), [(1_000, 2), (2_500, 5), (9_000, 1)])
def test_nothing_that_must_be_the_only_one_of_its_name_is_there_twice(parcels: int, seed: int) -> None:
    names: list[tuple[str, ...]] = []
    for part in a_town.__wrapped__(seed=seed, parcels=parcels):
        tract = part.tract
        names += [("tract", tract.tract_no), ("page", tract.map_book, tract.map_page)]
        names += [("lot", tract.tract_no, str(one.block), one.lot) for one in tract.lots]
        names += [("parcel", one.parcel_number) for one in tract.lots if one.parcel_number is not None]
        for premise in part.premises:
            names += [("account", account.number) for account in premise.accounts]
            names += [("meter", point.meter.serial) for point in premise.points]
            names += [("endpoint", point.meter.endpoint) for point in premise.points if point.meter.endpoint]
    assert [name for name, times in Counter(names).items() if times > 1] == []
