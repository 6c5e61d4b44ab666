"""Learning from the days before: read (tx), think (no tx), write (tx). Once a day by the night, or when asked.

Drives are measured on the streets once, day by day, and kept, so that a night has only the day before to measure.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.orders import kinds
from dispatch.policies import queries as policies
from dispatch.routes import day, ground, learned_models, learned_operations, learned_queries, learning
from dispatch.transaction import Actor, reading, transaction
from maps import travel

NIGHT = Actor("night")
LEARN_FROM = time(2)
"""Local time from which the night's run is due: the tablets of the day before have brought what they had."""
DRIVES_KEPT = timedelta(days=60)
"""Traffic changes sooner than work does."""
MOST_DAYS_MEASURED = 14
"""So many days, the newest first, are measured in one run; a house with a long past catches up night by night."""
_log = structlog.get_logger()

Tell = Callable[[str, float], None]


def learn_due() -> bool:
    """The run of the night: once a local day, from LEARN_FROM on. True when it was done here."""
    with reading() as session:
        local = clock.now().astimezone(policies.zone(session))
        newest = learned_queries.newest_run(session)
        due = local.time() >= LEARN_FROM and (newest is None or newest.as_of < local.date())
    if not due:
        return False
    learn()
    return True


def learn(*, tell: Tell | None = None) -> int:
    """Learn from all whole days before today; answers the id of the run. May be run any number of times.

    `tell` hears the stage and how far it is (0 to 1).
    """
    say = tell or (lambda _stage, _done: None)
    with reading() as session:
        zone = policies.zone(session)
        today = clock.now().astimezone(zone).date()
    measured = _measure(today, zone, say)
    say("work", 0.9)
    with reading() as session:
        visits = learned_queries.visits_seen(
            session,
            since=day.midnight(on=today - learning.LOOK_BACK, zone=zone),
            until=day.midnight(on=today, zone=zone),
            zone=zone,
        )
        drives = learned_queries.drives_seen(session, since=today - DRIVES_KEPT, until=today)
    plan_s = {code: kind.minutes * 60 for code, kind in kinds.catalogue().items()}
    durations = learning.durations(visits=visits, plan_s=plan_s, today=today)
    hours = learning.driving(drives=drives, today=today)
    with transaction(actor=NIGHT) as tx:
        run = learned_operations.save(
            tx, as_of=today, durations=durations, hours=hours, visits=len(visits), drives=len(drives)
        )
        run_id = run.id
    say("done", 1.0)
    _log.info("learned", visits=len(visits), drives=len(drives), measured=measured, work=len(durations.work))
    return run_id


def _measure(today: date, zone: ZoneInfo, say: Tell) -> int:
    """Measure the drives of days that were not measured yet (or whose tablets came late); answers how many visits."""
    oldest = today - DRIVES_KEPT
    with reading() as session:
        arrivals = learned_queries.not_measured(
            session, since=day.midnight(on=oldest, zone=zone), until=day.midnight(on=today, zone=zone)
        )
    days = sorted({at.astimezone(zone).date() for at in arrivals}, reverse=True)[:MOST_DAYS_MEASURED]
    count = 0
    for at, on in enumerate(days):
        say(f"drives of {on}", 0.9 * at / len(days))
        with reading() as session:
            rows = _measured_day(session, on, zone)
        with transaction(actor=NIGHT) as tx:
            learned_operations.note_drives(tx, drives=rows, forget_before=oldest)
        count += len(rows)
    return count


def _measured_day(session: Session, on: date, zone: ZoneInfo) -> list[learned_models.DriveSeen]:
    """Every visit of a day with its drive; those that tell nothing of one with empty numbers."""
    visits = learned_queries.reported(
        session, since=day.midnight(on=on, zone=zone), until=day.midnight(on=on + timedelta(days=1), zone=zone)
    )
    legs = {leg.visit_id: leg for leg in learning.legs(visits)}
    points = sorted({point for leg in legs.values() for point in (leg.from_place, leg.to_place)})
    # Not the driving times that planning keeps in memory: places of the past would push today's out.
    found = travel.StreetTravelTimes(ground.get(session).network).places(points) if points else None
    row_of = {} if found is None else dict(zip(points, found.place_of, strict=True))
    rows = []
    for one in visits:
        row = learned_models.DriveSeen(visit_id=one.visit_id, on_day=on, hour=None, street_s=None, driven_s=None)
        leg = legs.get(one.visit_id)
        if leg is not None and found is not None:
            here, there = row_of[leg.from_place], row_of[leg.to_place]
            street_s = travel.UNREACHABLE_S if min(here, there) < 0 else int(found.travel_s[here, there])
            if street_s < travel.UNREACHABLE_S:
                row.hour, row.street_s, row.driven_s = leg.left_at.astimezone(zone).hour, street_s, round(leg.driven_s)
        rows.append(row)
    return rows
