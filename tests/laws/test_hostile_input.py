"""Whatever a caller sends to any route, the answer is a refusal in words: never a fault of ours, never half a row."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from dispatch import endpoint
from dispatch.orders import kinds
from tests import given
from tests.sync.tablet import Tablet, a_shutoff, an_order

LONG = "x" * 70_000
WORDS: tuple[Any, ...] = (
    "", " ", "\x00", "a\x00b", "\ud800", "'; DROP TABLE person; --", "%", "_", "\\", "../../etc/passwd", "<script>alert(1)</script>",
    LONG, "\u202e\u0301", "NaN", "1e400", "-1", "0", "2026-02-30", "9999-12-31", "0001-01-01T00:00:00+14:00", "é" * 300, "{}", "a,b,,c",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *WORDS, None, True, -1, 0, 1, 2**31, 2**31 - 1, 2**63 - 1, 2**63, 10**30, -(2**63) - 1, 1e308, -0.5, 0.1, [], {}, [None], [[]],
    {"a": 1}, [1] * 3000, "9" * 5000,
)  # fmt: skip
ROUNDS = 16
"""Hostile calls for each route and database."""


class Shapes:
    """Values after a JSON schema: one that fits, and copies of it with one place spoiled."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.schemas = endpoint.openapi()["components"]["schemas"]

    def fitting(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        if "$ref" in schema:
            return self.fitting(self.schemas[schema["$ref"].rsplit("/", 1)[1]], name, depth)
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self.fitting(self.rng.choice(schema[word]), name, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.rng.choice(schema["enum"])
        if name == "kind":
            return self.rng.choice(sorted(kinds.catalogue()))
        match schema.get("type"):
            case "object":
                asked = schema.get("required", [])
                return {
                    key: self.fitting(one, key, depth + 1)
                    for key, one in schema.get("properties", {}).items()
                    if key in asked or (depth < 3 and self.rng.random() < 0.6)
                }
            case "array":
                if "prefixItems" in schema:
                    return [self.fitting(one, name, depth + 1) for one in schema["prefixItems"]]
                return [self.fitting(schema.get("items", {}), name, depth + 1) for _ in range(self.rng.randint(0, 2))]
            case "integer":
                return self.rng.choice([1, 1, 2, int(schema.get("minimum", 0)), int(schema.get("maximum", 7))])
            case "number":
                return self.rng.choice([-121.97, 37.53, 1.0, 0.0])
            case "boolean":
                return self.rng.random() < 0.5
            case "null":
                return None
            case "string":
                return self.text(schema, name)
        return self.rng.choice(VALUES)

    def text(self, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") == "date" or name.endswith("_on") or name in ("on", "date"):
            return self.rng.choice(["2026-08-25", "2026-08-26", "1900-01-01", "2999-12-31"])
        if schema.get("format") == "date-time" or name.endswith("_at"):
            return self.rng.choice(["2026-08-25T17:30:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
        if "8-" in str(schema.get("pattern", "")) or "0-9a-f" in str(schema.get("pattern", "")):
            return self.rng.choice(["0190aaaa-0000-7000-8000-000000000001", "ab" * 32])
        return self.rng.choice(["1", "A", "000123", "csr1", "Alder Street", "ca"])

    def spoiled(self, value: Any) -> Any:
        """The value with one place, at any depth, made hostile; or another value altogether."""
        places = list(_places(value, ()))
        where = self.rng.choice(places)
        bad = self.rng.choice(VALUES)
        if not where:
            return bad
        found = copy.deepcopy(value)
        inner = found
        for step in where[:-1]:
            inner = inner[step]
        if isinstance(inner, dict) and self.rng.random() < 0.15:
            inner.pop(where[-1])
            inner[str(self.rng.choice(WORDS))[:50]] = bad
        else:
            inner[where[-1]] = bad
        return found


def _places(value: Any, so_far: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield so_far
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*so_far, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _places(item, (*so_far, at))


def _path(one: endpoint.Endpoint, rng: random.Random) -> str:
    def value(found: re.Match[str]) -> str:
        if found.group().startswith("<int:"):
            return str(rng.choice([1, 1, 1, 2, 0, 10**6, 2**31, 2**63, 10**40]))
        if rng.random() < 0.6:
            return rng.choice(
                [
                    "1",
                    "premise-1",
                    "premise:1",
                    "account-1",
                    "parcel-1",
                    "0190aaaa-0000-7000-8000-000000000001",
                    "617001",
                ]
            )
        text = str(rng.choice(WORDS))[:3000].encode("utf-8", "surrogatepass")
        return quote(text, safe="") or "x"

    path = re.sub(r"<[^>]+>", value, one.path)
    return path if path.startswith(("/tiles", "/healthz", "/readyz")) else "/api/v1" + path


def _query(shapes: Shapes, one: endpoint.Endpoint, rng: random.Random) -> str:
    if one.query is None:
        return urlencode({"x": "1"}) if rng.random() < 0.1 else ""
    asked = shapes.fitting(one.query.model_json_schema() | {"$defs": {}})
    asked = {key: value for key, value in asked.items() if value is not None}
    if rng.random() < 0.8 and asked:
        asked[rng.choice(sorted(asked))] = rng.choice(VALUES)
    return urlencode(
        {key: str(value)[:4000].encode("utf-8", "surrogatepass") for key, value in asked.items() if value is not None}
    )


def _body(shapes: Shapes, one: endpoint.Endpoint, rng: random.Random) -> bytes | None:
    if one.body is None:
        return None if one.method == "GET" else rng.choice([b"", b"{}", b"\xff\xfe", rng.randbytes(40)])
    shape = {"$ref": f"#/components/schemas/{one.body.__name__}"}
    chance = rng.random()
    if chance < 0.06:
        return rng.choice(
            [
                b"",
                b"{",
                b"[" * 200_000,
                b"\xff\xfe\x00",
                b'{"a":NaN}',
                b'{"a":1e999}',
                b"null",
                b"[]",
                b'"text"',
                b"9" * 9000,
            ]
        )
    value = shapes.fitting(shape)
    return json.dumps(value if chance < 0.3 else shapes.spoiled(value)).encode()


@pytest.mark.timeout(300)
def test_no_input_brings_any_route_to_a_fault(app: Flask) -> None:
    home = given.a_home()
    tablet = Tablet(app, given.a_crew())
    callers = {role: given.logged_in(app, role=role) for role in ("admin", "supervisor", "csr_senior", "dispatcher")}
    opened = given.logged_in(app, role="csr").post("/orders", {"kind": "LEAK_CHECK", "premise_id": home.premise_id})
    assert opened.status_code in (200, 201, 422)
    rng = random.Random(20_260_825)
    shapes = Shapes(rng)
    faults = []
    for one in endpoint.ENDPOINTS:
        if "stream" in one.path or (one.path == "/session" and one.method == "DELETE"):
            continue
        for _ in range(ROUNDS):
            caller = rng.choice([who for role, who in callers.items() if _may(role, one)] or list(callers.values()))
            client = app.test_client() if one.needs.startswith("field") else caller.client
            headers = tablet.headers if one.needs.startswith("field") else caller.headers
            path, asked, body = _path(one, rng), _query(shapes, one, rng), _body(shapes, one, rng)
            answer = client.open(
                f"{path}?{asked}" if asked else path, method=one.method, data=body,
                headers={**headers, "Content-Type": "application/json"},
            )  # fmt: skip
            if answer.status_code >= 500:
                faults.append(f"{one.method} {path[:200]}?{asked[:200]} {answer.status_code} {(body or b'')[:400]!r}")
            elif answer.status_code >= 400 and one.method != "HEAD":
                said = answer.get_json(silent=True)
                assert said is not None, f"{one.method} {path[:200]} answered {answer.status_code} without words"
                assert said["code"], said
                assert said["message"], said
            answer.close()
    assert not faults, "\n".join(faults[:20]) + f"\n({len(faults)} in all)"


def test_a_tablet_that_talks_nonsense_is_answered_operation_by_operation(app: Flask) -> None:
    tablet, rng = Tablet(app, given.a_crew()), random.Random(7)
    home = given.a_home()
    order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=tablet.crew.crew_id)
    shapes = Shapes(rng)
    sound = 0
    for _ in range(40):
        ops = [
            one
            if rng.random() < 0.3
            else spoiled
            if isinstance(spoiled := shapes.spoiled(one), dict)
            else {"a": spoiled}
            for one in a_shutoff(tablet, order, home)
        ]
        answer = app.test_client().post(
            "/api/v1/field/operations", data=json.dumps({"operations": ops, "not_sent": 0}),
            headers={**tablet.headers, "Content-Type": "application/json"},
        )  # fmt: skip
        assert answer.status_code == 200, (answer.text[:500], str(ops)[:2000])
        given_back = answer.get_json()["receipts"]
        assert len(given_back) == len(ops)
        assert all(one["answer"] != "retry" for one in given_back)
        sound += sum(one["answer"] != "malformed" for one in given_back)
    page = tablet.get(f"/field/receipts?device={tablet.device_id}").get_json()
    numbers = [one["receipt"] for one in page["receipts"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sound > 40


def _may(role: str, one: endpoint.Endpoint) -> bool:
    from dispatch.auth import permissions

    return one.needs in ("public", "any") or permissions.allowed(role=role, action=one.needs)
