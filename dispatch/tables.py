"""Every table of the house in one import: what migrations and tests need."""

from dispatch.accounts import models as accounts
from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.db.base import metadata
from dispatch.journal import models as journal
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.places import models as places
from dispatch.places import names_models as names
from dispatch.places import service_points_models as service_points
from dispatch.places import sheets_models as sheets
from dispatch.places.archives import models as archives
from dispatch.policies import models as policies
from dispatch.routes import learned_models as learned
from dispatch.routes import models as routes
from dispatch.sync import models as sync

__all__ = [
    "accounts",
    "archives",
    "auth",
    "crews",
    "journal",
    "learned",
    "metadata",
    "meters",
    "names",
    "orders",
    "places",
    "policies",
    "routes",
    "service_points",
    "sheets",
    "sync",
]
