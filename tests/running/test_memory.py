"""What a web process loads, for it is there several times on a machine."""

import subprocess
import sys

HEAVY = ("numba", "llvmlite", "geopandas", "pandas", "pyogrio", "celery")


def test_a_web_process_loads_nothing_that_only_the_workers_use() -> None:
    loaded = f"""
import importlib, sys
import dispatch.app
for name in dispatch.app.APIS:
    importlib.import_module(name)
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
