"""The plan in force as a re-plan reads it: who goes where from now on, who has no crew, what may still change."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dispatch import clock
from dispatch.crews import queries as crews
from dispatch.orders import lifecycle
from dispatch.orders import queries as orders
from dispatch.policies import queries as policies
from dispatch.routes import causes, day, facts, moves, planner, queries


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The day as a re-plan reads it: facts, the plan in force, who goes where from now on, and who waits."""

    facts: day.DayFacts
    plan_id: int
    versions: Mapping[int, int]
    in_force: Mapping[int, tuple[int, ...]]
    displaced: Mapping[int, int]
    waiting: tuple[int, ...]
    reasons_before: Mapping[int, planner.Unplanned]
    """What the list of the plan in force says of the orders that wait."""
    changes_left: Mapping[int, int]
    old_lines: Mapping[int, tuple[tuple[int, ...], list[list[float]]]]

    def same(self, later: "Seen") -> bool:
        """True when nobody changed the day meanwhile; that crews went on with what stands fast is no change."""
        begun = {
            stop.order_id for seen in (self, later) for crew in seen.facts.crews for stop in crew.kept if stop.behind
        }

        def work(seen: Seen) -> object:
            known = {one.order_id for one in seen.facts.orders} | {order_id for order_id, _ in seen.facts.blocked}
            crew_rows = {(crew.crew_id, crew.start_at, crew.end_at, crew.people) for crew in seen.facts.crews}
            return known - begun, crew_rows, seen.plan_id, dict(seen.versions)

        return work(self) == work(later) and self.facts.allows(later.facts)


def see(
    session: Session, *, on: date, some: Sequence[causes.Cause], all_waiting: bool, ask_rules: bool = True
) -> Seen | None:
    """The day from the plan in force; None when there is none. `all_waiting`: whoever waits is asked, not only the
    orders of the event."""
    plan = queries.published_plan(session, on=on)
    if plan is None:
        return None
    now = clock.now()
    about = {one.order_id for one in some if one.order_id is not None}
    checked = {shift.crew_id for shift in crews.shifts_on(session, on=on) if shift.checked_in_at is not None}
    away = {one.crew_id for one in some if one.code == "CREW_ABSENT" and one.crew_id is not None} - checked
    known = facts.read(session, on=on, now=now, ask_rules=ask_rules, ask_of=about, away=away)
    routes = queries.routes_of(session, plan_id=plan.id)
    stops = queries.stops_of(session, plan_id=plan.id)
    told = {one.order_id: one for one in queries.unplanned_of(session, plan_id=plan.id)}
    rows = orders.by_ids(session, {stop.order_id for few in stops.values() for stop in few})
    there = {crew.crew_id for crew in known.crews if crew.end_at > now}
    open_ids = {one.order_id for one in known.orders}
    behind = {stop.order_id for crew in known.crews for stop in crew.kept if stop.behind}
    in_force: dict[int, tuple[int, ...]] = {crew.crew_id: () for crew in known.crews}
    displaced: dict[int, int] = {}
    old_lines: dict[int, tuple[tuple[int, ...], list[list[float]]]] = {}
    for route in routes:
        ids = [stop.order_id for stop in stops.get(route.id, [])]
        ahead = [
            i
            for i in ids
            if i in open_ids and i not in behind and rows[i].crew_id == route.crew_id
            and moves.goes_there(rows[i].state, "published")
        ]  # fmt: skip
        if route.crew_id in there:
            in_force[route.crew_id] = tuple(ahead)
            visited = tuple(i for i in ids if i in behind or i in ahead)
            if len(visited) == len(ids):
                old_lines[route.crew_id] = (visited, route.line)
        else:
            displaced |= dict.fromkeys(ahead, route.crew_id)
    placed = {i for few in in_force.values() for i in few} | set(displaced) | behind
    waiting = [one.order_id for one in known.orders if one.order_id not in placed and one.state in lifecycle.PLANNABLE]
    by_hand = {i for i, one in told.items() if one.code == "TAKEN_OFF"}
    asked = [i for i in waiting if i not in by_hand and (all_waiting or i in about)]
    utility = policies.get_utility(session)
    left = {route.crew_id: moves.changes_left(route, utility) for route in routes}
    return Seen(
        facts=_without(known, {i for i in waiting if i not in asked}),
        plan_id=plan.id,
        versions={route.id: route.version for route in routes},
        in_force=in_force,
        displaced=displaced,
        waiting=tuple(asked),
        reasons_before={
            i: planner.Unplanned(order_id=i, code=told[i].code, facts=dict(told[i].facts)) for i in waiting if i in told
        },
        changes_left={crew_id: left.get(crew_id, utility.changes_a_day) for crew_id in there},
        old_lines=old_lines,
    )


def _without(known: day.DayFacts, order_ids: set[int]) -> day.DayFacts:
    return dataclasses.replace(known, orders=tuple(one for one in known.orders if one.order_id not in order_ids))
