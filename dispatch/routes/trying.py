"""Trying a day as it could be, beside the day as it is: read, plan both, keep the figures. No plan and no route changes."""

import dataclasses
from datetime import date, timedelta

import structlog
from sqlalchemy import update

from dispatch import clock, errors
from dispatch.policies import queries as policies
from dispatch.routes import day, events, facts, ground, models, planner, queries, what_if, wording
from dispatch.transaction import Actor, Tx, reading, transaction

PLANNER = Actor("planner")
SECONDS, LEAST_SECONDS, SECONDS_AN_ORDER = 8.0, 2.0, 0.03
"""For each of the two plans; a small day is found sooner."""
LOST_AFTER_S = 300
FARTHEST_DAYS = 14
_log = structlog.get_logger()


class TrialRefused(errors.Refusal):
    """Nothing sensible can be tried with these options."""

    code = "trial_refused"


def ask(tx: Tx, *, on: date, options: what_if.Options) -> models.Trial:
    """Ask for a comparison. Refuses with every reason at once."""
    today = tx.now.astimezone(policies.zone(tx.session)).date()
    reasons: list[errors.Reason] = []
    if not today <= on <= today + timedelta(days=FARTHEST_DAYS):
        text = (f"Choose today or one of the next {FARTHEST_DAYS} days.",
                f"Elija hoy o uno de los próximos {FARTHEST_DAYS} días.")  # fmt: skip
        reasons.append(errors.Reason("day", *text, "on"))
    if not 0 <= options.more_crews <= what_if.MOST_CREWS:
        text = (f"Between 0 and {what_if.MOST_CREWS} crews more.", f"Entre 0 y {what_if.MOST_CREWS} cuadrillas más.")
        reasons.append(errors.Reason("more_crews", *text, "more_crews"))
    if abs(options.longer_min) > what_if.MOST_MINUTES:
        text = (f"At most {what_if.MOST_MINUTES} minutes longer or shorter.",
                f"Máximo {what_if.MOST_MINUTES} minutos más o menos.")  # fmt: skip
        reasons.append(errors.Reason("longer_min", *text, "longer_min"))
    if not 0 <= options.more_orders_percent <= what_if.MOST_PERCENT:
        text = (
            f"Between 0 and {what_if.MOST_PERCENT} % more orders.",
            f"Entre 0 y {what_if.MOST_PERCENT} % más órdenes.",
        )
        reasons.append(errors.Reason("more_orders_percent", *text, "more_orders_percent"))
    if options == what_if.Options():
        text = ("Change something: crews, hours or orders.", "Cambie algo: cuadrillas, horas u órdenes.")
        reasons.append(errors.Reason("nothing_changed", *text, "more_crews"))
    if reasons:
        raise TrialRefused("This cannot be tried.", reasons=reasons)
    row = models.Trial(
        on_day=on, options=dataclasses.asdict(options), asked_by=tx.actor.name, asked_at=tx.now, figures={}
    )
    tx.session.add(row)
    tx.session.flush()
    tx.record(events.TrialAsked(trial_id=row.id))
    return row


def run(*, trial_id: int, again: bool = False, iterations: int | None = None) -> bool:
    """Plan the day as it is and as it could be; True when this call did the work.

    A job that comes twice does it once; `again` takes over from a worker that died.
    """
    row = models.Trial
    with transaction(actor=PLANNER) as tx:
        taken = tx.session.execute(
            update(row)
            .where(row.id == trial_id, row.status.in_(("queued", "working") if again else ("queued",)))
            .values(status="working", progress=0.02)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return False
    try:
        _run(trial_id, iterations)
    except _CannotTry as told:
        _end(trial_id, error=told.words)
    except Exception:
        _log.exception("what-if failed", trial_id=trial_id)
        _end(trial_id, error=wording.FAILED_FAULT)
    return True


class _CannotTry(Exception):  # noqa: N818 - told to the dispatcher, not a fault
    def __init__(self, words: wording.Both) -> None:
        super().__init__(words[0])
        self.words = words


def _run(trial_id: int, iterations: int | None) -> None:
    with reading() as session:
        row = queries.get_trial(session, trial_id)
        on, options = row.on_day, what_if.Options(**row.options)
        known = facts.read(session, on=on, now=clock.now(), ask_rules=True)
        streets = ground.get(session)
    if streets.network.edge_count == 0:
        raise _CannotTry(wording.FAILED_NO_STREETS)
    driving = streets.driving(known.places())
    if driving.place_of[day.YARD] < 0:
        raise _CannotTry(wording.FAILED_NO_YARD)
    as_it_is = day.problem(facts=known, place_of=driving.place_of, travel_s=driving.travel_s)
    as_it_could_be = what_if.changed(problem=as_it_is, options=options, seed=trial_id)
    seconds = min(SECONDS, max(LEAST_SECONDS, SECONDS_AN_ORDER * len(as_it_could_be.jobs)))
    found: dict[str, dict[str, int]] = {}
    for name, problem, begun in (("now", as_it_is, 0.1), ("then", as_it_could_be, 0.55)):
        _tell(trial_id, begun)
        plan = planner.solve(
            problem=problem, seed=trial_id, seconds=None if iterations is not None else seconds, iterations=iterations
        )
        found[name] = dataclasses.asdict(what_if.figures(problem=problem, plan=plan))
    _end(trial_id, figures=found)


def _tell(trial_id: int, progress: float) -> None:
    with transaction(actor=PLANNER) as tx:
        queries.get_trial(tx.session, trial_id).progress = progress


def _end(trial_id: int, *, figures: dict[str, dict[str, int]] | None = None, error: wording.Both | None = None) -> None:
    with transaction(actor=PLANNER) as tx:
        row = queries.get_trial(tx.session, trial_id)
        row.progress, row.finished_at = 1.0, tx.now
        row.status = "done" if figures is not None else "failed"
        row.figures = figures or {}
        row.error_en, row.error_es = error or (None, None)
        tx.record(events.TrialEnded(trial_id=trial_id))


def give_up_lost() -> int:
    """Comparisons whose worker has been silent for too long are marked as failed."""
    with transaction(actor=PLANNER) as tx:
        patience = timedelta(seconds=LOST_AFTER_S * clock.rate())
        lost = [row for row in queries.open_trials(tx.session) if tx.now - row.asked_at > patience]
        for row in lost:
            row.status, row.progress, row.finished_at = "failed", 1.0, tx.now
            row.error_en, row.error_es = wording.FAILED_LOST
            tx.record(events.TrialEnded(trial_id=row.id))
        return len(lost)
