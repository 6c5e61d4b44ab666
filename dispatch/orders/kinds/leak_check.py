"""Leak check (high bill): two readings with all water off give the rate, the valves tell the place.

rate = (reading B - reading A) / (time B - time A). 7.48052 gallons a cubic foot. Still moving with the house valve shut
means the line between meter and house; stopped means inside; stopped by the irrigation valve means irrigation.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from dispatch.meters import units
from dispatch.meters.units import Register
from dispatch.orders.kinds import dispositions, effects, steps
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import LeakTest, VisitFacts

MIN_TEST_S = 15 * 60
Where = Literal["NONE", "INSIDE", "IRRIGATION", "SERVICE_LINE", "UTILITY_SIDE"]


@dataclass(frozen=True, kw_only=True)
class LeakRate:
    """A steady flow: thousandths of a gallon a minute, whole gallons a day, hundredths of a CCF in 30 days."""

    milli_gpm: int
    gallons_per_day: int
    centi_ccf_per_30_days: int

    @property
    def gpm(self) -> Decimal:
        return Decimal(self.milli_gpm) / 1000


def rate(*, register: Register, digits_a: str, digits_b: str, elapsed_ms: int) -> LeakRate:
    """The rate between two readings `elapsed_ms` apart, each number rounded half up from the exact fraction.

    Refuses with ValueError an impossible pair.
    """
    if elapsed_ms <= 0:
        raise ValueError(f"the second reading is {elapsed_ms} ms after the first; it must be later")
    for digits in (digits_a, digits_b):
        if not (digits.isascii() and digits.isdigit() and len(digits) == register.dials):
            raise ValueError(f"reading {digits!r} does not fit a register of {register.dials} digits")
    turned = (int(digits_b) - int(digits_a)) % register.rollover
    if turned * 2 > register.rollover:
        raise ValueError(f"reading {digits_b} is below {digits_a}")
    numerator, denominator = units.step_of(register=register)
    # Thousandths of a gallon in one unit of the register.
    per_unit = {"GAL": 1000, "TGAL": 1_000_000, "CF": 748_052, "CCF": 74_805_200}[register.unit]
    over = {"GAL": 1, "TGAL": 1, "CF": 100, "CCF": 100}[register.unit]
    milligallons, by = turned * numerator * per_unit, denominator * over
    return LeakRate(
        milli_gpm=units.round_half_up(milligallons * 60_000, by * elapsed_ms),
        gallons_per_day=units.round_half_up(milligallons * 86_400, by * elapsed_ms),
        centi_ccf_per_30_days=units.round_half_up(
            milligallons * 86_400_000 * 30 * 100, by * elapsed_ms * units.GAL_MILLI_PER_CCF
        ),
    )


def where(*, test: LeakTest, moving: bool) -> Where | None:
    """Where the leak is, or None when the tests done do not tell. `moving`: the register turned with all water off."""
    if test.utility_side_wet:
        return "UTILITY_SIDE"
    if not moving:
        return "INSIDE" if test.dye_in_bowl else "NONE"
    if test.irrigation == "stopped":
        return "IRRIGATION"
    if test.house_valve == "moving":
        return "SERVICE_LINE"
    if test.house_valve == "stopped" or test.dye_in_bowl:
        return "INSIDE"
    return None


def effect(visit: VisitFacts) -> Effect:
    """No account effect; the leak's rate and place as facts. Tests that contradict the disposition go to review."""
    finding = visit.disposition in ("NO_LEAK", "LEAK_CUSTOMER", "LEAK_UTILITY")
    base = effects.common(visit=visit, requires_read=finding and visit.disposition != "LEAK_UTILITY")
    test = visit.leak_test
    if test is None:
        if visit.disposition in ("NO_LEAK", "LEAK_CUSTOMER"):
            return effects.with_more(base, add_reviews=(effects.reason("NO_TEST", "No leak test", "Sin prueba"),))
        return base
    elapsed_ms = (test.at_b - test.at_a) // timedelta(milliseconds=1)
    seconds = elapsed_ms // 1000
    if visit.register is None:
        return base
    try:
        flow = rate(register=visit.register, digits_a=test.digits_a, digits_b=test.digits_b, elapsed_ms=elapsed_ms)
    except ValueError as error:
        # The tester's numbers stay on file as typed; a person reads them.
        text = str(error)
        return effects.with_more(base, add_reviews=(effects.reason("BAD_TEST", text, f"Prueba dudosa: {text}"),))
    place = where(test=test, moving=flow.milli_gpm > 0)
    odd = []
    if seconds < MIN_TEST_S:
        odd.append(
            effects.reason(
                "SHORT_TEST",
                f"Test of {seconds // 60} min, 15 needed",
                f"Prueba de {seconds // 60} min, se requieren 15",
            )
        )
    if visit.disposition == "NO_LEAK" and place not in ("NONE", None):
        odd.append(
            effects.reason(
                "CONTRADICTION",
                f"No leak told, but the tests say {place}",
                f"Se informó sin fuga, pero las pruebas dicen {place}",
            )
        )
    if visit.disposition == "LEAK_CUSTOMER" and place in ("NONE", "UTILITY_SIDE"):
        odd.append(
            effects.reason(
                "CONTRADICTION",
                f"Customer leak told, but the tests say {place}",
                f"Se informó fuga del cliente, pero las pruebas dicen {place}",
            )
        )
    facts = {
        "gpm": f"{flow.gpm:.3f}",
        "gallons_per_day": flow.gallons_per_day,
        "ccf_per_30_days": f"{Decimal(flow.centi_ccf_per_30_days) / 100:.2f}",
        "where": place,
        "test_s": seconds,
    }
    return effects.with_more(base, facts=facts, add_reviews=odd)


KIND = Kind(
    code="LEAK_CHECK",
    letter="L",
    name_en="Leak check, high bill",
    name_es="Revisión de fuga",
    priority=3,
    minutes=45,
    people=1,
    skills=frozenset({"LEAK_DETECT"}),
    reasons=("HIGH_BILL", "CONTINUOUS_FLOW", "WET_GROUND"),
    steps=(
        steps.meter(),
        steps.hazards(),
        steps.knock(),
        steps.reading(role="check"),
        steps.leak_test(
            min_minutes=15,
            watch_indicator_s=120,
            ask=["house_valve", "irrigation", "dye", "psi_static", "psi_flowing", "utility_side_wet"],
        ),
        steps.photos("leak", required=False),
        steps.note(title_en="Advice given", title_es="Consejo dado"),
    ),
    dispositions=(
        "NO_LEAK", "LEAK_CUSTOMER", "LEAK_UTILITY", *dispositions.METER, *dispositions.COMMON,
    ),
    needs_meter=True,
    someone_home=True,
    read_types={"check": "A", "leak_a": "A", "leak_b": "A"},
    effect=effect,
)  # fmt: skip
