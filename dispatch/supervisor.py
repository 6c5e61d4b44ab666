"""Runs the parts of the house as one group: all up, all watched, all ended together.

Every part is a process group of its own. A small guard process holds a pipe from the supervisor: when the supervisor is
gone, however it went, the guard ends the groups that are left.
"""

import contextlib
import fcntl
import logging
import logging.handlers
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TERM_S = 8.0
"""How long a part may take to end before it is killed."""
TRIES = 5
WITHIN_S = 60.0
"""A part that ended so often in so short a time is not started again."""


class CannotStart(Exception):  # noqa: N818 - an answer for the operator
    """The group cannot start; the message is one line that says what to do."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process of the house. `first`: it is started before the others and ended after them."""

    name: str
    argv: Sequence[str]
    first: bool = False
    ready: Callable[[], bool] | None = None


@dataclass
class _Running:
    part: Part
    process: subprocess.Popen[bytes]
    reader: threading.Thread
    last_words: deque[str]
    ended_at: deque[float] = field(default_factory=lambda: deque(maxlen=50))


class RunLock:
    """One supervised group a data folder. The guard inherits the lock, so that it is held until the last part is gone."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "run.lock"
        self.fd = -1

    def take(self, *, address: str, patience_s: float = TERM_S + 4) -> None:
        """Take the lock or raise CannotStart. Waits for a group whose supervisor is gone and whose parts are ending."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pid, other = self._holder()
                if _alive(pid) or time.monotonic() > until:
                    os.close(self.fd)
                    raise CannotStart(
                        f"Curbstop already runs on {self._path.parent} ({other}, process {pid}). "
                        "Use that one, end it with Ctrl-C, or take another data folder (DATA=...)."
                    ) from None
                time.sleep(0.2)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()} {address}\n".encode(), 0)

    def _holder(self) -> tuple[int, str]:
        pid, _, address = self._path.read_text(encoding="utf-8").strip().partition(" ")
        return (int(pid), address) if pid.isdigit() else (0, "starting")

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(OSError):
            os.ftruncate(self.fd, 0)
            os.close(self.fd)


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def check_port(*, host: str, port: int) -> None:
    """Raise CannotStart, with what to do, when nothing can listen there."""
    if not 0 < port < 65536:
        raise CannotStart(f"{port} is no port: take one between 1024 and 65535, such as PORT=8341.")
    try:
        family, kind, proto, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CannotStart(f"The host {host!r} is not known here. HOST=127.0.0.1 serves this machine alone, "
                          "HOST=0.0.0.0 every network it is on.") from None  # fmt: skip
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
            probe.listen(1)
        except PermissionError:
            raise CannotStart(
                f"Port {port} needs the rights of root. Take a port above 1023, such as PORT=8340."
            ) from None
        except OSError as fault:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({fault.strerror}). End the program that holds it, "
                f"or take another port: make run PORT={port + 1}"
            ) from None


class Group:
    """The supervised parts."""

    def __init__(
        self, parts: Sequence[Part], *, env: Mapping[str, str], logs_dir: Path, lock_fd: int,
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._parts = parts
        self._env = dict(env)
        self._logs_dir = logs_dir
        self._lock_fd = lock_fd
        self._say = say
        self._running: dict[str, _Running] = {}
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._guard: subprocess.Popen[bytes] | None = None

    def ask_to_stop(self, *_: object) -> None:
        """End the group soon; asked a second time, at once. Usable as a signal handler."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def start(self) -> None:
        """Start all parts: those marked `first` before the others, each waited for until it is ready."""
        self._logs_dir.mkdir(parents=True, exist_ok=True)
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "dispatch.guardian", str(TERM_S)],
            stdin=subprocess.PIPE, start_new_session=True, pass_fds=(self._lock_fd,), env=self._env,
        )  # fmt: skip
        for part in sorted(self._parts, key=lambda one: not one.first):
            self._spawn(part)
            if part.first and not self.wait_ready(part, timeout_s=20):
                raise CannotStart(f"{part.name} did not start: {self._words(part.name)}")

    def wait_ready(self, part: Part, *, timeout_s: float) -> bool:
        """True when the part says that it is ready, False after the time, or when it or the group has ended."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until and not self._stop.is_set():
            if part.ready is None or part.ready():
                return True
            self._look()
            time.sleep(0.1)
        return False

    def watch(self, every_s: float, meanwhile: Callable[[], None]) -> None:
        """Hold the group up until it is asked to stop; `meanwhile` is called about every `every_s` seconds."""
        due = time.monotonic()
        while not self._stop.wait(0.3):
            self._look()
            if time.monotonic() >= due:
                due = time.monotonic() + every_s
                meanwhile()

    def stop(self) -> None:
        """End every part: ask, wait, kill. The parts marked `first` last."""
        self._stop.set()
        for first in (False, True):
            group = [one for one in self._running.values() if one.part.first is first]
            for one in group:
                _signal(one.process, signal.SIGTERM)
            until = time.monotonic() + TERM_S
            while any(one.process.poll() is None for one in group) and time.monotonic() < until:
                if self._hurry.is_set():
                    break
                time.sleep(0.05)
            for one in group:
                # The leader may be gone while a child of its own is left.
                _signal(one.process, signal.SIGKILL)
                one.process.wait()
                one.reader.join(timeout=1)
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()
            self._guard.wait()

    def pids(self) -> dict[str, int]:
        """Process ids of the parts, by name."""
        return {name: one.process.pid for name, one in self._running.items()}

    def _spawn(self, part: Part, history: deque[float] | None = None) -> None:
        process = subprocess.Popen(
            list(part.argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self._env, start_new_session=True,
        )  # fmt: skip
        self._tell_guard(f"+{process.pid}")
        words: deque[str] = deque(maxlen=12)
        assert process.stdout is not None
        reader = threading.Thread(target=self._copy, args=(part.name, process.stdout, words), daemon=True)
        reader.start()
        running = _Running(part=part, process=process, reader=reader, last_words=words)
        if history is not None:
            running.ended_at = history
        self._running[part.name] = running

    def _look(self) -> None:
        for name, one in list(self._running.items()):
            code = one.process.poll()
            if code is None:
                continue
            _signal(one.process, signal.SIGKILL)
            self._tell_guard(f"-{one.process.pid}")
            one.reader.join(timeout=1)
            now = time.monotonic()
            one.ended_at.append(now)
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            recent = [at for at in one.ended_at if now - at < WITHIN_S]
            if len(recent) >= TRIES:
                raise CannotStart(
                    f"{name} ended {TRIES} times within a minute (last: {how}). Its last words: {self._words(name)}"
                )
            pause_s = min(8.0, 0.5 * 2 ** (len(recent) - 1))
            self._say(f"{name} ended ({how}); starting it again. See {self._logs_dir / name}.log")
            if self._stop.wait(pause_s):
                return
            self._spawn(one.part, one.ended_at)

    def _words(self, name: str) -> str:
        words = [line for line in self._running[name].last_words if line.strip()]
        return (" | ".join(words[-3:]) or "none") + f" (all of them in {self._logs_dir / name}.log)"

    def _copy(self, name: str, source: IO[bytes], words: deque[str]) -> None:
        log = logging.Logger(name)
        handler = logging.handlers.RotatingFileHandler(
            self._logs_dir / f"{name}.log", maxBytes=10_000_000, backupCount=3, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
        with source:
            for raw in source:
                line = raw.decode("utf-8", "replace").rstrip()
                words.append(line)
                log.info("%s", line)
        handler.close()

    def _tell_guard(self, line: str) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.write(f"{line}\n".encode())
                self._guard.stdin.flush()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
