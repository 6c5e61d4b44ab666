"""How the search is compiled: machine code is kept on disk and belongs to exactly the sources it was made of.

numba looks only at the file of the function that is called, so code kept for `kernel.search` would outlive a change in
`tours.py`. The place where it is kept is therefore named after a hash of all. `NUMBA_CACHE_DIR` says where that is
kept; without it, beside the byte code of this package (where that can be written).

numba is loaded when a compiled function is first called: web processes time routes and never search, and it would be a
quarter of their memory.
"""

import functools
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

SOURCES = ("arrays.py", "tours.py", "meeting.py", "supplies.py", "whole.py", "misses.py", "kernel.py")


_waiting: list[tuple[Callable[..., Any], bool]] = []
_compiled: list[tuple[Callable[..., Any], bool]] = []
_compiling = threading.Lock()


def jit(function: Compiled) -> Compiled:
    """Compile on first call; later processes read the machine code from disk. Called by its module's name, never
    imported by its own."""
    return _later(function, inline=False)


def inlined(function: Compiled) -> Compiled:
    """As `jit`, written out in place wherever a compiled function calls it."""
    return _later(function, inline=True)


def _later(function: Compiled, *, inline: bool) -> Compiled:
    _waiting.append((function, inline))

    @functools.wraps(function)
    def first(*arguments: Any) -> Any:
        _compile_all()
        return function.__globals__[function.__name__](*arguments)

    return cast(Compiled, first)


def _compile_all() -> None:
    """Puts what numba makes of each function that waits in its place; they call each other, so all at once."""
    with _compiling:
        if not _waiting:
            return
        import numba

        if not _compiled:
            _name_the_cache(numba.config)
        for function, inline in _waiting:
            options: dict[str, Any] = {"inline": "always"} if inline else {}
            function.__globals__[function.__name__] = numba.njit(cache=True, nogil=True, **options)(function)
        _compiled.extend(_waiting)
        _waiting.clear()


def _name_the_cache(settings: Any) -> None:
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    given = settings.CACHE_DIR
    base = Path(given) if given else here / "__pycache__"
    if given or os.access(base if base.exists() else here, os.W_OK):
        settings.CACHE_DIR = str(base / f"routes-{digest}")
