"""One day planned end to end, as the worker does it: read, driving times, search, reasons, save.

    python -m tests.bench.plan_day [--orders 600] [--crews 14] [--seconds 20] [--parcels 6000]

Makes a demo town in a folder of its own, puts crews on shift on a day of their own and orders at its premises (a quarter
with a promised window), asks for a plan and takes the time of every stage. Asserts nothing about time.
"""

import argparse
import logging
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import time as hour_of_day
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select

from dispatch import clock, transaction
from dispatch.accounts import models as accounts
from dispatch.auth import models as auth
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.crews import models as crews
from dispatch.orders import kinds
from dispatch.orders import models as orders
from dispatch.orders import operations as order_operations
from dispatch.policies import queries as policies
from dispatch.routes import models, operations, planner, workflow

KINDS = ("LEAK_CHECK", "TURN_ON", "SHUTOFF_REQUEST", "REREAD", "METER_EXCHANGE", "NOTICE_VISIT")
WINDOWS = (("8-10", 8), ("10-12", 10), ("12-14", 12), ("14-16", 14))
AHEAD_DAYS = 20
"""So far ahead that nothing of the demo is due by itself."""


def filled(*, order_count: int, crew_count: int, seconds: int, seed: int) -> int:
    """Crews and orders on a day of their own; returns the id of the plan that was asked for."""
    rng = random.Random(seed)
    with transaction.transaction(actor=house.OPERATOR, now=clock.now()) as tx:
        calendar = policies.rules(tx.session).calendar
        on = calendar.next_business_day(calendar.day_of(tx.now) + timedelta(days=AHEAD_DAYS))
        skills = sorted({skill for code in KINDS for skill in kinds.get(code=code).skills})
        # What the demo left open is due by that day too; it is not what is measured.
        for order in tx.session.scalars(select(orders.ServiceOrder).where(orders.ServiceOrder.finished_at.is_(None))):
            order.state, order.open_key, order.finished_at = "CANCELLED", None, tx.now
        for at in range(crew_count):
            crew = crews.Crew(call_sign=f"Bench {at + 1}", letter="Z", vehicle="", active=True)
            person = auth.Person(
                login=f"bench{at + 1}", name=f"Bench {at + 1}", role="field_tech", language="en", password_hash="",
                active=True,
            )  # fmt: skip
            tx.session.add_all([crew, person])
            tx.session.flush()
            technician = crews.Technician(person_id=person.id, skills=skills if at % 3 else skills[: len(skills) // 2])
            shift = crews.Shift(
                crew_id=crew.id, on_day=on, start_at=calendar.moment(on, hour_of_day(7 + at % 2)),
                end_at=calendar.moment(on, hour_of_day(15 + at % 2, 30)),
                lunch_from_at=calendar.moment(on, hour_of_day(11)), lunch_to_at=calendar.moment(on, hour_of_day(13)),
                lunch_s=1800,
            )  # fmt: skip
            tx.session.add_all([technician, shift])
            tx.session.flush()
            tx.session.add(crews.ShiftMember(shift_id=shift.id, technician_id=technician.id))
        located = accounts.Premise.lon.is_not(None)
        premises = list(tx.session.scalars(select(accounts.Premise).where(located).order_by(accounts.Premise.id)))
        for at, premise in enumerate(rng.choices(premises, k=order_count)):
            code = rng.choice(KINDS)
            window, hour = rng.choice(WINDOWS) if at % 4 == 0 else ("ALL_DAY", None)
            opens = None if hour is None else calendar.moment(on, hour_of_day(hour))
            tx.session.add(
                orders.ServiceOrder(
                    number=order_operations.take_number(tx), kind=code, state="READY" if opens is None else "SCHEDULED",
                    group_versions={}, priority=kinds.get(code=code).priority, premise_id=premise.id,
                    place=premise.address, lon=premise.lon, lat=premise.lat, due_on=on, window=window,
                    window_from=opens, window_to=opens + timedelta(hours=2) if opens else None, opened_at=tx.now,
                    opened_by="bench",
                )
            )  # fmt: skip
        tx.session.flush()
        return operations.request_plan(tx, on=on, seconds=seconds).id


class Stages:
    """When the plan was first seen in each stage, looked at from the side as a screen would."""

    def __init__(self, plan_id: int, app: object) -> None:
        self.seen: dict[str, float] = {}
        self._plan_id = plan_id
        self._app = app
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Stages":
        self.began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended = time.monotonic()
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with self._app.app_context():  # type: ignore[attr-defined]
            while not self._over.wait(0.02):
                with transaction.reading() as session:
                    status = session.scalar(select(models.DayPlan.status).where(models.DayPlan.id == self._plan_id))
                self.seen.setdefault(str(status), time.monotonic())

    def rows(self) -> list[tuple[str, float]]:
        """Seconds of each stage, in order."""
        marks = [*sorted((at, name) for name, at in self.seen.items() if name not in ("queued", "draft"))]
        ends = [*(at for at, _ in marks[1:]), self.ended]
        return [(name, end - at) for (at, name), end in zip(marks, ends, strict=True)]


def main() -> int:
    """Print the stages of one plan; exit code 1 when it failed."""
    from flask import current_app

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=600)
    parser.add_argument("--crews", type=int, default=14)
    parser.add_argument("--seconds", type=int, default=20, help="of search")
    parser.add_argument("--parcels", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    # Nobody listens on the bus of this house.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("curbstop")), "demo", "--data", folder, "--parcels"]
        subprocess.run([*command, str(asked.parcels)], check=True, stdout=subprocess.DEVNULL)
        settings = Settings(data_dir=Path(folder))
        with house.opened(settings):
            plan_id = filled(order_count=asked.orders, crew_count=asked.crews, seconds=asked.seconds, seed=asked.seed)
            began = time.monotonic()
            planner.warm_up()
            warm_s = time.monotonic() - began
            with Stages(plan_id, current_app._get_current_object()) as stages:  # type: ignore[attr-defined]
                workflow.plan_day(plan_id=plan_id)
            with transaction.reading() as session:
                plan = session.get_one(models.DayPlan, plan_id)
                stops = session.scalar(select(func.count()).where(models.RouteStop.plan_id == plan_id))
                left = session.scalar(select(func.count()).where(models.UnplannedOrder.plan_id == plan_id))
                status, drive_min = plan.status, round((plan.travel_s or 0) / 60)
    print(f"{asked.orders} orders, {asked.crews} crews, {asked.seconds} s of search allowed, SQLite")
    print(f"  {'compiled search read':<24}{warm_s:>8.2f} s (once in the life of a worker)")
    for name, seconds in stages.rows():
        print(f"  {name:<24}{seconds:>8.2f} s")
    print(f"  {'end to end':<24}{stages.ended - stages.began:>8.2f} s")
    print(f"  {status}: {stops} stops, {left} left, {drive_min} min of driving")
    print(f"  memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at its peak")
    return 0 if status == "draft" else 1


if __name__ == "__main__":
    raise SystemExit(main())
