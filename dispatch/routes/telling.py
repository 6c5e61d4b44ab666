"""What crews hear of a change of their routes: one sentence for each change, in English and Spanish."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from dispatch.crews import queries as crews
from dispatch.orders.models import ServiceOrder
from dispatch.policies import queries as policies
from dispatch.routes import day, models, replan_wording, wording
from dispatch.transaction import Tx

Told = Mapping[tuple[int, int, str], wording.Both]
"""Sentences of a re-plan by crew, order and "lost" or "got"."""


def told(replan: models.Replan | None) -> Told:
    """What a re-plan says of its changes; nothing for a plan made whole."""
    found: dict[tuple[int, int, str], wording.Both] = {}
    for one in replan.changes if replan is not None else ():
        for crew_id, what in ((one["from_crew_id"], "lost"), (one["to_crew_id"], "got")):
            if crew_id is not None and one[f"{what}_en"]:
                found[(crew_id, one["order_id"], what)] = (one[f"{what}_en"], one[f"{what}_es"])
    return found


def tell_crew(
    tx: Tx,
    *,
    plan: models.DayPlan,
    route: models.Route,
    ahead: Sequence[models.RouteStop],
    rows: Mapping[int, ServiceOrder],
    had_ahead: Sequence[int],
    told: Told,
) -> int:
    """One sentence for each change; answers how many. `had_ahead`: the orders that the crew had still to go to."""
    zone = policies.zone(tx.session)
    had = set(had_ahead)
    now_ids = [stop.order_id for stop in ahead]
    said: list[wording.Both] = []
    for order_id in had_ahead:
        if order_id not in now_ids and rows[order_id].state in day.TAKEABLE:
            plain_words = wording.removed(place=rows[order_id].place)
            said.append(told.get((route.crew_id, order_id, "lost"), plain_words))
    for stop in ahead:
        if stop.order_id not in had:
            plain_words = wording.added(place=rows[stop.order_id].place, at=wording.clock(stop.start_at, zone=zone))
            said.append(told.get((route.crew_id, stop.order_id, "got"), plain_words))
    stayed = [order_id for order_id in now_ids if order_id in had]
    old = [order_id for order_id in had_ahead if order_id in set(stayed)]
    shifted = [told[key] for key in ((route.crew_id, one, "got") for one in stayed) if key in told]
    said += shifted
    swapped = sum(1 for a, b in zip(old, stayed, strict=True) if a != b)
    if swapped and not shifted:
        said.append(wording.reordered(count=swapped))
    for words in said:
        tell(tx, crew_id=route.crew_id, on=plan.on_day, words=words)
    return len(said)


def tell_withdrawn(
    tx: Tx, *, route: models.Route, rows: Mapping[int, ServiceOrder], had_ahead: Sequence[int], absent: bool
) -> None:
    """One sentence for a crew whose whole route was taken back. `absent`: because it had not checked in.

    Where its stops went is read from `rows` as they are now; a crew that had none left hears nothing.
    """
    lost = [rows[order_id] for order_id in had_ahead if rows[order_id].state in day.TAKEABLE]
    if not lost:
        return
    to = Counter(order.crew_id for order in lost if order.crew_id is not None)
    signs = crews.crews(tx.session, list(to))
    words = replan_wording.withdrawn(
        stops=len(lost), place=lost[0].place, went={signs[i].call_sign: count for i, count in to.items()}, absent=absent
    )
    tell(tx, crew_id=route.crew_id, on=route.on_day, words=words)


def tell(tx: Tx, *, crew_id: int, on: date, words: wording.Both) -> None:
    """Put a sentence on the crew's list of changes."""
    en, es = (text[:200] for text in words)
    tx.session.add(models.RouteChange(crew_id=crew_id, on_day=on, at=tx.now, by=tx.actor.name, text_en=en, text_es=es))
