"""The parts of the house live and end together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import supervisor
from dispatch.config import ROOT

SLEEPS = "import time, sys; print('up', flush=True); time.sleep(600)"
FAILS = "print('the reason'); raise SystemExit(3)"


def gone(pid: int, *, within_s: float = 15.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if (
                Path(f"/proc/{pid}/stat").is_file()
                and Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
            ):
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[supervisor.RunLock]:
    lock = supervisor.RunLock(tmp_path)
    lock.take(address="http://here")
    yield lock
    lock.release()


def group(folder: Path, lock: supervisor.RunLock, code: str, said: list[str]) -> supervisor.Group:
    return supervisor.Group(
        [supervisor.Part(name="part", argv=[sys.executable, "-c", code])],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, logs_dir=folder / "logs", lock_fd=lock.fd, say=said.append,
    )  # fmt: skip


def test_a_part_that_dies_is_started_again(tmp_path: Path, lock: supervisor.RunLock) -> None:
    said: list[str] = []
    house = group(tmp_path, lock, SLEEPS, said)
    house.start()
    first = house.pids()["part"]
    os.kill(first, signal.SIGKILL)
    watching = threading.Thread(target=house.watch, args=(60.0, lambda: None))
    watching.start()
    until = time.monotonic() + 20
    while house.pids()["part"] == first and time.monotonic() < until:
        time.sleep(0.05)
    second = house.pids()["part"]
    house.ask_to_stop()
    watching.join()
    house.stop()
    assert second != first
    assert "signal 9" in said[0]
    assert gone(second)


def test_a_part_that_keeps_dying_ends_the_group_with_its_last_words(
    tmp_path: Path, lock: supervisor.RunLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "TRIES", 2)
    house = group(tmp_path, lock, FAILS, [])
    house.start()
    try:
        with pytest.raises(supervisor.CannotStart, match=r"exit code 3.*the reason"):
            house.watch(60.0, lambda: None)
    finally:
        house.stop()


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from dispatch import supervisor
lock = supervisor.RunLock(Path({str(tmp_path)!r})); lock.take(address="http://here")
house = supervisor.Group([supervisor.Part(name="part", argv=[sys.executable, "-c", {SLEEPS!r}])],
    env={{"PYTHONPATH": {str(ROOT)!r}}}, logs_dir=Path({str(tmp_path)!r}), lock_fd=lock.fd, say=print)
house.start()
print(house.pids()["part"], flush=True)
time.sleep(600)
"""
    running = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert running.stdout is not None
    part = int(running.stdout.readline())
    running.kill()
    running.wait()
    running.stdout.close()
    assert gone(part)
    again = supervisor.RunLock(tmp_path)
    again.take(address="http://there")
    again.release()


def test_a_second_group_on_the_same_folder_is_refused_in_one_line(tmp_path: Path, lock: supervisor.RunLock) -> None:
    with pytest.raises(supervisor.CannotStart, match=r"already runs on .*http://here") as refused:
        supervisor.RunLock(tmp_path).take(address="http://there")
    assert "\n" not in str(refused.value)


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(supervisor.CannotStart, match=rf"Port {port} .*make run PORT={port + 1}"):
            supervisor.check_port(host="127.0.0.1", port=port)


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(supervisor.CannotStart, match="is no port"):
        supervisor.check_port(host="127.0.0.1", port=70000)
