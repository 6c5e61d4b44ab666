"""Kinds of order: one small pure file a kind, and the catalogue that holds them all."""

from types import ModuleType
from typing import Any

from dispatch.orders.kinds import dispositions as endings
from dispatch.orders.kinds import (
    effects,
    endpoint_exchange,
    final_read,
    hydrant_flow_test,
    hydrant_inspect,
    hydrant_meter_move,
    hydrant_meter_read,
    hydrant_meter_remove,
    hydrant_meter_set,
    hydrant_repair,
    leak_check,
    locate_811,
    locate_service,
    low_pressure,
    main_leak,
    meter_exchange,
    notice_visit,
    reread,
    restore,
    shutoff_emergency,
    shutoff_nonpay,
    shutoff_request,
    stopped_meter,
    tamper,
    turn_on,
    valve_operation,
    water_quality,
)
from dispatch.orders.kinds.kind import Effect, Kind
from dispatch.orders.kinds.visit import VisitFacts

_FILES: tuple[ModuleType, ...] = (
    turn_on,
    restore,
    shutoff_nonpay,
    shutoff_request,
    shutoff_emergency,
    final_read,
    reread,
    leak_check,
    stopped_meter,
    meter_exchange,
    endpoint_exchange,
    tamper,
    notice_visit,
    locate_service,
    locate_811,
    hydrant_meter_set,
    hydrant_meter_read,
    hydrant_meter_move,
    hydrant_meter_remove,
    hydrant_inspect,
    hydrant_flow_test,
    hydrant_repair,
    valve_operation,
    main_leak,
    water_quality,
    low_pressure,
)
_CATALOGUE: dict[str, Kind] = {file.KIND.code: file.KIND for file in _FILES}


class UnknownKind(ValueError):  # noqa: N818 - named like the refusals of the house
    """An order names a kind that is not in the catalogue."""


def catalogue() -> dict[str, Kind]:
    """Every kind by its code, in the order of menus (a fresh dict)."""
    return dict(_CATALOGUE)


def get(*, code: str) -> Kind:
    """The kind of that code. Refuses with UnknownKind."""
    if code not in _CATALOGUE:
        raise UnknownKind(f"kind {code!r} is not in the catalogue; known: {', '.join(_CATALOGUE)}")
    return _CATALOGUE[code]


def effect(*, visit: VisitFacts) -> Effect:
    """What follows from the visit, by its kind. Refuses a disposition that is not the kind's (UnknownDisposition)."""
    kind = get(code=visit.kind)
    if visit.disposition not in kind.dispositions:
        raise effects.UnknownDisposition(f"{kind.code} cannot end as {visit.disposition!r}")
    return kind.effect(visit)


def as_json(*, kind: Kind) -> dict[str, Any]:
    """The catalogue row in plain values, for desk and tablet."""
    return {
        "code": kind.code,
        "letter": kind.letter,
        "symbol": kind.symbol,
        "name_en": kind.name_en,
        "name_es": kind.name_es,
        "priority": kind.priority,
        "minutes": kind.minutes,
        "people": kind.people,
        "may_wait": kind.may_wait,
        "skills": sorted(kind.skills),
        "steps": [step.as_json() for step in kind.steps],
        "dispositions": [endings.TABLE[code].as_json() for code in kind.dispositions],
    }
