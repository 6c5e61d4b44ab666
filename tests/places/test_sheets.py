"""Map sheets: brought in, placed by points, found again by what they are filed under and by where they lie."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from shapely.geometry import box
from sqlalchemy import select

from dispatch.config import Settings
from dispatch.places import registry, sheets_models
from dispatch.transaction import reading
from maps import sheet_pages, stores
from tests import given
from tests.places import given_sheet


@pytest.fixture
def keeper(app: Flask) -> given.Browser:
    """Somebody who keeps the sheets."""
    return given.logged_in(app, role="csr_senior")


def brought(keeper: given.Browser, settings: Settings, name: str, body: bytes) -> dict[str, Any]:
    answer = given_sheet.upload(keeper, name, body)
    assert answer.status_code == 201, answer.text
    given_sheet.make_pages(settings, answer.get_json()["id"])
    told: dict[str, Any] = keeper.get(f"/sheet-uploads/{answer.get_json()['id']}").get_json()
    return told


def page_of(keeper: given.Browser, page_id: int) -> dict[str, Any]:
    answer = keeper.get(f"/sheet-pages/page-{page_id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


@pytest.mark.parametrize(("kind", "name"), [("PDF", "a.pdf"), ("TIFF", "a.tif"), ("PNG", "a.png"), ("JPEG", "a.jpg")])
def test_a_drawing_becomes_a_page_with_images(keeper: given.Browser, settings: Settings, kind: str, name: str) -> None:
    body = given_sheet.bytes_of(kind, given_sheet.drawn())
    told = brought(keeper, settings, name, body)
    assert (told["state"], len(told["page_ids"])) == ("DONE", 1)
    page = page_of(keeper, told["page_ids"][0])
    for size in ("full", "overlay", "thumb"):
        answer = keeper.get(f"/sheet-pages/page-{page['id']}/image?size={size}")
        with answer, Image.open(io.BytesIO(answer.data)) as image:
            if size == "full":
                assert image.size == (page["width_px"], page["height_px"])
            assert image.convert("L").getextrema() == (pytest.approx(0, abs=60), pytest.approx(255, abs=6))
    with keeper.get(f"/sheet-pages/page-{page['id']}/original") as original:
        assert original.data == body


def test_every_page_of_a_file_is_a_sheet_of_its_own(keeper: given.Browser, settings: Settings) -> None:
    pages = [given_sheet.drawn(words=f"SHEET {number}") for number in (1, 2, 3)]
    told = brought(keeper, settings, "Tract 8231.tif", given_sheet.bytes_of("TIFF", *pages))
    names = [page_of(keeper, one)["name"] for one in told["page_ids"]]
    assert names == ["Tract 8231, page 1", "Tract 8231, page 2", "Tract 8231, page 3"]
    assert {page_of(keeper, one)["tract_no"] for one in told["page_ids"]} == {"8231"}


def test_the_same_file_again_is_the_same_upload_and_the_job_run_twice_makes_no_more(
    keeper: given.Browser, settings: Settings
) -> None:
    body = given_sheet.bytes_of("PNG", given_sheet.drawn())
    first = brought(keeper, settings, "a.png", body)
    again = brought(keeper, settings, "copy of a.png", body)
    assert (again["id"], again["page_ids"]) == (first["id"], first["page_ids"])
    assert keeper.get("/sheet-pages").get_json()["total"] == 1


def test_two_workers_on_one_file_make_its_pages_once(
    keeper: given.Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = given_sheet.upload(keeper, "a.png", given_sheet.bytes_of("PNG", given_sheet.drawn()))
    upload_id = answer.get_json()["id"]
    render = sheet_pages.render

    def meanwhile(*args: Any, **values: Any) -> Any:
        given_sheet.make_pages(settings, upload_id)
        assert keeper.get(f"/sheet-uploads/{upload_id}").get_json()["page_ids"] == []
        return render(*args, **values)

    monkeypatch.setattr(sheet_pages, "render", meanwhile)
    given_sheet.make_pages(settings, upload_id)
    monkeypatch.setattr(sheet_pages, "render", render)
    given_sheet.make_pages(settings, upload_id)
    told = keeper.get(f"/sheet-uploads/{upload_id}").get_json()
    assert (told["state"], len(told["page_ids"])) == ("DONE", 1)


def a_bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def half_a_tiff() -> bytes:
    whole = given_sheet.bytes_of("TIFF", given_sheet.drawn(), given_sheet.drawn(width=1200), compression="tiff_lzw")
    return whole[: len(whole) - 1500]


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("locked.pdf", given_sheet.a_locked_pdf(), "password"),
        ("bomb.png", a_bomb(), "60,000 x 60,000 pixels"),
        ("half.png", given_sheet.bytes_of("PNG", given_sheet.drawn())[:900], "page 1"),
        ("half.tif", half_a_tiff(), "damaged"),
        ("torn.pdf", b"%PDF-1.7\n" + b"\x00" * 4000, "damaged"),
        ("dot.png", given_sheet.bytes_of("PNG", Image.new("RGB", (2, 2))), "only 2 x 2 pixels"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(
    keeper: given.Browser, settings: Settings, name: str, body: bytes, words: str
) -> None:
    told = brought(keeper, settings, name, body)
    assert told["state"] == "REFUSED"
    assert told["reason_en"].startswith(name)
    assert words in told["reason_en"]
    assert told["reason_es"].startswith(name)
    assert told["reason_es"] != told["reason_en"]
    assert told["page_ids"] == []
    assert list((settings.sheets_dir / "pages").iterdir()) == []
    listed = keeper.get("/sheet-pages").get_json()
    assert (listed["total"], [one["file_name"] for one in listed["uploads"]]) == (0, [name])


def test_what_is_no_drawing_is_refused_at_the_door(keeper: given.Browser, settings: Settings) -> None:
    answer = given_sheet.upload(keeper, "notes.txt", b"Lot 14 is beside the creek")
    assert answer.status_code == 422
    assert answer.get_json()["reasons"][0]["text_en"] == "notes.txt: it is no PDF, TIFF, PNG or JPEG."
    assert [one.name for one in settings.sheets_dir.iterdir()] == []


def test_a_file_that_is_too_large_is_refused_before_it_is_read(keeper: given.Browser, settings: Settings) -> None:
    class Untouched(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("the body of a request that is too large was read")

    answer = keeper.client.post(
        "/api/v1/sheet-uploads?file_name=wall.tif", headers=keeper.headers,
        environ_overrides={"wsgi.input": Untouched(), "CONTENT_LENGTH": str(2 * 1024**3)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "wall.tif" in answer.get_json()["reasons"][0]["text_en"]
    assert not settings.sheets_dir.exists() or list(settings.sheets_dir.iterdir()) == []


def test_a_broken_reader_takes_nothing_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_pages.sys, "executable", "/bin/false")
    (tmp_path / "a.png").write_bytes(given_sheet.bytes_of("PNG", given_sheet.drawn()))
    with pytest.raises(sheet_pages.DrawingError) as refused:
        sheet_pages.render(tmp_path / "a.png", folder=tmp_path / "pages")
    assert (refused.value.code, refused.value.page) == ("reader_died", 1)


def test_only_who_keeps_the_sheets_may_bring_and_place_them(app: Flask) -> None:
    rep = given.logged_in(app, role="csr")
    page_id = given_sheet.a_page()
    assert given_sheet.upload(rep, "a.png", b"").status_code == 403
    body = {"version": 1, "points": given_sheet.POINTS}
    assert rep.post(f"/sheet-pages/{page_id}/placement", body).status_code == 403
    assert rep.get(f"/sheet-pages/page-{page_id}").status_code == 200


def test_a_placed_sheet_lies_over_the_map_and_is_found_by_a_point(app: Flask, keeper: given.Browser) -> None:
    page_id = given_sheet.a_page()
    answer = keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": given_sheet.POINTS})
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert told["version"] == 2
    assert told["corners"][0] == pytest.approx([-121.975, 37.535])
    assert told["corners"][2] == pytest.approx([-121.965, 37.527])
    assert told["placed_by"] == "Dana R."
    assert [point["put_by"] for point in told["points"]] == ["Dana R."] * 4
    rep = given.logged_in(app, role="csr")
    here = rep.get("/map/sheets?lon=-121.97&lat=37.53").get_json()["sheets"]
    assert [(one["page_id"], one["name"]) for one in here] == [(page_id, "Tract 8231, sheet 4")]
    assert rep.get("/map/sheets?lon=-121.9&lat=37.53").get_json()["sheets"] == []


def test_the_card_of_a_home_offers_the_sheets_that_cover_it(app: Flask, keeper: given.Browser) -> None:
    home = given.a_home()
    page_id = given_sheet.a_page()
    wide = [{**one, "lon": -121.97 + (one["lon"] + 121.97) * 9, "lat": 37.53 + (one["lat"] - 37.53) * 9}
            for one in given_sheet.POINTS]  # fmt: skip
    keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": wide})
    card = keeper.get(f"/properties/premise-{home.premise_id}").get_json()
    assert [one["page_id"] for one in card["sheets"]] == [page_id]


def test_a_later_person_improves_the_points_and_the_others_keep_their_maker(app: Flask, keeper: given.Browser) -> None:
    page_id = given_sheet.a_page()
    keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": given_sheet.POINTS})
    other = given.Browser(app, given.a_person(role="supervisor", name="Luis O."))
    moved = [{**given_sheet.POINTS[0], "x_px": 3.0}, *given_sheet.POINTS[1:]]
    told = other.post(f"/sheet-pages/{page_id}/placement", {"version": 2, "points": moved}).get_json()
    assert [point["put_by"] for point in told["points"]] == ["Luis O.", "Dana R.", "Dana R.", "Dana R."]
    stale = keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 2, "points": given_sheet.POINTS})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    assert page_of(keeper, page_id)["points"][0]["x_px"] == 3.0


def test_the_point_that_was_clicked_wrong_stands_out(keeper: given.Browser) -> None:
    grid = [
        {"x_px": float(x), "y_px": float(y), "lon": -121.975 + x * 1e-5, "lat": 37.535 - y * 1e-5}
        for x in (100, 900) for y in (100, 400, 700)
    ]  # fmt: skip
    wrong = [*grid[:4], {**grid[4], "lon": grid[4]["lon"] + 0.0004}, *grid[5:]]
    told = keeper.post("/sheet-fits", {"points": wrong, "width_px": 1000, "height_px": 800}).get_json()
    assert told["outlier"] == 4
    assert told["alone_ft"][4] == pytest.approx(115.8, abs=1.0)
    assert max(one for at, one in enumerate(told["residuals_ft"])) == told["residuals_ft"][4]
    right = keeper.post("/sheet-fits", {"points": grid, "width_px": 1000, "height_px": 800}).get_json()
    assert (right["outlier"], right["one_is_off"]) == (None, False)
    assert right["rms_ft"] < 0.01
    four = [grid[0], grid[2], grid[3], {**grid[5], "lon": grid[5]["lon"] + 0.0004}]
    told = keeper.post("/sheet-fits", {"points": four, "width_px": 1000, "height_px": 800}).get_json()
    assert (told["outlier"], told["one_is_off"]) == (None, True)


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (given_sheet.POINTS[:2], "too_few_points"),
        ([{**one, "lat": 37.53, "lon": -121.97 + at * 0.001} for at, one in enumerate(given_sheet.POINTS)],
         "points_on_a_line"),
        ([{**one, "y_px": 5.0} for one in given_sheet.POINTS], "points_on_a_line"),
    ],
)  # fmt: skip
def test_points_that_place_nothing_are_refused_in_words(
    keeper: given.Browser, points: list[dict[str, float]], code: str
) -> None:
    answer = keeper.post("/sheet-fits", {"points": points, "width_px": 1000, "height_px": 800})
    assert answer.status_code == 422
    assert answer.get_json()["reasons"][0]["code"] == code


def test_a_sheet_on_its_face_or_across_the_country_is_not_saved(keeper: given.Browser) -> None:
    page_id = given_sheet.a_page()
    one, two, three, four = given_sheet.POINTS
    face = [{**one, "lon": two["lon"]}, {**two, "lon": one["lon"]}, {**three, "lon": four["lon"]},
            {**four, "lon": three["lon"]}]  # fmt: skip
    far = [{**one, "lon": -75.0}, two, three, four]
    for points, code in ((face, "mirrored"), (far, "too_large_on_the_ground")):
        answer = keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": points})
        assert (answer.status_code, answer.get_json()["reasons"][0]["code"]) == (422, code)
    assert page_of(keeper, page_id)["version"] == 1


def test_a_sheet_is_found_by_what_it_is_filed_under(app: Flask, keeper: given.Browser) -> None:
    page_id = given_sheet.a_page(name="scan0041")
    details = {
        "version": 1, "name": "scan0041", "tract_no": "8231-2", "map_book": "214", "map_page": "37",
        "survey_id": "S2-022", "place": "Willow Bend", "turn_deg": 90,
    }  # fmt: skip
    assert keeper.post(f"/sheet-pages/{page_id}/details", details).get_json()["turn_deg"] == 90
    for words in ("scan0041", "Tract 8231-2", "S2-022", "Willow Bend"):
        hits = keeper.get(f"/places/search?q={words}").get_json()["results"]
        assert f"page-{page_id}" in [hit["ref"] for hit in hits], words
    keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 2, "points": given_sheet.POINTS})
    with reading() as session:
        sheet_id = session.scalars(select(sheets_models.SheetPage.sheet_id)).one()
    for _ in range(2):
        for words in ("scan0041", "S2-022"):
            refs = [hit["ref"] for hit in keeper.get(f"/places/search?q={words}").get_json()["results"]]
            assert refs == [f"sheet-{sheet_id}"], words
        with given.edge() as tx:
            registry.index_all(tx.session)
    assert keeper.get(f"/sheet-pages/sheet-{sheet_id}").get_json()["id"] == page_id
    for words in ("8231-2", "214 37", "willow", "s2-022"):
        assert [one["id"] for one in keeper.get(f"/sheet-pages?q={words}").get_json()["sheets"]] == [page_id], words


def test_a_sheet_takes_the_outline_that_the_maps_know_by_its_name(app: Flask, keeper: given.Browser) -> None:
    outline = box(-121.974, 37.528, -121.966, 37.534)
    with given.edge() as tx:
        tx.session.add(stores.MapSheet(district_id=1, name="4404AC", shape=outline))
    page_id = given_sheet.a_page(name="4404AC")
    assert page_of(keeper, page_id)["look_at"] == pytest.approx([-121.9752, 37.5271, -121.9648, 37.5349])
    told = keeper.post(f"/sheet-pages/{page_id}/placement", {"version": 1, "points": given_sheet.POINTS}).get_json()
    with reading() as session:
        (sheet,) = session.scalars(select(stores.MapSheet)).all()
        assert (sheet.id, sheet.file) == (told["sheet_id"], "sheets/pages/x.webp")
        assert sheet.shape.equals(outline)


def test_two_sheets_never_have_one_name(keeper: given.Browser) -> None:
    given_sheet.a_page(name="Sheet 1")
    page_id = given_sheet.a_page(name="Sheet 2")
    answer = keeper.post(f"/sheet-pages/{page_id}/details", {"version": 1, "name": "Sheet 1"})
    assert (answer.status_code, answer.get_json()["reasons"][0]["field"]) == (422, "name")
