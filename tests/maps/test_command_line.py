"""The map commands as GIS staff give them, in an empty data folder without any utility."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dispatch import cli

LON, LAT, STEP = -77.03, 38.9, 0.0004
SSLS = ["0542S   0023", "0542S   0024", "0001    0800", "PAR 01250060", "0620    2001"]
STREETS = ["C STREET NE", "14TH STREET NW", "PENNSYLVANIA AVENUE SE", "ST ELIZABETHS AVENUE SE", "K STREET SW"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(os.environ, "CURBSTOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("CURBSTOP_DATABASE_URL", raising=False)
    return tmp_path


def squares(file: Path, ssls: list[str | None], crossing: int | None = None) -> Path:
    features = []
    for at, ssl in enumerate(ssls):
        west = LON + at * STEP
        ring = [(west, LAT), (west + STEP, LAT), (west + STEP, LAT + STEP), (west, LAT + STEP), (west, LAT)]
        if at == crossing:
            ring[1], ring[2] = ring[2], ring[1]
        situs = f"{100 + at} {STREETS[at % len(STREETS)]} WASHINGTON DC 20004"
        features.append(
            {
                "type": "Feature",
                "properties": {"SSL": ssl, "PREMISEADD": situs},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[Any], str]:
    """(exit code, the JSON lines said, what was said on the side)."""
    code = cli.main(["maps", *words])
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines() if line.startswith("{")], said.err


def imported(capsys: pytest.CaptureFixture[str], file: Path, *more: str) -> tuple[int, list[Any], str]:
    columns = "parcel_number=SSL,address=PREMISEADD"
    return run(
        capsys, "import", str(file), "--layer", "parcels", "--district", "dc", "--columns", columns, "--json", *more
    )


def test_a_town_comes_in_and_is_found_without_a_utility(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = squares(folder / "dc.geojson", [*SSLS, None, "ROAD"], crossing=1)
    code, (sum_,), _ = imported(capsys, file, "--format", "washington-ssl")
    assert code == 0
    assert (sum_["read"], sum_["kept"], sum_["repaired"], sum_["rejected"], sum_["retired"]) == (7, 5, 1, 2, 0)
    assert sum_["reasons"] == {"blank_number": 1, "not_a_parcel": 1, "polygon_repaired": 1}
    queries = {
        "542S 23": "0542S   0023",
        "Square 542S Lot 24": "0542S   0024",
        "1-800": "0001    0800",
        "parcel 125/60": "PAR 01250060",
        "100 c st ne": "0542S   0023",
        "101 14th St NW, Washington, DC 20004": "0542S   0024",
        "102 pensylvania ave se": "0001    0800",
    }
    batch = folder / "queries.txt"
    batch.write_text("\n".join(queries) + "\n")
    code, lines, _ = run(capsys, "search", "--district", "dc", "--batch", str(batch), "--json")
    assert code == 0
    assert [line["query"] for line in lines] == list(queries)
    for line, wanted in zip(lines, queries.values(), strict=True):
        first = line["results"][0]
        assert set(first) == {"kind", "id", "label", "why"}
        assert (first["kind"], first["id"]) == ("parcel", wanted), line["query"]


def test_a_dry_run_says_what_would_be_and_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = squares(folder / "dc.geojson", [*SSLS])
    code, (sum_,), _ = imported(capsys, file, "--dry-run")
    assert (code, sum_["kept"]) == (0, 5)
    assert not (folder / "data" / "maps").exists()
    imported(capsys, file)
    code, (sum_,), _ = imported(capsys, squares(folder / "less.geojson", SSLS[:3]), "--dry-run")
    assert (code, sum_["retired"]) == (0, 2)
    _, (line,), _ = run(capsys, "search", "--district", "dc", "0620 2001", "--json")
    assert [result["id"] for result in line["results"]] == ["0620    2001"]


def test_a_second_import_changes_in_place_and_retires(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, squares(folder / "a.geojson", [*SSLS]))
    _, (sum_,), _ = imported(capsys, squares(folder / "b.geojson", [*SSLS[:4], "0620    2002"]))
    assert (sum_["kept"], sum_["retired"]) == (5, 1)
    # The land of the old number is found under the new one.
    _, (line,), _ = run(capsys, "search", "--district", "dc", "620 2001", "--json")
    assert "0620    2002" in [result["id"] for result in line["results"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--columns", "parcel_number=PIN"], "no column PIN"),
        (["--columns", "parcel_number=SSL,colour=X"], "no field 'colour'"),
        (["--columns", "SSL"], "OURS=THEIRS"),
        (["--format", "chinese"], "No parcel number format"),
        (["--crs", "EPSG:nonsense"], "cannot be read"),
    ],
)
def test_what_is_asked_wrongly_is_one_line_and_code_two(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    file = squares(folder / "dc.geojson", [*SSLS])
    code, said, err = imported(capsys, file, *words)
    assert (code, said) == (2, [])
    assert message in err.splitlines()[-1]
    assert not list((folder / "data").rglob("*.db"))


def test_a_file_that_fails_leaves_the_map_before_it_in_service(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(capsys, squares(folder / "dc.geojson", [*SSLS]))
    broken = folder / "broken.zip"
    broken.write_bytes(b"no zip at all")
    code, _, err = imported(capsys, broken)
    assert code == 2
    assert "broken.zip: the zip is damaged" in err
    _, (line,), _ = run(capsys, "search", "--district", "dc", "542S 23", "--json")
    assert line["results"][0]["id"] == "0542S   0023"


def test_every_row_that_was_not_taken_is_written_to_the_report(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = folder / "report.csv"
    imported(capsys, squares(folder / "dc.geojson", [*SSLS, None], crossing=2), "--report", str(report))
    lines = report.read_text().splitlines()
    assert len(lines) == 3
    assert lines[1].split(",")[1:5] == ["3", "0001    0800", "repaired", "polygon_repaired"]
    assert lines[2].split(",")[1:5] == ["6", "", "rejected", "blank_number"]


def test_a_map_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "search", "--district", "nowhere", "x", "--json")
    assert code == 2
    assert "No map of a district 'nowhere'" in err


def test_control_points_are_fitted_by_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = folder / "points.csv"
    points.write_text(
        "x,y,lon,lat\n0,0,-122.0,37.5\n1000,0,-121.99,37.5\n1000,1000,-121.99,37.49\n0,1000,-122.0,37.49\n"
    )
    code, (fitted,), _ = run(capsys, "fit", "--points", str(points), "--json")
    assert code == 0
    assert fitted["affine"] == pytest.approx([1e-5, 0, -122.0, 0, -1e-5, 37.5], abs=1e-9)
    assert [one["point"] for one in fitted["residuals"]] == [1, 2, 3, 4]
    assert max(one["residual_ft"] for one in fitted["residuals"]) < 0.01
