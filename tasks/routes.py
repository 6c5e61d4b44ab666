"""Jobs of the planner."""

from dispatch.routes import learned_workflow, noticing, replanning, trying, workflow
from tasks import celery


@celery.job("routes.plan_day", redelivered="again")
def plan_day(*, plan_id: int, again: bool = False) -> None:
    """Plan the day of a requested plan."""
    workflow.plan_day(plan_id=plan_id, again=again)


@celery.job("routes.give_up_lost")
def give_up_lost() -> None:
    """Mark plans whose planner died."""
    workflow.give_up_lost()
    replanning.give_up_lost()
    trying.give_up_lost()


@celery.job("routes.try_day", redelivered="again")
def try_day(*, trial_id: int, again: bool = False) -> None:
    """Plan a day as it is and as it could be, beside each other."""
    trying.run(trial_id=trial_id, again=again)


@celery.job("routes.order_came")
def order_came(*, order_id: int) -> None:
    """An order for today asks the routes in force for a place."""
    noticing.order_came(order_id=order_id)


@celery.job("routes.order_fell_away")
def order_fell_away(*, order_id: int) -> None:
    """The time of an order that fell away is free again."""
    noticing.order_fell_away(order_id=order_id)


@celery.job("routes.crew_ended")
def crew_ended(*, crew_id: int) -> None:
    """What a crew that ended its shift has not done goes to others."""
    noticing.crew_ended(crew_id=crew_id)


@celery.job("routes.watch")
def watch() -> None:
    """Promises in danger and crews that did not come."""
    noticing.watch()


@celery.job("routes.replan_due")
def replan_due() -> None:
    """Do the re-plans whose time has come."""
    replanning.run_due()


@celery.job("routes.learn")
def learn() -> None:
    """Learn once a night from what crews reported."""
    learned_workflow.learn_due()
