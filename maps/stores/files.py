"""A map store in a file of its own, for a district that stands beside the utility's own database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from maps.stores.base import MapBase, metadata

VERSION = 2
"""Raised when the map tables change: a store of another version is imported anew."""


class VersionError(ValueError):
    """The file holds the tables of another version."""


def open_file(path: Path) -> Engine:
    """The store at `path`, made when it is not there. Raises VersionError when it cannot be read by this version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists() or path.stat().st_size == 0
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "mmap_size=268435456",
                        "cache_size=-65536", "busy_timeout=10000"):  # fmt: skip
            connection.execute(f"PRAGMA {setting}")

    with engine.begin() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar()
        if not fresh and found != VERSION:
            engine.dispose()
            raise VersionError(f"{path} was made by another version; take it away and import its files again")
        if fresh:
            metadata.create_all(connection, tables=[mapper.local_table for mapper in MapBase.registry.mappers])  # type: ignore[misc]
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    return engine
