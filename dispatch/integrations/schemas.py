"""Shapes of access tokens on the wire."""

from pydantic import Field

from dispatch.auth import tokens
from dispatch.wire import Instant, Line, Wire


class TokenIn(Wire):
    """A token for one program: a name to know it by, and how long it lasts."""

    name: Line = Field(min_length=1)
    days: int = Field(default=90, ge=1, le=tokens.LONGEST_DAYS)


class TokenRow(Wire):
    id: int
    name: str
    made_at: Instant
    expires_at: Instant


class TokenList(Wire):
    """The caller's tokens, and the address that a GIS program opens."""

    tokens: list[TokenRow]
    login: str
    address: str


class TokenOut(Wire):
    """A new token. `token` is shown this once."""

    token: str
    row: TokenRow
