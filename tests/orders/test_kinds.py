"""What follows from a visit, kind by kind, and laws about the catalogue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.meters.units import Register
from dispatch.orders import kinds, lifecycle
from dispatch.orders.kinds import dispositions, leak_check
from dispatch.orders.kinds.kind import PRIORITY_VALUES, Effect
from dispatch.orders.kinds.visit import LeakTest, PhotoTaken, ReadingTaken, VisitFacts
from dispatch.policies import loader

TEN = datetime(2025, 8, 25, 17, 0, tzinfo=UTC)
ALL_KINDS = {
    "TURN_ON", "RESTORE", "SHUTOFF_NONPAY", "SHUTOFF_REQUEST", "SHUTOFF_EMERGENCY", "FINAL_READ", "REREAD",
    "LEAK_CHECK", "STOPPED_METER", "METER_EXCHANGE", "ENDPOINT_EXCHANGE", "TAMPER", "NOTICE_VISIT", "LOCATE_SERVICE",
    "LOCATE_811", "HYDRANT_METER_SET", "HYDRANT_METER_READ", "HYDRANT_METER_MOVE", "HYDRANT_METER_REMOVE",
    "HYDRANT_INSPECT", "HYDRANT_FLOW_TEST", "HYDRANT_REPAIR", "VALVE_OPERATION", "MAIN_LEAK", "WATER_QUALITY",
    "LOW_PRESSURE",
}  # fmt: skip


def photos(*what: str) -> tuple[PhotoTaken, ...]:
    return tuple(PhotoTaken(sha256=f"{one:0<64}", what=one) for one in what)  # type: ignore[arg-type]


def read(digits: str = "001447", role: str = "final", **more: Any) -> ReadingTaken:
    return ReadingTaken(digits=digits, role=role, taken_at=TEN, **more)  # type: ignore[arg-type]


def visit(kind: str, disposition: str = "DONE", **more: Any) -> VisitFacts:
    return VisitFacts(
        **{
            "order_id": 617455,
            "visit_id": "v1",
            "kind": kind,
            "disposition": disposition,
            "started_at": TEN,
            "finished_at": TEN + timedelta(minutes=7),
            "expected_serial": "61830467",
            "serial_seen": "6183-0467",
            **more,
        }
    )


def a_clean_cut(**more: Any) -> Effect:
    return kinds.effect(
        visit=visit(
            "SHUTOFF_NONPAY",
            **{
                "readings": (read(),),
                "photos": photos("register", "lock", "tag"),
                "valve_found": "ON",
                "valve_left": "OFF_LOCKED",
                "seal_no": "L-20931",
                "tag_left": True,
                "cleared": "OFFLINE",
                "cut_at": TEN,
                **more,
            },
        )
    )


def codes(effect: Effect) -> set[str]:
    return {one.code for one in effect.reviews}


class TestShutoffForNonPayment:
    def test_a_cleared_cut_stops_the_service_and_posts_without_a_person(self) -> None:
        effect = a_clean_cut()
        assert effect.outcome == "complete" and effect.counts_as_complete
        assert effect.account_effect == "STOP_NONPAY"
        assert effect.valve_state == "OFF_LOCKED"
        assert effect.reviews == ()
        assert [(one.digits, one.read_type) for one in effect.readings] == [("001447", "A")]
        assert [one.code for one in effect.fees] == ["SHUTOFF_FEE"]
        assert effect.cut == "CLEARED"

    def test_a_cut_without_clearance_is_a_fact_never_done_and_charges_nothing(self) -> None:
        effect = a_clean_cut(cleared="NONE")
        assert effect.cut == "UNCLEARED"
        assert not effect.counts_as_complete
        assert effect.valve_state == "OFF_LOCKED"
        assert (effect.account_effect, effect.fees) == ("NONE", ())
        assert "UNCLEARED" in codes(effect)

    @pytest.mark.parametrize(
        ("cleared", "known_before", "judged"),
        [
            ("OFFLINE", False, "CROSSED"),
            ("OFFLINE", True, "CROSSED"),
            ("CODE", True, "CROSSED"),
            ("ONLINE", False, "CROSSED"),
            ("ONLINE", True, "WRONGFUL"),
            ("NONE", False, "WRONGFUL"),
        ],
    )
    def test_a_cut_after_the_payment_is_restored_first_without_a_fee(
        self, cleared: str, known_before: bool, judged: str
    ) -> None:
        known_at = TEN - timedelta(minutes=1) if known_before else TEN + timedelta(hours=1)
        effect = a_clean_cut(cleared=cleared, paid_at=TEN - timedelta(minutes=2), payment_known_at=known_at)
        assert effect.cut == judged
        assert effect.fees == () and effect.account_effect == "NONE" and not effect.counts_as_complete
        assert [(one.kind, one.priority) for one in effect.follow_ups] == [("RESTORE", 1)]
        assert judged in codes(effect)

    def test_a_payment_after_the_cut_changes_nothing_about_the_cut(self) -> None:
        assert a_clean_cut(paid_at=TEN + timedelta(seconds=1)).cut == "CLEARED"

    def test_a_cut_under_another_name_is_still_a_cut(self) -> None:
        effect = a_clean_cut(disposition="PAID_AT_DOOR", cleared="NONE")
        assert effect.cut == "UNCLEARED"
        assert effect.fees == ()

    def test_a_cut_for_which_nobody_asked_a_clearance_is_uncleared(self) -> None:
        assert a_clean_cut(cleared="NOT_NEEDED").cut == "UNCLEARED"

    def test_a_payment_in_the_same_second_came_before_the_cut(self) -> None:
        assert a_clean_cut(paid_at=TEN, payment_known_at=TEN).cut == "CROSSED"

    def test_paid_at_the_door_leaves_the_water_on_and_charges_the_trip(self) -> None:
        effect = kinds.effect(visit=visit("SHUTOFF_NONPAY", "PAID_AT_DOOR", valve_found="ON", valve_left="ON"))
        assert effect.counts_as_complete and effect.cut is None
        assert [one.code for one in effect.fees] == ["TRIP_FEE"]
        assert effect.account_effect == "NONE"

    def test_illness_told_at_the_door_stops_and_holds(self) -> None:
        effect = kinds.effect(visit=visit("SHUTOFF_NONPAY", "HOLD_MEDICAL_CLAIMED", valve_left="ON"))
        assert effect.outcome == "stop_and_hold"
        assert not effect.counts_as_complete

    @pytest.mark.parametrize(
        ("lacks", "code"),
        [
            ({"readings": ()}, "NO_READ"),
            ({"photos": photos("register", "lock")}, "NO_PHOTO"),
            ({"seal_no": None}, "NO_SEAL"),
            ({"tag_left": False}, "NO_TAG"),
            ({"serial_seen": "61830476"}, "SERIAL_MISMATCH"),
            ({"readings": (read("000012", blocked=True, exceptions=("NEGATIVE",)),)}, "READING"),
        ],
    )
    def test_what_is_missing_waits_for_a_person_and_loses_nothing(self, lacks: dict[str, Any], code: str) -> None:
        effect = a_clean_cut(**lacks)
        assert code in codes(effect)
        assert effect.outcome == "complete" and effect.valve_state == "OFF_LOCKED"


class TestTurnOnAndRestore:
    def test_a_turn_on_starts_service_with_the_initial_reading(self) -> None:
        effect = kinds.effect(visit=visit("TURN_ON", readings=(read("000003", "initial"),), valve_left="ON"))
        assert effect.account_effect == "START_SERVICE"
        assert [(one.digits, one.read_type) for one in effect.readings] == [("000003", "I")]
        assert effect.reviews == ()

    def test_an_open_line_leaves_the_valve_off_with_a_tag_and_no_service(self) -> None:
        facts = {
            "readings": (read("000015", "initial"),),
            "valve_left": "OFF_UNLOCKED",
            "flow_gal": "12",
            "photos": photos("tag"),
        }
        effect = kinds.effect(visit=visit("TURN_ON", "OPEN_LINE", **facts))
        assert (effect.outcome, effect.account_effect, effect.reviews) == ("needs_return", "NONE", ())
        untagged = kinds.effect(visit=visit("TURN_ON", "OPEN_LINE", **{**facts, "photos": photos("site")}))
        assert "NO_PHOTO" in codes(untagged)
        running = kinds.effect(visit=visit("TURN_ON", "OPEN_LINE", **{**facts, "valve_left": "ON"}))
        assert "VALVE" in codes(running)

    def test_twelve_gallons_into_an_empty_house_are_looked_at(self) -> None:
        facts = {"readings": (read("000003", "initial"),), "valve_left": "ON", "flow_gal": "12.0"}
        assert "OPEN_LINE" in codes(kinds.effect(visit=visit("TURN_ON", **facts)))
        assert codes(kinds.effect(visit=visit("TURN_ON", **facts, adult_present=True))) == set()

    def test_a_restore_after_payment_charges_its_fee_once(self) -> None:
        effect = kinds.effect(
            visit=visit(
                "RESTORE", reason="PAID", readings=(read("001447", "check"),), valve_left="ON", shutoff_digits="001447"
            )
        )
        assert effect.account_effect == "RESTORE_SERVICE" and effect.reviews == ()
        assert [one.event_key for one in effect.fees] == ["order-617455:RESTORE_FEE"]

    @pytest.mark.parametrize("reason", ["CROSSED", "WRONGFUL", "UTILITY_ERROR"])
    def test_a_restore_that_we_owe_is_free(self, reason: str) -> None:
        effect = kinds.effect(
            visit=visit("RESTORE", reason=reason, readings=(read("001447", "check"),), valve_left="ON")
        )
        assert effect.fees == ()

    def test_water_used_while_off_opens_a_tamper_check(self) -> None:
        effect = kinds.effect(
            visit=visit("RESTORE", readings=(read("001449", "check"),), valve_left="ON", shutoff_digits="001447")
        )
        assert "USAGE_WHILE_OFF" in codes(effect)
        assert [one.kind for one in effect.follow_ups] == ["TAMPER"]


class TestMoveOut:
    def test_a_stop_closes_with_the_final_reading(self) -> None:
        facts = {"readings": (read(),), "photos": photos("register")}
        locked = kinds.effect(visit=visit("SHUTOFF_REQUEST", **facts, valve_left="OFF_LOCKED"))
        assert (locked.account_effect, locked.reviews) == ("STOP_SERVICE", ())
        soft = kinds.effect(visit=visit("SHUTOFF_REQUEST", **facts, valve_left="ON"))
        assert soft.account_effect == "FINAL_BILL"

    def test_a_final_read_without_a_photo_waits(self) -> None:
        effect = kinds.effect(visit=visit("FINAL_READ", readings=(read(),)))
        assert effect.account_effect == "FINAL_BILL" and codes(effect) == {"NO_PHOTO"}

    def test_a_reread_replaces_the_reading(self) -> None:
        effect = kinds.effect(visit=visit("REREAD", readings=(read("001447", "verify"),), photos=photos("register")))
        assert (effect.account_effect, effect.readings[0].read_type) == ("REPLACE_READING", "R")


class TestLeakCheck:
    CUBIC = Register(unit="CF", dials=5, decimals=2)

    def test_the_worked_rate(self) -> None:
        rate = leak_check.rate(register=self.CUBIC, digits_a="00125", digits_b="00160", elapsed_ms=900_000)
        assert (rate.milli_gpm, rate.gallons_per_day, rate.centi_ccf_per_30_days) == (175, 251, 1008)

    def test_twenty_six_gallons_in_thirty_seconds_are_52_gpm(self) -> None:
        gallons = Register(unit="GAL", dials=9)
        rate = leak_check.rate(register=gallons, digits_a="000003252", digits_b="000003278", elapsed_ms=30_000)
        assert rate.gpm == 52

    def test_the_rate_goes_on_through_a_rollover_and_refuses_nonsense(self) -> None:
        assert (
            leak_check.rate(register=self.CUBIC, digits_a="99990", digits_b="00025", elapsed_ms=900_000).milli_gpm
            == 175
        )
        for bad in (("00160", "00125", 900_000), ("00125", "00160", 0), ("125", "00160", 900_000)):
            with pytest.raises(ValueError, match=r"below|later|fit"):
                leak_check.rate(register=self.CUBIC, digits_a=bad[0], digits_b=bad[1], elapsed_ms=bad[2])

    @pytest.mark.parametrize(
        ("tests", "moving", "place"),
        [
            ({}, False, "NONE"),
            ({"dye_in_bowl": 1}, False, "INSIDE"),
            ({"house_valve": "moving"}, True, "SERVICE_LINE"),
            ({"house_valve": "stopped"}, True, "INSIDE"),
            ({"house_valve": "moving", "irrigation": "stopped"}, True, "IRRIGATION"),
            ({"utility_side_wet": True}, True, "UTILITY_SIDE"),
            ({}, True, None),
        ],
    )
    def test_the_valves_tell_the_place(self, tests: dict[str, Any], moving: bool, place: str | None) -> None:
        test = LeakTest(digits_a="00125", at_a=TEN, digits_b="00160", at_b=TEN + timedelta(minutes=15), **tests)
        assert leak_check.where(test=test, moving=moving) == place

    def leak(self, disposition: str, minutes: int = 15, digits_b: str = "00160", **tests: Any) -> Effect:
        test = LeakTest(digits_a="00125", at_a=TEN, digits_b=digits_b, at_b=TEN + timedelta(minutes=minutes), **tests)
        return kinds.effect(
            visit=visit(
                "LEAK_CHECK", disposition, readings=(read("00125", "check"),), leak_test=test, register=self.CUBIC
            )
        )

    def test_a_found_leak_carries_its_rate(self) -> None:
        effect = self.leak("LEAK_CUSTOMER", house_valve="stopped")
        assert effect.reviews == ()
        assert effect.facts["gpm"] == "0.175" and effect.facts["where"] == "INSIDE"
        assert effect.facts["ccf_per_30_days"] == "10.08"

    def test_tests_that_contradict_the_word_are_looked_at(self) -> None:
        assert codes(self.leak("NO_LEAK", house_valve="moving")) == {"CONTRADICTION"}
        assert codes(self.leak("LEAK_CUSTOMER", digits_b="00125")) == {"CONTRADICTION"}
        assert codes(self.leak("LEAK_CUSTOMER", minutes=10, house_valve="moving")) == {"SHORT_TEST"}
        assert codes(self.leak("LEAK_CUSTOMER", digits_b="00100")) == {"BAD_TEST"}

    def test_a_leak_on_our_side_opens_the_repair(self) -> None:
        effect = kinds.effect(visit=visit("LEAK_CHECK", "LEAK_UTILITY", photos=photos("leak")))
        assert [one.kind for one in effect.follow_ups] == ["MAIN_LEAK"]


class TestCatalogue:
    def test_every_kind_of_the_house_is_there(self) -> None:
        assert set(kinds.catalogue()) == ALL_KINDS

    @pytest.mark.parametrize("code", sorted(ALL_KINDS))
    def test_each_row_is_whole(self, code: str) -> None:
        kind = kinds.get(code=code)
        row = kinds.as_json(kind=kind)
        assert row["name_en"] and row["name_es"] and row["symbol"]
        assert 0 <= kind.priority < len(PRIORITY_VALUES) and kind.minutes > 0 and kind.people in (1, 2)
        assert kind.reasons and len(kind.steps) >= 3
        assert len({step.id for step in kind.steps}) == len(kind.steps)
        assert len(set(kind.dispositions)) == len(kind.dispositions)
        for step in row["steps"]:
            assert step["title_en"] and step["title_es"] and step["short_en"] and step["short_es"]
        assert any(one["counts_as_complete"] for one in row["dispositions"])
        if kind.public_code is not None:
            assert kind.public_code in ALL_KINDS

    def test_a_shutoff_has_the_six_steps_of_its_form(self) -> None:
        labels = [step.short_en for step in kinds.get(code="SHUTOFF_NONPAY").steps]
        assert labels == ["Meter", "Hazards", "Reading", "Knock", "Shut, lock", "Tag, photo"]

    def test_every_disposition_is_used_and_leads_somewhere_known(self) -> None:
        used = {code for kind in kinds.catalogue().values() for code in kind.dispositions}
        assert used == set(dispositions.TABLE)
        field_actions = {action for _, action, side in lifecycle.ALLOWED if side == "field"}
        for row in dispositions.TABLE.values():
            assert row.outcome in field_actions
            assert row.follow_up_kind is None or row.follow_up_kind in ALL_KINDS
            assert row.name_en and row.name_es

    def test_every_fee_of_a_visit_has_a_line_in_every_schedule(self) -> None:
        charged = {row.fee_code for row in dispositions.TABLE.values() if row.fee_code}
        charged |= {"SHUTOFF_FEE", "RESTORE_FEE", "ACCOUNT_FEE"}
        for name in loader.names():
            assert charged <= {line.code for line in loader.load(code=name).schedule}

    def test_no_access_never_counts_as_done(self) -> None:
        for code in dispositions.NO_ACCESS:
            assert dispositions.TABLE[code].outcome == "no_access"
            assert not dispositions.TABLE[code].counts_as_complete

    def test_a_disposition_of_another_kind_is_refused(self) -> None:
        with pytest.raises(ValueError, match="FINAL_READ cannot end as 'OPEN_LINE'"):
            kinds.effect(visit=visit("FINAL_READ", "OPEN_LINE"))
        with pytest.raises(ValueError, match="not in the catalogue"):
            kinds.effect(visit=visit("DIG_A_HOLE"))


@given(st.data())
def test_any_visit_of_any_kind_has_an_effect_and_its_facts_survive(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(ALL_KINDS)))
    disposition = data.draw(st.sampled_from(kinds.get(code=code).dispositions))
    roles = st.sampled_from(["final", "initial", "check", "leak_a", "leak_b", "verify"])
    facts = visit(
        code,
        disposition,
        readings=tuple(read(f"{n:06d}", role) for n, role in enumerate(data.draw(st.lists(roles, max_size=3)))),
        photos=photos(*data.draw(st.lists(st.sampled_from(["register", "lock", "tag", "site"]), max_size=4))),
        valve_found=data.draw(st.sampled_from([None, "ON", "OFF_LOCKED", "UNKNOWN"])),
        valve_left=data.draw(st.sampled_from([None, "ON", "OFF_LOCKED", "OFF_UNLOCKED"])),
        cleared=data.draw(st.sampled_from(["NOT_NEEDED", "ONLINE", "OFFLINE", "CODE", "NONE"])),
        paid_at=data.draw(st.sampled_from([None, TEN - timedelta(hours=1), TEN + timedelta(hours=1)])),
        flow_gal=data.draw(st.sampled_from([None, "0", "12", "many"])),
    )
    effect = kinds.effect(visit=facts)
    assert len(effect.readings) == len(facts.readings)
    assert effect.valve_state == (facts.valve_left or facts.valve_found)
    if effect.outcome in ("no_access", "needs_return", "call_off", "recall_ack"):
        assert effect.account_effect == "NONE" and not effect.counts_as_complete
    if effect.cut is not None and effect.cut != "CLEARED":
        assert effect.fees == () and effect.reviews and not effect.counts_as_complete
    if effect.account_effect == "STOP_NONPAY":
        assert effect.cut == "CLEARED"
