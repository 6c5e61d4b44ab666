"""The store answers alike on every engine: shapes, boxes, instants."""

from datetime import UTC, datetime

import pytest
import shapely
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from maps import stores


def given_parcel(session: Session, district: stores.District, number: str, shape: shapely.Polygon) -> stores.Parcel:
    parcel = stores.Parcel(
        district_id=district.id,
        number=number,
        number_key=number.replace("-", ""),
        number_canonical=number,
        shape=shape,
        area_m2=100.0,
        source_row=1,
    )
    session.add(parcel)
    session.flush()
    return parcel


def in_box(session: Session, *box: float) -> list[str]:
    clause = stores.in_box(session, "map_parcel", min_lon=box[0], min_lat=box[1], max_lon=box[2], max_lat=box[3])
    return list(session.scalars(select(stores.Parcel.number).where(clause).order_by(stores.Parcel.number)))


def test_a_shape_comes_back_as_it_was_kept(map_session: Session, fremont: stores.District) -> None:
    square = shapely.box(-121.98, 37.55, -121.97, 37.56)
    parcel = given_parcel(map_session, fremont, "1-1", square)
    map_session.expire_all()
    assert parcel.shape.equals(square)
    assert (parcel.min_lon, parcel.max_lat) == (-121.98, 37.56)


def test_a_box_finds_a_parcel_where_it_is_and_after_it_moved(map_session: Session, fremont: stores.District) -> None:
    given_parcel(map_session, fremont, "1-1", shapely.box(-121.98, 37.55, -121.97, 37.56))
    moving = given_parcel(map_session, fremont, "1-2", shapely.box(-121.90, 37.50, -121.89, 37.51))
    assert in_box(map_session, -121.975, 37.555, -121.975, 37.555) == ["1-1"]
    moving.shape = shapely.box(-121.976, 37.554, -121.974, 37.556)
    map_session.flush()
    assert in_box(map_session, -121.975, 37.555, -121.975, 37.555) == ["1-1", "1-2"]
    map_session.delete(moving)
    map_session.flush()
    assert in_box(map_session, -121.975, 37.555, -121.975, 37.555) == ["1-1"]


def test_a_parcel_number_stands_once_in_a_district(map_session: Session, fremont: stores.District) -> None:
    square = shapely.box(-121.98, 37.55, -121.97, 37.56)
    given_parcel(map_session, fremont, "1-1", square)
    with pytest.raises(IntegrityError):
        given_parcel(map_session, fremont, "1-1", square)


def test_an_instant_is_aware_on_the_way_out_and_must_be_on_the_way_in(
    map_session: Session, fremont: stores.District
) -> None:
    at = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    columns = {
        "district_id": fremont.id, "layer": "parcels", "file": "x", "file_sha256": "0", "rows_read": 0, "rows_kept": 0,
        "rows_repaired": 0, "rows_rejected": 0, "retired": 0, "reasons": {},
    }  # fmt: skip
    stored = stores.Import(started_at=at, finished_at=at, **columns)
    map_session.add(stored)
    map_session.flush()
    map_session.expire_all()
    assert stored.started_at == at
    assert stored.started_at.tzinfo is not None
    map_session.add(stores.Import(started_at=datetime(2026, 3, 2), finished_at=at, **columns))  # noqa: DTZ001
    with pytest.raises(StatementError, match="time zone"):
        map_session.flush()


def test_side_tables_are_told_apart_from_tables_of_models(map_session: Session) -> None:
    stores.install(map_session.connection())
    present = set(inspect(map_session.connection()).get_table_names())
    modelled = set(stores.metadata.tables)
    unknown = {name for name in present - modelled if not stores.is_side_object(name)}
    assert unknown == set()
    assert not any(stores.is_side_object(name) for name in modelled)


def test_only_tables_with_boxes_can_be_asked_for_boxes(map_session: Session) -> None:
    with pytest.raises(ValueError, match="map_parcel"):
        stores.in_box(map_session, "map_hydrant", min_lon=0, min_lat=0, max_lon=1, max_lat=1)
