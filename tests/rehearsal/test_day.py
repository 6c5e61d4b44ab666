"""A small whole day: real processes, real HTTP, tablets that make mistakes. Everything that was made is accounted for."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dispatch import cli
from dispatch.config import ROOT

NODE = shutil.which("node") or shutil.which(str(ROOT / ".venv" / "bin" / "node"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """24 orders, 3 crews, on the generator's town: its account and its data folder."""
    assert NODE, "the simulated crews need Node; make setup brings it"
    folder = Path(tmp_path_factory.mktemp("day")) / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    done = subprocess.run(
        [
            sys.executable, "-m", "dispatch.cli", "day", "--district", "generated", "--orders", "24", "--crews", "3",
            "--factor", "400", "--seconds", "3", "--seed", "3", "--data", str(folder), "--port", str(port), "--json",
        ],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=540,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    return json.loads(done.stdout), folder


def difference(account: dict[str, Any]) -> dict[str, int]:
    return {line["name"]: line["difference"] for line in account["lines"] if line["difference"]}


@pytest.mark.timeout(560)
def test_everything_that_was_made_is_accounted_for(day: tuple[dict[str, Any], Path]) -> None:
    account, _ = day
    assert difference(account) == {}
    assert account["errors"] == []
    assert sum(account["orders_by_kind"].values()) >= 24
    assert account["tablets"]["completed"] > 0
    assert account["tablets"]["not_worked"] == 0


def test_the_crews_work_reached_the_accounts_once(day: tuple[dict[str, Any], Path]) -> None:
    _, folder = day
    with sqlite3.connect(folder / "curbstop.db") as books:
        sent = books.execute(
            "SELECT count(*) FROM field_operation WHERE kind = 'reading' AND answer = 'applied'"
        ).fetchone()[0]
        booked, causes = books.execute(
            "SELECT count(*), count(DISTINCT source_key) FROM reading WHERE source_key LIKE 'op:%'"
        ).fetchone()
        cut = books.execute(
            "SELECT count(*) FROM service_order o JOIN account a ON a.id = o.account_id JOIN service_point p"
            " ON p.id = o.service_point_id WHERE o.kind = 'SHUTOFF_NONPAY' AND o.state = 'POSTED'"
            " AND o.disposition = 'SHUT' AND (a.off_reason <> 'NONPAY' OR p.valve_state = 'ON')"
        ).fetchone()[0]
    assert 0 < booked <= sent
    assert booked == causes
    assert cut == 0, "a water that was shut off stands as shut off in the account and at the valve"


def test_a_rehearsal_leaves_no_process_behind(day: tuple[dict[str, Any], Path]) -> None:
    _, folder = day
    left = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout.split()
    assert left == []


def asked(monkeypatch: pytest.MonkeyPatch, *wish: str) -> int:
    """The exit code of the command, run in this process."""
    # The command writes the folder into the environment: what is set here is put back after the test.
    monkeypatch.setenv("CURBSTOP_DATA_DIR", "")
    return cli.main(["day", *wish])


def test_a_folder_that_holds_something_else_is_not_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "curbstop.db").write_text("a real utility")
    assert asked(monkeypatch, "--district", "generated", "--data", str(tmp_path)) == 1
    assert "no rehearsal made" in capsys.readouterr().err
    assert (tmp_path / "curbstop.db").read_text() == "a real utility"


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (["--district", "atlantis"], "generated"),
        (["--orders", "0"], "--orders"),
        (["--on", "2026-08-23", "--district", "generated"], "2026-08-24"),
        (["--district", "cambridge", "--files", "/nowhere"], "--files"),
    ],
)
def test_a_day_asked_for_wrongly_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wish: list[str], word: str
) -> None:
    assert asked(monkeypatch, *wish, "--data", str(tmp_path / "new")) == 1
    assert word in capsys.readouterr().err
