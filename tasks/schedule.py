"""The whole timetable in one table."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A job that runs every so many seconds of the real clock. It must be harmless to run twice, or not at all once."""

    job: str
    every_s: float
    why: str


TIMETABLE: tuple[Entry, ...] = (
    Entry(job="relay.run", every_s=1.0, why="starts the jobs that journal entries call for"),
    Entry(job="night.run", every_s=15.0, why="roster, what crews did not reach, and the plan of the day, once a day"),
    Entry(
        job="routes.learn", every_s=300.0, why="once a night: how long work and drives take, from what crews reported"
    ),
    Entry(job="routes.replan_due", every_s=1.0, why="answers events of the day within seconds, several at once"),
    Entry(job="routes.watch", every_s=60.0, why="promises in danger and crews that did not come ask for a re-plan"),
    Entry(job="routes.give_up_lost", every_s=60.0, why="nobody waits for a planner that died"),
    Entry(job="watch.recalls", every_s=15.0, why="recalls not answered for three minutes go on record"),
    Entry(job="watch.forget_trails", every_s=6 * 3600.0, why="trails of crews are kept as long as stated, not longer"),
)


def beat() -> dict[str, dict[str, Any]]:
    """The table as Celery's beat reads it. What was not run in time is dropped: the next run does it."""
    return {
        entry.job: {"task": entry.job, "schedule": entry.every_s, "options": {"expires": max(5.0, entry.every_s)}}
        for entry in TIMETABLE
    }
