"""How Alembic finds the tables of the house. Run by `curbstop migrate` (which brings its own connection) or by `alembic`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine

from dispatch import tables
from dispatch.config import Settings
from dispatch.db import base, dialect
from maps import stores


def include_object(_thing: Any, name: str | None, _kind: str, _reflected: bool, _compared: Any) -> bool:
    """False for the search and bounding-box side tables, which `maps.stores.install` makes."""
    return not stores.is_side_object(name)


def render_item(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """A migration names plain column types, so that it stays true when the classes of today are gone."""
    if kind == "type" and isinstance(thing, stores.Shape):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(thing, base.UtcDateTime | stores.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations that were asked for on this connection."""
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        include_object=include_object,
        render_item=render_item,
        render_as_batch=True,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = Settings().database
    engine = create_engine(url, **dialect.engine_options(url))
    dialect.prepare(engine)
    with engine.connect() as opened:
        migrate(opened)
    engine.dispose()
