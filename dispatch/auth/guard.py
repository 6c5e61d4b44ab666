"""Who is asking, and may they? Deny by default."""

import hmac
from dataclasses import dataclass

from flask import current_app, g, request

from dispatch import clock, errors
from dispatch.auth import permissions, queries, tokens
from dispatch.transaction import Actor, reading

COOKIE = "curbstop_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class NoSession(errors.Refusal):
    """Nobody is logged in, or the session has ended."""

    code = "no_session"
    status = 401


class NotPermitted(errors.Refusal):
    """The role may not do this."""

    code = "not_permitted"
    status = 403


class ForgedRequest(errors.Refusal):
    """The request does not carry the session's token."""

    code = "csrf"
    status = 403


@dataclass(frozen=True)
class Caller:
    """The person behind a request."""

    id: int
    login: str
    name: str
    role: str
    language: str
    session_id: int | None
    csrf_token: str
    device_id: str | None


def check(*, needs: str, csrf: bool = True, by_token: bool = False) -> None:
    """Let the request pass or refuse it. `by_token`: a program may come with a person's access token."""
    g.caller = None
    if needs == "public":
        return
    header = request.headers.get("Authorization", "")
    found = _caller_by_token(header) if by_token and tokens.sent(header) else _caller()
    if found is None:
        raise NoSession(
            "Log in first.",
            reasons=[
                errors.Reason(
                    "no_session",
                    "Log in to go on. Nothing you typed is lost.",
                    "Inicie sesión para seguir. No se pierde nada de lo escrito.",
                )
            ],
        )
    # A bearer token is never sent by a browser on its own, so only cookie sessions can be ridden by another site.
    if csrf and found.session_id is not None and request.method not in _SAFE:
        sent = request.headers.get("X-CSRF-Token", "")
        if not hmac.compare_digest(sent.encode(), found.csrf_token.encode()):
            raise ForgedRequest("The request does not carry this session's token. Load the page again.")
    if needs != "any" and not permissions.allowed(role=found.role, action=needs):
        raise NotPermitted(
            f"The role {found.role} may not do this ({needs}).",
            reasons=[
                errors.Reason(
                    "not_permitted",
                    f"Your role ({found.role}) may not do this ({needs}).",
                    f"Su función ({found.role}) no permite esto ({needs}).",
                )
            ],
        )
    g.caller = found


def _caller() -> Caller | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        with reading() as session:
            device = queries.find_device(session, token=header[7:])
            if device is None:
                return None
            row, person = device
            return Caller(person.id, person.login, person.name, person.role, person.language, None, "", row.id)
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with reading() as session:
        found = queries.find_session(session, token=token, now=clock.now())
        if found is None:
            return None
        auth, person = found
        return Caller(
            person.id, person.login, person.name, person.role, person.language, auth.id, auth.csrf_token, None
        )


def _caller_by_token(header: str) -> Caller | None:
    limit = current_app.extensions["curbstop_login_limit"]
    with reading() as session:
        one = tokens.find_person(session, header=header, now=clock.now(), count_try=limit.check)
        return None if one is None else Caller(one.id, one.login, one.name, one.role, one.language, None, "", None)


def person() -> Caller:
    """The caller of this request."""
    caller: Caller | None = g.get("caller")
    if caller is None:
        raise NoSession("Log in first.")
    return caller


def device_id() -> str | None:
    """The device that asks, when it is one."""
    return person().device_id


def actor() -> Actor:
    """The caller as the journal names it."""
    caller = person()
    return Actor(f"{caller.name} ({caller.login})", person_id=caller.id, role=caller.role, device_id=caller.device_id)


def may(action: str) -> bool:
    """True when the caller's role may do this."""
    return permissions.allowed(role=person().role, action=action)
