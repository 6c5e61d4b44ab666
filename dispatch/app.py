"""The web application: the only file that knows every slice."""

import importlib
import re
import threading
import uuid
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, redirect, request, send_from_directory
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from dispatch import clock, endpoint, errors, transaction
from dispatch.auth.limits import LoginLimit
from dispatch.config import Settings
from dispatch.db import engine
from dispatch.journal import queries as journal
from dispatch.journal.wake import Bus
from dispatch.wire import Problem, Reason
from maps import search

_log = structlog.get_logger()

APIS = (
    "dispatch.door",
    "dispatch.orders.api",
    "dispatch.orders.account_api",
    "dispatch.sync.review_api",
    "dispatch.places.api",
    "dispatch.places.booking_api",
    "dispatch.places.names_api",
    "dispatch.places.archives.api",
    "dispatch.places.sheets_api",
    "dispatch.places.service_points_api",
    "dispatch.routes.api",
    "dispatch.sync.api",
    "dispatch.board.api",
    "dispatch.integrations.token_api",
    "dispatch.integrations.features_api",
    "dispatch.integrations.day_api",
)
FACES = {"desk": "desk.html", "crew": "crew.html", "board": "board.html", "login": "login.html"}
HOME = {"field_tech": "/crew/", "crew_lead": "/crew/", "dispatcher": "/board/", "supervisor": "/board/"}
CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    "connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def create_app(settings: Settings | None = None) -> Flask:
    """An application with its engine, bus, routes and front end."""
    settings = settings or Settings()
    app = Flask("curbstop", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    app.extensions["curbstop_settings"] = settings
    app.extensions["curbstop_bus"] = Bus(settings.redis)
    app.extensions["curbstop_login_limit"] = LoginLimit(
        redis_url=settings.redis, per_minute=settings.login_tries_per_minute
    )
    engine.init(app, settings)
    for name in APIS:
        importlib.import_module(name)
    endpoint.register(app)
    _answers(app)
    _front(app, settings)
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def create_wsgi() -> Flask:
    """Factory for the web server; what the search box keeps in memory is read beside the first requests."""
    app = create_app()
    threading.Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    return app


def _warm(app: Flask) -> None:
    try:
        with app.app_context(), transaction.reading() as session:
            search.warm(session)
    except Exception as fault:
        # The first person who types reads it then; a database that is not there yet is told by /readyz.
        _log.warning("search box not warm", fault=type(fault).__name__)


def _problem(code: str, message: str, status: int, reasons: Any = ()) -> Response:
    body = Problem(
        code=code,
        message=message,
        reasons=[
            Reason(code=one.code, text_en=one.text_en, text_es=one.text_es, field=one.field, rule_id=one.rule_id)
            for one in reasons
        ],
    )
    return Response(body.model_dump_json(), status=status, mimetype="application/json")


def _answers(app: Flask) -> None:
    @app.errorhandler(errors.Refusal)
    def refused(refusal: errors.Refusal) -> Response:
        return _problem(refusal.code, refusal.message, refusal.status, refusal.reasons)

    @app.errorhandler(HTTPException)
    def http(fault: HTTPException) -> Response:
        words = {404: "There is nothing at this address.", 405: "This address does not take that method.",
                 413: f"The request is larger than {app.config['MAX_CONTENT_LENGTH']:,} bytes."}  # fmt: skip
        status = fault.code or 500
        return _problem(f"http_{status}", words.get(status, fault.name), status)

    @app.errorhandler(DataError)
    def does_not_fit(fault: DataError) -> Response:
        # The transaction was rolled back with it; which field it was, only the database knows.
        _log.warning("a value does not fit", path=request.path, fault=type(fault.orig).__name__)
        return _problem("not_kept", "A value is larger than its field can keep. Nothing was written.", 422)

    @app.errorhandler(Exception)
    def fault(fault: Exception) -> Response:
        number = uuid.uuid4().hex[:8]
        _log.exception("fault", number=number, path=request.path)
        return _problem(
            "fault",
            f"Something on our side failed (number {number}). Nothing was half written; try again.",
            500,
        )

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code == 401 and request.path.startswith("/api/v1/ogc"):
            # GIS programs send their login when they are told that one is wanted.
            response.headers["WWW-Authenticate"] = 'Basic realm="Curbstop access token", charset="UTF-8"'
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = CSP
        return response


def _front(app: Flask, settings: Settings) -> None:
    front = settings.front_dir

    def page(face: str) -> Response:
        if not (front / FACES[face]).is_file():
            return Response(
                "The screens are not built yet. Run `make setup`, then start again.\n", 503, mimetype="text/plain"
            )
        response = send_from_directory(front, FACES[face], conditional=True)
        response.headers["Cache-Control"] = "no-cache"
        return response

    for face in FACES:
        # One address a face, with a 200 and no redirect: a service worker refuses redirected pages.
        rule = f"/{face}/" if face != "login" else "/login"
        app.add_url_rule(rule, endpoint=f"face_{face}", view_func=lambda face=face: page(face), methods=["GET"])

    @app.get("/")
    def home() -> Any:
        return redirect("/login")

    if Path(front).is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(front),
            immutable_file_test=lambda path, url: bool(re.search(r"/assets/", url)),
            mimetypes={".webmanifest": "application/manifest+json", ".mjs": "text/javascript"},
            add_headers_function=_file_headers,
        )


def _file_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    if url == "/sw.js":
        headers["Service-Worker-Allowed"] = "/"
    if "/assets/" not in url:
        headers["Cache-Control"] = "no-cache"
    if path.endswith(".html"):
        headers["Content-Security-Policy"] = CSP


@endpoint.endpoint("GET", "/openapi.json", needs="public")
def openapi() -> Response:
    """This document."""
    import json

    return Response(json.dumps(endpoint.openapi()), mimetype="application/json")


@endpoint.endpoint("GET", "/healthz", needs="public")
def healthz() -> Response:
    """The process answers."""
    return Response('{"ok":true}', mimetype="application/json")


@endpoint.endpoint("GET", "/readyz", needs="public")
def readyz() -> Response:
    """Database and bus answer: work can begin."""
    import json

    found = {"database": False, "bus": transaction.bus().alive(), "at": clock.now().isoformat()}
    try:
        with transaction.reading() as session:
            journal.last_seq(session)
        found["database"] = True
    except Exception as fault:
        _log.warning("not ready", fault=type(fault).__name__)
    ready = bool(found["database"] and found["bus"])
    return Response(json.dumps(found), status=200 if ready else 503, mimetype="application/json")
