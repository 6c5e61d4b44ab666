"""Reads rule packs (TOML) into frozen values, and refuses a pack that is incomplete or looser than the law.

A pack is one jurisdiction's file in `packs/`. It names the shared rule files it is made of (`packs/shared/`), the
agency's calendar and its local settings. Local policy may tighten a parameter, never loosen it: each parameter says
which direction is stricter.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from dispatch.policies import calendars, fees

PACKS = Path(__file__).parent / "packs"
GATES = ("block", "warn", "require")
EFFECTS = (*GATES, "fee", "recall", "definition", "report")
Param = int | str | bool | tuple[str, ...]


class PackError(ValueError):
    """A rule pack that cannot be used; the message names file, rule and what to change."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One record of the rule table. `says` maps an outcome to its sentence in English and Spanish."""

    id: str
    version: int
    jurisdiction: str
    agency_types: frozenset[str]
    customer_classes: frozenset[str]
    reasons: frozenset[str]
    kinds: frozenset[str]
    effect: str
    source: str
    title_en: str
    title_es: str
    says: Mapping[str, tuple[str, str]]
    params: Mapping[str, Param]
    stricter: Mapping[str, str]
    effective_from: date
    effective_to: date | None
    override_role: str | None
    at_completion: bool

    @property
    def gates(self) -> bool:
        """Whether the rule can stop work; the others define words, fees, recalls and reports."""
        return self.effect in GATES

    def in_force(self, *, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True, kw_only=True)
class RulePack:
    """The rules of one agency. `rules_hash` names this exact text: it goes into every clearance and snapshot."""

    code: str
    name: str
    version: int
    agency_type: str
    zone: str
    state: str
    rules: tuple[Rule, ...]
    classes: Mapping[str, frozenset[str]]
    schedule: tuple[fees.FeeLine, ...]
    settings: Mapping[str, Param]
    calendar: calendars.Calendar
    rules_hash: str

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def param(self, rule_id: str, name: str, default: Param) -> Param:
        """A parameter of another rule, or the default where this pack does not have that rule."""
        rule = self.rule(rule_id)
        return default if rule is None else rule.params.get(name, default)

    def in_class(self, customer_class: str, group: str) -> bool:
        return customer_class == group or customer_class in self.classes.get(group, frozenset())


@lru_cache(maxsize=16)
def load(*, code: str) -> RulePack:
    """The pack of that code, such as "ca_special_district"."""
    path = PACKS / f"{code}.toml"
    if not path.is_file():
        raise PackError(f"there is no rule pack {code!r}; known packs: {', '.join(names())}")
    return read(path=path)


