"""Twenty days under way, with everything that happens to a day: the budget of changes holds."""

import pytest

from tests.bench import days as made
from tests.routes import event_day

STREETS = made.lattice(side=14)


@pytest.mark.parametrize("seed", range(1, 21))
def test_a_day_of_events_keeps_its_budget_its_next_stops_and_its_crews(seed: int) -> None:
    problem = made.make_day(network=STREETS, orders=70, crews=4, seed=seed)
    day = event_day.driven(problem=problem, seed=seed, events=10, iterations=800)
    assert day.log, "nothing happened"
    assert sum(one.locks_broken for one in day.log) == 0
    assert all(count <= day.changes_a_day for count in day.used.values())
    emergencies = any(one.kind in ("emergency", "crew_home") for one in day.log)
    assert not day.over or emergencies, "the limit was broken without an emergency"
    for one in day.log:
        assert one.in_force - one.stayed <= 2 + len(
            [c for c in one.changes if c.why in ("MAKES_ROOM", "SAVES_PROMISE")]
        )
    known = {job.order_id for job in day.problem.jobs}
    seen = [i for some in day.sequences.values() for i in some] + [
        s.order_id for some in day.behind.values() for s in some
    ]
    assert len(seen) == len(set(seen)), "an order is visited twice"
    assert set(seen) | set(day.waiting) <= known
