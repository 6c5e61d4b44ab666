"""Stops say why they are with a crew

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("route_stop") as table:
        table.add_column(sa.Column("why", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("route_stop") as table:
        table.drop_column("why")
