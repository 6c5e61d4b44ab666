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
    with op.batch_alter_table('service_order') as batch:
        batch.add_column(sa.Column('earliest_on', sa.Date(), nullable=True))
        batch.add_column(sa.Column('latest_on', sa.Date(), nullable=True))
        batch.create_check_constraint(op.f('ck_service_order_days_both'), '(earliest_on IS NULL) = (latest_on IS NULL)')


def downgrade() -> None:
    with op.batch_alter_table('service_order') as batch:
        batch.drop_constraint(op.f('ck_service_order_days_both'), type_='check')
        batch.drop_column('latest_on')
        batch.drop_column('earliest_on')
