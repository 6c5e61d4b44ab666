"""Room for one more visit in the windows of the coming days. Pure: crews, booked work and the calendar in, windows out.

A crew's free minutes of a window are its shift within the window, less lunch, less the stops of its published route.
Orders that are due and on no route yet, and places held by a rep, take theirs from the crews that can do the work: a
promise of two hours whole from the one with most time then, a wider one from all in the measure of what each has left.
`left` counts visits that fit whole into one crew's minutes, so a promise never rests on crumbs of several crews.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from dispatch.places import passing, schemas
from dispatch.policies.calendars import Calendar
from maps import ground

WINDOWS: tuple[tuple[str, int, int], ...] = (("8-10", 8, 10), ("10-12", 10, 12), ("12-14", 12, 14), ("14-16", 14, 16))
DAYS = 5
TRAVEL_MIN = 9.0
"""Minutes of driving that a further stop costs where no route says better (a mean of the demo town's planned days)."""
SPANS: Mapping[str, tuple[str, ...]] = {
    "AM": ("8-10", "10-12"),
    "PM": ("12-14", "14-16"),
    "ALL_DAY": ("8-10", "10-12", "12-14", "14-16"),
}
NEAR_M = 800.0
FAR_M = 1_000_000.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_ES = ("Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom")
_HOLIDAYS_ES: Mapping[str, str] = {
    "New Year's Day": "Año Nuevo",
    "Martin Luther King": "Día de Martin Luther King",
    "Washington's Birthday": "Día de los Presidentes",
    "Memorial Day": "Día de los Caídos",
    "Juneteenth": "Juneteenth",
    "Independence Day": "Día de la Independencia",
    "Labor Day": "Día del Trabajo",
    "Columbus Day": "Día de la Raza",
    "Veterans Day": "Día de los Veteranos",
    "Thanksgiving": "Día de Acción de Gracias",
    "Day After Thanksgiving": "Día después de Acción de Gracias",
    "Christmas Day": "Navidad",
    "Cesar Chavez Day": "Día de César Chávez",
    "César Chávez Day": "Día de César Chávez",
}
"""By how the calendar's English names begin; a name that is not here is shown as it is."""


@dataclass(frozen=True, kw_only=True)
class CrewDay:
    """A crew on shift. `lunch` is when lunch may start and how long it lasts; `from_pattern_on` names the day that the
    shift is taken from when the day itself has none entered yet."""

    crew_id: int
    call_sign: str
    start_at: datetime
    end_at: datetime
    lunch: tuple[datetime, datetime, float] | None
    fits: bool
    """The crew has the skills and the people for the kind that is asked about."""
    from_pattern_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A visit that takes room. On a route: crew, from and to (with the drive there). Not on one: window, minutes and the
    crews that can do it (None: any)."""

    on: date
    minutes: float
    window: str = "ALL_DAY"
    crews: frozenset[int] | None = None
    crew_id: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is to be booked: minutes on site, where, and from which day the rules allow it (None: they do not)."""

    minutes: int
    people: int
    lon: float
    lat: float
    first_on: date | None
    rule_en: str = ""
    rule_es: str = ""
    latest_start: time | None = None
    """Local time after which this kind must not start."""


@dataclass
class _Room:
    capacity: float = 0.0
    free: dict[int, float] = field(default_factory=dict)
    near: list[tuple[float, str | None]] = field(default_factory=list)
    """Metres to other visits of this window, and the truck that makes them if known."""
    by: passing.Passing | None = None
    """The truck with room that passes on its way between two stops of this window."""


def days_offered(*, calendar: Calendar, now: datetime) -> list[date]:
    """Today and the following weekdays of the agency; a holiday among them is shown as closed."""
    on = calendar.day_of(now)
    found: list[date] = []
    for ahead in range(60):
        day = on + timedelta(days=ahead)
        if calendar.weekly[day.weekday()] is not None:
            found.append(day)
        if len(found) == DAYS:
            break
    return found


def offer(
    *, ask: Ask, calendar: Calendar, now: datetime, crews: Callable[[date], Sequence[CrewDay]], booked: Sequence[Booked]
) -> list[schemas.WindowOut]:
    """Windows of the coming days, day by day; at most one is marked best: the nearest to other visits, then the most
    room, then the earliest."""
    days = days_offered(calendar=calendar, now=now)
    booked_on: dict[date, list[Booked]] = {}
    for one in booked:
        booked_on.setdefault(one.on, []).append(one)
    found: list[schemas.WindowOut] = []
    ranks: list[tuple[float, int, int]] = []
    for day in days:
        on_shift = list(crews(day))
        spans = {
            name: (calendar.moment(day, time(from_hour)), calendar.moment(day, time(to_hour)))
            for name, from_hour, to_hour in WINDOWS
        }
        rooms = _rooms(spans, on_shift, booked_on.get(day, []), ask, now)
        for name, (from_at, to_at) in spans.items():
            out, metres = _window(ask, calendar, now, day, name, from_at, to_at, on_shift, rooms[name])
            if out.state == "open":
                ranks.append((min(metres, FAR_M) // (NEAR_M / 2), -out.left, len(found)))
            found.append(out)
    if ranks:
        at = min(ranks)[2]
        found[at] = found[at].model_copy(update={"best": True})
    return found


def _window(
    ask: Ask, calendar: Calendar, now: datetime, day: date, name: str, from_at: datetime, to_at: datetime,
    on_shift: Sequence[CrewDay], room: _Room,
) -> tuple[schemas.WindowOut, float]:  # fmt: skip
    def told(state: str, en: str, es: str, *, left: int = 0, share: float = 0.0) -> schemas.WindowOut:
        return schemas.WindowOut(
            on=day.isoformat(), window=name, state=state, left=left, used_share=round(share, 3), best=False, why_en=en,
            why_es=es,
        )  # fmt: skip

    far = float("inf")
    if not calendar.is_business_day(day):
        holiday = calendar.holiday_name(day) or ""
        spanish = next((es for en, es in _HOLIDAYS_ES.items() if holiday.startswith(en)), holiday)
        return told("closed", holiday or "Office closed", spanish or "Oficina cerrada"), far
    if now >= to_at:
        return told("past", "This window is over", "Este horario ya pasó"), far
    if ask.first_on is None or day < ask.first_on:
        return told("closed", ask.rule_en, ask.rule_es), far
    if ask.latest_start is not None and from_at >= calendar.moment(day, ask.latest_start):
        text = ask.latest_start.strftime("%H:%M")
        return told("closed", f"No start after {text}", f"No se empieza después de las {text}"), far
    if not on_shift:
        return told("full", "No crew is on shift that day", "No hay cuadrilla en turno ese día", share=1.0), far
    if not any(crew.fits for crew in on_shift):
        return told("full", "No crew that day can do it", "Ninguna cuadrilla de ese día puede hacerlo", share=1.0), far
    need = ask.minutes + TRAVEL_MIN
    left = sum(int(max(0.0, minutes) // need) for minutes in room.free.values())
    free = sum(max(0.0, minutes) for minutes in room.free.values())
    share = 1.0 if room.capacity <= 0 else min(1.0, max(0.0, 1 - free / room.capacity))
    if left == 0:
        used, whole = round(room.capacity - free), round(room.capacity)
        en, es = f"{used} of {whole} crew minutes are taken", f"Ocupados {used} de {whole} minutos de cuadrilla"
        return told("full", en, es, share=1.0 if room.capacity <= 0 else share), far
    metres, truck = min(room.near, default=(far, None), key=lambda pair: pair[0])
    by = room.by
    if by is not None and by.metres <= metres:
        metres = by.metres
    else:
        by = None
    en, es = _why(day, name, metres, truck, left, on_shift, by)
    return told("open", en, es, left=left, share=share), metres


def _why(
    day: date,
    name: str,
    metres: float,
    truck: str | None,
    left: int,
    on_shift: Sequence[CrewDay],
    by: passing.Passing | None,
) -> tuple[str, str]:
    spoken = name.replace("12-14", "12-2").replace("14-16", "2-4").replace("-", "–")
    miles = f"{metres / 1609.344:.1f}" if metres < 16_000 else ""
    remain = f"queda{'' if left == 1 else 'n'} {left}"
    if by is not None and miles:
        en = f"{_DAYS_EN[day.weekday()]} {spoken}: {by.truck} passes {miles} mi away, adds {by.adds_min} min, {left} left"
        es = f"{_DAYS_ES[day.weekday()]} {spoken}: {by.truck} pasa a {miles} mi, suma {by.adds_min} min, {remain}"
    elif truck is not None and miles:
        en = f"{_DAYS_EN[day.weekday()]} {spoken}: {truck} stops {miles} mi away then, {left} left"
        es = f"{_DAYS_ES[day.weekday()]} {spoken}: {truck} para a {miles} mi a esa hora, {remain}"
    elif miles:
        en = f"{_DAYS_EN[day.weekday()]} {spoken}: another visit is booked {miles} mi away, {left} left"
        es = f"{_DAYS_ES[day.weekday()]} {spoken}: hay otra visita a {miles} mi, {remain}"
    else:
        en = f"{_DAYS_EN[day.weekday()]} {spoken}: {left} left, no other visit near"
        es = f"{_DAYS_ES[day.weekday()]} {spoken}: {remain}, sin otra visita cerca"
    pattern = next((crew.from_pattern_on for crew in on_shift if crew.from_pattern_on), None)
    if pattern is not None:
        en += f"; shifts not entered yet, counted as on {pattern.isoformat()}"
        es += f"; turnos sin registrar, contados como el {pattern.isoformat()}"
    return en, es


def _rooms(
    spans: Mapping[str, tuple[datetime, datetime]],
    on_shift: Sequence[CrewDay],
    today: Sequence[Booked],
    ask: Ask,
    now: datetime,
) -> dict[str, _Room]:
    """Room in each window of a day (`spans`: from and to), with what is booked that day (`today`)."""
    hours = {name: (_micros(from_at), _micros(to_at)) for name, (from_at, to_at) in spans.items()}
    taken = _taken_min(today, hours, now)
    rooms = {name: _Room() for name in spans}
    everyone: dict[str, dict[int, float]] = {name: {} for name in spans}
    for crew in on_shift:
        starts, ends, from_now = _micros(crew.start_at), _micros(crew.end_at), _micros(max(crew.start_at, now))
        for name, span in hours.items():
            lunch = _lunch_min(crew, *spans[name])
            ahead = _overlap_min((from_now, ends), span)
            lunch_ahead = 0.0 if ahead <= 0 else lunch
            everyone[name][crew.crew_id] = max(0.0, ahead - lunch_ahead - taken.get((name, crew.crew_id), 0.0))
            if crew.fits:
                rooms[name].capacity += max(0.0, _overlap_min((starts, ends), span) - lunch)
    _put_near(rooms, today, hours, ask, signs={crew.crew_id: crew.call_sign for crew in on_shift})
    # Narrow promises first: an all-day visit takes what they leave.
    for one in sorted((one for one in today if one.from_at is None), key=lambda one: len(SPANS.get(one.window, "1"))):
        _take(everyone, SPANS.get(one.window, (one.window,)), one.minutes + TRAVEL_MIN, one.crews)
    for name, room in rooms.items():
        room.free = {crew.crew_id: everyone[name][crew.crew_id] for crew in on_shift if crew.fits}
    legs = _legs([crew for crew in on_shift if crew.fits], today)
    for name, (from_at, to_at) in spans.items():
        some = [
            leg for crew_id, way in legs.items() if rooms[name].free[crew_id] >= ask.minutes + TRAVEL_MIN for leg in way
        ]
        rooms[name].by = passing.best(at=(ask.lon, ask.lat), legs=some, from_at=max(now, from_at), to_at=to_at)
    return rooms


def _taken_min(
    today: Sequence[Booked], hours: Mapping[str, tuple[int, int]], now: datetime
) -> dict[tuple[str, int | None], float]:
    """Minutes that stops of routes take from now on, by window and crew."""
    found: dict[tuple[str, int | None], float] = {}
    from_now = _micros(now)
    for one in today:
        if one.from_at is None or one.to_at is None:
            continue
        stop = max(_micros(one.from_at), from_now), _micros(one.to_at)
        for name, span in hours.items():
            if stop[0] < span[1] and span[0] < stop[1]:
                key = (name, one.crew_id)
                found[key] = found.get(key, 0.0) + _overlap_min(stop, span)
    return found


def _put_near(
    rooms: Mapping[str, _Room],
    today: Sequence[Booked],
    hours: Mapping[str, tuple[int, int]],
    ask: Ask,
    *,
    signs: Mapping[int, str],
) -> None:
    """Puts every visit into the windows in which it may begin, with its distance and its truck."""
    for one in today:
        if one.lon is None or one.lat is None:
            continue
        if one.from_at is None:
            names: Sequence[str] = SPANS.get(one.window, (one.window,))
        else:
            begins = _micros(one.from_at)
            names = [name for name, span in hours.items() if span[0] <= begins < span[1]]
        metres = ground.distance_m(ask.lon, ask.lat, one.lon, one.lat)
        truck = signs.get(one.crew_id) if one.crew_id is not None else None
        for name in names:
            if name in rooms:
                rooms[name].near.append((metres, truck))


def _legs(crews: Sequence[CrewDay], today: Sequence[Booked]) -> dict[int, list[passing.Leg]]:
    """The ways of crews between the stops of their routes."""
    stops: dict[int | None, list[tuple[datetime, datetime, float, float]]] = {}
    for one in today:
        if one.from_at and one.to_at and one.lon is not None and one.lat is not None:
            stops.setdefault(one.crew_id, []).append((one.from_at, one.to_at, one.lon, one.lat))
    return {
        crew.crew_id: [
            passing.Leg(truck=crew.call_sign, leaves_at=a[1], here=(a[2], a[3]), there=(b[2], b[3]))
            for a, b in pairwise(sorted(stops.get(crew.crew_id, [])))
        ]
        for crew in crews
    }


def _take(
    everyone: dict[str, dict[int, float]], names: Sequence[str], minutes: float, able: frozenset[int] | None
) -> None:
    """Takes minutes from crews that can do the work: in one window whole from the crew with most left where that is
    enough, else from each in the measure of what it has left."""
    left = {
        (name, crew_id): free
        for name in names
        for crew_id, free in everyone.get(name, {}).items()
        if able is None or crew_id in able
    }
    total = sum(left.values())
    if total <= 0:
        return
    most = max(left, key=lambda key: (left[key], -key[1]))
    if len(names) == 1 and left[most] >= minutes:
        everyone[most[0]][most[1]] -= minutes
        return
    share = min(1.0, minutes / total)
    for name, crew_id in left:
        everyone[name][crew_id] *= 1 - share


def _micros(at: datetime) -> int:
    """Microseconds of an instant: compared a thousand times an answer, and exact."""
    return (at - _EPOCH) // _MICROSECOND


def _overlap_min(a: tuple[int, int], b: tuple[int, int]) -> float:
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) / 1_000_000 / 60


def _lunch_min(crew: CrewDay, from_at: datetime, to_at: datetime) -> float:
    """Lunch counts in the window in which its usual middle lies."""
    if crew.lunch is None:
        return 0.0
    first, last, minutes = crew.lunch
    middle = first + (last - first) / 2
    return minutes if from_at <= middle < to_at else 0.0
