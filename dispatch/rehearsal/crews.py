"""Lets simulated crews work the day: the crew app's own outbox and forms, run by Node against the public HTTP API."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from dispatch import errors
from dispatch.config import ROOT, Settings
from dispatch.rehearsal import staff


class NoCrews(errors.Refusal):
    """The simulated crews cannot be run here."""

    code = "no_crews"


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What the crews need to know. `mistakes`: shares of stops, or None for the usual ones."""

    base_url: str
    house_clock: str
    on: date
    crews: Sequence[staff.CrewLogin]
    dead_zones: Sequence[dict[str, object]]
    office: str
    folder: Path
    mistakes: dict[str, float] | None = None


def program(settings: Settings) -> tuple[str, Path]:
    """Node and the crews' program; refuses with what to do when one of them is missing."""
    file = settings.front_dir / "sim" / "crew.mjs"
    node = shutil.which("node") or shutil.which(str(ROOT / ".venv" / "bin" / "node"))
    if node is None or not file.is_file():
        raise NoCrews("The simulated crews are not built yet. Run: make setup")
    return node, file


class Crews:
    """The crews at work, in a process of their own."""

    def __init__(self, *, settings: Settings, errand: Errand, told: Callable[[str], None]) -> None:
        node, file = program(settings)
        errand.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [node, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdin.write(json.dumps(_input(errand)))
        self._process.stdin.close()
        self._lines: list[str] = []
        self._words: list[str] = []

        def keep(line: str) -> None:
            self._words.append(line)
            told(line)

        self._threads = [
            threading.Thread(target=_read, args=(self._process.stdout, self._lines.append), daemon=True),
            threading.Thread(target=_read, args=(self._process.stderr, keep), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def working(self) -> bool:
        """True while a crew is still out."""
        return self._process.poll() is None

    def reports(self) -> list[dict[str, Any]]:
        """What each crew's tablet counted, once all are in. A crew that could not work has an `error`."""
        code = self._process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        found = [json.loads(line) for line in self._lines if line.startswith("{")]
        if not found:
            last = self._words[-1] if self._words else "it said nothing"
            raise NoCrews(f"The simulated crews ended with {code}: {last}")
        return found

    def end(self) -> None:
        """Send them home at once."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _input(errand: Errand) -> dict[str, Any]:
    return {
        "base_url": errand.base_url, "times": "house", "house_clock": errand.house_clock, "date": errand.on.isoformat(),
        "folder": str(errand.folder), "dead_zones": list(errand.dead_zones), "speed": 0,
        "office": {"login": errand.office, "password": staff.PASSWORD},
        "crews": [
            {"login": one.login, "password": staff.PASSWORD, "device_id": one.device_id, "seed": one.seed}
            for one in errand.crews
        ],
        **({} if errand.mistakes is None else {"mistakes": errand.mistakes}),
    }  # fmt: skip


def _read(source: IO[str], keep: Callable[[str], None]) -> None:
    for line in source:
        keep(line.rstrip())
