"""The whole house for a walk: a small town in a real database, and `curbstop run` with all its processes around it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from shapely.geometry import LineString
from sqlalchemy.orm import Session

from dispatch import clock, transaction
from dispatch.config import ROOT, Settings
from dispatch.db import engine, migrating
from dispatch.journal.wake import Bus
from dispatch.places import imports, registry
from dispatch.policies import queries as policies
from maps import stores
from tests import given

NINE_FORTY = given.NOW - timedelta(minutes=50)
"""09:40 in California on a Tuesday: early enough for every window, late enough for shutoffs."""
READY_S = 120.0
BLOCK = 0.002


@dataclass
class People:
    """Logins by what they do; all with given.PASSWORD."""

    rep: str
    dispatcher: str
    supervisor: str


@dataclass
class House:
    """A running house and who lives in its town."""

    settings: Settings
    app: Flask
    address: str
    logs: Path
    homes: dict[str, given.Home] = field(default_factory=dict)
    people: People | None = None
    crew: given.CrewOnShift | None = None

    @contextmanager
    def books(self) -> Iterator[Session]:
        """A look into the database, as it is at this moment."""
        with self.app.app_context(), transaction.reading() as session:
            yield session

    def told(self) -> str:
        """The last words of every process, for a test that failed."""
        found = []
        for file in sorted(self.logs.glob("*.log")):
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            found.append(f"--- {file.name}\n" + "\n".join(lines[-40:]))
        return "\n".join(found)


def a_town(session: Session) -> None:
    """Streets around the yard and its homes: a grid that every home lies on, both ways, with names."""
    west, south = given.YARD[0] - 2 * BLOCK, given.YARD[1] - 2 * BLOCK
    columns, rows = 16, 8

    def at(column: int, row: int) -> tuple[float, float]:
        return round(west + column * BLOCK, 6), round(south + row * BLOCK, 6)

    def node(column: int, row: int) -> int:
        return row * columns + column + 1

    for row in range(rows):
        for column in range(columns):
            for name, to_column, to_row in (
                (f"{row + 1}th St", column + 1, row),
                (f"{chr(65 + column)} Ave", column, row + 1),
            ):
                if to_column == columns or to_row == rows:
                    continue
                line = LineString([at(column, row), at(to_column, to_row)])
                bounds = line.bounds
                session.add(
                    stores.Street(
                        district_id=1, name=name, street_class="local", from_node=node(column, row),
                        to_node=node(to_column, to_row), oneway=0, speed_kmh=40.0, shape=line, min_lon=bounds[0],
                        min_lat=bounds[1], max_lon=bounds[2], max_lat=bounds[3],
                    )
                )  # fmt: skip
            lon, lat = at(column, row)
            session.add(
                stores.Intersection(
                    district_id=1,
                    node=node(column, row),
                    name=f"{row + 1}th St & {chr(65 + column)} Ave",
                    lon=lon,
                    lat=lat,
                )
            )


def _lives_in(settings: Settings, address: str) -> House:
    """A database as a new installation has it, with a utility, a town, people and a crew on shift."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(url=settings.database)
    app = Flask("curbstop-walk", static_folder=None)
    app.extensions["curbstop_settings"] = settings
    app.extensions["curbstop_bus"] = Bus(settings.redis)
    engine.init(app, settings)
    house = House(settings=settings, app=app, address=address, logs=settings.data_dir / "logs")
    given.from_one()
    with app.app_context():
        given.a_utility()
        house.people = People(
            rep=given.a_person(role="csr", name="Dana Ruiz"),
            dispatcher=given.a_person(role="dispatcher", name="Priya Shah"),
            supervisor=given.a_person(role="supervisor", name="Luis Ortega"),
        )
        house.crew = given.a_crew()
        house.homes = {
            "owes": given.a_home(owes_cents=24_310, noticed=True),
            "owes and will pay": given.a_home(owes_cents=18_800, noticed=True),
            "paid, water off": given.a_home(valve="OFF_LOCKED", off_reason="NONPAY"),
            "high bill": given.a_home(),
        }
        with given.edge() as tx:
            a_town(tx.session)
            # The nightly plan stays out of the way: this day is planned by hand.
            policies.get_utility(tx.session).plan_time = "23:59"
        with given.edge() as tx:
            registry.index_all(tx.session)
        with transaction.reading() as session:
            imports.build_tiles(session, out_dir=settings.tiles_dir)
        engine.engine().dispose()
    return house


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def standing(settings: Settings) -> Iterator[House]:
    """The house, up and running on its own port, on its own clock; ended and gone afterwards."""
    port = _free_port()
    house = _lives_in(settings, f"http://127.0.0.1:{port}")
    env = {
        **os.environ,
        "CURBSTOP_DATA_DIR": str(settings.data_dir),
        "CURBSTOP_DATABASE_URL": settings.database_url,
        "CURBSTOP_REDIS_URL": settings.redis_url,
        "CURBSTOP_LOGIN_TRIES_PER_MINUTE": "1000",
        "CURBSTOP_WEB_THREADS": "40",
        "PYTHONPATH": str(ROOT),
        clock.VARIABLE: clock.setting(start=NINE_FORTY),
    }
    said = settings.data_dir / "said.txt"
    before = os.environ.get(clock.VARIABLE)
    os.environ[clock.VARIABLE] = env[clock.VARIABLE]
    with said.open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "dispatch.cli", "run", "--port", str(port)],
            env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        try:
            until = time.monotonic() + READY_S
            while not _answers(house.address):
                if run.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"the house did not stand up:\n{said.read_text()}\n{house.told()}")
                time.sleep(0.2)
            yield house
        finally:
            if before is None:
                os.environ.pop(clock.VARIABLE, None)
            else:
                os.environ[clock.VARIABLE] = before
            with house.app.app_context():
                engine.engine().dispose()
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
            try:
                run.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                run.wait()
                raise AssertionError(f"the house did not end:\n{said.read_text()}") from None
