"""Access tokens: how QGIS and other programs come in as a person, without knowing the person's password.

A token is `curb_ID_SECRET`. It is sent as the password of HTTP Basic beside the person's login (what QGIS and GDAL can
do), or as a Bearer token. Only its argon2 hash is kept; it ends on its day, and at once when it is taken back.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import argon2
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.auth import events, models, queries
from dispatch.transaction import Tx

LONGEST_DAYS = 366
MOST = 20
"""Tokens that a person may hold at a time."""
_FORM = re.compile(r"curb_([0-9]{1,9})_([A-Za-z0-9_-]{20,80})")
_hasher = argon2.PasswordHasher()
_NOBODY = _hasher.hash("no token has this secret")

_proven: dict[int, str] = {}
"""Token id -> digest of the secret that matched its hash in this process: a program asks for hundreds of pages, and
argon2 is slow on purpose. Whether the token is still in force is asked of the database each time."""
_MOST_PROVEN = 1000


class TooManyTokens(errors.Refusal):
    """The person holds as many tokens as one may."""

    code = "too_many_tokens"
    status = 409


class NoToken(errors.NotFound):
    """The person has no such token."""

    code = "no_token"


@dataclass(frozen=True)
class Made:
    """A new token: `text` is shown once and kept nowhere."""

    text: str
    row: models.AccessToken


def make(tx: Tx, *, person_id: int, name: str, days: int) -> Made:
    """Make a token for a person that ends after `days` (at most LONGEST_DAYS)."""
    if len(queries.tokens_of(tx.session, person_id=person_id)) >= MOST:
        raise TooManyTokens(f"There are {MOST} access tokens already. Take back one that is no longer used.")
    secret = secrets.token_urlsafe(32)
    row = models.AccessToken(
        person_id=person_id, name=name, secret_hash=_hasher.hash(secret), made_at=tx.now,
        expires_at=tx.now + timedelta(days=min(days, LONGEST_DAYS)),
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.AccessTokenMade(person_id=person_id, token_id=row.id))
    return Made(f"curb_{row.id}_{secret}", row)


def revoke(tx: Tx, *, person_id: int, token_id: int) -> None:
    """Take back a token of this person; the program that has it is shut out at once."""
    row = tx.session.get(models.AccessToken, token_id)
    if row is None or row.person_id != person_id:
        raise NoToken(f"You have no access token {token_id}.")
    if row.revoked_at is None:
        row.revoked_at = tx.now
        tx.record(events.AccessTokenRevoked(person_id=person_id, token_id=token_id))


def sent(header: str) -> bool:
    """True when a request with this Authorization header tries to come in by a token."""
    return header.startswith(("Basic ", "Bearer curb_"))


def find_person(
    session: Session, *, header: str, now: datetime, count_try: Callable[[str], None]
) -> models.Person | None:
    """The person whose token the Authorization header carries. `count_try` counts tries by name, and refuses when there are too
    many; a token that was proven before costs no try."""
    scheme, _, sent_text = header.partition(" ")
    login, text = _basic(sent_text) if scheme == "Basic" else (None, sent_text)
    match = _FORM.fullmatch(text)
    found = queries.find_token(session, token_id=int(match[1]), now=now) if match else None
    if match and found and _proven.get(found[0].id) == queries.digest(match[2]):
        return found[1] if login in (None, found[1].login) else None
    count_try(f"token {login or (match[1] if match else '')}"[:200])
    try:
        _hasher.verify(found[0].secret_hash if found else _NOBODY, match[2] if match else "")
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return None
    if found is None or match is None or login not in (None, found[1].login):
        return None
    if len(_proven) >= _MOST_PROVEN:
        _proven.clear()
    _proven[found[0].id] = queries.digest(match[2])
    return found[1]


def _basic(text: str) -> tuple[str, str]:
    try:
        login, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return login.strip().lower(), password.strip()
