"""What a re-plan may change of the routes in force: as little as the event asks for. Pure.

Routes in force and the solver's answer in, the smallest set of changes worth making out. What is new is put between
the stops as they stand; a stop moves only to make room for work that is worth more, to save a promise, or where the way
gets shorter by clearly more than a change costs. The next stops of a crew and what a person gave to a crew never move.
A crew is changed so often a day and no more; only an emergency may break that, and is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dispatch.routes import causes, lines, planner

Why = Literal["NEW", "CREW_AWAY", "MAKES_ROOM", "SAVES_PROMISE", "CLOSER", "FITS_NOW"]
HURRY: Mapping[int, float] = {0: 1.0, 1: 0.5, 2: 0.2}
"""What a second of waiting weighs against one of driving, by priority: a main break is not put where it is
convenient, and nothing else is put before it because that lies on the way."""
ROOM_TRIES = 6
"""So many stops of each crew are tried for making room."""
ROOM_PRIORITY = 2
"""Others give way for work of this priority or above, and for promised windows."""
WAITING_TRIED = 40
"""Of the orders that wait and that no event is about, so many are asked whether they fit now, the most urgent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What changes may cost.

    `changes_left` by crew id. `emergencies` may break it. `owed`: orders that the event is about (new ones, those of a
    crew that went home): for them no price is asked. `change_s`: the price of one change of one crew, in seconds of
    driving; `value_s`: what a point of value is worth. `only_owed`: nothing is
    changed but for these orders.
    """

    changes_left: Mapping[int, int]
    emergencies: frozenset[int] = frozenset()
    owed: frozenset[int] = frozenset()
    change_s: float = 600.0
    value_s: float = 600.0
    only_owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One order with another crew, with none, or at another place of its route (`from_crew_id` == `to_crew_id`).

    `for_order_id`: the order that it makes room for, or whose promise it saves. `over`: crews that have had all their
    changes of the day; it was made for an emergency then.
    """

    order_id: int
    from_crew_id: int | None
    to_crew_id: int | None
    why: Why
    for_order_id: int | None = None
    over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The routes as they should be. `left` has no place, with what stood against it: NO_PLACE, CHANGES_SPENT (it fits,
    but the crews with room have had their changes), NOT_WORTH_IT (it fits, but is worth less than the change), or AS_BEFORE
    (no event is about it, and nothing is new for it)."""

    sequences: Mapping[int, tuple[int, ...]]
    changes: tuple[Change, ...]
    left: Mapping[int, str]
    routes: Mapping[int, planner.RoutePlan]


@dataclass
class _Work:
    lines: lines.Lines
    terms: Terms
    base: Mapping[int, int]
    """Crew of each order in force, by order id."""
    touched: dict[int, set[int]] = field(default_factory=dict)
    """Orders that changed, by the crew that sees it."""
    why: dict[int, tuple[Why, int | None]] = field(default_factory=dict)
    over: dict[int, set[int]] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)

    def free(self, crew_id: int, order_id: int) -> bool:
        """True when the crew may still see a change of this order."""
        seen = self.touched.get(crew_id, set())
        return order_id in seen or len(seen) < self.terms.changes_left.get(crew_id, 0)

    def room(self, crew_id: int, count: int) -> bool:
        return len(self.touched.get(crew_id, set())) + count <= self.terms.changes_left.get(crew_id, 0)

    def movable(self, order_id: int) -> bool:
        job = self.lines.jobs[order_id]
        return not job.is_fixed and job.locked_crew_id is None

    def note(self, order_id: int, crews: Iterable[int | None], why: Why, for_order_id: int | None = None) -> None:
        for crew_id in crews:
            if crew_id is None:
                continue
            if not self.free(crew_id, order_id):
                self.over.setdefault(order_id, set()).add(crew_id)
            self.touched.setdefault(crew_id, set()).add(order_id)
        self.why.setdefault(order_id, (why, for_order_id))


def settle(
    *,
    problem: planner.Problem,
    in_force: Mapping[int, Sequence[int]],
    displaced: Mapping[int, int],
    waiting: Sequence[int],
    answer: planner.Plan | None,
    terms: Terms,
) -> Settled:
    """The routes after the event.

    `in_force`: order ids by crew id as they are to be visited from now on. `displaced`: orders whose crew is away, with
    that crew. `waiting`: orders without a crew. `answer` is what a free search would do; it only proposes.
    """
    base = {order_id: crew_id for crew_id, some in in_force.items() for order_id in some}
    urgent = {job.order_id: HURRY[job.priority] for job in problem.jobs if job.priority <= causes.EMERGENCY_PRIORITY}
    work = _Work(lines=lines.Lines(problem=problem, sequences=in_force, urgent=urgent), terms=terms, base=base)
    jobs = work.lines.jobs
    asking = [order_id for order_id in (*displaced, *waiting) if order_id in jobs]
    asking.sort(key=lambda one: (jobs[one].priority, -jobs[one].value, one))
    for order_id in asking:
        if order_id in terms.owed:
            _place(work, order_id, displaced.get(order_id), answer)
    others = [order_id for order_id in asking if order_id not in terms.owed]
    for order_id in others[:WAITING_TRIED]:
        _offer(work, order_id)
    work.left |= dict.fromkeys(others[WAITING_TRIED:], "AS_BEFORE")
    if not terms.only_owed:
        _save_promises(work)
    if answer is not None and not terms.only_owed:
        _shorten(work, answer)
    return _settled(work, in_force, displaced)


def _place(work: _Work, order_id: int, from_crew_id: int | None, answer: planner.Plan | None) -> None:
    job, terms = work.lines.jobs[order_id], work.terms
    urgent = order_id in terms.emergencies
    hurry = HURRY.get(job.priority, 0.0)
    why: Why = "CREW_AWAY" if from_crew_id is not None else "NEW"
    crews = list(work.lines.crews)
    free = [crew_id for crew_id in crews if work.free(crew_id, order_id)]
    found = work.lines.find(order_id, crews=free, hurry=hurry)
    if found is None and urgent:
        found = work.lines.find(order_id, crews=[one for one in crews if one not in free], hurry=hurry)
    if found is not None:
        place, route = found
        if not urgent and job.value * terms.value_s <= place.adds_s:
            work.left[order_id] = "NOT_WORTH_IT"
            return
        work.lines.set(route)
        work.note(order_id, (place.crew_id,), why)
        return
    if needs_room(job) and _make_room(work, job, why, answer):
        return
    barred = [one for one in crews if one not in free]
    fits = bool(barred) and work.lines.find(order_id, crews=barred) is not None
    work.left[order_id] = "CHANGES_SPENT" if fits else "NO_PLACE"


def needs_room(job: planner.Job) -> bool:
    """True when others give way for the job."""
    return job.value > 0 and (job.priority <= ROOM_PRIORITY or bool(job.windows))


def _offer(work: _Work, order_id: int) -> None:
    """Puts in an order that waited, where it fits and is worth a change."""
    job, terms = work.lines.jobs[order_id], work.terms
    free = [crew_id for crew_id in work.lines.crews if work.free(crew_id, order_id)]
    found = work.lines.find(order_id, crews=free, hurry=HURRY.get(job.priority, 0.0), most=2)
    if found is None or job.value * terms.value_s <= found[0].adds_s + terms.change_s:
        work.left[order_id] = "AS_BEFORE" if found is None else "NOT_WORTH_IT"
        return
    work.lines.set(found[1])
    work.note(order_id, (found[0].crew_id,), "FITS_NOW")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swap:
    cost_s: float
    gone: int
    crew_id: int
    route: planner.RoutePlan
    elsewhere: planner.RoutePlan | None


def _make_room(work: _Work, job: planner.Job, why: Why, answer: planner.Plan | None) -> bool:
    """Puts a job where one stop of less worth gives way; that one goes to another crew, or waits."""
    terms, held = work.terms, work.lines
    urgent = job.order_id in terms.emergencies
    answered = answer.sequences() if answer is not None else {}
    best: _Swap | None = None
    for crew_id, some in held.sequences.items():
        if not urgent and not work.room(crew_id, 2):
            continue
        for gone in _giving_way(work, job, some, moved=set(some) - set(answered.get(crew_id, some))):
            found = held.find(
                job.order_id, crews=[crew_id], hurry=HURRY.get(job.priority, 0.0), without={crew_id: gone}, most=2
            )
            if found is None:
                continue
            place, route = found
            cost_s = place.adds_s - held.saved_s(gone) + 2 * terms.change_s
            others = [one for one in held.crews if one != crew_id and work.free(one, gone)]
            other = held.find(gone, crews=others, most=2)
            lost_s = held.jobs[gone].value * terms.value_s
            if other is not None and other[0].adds_s + terms.change_s < lost_s:
                cost_s += other[0].adds_s + terms.change_s
            else:
                other, cost_s = None, cost_s + lost_s
            if best is None or cost_s < best.cost_s:
                best = _Swap(
                    cost_s=cost_s, gone=gone, crew_id=crew_id, route=route, elsewhere=other[1] if other else None
                )
    if best is None or (not urgent and best.cost_s >= job.value * terms.value_s):
        return False
    held.set(best.route)
    work.note(job.order_id, (best.crew_id,), why)
    to_crew_id = None if best.elsewhere is None else best.elsewhere.crew_id
    work.note(best.gone, (best.crew_id, to_crew_id), "MAKES_ROOM", job.order_id)
    if best.elsewhere is not None:
        held.set(best.elsewhere)
    else:
        work.left[best.gone] = "NO_PLACE"
    return True


def _giving_way(work: _Work, job: planner.Job, some: Sequence[int], *, moved: set[int]) -> list[int]:
    """Stops that may give way to a job: worth less, those first that the free search moved, a promise last."""
    jobs = work.lines.jobs
    found = [
        one
        for one in some
        if work.movable(one)
        and jobs[one].value < job.value
        and one not in work.why
        and jobs[one].priority > job.priority
    ]
    found.sort(
        key=lambda one: (one not in moved, bool(jobs[one].windows), jobs[one].value, -work.lines.saved_s(one), one)
    )
    return found[:ROOM_TRIES]


def _save_promises(work: _Work) -> None:
    """Moves one stop where that keeps a promise which the routes as they stand would break."""
    held = work.lines
    for order_id, _ in held.late():
        job = held.jobs[order_id]
        crew_id = held.crew_of(order_id)
        if crew_id is None or not job.windows or not any(one == order_id for one, _ in held.late()):
            continue
        some = held.sequences[crew_id]
        ahead = [one for one in some[: some.index(order_id)] if work.movable(one) and not held.jobs[one].windows]
        tries = [*([order_id] if work.movable(order_id) else []), *ahead[-ROOM_TRIES:]]
        best: tuple[float, int, planner.RoutePlan, planner.RoutePlan | None] | None = None
        for mover in tries:
            found = _moved(work, mover, crew_id, order_id)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        if best is None:
            continue
        _, mover, own, other = best
        held.set(own)
        if other is not None:
            held.set(other)
        crews = (crew_id,) if other is None else (crew_id, other.crew_id)
        work.note(mover, crews, "SAVES_PROMISE", order_id)


def _moved(
    work: _Work, mover: int, crew_id: int, promise: int
) -> tuple[float, int, planner.RoutePlan, planner.RoutePlan | None] | None:
    """What it costs to keep a promise by moving one stop: (seconds, that stop, its crew's day, the other crew's)."""
    held, terms = work.lines, work.terms
    if not work.free(crew_id, mover):
        return None
    rest = [one for one in held.sequences[crew_id] if one != mover]
    found: list[tuple[float, int, planner.RoutePlan, planner.RoutePlan | None]] = []
    # Another place of the same route is one change; another crew is two.
    for position in range(held.head(crew_id), len(rest) + 1):
        trial = [*rest[:position], mover, *rest[position:]]
        if trial == held.sequences[crew_id] or not held.may_keep(crew_id, trial, in_time=promise):
            continue
        route = held.timed(crew_id, trial)
        if route is not None and not _late(route, promise):
            longer_s = route.travel_s - held.routes[crew_id].travel_s
            found.append((longer_s + terms.change_s, mover, route, None))
    own = held.timed(crew_id, rest)
    others = [one for one in held.crews if one != crew_id and work.free(one, mover)]
    other = held.find(mover, crews=others) if own is not None and not _late(own, promise) else None
    if own is not None and other is not None and not _late(other[1], promise):
        found.append((other[0].adds_s - held.saved_s(mover) + 2 * terms.change_s, mover, own, other[1]))
    return min(found, key=lambda one: one[0]) if found else None


def _late(route: planner.RoutePlan, order_id: int) -> bool:
    return any(one.code == "LATE" and one.order_id == order_id for one in route.violations)


def _shorten(work: _Work, answer: planner.Plan) -> None:
    """Takes over those moves of the free search that shorten the way by more than twice what two changes cost."""
    held, terms = work.lines, work.terms
    for to_crew_id, some in answer.sequences().items():
        for order_id in some:
            crew_id = work.base.get(order_id)
            if crew_id in (None, to_crew_id) or order_id in work.why or not work.movable(order_id):
                continue
            if held.crew_of(order_id) != crew_id or not (
                work.free(crew_id, order_id) and work.free(to_crew_id, order_id)
            ):
                continue
            saved_s = held.saved_s(order_id)
            if saved_s <= 4 * terms.change_s:
                continue
            found = held.find(order_id, crews=[to_crew_id], most=2)
            if found is None or saved_s - found[0].adds_s <= 4 * terms.change_s or not held.take(order_id):
                continue
            held.set(found[1])
            work.note(order_id, (crew_id, to_crew_id), "CLOSER")


def _settled(work: _Work, in_force: Mapping[int, Sequence[int]], displaced: Mapping[int, int]) -> Settled:
    now = {order_id: crew_id for crew_id, some in work.lines.sequences.items() for order_id in some}
    changes = []
    for order_id, (why, for_order_id) in work.why.items():
        from_crew_id = work.base.get(order_id, displaced.get(order_id))
        to_crew_id = now.get(order_id)
        changes.append(
            Change(
                order_id=order_id, from_crew_id=from_crew_id, to_crew_id=to_crew_id, why=why,
                for_order_id=for_order_id, over=tuple(sorted(work.over.get(order_id, ()))),
            )
        )  # fmt: skip
    return Settled(
        sequences={crew_id: tuple(some) for crew_id, some in work.lines.sequences.items()},
        changes=tuple(changes),
        left=dict(work.left),
        routes=dict(work.lines.routes),
    )


def kept_share(*, in_force: Mapping[int, Sequence[int]], settled: Settled) -> float:
    """The share of the orders in force that stay with their crew (1.0 when there are none)."""
    total = sum(len(some) for some in in_force.values())
    stay = sum(len(set(some) & set(settled.sequences.get(crew_id, ()))) for crew_id, some in in_force.items())
    return stay / total if total else 1.0
