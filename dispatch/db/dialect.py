"""The only place of `dispatch` that knows which database it is."""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

WRITE = "curbstop_write"


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine` by kind of database."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 20.0, "check_same_thread": False}, "pool_size": 24, "max_overflow": 200,
                "pool_use_lifo": True}  # fmt: skip
    return {"pool_size": 12, "max_overflow": 40, "pool_pre_ping": True}


def prepare(engine: Engine) -> None:
    """Hook the engine's connections: SQLite needs its pragmas and write locks taken early; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=20000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        # Pages stay in the operating system's cache, once for all; each of many connections keeps few of its own.
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that turns into a writer would fail with "database is locked" instead of waiting: writers say so first.
        write = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def size_bytes(connection: Connection) -> int:
    """Size of the database."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
