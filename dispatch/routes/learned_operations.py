"""Writing down what was learned. It takes the place of what was known before, whole."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete

from dispatch.routes import events, learned_queries, learning
from dispatch.routes import learned_models as models
from dispatch.transaction import Tx


def save(
    tx: Tx,
    *,
    as_of: date,
    durations: learning.Durations,
    hours: Sequence[learning.HourOfDriving],
    visits: int,
    drives: int,
) -> models.LearnedRun:
    """Put new knowledge in the place of the old. A second run of a day leaves one run of it."""
    learned_queries.hold(tx.session)
    for table in (models.LearnedDuration, models.LearnedPace, models.LearnedTravel):
        tx.session.execute(delete(table))
    tx.session.execute(delete(models.LearnedRun).where(models.LearnedRun.as_of == as_of))
    tx.session.add_all(
        models.LearnedDuration(kind=one.kind, area=one.area, work_s=one.work_s, visits=one.visits, as_of=as_of)
        for one in durations.work
    )
    tx.session.add_all(
        models.LearnedPace(kind=one.kind, crew_id=one.crew_id, factor=one.factor, visits=one.visits, as_of=as_of)
        for one in durations.paces
    )
    tx.session.add_all(
        models.LearnedTravel(hour=one.hour, factor=one.factor, drives=one.drives, as_of=as_of) for one in hours
    )
    run = models.LearnedRun(as_of=as_of, at=tx.now, visits=visits, drives=drives)
    tx.session.add(run)
    tx.session.flush()
    tx.record(events.DurationsLearned(run_id=run.id))
    return run


def note_drives(tx: Tx, *, drives: Sequence[models.DriveSeen], forget_before: date) -> None:
    """Keep measured drives, once a visit, and let go of those of days before `forget_before`."""
    learned_queries.hold(tx.session)
    known = learned_queries.measured(tx.session, visit_ids=[one.visit_id for one in drives])
    tx.session.add_all(one for one in drives if one.visit_id not in known)
    tx.session.execute(delete(models.DriveSeen).where(models.DriveSeen.on_day < forget_before))
