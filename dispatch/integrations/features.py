"""OGC API Features by pygeoapi: questions checked before it, answers trimmed to what is true here.

The library knows the protocol (collections, schemas, queryables, paging, reference systems). It would also speak of
HTML pages, processes and editing, which this house does not offer: those links and classes are left out.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dispatch import errors
from dispatch.integrations import asking, collections

CLASSES = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
)
PROVIDER = "dispatch.integrations.provider.HouseProvider"
Bounds = tuple[float, float, float, float]


class NoCollection(errors.NotFound):
    """There is no such collection, or the caller may not read it."""

    code = "NotFound"


class NotServed(errors.Refusal):
    """The library refused."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the service stands and whose it is: what its documents say of themselves."""

    address: str
    """Base address without a slash at its end."""
    title: str
    bounds: Bounds


@dataclass(frozen=True)
class _Asked:
    # What pygeoapi reads of a request. Headers are left out: the answer is JSON in English, whatever a browser prefers.
    args: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    path_info: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A document and its headers."""

    text: str
    headers: Mapping[str, str]


def find(name: str, *, may: collections.May) -> collections.Collection:
    """The collection of that name, if this caller may read it. Refuses with NoCollection either way."""
    for one in collections.visible(may):
        if one.name == name:
            return one
    raise NoCollection(f"There is no collection {name[:60]!r} for you.")


def landing(place: Place) -> dict[str, Any]:
    """The first page: where everything is."""
    return {
        "title": place.title,
        "description": "Parcels, service points, open orders and crews, as far as your rights go.",
        "links": [
            _link(place, "", "self", "This page"),
            _link(place, "/api", "service-desc", "What can be asked", "application/vnd.oai.openapi+json;version=3.0"),
            _link(place, "/conformance", "conformance", "What this service conforms to"),
            _link(place, "/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance", "The same"),
            _link(place, "/collections", "data", "The collections"),
        ],
    }


def conformance() -> dict[str, Any]:
    """The conformance classes that hold here."""
    return {"conformsTo": list(CLASSES)}


def describe(*, place: Place, may: collections.May, asked: Mapping[str, str], name: str | None = None) -> Answer:
    """All collections of the caller, or one."""
    if name is not None:
        find(name, may=may)
    asking.check(asked, known=asking.DOCUMENT)
    from pygeoapi import api

    return _run(place, may, asked, lambda service, request: api.describe_collections(service, request, name))


def queryables(*, place: Place, may: collections.May, asked: Mapping[str, str], name: str) -> Answer:
    """What may be filtered by."""
    find(name, may=may)
    asking.check(asked, known=asking.DOCUMENT)
    from pygeoapi.api import itemtypes

    return _run(place, may, asked, lambda service, request: itemtypes.get_collection_queryables(service, request, name))


def schema(*, place: Place, may: collections.May, asked: Mapping[str, str], name: str) -> Answer:
    """Properties, their types and words."""
    find(name, may=may)
    asking.check(asked, known=asking.DOCUMENT)
    from pygeoapi import api

    return _run(place, may, asked, lambda service, request: api.get_collection_schema(service, request, name))


def items(*, place: Place, may: collections.May, asked: Mapping[str, str], name: str) -> Answer:
    """One page of a collection as GeoJSON."""
    fields = find(name, may=may).open_fields(may)
    filters = [one for one, about in fields.items() if about.value is not None]
    asking.check(asked, known=asking.ITEMS, filters=filters)
    for one in (part.strip("+- ") for part in asked.get("sortby", "").split(",") if part):
        if one not in filters:
            raise asking.BadQuestion(f"sortby: there is no field {one[:60]!r} here; there are: {', '.join(filters)}.")
    for one in (part for part in asked.get("properties", "").split(",") if part):
        if one not in fields:
            raise asking.BadQuestion(
                f"properties: there is no field {one[:60]!r} here; there are: {', '.join(fields)}."
            )
    for one in filters:
        if one in asked:
            asking.value_of(one, asked[one], type_=fields[one].type, format_=fields[one].format)
    from pygeoapi.api import itemtypes

    told = dict(asked)
    if told.get("properties") == "":
        del told["properties"]
    # A plus sign that was not escaped arrives as a blank.
    if "sortby" in told:
        told["sortby"] = ",".join(part.strip() for part in told["sortby"].split(","))
    return _run(
        place, may, told, lambda service, request: itemtypes.get_collection_items(service, request, name), geo=True
    )


def item(*, place: Place, may: collections.May, asked: Mapping[str, str], name: str, feature_id: str) -> Answer:
    """One feature as GeoJSON."""
    find(name, may=may)
    asking.check(asked, known=asking.ITEM)
    from pygeoapi.api import itemtypes

    return _run(
        place, may, asked, lambda service, request: itemtypes.get_collection_item(service, request, name, feature_id),
        geo=True,
    )  # fmt: skip


def _run(
    place: Place, may: collections.May, asked: Mapping[str, str], ask: Callable[[Any, Any], Any], *, geo: bool = False
) -> Answer:
    from pygeoapi.api import APIRequest

    service = _service(place, tuple(one.name for one in collections.visible(may)))
    told = {key: value for key, value in asked.items() if key not in ("f", "lang")}
    headers, status, text = ask(service, APIRequest(_Asked({"f": "json", **told}), service.locales))
    found = json.loads(text)
    if int(status) >= 400:
        refused = NotServed(found.get("description") or "This cannot be answered.")
        refused.code, refused.status = str(found.get("code", "refused")), int(status)
        raise refused
    media = "application/geo+json" if geo else headers["Content-Type"].split(";")[0]
    kept = {"Content-Type": media}
    if "Content-Crs" in headers:
        kept["Content-Crs"] = headers["Content-Crs"]
    return Answer(text=json.dumps(_true(found), ensure_ascii=False), headers=kept)


def _true(found: Any) -> Any:
    """The document without links to forms that are not offered."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == "links":
                found[key] = [one for one in value if not one["href"].endswith(("f=html", "f=jsonld")) and _own(one)]
            elif key == "collections":
                found[key] = [_true(one) for one in value]
    return found