def names() -> tuple[str, ...]:
    """Codes of all packs that come with the product."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def read(*, path: Path) -> RulePack:
    """A pack from a file. Refuses with PackError: unknown effect, missing language, loosened parameter, double id."""
    text = path.read_bytes()
    data = _toml(path, text)
    digest = hashlib.sha256(text)
    rules: dict[str, Rule] = {}
    for part in data["rules_from"]:
        shared = PACKS / "shared" / f"{part}.toml"
        if not shared.is_file():
            raise PackError(f"{path.name}: rules_from names {part!r}, but {shared.name} does not exist")
        body = shared.read_bytes()
        digest.update(body)
        for record in _toml(shared, body)["rules"]:
            rule = _rule(shared.name, record, agency_type=data["agency_type"])
            if rule.id in rules:
                raise PackError(f"{shared.name}: rule {rule.id} stands twice")
            if data["agency_type"] in rule.agency_types or not rule.agency_types:
                rules[rule.id] = rule
    for rule_id, changes in data.get("local", {}).items():
        if rule_id not in rules:
            raise PackError(f"{path.name}: [local.{rule_id}] changes a rule that this pack does not have")
        rules[rule_id] = _tightened(path.name, rules[rule_id], changes)
    return RulePack(
        code=path.stem,
        name=data["name"],
        version=data["version"],
        agency_type=data["agency_type"],
        zone=data["calendar"]["zone"],
        state=data["calendar"]["state"],
        rules=tuple(rules.values()),
        classes={group: frozenset(members) for group, members in data["classes"].items()},
        schedule=tuple(fees.line(record=record, where=path.name) for record in data.get("fees", [])),
        settings={name: _param(value) for name, value in data.get("settings", {}).items()},
        calendar=_calendar(data["calendar"]),
        rules_hash=digest.hexdigest(),
    )


def _toml(path: Path, text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name} cannot be read: {error}") from error


def _param(value: Any) -> Param:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    assert isinstance(value, int | str | bool)
    return value


def _rule(where: str, record: dict[str, Any], *, agency_type: str) -> Rule:
    here = f"{where}: rule {record.get('id', '(no id)')}"
    missing = {"id", "effect", "source", "title", "jurisdiction"} - record.keys()
    if missing:
        raise PackError(f"{here} lacks {', '.join(sorted(missing))}")
    effect = record.get("effect_for", {}).get(agency_type, record["effect"])
    if effect not in EFFECTS:
        raise PackError(f"{here} has effect {effect!r}; use one of {', '.join(EFFECTS)}")
    says: dict[str, tuple[str, str]] = {}
    for outcome, text in {"title": record["title"], **record.get("says", {})}.items():
        if not text.get("en") or not text.get("es"):
            raise PackError(f"{here}: {outcome} needs both en and es")
        says[outcome] = (text["en"], text["es"])
    title = says.pop("title")
    return Rule(
        id=record["id"],
        version=record.get("version", 1),
        jurisdiction=record["jurisdiction"],
        agency_types=frozenset(record.get("agency_types", [])),
        customer_classes=frozenset(record.get("customer_classes", [])),
        reasons=frozenset(record.get("reasons", [])),
        kinds=frozenset(record.get("kinds", [])),
        effect=effect,
        source=record["source"],
        title_en=title[0],
        title_es=title[1],
        says=says,
        params={name: _param(value) for name, value in record.get("params", {}).items()},
        stricter=record.get("stricter", {}),
        effective_from=record.get("effective_from", date(2000, 1, 1)),
        effective_to=record.get("effective_to"),
        override_role="supervisor" if effect == "warn" else None,
        at_completion=record.get("at_completion", False),
    )


def _tightened(where: str, rule: Rule, changes: dict[str, Any]) -> Rule:
    here = f"{where}: [local.{rule.id}]"
    changes = dict(changes)
    effect = changes.pop("effect", rule.effect)
    if effect != rule.effect and (rule.effect, effect) != ("warn", "block"):
        raise PackError(f"{here}: local policy may turn warn into block, not {rule.effect} into {effect}")
    params = dict(rule.params)
    for name, value in changes.items():
        if name not in params:
            raise PackError(f"{here}: the rule has no parameter {name!r}; it has {', '.join(params) or 'none'}")
        new, old, direction = _param(value), params[name], rule.stricter.get(name)
        if direction == "more" and isinstance(new, int) and isinstance(old, int) and new < old:
            raise PackError(f"{here}: {name} = {new} is looser than {old}; local policy may only tighten")
        if direction == "less" and isinstance(new, int) and isinstance(old, int) and new > old:
            raise PackError(f"{here}: {name} = {new} is looser than {old}; local policy may only tighten")
        if direction == "superset" and not set(_as_words(old)) <= set(_as_words(new)):
            raise PackError(f"{here}: {name} must keep {', '.join(_as_words(old))}")
        params[name] = new
    return Rule(
        **{
            **{name: getattr(rule, name) for name in Rule.__dataclass_fields__},
            "params": params,
            "effect": effect,
            "override_role": "supervisor" if effect == "warn" else None,
        }
    )


def _as_words(value: Param) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _calendar(data: dict[str, Any]) -> calendars.Calendar:
    weekly = [
        None if day not in data["hours"] else (data["hours"][day][0], data["hours"][day][1])
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    ]
    return calendars.build(
        zone=data["zone"], state=data["state"], weekly=weekly, not_observed=data.get("not_observed", [])
    )
