"""Orders may wait for a day that costs least

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('service_order', sa.Column('earliest_on', sa.Date(), nullable=True))
    op.add_column('service_order', sa.Column('latest_on', sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column('service_order', 'latest_on')
    op.drop_column('service_order', 'earliest_on')
