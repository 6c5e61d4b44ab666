"""The Celery app, and `job`: a function that runs in a worker with the house around it.

celery -A tasks.celery worker -P prefork -c 2
celery -A tasks.celery beat -S redbeat.RedBeatScheduler
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from celery import Celery
from flask import Flask

from dispatch.config import Settings

VISIBILITY_S = 3600
"""Longer than any job: a broker hands a job out again when it was not acknowledged for this long."""


def broker_url(url: str) -> str:
    """The broker as Celery names it: a socket of redis-py (`unix:///dir/v.sock`) is written another way here."""
    return f"redis+socket://{url.removeprefix('unix://')}?virtual_host=0" if url.startswith("unix://") else url


_settings = Settings()
app = Celery("curbstop")
app.conf.update(
    broker_url=broker_url(_settings.redis),
    result_backend=None,
    task_ignore_result=True,
    imports=(
        "tasks.maps",
        "tasks.night",
        "tasks.pins",
        "tasks.relay",
        "tasks.routes",
        "tasks.search",
        "tasks.sheets",
        "tasks.watch",
    ),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": VISIBILITY_S},
    redbeat_redis_url=_settings.redis,
    redbeat_key_prefix="curbstop:beat:",
    redbeat_lock_timeout=60,
    beat_max_loop_interval=1,
    task_default_queue="curbstop",
    timezone="UTC",
    enable_utc=True,
)


@lru_cache(maxsize=1)
def house() -> Flask:
    """The one app of this worker process, made on its first job (never before the fork: it opens the database)."""
    from dispatch.app import create_app

    return create_app(_settings)


def job(name: str, *, redelivered: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a job. It is called with the house around it.

    `redelivered` names an argument that becomes True when the broker hands the job out a second time, because the
    worker that had it died.
    """

    def declare(work: Callable[..., Any]) -> Any:
        @wraps(work)
        def run(task: Any, /, *args: Any, **values: Any) -> None:
            if redelivered is not None:
                values[redelivered] = bool((task.request.delivery_info or {}).get("redelivered"))
            with house().app_context():
                work(*args, **values)

        return app.task(name=name, bind=True)(run)

    return declare


def send(name: str, **values: Any) -> None:
    """Put a job in the queue."""
    app.send_task(name, kwargs=values, retry=False)


# The timetable hangs itself on the app when it is read; it needs the app first.
from tasks import schedule  # noqa: E402

app.conf.beat_schedule = schedule.beat()
