"""Declarative base and column types of the system of record.

One MetaData for the house and the map library: one database, one chain of migrations.
"""

from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from maps import stores

metadata = stores.metadata
db = SQLAlchemy(metadata=metadata)


class Base(DeclarativeBase):
    """Base of every model of `dispatch`."""

    metadata = metadata


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite hands back naive values, PostgreSQL aware ones in the session's zone: here always UTC, aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON
JsonDict = dict[str, Any]
JsonList = list[Any]
