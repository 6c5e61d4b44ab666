"""The OpenAPI 3.0 description of the feature service, for programs that look there what they may ask."""

from typing import Any

from dispatch.integrations import asking, collections, features


def document(*, place: features.Place, may: collections.May) -> dict[str, Any]:
    """Paths, parameters and limits, for the collections that the caller may read."""
    paths: dict[str, Any] = {
        "/": _get("landing", "The first page"),
        "/conformance": _get("conformance", "What this service conforms to"),
        "/collections": _get("collections", "The collections"),
    }
    for one in collections.visible(may):
        path, title = f"/collections/{one.name}", one.title
        paths[path] = _get(f"describe.{one.name}", title)
        paths[f"{path}/queryables"] = _get(f"queryables.{one.name}", f"{title}: what may be filtered by")
        paths[f"{path}/schema"] = _get(f"schema.{one.name}", f"{title}: properties")
        filters = [
            _query(name, about.title, {"type": about.type, **({"format": about.format} if about.format else {})})
            for name, about in one.open_fields(may).items()
            if about.value is not None
        ]
        named = [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS]
        paths[f"{path}/items"] = _get(f"items.{one.name}", f"{title}: a page of them", [*named, *filters], geo=True)
        by_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        crs = {"$ref": "#/components/parameters/crs"}
        paths[f"{path}/items/{{id}}"] = _get(f"item.{one.name}", f"{title}: one of them", [by_id, crs], geo=True)
    return {
        "openapi": "3.0.3",
        "info": {"title": place.title, "version": "1"},
        "servers": [{"url": place.address}],
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "basic"}},
            "parameters": {name: _query(*about) for name, about in _PARAMETERS.items()},
        },
    }


def _query(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


_NUMBERS = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
_SYSTEM = {"type": "string", "enum": list(asking.SYSTEMS), "default": asking.CRS84}
_PARAMETERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "limit": ("limit", "Features of a page", {
        "type": "integer", "minimum": 1, "maximum": asking.MOST_ITEMS, "default": asking.USUAL_ITEMS}),
    "offset": ("offset", "Features before this page", {"type": "integer", "minimum": 0, "default": 0}),
    "bbox": ("bbox", "West, south, east, north", _NUMBERS),
    "bbox-crs": ("bbox-crs", "Reference system of the box", _SYSTEM),
    "crs": ("crs", "Reference system of the answer", _SYSTEM),
    "datetime": ("datetime", "An instant or day, or two parted by a slash", {"type": "string"}),
    "sortby": ("sortby", "Fields to sort by, such as due_on,-number", {"type": "string"}),
    "properties": ("properties", "Fields of the answer", {"type": "string"}),
    "skipGeometry": ("skipGeometry", "Leave out the shapes", {"type": "boolean", "default": False}),
    "resulttype": ("resulttype", "hits: only how many", {"type": "string", "enum": ["results", "hits"]}),
}  # fmt: skip


def _get(name: str, words: str, parameters: list[dict[str, Any]] | None = None, *, geo: bool = False) -> dict[str, Any]:
    media = "application/geo+json" if geo else "application/json"
    done = {"description": words, "content": {media: {"schema": {"type": "object"}}}}
    return {
        "get": {
            "operationId": name, "summary": words, "parameters": parameters or [],
            "responses": {"200": done, "400": {"description": "A parameter cannot be read"},
                          "404": {"description": "There is no such thing for this caller"}},
        }
    }  # fmt: skip
