"""The names that sentences about a re-plan need, read before the thinking."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.crews import queries as crews
from dispatch.orders import queries as orders
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from dispatch.routes import causes, day, in_force, queries, replan_wording, stability, wording


@dataclass(frozen=True, kw_only=True)
class Named:
    """What sentences need of the rows, read before the thinking."""

    empty: day.DayFacts
    heads: tuple[wording.Both, ...]
    places: Mapping[int, str]
    signs: Mapping[int, str]
    numbers: Mapping[int, int]
    spans: Mapping[int, str]
    codes: Mapping[int, causes.Code]
    changes_a_day: int

    def changes(self, settled: stability.Settled) -> list[dict[str, object]]:
        """Changes as they are kept, each with its sentences."""
        starts = {stop.order_id: stop.start_s for route in settled.routes.values() for stop in route.stops}
        times = {i: wording.clock(day.instant_of(s, on=self.empty.on, zone=self.empty.zone), zone=self.empty.zone)
                 for i, s in starts.items()}  # fmt: skip
        words = replan_wording.Words(
            places=self.places, signs=self.signs, numbers=self.numbers, times=times, spans=self.spans,
            codes=self.codes, changes_a_day=self.changes_a_day,
        )  # fmt: skip
        found: list[dict[str, object]] = []
        for change in settled.changes:
            told = words.told(change)
            lost, got = told.lost or ("", ""), told.got or ("", "")
            found.append(
                {
                    "order_id": change.order_id, "from_crew_id": change.from_crew_id, "to_crew_id": change.to_crew_id,
                    "why": change.why, "over": list(change.over), "text_en": told.board[0], "text_es": told.board[1],
                    "lost_en": lost[0], "lost_es": lost[1], "got_en": got[0], "got_es": got[1],
                }
            )  # fmt: skip
        return found


def read(session: Session, *, on: date, seen: in_force.Seen | None, some: Sequence[causes.Cause]) -> Named:
    utility = policies.get_utility(session)
    zone = policies.zone(session)
    ids = {one.order_id for one in some if one.order_id is not None}
    if seen is not None:
        ids |= {one.order_id for one in seen.facts.orders}
    rows = orders.by_ids(session, ids)
    crew_ids = {one.crew_id for one in some if one.crew_id is not None}
    plan = queries.published_plan(session, on=on)
    numbers: dict[int, int] = {}
    for route in queries.routes_of(session, plan_id=plan.id) if plan is not None else ():
        crew_ids.add(route.crew_id)
    if plan is not None:
        for few in queries.stops_of(session, plan_id=plan.id).values():
            numbers |= {stop.order_id: at + 1 for at, stop in enumerate(few)}
    if seen is not None:
        crew_ids |= {crew.crew_id for crew in seen.facts.crews}
    places = {row.id: row.place for row in rows.values()}
    signs = {crew.id: crew.call_sign for crew in crews.crews(session, crew_ids).values()}
    empty = day.DayFacts(
        on=on, zone=zone, now=clock.now(), yard=(utility.yard_lon, utility.yard_lat), crews=(), orders=()
    )  # fmt: skip
    return Named(
        empty=empty,
        heads=tuple(replan_wording.cause(one=one, places=places, signs=signs) for one in some),
        places=places,
        signs=signs,
        numbers=numbers,
        spans={row.id: _span(row, lambda at: wording.clock(at, zone=zone)) for row in rows.values()},
        codes={one.order_id: one.code for one in some if one.order_id is not None},
        changes_a_day=utility.changes_a_day,
    )


def _span(order: ServiceOrder, say: Callable[[datetime], str]) -> str:
    if order.window_from is None or order.window_to is None:
        return ""
    return f"{say(order.window_from)}-{say(order.window_to)}"
