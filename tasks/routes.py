"""Jobs of the planner."""

from dispatch.routes import workflow
from tasks import celery


@celery.job("routes.plan_day", redelivered="again")
def plan_day(*, plan_id: int, again: bool = False) -> None:
    """Plan the day of a requested plan."""
    workflow.plan_day(plan_id=plan_id, again=again)


@celery.job("routes.give_up_lost")
def give_up_lost() -> None:
    """Mark plans whose planner died."""
    workflow.give_up_lost()
