"""What a meter's readings say on the card: the usual range of a bill, and what is out of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dispatch.meters import units, validation

MANY_ESTIMATES = 2


@dataclass(frozen=True, kw_only=True)
class Read:
    """One posted reading of the register."""

    read_on: date
    read_type: str
    digits: str


@dataclass(frozen=True, kw_only=True)
class UseFacts:
    """Usual range of the newest bill in CCF as text, and one sentence when something is odd."""

    low: str | None = None
    high: str | None = None
    alert_en: str | None = None
    alert_es: str | None = None


def judge(*, register: units.Register, newest_first: Sequence[Read]) -> UseFacts:
    """The range is what the periods before the newest one make usual for its days and season."""
    oldest_first = sorted(newest_first, key=lambda read: read.read_on)
    uses = validation.uses(register=register, reads=[(read.read_on, read.digits) for read in oldest_first])
    estimates = 0
    for read in reversed(oldest_first):
        if read.read_type != "E":
            break
        estimates += 1
    if len(uses) < 2:
        return _told(None, None, None, estimates)
    *before, newest = uses
    expected = validation.expected_range(history=before, on=newest.to_on, days=newest.days)
    if expected is None:
        return _told(None, None, newest.uccf, estimates)
    return _told(expected.low_per_day * newest.days, expected.high_per_day * newest.days, newest.uccf, estimates)


def ccf_text(uccf: int) -> str:
    """CCF to a tenth, without an idle ".0": "12", "3.5"."""
    tenths = units.round_half_up(uccf * 10, units.UCCF)
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _told(low: int | None, high: int | None, newest: int | None, estimates: int) -> UseFacts:
    english, spanish = None, None
    if estimates >= MANY_ESTIMATES:
        english = f"{estimates} estimates in a row: the register needs to be read"
        spanish = f"{estimates} estimaciones seguidas: hay que leer el registro"
    elif newest == 0 and low:
        english = "No use on the newest bill; the meter may have stopped"
        spanish = "Sin consumo en la última factura; el medidor puede estar parado"
    elif newest is not None and high is not None and low is not None and newest > high:
        english = f"High use: {ccf_text(newest)} CCF, usual {ccf_text(low)} to {ccf_text(high)}"
        spanish = f"Consumo alto: {ccf_text(newest)} CCF, lo usual {ccf_text(low)} a {ccf_text(high)}"
    return UseFacts(
        low=None if low is None else ccf_text(low), high=None if high is None else ccf_text(high),
        alert_en=english, alert_es=spanish,
    )  # fmt: skip
