"""Makes the cases on which Python and TypeScript must agree: question and Python's answer, from a seed.

    python -m tests.vectors.make --cases 50000 --out DIR [--seed N]

Numbers that may pass 2**53 are written as text. Each line of a file is one case, so that a difference is easy to read.
"""

import argparse
import base64
import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from dispatch.meters import units, validation
from dispatch.meters.units import Register
from dispatch.meters.validation import Expected, PreviousRead, Use
from dispatch.orders.kinds import leak_check
from dispatch.policies import clearances

SEED = 20260825
COMMITTED = 2000
HERE = Path(__file__).parent
FIRST_DAY = date(2023, 1, 1)
USUAL = {
    "today_on": None,
    "has_account": True,
    "serial_matches": True,
    "ami_digits": None,
    "estimated": False,
    "estimates_before": 0,
}
"""Parts of a question that are left out when they say nothing."""


def register(dice: random.Random) -> Register:
    dials = dice.choice([4, 5, 6, 6, 6, 7, 8, 9])
    return Register(
        unit=dice.choice(["CCF", "CCF", "CF", "GAL", "GAL", "TGAL"]),
        dials=dials,
        fixed_zeros=dice.choice([0, 0, 0, 1, 2]),
        decimals=dice.choice([0, 0, 0, 1, 2]),
        multiplier=dice.choice(["1", "1", "1", "10", "100", "0.1", "2.5"]),
    )


