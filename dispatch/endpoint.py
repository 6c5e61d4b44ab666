"""One line says what a route is: method, path, permission, shapes in and out. The OpenAPI document is made from the same lines.

The permission is asked before the input is read; input is parsed by its Pydantic model; a refusal lists every reason.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_origin

from flask import Flask, Response, request
from pydantic import TypeAdapter, ValidationError

from dispatch import errors, wire
from dispatch.auth import guard
from dispatch.wire import Wire

PREFIX = "/api/v1"
PUBLIC = "public"
"""The one way to say that a route needs no login; the law test lists these routes by name."""
ANY = "any"
"""Any person with a session, any enrolled device."""


@dataclass(frozen=True)
class Endpoint:
    """One route as the house knows it."""

    method: str
    path: str
    needs: str
    view: Callable[..., Any]
    body: type[Wire] | None
    query: type[Wire] | None
    answer: Any
    status: int
    media: str
    csrf: bool
    by_token: bool = False
    """A program may come here with a person's access token."""


ENDPOINTS: list[Endpoint] = []
SHAPES: list[type[Wire]] = []
"""Shapes that callers need although no route names them: each operation of a batch is read apart."""


class InputRefused(errors.Refusal):
    """The input does not fit its shape; every field at fault is named."""

    code = "input_refused"
    status = 422


class NoSuchAddress(errors.Refusal):
    """A path value that can name nothing."""

    code = "http_404"
    status = 404


class NotJson(errors.Malformed):
    """The body is not JSON."""

    code = "not_json"


def endpoint(
    method: str,
    path: str,
    *,
    needs: str,
    body: type[Wire] | None = None,
    query: type[Wire] | None = None,
    answer: Any = None,
    status: int = 200,
    media: str = "application/json",
    csrf: bool = True,
    by_token: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a route. A view returns a Wire model, a list of them, None (204), or a Flask Response."""

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        ENDPOINTS.append(Endpoint(method, path, needs, view, body, query, answer, status, media, csrf, by_token))
        return view

    return declare


def register(app: Flask) -> None:
    """Give the app every declared route."""
    for one in ENDPOINTS:
        path = one.path if one.path.startswith(("/tiles", "/healthz", "/readyz", "/metrics")) else PREFIX + one.path
        name = f"{one.view.__module__}.{one.view.__name__}".replace(".", "_")
        app.add_url_rule(path, endpoint=name, view_func=_wrapped(one), methods=[one.method])


def _wrapped(one: Endpoint) -> Callable[..., Response]:
    def serve(**path_values: Any) -> Response:
        guard.check(needs=one.needs, csrf=one.csrf, by_token=one.by_token)
        if wire.unkept(path_values) or any(isinstance(one, int) and one >= 2**31 for one in path_values.values()):
            raise NoSuchAddress("There is nothing at this address.")
        if one.body is not None:
            path_values["body"] = _parsed(one.body, _json())
        if one.query is not None:
            path_values["query"] = _parsed(one.query, request.args.to_dict())
        return _dumped(one.view(**path_values), one.status)

    return serve


def _json() -> Any:
    try:
        return json.loads(request.get_data(), parse_constant=_no_number)
    except ValueError as fault:
        raise NotJson(f"The body is not JSON: {fault}.") from fault
    except RecursionError:
        raise NotJson("The body is not JSON that anybody needs: it is nested too deeply.") from None


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number in JSON")


def _parsed(shape: type[Wire], value: Any) -> Wire:
    if not shape.reads_each_apart:
        found = [
            errors.Reason("not_kept", f"{place}: {en}.", f"{place}: {es}.", field=place)
            for place, en, es in wire.unkept(value)[:50]
        ]
        if found:
            raise InputRefused("The input does not fit.", reasons=found)
    try:
        return shape.model_validate(value)
    except ValidationError as fault:
        raise InputRefused("The input does not fit.", reasons=reasons_of(fault)) from None


def reasons_of(fault: ValidationError) -> list[errors.Reason]:
    """Every field at fault, named by its path; values are not repeated (they may be personal)."""
    found = []
    for one in fault.errors(include_url=False, include_input=False, include_context=False)[:50]:
        where = ".".join(str(part) for part in one["loc"]) or "body"
        found.append(errors.Reason(one["type"], f"{where}: {one['msg']}", f"{where}: {one['msg']}", field=where))
    return found


def _dumped(value: Any, status: int) -> Response:
    if isinstance(value, Response):
        return value
    if value is None:
        return Response(status=204)
    if isinstance(value, Wire):
        text = value.model_dump_json()
    elif isinstance(value, Sequence):
        text = "[" + ",".join(item.model_dump_json() for item in value) + "]"
    else:
        text = json.dumps(value)
    return Response(text, status=status, mimetype="application/json")


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every declared route."""
    schemas: dict[str, Any] = {}

    def ref(shape: Any, mode: str) -> dict[str, Any]:
        schema = TypeAdapter(shape).json_schema(ref_template="#/components/schemas/{model}", mode=mode)  # type: ignore[arg-type]
        schemas.update(schema.pop("$defs", {}))
        if isinstance(shape, type) and get_origin(shape) is None:
            schemas[shape.__name__] = schema
            return {"$ref": f"#/components/schemas/{shape.__name__}"}
        return dict(schema)

    from dispatch.wire import Problem

    for shape in SHAPES:
        ref(shape, "validation")
    problem = {"application/json": {"schema": ref(Problem, "serialization")}}
    paths: dict[str, Any] = {}
    for one in sorted(ENDPOINTS, key=lambda e: (e.path, e.method)):
        path, parameters = _openapi_path(one.path)
        operation: dict[str, Any] = {
            "operationId": one.view.__name__,
            "summary": (one.view.__doc__ or one.view.__name__).strip().splitlines()[0],
            "tags": [one.view.__module__.split(".")[1]],
            "x-permission": one.needs,
            "responses": {"default": {"description": "Refused, with all reasons", "content": problem}},
        }
        if one.query is not None:
            fields = TypeAdapter(one.query).json_schema()
            required = fields.get("required", [])
            parameters += [
                {"name": name, "in": "query", "required": name in required, "schema": schema}
                for name, schema in fields["properties"].items()
            ]
        if parameters:
            operation["parameters"] = parameters
        if one.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": ref(one.body, "validation")}},
            }
        if one.answer is not None:
            content = {"application/json": {"schema": ref(one.answer, "serialization")}}
            operation["responses"][str(one.status)] = {"description": "Done", "content": content}
        elif one.media != "application/json":
            operation["responses"][str(one.status)] = {"description": "Content", "content": {one.media: {}}}
        else:
            operation["responses"]["204"] = {"description": "Done"}
        if one.needs == PUBLIC:
            operation["security"] = []
        elif one.by_token:
            operation["security"] = [{"session": []}, {"device": []}, {"token": []}]
        base = path if path.startswith(("/tiles", "/healthz", "/readyz", "/metrics")) else PREFIX + path
        paths.setdefault(base, {})[one.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Curbstop", "version": "1", "description": "Field dispatch of a water utility."},
        "paths": paths,
        "security": [{"session": []}, {"device": []}],
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": guard.COOKIE},
                "device": {"type": "http", "scheme": "bearer"},
                "token": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _openapi_path(path: str) -> tuple[str, list[dict[str, Any]]]:
    parameters: list[dict[str, Any]] = []

    def named(match: re.Match[str]) -> str:
        kind, _, name = match.group(1).rpartition(":")
        schema = {"type": "integer"} if kind == "int" else {"type": "string"}
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
        return "{" + name + "}"

    return re.sub(r"<([^>]+)>", named, path), parameters
