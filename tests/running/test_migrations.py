"""A database with a working day in it is brought back and forth between versions, and nothing of it is lost."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, inspect, select, text

from dispatch import clock, tables, transaction
from dispatch.accounts import models as accounts
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.db import dialect, migrating
from dispatch.demo import load
from dispatch.orders import models as orders

BEFORE_THE_YOUNGEST = "0010"


def counted(url: str) -> dict[str, int]:
    """How many rows each table of the house has."""
    engine = create_engine(url, **dialect.engine_options(url))
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        found = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
            if table.name in there
        }
    engine.dispose()
    return found


def brought_to(url: str, revision: str) -> None:
    """An older version of the tables, as a utility has them before it takes a new Curbstop."""
    engine = create_engine(url, **dialect.engine_options(url))
    dialect.prepare(engine)
    config = Config()
    config.set_main_option("script_location", str(migrating.MIGRATIONS))
    with engine.connect().execution_options(**{dialect.WRITE: True}) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    engine.dispose()


def test_a_database_of_an_older_version_comes_up_with_everything_in_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="", redis_url="redis://127.0.0.1:1/0")
    migrating.upgrade(url=settings.database)
    with house.opened(settings), transaction.transaction(actor=house.OPERATOR, now=clock.now()) as tx:
        load.load(
            session=tx.session, today=clock.today(load.time_zone()), seed=3, parcels=300, data_dir=tmp_path,
            attachments_dir=tmp_path / "attachments", hash_password=lambda _: "x",
        )  # fmt: skip
        assert tx.session.scalar(select(func.count()).select_from(orders.ServiceOrder))
        assert tx.session.scalar(select(func.count()).select_from(accounts.Premise))
    full = counted(settings.database)
    brought_to(settings.database, BEFORE_THE_YOUNGEST)
    older = counted(settings.database)
    assert older == {name: full[name] for name in older} and older["service_order"] > 0
    assert migrating.pending(url=settings.database)
    assert migrating.upgrade(url=settings.database)[0] == BEFORE_THE_YOUNGEST
    assert counted(settings.database) == full
    engine = create_engine(settings.database)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
