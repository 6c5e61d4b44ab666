"""Jobs that learn where services really are."""

from dispatch.places import service_points_operations
from dispatch.transaction import Actor, transaction
from tasks import celery

PINS = Actor("pins")


@celery.job("pins.take_visit")
def take_visit(*, visit_id: str) -> None:
    """After a visit was posted: its positions join those of the meters it saw."""
    with transaction(actor=PINS) as tx:
        service_points_operations.take_visit(tx, visit_id=visit_id)
