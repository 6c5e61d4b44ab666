"""What differs between SQLite and PostgreSQL: side tables and indexes of boxes and text, and the filters that use them.

SQLite keeps boxes in R*Tree tables and text in an FTS5 trigram table, both following their tables by triggers.
PostgreSQL has a GiST index on `box(...)` and a GIN trigram index; neither needs PostGIS.
"""

# ruff: noqa: S608  (the names put into statements are this file's own constants; values are always bound)

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, event, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import TextClause

from maps.stores.base import metadata

BOXED = ("map_parcel", "map_street", "map_sheet", "map_main")
SEARCHED = "search_entry"
MOST_HOLDING = 10_000
BOX_COLUMNS = ("min_lon", "min_lat", "max_lon", "max_lat")

_SIDE_OBJECT = re.compile(
    r"(ix_)?(" + "|".join(BOXED) + r")_box(_(node|parent|rowid))?$"
    rf"|(ix_)?{SEARCHED}_text(_(data|idx|docsize|config|content))?$"
)


def is_side_object(name: str | None) -> bool:
    """True for tables and indexes that `install` makes and no model describes; migrations leave these alone."""
    return bool(name and _SIDE_OBJECT.match(name))


def install(where: Engine | Connection) -> None:
    """Make the side tables, triggers and indexes of the map tables that exist; harmless when they are there."""
    if isinstance(where, Engine):
        with where.begin() as connection:
            install(connection)
        return
    tables = set(inspect(where).get_table_names())
    statements = _sqlite_statements if where.dialect.name == "sqlite" else _postgresql_statements
    for statement in statements(tables):
        where.exec_driver_sql(statement)


def uninstall(connection: Connection) -> None:
    """Drop the side tables of map tables that are gone (triggers and indexes went with them)."""
    if connection.dialect.name == "sqlite":
        tables = set(inspect(connection).get_table_names())
        for table, side in (*((table, f"{table}_box") for table in BOXED), (SEARCHED, f"{SEARCHED}_text")):
            if table not in tables:
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {side}")


def in_box(
    session: Session, table: str, *, min_lon: float, min_lat: float, max_lon: float, max_lat: float
) -> TextClause:
    """A WHERE clause: rows of `table` whose bounding box meets this box (degrees; may err to the generous side)."""
    if table not in BOXED:
        raise ValueError(f"{table} has no bounding boxes; those that have: {', '.join(BOXED)}")
    if session.get_bind().dialect.name == "sqlite":
        sql = (
            f"{table}.id IN (SELECT id FROM {table}_box WHERE min_lon <= :box_max_lon AND max_lon >= :box_min_lon"
            " AND min_lat <= :box_max_lat AND max_lat >= :box_min_lat)"
        )
    else:
        sql = (
            f"box(point({table}.min_lon, {table}.min_lat), point({table}.max_lon, {table}.max_lat))"
            " && box(point(:box_min_lon, :box_min_lat), point(:box_max_lon, :box_max_lat))"
        )
    return text(sql).bindparams(box_min_lon=min_lon, box_min_lat=min_lat, box_max_lon=max_lon, box_max_lat=max_lat)


def holds_all(session: Session, fragments: Sequence[str]) -> TextClause:
    """A WHERE clause: search entries whose `text` holds every fragment (each at least three characters long); of very
    common ones the first ten thousand."""
    if session.get_bind().dialect.name == "sqlite":
        match = " AND ".join('"' + fragment.replace('"', '""') + '"' for fragment in fragments)
        # The inner list is made whole before anything is read, so it must not be a whole town's.
        inner = f"SELECT rowid FROM {SEARCHED}_text WHERE {SEARCHED}_text MATCH :match LIMIT {MOST_HOLDING}"
        return text(f"{SEARCHED}.id IN ({inner})").bindparams(match=match)
    clauses = " AND ".join(f"{SEARCHED}.text LIKE :fragment_{n}" for n in range(len(fragments)))
    return text(clauses).bindparams(**{f"fragment_{n}": f"%{_plain(f)}%" for n, f in enumerate(fragments)})


def _plain(fragment: str) -> str:
    return fragment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _sqlite_statements(tables: set[str]) -> Iterator[str]:
    columns = ", ".join(BOX_COLUMNS)
    rtree_columns = "min_lon, max_lon, min_lat, max_lat"
    new = "new.id, new.min_lon, new.max_lon, new.min_lat, new.max_lat"
    for table in BOXED:
        if table not in tables:
            continue
        box = f"{table}_box"
        if box not in tables:
            yield f"CREATE VIRTUAL TABLE {box} USING rtree(id, {rtree_columns})"
            yield f"INSERT INTO {box} SELECT id, {rtree_columns} FROM {table}"
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {box}_insert AFTER INSERT ON {table} BEGIN "
            f"INSERT INTO {box} VALUES ({new}); END"
        )
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {box}_update AFTER UPDATE OF {columns} ON {table} BEGIN "
            f"DELETE FROM {box} WHERE id = old.id; INSERT INTO {box} VALUES ({new}); END"
        )
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {box}_delete AFTER DELETE ON {table} BEGIN "
            f"DELETE FROM {box} WHERE id = old.id; END"
        )
    if SEARCHED not in tables:
        return
    side = f"{SEARCHED}_text"
    if side not in tables:
        yield (
            f"CREATE VIRTUAL TABLE {side} USING "
            f"fts5(text, content='{SEARCHED}', content_rowid='id', tokenize='trigram')"
        )
        yield f"INSERT INTO {side}({side}) VALUES ('rebuild')"
    forget = f"INSERT INTO {side}({side}, rowid, text) VALUES ('delete', old.id, old.text);"
    learn = f"INSERT INTO {side}(rowid, text) VALUES (new.id, new.text);"
    yield f"CREATE TRIGGER IF NOT EXISTS {side}_insert AFTER INSERT ON {SEARCHED} BEGIN {learn} END"
    yield f"CREATE TRIGGER IF NOT EXISTS {side}_update AFTER UPDATE OF text ON {SEARCHED} BEGIN {forget} {learn} END"
    yield f"CREATE TRIGGER IF NOT EXISTS {side}_delete AFTER DELETE ON {SEARCHED} BEGIN {forget} END"


def _postgresql_statements(tables: set[str]) -> Iterator[str]:
    for table in BOXED:
        if table in tables:
            yield (
                f"CREATE INDEX IF NOT EXISTS ix_{table}_box ON {table} USING gist "
                "(box(point(min_lon, min_lat), point(max_lon, max_lat)))"
            )
    if SEARCHED in tables:
        yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
        yield f"CREATE INDEX IF NOT EXISTS ix_{SEARCHED}_text ON {SEARCHED} USING gin (text gin_trgm_ops)"


@event.listens_for(metadata, "after_create")
def _install_with_tables(_target: MetaData, connection: Connection, **_kw: Any) -> None:
    install(connection)


@event.listens_for(metadata, "after_drop")
def _uninstall_with_tables(_target: MetaData, connection: Connection, **_kw: Any) -> None:
    uninstall(connection)
