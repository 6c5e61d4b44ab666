"""Days are planned again on events

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('replan_policy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at_once', sa.JSON(), nullable=False),
    sa.Column('change_price_s', sa.Integer(), nullable=False),
    sa.Column('search_s', sa.Float(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_replan_policy_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replan_policy'))
    )
    op.create_table('replan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('at_once', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('waiting_key', sa.String(length=20), nullable=True),
    sa.Column('working_key', sa.String(length=20), nullable=True),
    sa.Column('causes', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('left', sa.JSON(), nullable=False),
    sa.Column('in_force', sa.Integer(), nullable=False),
    sa.Column('stayed', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=True),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('text_es', sa.Text(), nullable=False),
    sa.CheckConstraint("status IN ('waiting','working','done','failed')", name=op.f('ck_replan_status')),
    sa.CheckConstraint("outcome IN ('published','proposed','nothing')", name=op.f('ck_replan_outcome')),
    sa.ForeignKeyConstraint(['plan_id'], ['day_plan.id'], name=op.f('fk_replan_plan_id_day_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replan')),
    sa.UniqueConstraint('waiting_key', name=op.f('uq_replan_waiting_key')),
    sa.UniqueConstraint('working_key', name=op.f('uq_replan_working_key'))
    )
    with op.batch_alter_table('replan') as table:
        table.create_index(op.f('ix_replan_on_day'), ['on_day'])
        table.create_index(op.f('ix_replan_plan_id'), ['plan_id'])
    with op.batch_alter_table('route_stop') as table:
        table.add_column(sa.Column('pinned', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('day_plan') as table:
        table.add_column(sa.Column('pins_from_id', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('day_plan') as table:
        table.drop_column('pins_from_id')
    with op.batch_alter_table('route_stop') as table:
        table.drop_column('pinned')
    op.drop_table('replan')
    op.drop_table('replan_policy')
