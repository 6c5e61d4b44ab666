"""Durations are learned

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('learned_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('drives', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learned_run')),
    sa.UniqueConstraint('as_of', name=op.f('uq_learned_run_as_of'))
    )
    op.create_table('learned_duration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('area', sa.String(length=20), nullable=False),
    sa.Column('work_s', sa.Integer(), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.CheckConstraint('work_s > 0', name=op.f('ck_learned_duration_work_s')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learned_duration')),
    sa.UniqueConstraint('kind', 'area', name=op.f('uq_learned_duration_kind_area'))
    )
    op.create_table('learned_pace',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('factor', sa.Double(), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.CheckConstraint('factor > 0', name=op.f('ck_learned_pace_factor')),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_learned_pace_crew_id_crew')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learned_pace')),
    sa.UniqueConstraint('kind', 'crew_id', name=op.f('uq_learned_pace_kind_crew_id'))
    )
    op.create_table('learned_travel',
    sa.Column('hour', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('factor', sa.Double(), nullable=False),
    sa.Column('drives', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.CheckConstraint('hour BETWEEN 0 AND 23', name=op.f('ck_learned_travel_hour')),
    sa.CheckConstraint('factor > 0', name=op.f('ck_learned_travel_factor')),
    sa.PrimaryKeyConstraint('hour', name=op.f('pk_learned_travel'))
    )
    op.create_table('drive_seen',
    sa.Column('visit_id', sa.String(length=36), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=True),
    sa.Column('street_s', sa.Integer(), nullable=True),
    sa.Column('driven_s', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_drive_seen_visit_id_visit')),
    sa.PrimaryKeyConstraint('visit_id', name=op.f('pk_drive_seen'))
    )
    with op.batch_alter_table('drive_seen') as table:
        table.create_index(op.f('ix_drive_seen_on_day'), ['on_day'])


def downgrade() -> None:
    op.drop_table('drive_seen')
    op.drop_table('learned_travel')
    op.drop_table('learned_pace')
    op.drop_table('learned_duration')
    op.drop_table('learned_run')
