"""The server is killed while tablets send: nothing is lost, nothing is there twice. `make bench-faults` kills more often."""

import shutil
from pathlib import Path

import pytest

from dispatch import clock
from tests.sync import faults


def test_a_web_process_killed_while_tablets_send_keeps_everything_exactly_once(
    tmp_path: Path, bus_url: str, blank_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(clock.VARIABLE, "")
    told = faults.whole(
        tmp_path, bus_url=bus_url, seed=11, kills=2, tablets=3, reads=8, longest_s=0.5,
        blank=lambda path: shutil.copy(blank_database, path),
    )  # fmt: skip
    assert told.kills >= 1
    assert told.operations == 3 * (9 + 8 * 6)
    assert told.broken >= 1, "no request was cut off; the kills came too late"
