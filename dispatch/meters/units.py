"""Units of water, in integers, so that Python and TypeScript agree to the last digit.

The common measure is the micro-CCF (µCCF, one millionth of 100 cubic feet). 1 CCF = 748.052 gallons
(7.48052 gallons a cubic foot). Conversions round half up.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

Unit = Literal["GAL", "CF", "CCF", "TGAL"]

UCCF = 1_000_000
GAL_MILLI_PER_CCF = 748_052
"""Thousandths of a gallon in one CCF."""

_UCCF_OF_UNIT: dict[str, tuple[int, int]] = {
    "CCF": (UCCF, 1),
    "CF": (UCCF, 100),
    "GAL": (UCCF * 1000, GAL_MILLI_PER_CCF),
    "TGAL": (UCCF * 1_000_000, GAL_MILLI_PER_CCF),
}


@dataclass(frozen=True, kw_only=True)
class Register:
    """What a register shows. `dials`: live digits that are read, decimal ones included; `decimals`: how many of them
    stand after the point; `fixed_zeros`: painted zeros behind the live digits; `multiplier`: decimal text such as "1"
    or "0.1" (the factor printed on the meter).

    One step (the last live digit by one) is multiplier * 10**fixed_zeros / 10**decimals of the unit.
    """

    unit: Unit
    dials: int
    fixed_zeros: int = 0
    decimals: int = 0
    multiplier: str = "1"

    def __post_init__(self) -> None:
        if self.unit not in _UCCF_OF_UNIT:
            raise ValueError(f"unit {self.unit!r} is not one of {', '.join(_UCCF_OF_UNIT)}")
        if not 1 <= self.dials <= 12:
            raise ValueError(f"a register has 1 to 12 live digits, not {self.dials}")
        if not 0 <= self.decimals <= self.dials or not 0 <= self.fixed_zeros <= 6:
            raise ValueError(
                f"decimals {self.decimals} or fixed zeros {self.fixed_zeros} do not fit {self.dials} digits"
            )
        step_of(register=self)

    @property
    def rollover(self) -> int:
        """Steps of one full turn."""
        return int(10**self.dials)


def step_of(*, register: Register) -> tuple[int, int]:
    """One step in the register's unit, as (numerator, denominator)."""
    try:
        factor = Decimal(register.multiplier)
    except InvalidOperation as error:
        raise ValueError(f"multiplier {register.multiplier!r} is not a decimal number such as 1 or 0.1") from error
    if not factor.is_finite() or factor <= 0:
        raise ValueError(f"multiplier {register.multiplier!r} must be above 0")
    numerator, denominator = factor.as_integer_ratio()
    return numerator * 10**register.fixed_zeros, denominator * 10**register.decimals


def uccf_of_steps(*, register: Register, steps: int) -> int:
    """Steps of a register in µCCF, rounded half up (half away from zero for a negative number)."""
    numerator, denominator = step_of(register=register)
    per_unit, over = _UCCF_OF_UNIT[register.unit]
    return round_half_up(steps * numerator * per_unit, denominator * over)


def steps_of_uccf(*, register: Register, uccf: int) -> int:
    """µCCF in steps of a register, rounded half up."""
    numerator, denominator = step_of(register=register)
    per_unit, over = _UCCF_OF_UNIT[register.unit]
    return round_half_up(uccf * denominator * over, numerator * per_unit)


def usage_of_steps(*, register: Register, steps: int) -> Decimal:
    """Steps in the register's own unit, exact."""
    numerator, denominator = step_of(register=register)
    return Decimal(steps * numerator) / Decimal(denominator)


def ccf(*, uccf: int) -> Decimal:
    """µCCF as CCF, exact."""
    return Decimal(uccf) / UCCF


def gallons_of_uccf(*, uccf: int) -> int:
    """µCCF in whole gallons, rounded half up."""
    return round_half_up(uccf * GAL_MILLI_PER_CCF, UCCF * 1000)


def uccf_of_gallons(*, gallons: int) -> int:
    return round_half_up(gallons * 1000 * UCCF, GAL_MILLI_PER_CCF)


def round_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator (denominator > 0), halves away from zero."""
    if numerator < 0:
        return -round_half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)
