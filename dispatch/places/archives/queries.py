"""Reading builds of the map archive."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.places.archives import models
from dispatch.policies import queries as policies
from maps import stores


def newest(session: Session) -> models.MapBuild | None:
    """The build that was asked for last."""
    return session.execute(select(models.MapBuild).order_by(models.MapBuild.id.desc()).limit(1)).scalar_one_or_none()


def find_queued(session: Session) -> models.MapBuild | None:
    """A build that nobody has begun."""
    build = models.MapBuild
    found = select(build).where(build.status == "queued").order_by(build.id).limit(1)
    return session.execute(found).scalar_one_or_none()


def find_district(session: Session) -> stores.District | None:
    """The utility's district, once a map was imported."""
    district_id = policies.get_utility(session).district_id
    return None if district_id is None else session.get(stores.District, district_id)
