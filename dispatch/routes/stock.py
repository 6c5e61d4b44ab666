"""Tools and parts on board: what a crew lacks for a job, and the same as arrays for the search. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.routes.problem import Crew, Job, Problem

PLENTY = 1 << 40
"""Parts on board of a crew that has been at the yard."""


class Supplies(NamedTuple):
    """n jobs, V crews, P sorts of parts; see `arrays.Day`. Without tools and parts all but `can_have` are empty."""

    parts: npt.NDArray[np.int64]
    stock: npt.NDArray[np.int64]
    lacks: npt.NDArray[np.bool_]
    yard: npt.NDArray[np.int32]
    fetches: npt.NDArray[np.int32]
    can_have: npt.NDArray[np.bool_]  # [V, n]


def missing(*, crew: Crew, job: Job, used: Counter[str] | None = None) -> tuple[list[str], dict[str, int]]:
    """(tools, parts and how many) that the crew lacks for the job, after it has used up some parts."""
    on_board = Counter(dict(crew.parts))
    on_board.subtract(used or Counter())
    short = {part: count - on_board[part] for part, count in job.parts if count > on_board[part]}
    return sorted(job.tools - crew.tools), short


def can_have(*, day: Problem, crew: Crew, job: Job) -> bool:
    """True when nothing is missing, or the crew may fetch it."""
    tools, parts = missing(crew=crew, job=job)
    return not (tools or parts) or any(one.fetch_for_crew_id == crew.crew_id for one in day.jobs)


def of(*, problem: Problem, crews: Sequence[Crew], jobs: Sequence[Job]) -> Supplies:
    """The arrays. A crew that fetches among its fixed stops lacks nothing; what its other fixed stops use up is gone."""
    count = len(jobs)
    if not any(job.tools or job.parts for job in jobs):
        none = np.zeros(0, dtype=np.int32)
        return Supplies(
            parts=np.zeros((count, 0), dtype=np.int64), stock=np.zeros((len(crews), 0), dtype=np.int64),
            lacks=np.zeros((0, 0), dtype=np.bool_), yard=none, fetches=none,
            can_have=np.ones((len(crews), count), dtype=np.bool_),
        )  # fmt: skip
    sorts = sorted({part for job in jobs for part, _ in job.parts})
    column = {part: k for k, part in enumerate(sorts)}
    row = {crew.crew_id: v for v, crew in enumerate(crews)}
    parts = np.zeros((count, len(sorts)), dtype=np.int64)
    fetches = np.full(count, -1, dtype=np.int32)
    yard = np.full(len(crews), -1, dtype=np.int32)
    for c, job in enumerate(jobs):
        for part, many in job.parts:
            parts[c, column[part]] += many
        if job.fetch_for_crew_id in row:
            fetches[c], yard[row[job.fetch_for_crew_id]] = row[job.fetch_for_crew_id], c
    stock = np.zeros((len(crews), len(sorts)), dtype=np.int64)
    lacks = np.array([[bool(job.tools - crew.tools) for job in jobs] for crew in crews], dtype=np.bool_)
    lacks = lacks.reshape(len(crews), count)
    for v, crew in enumerate(crews):
        for part, many in crew.parts:
            if part in column:
                stock[v, column[part]] += many
        for job in problem.jobs:
            if job.is_fixed and job.locked_crew_id == crew.crew_id:
                for part, many in job.parts:
                    if part in column:
                        stock[v, column[part]] -= many
                if job.fetch_for_crew_id == crew.crew_id:
                    lacks[v], stock[v] = False, PLENTY
    alone = ~lacks & (parts[None, :, :] <= stock[:, None, :]).all(axis=2)
    return Supplies(
        parts=parts, stock=stock, lacks=lacks, yard=yard, fetches=fetches, can_have=alone | (yard >= 0)[:, None]
    )
