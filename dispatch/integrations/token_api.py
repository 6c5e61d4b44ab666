"""Access tokens over HTTP: each person makes and takes back their own, from a screen and never by a token."""

from flask import request

from dispatch import errors
from dispatch.auth import guard, models, queries, tokens
from dispatch.endpoint import endpoint
from dispatch.integrations import schemas
from dispatch.transaction import reading, transaction


class OnlyFromScreen(errors.Refusal):
    """Tokens are made by people who are logged in, not by devices."""

    code = "only_from_screen"
    status = 403


def _person_at_a_screen() -> int:
    person = guard.person()
    if person.session_id is None:
        raise OnlyFromScreen("Log in at a screen to make or take back access tokens.")
    return person.id


def _row(row: models.AccessToken) -> schemas.TokenRow:
    return schemas.TokenRow(id=row.id, name=row.name, made_at=row.made_at, expires_at=row.expires_at)


@endpoint("GET", "/access-tokens", needs="gis.read", answer=schemas.TokenList)
def list_tokens() -> schemas.TokenList:
    """Your access tokens, and the address of the feature service."""
    with reading() as session:
        rows = [_row(row) for row in queries.tokens_of(session, person_id=guard.person().id)]
    return schemas.TokenList(tokens=rows, login=guard.person().login, address=f"{request.url_root}api/v1/ogc")


@endpoint("POST", "/access-tokens", needs="gis.read", body=schemas.TokenIn, answer=schemas.TokenOut, status=201)
def make_token(body: schemas.TokenIn) -> schemas.TokenOut:
    """Make an access token for a GIS program. It is told once."""
    with transaction(actor=guard.actor()) as tx:
        made = tokens.make(tx, person_id=_person_at_a_screen(), name=body.name, days=body.days)
        row = _row(made.row)
    return schemas.TokenOut(token=made.text, row=row)


@endpoint("DELETE", "/access-tokens/<int:token_id>", needs="gis.read")
def revoke_token(token_id: int) -> None:
    """Take back an access token: the program that has it is shut out at once."""
    with transaction(actor=guard.actor()) as tx:
        tokens.revoke(tx, person_id=_person_at_a_screen(), token_id=token_id)
