"""The words of the catalogue: a kind of order, a step of its form, and the effect of a visit as a value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from dispatch.orders.kinds.visit import VisitFacts

StepKind = Literal[
    "meter", "hazards", "reading", "knock", "valve", "photo", "leak_test", "tag", "signature", "note", "seal", "flow"
]
Outcome = Literal["complete", "no_access", "needs_return", "stop_and_hold", "call_off", "recall_ack"]
"""The field action of the lifecycle that a disposition stands for."""
AccountEffect = Literal[
    "NONE", "START_SERVICE", "RESTORE_SERVICE", "STOP_NONPAY", "STOP_SERVICE", "FINAL_BILL", "REPLACE_READING"
]
SYMBOLS: dict[str, str] = {
    "T": "circle",
    "R": "house",
    "S": "square",
    "F": "tag",
    "L": "drop",
    "Q": "flask",
    "M": "hexagon",
    "V": "register",
    "Y": "shield",
    "U": "diamond",
    "E": "burst",
    "N": "arch",
    "X": "triangle_down",
}
"""Letter of a kind -> its silhouette."""
MOST_URGENT_ON_ITS_DAY = 2
"""Orders of this priority or a more urgent one never wait for a better day."""
PRIORITY_VALUES: tuple[int, ...] = (1000, 100, 30, 10, 4, 2, 1)
"""What an order of priority P0..P6 is worth to the planner."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the form on the tablet. `more` holds what its screen needs (roles, photos, valve state to leave)."""

    id: str
    kind: StepKind
    title_en: str
    title_es: str
    short_en: str
    short_es: str
    required: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the wire."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title_en": self.title_en,
            "title_es": self.title_es,
            "short_en": self.short_en,
            "short_es": self.short_es,
            "required": self.required,
            **self.more,
        }


@dataclass(frozen=True, kw_only=True)
class ReadingEffect:
    """A reading to record. `read_type` as in the glossary: A actual, F final, I initial, R reread, V verify."""

    digits: str
    read_type: str
    visit_reading: int
    """Index in the visit's readings: time, meter and photo stand there."""


@dataclass(frozen=True, kw_only=True)
class FeeEffect:
    """A fee to charge once: the same `event_key` twice is one charge."""

    code: str
    event_key: str


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """An order to open next, at the same place. `priority` None = the kind's own."""

    kind: str
    reason: str
    priority: int | None = None
    note_en: str = ""
    note_es: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewReason:
    """Why a person must look before anything is posted."""

    code: str
    text_en: str
    text_es: str


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What follows from a visit. Nothing has happened yet: the operations of each slice apply it, or it waits in REVIEW
    when `reviews` is not empty (valve state and facts are recorded all the same).

    `cut` judges a shutoff against payment and clearance (see `effects.judge_cut`); None where nothing was cut. A cut
    that is not CLEARED charges nothing and does not count as complete; one that was paid for is restored first.
    """

    outcome: Outcome
    counts_as_complete: bool
    readings: tuple[ReadingEffect, ...] = ()
    valve_state: str | None = None
    account_effect: AccountEffect = "NONE"
    fees: tuple[FeeEffect, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    reviews: tuple[ReviewReason, ...] = ()
    cut: Literal["CLEARED", "CROSSED", "WRONGFUL", "UNCLEARED"] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the catalogue.

    `letter` and `symbol` are the map sign; on public boards a kind with `public_code` shows as that kind instead.
    `read_types` maps the role of a reading to its read type. `valve_left` is the state a done visit should leave.
    """

    code: str
    letter: str
    name_en: str
    name_es: str
    priority: int
    minutes: int
    people: int
    skills: frozenset[str]
    steps: tuple[Step, ...]
    dispositions: tuple[str, ...]
    effect: Callable[[VisitFacts], Effect]
    reasons: tuple[str, ...] = ()
    needs_clearance: bool = False
    needs_meter: bool = False
    someone_home: bool = False
    valve_left: str | None = None
    account_effect: AccountEffect = "NONE"
    read_types: dict[str, str] = field(default_factory=dict)
    public_code: str | None = None

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.letter]

    @property
    def may_wait(self) -> bool:
        """True when an order may be left to any of several days; urgent work and shutoffs for non-payment have their own."""
        return not self.needs_clearance and self.priority > MOST_URGENT_ON_ITS_DAY

    @property
    def value(self) -> int:
        """What one order of this kind is worth to the planner."""
        return PRIORITY_VALUES[self.priority]
