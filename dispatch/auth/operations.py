"""Login, logout, people and devices."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import argon2

from dispatch import errors
from dispatch.auth import events, models, queries
from dispatch.transaction import Tx

SESSION_HOURS = 12
_hasher = argon2.PasswordHasher()
# Checked when the login is unknown, so that the answer takes as long as with a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


class LoginRefused(errors.Refusal):
    """Wrong login or password; which of the two is not said."""

    code = "login_refused"
    status = 401


class DeviceTaken(errors.Refusal):
    """The device id belongs to another person."""

    code = "device_taken"
    status = 409


class LoginTaken(errors.Refusal):
    """A person with this login exists."""

    code = "login_taken"
    status = 409


@dataclass(frozen=True)
class Opened:
    """A new session: `token` goes into the cookie and is kept nowhere else."""

    token: str
    row: models.AuthSession
    person: models.Person


def hash_password(password: str) -> str:
    """argon2id hash of a password."""
    return _hasher.hash(password)


def add_person(tx: Tx, *, login: str, name: str, role: str, password: str, language: str = "en") -> models.Person:
    """Add a person who can log in."""
    if len(password) < 10:
        raise errors.Refusal("The password is too short: take ten characters or more.")
    if queries.find_person(tx.session, login=login):
        raise LoginTaken(f"The login {login} is taken.")
    person = models.Person(
        login=login.strip().lower(), name=name, role=role, language=language, password_hash=hash_password(password)
    )
    tx.session.add(person)
    tx.session.flush()
    tx.record(events.PersonAdded(person_id=person.id))
    return person


def log_in(tx: Tx, *, login: str, password: str) -> Opened:
    """Check the password and open a session."""
    person = queries.find_person(tx.session, login=login)
    try:
        _hasher.verify(person.password_hash if person else _NOBODY, password)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        person = None
    if person is None or not person.active:
        raise LoginRefused(
            "Login or password is not right.",
            reasons=[
                errors.Reason(
                    "login_refused", "Login or password is not right.", "El usuario o la contraseña no coincide."
                )
            ],
        )
    token = secrets.token_urlsafe(32)
    row = models.AuthSession(
        token_hash=queries.digest(token),
        csrf_token=secrets.token_urlsafe(24),
        person_id=person.id,
        created_at=tx.now,
        expires_at=tx.now + timedelta(hours=SESSION_HOURS),
    )
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.LoggedIn(person_id=person.id))
    return Opened(token, row, person)


def log_out(tx: Tx, *, session_id: int) -> None:
    """End a session at once."""
    row = tx.session.get(models.AuthSession, session_id)
    if row is not None and row.ended_at is None:
        row.ended_at = tx.now
        tx.record(events.LoggedOut(person_id=row.person_id))


def set_language(tx: Tx, *, person_id: int, language: str) -> None:
    """Keep the language that a person chose."""
    person = tx.session.get(models.Person, person_id)
    if person is not None:
        person.language = language


def enrol_device(tx: Tx, *, person_id: int, device_id: str, name: str) -> tuple[models.Device, str]:
    """Enrol a tablet, or give its new token when the same person logs in on it again. Answers device and token."""
    token = secrets.token_urlsafe(32)
    device = tx.session.get(models.Device, device_id)
    if device is not None and device.person_id != person_id:
        raise DeviceTaken(
            "This tablet belongs to another login.",
            reasons=[
                errors.Reason(
                    "device_taken",
                    "This tablet belongs to another login. The office can release it.",
                    "Esta tableta está a nombre de otra persona. La oficina puede liberarla.",
                )
            ],
        )
    if device is None:
        device = models.Device(
            id=device_id,
            person_id=person_id,
            name=name,
            token_hash=queries.digest(token),
            code_secret=secrets.token_urlsafe(32),
            enrolled_at=tx.now,
        )
        tx.session.add(device)
        tx.record(events.DeviceEnrolled(person_id=person_id, device_id=device_id))
    else:
        if device.revoked_at is not None:
            raise DeviceTaken("This tablet was locked out by the office.")
        device.token_hash, device.name = queries.digest(token), name
    return device, token
