"""What a GIS program asks, read strictly: a parameter that is unknown or cannot be read is refused by its name."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dispatch import errors, wire

MOST_ITEMS = 5000
USUAL_ITEMS = 500
MOST_OFFSET = 2**31 - 1
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SYSTEMS = (
    CRS84,
    "http://www.opengis.net/def/crs/EPSG/0/4326",
    "http://www.opengis.net/def/crs/EPSG/0/3857",
)
"""Reference systems that answers and boxes may be in; rows are kept in the first."""

ITEMS = frozenset(
    {"f", "lang", "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "sortby", "properties", "skipGeometry",
     "resulttype"}
)  # fmt: skip
ITEM = frozenset({"f", "lang", "crs"})
DOCUMENT = frozenset({"f", "lang"})


class BadQuestion(errors.Malformed):
    """A parameter is unknown or cannot be read."""

    code = "InvalidParameterValue"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Instants from and to, both included; None is open."""

    from_at: datetime | None
    to_at: datetime | None


def check(asked: Mapping[str, str], *, known: Iterable[str], filters: Iterable[str] = ()) -> None:
    """Refuses with BadQuestion what no answer can be given to. `filters`: fields of the collection."""
    allowed = {*known, *filters}
    for name, value in asked.items():
        if name not in allowed:
            raise BadQuestion(
                f"There is no parameter {wire.kept(name)[:60]!r} here; there are: {', '.join(sorted(allowed))}."
            )
        if wire.unkept(value) or len(value) > 2000:
            raise BadQuestion(f"{name}: the value holds characters that are none, or is too long.")
    if asked.get("f", "json") not in ("json", "geojson"):
        raise BadQuestion("f: answers are given as json only.")
    if "limit" in asked:
        _whole("limit", asked["limit"], least=1)
    if "offset" in asked:
        _whole("offset", asked["offset"], least=0)
    if "bbox" in asked:
        _box(asked["bbox"], in_degrees=asked.get("bbox-crs", CRS84) != SYSTEMS[2])
    elif "bbox-crs" in asked:
        raise BadQuestion("bbox-crs: there is no bbox beside it.")
    for name in ("crs", "bbox-crs"):
        if asked.get(name, CRS84) not in SYSTEMS:
            raise BadQuestion(f"{name}: only these are known: {', '.join(SYSTEMS)}.")
    if "datetime" in asked:
        interval(asked["datetime"])
    if asked.get("resulttype", "results") not in ("results", "hits"):
        raise BadQuestion("resulttype reads results or hits.")
    if asked.get("skipGeometry", "false").lower() not in ("true", "false"):
        raise BadQuestion("skipGeometry reads true or false.")
    if "sortby" in asked and not all(part.strip("+- ") for part in asked["sortby"].split(",")):
        raise BadQuestion("sortby reads names of fields parted by commas, such as due_on,-number.")


def interval(text: str) -> Interval:
    """ "2026-08-25", "2026-08-25T07:00:00Z", "2026-08-01/..", "../2026-08-25": a whole day where only a day is named."""
    parts = text.split("/")
    if len(parts) == 1:
        return Interval(from_at=_instant(text, end=False), to_at=_instant(text, end=True))
    if len(parts) != 2:
        raise BadQuestion("datetime reads one instant, or two parted by a slash.")
    start, end = (part.strip() for part in parts)
    from_at = None if start in ("", "..") else _instant(start, end=False)
    to_at = None if end in ("", "..") else _instant(end, end=True)
    if from_at and to_at and from_at > to_at:
        raise BadQuestion("datetime: the second instant lies before the first.")
    return Interval(from_at=from_at, to_at=to_at)


def value_of(name: str, text: str, *, type_: str, format_: str | None) -> Any:
    """A filter's value in the type of its field."""
    try:
        if type_ == "integer":
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                raise ValueError
            return int(text)
        if type_ == "number":
            number = float(text)
            if not math.isfinite(number):
                raise ValueError
            return number
        if format_ == "date":
            return date.fromisoformat(text)
        if format_ == "date-time":
            return _instant(text, end=False)
    except (ValueError, OverflowError):
        raise BadQuestion(f"{name}: {text[:60]!r} is no {format_ or type_}.") from None
    return text


def _instant(text: str, *, end: bool) -> datetime:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
            return day + timedelta(days=1) - timedelta(microseconds=1) if end else day
        # A plus sign of an offset arrives as a blank where the caller did not escape it.
        found = datetime.fromisoformat(text.replace(" ", "+"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadQuestion(f"datetime: {text[:60]!r} is no day or instant, such as 2026-08-25T07:00:00Z.") from None


def _whole(name: str, text: str, *, least: int) -> None:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= MOST_OFFSET:
        raise BadQuestion(f"{name} reads a whole number from {least} on.")


def _box(text: str, *, in_degrees: bool) -> None:
    words = "bbox reads four numbers, WEST,SOUTH,EAST,NORTH (or six, with heights)."
    try:
        edges = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadQuestion(words) from None
    if len(edges) not in (4, 6) or not all(math.isfinite(edge) for edge in edges):
        raise BadQuestion(words)
    half = len(edges) // 2
    if edges[0] > edges[half] or edges[1] > edges[half + 1]:
        raise BadQuestion("bbox: the first corner must lie south and west of the second.")
    most = 360.0 if in_degrees else 3e7
    if any(abs(edge) > most for edge in (*edges[:2], *edges[half : half + 2])):
        raise BadQuestion("bbox: a corner lies outside the world.")
