"""The first thing that a tablet sends, when its clock shows another day."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import transaction
from dispatch.sync import models
from tests import given
from tests.sync.tablet import Tablet


@pytest.mark.parametrize(
    "wrong_by", [timedelta(days=-1), timedelta(days=2)], ids=["yesterday", "the day after tomorrow"]
)
def test_the_first_check_in_counts_on_the_offices_day(app: Flask, wrong_by: timedelta) -> None:
    tablet = Tablet(app, given.a_crew())
    check_in = {**tablet.op("check_in", at=given.NOW + wrong_by), "elapsed_ms": 1}
    [receipt] = tablet.send(check_in)
    assert receipt["answer"] == "applied", receipt
    with transaction.reading() as session:
        placed_at = session.scalars(select(models.FieldOperation.placed_at)).one()
    assert abs(placed_at - given.NOW) < timedelta(minutes=5)
