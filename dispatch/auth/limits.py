"""How often a login may be tried."""

import structlog
from limits import RateLimitItemPerMinute, storage, strategies

from dispatch import errors

_log = structlog.get_logger()


class TooMany(errors.Refusal):
    """Too many tries in a minute."""

    code = "too_many"
    status = 429


class LoginLimit:
    """Tries of one login name in a moving minute, counted where every web process sees it (the bus).

    Args:
        redis_url: address of the bus; empty counts in this process alone (tests).
        per_minute: tries allowed.
    """

    def __init__(self, *, redis_url: str, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._here = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
        self._shared = None
        if redis_url:
            # The storage wants its own spelling of a socket address.
            address = redis_url.replace("unix://", "redis+unix://", 1)
            self._shared = strategies.FixedWindowRateLimiter(storage.storage_from_string(address))

    def check(self, name: str) -> None:
        """Count a try; refuses when there were too many. With the bus away each process counts for itself."""
        try:
            passed = self._shared.hit(self._item, "login", name) if self._shared else None
        except Exception as fault:  # the client's faults have no common base across its storages
            _log.warning("tries are counted in each process alone", fault=type(fault).__name__)
            passed = None
        if passed is None:
            passed = self._here.hit(self._item, "login", name)
        if not passed:
            raise TooMany(
                "Too many tries. Wait a minute, then try again.",
                reasons=[
                    errors.Reason(
                        "too_many",
                        "Too many tries. Wait a minute, then try again.",
                        "Demasiados intentos. Espere un minuto y vuelva a intentar.",
                    )
                ],
            )
