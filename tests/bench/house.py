"""The whole house as an office runs it: start, search over HTTP, plan, day package, crew app, memory of each process.

    python -m tests.bench.house [--parcels 6000] [--data DIR] [--port 8391]

Starts `curbstop run` on a demo district, uses it, and ends it. Prints tables; asserts nothing about time. First load and
offline start need Chromium (left out with one line where it is missing).
"""

import argparse
import http.cookiejar
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from dispatch.demo.load import PASSWORD

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ROUNDS = 200


class Office:
    """A person at the API."""

    def __init__(self, base: str, login: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.token = ""
        session = self.call("POST", "/session", {"login": login, "password": PASSWORD})
        self.token = session["csrf_token"]
        self.today = session["utility"]["today"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-CSRF-Token": self.token, "Content-Type": "application/json"}
        with self.opener.open(
            urllib.request.Request(f"{self.base}/api/v1{path}", data, headers, method=method)
        ) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def memory(root: psutil.Process) -> dict[str, float]:
    """MB (proportional share) of each part of the group."""
    found: dict[str, float] = {}
    for process in [root, *root.children(recursive=True)]:
        try:
            words = " ".join(process.cmdline())
            share = process.memory_full_info().pss / 1e6
        except psutil.Error:
            continue
        name = next(
            (
                name
                for sign, name in (
                    ("granian", "web"), (" worker", "worker"), (" beat", "beat"), ("unixsocket", "broker"),
                    ("valkey", "broker"), ("cli run", "supervisor"),
                )
                if sign in words
            ),
            "other",
        )  # fmt: skip
        found[name] = found.get(name, 0.0) + share
    return found


def searches(office: Office, data: Path) -> dict[str, tuple[float, float]]:
    """p50 and p99 in ms of searches over HTTP, by sort of query."""
    rng = random.Random(1)
    with sqlite3.connect(f"file:{data / 'curbstop.db'}?mode=ro", uri=True) as database:
        addresses = [row[0] for row in database.execute("SELECT address FROM premise WHERE address <> ''")]
        numbers = [row[0] for row in database.execute("SELECT number FROM map_parcel")]
        serials = [row[0] for row in database.execute("SELECT serial FROM meter")]
        names = [row[0] for row in database.execute("SELECT name FROM customer")]

    def typo(text: str) -> str:
        at = rng.randrange(len(text) // 2, len(text) - 1)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    sorts: dict[str, Callable[[], str]] = {
        "address as typed (half)": lambda: (text := rng.choice(addresses))[: max(5, len(text) // 2)],
        "address with a slip": lambda: typo(rng.choice(addresses)),
        "parcel number": lambda: rng.choice(numbers).replace("-", " "),
        "meter serial": lambda: rng.choice(serials),
        "name": lambda: rng.choice(names),
    }
    found = {}
    for name, make in sorts.items():
        times = []
        for _ in range(ROUNDS):
            query = urllib.parse.quote(make())
            started = time.perf_counter()
            office.call("GET", f"/places/search?q={query}&limit=10")
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        found[name] = (statistics.median(times), times[int(len(times) * 0.99) - 1])
    return found


def crew_app(base: str, login: str) -> dict[str, str]:
    """Seconds until the crew app shows the route, first and offline, in a real browser."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        return {"crew app": "left out: no Chromium (Debian: apt install chromium)"}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=FLAGS, viewport={"width": 820, "height": 1180}, locale="en-US"
        )
        page = context.new_page()
        started = time.perf_counter()
        page.goto(f"{base}/crew/")
        page.get_by_label("Login").wait_for()
        login_s = time.perf_counter() - started
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        started = time.perf_counter()
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("Next:").first.wait_for(timeout=60_000)
        day_s = time.perf_counter() - started
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(4000)
        context.set_offline(True)
        started = time.perf_counter()
        page.reload()
        page.get_by_text("Next:").first.wait_for(timeout=60_000)
        offline_s = time.perf_counter() - started
        context.close()
    return {
        "crew app, first load to login": f"{login_s:.2f} s",
        "crew app, login to route": f"{day_s:.2f} s",
        "crew app, offline start to route": f"{offline_s:.2f} s",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--parcels", type=int, default=6000)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--port", type=int, default=8391)
    args = parser.parse_args()
    console = Console()
    data = args.data or Path(tempfile.mkdtemp(prefix="curbstop-bench-"))
    base = f"http://127.0.0.1:{args.port}"
    figures: list[tuple[str, str]] = []
    command = [sys.executable, "-m", "dispatch.cli", "run", "--port", str(args.port), "--parcels", str(args.parcels)]
    environment = {**os.environ, "CURBSTOP_DATA_DIR": str(data)}
    said = Path(tempfile.mkdtemp(prefix="curbstop-bench-said-")) / "run.log"

    def started_in() -> tuple[subprocess.Popen[bytes], float]:
        began = time.perf_counter()
        with said.open("ab") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return process, time.perf_counter() - began
            except OSError:
                time.sleep(0.2)
        last = "".join(said.read_text(encoding="utf-8").splitlines(keepends=True)[-5:])
        raise SystemExit(f"`curbstop run` ended before it was ready:\n{last}")

    def ended(process: subprocess.Popen[bytes]) -> float:
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait(30)
        return time.perf_counter() - began

    process, first_s = started_in()
    figures += [("first start with demo", f"{first_s:.1f} s"), ("end on Ctrl-C", f"{ended(process):.1f} s")]
    process, second_s = started_in()
    figures.append(("second start", f"{second_s:.1f} s"))
    try:
        office = Office(base, "dispatcher")
        began = time.perf_counter()
        plan = office.call("POST", "/plans", {"on": office.today, "seconds": 10})
        while plan["status"] not in ("draft", "failed"):
            time.sleep(0.3)
            plan = office.call("GET", f"/plans/{plan['plan_id']}")
        figures.append(
            (f"plan {plan['orders']} orders / {plan['crews']} crews", f"{time.perf_counter() - began:.1f} s")
        )
        figures.append(("  travel", f"{plan['travel_minutes']} min; planned {plan['planned']}"))
        office.call("POST", f"/plans/{plan['plan_id']}/publication", {})
        routes = office.call("GET", f"/routes?on={office.today}")["routes"]
        stops = {person: len(route["stops"]) for route in routes for person in route["people"]}
        with sqlite3.connect(f"file:{data / 'curbstop.db'}?mode=ro", uri=True) as database:
            logins = dict(database.execute("SELECT name, login FROM person WHERE role = 'field_tech'").fetchall())
        name = max((one for one in stops if one in logins), key=lambda one: stops[one])
        tech = Office(base, logins[name])
        package = json.dumps(tech.call("GET", f"/field/day?date={office.today}"), separators=(",", ":")).encode()
        import gzip

        figures.append(
            (
                f"day package, {stops[name]} stops",
                f"{len(package) / 1024:.0f} KB, {len(gzip.compress(package)) / 1024:.0f} KB gzipped",
            )
        )
        for sort, (p50, p99) in searches(Office(base, "csr"), data).items():
            figures.append((f"search over HTTP, {sort}", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"))
        figures += list(crew_app(base, logins[name]).items())
        for part, share in sorted(memory(psutil.Process(process.pid)).items()):
            figures.append((f"memory, {part}", f"{share:.0f} MB"))
    finally:
        ended(process)
        if args.data is None:
            shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(said.parent, ignore_errors=True)
    table = Table(title=f"The house, demo of {args.parcels:,} parcels")
    table.add_column("what")
    table.add_column("figure")
    for row in figures:
        table.add_row(*row)
    console.print(table)
    console.print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.machine()}"
    )


if __name__ == "__main__":
    main()
