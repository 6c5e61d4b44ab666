"""The map archive: asked for by people and imports, built once by a job, read by ranges, told to the tablets."""

import hashlib
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from dispatch.config import Settings
from dispatch.db import migrating
from dispatch.places.archives import operations, workflow
from maps import tiles
from tasks import relay
from tests import given
from tests.sync.tablet import Tablet


def asked_jobs() -> list[tuple[str, dict[str, Any]]]:
    """Jobs that the journal calls for now."""
    sent: list[tuple[str, dict[str, Any]]] = []
    relay.pass_on(send=lambda name, **values: sent.append((name, values)))
    return sent


def test_a_wish_becomes_one_job_and_one_archive(app: Flask, settings: Settings) -> None:
    given.a_home()
    boss = given.logged_in(app, role="supervisor")
    assert boss.get("/map-archive").get_json() == {"url": "/tiles/district.pmtiles", "bytes": 0, "build": None}
    asked_jobs()
    first = boss.post("/map-archive/builds", None)
    assert first.status_code == 202
    again = boss.post("/map-archive/builds", None)
    assert again.get_json()["id"] == first.get_json()["id"]
    ((job, values),) = asked_jobs()
    assert (job, values) == ("maps.build_archive", {"build_id": first.get_json()["id"]})

    assert workflow.build(tiles_dir=settings.tiles_dir, **values)
    assert not workflow.build(tiles_dir=settings.tiles_dir, **values)
    told = boss.get("/map-archive").get_json()
    assert told["bytes"] == (settings.tiles_dir / tiles.NAME).stat().st_size
    assert (told["build"]["status"], told["build"]["progress"]) == ("done", 1.0)
    assert told["build"]["features"]["parcels"] == 1
    assert boss.post("/map-archive/builds", None).get_json()["id"] != first.get_json()["id"]
    assert given.logged_in(app, role="csr").post("/map-archive/builds", None).status_code == 403


def test_progress_is_told_while_it_is_built(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    given.a_home()
    boss = given.logged_in(app, role="supervisor")
    build_id = boss.post("/map-archive/builds", None).get_json()["id"]
    monkeypatch.setattr(workflow, "TELL_S", 0.0)
    seen = []
    real = operations.tell

    def tell(tx: Any, **how: Any) -> None:
        real(tx, **how)
        seen.append((how["progress"], how["stage"]))

    monkeypatch.setattr(operations, "tell", tell)
    assert workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir)
    assert [share for share, _ in seen] == sorted(share for share, _ in seen)
    assert {"streets", "parcels", "addresses", "hydrants", "archive"} <= {stage for _, stage in seen}


def test_a_build_whose_worker_died_is_taken_up_again_and_one_at_work_is_not(app: Flask, settings: Settings) -> None:
    given.a_home()
    with given.edge() as tx:
        build_id = operations.request(tx).id
    with given.edge() as tx:
        assert operations.begin(tx, build_id=build_id, again=False)
    assert not workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir)
    assert workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir, again=True)
    assert (settings.tiles_dir / tiles.NAME).is_file()


def test_a_build_that_fails_says_so_and_leaves_the_old_archive(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.a_home()
    boss = given.logged_in(app, role="supervisor")
    settings.tiles_dir.mkdir(parents=True)
    (settings.tiles_dir / tiles.NAME).write_bytes(b"old")
    build_id = boss.post("/map-archive/builds", None).get_json()["id"]
    monkeypatch.setattr(tiles, "LARGEST_TILE_BYTES", "nonsense")
    monkeypatch.setattr(tiles, "_cut", lambda *_args, **_how: (_ for _ in ()).throw(OSError("No space left on device")))
    assert workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir)
    assert boss.get("/map-archive").get_json()["build"]["status"] == "failed"
    assert (settings.tiles_dir / tiles.NAME).read_bytes() == b"old"


def test_the_archive_is_read_by_ranges_and_not_mixed_when_renewed(app: Flask, settings: Settings) -> None:
    settings.tiles_dir.mkdir(parents=True, exist_ok=True)
    archive = settings.tiles_dir / tiles.NAME
    archive.write_bytes(bytes(range(100)))
    desk = given.logged_in(app, role="csr")

    def ask(**headers: str) -> tuple[int, bytes, str]:
        # A reader lets go of the file when it has read it, as web servers do.
        with desk.client.get(f"/tiles/{tiles.NAME}", headers=headers) as answer:
            return answer.status_code, answer.data, answer.headers.get("ETag", "")

    status, data, mark = ask(Range="bytes=10-19")
    assert (status, data) == (206, bytes(range(10, 20)))
    assert ask(**{"If-None-Match": mark})[0] == 304
    archive.write_bytes(bytes(range(50)))
    assert ask(Range="bytes=10-19", **{"If-Range": mark})[:2] == (200, bytes(range(50)))
    assert desk.client.get("/tiles/moon.pmtiles").status_code == 404
    assert app.test_client().get(f"/tiles/{tiles.NAME}").status_code == 401


def test_a_tablet_hears_of_a_new_archive_by_its_hash(app: Flask, settings: Settings) -> None:
    given.a_home()
    tablet = Tablet(app, given.a_crew())
    day = tablet.get(f"/field/day?date={given.WORKDAY.isoformat()}").get_json()
    assert day["maps"] == []
    with given.edge() as tx:
        build_id = operations.request(tx).id
    workflow.build(build_id=build_id, tiles_dir=settings.tiles_dir)
    changes = tablet.get(f"/field/changes?cursor={day['cursor']}")
    assert changes.status_code == 200, changes.text
    (named,) = changes.get_json()["whole"]["maps"]
    file = settings.tiles_dir / tiles.NAME
    assert named == {
        "name": "district", "url": "/tiles/district.pmtiles", "bytes": file.stat().st_size,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }  # fmt: skip


def test_an_import_into_the_house_asks_for_a_new_archive(
    app: Flask, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch import cli

    asked_jobs()
    with given.edge() as tx:
        head = ScriptDirectory(str(migrating.MIGRATIONS)).get_current_head()
        tx.session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        tx.session.execute(text("DELETE FROM alembic_version"))
        tx.session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    table = tmp_path / "valves.csv"
    table.write_text("NO,LON,LAT,STATE\nV-1,-121.97,37.53,open\nV-2,-121.971,37.531,closed\n")
    for name in ("DATA_DIR", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(f"CURBSTOP_{name}", str(getattr(settings, name.lower())))
    asked = "--layer valves --columns number=NO,lon=LON,lat=LAT,status=STATE --json"
    done = cli.main(["maps", "import", str(table), *asked.split()])
    assert done == 0
    assert [job for job, _ in asked_jobs()] == ["maps.build_archive"]
