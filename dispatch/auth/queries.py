"""Looking up people, sessions and devices."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.auth import models


def digest(token: str) -> str:
    """What is stored of a token: never the token itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_person(session: Session, *, login: str) -> models.Person | None:
    return session.execute(
        select(models.Person).where(models.Person.login == login.strip().lower())
    ).scalar_one_or_none()


def find_session(session: Session, *, token: str, now: datetime) -> tuple[models.AuthSession, models.Person] | None:
    """The session behind a cookie, if it is in force and its person is active."""
    row = session.execute(
        select(models.AuthSession, models.Person)
        .join(models.Person, models.Person.id == models.AuthSession.person_id)
        .where(
            models.AuthSession.token_hash == digest(token),
            models.AuthSession.ended_at.is_(None),
            models.AuthSession.expires_at > now,
            models.Person.active.is_(True),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_device(session: Session, *, token: str) -> tuple[models.Device, models.Person] | None:
    """The device behind a bearer token, if it was not locked out."""
    row = session.execute(
        select(models.Device, models.Person)
        .join(models.Person, models.Person.id == models.Device.person_id)
        .where(
            models.Device.token_hash == digest(token),
            models.Device.revoked_at.is_(None),
            models.Person.active.is_(True),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def find_token(session: Session, *, token_id: int, now: datetime) -> tuple[models.AccessToken, models.Person] | None:
    """An access token in force and its person, if both may still be used. Its secret is not checked here."""
    row = session.execute(
        select(models.AccessToken, models.Person)
        .join(models.Person, models.Person.id == models.AccessToken.person_id)
        .where(
            models.AccessToken.id == token_id,
            models.AccessToken.revoked_at.is_(None),
            models.AccessToken.expires_at > now,
            models.Person.active.is_(True),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def tokens_of(session: Session, *, person_id: int) -> Sequence[models.AccessToken]:
    """A person's access tokens that were not taken back, the newest first."""
    token = models.AccessToken
    found = select(token).where(token.person_id == person_id, token.revoked_at.is_(None)).order_by(token.id.desc())
    return session.execute(found).scalars().all()


def get_device(session: Session, device_id: str) -> models.Device | None:
    return session.get(models.Device, device_id)


def names(session: Session, person_ids: set[int]) -> dict[int, str]:
    """Person id -> name."""
    if not person_ids:
        return {}
    rows = session.execute(select(models.Person.id, models.Person.name).where(models.Person.id.in_(person_ids)))
    return {row[0]: row[1] for row in rows}
