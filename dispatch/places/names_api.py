"""Other names of places over HTTP."""

from typing import Literal

from pydantic import Field

from dispatch import clock, transaction
from dispatch.auth import guard
from dispatch.endpoint import endpoint
from dispatch.places import card, names, schemas
from dispatch.transaction import reading
from dispatch.wire import Line, Wire


class PlaceNameIn(Wire):
    """Another name for a place; with `gone` it is taken away."""

    ref: Line
    text: Line = Field(min_length=1, max_length=160)
    kind: Literal["former", "alias"] = "alias"
    gone: bool = False


@endpoint("POST", "/place-names", needs="places.name", body=PlaceNameIn, answer=schemas.PropertyOut)
def name_place(body: PlaceNameIn) -> schemas.PropertyOut:
    """Give a place a former address or a name that people use, or take one away; answers the place as it is then."""
    with transaction.transaction(actor=guard.actor()) as tx:
        tx.command("places.name", body.model_dump())
        if body.gone:
            ref = names.forget(tx, ref=body.ref, text=body.text).ref
        else:
            ref = names.name(tx, ref=body.ref, text=body.text, kind=body.kind, person_id=guard.person().id).ref
    with reading() as session:
        return card.property_card(
            session, ref=ref, now=clock.now(), language=guard.person().language,
            with_customer=guard.may("customers.see"),
        )  # fmt: skip