def expected(dice: random.Random, steps_per_day: float, of: Register) -> Expected | None:
    if dice.random() < 0.1:
        return None
    usual = max(0, units.uccf_of_steps(register=of, steps=round(steps_per_day * 1000)) // 1000)
    return Expected(
        usual_per_day=usual,
        low_per_day=units.round_half_up(2 * usual, dice.choice([3, 4])),
        high_per_day=units.round_half_up(4 * usual, dice.choice([2, 3])),
        basis="season",
    )


def typed(dice: random.Random, of: Register, number: int) -> str:
    """Digits as a hand types them: mostly right, sometimes swapped, off by one digit, doubled or nonsense."""
    digits = f"{number % of.rollover:0{of.dials}d}"
    slip = dice.random()
    at = dice.randrange(of.dials)
    if slip < 0.62:
        return digits
    if slip < 0.76 and at + 1 < of.dials:
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if slip < 0.92:
        return digits[:at] + dice.choice("0123456789") + digits[at + 1 :]
    return dice.choice(
        ["", digits[1:], digits + "0", digits[:-1] + "x", "0" * of.dials, " " * of.dials, "-" + digits[1:]]
    )


def reading_case(dice: random.Random) -> dict[str, Any]:
    of = register(dice)
    days = dice.choice([0, 1, 28, 30, 31, 59, 60, 61, 62, 62, 63, 120, -3])
    last = dice.choice([dice.randrange(of.rollover), of.rollover - 1 - dice.randrange(min(of.rollover, 300)), 0])
    usual_steps = dice.choice([0, 3, 18, 18, 40, 250, of.rollover // 60])
    used = max(0, round(usual_steps * dice.choice([0, 0.1, 0.25, 0.5, 1, 1, 1, 1.3, 2, 2.1, 4, 9])))
    read_on = FIRST_DAY + timedelta(days=dice.randrange(900))
    question = {
        "register": of,
        "previous": None
        if dice.random() < 0.04
        else PreviousRead(digits=f"{last:0{of.dials}d}", read_on=read_on - timedelta(days=days)),
        "digits": typed(dice, of, last + used - (dice.random() < 0.05) * dice.randrange(1, 900)),
        "read_on": read_on,
        "expected": expected(dice, usual_steps / 62, of),
        "active": dice.random() < 0.85,
        "zero_confirmed": dice.random() < 0.3,
        "today_on": dice.choice([None, read_on, read_on + timedelta(days=1), read_on - timedelta(days=1)]),
        "has_account": dice.random() < 0.95,
        "serial_matches": dice.random() < 0.96,
        "ami_digits": dice.choice([None, None, None, f"{(last + used) % of.rollover:0{of.dials}d}", "12"]),
        "estimated": dice.random() < 0.05,
        "estimates_before": dice.randrange(4),
    }
    answer = validation.judge_reading(**question)  # type: ignore[arg-type]
    slip = answer.likely_slip
    asked = {name: value for name, value in question.items() if value != USUAL.get(name, question)}
    return {
        "ask": plain({**asked, "register": register_row(of)}),
        # An array, in the order that the TypeScript test builds: it keeps the committed file small.
        "answer": plain(
            [
                answer.steps,
                answer.uccf,
                answer.days,
                None if answer.usage is None else decimal_text(answer.usage),
                list(answer.exceptions),
                answer.blocked,
                answer.must_confirm,
                None if slip is None else [slip.kind, slip.digits, slip.uccf],
                answer.low_uccf,
                answer.high_uccf,
                answer.low_digits,
                answer.high_digits,
            ]
        ),
    }


def register_row(of: Register) -> list[Any]:
    return [of.unit, of.dials, of.fixed_zeros, of.decimals, of.multiplier]


def expectation_case(dice: random.Random) -> dict[str, Any]:
    of = register(dice)
    number, on = dice.randrange(of.rollover), FIRST_DAY
    reads: list[tuple[date, str]] = []
    for _ in range(dice.choice([0, 1, 2, 3, 6, 13, 19])):
        reads.append((on, typed(dice, of, number)))
        number += dice.randrange(60)
        on += timedelta(days=dice.choice([0, 30, 59, 61, 61, 62]))
    class_average = dice.choice([None, None, 250_000])
    uses: tuple[Use, ...] = validation.uses(register=of, reads=reads)
    days = dice.choice([30, 61, 62])
    on += timedelta(days=dice.randrange(70))
    found = validation.expected_range(history=uses, on=on, days=days, class_average_per_day=class_average)
    return {
        "ask": plain(
            {
                "register": register_row(of),
                "reads": [list(one) for one in reads],
                "on": on,
                "days": days,
                "class": class_average,
            }
        ),
        "answer": plain({"uses": [vars(use) for use in uses], "expected": None if found is None else vars(found)}),
    }


def leak_case(dice: random.Random) -> dict[str, Any]:
    of = register(dice)
    first, moved = dice.randrange(of.rollover), dice.randrange(min(of.rollover // 2, 5000))
    elapsed_ms = dice.choice([30_000, 900_000, 1_800_000, dice.randrange(1, 4_000_000)])
    digits = [f"{one % of.rollover:0{of.dials}d}" for one in (first, first + moved)]
    rate = leak_check.rate(register=of, digits_a=digits[0], digits_b=digits[1], elapsed_ms=elapsed_ms)
    return {
        "ask": plain(
            {"register": register_row(of), "digits_a": digits[0], "digits_b": digits[1], "elapsed_ms": elapsed_ms}
        ),
        "answer": {"gpm": f"{rate.gpm:.3f}", "gallons_per_day": str(rate.gallons_per_day), "moved": moved > 0},
    }


def code_case(dice: random.Random) -> dict[str, Any]:
    secret, noise = dice.randbytes(32), dice.randbytes(4)
    number = str(dice.randrange(100_000, 1_000_000))
    challenge = clearances.challenge(random=noise)
    code = clearances.code(device_secret=secret, order_number=number, challenge=challenge)
    shown = f"{number[:3]} {number[3:]}" if dice.random() < 0.5 else number
    return {
        "ask": {"secret": urlsafe(secret), "random": list(noise), "order_number": shown},
        "answer": {"challenge": challenge, "code": code},
    }


def clearance_case(dice: random.Random, keys: clearances.KeyPair, other: clearances.KeyPair) -> dict[str, Any]:
    """ECDSA signatures differ from run to run, so these cases are made when the test runs and not committed."""
    at = datetime(2025, 8, 25, 15, tzinfo=UTC) + timedelta(seconds=dice.randrange(86_400))
    granted = clearances.grant(
        order_id=dice.randrange(1, 10_000), device_id=f"tablet-{dice.randrange(9)}", at=at, rules_hash="ab", jti="j"
    )
    signer = keys if dice.random() < 0.8 else other
    token = clearances.sign(clearance=granted, private_pem=signer.private_pem)
    if dice.random() < 0.2:
        at_sign = dice.randrange(len(token))
        token = token[:at_sign] + dice.choice("ABCxyz019-_.") + token[at_sign + 1 :]
    now = at + timedelta(seconds=dice.choice([0, 1, 60, 1799, 1800, 1801, 7200]))
    order_id = granted.order_id + (dice.random() < 0.15)
    device_id = granted.device_id if dice.random() < 0.85 else "tablet-x"
    try:
        clearances.verify(token=token, public_pem=keys.public_pem, at=now, order_id=order_id, device_id=device_id)
        answer = "valid"
    except clearances.ClearanceRefused as refused:
        answer = refused.why
    return {
        "ask": {
            "token": token,
            "now_ms": int(now.timestamp() * 1000),
            "order_id": order_id,
            "device_id": device_id,
            "key": keys.public_jwk,
        },
        "answer": answer,
    }


SORTS: dict[str, tuple[Callable[[random.Random], dict[str, Any]], int]] = {
    # name: (maker, one committed case stands for so many)
    "readings": (reading_case, 1),
    "expectations": (expectation_case, 4),
    "leaks": (leak_case, 4),
    "codes": (code_case, 8),
}


def plain(value: Any) -> Any:
    """JSON values: days as ISO text, big numbers as text, records as objects."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10_000 else str(value)
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return {name: plain(one) for name, one in vars(value).items()}


def decimal_text(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def lines(*, sort: str, cases: int, seed: int) -> str:
    """The text of one file: a JSON array with one case a line."""
    maker, _ = SORTS[sort]
    dice = random.Random(f"{seed}-{sort}")
    made = (json.dumps(maker(dice), separators=(",", ":"), ensure_ascii=False) for _ in range(cases))
    return "[\n" + ",\n".join(made) + "\n]\n"


def write(*, out: Path, cases: int, seed: int = SEED, with_clearances: bool = False) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for sort, (_, share) in SORTS.items():
        (out / f"{sort}.json").write_text(lines(sort=sort, cases=cases // share, seed=seed))
    if with_clearances:
        dice, keys, other = random.Random(seed), clearances.new_keypair(), clearances.new_keypair()
        made = [json.dumps(clearance_case(dice, keys, other)) for _ in range(max(1, cases // 25))]
        (out / "clearances.json").write_text("[\n" + ",\n".join(made) + "\n]\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the cases shared by Python and TypeScript.")
    parser.add_argument("--cases", type=int, default=COMMITTED)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=HERE)
    chosen = parser.parse_args()
    write(out=chosen.out, cases=chosen.cases, seed=chosen.seed)


if __name__ == "__main__":
    main()
