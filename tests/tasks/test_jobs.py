"""The journal starts jobs, once and in order; and a real worker plans a real day."""

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import dispatch
from dispatch.config import Settings
from dispatch.journal.events import Event
from dispatch.routes import models
from tasks import celery, reactions, relay, schedule
from tests import given
from tests.routes import given_day


def test_every_event_of_the_house_starts_jobs_or_is_silent() -> None:
    for file in Path(dispatch.__file__).parent.glob("*/*events.py"):
        importlib.import_module(f"dispatch.{file.parent.name}.{file.stem}")
    events = {name for name, kind in Event.registry.items() if kind.__module__.startswith("dispatch.")}
    assert events == set(reactions.REACTIONS) | reactions.SILENT
    assert not set(reactions.REACTIONS) & reactions.SILENT


def test_every_job_that_is_named_is_there() -> None:
    celery.app.loader.import_default_modules()
    named = {one.job for some in reactions.REACTIONS.values() for one in some}
    named |= {entry.job for entry in schedule.TIMETABLE}
    assert named <= set(celery.app.tasks)


class Sent:
    """What the relay sends, instead of a queue."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, name: str, **values: Any) -> None:
        self.jobs.append((name, values))


def test_an_order_for_a_plan_becomes_one_job(app: Flask) -> None:
    relay.pass_on(send=Sent())
    plan_id = given_day.asked()
    sent = Sent()
    assert relay.pass_on(send=sent) == 1
    assert sent.jobs == [("routes.plan_day", {"plan_id": plan_id})]
    again = Sent()
    assert relay.pass_on(send=again) == 0
    assert again.jobs == []


def test_a_relay_that_dies_before_its_cursor_moved_sends_again(app: Flask) -> None:
    relay.pass_on(send=Sent())
    plan_id = given_day.asked()

    def broken(_name: str, **_values: Any) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        relay.pass_on(send=broken)
    sent = Sent()
    relay.pass_on(send=sent)
    assert sent.jobs == [("routes.plan_day", {"plan_id": plan_id})]


def test_a_worker_and_the_beat_plan_a_day_that_somebody_asked_for(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    given_day.streets()
    given.a_crew()
    order_id = given_day.an_order()
    plan_id = given_day.asked()
    environment = {
        **os.environ,
        "CURBSTOP_DATA_DIR": str(settings.data_dir),
        "CURBSTOP_DATABASE_URL": settings.database_url,
        "CURBSTOP_REDIS_URL": settings.redis_url,
    }
    root = Path(__file__).parent.parent.parent
    base = [sys.executable, "-m", "celery", "-A", "tasks.celery"]
    log = (tmp_path / "jobs.log").open("w")
    worker = subprocess.Popen(
        [*base, "worker", "-P", "prefork", "-c", "1"], cwd=root, env=environment, stdout=log, stderr=log
    )
    beat = subprocess.Popen(
        [*base, "beat", "-S", "redbeat.RedBeatScheduler"], cwd=root, env=environment, stdout=log, stderr=log
    )
    try:
        status = "queued"
        for _ in range(300):
            status = given_day.plan(plan_id).status
            if status in ("draft", "failed"):
                break
            time.sleep(0.3)
    finally:
        for process in (beat, worker):
            process.terminate()
        for process in (beat, worker):
            process.wait(20)
        log.close()
    told = (tmp_path / "jobs.log").read_text()
    assert status == "draft", told[-3000:]
    assert [order_id] in given_day.stops(plan_id).values()
    with given.edge() as tx:
        assert tx.session.get_one(models.DayPlan, plan_id).progress == 1.0
