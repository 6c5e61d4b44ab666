"""The quick path of news: a number on the bus. A lost wake loses nothing, since every reader also asks the journal."""

import contextlib
import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

import redis
import structlog

CHANNEL = "curbstop:news"
_log = structlog.get_logger()


class Bus:
    """One connection pool and one listener thread a process; streams get their own queue."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=5, health_check_interval=15)
        self._queues: set[queue.Queue[dict[str, Any]]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def publish(self, message: dict[str, Any]) -> None:
        """Tell everybody; a bus that is down is logged, never an error of the caller."""
        try:
            self._client.publish(CHANNEL, json.dumps(message))
        except redis.RedisError as fault:
            _log.warning("wake not sent", fault=type(fault).__name__)

    def alive(self) -> bool:
        """True when the bus answers."""
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    @contextlib.contextmanager
    def subscribed(self) -> Iterator[queue.Queue[dict[str, Any]]]:
        """A queue of messages for one stream."""
        inbox: queue.Queue[dict[str, Any]] = queue.Queue(maxsize=1000)
        with self._lock:
            self._queues.add(inbox)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, daemon=True, name="curbstop-news")
                self._thread.start()
        try:
            yield inbox
        finally:
            with self._lock:
                self._queues.discard(inbox)

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            try:
                channel = self._client.pubsub(  # type: ignore[no-untyped-call]
                    ignore_subscribe_messages=True
                )
                channel.subscribe(CHANNEL)
                while True:
                    message = channel.get_message(timeout=4.0)
                    if message is None:
                        continue
                    self._spread(json.loads(message["data"]))
            except (redis.RedisError, OSError, ValueError) as fault:
                _log.info("news listener reconnects", fault=type(fault).__name__)
                pause.wait(1.0)

    def _spread(self, message: dict[str, Any]) -> None:
        with self._lock:
            for inbox in self._queues:
                # A stream that cannot keep up reads the journal anyway when its turn comes.
                with contextlib.suppress(queue.Full):
                    inbox.put_nowait(message)
