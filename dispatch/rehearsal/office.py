"""An office desk that works through the public HTTP API, as a browser would: cookie, token, JSON."""

from __future__ import annotations

import http.cookiejar
import json
import time
import urllib.error
import urllib.request
from typing import Any

TRIES = 4


class Refused(Exception):  # noqa: N818 - an answer of the house, not a fault
    """The house said no; `codes` are its reasons."""

    def __init__(self, *, path: str, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{path}: HTTP {status} {answer.get('code')} {answer.get('message')}")
        self.status = status
        self.codes = tuple(str(one.get("rule_id") or one.get("code")) for one in answer.get("reasons", [])) or (
            str(answer.get("code")),
        )


class Desk:
    """One logged-in person. Every call goes over the wire."""

    def __init__(self, *, base_url: str, login: str, password: str) -> None:
        self._base = base_url + "/api/v1"
        # A proxy of the environment has no business between two processes of one machine.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self._token = ""
        self._token = self.post("/session", {"login": login, "password": password})["csrf_token"]

    def get(self, path: str) -> Any:
        """The answer of a question; raises Refused."""
        return self._call("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """The answer of a command; raises Refused. It is sent once: commands are not repeated blindly."""
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._token}
        request = urllib.request.Request(self._base + path, data=data, headers=headers, method=method)  # noqa: S310
        for tries in range(TRIES):
            try:
                with self._opener.open(request, timeout=60) as answer:
                    text = answer.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as fault:
                if fault.code in (429, 503) and tries + 1 < TRIES:
                    time.sleep(float(fault.headers.get("Retry-After") or 2))
                    continue
                raise Refused(path=path, status=fault.code, answer=_problem(fault.read())) from None
        raise AssertionError("every try returns or raises")


def _problem(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"code": "no_answer", "message": text[:200].decode("utf-8", "replace")}
    return found if isinstance(found, dict) else {"code": "no_answer", "message": str(found)[:200]}
