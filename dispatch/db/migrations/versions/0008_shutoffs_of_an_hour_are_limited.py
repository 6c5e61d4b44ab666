"""Shutoffs of an hour are limited

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('utility') as table:
        table.add_column(sa.Column('shutoffs_an_hour', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('utility') as table:
        table.drop_column('shutoffs_an_hour')
