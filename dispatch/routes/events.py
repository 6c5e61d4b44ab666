"""What happens to plans and routes."""

from dataclasses import dataclass

from dispatch.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class PlanRequested(Event):
    plan_id: int


@dataclass(frozen=True, kw_only=True)
class PlanDrafted(Event):
    """The planner has an answer; nobody has sent it out yet."""

    plan_id: int


@dataclass(frozen=True, kw_only=True)
class PlanFailed(Event):
    plan_id: int


@dataclass(frozen=True, kw_only=True)
class PlanPublished(Event):
    plan_id: int


@dataclass(frozen=True, kw_only=True)
class RoutePublished(Event):
    """A crew has a new route for the day."""

    crew_id: int
    route_id: int
    plan_id: int
    version: int


@dataclass(frozen=True, kw_only=True)
class RouteWithdrawn(Event):
    """A crew that had a published route has none in the newest plan."""

    crew_id: int
    route_id: int


@dataclass(frozen=True, kw_only=True)
class RouteChanged(Event):
    """A person moved an order; the crew's route is another now."""

    crew_id: int
    route_id: int
    order_id: int
    version: int


@dataclass(frozen=True, kw_only=True)
class DraftChanged(Event):
    """A person moved an order of a plan that is not published yet."""

    route_id: int
    order_id: int
    plan_id: int


@dataclass(frozen=True, kw_only=True)
class ReplanAsked(Event):
    """Something happened for which the plan in force is looked at again."""

    replan_id: int


@dataclass(frozen=True, kw_only=True)
class DayReplanned(Event):
    """The plan in force was looked at again; `outcome` published, proposed, nothing or failed."""

    replan_id: int
    plan_id: int | None
    outcome: str


@dataclass(frozen=True, kw_only=True)
class TrialAsked(Event):
    """Somebody wants to see a day as it could be."""

    trial_id: int


@dataclass(frozen=True, kw_only=True)
class TrialEnded(Event):
    """A comparison is done, or could not be made."""

    trial_id: int


@dataclass(frozen=True, kw_only=True)
class DurationsLearned(Event):
    """The house has learned from the days before how long work and drives take."""

    run_id: int
