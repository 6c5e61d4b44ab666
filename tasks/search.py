"""Jobs that keep the search box true to the rows."""

from dispatch.places import registry
from dispatch.transaction import Actor, transaction
from tasks import celery

INDEX = Actor("search index")


@celery.job("search.index_order")
def index_order(*, order_id: int) -> None:
    """After an order was opened or ended."""
    with transaction(actor=INDEX) as tx:
        registry.index_order(tx.session, order_id=order_id)


@celery.job("search.index_account")
def index_account(*, account_id: int) -> None:
    """After an account, its customer or its premise changed."""
    with transaction(actor=INDEX) as tx:
        registry.index_account(tx.session, account_id=account_id)
