"""A day of tablets against a web process that is killed at any line: the same process that `curbstop run` starts.

The tablets send what they recorded in pieces, again and again until each operation has its receipt. The process is
killed (SIGKILL, the whole group) at moments drawn from a seed while they send, and started anew.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dispatch import clock, transaction
from dispatch.app import create_app
from dispatch.commands import run
from dispatch.config import ROOT, Settings
from dispatch.db import engine
from dispatch.journal import models as journal
from dispatch.sync import books, models, operations, receipts
from tests import given
from tests.sync.tablet import Tablet, a_final_read, a_shutoff, an_order

READY_S = 60.0
PATIENCE_S = 120.0


@dataclass
class Sender:
    """One tablet that sends until everything has its receipt. `shown` is what it has shown its technician as sent."""

    device_id: str
    token: str
    ops: list[dict[str, Any]]
    chance: random.Random
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: int = 0
    broken: int = 0

    def send_all(self, port: int, done: threading.Event) -> None:
        """Send in pieces of random size, sometimes something that was sent before; a dead line keeps everything."""
        while not done.is_set():
            left = [op for op in self.ops if op["op_id"] not in self.shown]
            if not left:
                return
            batch = left[: self.chance.randint(1, 25)]
            if self.shown and self.chance.random() < 0.3:
                batch = [*self.chance.sample(self.ops, 1), *batch]
            try:
                answers = self._post(port, batch)
            except ConnectionRefusedError:
                done.wait(0.05)
                continue
            except (OSError, http.client.HTTPException):
                self.broken += 1
                continue
            self.answered += 1
            for one in answers:
                if one["receipt"] is not None:
                    self.shown.setdefault(one["op_id"], one)

    def _post(self, port: int, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            body = json.dumps({"operations": batch, "not_sent": len(batch)})
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            line.request("POST", "/api/v1/field/operations", body, headers)
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise AssertionError(f"the server answered {answer.status}: {text[:300]!r}")
            found: list[dict[str, Any]] = json.loads(text)["receipts"]
            return found
        finally:
            line.close()


@dataclass(frozen=True)
class Told:
    """How a day of faults went."""

    operations: int
    kills: int
    answered: int
    broken: int
    """Requests that were cut off before their answer came."""
    again: int
    """Operations that the server had kept although their tablet had heard nothing."""
    seconds: float


@contextmanager
def _inside(settings: Settings) -> Iterator[Any]:
    app = create_app(settings)
    with app.app_context():
        yield app
        engine.engine().dispose()


def a_day(settings: Settings, *, seed: int, tablets: int, reads: int) -> list[Sender]:
    """Crews with a shutoff and so many final reads each, all done without network and not sent yet."""
    chance = random.Random(seed)
    found = []
    with _inside(settings) as app:
        given.a_utility()
        for number in range(tablets):
            tablet = Tablet(app, given.a_crew(letter="ABCDEFGH"[number]))
            crew_id = tablet.crew.crew_id
            home = given.a_home(owes_cents=24_210, noticed=True)
            order = an_order(kind="SHUTOFF_NONPAY", home=home, crew_id=crew_id, reason="NONPAYMENT")
            cleared = tablet.post("/field/clearances", {"order_id": order.id, "moment": "cut"}).get_json()
            ops = a_shutoff(tablet, order, home, clearance=cleared["token"])
            for _ in range(reads):
                home = given.a_home()
                order = an_order(kind="FINAL_READ", home=home, crew_id=crew_id, reason="MOVE_OUT")
                ops += a_final_read(tablet, order, home)
            found.append(
                Sender(
                    device_id=tablet.device_id, token=tablet.token, ops=ops, chance=random.Random(chance.random())
                )
            )  # fmt: skip
    return found


class Web:
    """The web process as `curbstop run` starts it, in a group of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        settings = settings.model_copy(update={"port": self.port, "web_threads": 8})
        self._argv = next(part for part in run.parts_of(settings=settings) if part.name == "web").argv
        self._env = {
            **os.environ, "CURBSTOP_DATA_DIR": str(settings.data_dir), "CURBSTOP_REDIS_URL": settings.redis_url,
            "CURBSTOP_DATABASE_URL": settings.database_url, "CURBSTOP_PORT": str(self.port), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        # With a database elsewhere nothing may have made the data folder yet.
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, env=self._env, stdout=log, stderr=log, cwd=ROOT, start_new_session=True
            )
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                line.request("GET", "/healthz")
                if line.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                line.close()
        self.kill()
        raise AssertionError(f"the web process did not get ready: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL, the process and its children, at whatever line they are."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def rehearse(settings: Settings, *, senders: list[Sender], seed: int, kills: int, longest_s: float) -> Told:
    """Let the tablets send while the web process is killed so many times, each at most `longest_s` after the tablets
    began to reach it. Answers how it went; raises AssertionError when a tablet is not done in the end."""
    began = time.monotonic()
    chance = random.Random(seed)
    web = Web(settings, settings.data_dir / "web.log")
    done = threading.Event()
    faults: list[BaseException] = []
    killed = 0
    web.start()

    def work(sender: Sender) -> None:
        try:
            sender.send_all(web.port, done)
        except BaseException as fault:
            faults.append(fault)

    lines = [threading.Thread(target=work, args=(sender,)) for sender in senders]
    try:
        for one in lines:
            one.start()
        while killed < kills and any(one.is_alive() for one in lines):
            time.sleep(chance.uniform(0.0, longest_s))
            web.kill()
            killed += 1
            web.start()
        for one in lines:
            one.join(PATIENCE_S)
    finally:
        done.set()
        for one in lines:
            one.join(10)
        web.kill()
    if faults:
        raise faults[0]
    left = sum(len(sender.ops) - len(sender.shown) for sender in senders)
    assert left == 0, f"{left} operations without a receipt; see {settings.data_dir / 'web.log'}"
    first_heard = [one for sender in senders for one in sender.shown.values()]
    return Told(
        operations=len(first_heard), kills=killed, answered=sum(one.answered for one in senders),
        broken=sum(one.broken for one in senders), again=sum(one["answer"] == "duplicate" for one in first_heard),
        seconds=time.monotonic() - began,
    )  # fmt: skip


def check(settings: Settings, *, senders: list[Sender], undisturbed: Settings) -> None:
    """Everything once: receipts without gaps, chains whole, every receipt that a tablet saw still the same, and books
    as they are when the same work is sent without any fault."""
    with _inside(settings), transaction.reading() as session:
        for sender in senders:
            _check_receipts(session, sender)
        assert session.scalar(select(func.count()).select_from(models.HeldOperation)) == 0
        seqs = session.execute(select(journal.JournalEntry.seq).order_by(journal.JournalEntry.seq)).scalars().all()
        assert list(seqs) == list(range(1, len(seqs) + 1)), "the journal has gaps"
        told = books.lines(session)
    with _inside(undisturbed) as app:
        for sender in senders:
            for start in range(0, len(sender.ops), operations.BATCH):
                batch = sender.ops[start : start + operations.BATCH]
                answer = app.test_client().post(
                    "/api/v1/field/operations", json={"operations": batch, "not_sent": 0},
                    headers={"Authorization": f"Bearer {sender.token}"},
                )  # fmt: skip
                assert answer.status_code == 200, answer.text
        with transaction.reading() as session:
            assert told == books.lines(session), "the books are not those of a day without faults"


def _check_receipts(session: Any, sender: Sender) -> None:
    operation, receipt = models.FieldOperation, models.FieldReceipt
    bodies = {
        row[0]: row[1]
        for row in session.execute(
            select(operation.op_id, operation.body_sha256).where(operation.device_id == sender.device_id)
        )
    }
    assert sorted(bodies) == sorted(op["op_id"] for op in sender.ops), "not every operation is there exactly once"
    rows = session.execute(
        select(receipt).where(receipt.device_id == sender.device_id).order_by(receipt.receipt)
    ).scalars()
    chain, numbers = "", []
    for row in rows:
        chain = receipts.link(
            before=chain, number=row.receipt, op_id=row.op_id, seq=row.seq, answer=row.answer,
            body_sha256=bodies[row.op_id],
        )  # fmt: skip
        assert row.chain == chain, f"the chain breaks at receipt {row.receipt}"
        numbers.append(row.receipt)
        seen = sender.shown[row.op_id]
        assert (seen["receipt"], seen["chain"]) == (row.receipt, row.chain), "a receipt that was shown has changed"
        assert row.answer == "applied"
    assert numbers == list(range(1, len(sender.ops) + 1)), "receipts have gaps"


def whole(
    folder: Path, *, bus_url: str, seed: int, kills: int, tablets: int, reads: int, longest_s: float,
    blank: Callable[[Path], None],
) -> Told:  # fmt: skip
    """A day made, sent under kills and checked. `blank` makes a file with empty tables."""
    settings = Settings(data_dir=folder / "house", redis_url=bus_url, login_tries_per_minute=1000)
    quiet = settings.model_copy(update={"data_dir": folder / "quiet"})
    for one in (settings, quiet):
        one.data_dir.mkdir(parents=True)
    blank(settings.data_dir / "curbstop.db")
    os.environ[clock.VARIABLE] = clock.setting(start=given.NOW)
    senders = a_day(settings, seed=seed, tablets=tablets, reads=reads)
    for file in settings.data_dir.glob("curbstop.db*"):
        shutil.copy(file, quiet.data_dir / file.name)
    told = rehearse(settings, senders=senders, seed=seed, kills=kills, longest_s=longest_s)
    check(settings, senders=senders, undisturbed=quiet)
    return told
