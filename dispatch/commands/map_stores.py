"""Which map a command speaks of: the utility's own, or a district in a store of its own under the data folder."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from dispatch import errors, transaction
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.db import migrating
from maps import stores


class NoSuchDistrict(errors.Refusal):
    """No map of that name has been brought in."""

    code = "no_such_district"
    status = 404


@dataclass(frozen=True, kw_only=True)
class Store:
    """An open transaction on a map; `own` is True for a store beside the utility's database."""

    session: Session
    own: bool

    @property
    def of_house(self) -> bool:
        return not self.own


@contextmanager
def writing(settings: Settings, *, name: str | None, dry_run: bool) -> Iterator[Store]:
    """A transaction that is kept when the block ends well, and thrown away on a dry run."""
    if _is_of_house(settings, name):
        house.require(settings)
        with house.opened(settings), house.on_its_clock(settings):
            if dry_run:
                with transaction.reading() as session:
                    yield Store(session=session, own=False)
                    session.rollback()
                return
            with transaction.transaction(actor=house.OPERATOR) as tx:
                yield Store(session=tx.session, own=False)
        return
    file = _file(settings, name or "")
    fresh = not file.exists()
    with ExitStack() as stack:
        if fresh:
            # A first import that fails leaves no empty map behind.
            folder = stack.enter_context(_beside(settings, dry_run=dry_run))
            made = folder / file.name
        else:
            made = file
        engine = stores.open_file(made)
        try:
            with Session(engine) as session:
                yield Store(session=session, own=True)
                if dry_run:
                    session.rollback()
                else:
                    session.commit()
                    if fresh:
                        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                        session.commit()
        finally:
            engine.dispose()
        if fresh and not dry_run:
            made.replace(file)


@contextmanager
def reading(settings: Settings, *, name: str | None) -> Iterator[Session]:
    """A session that only reads the map of this name; refuses where there is none."""
    if _is_of_house(settings, name):
        house.require(settings)
        with house.opened(settings), transaction.reading() as session:
            yield session
        return
    file = _file(settings, name or "")
    if not file.is_file():
        there = sorted(path.stem for path in file.parent.glob("*.db")) if file.parent.is_dir() else []
        known = f" There are: {', '.join(there)}." if there else ""
        raise NoSuchDistrict(
            f"No map of a district {name!r} is in {settings.data_dir}.{known} Bring one in: maps import."
        )
    engine = stores.open_file(file)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _is_of_house(settings: Settings, name: str | None) -> bool:
    if name is None:
        return True
    if not house.is_there(settings) or migrating.pending(url=settings.database):
        return False
    utility = house.find_utility(settings)
    if utility is None or utility.district_id is None:
        return False
    with house.opened(settings), transaction.reading() as session:
        district = session.get(stores.District, utility.district_id)
        return district is not None and _slug(name) in (_slug(district.code), _slug(district.name))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _file(settings: Settings, name: str) -> Path:
    slug = _slug(name)
    if not slug or len(slug) > 80:
        raise errors.Refusal(f"--district {name!r} is no name; use letters and digits.")
    return settings.data_dir / "maps" / f"{slug}.db"


@contextmanager
def _beside(settings: Settings, *, dry_run: bool) -> Iterator[Path]:
    """A folder for a store in the making, on the disk it will stay on."""
    home = settings.data_dir / "maps"
    if not dry_run:
        home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=None if dry_run else home, prefix=".making-") as folder:
        yield Path(folder)
