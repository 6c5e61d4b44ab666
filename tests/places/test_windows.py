"""Room in the windows that a rep offers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.places import windows
from dispatch.policies import calendars

ZONE = ZoneInfo("America/Los_Angeles")
TUESDAY = date(2026, 8, 25)
LABOR_WEEK = date(2026, 9, 2)


def calendar() -> calendars.Calendar:
    office = (time(8), time(17))
    return calendars.build(zone="America/Los_Angeles", state="CA", weekly=[office] * 5 + [None, None])


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), tzinfo=ZONE)


def truck(on: date, *, crew_id: int = 1, fits: bool = True, lunch: bool = False) -> windows.CrewDay:
    return windows.CrewDay(
        crew_id=crew_id, call_sign=f"Truck {crew_id}", start_at=at(on, 7), end_at=at(on, 16), fits=fits,
        lunch=(at(on, 12), at(on, 13), 30.0) if lunch else None,
    )  # fmt: skip


def ask(**changes: object) -> windows.Ask:
    values = {"minutes": 21, "people": 1, "lon": -121.97, "lat": 37.53, "first_on": TUESDAY} | changes
    return windows.Ask(**values)  # type: ignore[arg-type]


def offered(asked: windows.Ask, *, now: datetime, crews: list[windows.CrewDay] | None = None, booked=()):
    def on_shift(day: date) -> list[windows.CrewDay]:
        return [truck(day)] if crews is None else [crew for crew in crews if crew.start_at.date() == day]

    found = windows.offer(ask=asked, calendar=calendar(), now=now, crews=on_shift, booked=list(booked))
    return {(one.on, one.window): one for one in found}


def test_a_free_crew_leaves_as_many_visits_as_fit_whole_into_the_window() -> None:
    # 120 minutes, 21 on site and 9 of driving each.
    found = offered(ask(), now=at(TUESDAY, 6))
    assert found["2026-08-25", "8-10"].left == 4
    assert found["2026-08-25", "8-10"].state == "open"
    assert found["2026-08-25", "8-10"].used_share == 0


def test_crumbs_of_two_crews_do_not_make_a_visit() -> None:
    crews = [truck(TUESDAY, crew_id=1), truck(TUESDAY, crew_id=2)]
    booked = [
        windows.Booked(on=TUESDAY, minutes=100, crew_id=n, from_at=at(TUESDAY, 8), to_at=at(TUESDAY, 9, 40))
        for n in (1, 2)
    ]
    window = offered(ask(), now=at(TUESDAY, 6), crews=crews, booked=booked)["2026-08-25", "8-10"]
    assert (window.state, window.left) == ("full", 0)
    assert "200 of 240" in window.why_en
    assert "200 de 240" in window.why_es


def test_lunch_takes_its_minutes_from_the_window_in_which_it_falls() -> None:
    found = offered(ask(), now=at(TUESDAY, 6), crews=[truck(TUESDAY, lunch=True)])
    assert found["2026-08-25", "10-12"].left == 4
    assert found["2026-08-25", "12-14"].left == 3


def test_an_order_on_no_route_yet_takes_room_of_its_own_window_only() -> None:
    booked = [windows.Booked(on=TUESDAY, minutes=51, window="10-12")]
    found = offered(ask(), now=at(TUESDAY, 6), booked=booked)
    assert found["2026-08-25", "10-12"].left == 2
    assert found["2026-08-25", "8-10"].left == 4


def test_an_all_day_order_takes_what_the_promised_windows_leave() -> None:
    booked = [windows.Booked(on=TUESDAY, minutes=351), windows.Booked(on=TUESDAY, minutes=111, window="8-10")]
    found = offered(ask(), now=at(TUESDAY, 6), booked=booked)
    assert [found["2026-08-25", name].left for name, *_ in windows.WINDOWS] == [0, 0, 0, 0]


def test_a_crew_that_cannot_do_the_kind_gives_no_room() -> None:
    window = offered(ask(), now=at(TUESDAY, 6), crews=[truck(TUESDAY, fits=False)])["2026-08-25", "8-10"]
    assert (window.state, window.why_en) == ("full", "No crew that day can do it")


def test_a_day_without_shifts_promises_nothing() -> None:
    window = offered(ask(), now=at(TUESDAY, 6), crews=[])["2026-08-26", "8-10"]
    assert (window.state, window.left) == ("full", 0)
    assert window.why_es == "No hay cuadrilla en turno ese día"


def test_a_window_that_is_over_is_past_and_one_under_way_has_less_room() -> None:
    found = offered(ask(), now=at(TUESDAY, 11))
    assert found["2026-08-25", "8-10"].state == "past"
    assert found["2026-08-25", "10-12"].left == 2


def test_weekends_are_left_out_and_labor_day_is_shown_closed() -> None:
    found = offered(ask(first_on=LABOR_WEEK), now=at(LABOR_WEEK, 6))
    assert sorted({on for on, _ in found}) == ["2026-09-02", "2026-09-03", "2026-09-04", "2026-09-07", "2026-09-08"]
    assert {one.state for (on, _), one in found.items() if on == "2026-09-07"} == {"closed"}
    assert found["2026-09-07", "8-10"].why_en == "Labor Day"


def test_days_before_the_rules_allow_it_are_closed_with_the_rule() -> None:
    asked = ask(first_on=date(2026, 8, 27), rule_en="Asked today: from Thu", rule_es="Pedido hoy: desde el jue")
    found = offered(asked, now=at(TUESDAY, 6))
    assert (found["2026-08-26", "8-10"].state, found["2026-08-26", "8-10"].why_en) == (
        "closed",
        "Asked today: from Thu",
    )
    assert found["2026-08-27", "8-10"].state == "open"
    assert {one.state for one in offered(ask(first_on=None), now=at(TUESDAY, 6)).values()} == {"closed"}


def test_no_shutoff_starts_after_its_last_hour() -> None:
    found = offered(ask(latest_start=time(14)), now=at(TUESDAY, 6))
    assert found["2026-08-25", "12-14"].state == "open"
    assert found["2026-08-25", "14-16"].why_en == "No start after 14:00"


def test_the_best_window_is_the_one_where_a_truck_stops_near() -> None:
    on = date(2026, 8, 26)
    near = windows.Booked(
        on=on, minutes=20, crew_id=1, from_at=at(on, 12, 30), to_at=at(on, 13), lon=-121.972, lat=37.53
    )
    best = [one for one in offered(ask(), now=at(TUESDAY, 6), booked=[near]).values() if one.best]
    assert [(one.on, one.window) for one in best] == [("2026-08-26", "12-14")]
    assert best[0].why_en == "Wed 12–2: Truck 1 stops 0.1 mi away then, 3 left"


def test_with_nothing_near_the_first_roomiest_window_is_best() -> None:
    best = [one for one in offered(ask(), now=at(TUESDAY, 9)).values() if one.best]
    assert [(one.on, one.window) for one in best] == [("2026-08-25", "10-12")]


def routed(hour: int, minute: int, *, lon: float, lat: float, crew_id: int = 1) -> windows.Booked:
    """A stop of half an hour on a route."""
    start = at(TUESDAY, hour, minute)
    return windows.Booked(
        on=TUESDAY, minutes=20, crew_id=crew_id, from_at=start, to_at=start + timedelta(minutes=30), lon=lon, lat=lat
    )


def test_the_rep_reads_which_truck_passes_how_near_and_what_the_visit_adds() -> None:
    booked = [routed(8, 0, lon=-121.98, lat=37.53), routed(9, 0, lon=-121.96, lat=37.531)]
    window = offered(ask(), now=at(TUESDAY, 6), booked=booked)["2026-08-25", "8-10"]
    assert window.best
    assert window.why_en == "Tue 8–10: Truck 1 passes 0.0 mi away, adds 1 min, 2 left"
    assert window.why_es == "Mar 8–10: Truck 1 pasa a 0.0 mi, suma 1 min, quedan 2"


def test_a_truck_without_room_is_not_said_to_pass() -> None:
    full = [routed(8 + n // 2, 30 * (n % 2), lon=-121.98 + n * 0.01, lat=37.53) for n in range(4)]
    near = [routed(8, 0, lon=-121.99, lat=37.60, crew_id=2), routed(9, 0, lon=-121.95, lat=37.60, crew_id=2)]
    crews = [truck(TUESDAY, crew_id=1), truck(TUESDAY, crew_id=2)]
    window = offered(ask(), now=at(TUESDAY, 6), crews=crews, booked=[*full, *near])["2026-08-25", "8-10"]
    assert window.state == "open"
    assert "Truck 1 passes" not in window.why_en


QUARTER_MINUTE = timedelta(seconds=15)
STOPS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(7 * 240, 16 * 240), st.integers(4, 3 * 240)), max_size=12
).map(lambda some: [(n, at(TUESDAY, 0) + since * QUARTER_MINUTE, long * QUARTER_MINUTE) for n, since, long in some])


@settings(max_examples=100)
@given(stops=STOPS, since=st.integers(5 * 240, 17 * 240))
def test_room_is_what_the_stops_of_the_routes_leave_of_each_shift(
    stops: list[tuple[int, datetime, timedelta]], since: int
) -> None:
    now = at(TUESDAY, 0) + since * QUARTER_MINUTE
    crews = [truck(TUESDAY, crew_id=n, lunch=n == 2) for n in (1, 2, 3)]
    booked = [
        # Rows come in universal time, shifts and windows in the town's.
        windows.Booked(on=TUESDAY, minutes=1, crew_id=n, from_at=begins.astimezone(UTC), to_at=begins + long)
        for n, begins, long in stops
    ]
    found = offered(ask(), now=now, crews=crews, booked=booked)
    for name, from_hour, to_hour in windows.WINDOWS:
        opens, closes = at(TUESDAY, from_hour), at(TUESDAY, to_hour)
        left = 0
        for crew in crews:
            free = min(crew.end_at, closes) - max(crew.start_at, opens, now)
            if free > timedelta(0) and crew.lunch is not None and name == "12-14":
                free -= timedelta(minutes=30)
            for n, begins, long in stops:
                if n == crew.crew_id:
                    free -= max(timedelta(0), min(begins + long, closes) - max(begins, opens, now))
            left += max(timedelta(0), free) // timedelta(minutes=30)
        assert found["2026-08-25", name].left == (left if now < closes else 0)


def test_a_stop_that_begins_at_ten_is_near_in_the_window_from_ten_only() -> None:
    booked = [
        windows.Booked(
            on=TUESDAY,
            minutes=20,
            crew_id=1,
            from_at=at(TUESDAY, 10),
            to_at=at(TUESDAY, 10, 20),
            lon=-121.97,
            lat=37.53,
        )
    ]
    found = offered(ask(), now=at(TUESDAY, 6), booked=booked)
    assert "Truck 1 stops 0.0 mi away" in found["2026-08-25", "10-12"].why_en
    assert "no other visit near" in found["2026-08-25", "8-10"].why_en
