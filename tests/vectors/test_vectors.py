"""Rules that live in Python and TypeScript give the same answer to the same 50,000 questions."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.vectors import make

PWA = Path(__file__).parents[2] / "pwa"


@pytest.mark.parametrize("sort", sorted(make.SORTS))
def test_the_committed_cases_are_what_the_rules_say_today(sort: str) -> None:
    share = make.SORTS[sort][1]
    committed = (make.HERE / f"{sort}.json").read_text()
    assert make.lines(sort=sort, cases=make.COMMITTED // share, seed=make.SEED) == committed, (
        "the rules changed: run python -m tests.vectors.make and look at the difference"
    )


def test_the_tablet_agrees_on_fifty_thousand_cases(tmp_path: Path) -> None:
    runner = PWA / "node_modules" / ".bin" / "vitest"
    node = shutil.which("node")
    if node is None or not runner.exists():
        pytest.skip("the front end is not installed: `make setup` brings Node and its packages")
    make.write(out=tmp_path, cases=50_000, with_clearances=True)
    ran = subprocess.run(
        [str(runner), "run", "src/domain/vectors.test.ts"],
        cwd=PWA,
        env={**os.environ, "CURBSTOP_VECTORS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-4000:]
