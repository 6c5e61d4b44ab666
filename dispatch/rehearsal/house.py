"""Runs the real house for a rehearsed day: web, worker, beat and broker as one supervised group, on a clock of its own."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch import clock, supervisor
from dispatch.config import Settings

READY_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """A house that answers. `clock` is the setting that its processes run on."""

    base_url: str
    clock: str


class House:
    """How the house is run: which parts, with which settings. The same command lines as `curbstop run`."""

    def __init__(
        self, *, settings: Settings, parts: Callable[[Settings], Sequence[supervisor.Part]], env: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.settings = settings
        self._parts = parts
        self._env = dict(env)
        self._say = say

    @contextlib.contextmanager
    def running(self, *, start: datetime, times: float) -> Iterator[Running]:
        """The house is up within, its clock beginning at `start` once it answers, and going `times` as fast.

        It is ended in any case, with all its processes. Raises supervisor.CannotStart.
        """
        base_url = f"http://127.0.0.1:{self.settings.port}"
        supervisor.check_port(host="127.0.0.1", port=self.settings.port)
        lock = supervisor.RunLock(self.settings.data_dir)
        lock.take(address=base_url)
        # Loading the processes takes some real seconds; the clock is set so that they do not eat the morning.
        text = clock.setting(start=start, times=times)
        before = os.environ.get(clock.VARIABLE)
        os.environ[clock.VARIABLE] = text
        parts = self._parts(self.settings)
        group = supervisor.Group(
            parts, env={**self._env, clock.VARIABLE: text}, logs_dir=self.settings.data_dir / "logs", lock_fd=lock.fd,
            say=self._say,
        )  # fmt: skip
        watcher = threading.Thread(target=group.watch, args=(5.0, _nothing), daemon=True)
        try:
            group.start()
            web = next(part for part in parts if part.name == "web")
            if not group.wait_ready(web, timeout_s=READY_S):
                raise supervisor.CannotStart(
                    f"The web part did not get ready in {READY_S:.0f} s; see {self.settings.data_dir}/logs."
                )
            watcher.start()
            yield Running(base_url=base_url, clock=text)
        finally:
            group.stop()
            if watcher.is_alive():
                watcher.join(timeout=5)
            lock.release()
            if before is None:
                os.environ.pop(clock.VARIABLE, None)
            else:
                os.environ[clock.VARIABLE] = before


def _nothing() -> None:
    return None
