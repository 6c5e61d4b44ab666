"""Brings a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine

from dispatch.db import dialect

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def upgrade(*, url: str) -> tuple[str | None, str | None]:
    """Run every migration that the database at `url` lacks. Answers (revision before, revision after)."""
    engine = create_engine(url, **dialect.engine_options(url))
    dialect.prepare(engine)
    try:
        before = _revision(engine)
        config = _config()
        with engine.connect().execution_options(**{dialect.WRITE: True}) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        return before, _revision(engine)
    finally:
        engine.dispose()


def pending(*, url: str) -> bool:
    """True when the database lacks a migration."""
    engine = create_engine(url, **dialect.engine_options(url))
    try:
        return _revision(engine) != ScriptDirectory.from_config(_config()).get_current_head()
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    # Alembic reads '%' in its options as interpolation.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
