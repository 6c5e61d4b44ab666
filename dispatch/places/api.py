"""Routes of search, the property card, windows, and the map."""

from pathlib import Path

from flask import Response, current_app, send_file
from pydantic import Field

from dispatch import clock, errors
from dispatch.auth import guard
from dispatch.config import Settings
from dispatch.endpoint import endpoint
from dispatch.places import booking, card, features, holding, queries, registry, schemas
from dispatch.transaction import reading
from dispatch.wire import Wire
from maps import search

_MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


class NoMapFile(errors.NotFound):
    """The file is not on this installation."""

    code = "no_map_file"


class SearchQuery(Wire):
    q: str = Field(default="", max_length=200)
    limit: int = Field(default=10, ge=1, le=50)


class WindowsQuery(Wire):
    kind: str = Field(max_length=40)


class FeaturesQuery(Wire):
    bbox: str = Field(max_length=120)
    layers: str = Field(default="", max_length=120)


@endpoint("GET", "/places/search", needs="places.search", query=SearchQuery, answer=schemas.SearchOut)
def find_places(query: SearchQuery) -> schemas.SearchOut:
    """Whatever is typed: address, parcel number, tract and lot, account, name, phone, meter, hydrant, corner, order."""
    with_customer = guard.may("customers.see")
    kinds = None
    if not with_customer:
        kinds = [kind for kind in registry.ALL_KINDS if kind not in registry.RESTRICTED_KINDS]
    with reading() as session:
        found = search.find(session, query.q, limit=query.limit, kinds=kinds)
    return schemas.SearchOut(
        query=query.q,
        results=[
            schemas.HitOut(
                kind=hit.kind, ref=hit.ref, label=hit.label, detail=_detail(hit, with_customer=with_customer),
                why=hit.why, matched=list(hit.matched), lon=hit.lon, lat=hit.lat,
            )
            for hit in found.results
        ],
        total=found.total,
        took_ms=round(found.took_ms, 1),
    )  # fmt: skip


def _detail(hit: search.Hit, *, with_customer: bool) -> str:
    # The second line of an address that is served is its customer's name.
    if not with_customer and hit.kind in ("address", "lot") and hit.ref.startswith("premise-"):
        return ""
    return hit.detail


@endpoint("GET", "/properties/<ref>", needs="places.search", answer=schemas.PropertyOut)
def get_property(ref: str) -> schemas.PropertyOut:
    """Everything of one property in one answer."""
    with reading() as session:
        return card.property_card(
            session,
            ref=ref,
            now=clock.now(),
            language=guard.person().language,
            with_customer=guard.may("customers.see"),
        )


@endpoint("GET", "/properties/<ref>/windows", needs="orders.open", query=WindowsQuery, answer=schemas.WindowsOut)
def get_windows(ref: str, query: WindowsQuery) -> schemas.WindowsOut:
    """Room of the coming days for one more visit of a kind."""
    with reading() as session:
        now, person_id = clock.now(), guard.person().id
        out = booking.windows_at(session, ref=ref, kind_code=query.kind, now=now, person_id=person_id)
        held = holding.find(session, person_id=person_id, ref=ref, kind_code=query.kind, now=now)
    return out.model_copy(update={"held": held})


@endpoint("GET", "/map/features", needs="places.search", query=FeaturesQuery, media="application/geo+json")
def get_features(query: FeaturesQuery) -> Response:
    """What the map holds within a box, as GeoJSON."""
    box, layers = features.box_of(query.bbox), features.layers_of(query.layers)
    with reading() as session:
        text = features.collection(session, box=box, layers=layers)
    return Response(text, mimetype="application/geo+json")


@endpoint("GET", "/map/sheets/<int:sheet_id>", needs="places.search", media="image/png")
def get_sheet(sheet_id: int) -> Response:
    """The image of a recorded map sheet."""
    with reading() as session:
        name = queries.get_sheet(session, sheet_id=sheet_id).file or ""
    folder = _settings().data_dir.resolve()
    file = (folder / name).resolve()
    if folder not in file.parents or not file.is_file():
        raise NoMapFile(f"The image of map sheet {sheet_id} is not in the data folder.")
    return _file(file, media=_MEDIA.get(file.suffix.lower(), "application/octet-stream"), max_age_s=86_400)


def _file(file: Path, *, media: str, max_age_s: int) -> Response:
    """A file with ETag and ranges. max_age_s 0: ask each time (an archive that was renewed must not mix with the old)."""
    answer = send_file(file, mimetype=media, conditional=True, etag=True, max_age=max_age_s or None)
    answer.headers["Cache-Control"] = f"private, max-age={max_age_s}" if max_age_s else "private, no-cache"
    return answer


def _settings() -> Settings:
    found: Settings = current_app.extensions["curbstop_settings"]
    return found
