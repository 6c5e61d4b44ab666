"""Laws about the code: what a sentence in the plan cannot enforce, these do."""

import re
from pathlib import Path

import pytest
from flask import Flask

from dispatch import endpoint
from dispatch.auth import permissions
from dispatch.journal.events import Event
from dispatch.orders import kinds
from tests import given

ROOT = Path(__file__).parent.parent.parent
PUBLIC = {"/session", "/openapi.json", "/healthz", "/readyz"}
CODE = [path for top in ("dispatch", "maps", "tasks") for path in sorted((ROOT / top).rglob("*.py"))]


def test_every_route_names_a_permission_of_the_table_and_public_ones_are_named_here(app: Flask) -> None:
    for one in endpoint.ENDPOINTS:
        if one.needs == "public":
            assert one.path in PUBLIC, f"{one.method} {one.path} is open to the world"
        elif one.needs != "any":
            assert one.needs in permissions.TABLE, f"{one.method} {one.path} needs {one.needs}, which no role has"


def test_no_route_of_the_api_stands_outside_the_table_of_endpoints(app: Flask) -> None:
    declared = {re.sub(r"<[^>]+>", "<>", one.path) for one in endpoint.ENDPOINTS}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "<>", str(rule))
        if path.startswith("/api/"):
            assert path.removeprefix("/api/v1") in declared


@pytest.mark.parametrize("role", permissions.ROLES)
def test_each_role_gets_exactly_what_the_table_gives(app: Flask, role: str) -> None:
    caller = given.logged_in(app, role=role)
    for one in endpoint.ENDPOINTS:
        if one.method != "GET" or "<" in one.path or one.needs in ("public", "any") or "stream" in one.path:
            continue
        status = caller.get(one.path).status_code
        if permissions.allowed(role=role, action=one.needs):
            assert status not in (401, 403), f"{role} should see {one.path}"
        else:
            assert status == 403, f"{role} must not see {one.path} ({status})"


def test_without_a_session_every_route_but_the_public_ones_says_401(app: Flask) -> None:
    client = app.test_client()
    for one in endpoint.ENDPOINTS:
        if one.needs == "public":
            continue
        path = re.sub(r"<int:[^>]+>", "1", one.path)
        path = re.sub(r"<[^>]+>", "x", path)
        base = path if path.startswith("/tiles") else "/api/v1" + path
        assert client.open(base, method=one.method).status_code == 401, f"{one.method} {path}"


def test_a_change_without_the_sessions_token_is_refused(app: Flask) -> None:
    rep = given.logged_in(app, role="csr")
    home = given.a_home()
    answer = rep.client.post("/api/v1/orders", json={"kind": "LEAK_CHECK", "premise_id": home.premise_id})
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "csrf"


def test_every_kind_has_both_languages_a_letter_and_a_form() -> None:
    for kind in kinds.catalogue().values():
        row = kinds.as_json(kind=kind)
        assert row["name_en"]
        assert row["name_es"]
        assert re.fullmatch(r"[A-Z]", row["letter"])
        assert row["steps"]
        assert row["dispositions"]


def test_only_the_transaction_commits() -> None:
    for path in CODE:
        if path.name in ("transaction.py", "cli.py") or "migrations" in path.parts or "demo" in path.parts:
            continue
        text = path.read_text()
        if path.parts[-2] in ("commands", "db"):
            continue
        assert ".commit(" not in text, f"{path.relative_to(ROOT)} commits; only dispatch/transaction.py may"


def test_only_the_clock_reads_the_time() -> None:
    allowed = {"clock.py"}
    for path in CODE:
        if path.name in allowed or path.parts[-2] == "commands":  # commands show the operator their own clock
            continue
        assert not re.search(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(", path.read_text()), path


def test_every_event_has_a_reaction_or_is_silent(app: Flask) -> None:
    from tasks import reactions

    known = set(reactions.REACTIONS) | set(reactions.SILENT)
    named = {event if isinstance(event, str) else event.__name__ for event in known}
    mine = {name for name, event in Event.registry.items() if event.__module__.startswith("dispatch.")}
    assert mine <= named, f"events without a line in tasks/reactions.py: {sorted(mine - named)}"


def test_the_front_ends_api_description_is_the_servers(app: Flask) -> None:
    import json

    written = json.loads((ROOT / "pwa" / "openapi.json").read_text())
    assert written == json.loads(json.dumps(endpoint.openapi())), (
        "run `curbstop openapi pwa/openapi.json`, then `npm run api-types` in pwa"
    )


def test_no_lock_file_names_a_download_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "pwa/package-lock.json"):
        text = (ROOT / name).read_text()
        assert "resolved" not in text
        assert not re.search(r"https?://(files|registry)\.", text)
