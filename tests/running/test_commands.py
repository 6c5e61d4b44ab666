"""The operator's commands as processes, on a data folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.config import ROOT

INIT = (
    "init", "--name", "Alder Water District", "--agency", "ca_special_district", "--time-zone", "America/Los_Angeles",
    "--yard=-122.08,37.66", "--admin", "ilya",
)  # fmt: skip


def curbstop(*words: str, data: Path, password: str = "a long enough passphrase") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dispatch.cli", *words], cwd=ROOT, env=_environment(data, password), capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path, password: str = "") -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    return {**env, "CURBSTOP_DATA_DIR": str(data), "CURBSTOP_ADMIN_PASSWORD": password}


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (tuple("Mars/Phobos" if word == "America/Los_Angeles" else word for word in INIT), "a long passphrase", "Mars/Phobos"),
        (tuple("--yard=200,95" if word.startswith("--yard") else word for word in INIT), "a long passphrase", "200"),
        (INIT, "short", "too short"),
        (("plan",), "", "curbstop init"),
        (("limits",), "", "curbstop init"),
        (("learn",), "", "curbstop init"),
        (("maps", "import", "nowhere.gpkg", "--layer", "parcels", "--district", "town", "--columns", "number=APN"), "", "nowhere.gpkg"),
        (("accounts", "import", "nowhere.csv"), "", "curbstop init"),
        (("run", "--port", "99999"), "", "99999"),
    ],
    ids=["time zone", "yard", "password", "plan without utility", "limits without utility", "learn without utility", "map file", "accounts without utility", "port"],
)  # fmt: skip
def test_a_command_that_cannot_work_says_why_in_words_and_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], password: str, said: str
) -> None:
    data = tmp_path / "data"
    done = curbstop(*words, data=data, password=password)
    assert done.returncode != 0
    assert said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (data / "curbstop.db").exists()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int, "subprocess.Popen[str]"]]:
    """An empty utility that runs: its data folder, its port, its process."""
    data = Path(tmp_path_factory.mktemp("utility")) / "data"
    made = curbstop(*INIT, data=data)
    assert made.returncode == 0, made.stderr
    port = a_free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch.cli", "run", "--port", str(port)], cwd=ROOT, env=_environment(data), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                break
        except OSError:
            assert process.poll() is None, process.stdout.read() if process.stdout else ""
            time.sleep(0.2)
    yield data, port, process
    process.kill()
    process.wait(20)
    if process.stdout is not None:
        process.stdout.close()


def test_a_plan_can_be_asked_for_on_the_command_line(running: tuple[Path, int, "subprocess.Popen[str]"]) -> None:
    data, _, _ = running
    done = curbstop("plan", "--on", "2026-11-24", "--seconds", "1", data=data)
    # A worker took it; without a map it ends with the reason.
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "curbstop: Plan 1 failed: The map has no streets yet. Import them first."


def test_a_second_start_on_the_same_folder_or_port_says_what_to_do(
    running: tuple[Path, int, "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    data, port, _ = running
    on_the_folder = curbstop("run", "--port", str(a_free_port()), data=data)
    assert on_the_folder.returncode != 0
    assert str(port) in on_the_folder.stderr, on_the_folder.stderr
    other = tmp_path / "other"
    assert curbstop(*INIT, data=other).returncode == 0
    on_the_port = curbstop("run", "--port", str(port), data=other)
    assert on_the_port.returncode != 0
    assert f"Port {port}" in on_the_port.stderr
    assert len(on_the_port.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("how", [signal.SIG_DFL, signal.SIG_IGN], ids=["in a terminal", "from a script"])
def test_an_interrupted_first_start_leaves_nothing_and_says_so_once(tmp_path: Path, how: signal.Handlers) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch.cli", "run", "--port", str(a_free_port())], cwd=ROOT, env=_environment(data), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=lambda: signal.signal(signal.SIGINT, how),
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "Parcels" in line:
            break
    process.send_signal(signal.SIGINT)
    said = process.stdout.read()
    assert process.wait(30) == 130
    assert said.count("Interrupted") == 1, said
    assert "Traceback" not in said
    assert not (data / "curbstop.db").exists()
    process.stdout.close()


def test_ctrl_c_ends_the_whole_group(running: tuple[Path, int, "subprocess.Popen[str]"]) -> None:
    data, _, process = running
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    left = subprocess.run(["pgrep", "-f", str(data)], capture_output=True, text=True, check=False).stdout.split()
    assert left == []
