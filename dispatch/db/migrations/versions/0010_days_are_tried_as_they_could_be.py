"""Days are tried as they could be

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('trial',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('progress', sa.Float(), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('error_en', sa.Text(), nullable=True),
    sa.Column('error_es', sa.Text(), nullable=True),
    sa.CheckConstraint("status IN ('queued','working','done','failed')", name=op.f('ck_trial_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial'))
    )


def downgrade() -> None:
    op.drop_table('trial')
