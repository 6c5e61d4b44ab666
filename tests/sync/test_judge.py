"""The judgement alone: pure, so every combination can be tried."""

from hypothesis import given, strategies

from dispatch.orders import lifecycle
from dispatch.orders.kinds import dispositions
from dispatch.sync import judge

STATES = sorted(lifecycle.STATES)
KINDS = sorted(
    set(judge.GROUPS) | set(judge.ACTIONS) | {"reading", "photo", "note", "leak_test", "verify_meter", "hazard"}
)
DECISIONS = sorted(judge.GROUPS)

orders = strategies.builds(
    judge.OrderNow,
    state=strategies.sampled_from(STATES),
    version=strategies.integers(1, 9),
    group_versions=strategies.dictionaries(strategies.sampled_from(["status", "assignment", "note"]), strategies.integers(1, 9)),
    crew_id=strategies.sampled_from([None, 1, 2]),
    visit_id=strategies.sampled_from([None, "v1", "v2"]),
)  # fmt: skip


def told(kind: str, order: judge.OrderNow | None, **changes: object) -> judge.Judgement:
    values: dict[str, object] = {
        "kind": kind, "disposition": "DONE" if kind == "complete" else "CGI_DOG", "base_version": None, "visit_id": "v1",
        "crew_id": 1, "order": order, **changes,
    }  # fmt: skip
    return judge.decision(**values)  # type: ignore[arg-type]


def an_order(**changes: object) -> judge.OrderNow:
    values: dict[str, object] = {
        "state": "DISPATCHED", "version": 3, "group_versions": {}, "crew_id": 1, "visit_id": None, **changes,
    }  # fmt: skip
    return judge.OrderNow(**values)  # type: ignore[arg-type]


@given(kind=strategies.sampled_from(KINDS), order=orders, base=strategies.none() | strategies.integers(0, 9),
       disposition=strategies.sampled_from([*dispositions.TABLE, "NONSENSE"]))  # fmt: skip
def test_whatever_is_applied_is_a_step_that_the_lifecycle_allows(
    kind: str, order: judge.OrderNow, base: int | None, disposition: str
) -> None:
    verdict = told(kind, order, base_version=base, disposition=disposition)
    if verdict.answer == "held":
        assert verdict.code and verdict.reason_en and verdict.reason_es and verdict.action is None
    elif verdict.action is not None:
        assert lifecycle.find_next(state=order.state, action=verdict.action, side="field") is not None


@given(kind=strategies.sampled_from(DECISIONS), order=orders, base=strategies.none() | strategies.integers(0, 9))
def test_no_decision_of_a_crew_holds_at_an_order_that_is_not_theirs(
    kind: str, order: judge.OrderNow, base: int | None
) -> None:
    verdict = told(kind, order, base_version=base)
    if order.crew_id != 1:
        assert verdict.answer == "held"


@given(kind=strategies.sampled_from(DECISIONS), order=orders, base=strategies.integers(0, 9))
def test_no_decision_stands_on_a_status_that_the_office_changed_since(
    kind: str, order: judge.OrderNow, base: int
) -> None:
    if order.group_versions.get("status", 0) > base:
        assert told(kind, order, base_version=base).answer == "held"


@given(kind=strategies.sampled_from(DECISIONS), base=strategies.integers(0, 9), newest=strategies.integers(1, 9))
def test_changes_of_other_groups_are_no_conflict(kind: str, base: int, newest: int) -> None:
    state = {"complete": "ON_SITE", "start": "ON_SITE", "unable": "ON_SITE"}.get(kind, "DISPATCHED")
    order = an_order(state=state, visit_id="v1", group_versions={"schedule": newest, "instructions": newest})
    assert told(kind, order, base_version=base).answer == "applied"


@given(kind=strategies.sampled_from(["reading", "photo", "note", "leak_test", "verify_meter", "hazard"]), order=orders)
def test_facts_are_applied_whatever_became_of_the_order(kind: str, order: judge.OrderNow) -> None:
    assert told(kind, order) == judge.Judgement(answer="applied")


def test_a_recalled_order_holds_the_completion_and_takes_the_answer_to_the_recall() -> None:
    recalled = an_order(state="RECALLED")
    assert told("complete", recalled).code == "RECALLED"
    assert told("recall_ack", recalled).action == "recall_ack"
    assert told("unable", recalled, disposition="RECALLED").action == "recall_ack"


def test_an_order_unknown_to_the_office_is_held() -> None:
    assert told("complete", None).code == "UNKNOWN_ORDER"


@given(same_bytes=strategies.booleans(), id_known=strategies.booleans(), seq_known=strategies.booleans())
def test_arrival_is_new_known_or_forked(same_bytes: bool, id_known: bool, seq_known: bool) -> None:
    by_id = judge.Seen(op_id="a", body_sha256="x" if same_bytes else "y") if id_known else None
    by_seq = judge.Seen(op_id="b", body_sha256="z") if seq_known else None
    found = judge.arrival(op_id="a", body_sha256="x", by_id=by_id, by_seq=by_seq)
    expected = ("known" if same_bytes else "forked") if id_known else "forked" if seq_known else "new"
    assert found == expected
