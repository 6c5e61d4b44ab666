"""The life of an order, from the desk to the account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.orders import lifecycle

STATES = sorted(lifecycle.STATES)
ACTIONS = sorted({action for _, action, _ in lifecycle.ALLOWED})


def walk(start: str, *steps: tuple[str, str]) -> str:
    state = start
    for action, side in steps:
        state = lifecycle.next_state(state=state, action=action, side=side)  # type: ignore[arg-type]
    return state


def test_an_order_goes_from_the_desk_to_the_account() -> None:
    assert (
        walk(
            "DRAFT",
            ("make_ready", "office"),
            ("schedule", "office"),
            ("put_on_route", "office"),
            ("publish", "office"),
            ("acknowledge", "field"),
            ("en_route", "field"),
            ("arrive", "field"),
            ("start", "field"),
            ("complete", "field"),
            ("post", "office"),
            ("close", "office"),
        )
        == "CLOSED"
    )


def test_no_access_comes_back_and_is_done_later() -> None:
    state = walk("DISPATCHED", ("arrive", "field"), ("no_access", "field"), ("make_ready", "office"))
    assert state == "READY"


def test_a_recall_reaches_the_crew_even_at_work() -> None:
    for state in ("READY", "SCHEDULED", "ROUTED", "DISPATCHED", "EN_ROUTE", "ON_SITE", "ON_HOLD"):
        assert walk(state, ("recall", "office")) == "RECALLED"
    assert walk("RECALLED", ("recall_ack", "field")) == "RECALLED"


def test_the_office_may_not_move_or_cancel_a_visit_that_has_started() -> None:
    for action in ("cancel", "hold", "take_off_route", "put_on_route"):
        with pytest.raises(lifecycle.IllegalStep):
            lifecycle.next_state(state="ON_SITE", action=action, side="office")


def test_a_recalled_order_is_never_completed_by_a_decision() -> None:
    with pytest.raises(lifecycle.IllegalStep) as refused:
        lifecycle.next_state(state="RECALLED", action="complete", side="field")
    assert refused.value.status == 409
    assert "possible: recall_ack" in refused.value.message
    assert refused.value.reasons[0].text_es == "La orden está: Retirada"


def test_only_a_completed_visit_touches_the_account() -> None:
    before_posted = {state for (state, action, _), after in lifecycle.ALLOWED.items() if after == "POSTED"}
    assert before_posted == {"COMPLETED", "REVIEW"}


def test_the_table_uses_known_states_and_every_state_can_be_reached() -> None:
    reached = {"DRAFT"}
    for _ in STATES:
        reached |= {after for (state, _, _), after in lifecycle.ALLOWED.items() if state in reached}
    assert reached == set(STATES)
    letters = [row.letter for row in lifecycle.STATES.values()]
    assert len(set(letters)) == len(letters) == 16


def test_every_state_but_closed_has_a_way_on() -> None:
    for state in STATES:
        ways = [key for key in lifecycle.ALLOWED if key[0] == state]
        assert bool(ways) is (state != "CLOSED"), state


@given(st.sampled_from(STATES), st.sampled_from([*ACTIONS, "explode"]), st.sampled_from(["office", "field"]))
def test_find_and_next_agree_and_the_menu_is_the_table(state: str, action: str, side: str) -> None:
    found = lifecycle.find_next(state=state, action=action, side=side)  # type: ignore[arg-type]
    allowed = lifecycle.allowed_actions(state=state, side=side)  # type: ignore[arg-type]
    assert (found is not None) is (action in allowed)
    if found is None:
        with pytest.raises(lifecycle.IllegalStep):
            lifecycle.next_state(state=state, action=action, side=side)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(["office", "field"])), max_size=40))
def test_no_walk_leaves_a_finished_order_for_the_field(steps: list[tuple[str, str]]) -> None:
    state = "DRAFT"
    posted = False
    for action, side in steps:
        after = lifecycle.find_next(state=state, action=action, side=side)  # type: ignore[arg-type]
        state = state if after is None else after
        posted = posted or state == "POSTED"
        assert not (posted and state not in ("POSTED", "CLOSED"))
