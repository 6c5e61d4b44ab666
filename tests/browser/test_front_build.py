"""The built front end: what a tablet keeps, and what the lock file must not say. Needs `npm run build` in pwa/."""

import json
import re
from pathlib import Path

import pytest

PWA = Path(__file__).parents[2] / "pwa"
DIST = PWA / "dist"


@pytest.fixture(scope="module")
def precached() -> list[str]:
    worker = DIST / "sw.js"
    assert worker.is_file(), "the front end is not built: run `npm run build` in pwa/"
    found = re.search(r'\[[`"]/crew/[`"].*?\]', worker.read_text(encoding="utf-8"))
    assert found is not None, "sw.js holds no list of files"
    return re.findall(r'[`"]([^`"]+)[`"]', found[0])


def test_lock_file_names_no_registry() -> None:
    lock = json.loads((PWA / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_every_file_that_a_tablet_keeps_is_there(precached: list[str]) -> None:
    files = [DIST / name.lstrip("/") for name in precached if name != "/crew/"]
    assert [str(path) for path in files if not path.is_file()] == []
    assert (DIST / "crew.html").is_file()


def test_a_tablet_keeps_the_lazy_parts_too(precached: list[str]) -> None:
    kept = " ".join(precached)
    for part in ("maplibre-gl-worker", "zxing_reader", "engine", ".wasm", "manifest.webmanifest"):
        assert part in kept, f"{part} is not kept: the crew app would lack it without a network"


def test_a_tablet_keeps_nothing_of_desk_and_board(precached: list[str]) -> None:
    assert [name for name in precached if re.search(r"/(desk|board)-", name)] == []


def test_crew_page_names_only_files_that_are_kept(precached: list[str]) -> None:
    page = (DIST / "crew.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert named
    assert [name for name in named if name not in precached] == []


def test_manifest_can_be_installed() -> None:
    manifest = json.loads((DIST / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert manifest["start_url"] == manifest["scope"] == "/crew/"
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    assert any(icon["purpose"] == "maskable" for icon in manifest["icons"])
    assert all((DIST / icon["src"].lstrip("/")).is_file() for icon in manifest["icons"])


@pytest.mark.parametrize("page", ["crew.html", "desk.html", "board.html", "login.html", "sw.js"])
def test_pages_come_squeezed(page: str) -> None:
    for ending in (".br", ".gz"):
        assert (DIST / f"{page}{ending}").is_file()


def test_simulated_crews_are_built() -> None:
    assert (DIST / "sim" / "crew.mjs").is_file()
