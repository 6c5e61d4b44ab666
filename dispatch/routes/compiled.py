"""How the search is compiled: machine code is kept on disk and belongs to exactly the sources it was made of.

numba looks only at the file of the function that is called, so code kept for `kernel.search` would outlive a change in
`tours.py`. The place where it is kept is therefore named after a hash of all. `NUMBA_CACHE_DIR` says where that is
kept; without it, beside the byte code of this package (where that can be written).
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

SOURCES = ("arrays.py", "tours.py", "misses.py", "kernel.py")


def _name_the_cache() -> None:
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    settings: Any = numba.config
    given = settings.CACHE_DIR
    base = Path(given) if given else here / "__pycache__"
    if given or os.access(base if base.exists() else here, os.W_OK):
        settings.CACHE_DIR = str(base / f"routes-{digest}")


_name_the_cache()


def jit(function: Compiled) -> Compiled:
    """Compile on first call; later processes read the machine code from disk."""
    compiled: Any = numba.njit(cache=True, nogil=True)(function)
    return cast(Compiled, compiled)


def inlined(function: Compiled) -> Compiled:
    """As `jit`, written out in place wherever a compiled function calls it."""
    compiled: Any = numba.njit(cache=True, nogil=True, inline="always")(function)
    return cast(Compiled, compiled)
