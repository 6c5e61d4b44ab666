"""Laws about the rules themselves: complete table, both languages, strictest wins, time moves one way."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.policies import conditions, evaluator, loader, wording
from dispatch.policies.standing import Appeal, AreaHold, Hold, MedicalClaim, Plan, Standing, Weather
from tests.policies.cases import DISTRICT, bill, call, letter, local, may_be_shut_off, shutoff

PACKS = loader.names()
RANK = {"pass": 0, "warn": 1, "block": 2}


@pytest.mark.parametrize("code", PACKS)
def test_every_rule_has_a_function_and_every_sentence_both_languages(code: str) -> None:
    for rule in loader.load(code=code).rules:
        if not rule.gates:
            assert rule.id in conditions.DEFINED_ELSEWHERE, rule.id
            continue
        assert set(rule.says) == conditions.TABLE[rule.id].says, rule.id
        for english, spanish in rule.says.values():
            assert english and spanish


def test_every_function_belongs_to_a_rule_of_some_pack() -> None:
    known = {rule.id for code in PACKS for rule in loader.load(code=code).rules}
    assert set(conditions.TABLE) | set(conditions.DEFINED_ELSEWHERE) == known


def test_the_hash_of_a_pack_changes_with_its_text(tmp_path: Path) -> None:
    source = (loader.PACKS / "ca_special_district.toml").read_text()
    changed = tmp_path / "ca_special_district.toml"
    changed.write_text(source + "\n[local.CA-01]\nmin_delinquent_days = 75\n")
    pack = loader.read(path=changed)
    assert pack.rules_hash != DISTRICT.rules_hash
    assert pack.param("CA-01", "min_delinquent_days", 0) == 75


@pytest.mark.parametrize(
    ("addition", "complaint"),
    [
        ("[local.CA-01]\nmin_delinquent_days = 30\n", "only tighten"),
        ("[local.CA-01]\nmax_days = 30\n", "no parameter 'max_days'"),
        ("[local.CA-99]\ndays = 1\n", "does not have"),
        ('[local.CA-01]\neffect = "warn"\n', "may turn warn into block"),
        ('[local.CA-22]\nrequired = ["en"]\n', "must keep"),
        ("[local.CA-01\n", "cannot be read"),
    ],
)
def test_a_pack_looser_than_the_law_is_refused(tmp_path: Path, addition: str, complaint: str) -> None:
    changed = tmp_path / "ca_special_district.toml"
    changed.write_text((loader.PACKS / "ca_special_district.toml").read_text() + addition)
    with pytest.raises(loader.PackError, match=complaint):
        loader.read(path=changed)


def test_a_pack_that_does_not_exist_is_named() -> None:
    with pytest.raises(loader.PackError, match="known packs: ca_city"):
        loader.load(code="ca_village")


def test_a_rule_speaks_only_between_its_dates() -> None:
    rule = DISTRICT.rule("CA-01")
    assert rule is not None
    assert not rule.in_force(on=date(2020, 1, 31))
    assert rule.in_force(on=date(2020, 2, 1))


DAYS = st.dates(date(2025, 6, 24), date(2025, 12, 31))
CLOCKS = st.sampled_from(["07:00", "08:00", "10:00", "12:30", "14:00", "16:59", "17:00"])
HOLDS = st.builds(
    Hold,
    kind=st.sampled_from(["DISPUTE", "MEDICAL", "PLAN", "APPEAL", "BANKRUPTCY", "OFFICE"]),
    since_on=DAYS,
    until_on=st.none() | DAYS,
)
STANDINGS = st.builds(
    may_be_shut_off,
    customer_class=st.sampled_from(["SINGLE_FAMILY", "MULTIFAMILY", "COMMERCIAL"]),
    past_due_cents=st.integers(0, 50_000),
    contacts=st.lists(DAYS.map(call), max_size=3).map(tuple),
    notices=st.lists(DAYS.map(letter), max_size=3).map(tuple),
    plan=st.none() | st.builds(Plan, started_on=DAYS, broken_on=st.none() | DAYS),
    appeals=st.lists(st.builds(Appeal, filed_on=DAYS, decided_on=st.none() | DAYS), max_size=1).map(tuple),
    extension_until_on=st.none() | DAYS,
    medical=st.none() | st.builds(MedicalClaim, noted_on=DAYS, provider_certificate=st.booleans()),
    holds=st.lists(HOLDS, max_size=2).map(tuple),
    owner_is_customer=st.booleans(),
    tenants_live_here=st.booleans(),
    unpaid_bills=st.lists(
        st.builds(bill, due_on=st.dates(date(2025, 6, 20), date(2025, 9, 30)), estimated=st.booleans()), max_size=2
    ).map(tuple),
    weather=st.none() | st.builds(Weather, high_yesterday_f=st.integers(10, 60), forecast_high_f=st.integers(10, 60)),
)
CODES = st.sampled_from(PACKS)


@given(STANDINGS, DAYS, CLOCKS, HOLDS, CODES)
def test_a_hold_more_never_makes_a_verdict_milder(
    standing: Standing, on: date, clock: str, hold: Hold, code: str
) -> None:
    pack = loader.load(code=code)
    before = shutoff(standing, local(on, clock), pack=pack)
    held = Standing(**{**vars(standing), "holds": (*standing.holds, hold)})
    after = shutoff(held, local(on, clock), pack=pack)
    assert RANK[after.result] >= RANK[before.result]


@given(STANDINGS, DAYS, CLOCKS, CODES)
def test_an_area_hold_more_never_makes_a_verdict_milder(standing: Standing, on: date, clock: str, code: str) -> None:
    pack = loader.load(code=code)
    area = AreaHold(name="Smoke", kinds=frozenset({"SHUTOFF_NONPAY"}), from_on=on)
    held = Standing(**{**vars(standing), "area_holds": (area,)})
    before, after = (shutoff(one, local(on, clock), pack=pack) for one in (standing, held))
    assert RANK[after.result] >= max(RANK[before.result], 1)


@given(STANDINGS, DAYS, CLOCKS, CODES)
def test_the_strictest_rule_wins_and_every_reason_is_told(standing: Standing, on: date, clock: str, code: str) -> None:
    pack = loader.load(code=code)
    verdict = shutoff(standing, local(on, clock), pack=pack)
    worst = max((RANK.get(one.result, 0) for one in verdict.results), default=0)
    assert RANK[verdict.result] == worst
    for one in verdict.results:
        assert one.fact_en and one.fact_es
        assert "?" not in one.fact_en, one
        assert "{" not in one.fact_en + one.fact_es
    assert evaluator.allowed(
        pack=pack,
        standing=standing,
        kind="SHUTOFF_NONPAY",
        reason="NONPAYMENT",
        at=local(on, clock),
        calendar=pack.calendar,
    ) is (verdict.result != "block")


@given(STANDINGS, DAYS, CLOCKS)
def test_the_first_allowed_day_is_allowed_and_no_day_before_it_is(standing: Standing, on: date, clock: str) -> None:
    at = local(on, clock)
    verdict = shutoff(standing, at)
    first_on = verdict.first_allowed_on
    if verdict.result != "block":
        assert first_on == on
        return

    def some_moment_passes(day: date) -> bool:
        moments = [local(day, f"{hour:02d}:{minute:02d}") for hour in range(7, 18) for minute in (0, 30, 59)]
        return any(shutoff(standing, moment).result != "block" for moment in moments if moment >= at)

    if first_on is not None:
        # At opening, noon or the last minute; the half hours here are a finer net over the same day.
        moments = [local(first_on, one) for one in (clock, "08:00", "12:00", "16:59")]
        assert any(shutoff(standing, moment).result != "block" for moment in moments if moment >= at)
        if first_on > on:
            assert not some_moment_passes(first_on - timedelta(days=1))


@given(st.integers(-10_000_000, 10_000_000))
def test_money_reads_back(cents: int) -> None:
    text = wording.money(cents=cents)
    number = text.replace("$", "").replace(",", "").replace(".", "")
    assert int(number) == cents
