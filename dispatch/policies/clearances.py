"""Clearances for a non-payment shutoff: signed by the server, checked offline by the tablet, and the spoken code.

A clearance is a compact JWS (RFC 7515): base64url header, payload and raw r||s signature of ES256, so that a browser
verifies it with WebCrypto. Its payload holds order_id, device_id, issued_at, expires_at (ISO 8601, UTC), rules_hash and
jti. The spoken code is HMAC-SHA256 over order number and challenge with the device's secret, truncated to six digits
as in HOTP (RFC 4226 §5.3).
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from dispatch.errors import Reason, Refusal

CLEARANCE_MINUTES = 30
CODE_TRIES = 5
CODE_MINUTES = 10
LETTERS = "ACDEFHJKMNPRTUVWXY"
"""Letters of a challenge: none is mistaken for a digit or for another one when read aloud or written."""
DIGITS = "0123456789"
_HEADER = {"alg": "ES256", "typ": "curbstop-clearance"}
_FIELDS = ("order_id", "device_id", "issued_at", "expires_at", "rules_hash", "jti")


class ClearanceRefused(Refusal):
    """The token does not clear this shutoff. `why`: unreadable, forged, expired, early, other_order, other_device."""

    code = "clearance_refused"
    status = 403

    _WORDS = {
        "unreadable": ("The clearance cannot be read", "La autorización no se puede leer"),
        "forged": ("The clearance was not signed by this office", "La autorización no fue firmada por esta oficina"),
        "expired": ("The clearance has expired", "La autorización venció"),
        "early": ("The clearance is from the future", "La autorización es de una hora futura"),
        "other_order": ("The clearance is for another order", "La autorización es de otra orden"),
        "other_device": ("The clearance is for another tablet", "La autorización es de otra tableta"),
    }

    def __init__(self, why: str) -> None:
        english, spanish = self._WORDS[why]
        super().__init__(english, reasons=[Reason(code=why, text_en=english, text_es=spanish, rule_id=None)])
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """What a token says. Instants are UTC, whole seconds."""

    order_id: int
    device_id: str
    issued_at: datetime
    expires_at: datetime
    rules_hash: str
    jti: str


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """A signing key: PEM texts, and the public key as a JWK for browsers."""

    private_pem: str
    public_pem: str
    public_jwk: dict[str, str]


def new_keypair() -> KeyPair:
    """A fresh P-256 key. The private text belongs in the data folder, readable by the server alone."""
    return keypair(private_pem=_private_text(ec.generate_private_key(ec.SECP256R1())))


def keypair(*, private_pem: str) -> KeyPair:
    """The pair that belongs to a private key in PEM. Refuses with ValueError what is not a P-256 private key."""
    key = _private(private_pem)
    public = key.public_key()
    text = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    numbers = public.public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "use": "sig",
        "x": _encode(numbers.x.to_bytes(32, "big")),
        "y": _encode(numbers.y.to_bytes(32, "big")),
    }
    return KeyPair(private_pem=private_pem, public_pem=text, public_jwk=jwk)


def grant(
    *, order_id: int, device_id: str, at: datetime, rules_hash: str, jti: str, minutes: int = CLEARANCE_MINUTES
) -> Clearance:
    """A clearance that begins at `at` (cut to whole seconds) and holds for `minutes`."""
    begins = at.astimezone(UTC).replace(microsecond=0)
    return Clearance(
        order_id=order_id,
        device_id=device_id,
        issued_at=begins,
        expires_at=begins + timedelta(minutes=minutes),
        rules_hash=rules_hash,
        jti=jti,
    )


def sign(*, clearance: Clearance, private_pem: str) -> str:
    """The clearance as a compact JWS."""
    payload = {
        "order_id": clearance.order_id,
        "device_id": clearance.device_id,
        "issued_at": _instant(clearance.issued_at),
        "expires_at": _instant(clearance.expires_at),
        "rules_hash": clearance.rules_hash,
        "jti": clearance.jti,
    }
    body = f"{_encode(_json(_HEADER))}.{_encode(_json(payload))}"
    r, s = decode_dss_signature(_private(private_pem).sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{body}.{_encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def verify(
    *,
    token: str,
    public_pem: str,
    at: datetime,
    order_id: int | None = None,
    device_id: str | None = None,
    skew_s: int = 0,
) -> Clearance:
    """The clearance of a token, if it was signed by this key and holds at `at` for this order and device.

    Refuses with ClearanceRefused. `skew_s` forgives a clock that is behind the server's by so many seconds.
    """
    clearance = read(token=token, public_pem=public_pem)
    if order_id is not None and clearance.order_id != order_id:
        raise ClearanceRefused("other_order")
    if device_id is not None and clearance.device_id != device_id:
        raise ClearanceRefused("other_device")
    if at < clearance.issued_at - timedelta(seconds=skew_s):
        raise ClearanceRefused("early")
    if at >= clearance.expires_at:
        raise ClearanceRefused("expired")
    return clearance


def read(*, token: str, public_pem: str) -> Clearance:
    """The clearance of a token that this key signed, whatever the time. Refuses with ClearanceRefused."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ClearanceRefused("unreadable")
    try:
        header, payload, signature = json.loads(_decode(parts[0])), json.loads(_decode(parts[1])), _decode(parts[2])
    except (ValueError, UnicodeDecodeError, binascii.Error) as error:
        raise ClearanceRefused("unreadable") from error
    if header != _HEADER or len(signature) != 64 or not isinstance(payload, dict):
        raise ClearanceRefused("unreadable")
    public = serialization.load_pem_public_key(public_pem.encode())
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("the public key of the clearances is not an elliptic-curve key")
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public.verify(der, f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ClearanceRefused("forged") from error
    return _clearance(payload)


def challenge(*, random: bytes) -> str:
    """A challenge such as "KD 42" from at least four random bytes (the tablet makes its own in the same way)."""
    if len(random) < 4:
        raise ValueError(f"a challenge needs 4 random bytes, got {len(random)}")
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in random[:2])
    return f"{letters} " + "".join(DIGITS[byte % len(DIGITS)] for byte in random[2:4])


