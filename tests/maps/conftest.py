"""A map store on SQLite, and on PostgreSQL too where CURBSTOP_TEST_POSTGRES_URL says where one is."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from maps import stores

POSTGRES_URL = os.environ.get("CURBSTOP_TEST_POSTGRES_URL")
ENGINES = ["sqlite"] + (["postgresql"] if POSTGRES_URL else [])
REFERENCE_DATA = Path(
    os.environ.get("CURBSTOP_REFERENCE_DATA", Path(__file__).parents[2].resolve().parent / "shared" / "data")
)


@pytest.fixture(params=ENGINES)
def map_session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """An empty store with every table, in a transaction that is thrown away."""
    engine = _sqlite(tmp_path) if request.param == "sqlite" else _postgresql()
    stores.metadata.create_all(engine, tables=map_tables())
    with Session(engine) as session:
        yield session
        session.rollback()
    stores.metadata.drop_all(engine, tables=map_tables())
    engine.dispose()


@pytest.fixture
def fremont(map_session: Session) -> stores.District:
    """A Californian district with Alameda parcel numbers."""
    return given_district(map_session, code="fremont", apn_format="alameda")


@pytest.fixture
def cambridge_folder() -> Path:
    folder = REFERENCE_DATA / "cambridge_ma"
    if not folder.is_dir():
        pytest.skip("the Cambridge reference data is not there (CURBSTOP_REFERENCE_DATA)")
    return folder


def given_district(session: Session, *, code: str, apn_format: str) -> stores.District:
    district = stores.District(code=code, name=code.title(), time_zone="America/Los_Angeles", apn_format=apn_format)
    session.add(district)
    session.flush()
    return district


def map_tables() -> list:
    return [table for name, table in stores.metadata.tables.items() if name.startswith(("map_", "search_"))]


def _sqlite(folder: Path) -> Engine:
    engine = create_engine(f"sqlite:///{folder / 'maps.db'}")

    @event.listens_for(engine, "connect")
    def _foreign_keys(connection, _record) -> None:
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _postgresql() -> Engine:
    """A database of its own: tables of the house in the other one would be taken for the map's."""
    name = f"maps_{uuid.uuid4().hex[:12]}"
    url = make_url(POSTGRES_URL or "")
    _administer(f"CREATE DATABASE {name}")
    engine = create_engine(url.set(database=name))

    @event.listens_for(engine, "engine_disposed")
    def _drop_database(_engine: Engine) -> None:
        _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    return engine


def _administer(command: str) -> None:
    admin = create_engine(POSTGRES_URL or "", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(command)
    admin.dispose()
