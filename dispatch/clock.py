"""The only place that reads the time. Everything below an edge takes the instant as an argument.

`CURBSTOP_CLOCK="2026-08-25T06:30:00-07:00 from 1764000000.0 times 60"` runs the whole house on another clock: at the
UNIX second after `from` it was the first instant, and it goes `times` as fast. Demo data and rehearsed days use it
(a shutoff may not be rehearsed on a Sunday); a real installation never sets it.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

VARIABLE = "CURBSTOP_CLOCK"


@lru_cache(maxsize=8)
def _parse(text: str) -> tuple[datetime, float, float]:
    try:
        start_text, _, anchor_text, _, rate_text = text.split()
        start = datetime.fromisoformat(start_text)
        if start.tzinfo is None:
            raise ValueError("the instant needs an offset")
        return start.astimezone(UTC), float(anchor_text), float(rate_text)
    except ValueError as fault:
        raise ValueError(f'{VARIABLE} reads "INSTANT from UNIX_SECONDS times RATE", not {text!r} ({fault})') from fault


def now() -> datetime:
    """The present instant, UTC."""
    text = os.environ.get(VARIABLE)
    if not text:
        return datetime.now(UTC)
    start, anchor_s, rate = _parse(text)
    return start + timedelta(seconds=(time.time() - anchor_s) * rate)


def rate() -> float:
    """How many seconds of the house pass in one real second (1.0 on the real clock)."""
    text = os.environ.get(VARIABLE)
    return _parse(text)[2] if text else 1.0


def setting(*, start: datetime, times: float = 1.0) -> str:
    """The value of `CURBSTOP_CLOCK` for a clock that shows `start` at this moment."""
    return f"{start.isoformat()} from {time.time():.3f} times {times:g}"


def today(zone: ZoneInfo) -> date:
    """The present day in the utility's zone."""
    return now().astimezone(zone).date()
