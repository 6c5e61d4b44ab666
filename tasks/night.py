"""The work of the night, in the order in which a day needs it. Each step does nothing when it was done before, so that a
house that was down at night catches up in the minute in which it is up again."""

from dispatch.crews import roster
from dispatch.demo import next_day
from dispatch.policies import queries as policies
from dispatch.routes import workflow
from dispatch.transaction import Actor, transaction
from tasks import celery

NIGHT = Actor("night")


def work() -> None:
    """Roll the roster on, give a demo its new work, take back what crews did not reach, ask for the plan of the day."""
    with transaction(actor=NIGHT) as tx:
        roster.extend(tx, calendar=policies.rules(tx.session).calendar)
    next_day.open_due()
    workflow.take_back_left()
    workflow.request_due()


@celery.job("night.run")
def run() -> None:
    """Do what of the night's work is due and not done yet."""
    work()
