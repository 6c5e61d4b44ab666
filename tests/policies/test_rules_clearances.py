"""The clearance of a shutoff and the code read out over the phone."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.policies import clearances

NINE = datetime(2025, 8, 25, 16, 2, 30, 250_000, tzinfo=UTC)
KEYS = clearances.new_keypair()
OTHER_KEYS = clearances.new_keypair()
SECRET = bytes(range(32))


def token(**changes: object) -> str:
    granted = clearances.grant(
        **{
            "order_id": 617455,
            "device_id": "tablet-4",
            "at": NINE,
            "rules_hash": "ab" * 32,
            "jti": "0198e1f0-0000-7000-8000-000000000001",
            **changes,
        }  # type: ignore[arg-type]
    )
    return clearances.sign(clearance=granted, private_pem=KEYS.private_pem)


def why(text: str, **changes: object) -> str:
    with pytest.raises(clearances.ClearanceRefused) as refused:
        clearances.verify(**{"token": text, "public_pem": KEYS.public_pem, "at": NINE, **changes})  # type: ignore[arg-type]
    assert refused.value.reasons[0].text_es
    return refused.value.why


def test_a_clearance_holds_for_its_order_and_tablet_for_thirty_minutes() -> None:
    held = clearances.verify(
        token=token(),
        public_pem=KEYS.public_pem,
        at=NINE + timedelta(minutes=29),
        order_id=617455,
        device_id="tablet-4",
    )
    assert held.expires_at - held.issued_at == timedelta(minutes=30)
    assert why(token(), at=NINE + timedelta(minutes=30)) == "expired"
    assert why(token(), at=held.expires_at) == "expired"
    last = held.expires_at - timedelta(microseconds=1)
    assert clearances.verify(token=token(), public_pem=KEYS.public_pem, at=last) == held
    assert why(token(), at=NINE - timedelta(seconds=2)) == "early"


def test_no_other_order_and_no_other_tablet_may_use_it() -> None:
    assert why(token(), order_id=617456) == "other_order"
    assert why(token(), device_id="tablet-5") == "other_device"


def test_a_forged_clearance_is_refused() -> None:
    assert why(token(), public_pem=OTHER_KEYS.public_pem) == "forged"
    head, body, signature = token().split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    payload["expires_at"] = "2035-01-01T00:00:00Z"
    changed = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    assert why(f"{head}.{changed}.{signature}") == "forged"


def test_a_token_that_names_no_algorithm_is_refused() -> None:
    _, body, signature = token().split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"curbstop-clearance"}').rstrip(b"=").decode()
    assert why(f"{unsigned}.{body}.") == "unreadable"
    assert why(f"{unsigned}.{body}.{signature}") == "unreadable"


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_any_rubbish_is_unreadable(text: str) -> None:
    assert why(text) == "unreadable"


def test_the_signature_is_raw_so_that_a_browser_can_check_it() -> None:
    signature = token().split(".")[2]
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64
    assert KEYS.public_jwk["crv"] == "P-256"
    assert clearances.keypair(private_pem=KEYS.private_pem).public_jwk == KEYS.public_jwk


def test_the_code_is_for_one_order_one_challenge_one_tablet() -> None:
    code = clearances.code(device_secret=SECRET, order_number="617 455", challenge="kd42")
    assert len(code) == 6 and code.isdigit()
    assert code == clearances.code(device_secret=SECRET, order_number="617455", challenge="KD 42")
    assert code != clearances.code(device_secret=SECRET, order_number="617456", challenge="KD 42")
    assert code != clearances.code(device_secret=SECRET, order_number="617455", challenge="KD 43")
    assert code != clearances.code(device_secret=bytes(32), order_number="617455", challenge="KD 42")
    assert clearances.same_code(typed=f"{code[:3]} {code[3:]}", expected=code)
    assert not clearances.same_code(typed="000000" if code != "000000" else "000001", expected=code)


@pytest.mark.parametrize(
    ("order_number", "challenge", "code"),
    [
        ("617455", "KD 42", "093252"),
        ("617456", "KD 42", "548387"),
        ("617455", "WA 07", "525990"),
        ("618204", "XY 99", "588526"),
    ],
)
def test_codes_worked_out_apart_with_the_truncation_of_rfc_4226(order_number: str, challenge: str, code: str) -> None:
    assert clearances.code(device_secret=SECRET, order_number=order_number, challenge=challenge) == code


def test_a_code_holds_for_five_tries_and_ten_minutes() -> None:
    assert clearances.code_holds(made_at=NINE, at=NINE + timedelta(minutes=9, seconds=59), tries=4)
    assert not clearances.code_holds(made_at=NINE, at=NINE + timedelta(minutes=10), tries=0)
    assert not clearances.code_holds(made_at=NINE, at=NINE, tries=5)


@given(st.binary(min_size=4, max_size=8))
def test_a_challenge_reads_back_as_typed(random: bytes) -> None:
    shown = clearances.challenge(random=random)
    assert clearances.tidy_challenge(shown.lower().replace(" ", "")) == shown


@pytest.mark.parametrize("typed", ["", "KD 4", "K0 42", "KD 4B", "IO 42", "KDD 42", "KD  ４２"])
def test_a_challenge_that_cannot_be_is_explained(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a check like KD 42"):
        clearances.tidy_challenge(typed)
