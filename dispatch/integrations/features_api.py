"""The feature service over HTTP, under /api/v1/ogc. Everything is read only, and each caller reads what they may."""

import json
from typing import Any

from flask import Response, request

from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.integrations import asking, features, features_document, queries
from dispatch.policies import queries as policies
from dispatch.transaction import reading

MEDIA = "application/geo+json"


def _place() -> features.Place:
    with reading() as session:
        utility = policies.get_utility(session)
        district = queries.find_district(session)
        edges = district and (district.min_lon, district.min_lat, district.max_lon, district.max_lat)
        bounds = (-180.0, -90.0, 180.0, 90.0)
        if edges and None not in edges:
            bounds = edges  # type: ignore[assignment]
        return features.Place(address=f"{request.url_root}api/v1/ogc", title=utility.name, bounds=bounds)


def _asked() -> dict[str, str]:
    return request.args.to_dict()


def _said(document: dict[str, Any], media: str = "application/json") -> Response:
    asking.check(_asked(), known=asking.DOCUMENT)
    return Response(json.dumps(document, ensure_ascii=False), mimetype=media)


def _sent(answer: features.Answer) -> Response:
    return Response(answer.text, headers=dict(answer.headers))


@endpoint("GET", "/ogc", needs="gis.read", by_token=True)
def feature_landing() -> Response:
    """The feature service's first page (OGC API Features)."""
    return _said(features.landing(_place()))


@endpoint("GET", "/ogc/api", needs="gis.read", by_token=True)
def feature_document() -> Response:
    """OpenAPI description of the feature service."""
    media = "application/vnd.oai.openapi+json;version=3.0"
    return _said(features_document.document(place=_place(), may=guard.may), media)


@endpoint("GET", "/ogc/conformance", needs="gis.read", by_token=True)
def feature_conformance() -> Response:
    """Conformance classes of the feature service."""
    return _said(features.conformance())


@endpoint("GET", "/ogc/collections", needs="gis.read", by_token=True)
def feature_collections() -> Response:
    """The collections that you may read."""
    return _sent(features.describe(place=_place(), may=guard.may, asked=_asked()))


@endpoint("GET", "/ogc/collections/<name>", needs="gis.read", by_token=True)
def feature_collection(name: str) -> Response:
    """One collection: its extent and reference systems."""
    return _sent(features.describe(place=_place(), may=guard.may, asked=_asked(), name=name))


@endpoint("GET", "/ogc/collections/<name>/queryables", needs="gis.read", by_token=True)
def feature_queryables(name: str) -> Response:
    """Fields that a collection may be filtered by."""
    return _sent(features.queryables(place=_place(), may=guard.may, asked=_asked(), name=name))


@endpoint("GET", "/ogc/collections/<name>/schema", needs="gis.read", by_token=True)
def feature_schema(name: str) -> Response:
    """Fields of a collection."""
    return _sent(features.schema(place=_place(), may=guard.may, asked=_asked(), name=name))


@endpoint("GET", "/ogc/collections/<name>/items", needs="gis.read", media=MEDIA, by_token=True)
def feature_items(name: str) -> Response:
    """A page of features as GeoJSON."""
    return _sent(features.items(place=_place(), may=guard.may, asked=_asked(), name=name))


@endpoint("GET", "/ogc/collections/<name>/items/<feature_id>", needs="gis.read", media=MEDIA, by_token=True)
def feature_item(name: str, feature_id: str) -> Response:
    """One feature as GeoJSON."""
    return _sent(features.item(place=_place(), may=guard.may, asked=_asked(), name=name, feature_id=feature_id))