def tidy_challenge(text: str) -> str:
    """A challenge as typed from a phone call in its one form, "KD 42". Refuses with ValueError what cannot be one."""
    bare = "".join(text.split()).upper()
    well_formed = len(bare) == 4 and all(letter in LETTERS for letter in bare[:2])
    if not well_formed or not all(digit in DIGITS for digit in bare[2:]):
        raise ValueError(f"{text!r} is not a check like KD 42: two letters of {LETTERS}, two digits")
    return f"{bare[:2]} {bare[2:]}"


def code(*, device_secret: bytes, order_number: str, challenge: str) -> str:
    """The six digits that answer a challenge for one order on one device.

    Signed is the order number without blanks, a line feed, and the challenge without its blank in capitals.
    """
    message = f"{''.join(order_number.split())}\n{tidy_challenge(challenge).replace(' ', '')}".encode()
    digest = hmac.new(device_secret, message, hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{value % 1_000_000:06d}"


def same_code(*, typed: str, expected: str) -> bool:
    """Compares in constant time; blanks in the typed code do not matter."""
    return hmac.compare_digest("".join(typed.split()), expected)


def code_holds(*, made_at: datetime, at: datetime, tries: int) -> bool:
    """Whether a challenge may still be answered: ten minutes from when it was shown, five tries."""
    return tries < CODE_TRIES and made_at <= at < made_at + timedelta(minutes=CODE_MINUTES)


def _clearance(payload: dict[str, Any]) -> Clearance:
    try:
        if set(payload) != set(_FIELDS) or type(payload["order_id"]) is not int:
            raise ValueError("fields")
        issued_at, expires_at = (datetime.fromisoformat(payload[name]) for name in ("issued_at", "expires_at"))
        if issued_at.tzinfo is None or expires_at.tzinfo is None:
            raise ValueError("zone")
        return Clearance(
            order_id=payload["order_id"],
            device_id=str(payload["device_id"]),
            issued_at=issued_at,
            expires_at=expires_at,
            rules_hash=str(payload["rules_hash"]),
            jti=str(payload["jti"]),
        )
    except (ValueError, TypeError) as error:
        raise ClearanceRefused("unreadable") from error


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("the signing key of the clearances is not a P-256 private key")
    return key


def _private_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    if not text.isascii() or any(sign in text for sign in "+/="):
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
