"""docs/tour.md names real files."""

import re

from dispatch.config import ROOT

TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")


def test_every_file_of_the_tour_is_there() -> None:
    named = re.findall(r"`((?:dispatch|maps|tasks|pwa|tests)/[\w./-]+?)(?::[ \w]+)?`", TOUR)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_function_of_the_tour_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py): (\w+)`", TOUR)
    assert named
    missing = [(file, name) for file, name in named if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []


def test_every_address_of_the_tour_is_served() -> None:
    import json

    paths = json.loads((ROOT / "pwa" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    known = {(method.upper(), re.sub(r"\{\w+\}", "ID", path)) for path, methods in paths.items() for method in methods}
    named = re.findall(r"`(GET|POST) (/api/v1/[\w/-]+)`", TOUR)
    assert named
    assert [one for one in named if (one[0], one[1].replace("premise-ID", "ID")) not in known] == []
