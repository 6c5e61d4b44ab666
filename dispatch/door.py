"""Login, session and devices over HTTP. It stands above the slices, because a session tells of the whole utility."""

import re

from flask import Response, current_app, request

from dispatch import clock, errors, transaction
from dispatch.auth import guard, operations, permissions, schemas
from dispatch.config import Settings
from dispatch.endpoint import endpoint
from dispatch.policies import clearances
from dispatch.policies import queries as policies
from dispatch.sync import models as sync_models
from maps import stores

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class BadDevice(errors.Refusal):
    """The device id is no UUID."""

    code = "bad_device"


def _settings() -> Settings:
    found: Settings = current_app.extensions["curbstop_settings"]
    return found


def _utility() -> schemas.Utility:
    with transaction.reading() as session:
        utility = policies.get_utility(session)
        pack = policies.rules(session)
        calendar = pack.calendar
        now = clock.now()
        today = calendar.day_of(now)
        hours = calendar.office_hours(today)
        district = session.get(stores.District, utility.district_id) if utility.district_id else None
        bounds = (utility.yard_lon - 0.03, utility.yard_lat - 0.03, utility.yard_lon + 0.03, utility.yard_lat + 0.03)
        if district is not None and None not in (
            district.min_lon,
            district.min_lat,
            district.max_lon,
            district.max_lat,
        ):
            bounds = (district.min_lon, district.min_lat, district.max_lon, district.max_lat)  # type: ignore[assignment]
        return schemas.Utility(
            name=utility.name,
            agency_type=pack.agency_type,
            time_zone=utility.time_zone,
            today=today.isoformat(),
            office_phone=utility.office_phone,
            office_hours=f"{hours[0]:%H:%M}-{hours[1]:%H:%M}" if hours else "",
            office_open=calendar.is_open(now),
            demo=utility.demo,
            district=district.code if district else "",
            bounds=bounds,
            yard=(utility.yard_lon, utility.yard_lat),
            last_shutoff=utility.last_shutoff,
        )


def _answer(person: guard.Caller | schemas.Person, csrf_token: str) -> schemas.SessionOut:
    return schemas.SessionOut(
        person=schemas.Person.model_validate(
            {
                "id": person.id,
                "login": person.login,
                "name": person.name,
                "role": person.role,
                "language": person.language,
            }
        ),
        permissions=permissions.of(person.role),
        csrf_token=csrf_token,
        utility=_utility(),
        server_at=clock.now(),
    )


@endpoint("POST", "/session", needs="public", body=schemas.LoginIn, answer=schemas.SessionOut)
def log_in(body: schemas.LoginIn) -> Response:
    """Log in: answers who you are and what you may do, and sets the session's cookie."""
    current_app.extensions["curbstop_login_limit"].check(body.login.strip().lower())
    with transaction.transaction(actor=transaction.Actor(f"login {body.login[:60]}")) as tx:
        opened = operations.log_in(tx, login=body.login, password=body.password)
        person = schemas.Person.model_validate(
            {
                "id": opened.person.id,
                "login": opened.person.login,
                "name": opened.person.name,
                "role": opened.person.role,
                "language": opened.person.language,
            }
        )
        csrf_token = opened.row.csrf_token
    response = Response(_answer(person, csrf_token).model_dump_json(), mimetype="application/json")
    response.set_cookie(
        guard.COOKIE,
        opened.token,
        max_age=operations.SESSION_HOURS * 3600,
        httponly=True,
        secure=_settings().secure_cookies or request.is_secure,
        samesite="Lax",
        path="/",
    )
    return response


@endpoint("GET", "/session", needs="any", answer=schemas.SessionOut)
def get_session() -> schemas.SessionOut:
    """Who is logged in."""
    person = guard.person()
    return _answer(person, person.csrf_token)


@endpoint("DELETE", "/session", needs="any")
def log_out() -> Response:
    """End the session at once."""
    person = guard.person()
    if person.session_id is not None:
        with transaction.transaction(actor=guard.actor()) as tx:
            operations.log_out(tx, session_id=person.session_id)
    response = Response(status=204)
    response.delete_cookie(guard.COOKIE, path="/")
    return response


@endpoint("PUT", "/session/language", needs="any", body=schemas.LanguageIn, answer=schemas.SessionOut)
def set_language(body: schemas.LanguageIn) -> schemas.SessionOut:
    """Keep the language of the screens."""
    person = guard.person()
    with transaction.transaction(actor=guard.actor()) as tx:
        operations.set_language(tx, person_id=person.id, language=body.language)
    changed = schemas.Person.model_validate(
        {"id": person.id, "login": person.login, "name": person.name, "role": person.role, "language": body.language}
    )
    return _answer(changed, person.csrf_token)


@endpoint("POST", "/devices", needs="field.work", body=schemas.DeviceIn, answer=schemas.DeviceOut)
def enrol_device(body: schemas.DeviceIn) -> schemas.DeviceOut:
    """Enrol a tablet for the technician who is logged in."""
    if not _UUID.match(body.device_id):
        raise BadDevice(
            "The device id is not a UUID.",
            reasons=[
                errors.Reason(
                    "bad_device", "The device id must be a UUID.", "El identificador debe ser un UUID.", "device_id"
                )
            ],
        )
    with transaction.transaction(actor=guard.actor()) as tx:
        device, token = operations.enrol_device(
            tx, person_id=guard.person().id, device_id=body.device_id, name=body.name
        )
        log = tx.session.get(sync_models.DeviceLog, device.id)
        utility = policies.get_utility(tx.session)
        return schemas.DeviceOut(
            device_id=device.id,
            token=token,
            code_secret=device.code_secret,
            clearance_key=clearances.keypair(private_pem=utility.clearance_key_pem).public_jwk,
            last_seq=log.last_seq if log else 0,
        )
