"""What the card says of a meter's use."""

from datetime import date, timedelta

from dispatch.meters import units
from dispatch.places import card, use

REGISTER = units.Register(unit="CCF", dials=6)


def reads(uses: list[int], *, letter: str = "M", last: list[str] | None = None) -> list[use.Read]:
    """Bimonthly readings, newest first; `last` gives the types of the newest ones."""
    day, steps, found = date(2024, 1, 10), 100, []
    for used in [0, *uses]:
        steps += used
        found.append(use.Read(read_on=day, read_type=letter, digits=f"{steps:06d}"))
        day += timedelta(days=61)
    for at, kind in enumerate(last or []):
        found[-1 - at] = use.Read(read_on=found[-1 - at].read_on, read_type=kind, digits=found[-1 - at].digits)
    return found[::-1]


def test_the_usual_range_is_told_for_the_days_of_the_newest_bill() -> None:
    facts = use.judge(register=REGISTER, newest_first=reads([12, 12, 12, 12, 12]))
    assert (facts.low, facts.high, facts.alert_en) == ("8", "16", None)


def test_high_use_is_told_in_both_languages() -> None:
    facts = use.judge(register=REGISTER, newest_first=reads([12, 12, 12, 12, 62]))
    assert facts.alert_en == "High use: 62 CCF, usual 8 to 16"
    assert facts.alert_es == "Consumo alto: 62 CCF, lo usual 8 a 16"


def test_a_meter_that_stands_still_may_have_stopped() -> None:
    facts = use.judge(register=REGISTER, newest_first=reads([12, 12, 12, 0]))
    assert facts.alert_en is not None and "stopped" in facts.alert_en


def test_two_estimates_in_a_row_ask_for_a_reading() -> None:
    assert "2 estimates" in (
        use.judge(register=REGISTER, newest_first=reads([9, 9, 9], last=["E", "E"])).alert_en or ""
    )
    assert use.judge(register=REGISTER, newest_first=reads([9, 9, 9], last=["E", "M"])).alert_en is None


def test_a_new_meter_has_no_usual_range() -> None:
    assert use.judge(register=REGISTER, newest_first=reads([])) == use.UseFacts()
    assert use.judge(register=REGISTER, newest_first=[]) == use.UseFacts()


def test_ccf_is_written_to_a_tenth_without_idle_zero() -> None:
    assert [use.ccf_text(value) for value in (12_000_000, 3_450_000, 0, 49_999)] == ["12", "3.5", "0", "0"]


def test_water_is_on_off_mixed_or_unknown() -> None:
    assert card.water_state(["ON", "RESTRICTED"]) == "on"
    assert card.water_state(["OFF_LOCKED", "METER_PULLED"]) == "off"
    assert card.water_state(["ON", "OFF_LOCKED"]) == "mixed"
    assert card.water_state(["UNKNOWN"]) is None
    assert card.water_state([]) is None


def test_the_stage_of_collection_is_the_furthest_step_taken() -> None:
    def stage(cents: int, *notices: str, off: str | None = None, language: str = "en") -> str:
        return card.stage_of(past_due_cents=cents, notices=frozenset(notices), off_reason=off, language=language)

    assert stage(0) == "None"
    assert stage(500) == "Past due"
    assert stage(500, "DELINQUENCY") == "Letter sent"
    assert stage(500, "DELINQUENCY", "SHUTOFF_48H", language="es") == "Aviso de 48 h"
    assert stage(500, "DELINQUENCY", off="NONPAY") == "Shut off"
