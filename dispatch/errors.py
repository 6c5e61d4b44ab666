"""How the house says no: a refusal carries a code, an HTTP status and all of its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason, in both languages; `field` names the place in the input, `rule_id` the rule, where there is one."""

    code: str
    text_en: str
    text_es: str
    field: str | None = None
    rule_id: str | None = None


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Base of every expected refusal. Subclasses stand beside the function that raises them."""

    code = "refused"
    status = 422

    def __init__(self, message: str, *, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)


class NotFound(Refusal):
    """The thing asked for is not there (or may not be seen by this person)."""

    code = "not_found"
    status = 404


class Stale(Refusal):
    """The caller saw an older version than the one in force."""

    code = "stale_version"
    status = 409


class Malformed(Refusal):
    """The input cannot be read."""

    code = "malformed"
    status = 400
