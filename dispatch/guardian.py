"""Ends what a supervisor leaves behind. Reads `+PID` and `-PID` lines; at the end of input it ends the groups still named.

Run as `python -m dispatch.guardian SECONDS` by `dispatch.supervisor` alone. Ctrl-C does not reach it: it has its own session.
"""

import contextlib
import os
import signal
import sys
import time


def main() -> None:
    """Read until the supervisor is gone, then TERM, wait SECONDS, KILL."""
    patience_s = float(sys.argv[1])
    groups: set[int] = set()
    for line in sys.stdin:
        sign, number = line[0], int(line[1:])
        (groups.add if sign == "+" else groups.discard)(number)
    _send(groups, signal.SIGTERM)
    until = time.monotonic() + patience_s
    while groups and time.monotonic() < until:
        groups = {one for one in groups if _there(one)}
        time.sleep(0.05)
    _send(groups, signal.SIGKILL)


def _send(groups: set[int], number: int) -> None:
    for one in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(one, number)


def _there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
