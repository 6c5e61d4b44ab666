"""Where services really are, over HTTP."""

from dispatch import transaction
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.places import service_points_operations, service_points_queries, service_points_schemas
from dispatch.transaction import reading


@endpoint(
    "GET",
    "/service-points/<int:service_point_id>/pin",
    needs="places.search",
    answer=service_points_schemas.PinOut,
)
def get_pin(service_point_id: int) -> service_points_schemas.PinOut:
    """Where a meter box is, by which positions and measures."""
    with reading() as session:
        point = service_points_queries.get_point(session, service_point_id=service_point_id)
        return service_points_queries.pin_out(session, point=point)


@endpoint(
    "POST",
    "/service-points/<int:service_point_id>/pin",
    needs="pins.note",
    body=service_points_schemas.PinIn,
    answer=service_points_schemas.PinOut,
)
def note_pin(service_point_id: int, body: service_points_schemas.PinIn) -> service_points_schemas.PinOut:
    """Note the side, the street, measures and a position of a meter box."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("pins.note", {"service_point_id": service_point_id, **body.model_dump()})
        point = service_points_queries.get_point(tx.session, service_point_id=service_point_id)
        service_points_operations.note(tx, point=point, noted=body, person_id=guard.person().id)
        return service_points_queries.pin_out(tx.session, point=point)
