"""Rows of the house for pygeoapi: its provider plug-in. Loaded by name on the first question of a GIS program."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyproj
import shapely
from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError
from shapely.geometry import mapping
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from dispatch.auth import guard
from dispatch.integrations import asking, collections
from dispatch.policies import queries as policies
from dispatch.transaction import reading
from maps import stores


class HouseProvider(BaseProvider):  # type: ignore[misc]
    """One collection as the caller of this request may see it."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._collection = collections.COLLECTIONS[self.data]
        self._open = self._collection.open_fields(guard.may)
        self._fields = self.get_fields()
        # What may be filtered and sorted by; pygeoapi lists these as queryables.
        self.properties = [name for name, one in self._open.items() if one.value is not None]

    def get_fields(self) -> dict[str, dict[str, str]]:
        """Names, JSON types and words of the open fields."""
        return {
            name: {"type": one.type, "title": one.title, **({"format": one.format} if one.format else {})}
            for name, one in self._open.items()
        }

    def query(
        self, *, offset: int = 0, limit: int = asking.USUAL_ITEMS, resulttype: str = "results",
        bbox: Sequence[float] = (), datetime_: str | None = None, properties: Sequence[tuple[str, str]] = (),
        sortby: Sequence[dict[str, str]] = (), select_properties: Sequence[str] = (), skip_geometry: bool = False,
        crs_transform_spec: Any = None, **_more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """A FeatureCollection: one page of the rows that meet every condition."""
        asked = self._collection
        with reading() as session:
            conditions = [*self._in_box(session, bbox), *self._at(session, datetime_), *self._equal(properties)]
            matched = session.execute(asked.rows(select(func.count(asked.id))).where(*conditions)).scalar_one()
            features: list[dict[str, Any]] = []
            if resulttype != "hits":
                order = [
                    field.desc() if one["order"] == "-" else field.asc()
                    for one in sortby
                    if (field := self._open[one["property"]].value) is not None
                ]
                page = self._rows(select_properties, with_shape=not skip_geometry).where(*conditions)
                page = page.order_by(*order, asked.id).offset(offset).limit(limit)
                features = self._features(session, page, crs_transform_spec)
        return {
            "type": "FeatureCollection", "features": features, "numberMatched": int(matched),
            "numberReturned": len(features),
        }  # fmt: skip

    def get(self, identifier: str, *, crs_transform_spec: Any = None, **_more: Any) -> dict[str, Any]:
        """The feature of that id."""
        if not (identifier.isascii() and identifier.isdigit() and len(identifier) < 10):
            raise _missing(identifier)
        with reading() as session:
            page = self._rows((), with_shape=True).where(self._collection.id == int(identifier))
            found = self._features(session, page, crs_transform_spec)
        if not found:
            raise _missing(identifier)
        return found[0]

    def _rows(self, names: Sequence[str], *, with_shape: bool) -> Select[Any]:
        asked = self._collection
        places = [one for one in (asked.shape, asked.lon, asked.lat) if one is not None] if with_shape else []
        shown = [name for name in self._open if not names or name in names]
        values = [one.label(f"p_{name}") for name in shown if (one := self._open[name].value) is not None]
        return asked.rows(
            select(asked.id.label("id"), *values, *(place.label(f"at_{n}") for n, place in enumerate(places)))
        )

    def _features(self, session: Session, page: Select[Any], change: Any) -> list[dict[str, Any]]:
        rows = session.execute(page).mappings().all()
        names = [key.removeprefix("p_") for key in rows[0] if key.startswith("p_")] if rows else []
        shapes = [_shape(row) for row in rows]
        if change is not None and rows:
            turn: Any = pyproj.Transformer.from_crs(
                pyproj.CRS.from_wkt(change.source_crs_wkt), pyproj.CRS.from_wkt(change.target_crs_wkt)
            ).transform
            shapes = [None if one is None else shapely.transform(one, turn, interleaved=False) for one in shapes]
        shown_only = [name for name, one in self._open.items() if one.value is None]
        features = [
            {
                "type": "Feature",
                "id": row["id"],
                "geometry": None if shape is None else mapping(shape),
                "properties": {**{name: _told(row[f"p_{name}"]) for name in names}, **dict.fromkeys(shown_only)},
            }
            for row, shape in zip(rows, shapes, strict=True)
        ]
        if self._collection.finish is not None:
            self._collection.finish(session, features)
        return features

    def _equal(self, asked: Sequence[tuple[str, str]]) -> list[Any]:
        conditions = []
        for name, text in asked:
            field = self._open[name]
            if field.value is not None:
                value = asking.value_of(name, text, type_=field.type, format_=field.format)
                conditions.append(field.value == value)
        return conditions

    def _at(self, session: Session, text: str | None) -> list[Any]:
        name = self._collection.time
        if text is None or name is None:
            return []
        asked, field = asking.interval(text), self._open[name]
        assert field.value is not None
        edges: list[Any] = [asked.from_at, asked.to_at]
        if field.format == "date":
            # A day of the utility: an instant names the day that it falls on there, a bare day names itself.
            zone = policies.zone(session)
            whole = [part.strip() for part in text.split("/")]
            edges = [
                None if edge is None else _day(edge, words, zone)
                for edge, words in zip(edges, (whole[0], whole[-1]), strict=True)
            ]
        found = []
        if edges[0] is not None:
            found.append(field.value >= edges[0])
        if edges[1] is not None:
            found.append(field.value <= edges[1])
        return found

    def _in_box(self, session: Session, bbox: Sequence[float]) -> list[Any]:
        if not bbox:
            return []
        half = len(bbox) // 2
        west, south, east, north = bbox[0], bbox[1], bbox[half], bbox[half + 1]
        asked = self._collection
        if asked.boxed is None:
            assert asked.lon is not None
            assert asked.lat is not None
            return [asked.lon.between(west, east), asked.lat.between(south, north)]
        near = stores.in_box(session, asked.boxed, min_lon=west, min_lat=south, max_lon=east, max_lat=north)
        # Boxes meet more than shapes do. Only a row whose box crosses an edge can be a false one: look at those.
        table = stores.Parcel
        across = select(table.id, table.shape).where(
            near, ~and_(table.min_lon >= west, table.max_lon <= east, table.min_lat >= south, table.max_lat <= north)
        )
        land = shapely.box(west, south, east, north)
        false = [row_id for row_id, shape in session.execute(across) if not shape.intersects(land)]
        return [near, table.id.not_in(false)] if false else [near]


def _shape(row: Any) -> Any:
    if "at_0" not in row or row["at_0"] is None:
        return None
    return shapely.Point(row["at_0"], row["at_1"]) if "at_1" in row else row["at_0"]


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _day(edge: datetime, words: str, zone: ZoneInfo) -> date:
    return edge.date() if "T" not in words.upper() else edge.astimezone(zone).date()


def _missing(identifier: str) -> Exception:
    missing: Exception = ProviderItemNotFoundError(user_msg=f"There is no feature {identifier[:40]!r}.")
    return missing
