"""The house that the walks go through, once for each kind of installation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import create_engine, text

from dispatch.config import Settings
from tests import conftest
from tests.flows import front
from tests.flows import house as houses

SERVERS = pytest.param("servers", marks=[pytest.mark.postgres, pytest.mark.redis], id="PostgreSQL and Redis")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(params=[pytest.param("embedded", id="embedded"), SERVERS])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[houses.House]:
    """A running house: with nothing installed, and with PostgreSQL and a Redis server."""
    settings = Settings(data_dir=tmp_path / "data", database_url="", redis_url="")
    if request.param == "servers":
        engine = create_engine(conftest.POSTGRES)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        with redis.Redis.from_url(conftest.REDIS) as bus:
            bus.flushdb()
        settings = settings.model_copy(update={"database_url": conftest.POSTGRES, "redis_url": conftest.REDIS})
    with houses.standing(settings) as standing:
        yield standing
    # Kept for whoever looks at a walk that failed; pytest throws its own folders away.
    kept = front.SHOTS / "logs" / str(request.param)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(standing.logs, kept)
