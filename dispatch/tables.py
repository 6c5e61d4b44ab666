"""Every table of the house in one import: what migrations and tests need."""

from dispatch.accounts import models as accounts
from dispatch.auth import models as auth
from dispatch.crews import models as crews
from dispatch.db.base import metadata
from dispatch.journal import models as journal
from dispatch.meters import models as meters
from dispatch.orders import models as orders
from dispatch.places import models as places
from dispatch.policies import models as policies
from dispatch.routes import models as routes
from dispatch.sync import models as sync

__all__ = ["accounts", "auth", "crews", "journal", "metadata", "meters", "orders", "places", "policies", "routes", "sync"]