def _own(link: dict[str, Any]) -> bool:
    return "f=html&" not in link["href"] and "f=jsonld&" not in link["href"]


@lru_cache(maxsize=16)
def _service(place: Place, names: tuple[str, ...]) -> Any:
    # Loaded on the first question: a house that no GIS program asks does not carry the library in memory.
    from pygeoapi.api import API

    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        service = API(_config(place, names), {})
    finally:
        # It sets up logging for the whole process; that is not its business here.
        root.setLevel(level)
        root.handlers[:] = handlers
    # What it refuses is an answer to the caller, no news for the log.
    logging.getLogger("pygeoapi").setLevel(logging.CRITICAL + 1)
    return service


def _config(place: Place, names: tuple[str, ...]) -> dict[str, Any]:
    shown = [collections.COLLECTIONS[name] for name in names]
    limits = {"default_items": asking.USUAL_ITEMS, "max_items": asking.MOST_ITEMS, "on_exceed": "throttle"}
    return {
        "server": {"url": place.address, "language": "en-US", "limits": limits, "encoding": "utf-8"},
        "logging": {"level": "CRITICAL"},
        "metadata": {"identification": {"title": place.title, "description": "", "url": place.address}},
        "resources": {
            one.name: {
                "type": "collection",
                "title": one.title,
                "description": one.description,
                "keywords": [],
                "links": [],
                "extents": {"spatial": {"bbox": list(place.bounds), "crs": asking.CRS84}},
                "providers": [
                    {
                        "type": "feature", "name": PROVIDER, "data": one.name, "id_field": "id", "time_field": one.time,
                        "crs": list(asking.SYSTEMS), "storage_crs": asking.CRS84,
                    }
                ],
            }
            for one in shown
        },
    }  # fmt: skip


def _link(place: Place, path: str, rel: str, title: str, media: str = "application/json") -> dict[str, str]:
    return {"href": place.address + path, "rel": rel, "type": media, "title": title}
